"""The start page: what presses, what moved since the last visit, whether the sources answer, the latest letter."""

import logging
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from digests.briefing import HEALTHY, Item
from monitor.archive.engine import ArchiveError, reading, writing
from monitor.archive.overview import closing_between, moved_since
from monitor.archive.scans import source_health
from monitor.archive.web import Visit, keep_visit, visit_of
from monitor.letters.briefing import editions
from monitor.letters.candidates import SHOWN_FIELDS
from monitor.web.matters import Matter, matters, moves, path_of
from monitor.web.render import page, words_of
from monitor.web.site import Site, site_of, visitor_of
from monitor.web.words import Words

router = APIRouter(include_in_schema=False)

AHEAD, BACK = timedelta(days=45), timedelta(days=7)
FARTHEST = timedelta(days=30)
"""What moved is shown for so long at most; who was away for longer searches."""
NOTED = timedelta(minutes=10)
"""How exactly a visit's end is kept."""
MOST_PRESSING, MOST_MOVED, MOST_READ = 12, 12, 60
TELLING = ("act", "brief")

log = logging.getLogger(__name__)


@router.get("/")
def start(request: Request) -> Response:
    """What needs somebody now."""
    site, words = site_of(request), words_of(request)
    today = site.today()
    now = site.clock()
    last = _last_visit(site, visitor_of(request).name, now)
    # To the minute, so that what moved is not read anew with every look.
    since = (now - BACK if last is None else max(last, now - FARTHEST)).replace(second=0, microsecond=0)
    pressing = site.kept.get(("pressing", today, words.code), lambda: _pressing(site, words.code))
    moved, all_read = site.kept.get(("moved", since, words.code), lambda: _moved(site, words.code, since))
    with reading(site.engine) as conn:
        health = site.kept.get("health", lambda: source_health(conn))
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
        "moved_title": _moved_title(site, words, last, since, len(moved), more=not all_read),
        "week_ago": (now - BACK).astimezone(site.organisation.zone).date(),
        "first_visit": last is None,
        "path_of": path_of,
        "since_day": since.astimezone(site.organisation.zone).date(),
        "since": since,
        "troubled": troubled,
        "checked": sum(1 for source in site.office.sources if source.id in health),
        "letter": letters[0] if letters else None,
        "ahead": AHEAD.days,
    }
    return page(request, "start.html", values)


def _pressing(site: Site, language: str) -> list[Matter]:
    """What shuts soon, the most pressing first."""
    today = site.today()
    with reading(site.engine) as conn:
        closing = closing_between(conn, today, today + AHEAD, levels=TELLING)
        return [one for one in matters(conn, site, language, closing) if one.closes <= today + AHEAD]


def _moved(site: Site, language: str, since: datetime) -> tuple[list[Item], bool]:
    """What moved since a moment, the latest first, and whether that is all."""
    with reading(site.engine) as conn:
        recent = moved_since(conn, since, TELLING, SHOWN_FIELDS, MOST_READ)
        return moves(conn, site, language, recent, since), len(recent) < MOST_READ


def _last_visit(site: Site, who: str, now: datetime) -> datetime | None:
    """When the visitor was here before this visit, which is noted; None: never."""
    with reading(site.engine) as conn:
        known = visit_of(conn, who)
    here = known.at(now) if known else Visit(now, None)
    if known is None or here.before != known.before or now - known.seen_at >= NOTED:
        try:
            with writing(site.engine) as conn:
                keep_visit(conn, who, here)
        except ArchiveError as error:  # nobody is kept from the page because of it
            log.warning("a visit was not noted: %s", error)
    return here.before


def _moved_title(
    site: Site, words: Words, last: datetime | None, since: datetime, number: int, *, more: bool
) -> str:
    """How much moved, and since when."""
    if last is None:
        return words.say("moved")
    count = words.say("moved one") if number == 1 else words.say("moved many", number=words.number(number))
    if more:
        count = words.say("moved more", number=words.number(number))
    local = last.astimezone(site.organisation.zone)
    if since > last:
        return words.say("moved since long", days=FARTHEST.days, count=count)
    if local.date() == site.today():
        return words.say("moved since today", time=f"{local:%H.%M}", count=count)
    return words.say("moved since", day=words.letter.near_date(local.date(), site.today()), count=count)
