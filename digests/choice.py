"""Which section an item belongs to, and which items are told in full."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from digests.briefing import Item, Level, Previous, Priority, SectionId, Window, WindowKind
from digests.clock import INFLUENCE, NEAR, closes_near, days_until, is_open, main_window, presses, step
from digests.wording import HANDLED, priority

NEWS_DAYS = 60
"""What was published longer ago than this and only now found is no news, unless one can still act."""

FIRST_PERIOD = timedelta(days=7)
"""What an edition without a predecessor looks back on."""


WEIGHTS = (Priority.DECISION, Priority.ACTION, None, Priority.FYI)
"""Priorities of a case, the weightiest first; None: nobody chose one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item that has its place in the letter."""

    item: Item
    section: SectionId
    window: Window | None
    days: int | None
    """Days to the next day to keep."""
    shuts: bool
    """Whether the window itself shuts within 14 days, not only a day of our own."""
    full: bool
    """May be told in full, if the quota allows."""
    priority: Priority

    @property
    def rank(self) -> tuple[int, int, int, float, str]:
        """The smaller, the more it deserves one of the full places; among equals by a person's priority."""
        near = self.days is not None and self.days <= NEAR
        urgent = self.priority is not Priority.FYI
        match self.section:
            case "deadlines" if urgent:
                group = 0 if self.shuts else 1 if near else 2
            case "deadlines":
                group = 3 if near else 4
            case "decisions":
                group = 2
            case _:
                group = 5
        days = self.days if self.days is not None and self.section == "deadlines" else 0
        return group, days, self.weight, -self.item.relevance, self.item.id

    @property
    def weight(self) -> int:
        """The priority that a person gave the case; the smaller, the weightier."""
        chosen = self.item.case.priority if self.item.case else None
        return WEIGHTS.index(chosen)


def candidates(
    items: Iterable[Item], today: date, previous: Previous | None, themes: frozenset[str] | None
) -> list[Candidate]:
    """Every item that belongs in the letter, once, with its section; others are left out.

    Args:
        items: What the archive offers.
        today: The edition's day.
        previous: What the edition before this one showed.
        themes: Ids of the themes wanted; None = all.
    """
    told = frozenset(shown.item for shown in previous.shown) if previous else frozenset()
    chosen: dict[str, Candidate] = {}
    for item in items:
        if item.id in chosen or (themes is not None and not themes.intersection(t.id for t in item.themes)):
            continue
        window = main_window(item, today)
        new = _is_new(item, today, previous, told)
        section = place(item, window, today, new=new)
        if section is None:
            continue
        repeated = previous is not None and not new and not item.changes and item.id in told
        full = item.level in (Level.ACT, Level.BRIEF) and not (
            repeated and previous and window and not _nears(window, previous.day, today)
        )
        if item.case and item.case.priority is Priority.FYI and not (window and presses(window, today)):
            full = False
        days = days_until(window, today) if window else None
        shuts = closes_near(window, today)
        chosen[item.id] = Candidate(item, section, window, days, shuts, full, priority(item, window, today))
    return list(chosen.values())


def place(item: Item, window: Window | None, today: date, *, new: bool) -> SectionId | None:
    """The section that owns the item, the first that fits; None = nothing to say this week.

    A call has its place among the money whatever its date. What we have answered or closed returns only
    when it changes. A background item never gets more than a line, so that it presses nobody.
    """
    moved = bool(item.changes)
    told = new or moved
    if item.level is Level.NONE:
        return None
    if item.case and item.case.status in HANDLED:
        return "changed" if moved else None
    background = item.level is Level.BACKGROUND
    pressing = window is not None and presses(window, today) and not background
    fits: tuple[tuple[SectionId, bool], ...] = (
        ("funding", item.is_call and (told or pressing)),
        ("deadlines", pressing and not item.is_call),
        ("signals", item.is_signal and told),
        ("fyi", background and told),
        ("decisions", priority(item, window, today) is not Priority.FYI and told),
        ("new", new),
        ("changed", moved),
    )
    return next((section for section, holds in fits if holds), None)


def _is_new(item: Item, today: date, previous: Previous | None, told: frozenset[str]) -> bool:
    since = previous.day if previous else today - FIRST_PERIOD
    if item.id in told or item.first_seen < since:
        return False
    if item.published is None or item.published >= today - timedelta(days=NEWS_DAYS):
        return True
    return any(window.kind in INFLUENCE | {WindowKind.CALL} and is_open(window, today) for window in item.windows)


def _nears(window: Window, before: date, today: date) -> bool:
    """Whether the deadline came within a narrower step since the edition `before`."""
    return step(days_until(window, today)) != step(days_until(window, before))
