"""ISO weeks as people write them: `2026-W48`."""

import re
from datetime import date

_WEEK = re.compile(r"(\d{4})-W(\d{2})")


def parse_week(week: str) -> tuple[int, int]:
    """Year and number of an ISO week.

    Raises:
        ValueError: not of the form 2026-W48, or the year has no such week.
    """
    match = _WEEK.fullmatch(week)
    if match is None:
        raise ValueError(f"expected a week like 2026-W48, got {week!r}")
    year, number = int(match[1]), int(match[2])
    try:
        date.fromisocalendar(year, number, 1)
    except ValueError as exc:
        raise ValueError(f"{year} has no week {number}, got {week!r}") from exc
    return year, number


def week_of(day: date) -> str:
    """The ISO week of `day`. The first days of January may belong to the year before."""
    year, number, _ = day.isocalendar()
    return f"{year}-W{number:02d}"
