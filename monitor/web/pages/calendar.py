"""The calendar of windows, on a page and for calendar programs."""

from collections.abc import Sequence
from datetime import date, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.archive.engine import reading
from monitor.archive.overview import closing_between
from monitor.letters.briefing import LEVELS
from monitor.web.feeds import calendar_of
from monitor.web.matters import Matter, matters
from monitor.web.render import page, words_of
from monitor.web.site import Site, site_of
from monitor.web.words import Words

router = APIRouter(include_in_schema=False)

AHEAD = timedelta(days=200)


@router.get("/kalender")
def calendar(request: Request) -> Response:
    """Windows and our own meetings, week by week."""
    site, words = site_of(request), words_of(request)
    theme = request.query_params.get("theme", "")
    chosen = theme if theme in site.themes else None
    today = site.today()
    meetings = [one for one in site.office.calendar.meeting if today <= one.day <= today + AHEAD]
    bodies = {way.body: way.sv if words.code == "sv" else way.en for way in site.office.calendar.way if way.body}
    found = _ahead(site, words, chosen)
    weeks: dict[tuple[int, int], list[tuple[date, Matter | str]]] = {}
    dated: list[tuple[date, Matter | str]] = [(one.closes, one) for one in found]
    dated += [(one.day, bodies.get(one.body, one.body)) for one in meetings]
    for day, what in sorted(dated, key=lambda row: row[0]):
        year, week, _ = day.isocalendar()
        weeks.setdefault((year, week), []).append((day, what))
    values = {"weeks": weeks, "chosen": chosen or "", "is_meeting": lambda what: isinstance(what, str)}
    return page(request, "calendar.html", values)


@router.get("/kalender.ics")
def calendar_file(request: Request) -> Response:
    """The same windows as one calendar file."""
    site, words = site_of(request), words_of(request)
    theme = request.query_params.get("theme", "")
    found = _ahead(site, words, theme if theme in site.themes else None)
    return calendar_of(site, words, site.organisation.letter.name, found, site.address(request))


def _ahead(site: Site, words: Words, theme: str | None) -> Sequence[Matter]:
    today = site.today()

    def read() -> Sequence[Matter]:
        with reading(site.engine) as conn:
            closing = closing_between(conn, today, today + AHEAD, levels=LEVELS, theme=theme)
            return sorted(matters(conn, site, words.code, closing), key=lambda one: (one.closes, one.item.id))

    return site.kept.get(("calendar", today, words.code, theme), read)
