"""What is counted over the whole archive: how much there is, of what, and how early we saw it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from monitor.archive.documents import count_documents
from monitor.archive.engine import reading
from monitor.archive.overview import Count, counts, lead_times, volume, windows_by_state
from monitor.web.site import Site

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures before they are put into words."""

    months: tuple[str, ...]
    """The last twelve as "2026-11", this one last."""
    volume: tuple[Count, ...]
    levels: tuple[Count, ...]
    sources: tuple[Count, ...]
    directions: tuple[Count, ...]
    leads: dict[str, list[int]]
    """Days from first seen to last day, per kind of window."""
    windows: dict[str, tuple[int, int]]
    """Open and closed ones, per kind."""
    total: int

    def as_json(self) -> dict[str, Any]:
        """The keys of `/api/statistics`."""
        months: dict[str, dict[str, int]] = {month: {} for month in self.months}
        for one in self.volume:
            if one.month in months:
                months[one.month][one.value] = one.documents
        return {
            "total": self.total,
            "months": months,
            **{
                name: {one.value: one.documents for one in rows}
                for name, rows in (
                    ("levels", self.levels),
                    ("directions", self.directions),
                    ("sources", self.sources),
                )
            },
            "lead_days": self.leads,
            "windows": {kind: {"open": still, "closed": over} for kind, (still, over) in self.windows.items()},
        }


def figures(site: Site) -> Figures:
    """Of the whole archive, and of what the last twelve months brought."""
    today = site.today()
    return site.kept.get(("statistics", today), lambda: _counted(site, _months(today)))


def _counted(site: Site, months: tuple[str, ...]) -> Figures:
    first = date.fromisoformat(f"{months[0]}-01")
    with reading(site.engine) as conn:
        return Figures(
            months=months,
            volume=volume(conn, first),
            levels=counts(conn, "level"),
            sources=counts(conn, "source"),
            directions=counts(conn, "direction"),
            leads=lead_times(conn, datetime(first.year, first.month, 1, tzinfo=UTC)),
            windows=windows_by_state(conn, site.today()),
            total=count_documents(conn),
        )


def _months(today: date) -> tuple[str, ...]:
    last = today.year * 12 + today.month - 1
    return tuple(f"{number // 12}-{number % 12 + 1:02d}" for number in range(last - MONTHS + 1, last + 1))
