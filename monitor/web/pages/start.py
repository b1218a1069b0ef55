"""The start page: what presses, what moved, whether the sources answer, the latest letter."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from digests.briefing import HEALTHY
from monitor.archive.engine import reading
from monitor.archive.overview import closing_between, moved_since
from monitor.archive.scans import source_health
from monitor.letters.briefing import editions
from monitor.letters.candidates import SHOWN_FIELDS
from monitor.web.matters import matters, moves, path_of
from monitor.web.render import page, words_of
from monitor.web.site import site_of

router = APIRouter(include_in_schema=False)

AHEAD, BACK = timedelta(days=45), timedelta(days=7)
MOST_PRESSING, MOST_MOVED, MOST_READ = 12, 12, 60
TELLING = ("act", "brief")


@router.get("/")
def start(request: Request) -> Response:
    """What needs somebody now."""
    site, words = site_of(request), words_of(request)
    today = site.today()
    since = site.clock() - BACK
    with reading(site.engine) as conn:
        closing = closing_between(conn, today, today + AHEAD, levels=TELLING)
        pressing = [one for one in matters(conn, site, words.code, closing) if one.closes <= today + AHEAD]
        moved = moves(conn, site, words.code, moved_since(conn, since, TELLING, SHOWN_FIELDS, MOST_READ), since)
        health = source_health(conn)
        letters = editions(conn, site.organisation.letter.name)
    troubled = [
        (source, state)
        for source in site.office.sources
        if source.enabled and (state := health.get(source.id)) and state.outcome and state.outcome not in HEALTHY
    ]
    values = {
        "pressing": pressing[:MOST_PRESSING],
        "unshown": max(0, len(pressing) - MOST_PRESSING),
        "moved": moved[:MOST_MOVED],
        "path_of": path_of,
        "since_day": since.astimezone(site.organisation.zone).date(),
        "since": since,
        "troubled": troubled,
        "checked": sum(1 for source in site.office.sources if source.id in health),
        "letter": letters[0] if letters else None,
        "ahead": AHEAD.days,
    }
    return page(request, "start.html", values)
