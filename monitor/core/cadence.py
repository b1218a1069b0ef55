"""When a source is due: its declared cadence as moments on the clock, and patience with one that fails. Pure.

Every source has a place of its own in the small hours, taken from its id: the sources of a declaration spread over
the whole span without anybody arranging it, and every process computes the same moment. The span lies after the
hour in which clocks are changed, so that each place exists exactly once on every night, and before the letter.
"""

import zlib
from datetime import UTC, date, datetime, time, timedelta

from config.sources import Cadence, Source
from monitor.core.zone import ZONE

FIRST_HOUR, SPAN = 3, timedelta(hours=3)
"""Sources are read from this hour on, local time, over this span; hourly ones at a minute of every hour."""

GAP: dict[Cadence, timedelta] = {
    "hourly": timedelta(minutes=10),
    "daily": timedelta(hours=4),
    "weekdays": timedelta(hours=4),
    "weekly": timedelta(days=2),
    "monthly": timedelta(days=5),
    "manual": timedelta(days=5),
}
"""A place that comes sooner than this after an attempt is passed over. A cron job may be early by as much: at
whatever hour it runs, it meets each place of a source once and none twice."""

_INTERVALS: dict[Cadence, timedelta] = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekdays": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=28),
    "manual": timedelta(days=28),
}
_FIRST_RETRY = timedelta(hours=1)
_LONGEST_RETRY = timedelta(days=7)
_MINUTES = int(SPAN / timedelta(minutes=1))


def next_check(source: Source, failing: int, now: datetime) -> datetime:
    """When the source is due again after an attempt at `now` (aware).

    A good source at its next place. A failing one after 1, 2, 4 … hours, at most its cadence or a week, whichever
    is longer; never not at all.

    Args:
        source: its declaration.
        failing: attempts in a row that were not good.
        now: when the attempt began: the same moment decided that it was due, so no place is passed over between.
    """
    if failing:
        interval = _INTERVALS[source.cadence]
        longest = max(interval, _LONGEST_RETRY) if failing > 7 else interval
        return now + min(_FIRST_RETRY * (1 << min(failing - 1, 10)), longest)
    return place_after(source.id, source.cadence, now + GAP[source.cadence])


def is_due(
    source: Source, next_check_at: datetime | None, failing: int, now: datetime, *, early: bool = False
) -> bool:
    """Whether a source is to be read at `now`.

    Args:
        source: its declaration.
        next_check_at: as stored; None: it was never read.
        failing: attempts in a row that were not good; such a source is never asked early.
        now: the moment (aware).
        early: also what falls due within the `GAP`: for a job that comes only now and then.
    """
    if next_check_at is None or next_check_at <= now:
        return True
    return early and not failing and next_check_at < now + GAP[source.cadence]


def place_after(source: str, cadence: Cadence, moment: datetime) -> datetime:
    """The first place of the source (by its id) at or after `moment` (aware); in UTC."""
    spread = zlib.crc32(source.encode())
    if cadence == "hourly":
        # By the elapsed hour, not by the clock on the wall: the night has 23 or 25 of them when it is changed.
        start = moment.astimezone(UTC).replace(minute=spread % 60, second=0, microsecond=0)
        return start if start >= moment else start + timedelta(hours=1)
    minutes = spread % _MINUTES
    at = time(FIRST_HOUR + minutes // 60, minutes % 60)
    day = moment.astimezone(ZONE).date()
    while True:
        place = datetime.combine(day, at, tzinfo=ZONE).astimezone(UTC)
        if place >= moment and _falls_on(day, cadence, spread // _MINUTES):
            return place
        day += timedelta(days=1)


def _falls_on(day: date, cadence: Cadence, spread: int) -> bool:
    match cadence:
        case "weekdays":
            return day.isoweekday() <= 5
        case "weekly":
            return day.weekday() == spread % 7
        case "monthly" | "manual":
            return day.day == 1 + spread % 28
        case _:
            return True
