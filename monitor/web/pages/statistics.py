"""How much there is, of what, and how early we saw it."""

from statistics import median

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.web.figures import figures
from monitor.web.plots import columns, shares
from monitor.web.render import page, source_name, theme_name, words_of
from monitor.web.site import site_of

router = APIRouter(include_in_schema=False)


@router.get("/statistik")
def statistics(request: Request) -> Response:
    """The last twelve months."""
    site, words = site_of(request), words_of(request)
    counted = figures(site)
    per_month = dict.fromkeys(counted.months, 0)
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


def _month_name(months: tuple[str, ...], month: str) -> str:
    year, number = month.split("-")
    return f"{months[int(number) - 1]} {year}"
