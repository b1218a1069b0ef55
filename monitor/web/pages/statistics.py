"""How much there is, of what, and how early we saw it."""

from datetime import UTC, date, datetime
from statistics import median

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.archive.documents import count_documents
from monitor.archive.engine import reading
from monitor.archive.overview import counts, lead_times, volume, windows_by_state
from monitor.web.plots import columns, shares
from monitor.web.render import page, source_name, theme_name, words_of
from monitor.web.site import site_of

router = APIRouter(include_in_schema=False)

MONTHS = 12


@router.get("/statistik")
def statistics(request: Request) -> Response:
    """The last twelve months."""
    site, words = site_of(request), words_of(request)
    today = site.today()
    months = _months(today)
    first = date.fromisoformat(f"{months[0]}-01")
    with reading(site.engine) as conn:
        found = volume(conn, first)
        by_level = counts(conn, "level")
        by_source = counts(conn, "source")
        by_direction = counts(conn, "direction")
        leads = lead_times(conn, datetime(first.year, first.month, 1, tzinfo=UTC))
        windows = windows_by_state(conn, today)
        total = count_documents(conn)
    per_month = dict.fromkeys(months, 0)
    per_theme: dict[str, int] = {}
    for one in found:
        per_theme[one.value] = per_theme.get(one.value, 0) + one.documents
        if one.month in per_month:
            per_month[one.month] += one.documents
    values = {
        "total": total,
        "months": columns([(_month_name(words.letter.months, month), float(n)) for month, n in per_month.items()]),
        "themes": shares({theme_name(site, words, name): float(n) for name, n in per_theme.items()}),
        "levels": shares({words.name("level", one.value): float(one.documents) for one in by_level}),
        "directions": shares({words.name("direction", one.value): float(one.documents) for one in by_direction}),
        "sources": shares({source_name(site, one.value): float(one.documents) for one in by_source}),
        "leads": sorted((words.window(kind), len(days), round(median(days))) for kind, days in leads.items()),
        "windows": sorted((words.window(kind), *pair) for kind, pair in windows.items()),
    }
    return page(request, "statistics.html", values)


def _months(today: date) -> list[str]:
    """The last twelve months as "2026-11", this one last."""
    last = today.year * 12 + today.month - 1
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(last - MONTHS + 1, last + 1)]


def _month_name(months: tuple[str, ...], month: str) -> str:
    year, number = month.split("-")
    return f"{months[int(number) - 1]} {year}"
