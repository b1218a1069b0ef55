"""What tests look at in a letter: its sections, and where each item stands."""

from collections.abc import Callable
from datetime import date

from digests.briefing import (
    Briefing,
    Item,
    Section,
    Window,
)

ORDER = ["deadlines", "decisions", "new", "changed", "funding", "signals", "fyi", "outcomes", "sources"]
TODAY = date(2026, 11, 23)

Make = Callable[..., Item]
MakeWindow = Callable[..., Window]
Build = Callable[..., Briefing]


def section(briefing: Briefing, name: str) -> Section:
    return next(section for section in briefing.sections if section.id == name)


def homes(briefing: Briefing) -> dict[str, str]:
    """Where each item stands; fails if any stands twice."""
    found: dict[str, str] = {}
    for part in briefing.sections:
        for told in (*part.entries, *part.lines):
            if told.item:
                assert told.item not in found, f"{told.item} stands in {found.get(told.item)} and {part.id}"
                found[told.item] = part.id
    return found
