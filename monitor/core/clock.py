"""The internal clock: the last day for our own handling of a window, for each way of answering.

Pure arithmetic over `config.calendar`. All days are calendar days in the organisation's own zone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from config.calendar import Calendar, Way

LOOK_BACK = timedelta(days=800)
"""No handling takes longer; bounds every walk through the calendar."""
LONGEST_GAP = timedelta(days=100)
"""Longest time between two meetings of a body (98 days, summer of 2021): beyond, the calendar is not filled in."""


class Reach(StrEnum):
    """Whether a way of answering can still be gone."""

    REACHABLE = "reachable"
    TOO_LATE = "too-late"
    NO_MEETING = "no-meeting"
    """The body does not meet between now and the day the answer is due."""
    CALENDAR_EMPTY = "calendar-empty"
    """No meeting of the body is known at or after today, or near the day the answer is due: the calendar ends."""


@dataclass(frozen=True, slots=True)
class InternalDate:
    """The last day on which our own handling must be ready for one way of answering.

    `day` is the last day of preparation (the documents' cut-off where a body decides), `meeting` the day on
    which it decides. Both are None unless `reach` is reachable, save that `day` is also given when too late.
    """

    way: Way
    reach: Reach
    day: date | None
    meeting: date | None = None


@lru_cache(maxsize=4096)
def internal_dates(closes: date, today: date, calendar: Calendar) -> tuple[InternalDate, ...]:
    """For each way of the calendar the last internal day for an answer due on `closes` (included).

    Remembered, because the windows of a week close on few days.
    """
    return tuple(_internal(way, closes, today, calendar) for way in calendar.way)


def highest_reachable(dates: Iterable[InternalDate]) -> InternalDate | None:
    """The most weighty way that can still be gone (the calendar lists the quickest first); None if none can."""
    reachable = [found for found in dates if found.reach is Reach.REACHABLE]
    return reachable[-1] if reachable else None


def own_day_within(days: int, today: date, calendar: Calendar) -> bool:
    """Whether the last internal day of any meeting lies between `today` and `days` later."""
    last = today + timedelta(days=days)
    return any(
        today <= working_days_before(meeting.day, way.prepare, calendar) <= last
        for way in calendar.way
        for meeting in calendar.meeting
        if meeting.body == way.body and meeting.day >= today
    )


def is_working_day(day: date, calendar: Calendar) -> bool:
    """Whether somebody works on `day`: no weekend, no public holiday or free eve, not in a closed period."""
    return day.weekday() < 5 and day not in _holidays(calendar.holidays, day.year) and not _closed(day, calendar)


def working_days_before(day: date, count: int, calendar: Calendar) -> date:
    """The day from which `count` working days remain before `day`; with 0 the last working day up to `day`."""
    remaining = count
    for candidate in _backwards(day):
        if is_working_day(candidate, calendar):
            if remaining == 0:
                return candidate
            remaining -= 1
    raise ValueError(f"no {count} working days in the {LOOK_BACK.days} days before {day}")


def working_days_after(day: date, count: int, calendar: Calendar) -> date:
    """The day on which `count` working days have passed since `day`; with 0 `day` itself."""
    current = day
    while count > 0:
        current += timedelta(days=1)
        if is_working_day(current, calendar):
            count -= 1
    return current


def _internal(way: Way, closes: date, today: date, calendar: Calendar) -> InternalDate:
    if way.body is None:
        day = working_days_before(closes, way.prepare, calendar)
        return InternalDate(way, Reach.REACHABLE if day >= today else Reach.TOO_LATE, day)
    ahead = sorted(
        meeting.day for meeting in calendar.meeting if meeting.body == way.body and meeting.day >= today
    )
    if not ahead:
        return InternalDate(way, Reach.CALENDAR_EMPTY, None)
    in_time = [day for day in ahead if working_days_after(day, way.dispatch, calendar) <= closes]
    if not in_time:
        return InternalDate(way, Reach.NO_MEETING, None)
    meeting = in_time[-1]
    if meeting == ahead[-1] and closes - meeting > LONGEST_GAP:
        return InternalDate(way, Reach.CALENDAR_EMPTY, None)
    day = working_days_before(meeting, way.prepare, calendar)
    return InternalDate(way, Reach.REACHABLE if day >= today else Reach.TOO_LATE, day, meeting)


def _backwards(day: date) -> Iterator[date]:
    for back in range(LOOK_BACK.days):
        yield day - timedelta(days=back)


def _closed(day: date, calendar: Calendar) -> bool:
    return any(period.holds(day) for period in calendar.closed)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    from holidays import country_holidays

    # "de_facto" holds the Swedish eves (midsummer, Christmas, New Year), which the law calls no holidays.
    known = country_holidays(country)
    categories = [name for name in ("public", "de_facto") if name in known.supported_categories]
    return frozenset(country_holidays(country, years=year, categories=tuple(categories)))
