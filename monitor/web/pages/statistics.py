"""How much there is, of what, and how early we saw it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.archive.documents import count_documents
from monitor.archive.engine import reading
from monitor.archive.overview import Count, counts, lead_times, volume, windows_by_state
from monitor.web.plots import columns, shares
from monitor.web.render import page, source_name, theme_name, words_of
from monitor.web.site import Site, site_of

router = APIRouter(include_in_schema=False)

MONTHS = 12


@router.get("/statistik")
def statistics(request: Request) -> Response:
    """The last twelve months."""
    site, words = site_of(request), words_of(request)
    today = site.today()
    months = _months(today)
    counted = site.kept.get(("statistics", today), lambda: _count(site, months[0]))
    per_month = dict.fromkeys(months, 0)
    per_theme: dict[str, int] = {}
    for one in counted.volume:
        per_theme[one.value] = per_theme.get(one.value, 0) + one.documents
        if one.month in per_month:
            per_month[one.month] += one.documents
    values = {
        "total": counted.total,
        "months": columns([(_month_name(words.letter.months, month), float(n)) for month, n in per_month.items()]),
        "themes": shares({theme_name(site, words, name): float(n) for name, n in per_theme.items()}),
        "levels": shares({words.name("level", one.value): float(one.documents) for one in counted.levels}),
        "directions": shares(
            {words.name("direction", one.value): float(one.documents) for one in counted.directions}
        ),
        "sources": shares({source_name(site, one.value): float(one.documents) for one in counted.sources}),
        "leads": sorted(
            (words.window(kind), len(days), round(median(days))) for kind, days in counted.leads.items()
        ),
        "windows": sorted((words.window(kind), *pair) for kind, pair in counted.windows.items()),
    }
    return page(request, "statistics.html", values)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What the page tells, before it is put into words."""

    volume: tuple[Count, ...]
    levels: tuple[Count, ...]
    sources: tuple[Count, ...]
    directions: tuple[Count, ...]
    leads: dict[str, list[int]]
    windows: dict[str, tuple[int, int]]
    total: int


def _count(site: Site, month: str) -> _Counted:
    """Since the first day of a month."""
    first = date.fromisoformat(f"{month}-01")
    with reading(site.engine) as conn:
        return _Counted(
            volume=volume(conn, first),
            levels=counts(conn, "level"),
            sources=counts(conn, "source"),
            directions=counts(conn, "direction"),
            leads=lead_times(conn, datetime(first.year, first.month, 1, tzinfo=UTC)),
            windows=windows_by_state(conn, site.today()),
            total=count_documents(conn),
        )


def _months(today: date) -> list[str]:
    """The last twelve months as "2026-11", this one last."""
    last = today.year * 12 + today.month - 1
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(last - MONTHS + 1, last + 1)]


def _month_name(months: tuple[str, ...], month: str) -> str:
    year, number = month.split("-")
    return f"{months[int(number) - 1]} {year}"
