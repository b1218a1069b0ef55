"""Which window of an item counts, and when it begins to press."""

from collections.abc import Iterable
from datetime import date

from digests.briefing import Clock, Item, Window, WindowKind

NEAR = 14
"""Days: the first half of the deadline section."""
SOON = 30
"""Days: its second half."""
STEPS = (7, NEAR, SOON)
"""Days left at which a deadline is told in full again."""

INFLUENCE = frozenset(WindowKind) - {WindowKind.TRANSPOSITION, WindowKind.CALL}
"""Windows in which one can still change the outcome."""

INDIRECT = frozenset({WindowKind.SUBSIDIARITY, WindowKind.AMENDMENTS})
"""Windows in which others act, whom one can only reach."""

CONSULTING = frozenset({WindowKind.CALL_FOR_EVIDENCE, WindowKind.CONSULTATION, WindowKind.FEEDBACK})
"""What a subject line may call a consultation."""


def is_open(window: Window, today: date) -> bool:
    """Whether one can act in it on `today`. A window that names no opening day counts as opened."""
    return (window.opens is None or window.opens <= today) and not is_past(window, today)


def is_past(window: Window, today: date) -> bool:
    """Whether its last day lies before `today`; an unknown last day is never past."""
    return window.closes is not None and window.closes < today


def pressing(window: Window, today: date) -> date | None:
    """The next day to keep: our own last day where it still lies ahead, otherwise the window's."""
    own = (window.internal.day, window.internal.delegated) if window.internal else ()
    days = [day for day in (window.closes, *own) if day is not None and (day >= today or day == window.closes)]
    return min(days, default=None)


def days_until(window: Window, today: date) -> int | None:
    """Days from `today` to the next day to keep; None where no day is known."""
    day = pressing(window, today)
    return None if day is None else (day - today).days


def closes_near(window: Window | None, today: date) -> bool:
    """Whether the window itself shuts within 14 days."""
    return window is not None and window.closes is not None and 0 <= (window.closes - today).days <= NEAR


def presses(window: Window, today: date) -> bool:
    """Whether its next day to keep lies within 30 days."""
    return step(days_until(window, today)) is not None


def step(days: int | None) -> int | None:
    """The narrowest of `STEPS` that `days` lies within; None beyond them all."""
    return None if days is None else next((bound for bound in STEPS if 0 <= days <= bound), None)


def main_window(item: Item, today: date) -> Window | None:
    """The window that an entry speaks of: what shuts within 14 days, what presses, what is open to influence.

    Of several that are equally near (7, 14, 30 days) those in which one answers oneself come first. Then come
    windows that open later, and last those that only tell when rules begin to apply.
    """
    current = [window for window in item.windows if not is_past(window, today)]
    return min(current, key=lambda window: _urgency(window, today), default=None)


def beside(item: Item, main: Window | None, today: date) -> list[Window]:
    """The windows that are open to influence beside the one that an entry speaks of, by their last day."""
    if main is None:
        return []
    others = {(one.kind, one.closes): one for one in item.windows if one.kind in INFLUENCE and is_open(one, today)}
    others.pop((main.kind, main.closes), None)
    return sorted(others.values(), key=lambda one: one.closes or date.max)


def matters(window: Window, today: date) -> bool:
    """Whether the window is worth the first words: rules that apply in a year are not."""
    return window.kind is not WindowKind.TRANSPOSITION or presses(window, today)


def _urgency(window: Window, today: date) -> tuple[int, int, bool, date]:
    day = pressing(window, today) or date.max
    near = step(days_until(window, today))
    indirect = window.kind in INDIRECT
    # A last day that no later answer meets comes before one of our own for a window that stays open longer.
    if window.closes is not None and closes_near(window, today):
        return 0, step((window.closes - today).days) or 0, indirect, window.closes
    if near is not None:
        return 1, near, indirect, day
    if window.kind is WindowKind.TRANSPOSITION:
        return 4, 0, False, day
    return (2, 0, indirect, day) if is_open(window, today) else (3, 0, indirect, window.opens or day)


def clock(window: Window, today: date) -> Clock:
    """The window as an entry shows it on `today`."""
    return Clock(
        kind=window.kind,
        opens=window.opens,
        closes=window.closes,
        certainty=window.certainty,
        days_left=(window.closes - today).days if window.closes else None,
        is_open=is_open(window, today),
        closes_at=window.closes_at,
        url=window.url,
    )


def can_influence(windows: Iterable[Window], today: date) -> bool:
    """Whether any of the windows lets one change the outcome on `today`."""
    return any(window.kind in INFLUENCE and is_open(window, today) for window in windows)
