"""When sources are due: on ordinary days, on both nights in which clocks are changed, and for cron at any hour."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.sources import Evidence, Source
from monitor.core.cadence import GAP, is_due, next_check, place_after
from monitor.core.zone import ZONE

NAMES = [f"source-{number}" for number in range(200)]
SPRING, AUTUMN = datetime(2027, 3, 28, tzinfo=ZONE), datetime(2026, 10, 25, tzinfo=ZONE)
"""Midnights before the nights that have no 02:30, and two of them."""


def declared(name: str, cadence: Any = "daily") -> Source:
    return Source(
        id=name,
        platform="feed",
        title=name,
        owner="somebody",
        url="https://a.example/feed",
        cadence=cadence,
        evidence=Evidence(certainty="documented"),
    )


def runs(source: Source, start: datetime, days: int) -> list[datetime]:
    """The moments (local) at which a source that always answers is read by somebody who looks every minute."""
    found, now, end = [], start.astimezone(UTC), start.astimezone(UTC) + timedelta(days=days)
    while (now := next_check(source, 0, now)) < end:
        found.append(now.astimezone(ZONE))
        now += timedelta(seconds=40)
    return found


@pytest.mark.parametrize("night", [SPRING, AUTUMN])
def test_daily_sources_run_once_on_the_nights_when_clocks_change(night: datetime) -> None:
    for name in NAMES:
        moments = runs(declared(name), night - timedelta(days=2, hours=12), 5)
        assert len({moment.date() for moment in moments}) == len(moments) == 5
        assert len({moment.strftime("%H:%M") for moment in moments}) == 1, "always at the same hour on the wall"
        assert all(3 <= moment.hour < 6 for moment in moments)


@pytest.mark.parametrize(("night", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_hourly_sources_run_once_an_hour_that_exists(night: datetime, hours: int) -> None:
    for name in NAMES[:20]:
        source = declared(name, "hourly")
        end = (night + timedelta(days=1)).astimezone(UTC)
        moments = [place for place in runs(source, night, 2) if place.astimezone(UTC) < end]
        assert len(moments) in (hours, hours - 1), "the first may fall within the gap"
        utc = [moment.astimezone(UTC) for moment in moments]
        assert {later - earlier for earlier, later in pairwise(utc)} == {timedelta(hours=1)}


def test_sources_spread_over_the_small_hours() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    places = {place_after(name, "daily", now) for name in NAMES}
    assert len(places) > 100
    weekly = [place_after(name, "weekly", now).astimezone(ZONE).weekday() for name in NAMES]
    assert min(weekly.count(day) for day in range(7)) >= 10


@pytest.mark.parametrize(
    ("cadence", "every", "fewest"),
    [
        ("daily", timedelta(days=1), 28),
        ("daily", timedelta(hours=1), 28),
        ("hourly", timedelta(hours=1), 24 * 28),
        ("weekdays", timedelta(days=1), 20),
        ("weekly", timedelta(days=7), 4),
        ("weekly", timedelta(hours=6), 4),
    ],
)
@given(minute=st.integers(0, 24 * 60 - 1), name=st.sampled_from(NAMES))
def test_a_cron_job_at_any_hour_meets_every_place_once(
    cadence: Any, every: timedelta, fewest: int, minute: int, name: str
) -> None:
    source = declared(name, cadence)
    now = datetime(2026, 11, 2, tzinfo=UTC) + timedelta(minutes=minute)
    due, read = next_check(source, 0, now), 0
    end = now + timedelta(days=28)
    while (now := now + every) <= end:
        if is_due(source, due, 0, now, early=True):
            read += 1
            due = next_check(source, 0, now)
    assert fewest - 1 <= read <= fewest + 1


def test_a_failing_source_is_never_asked_early() -> None:
    source = declared("one")
    now = datetime(2026, 11, 23, 6, tzinfo=UTC)
    soon = now + GAP["daily"] / 2
    assert is_due(source, soon, 0, now, early=True)
    assert not is_due(source, soon, 1, now, early=True)
    assert not is_due(source, soon, 0, now)
    assert is_due(source, None, 0, now)
