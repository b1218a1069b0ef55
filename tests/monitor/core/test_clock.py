"""The internal clock, against dates counted by hand in the Swedish almanac."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import Calendar, load_calendar
from monitor.core.clock import (
    Reach,
    highest_reachable,
    internal_dates,
    is_working_day,
    own_day_within,
    working_days_after,
    working_days_before,
)

OPEN = Calendar.model_validate({"holidays": "SE"})
SUMMER = Calendar.model_validate({"holidays": "SE", "closed": [{"from": "07-06", "to": "08-02"}]})


def council(days: list[str], prepare: int = 10, dispatch: int = 2) -> Calendar:
    return Calendar.model_validate(
        {
            "holidays": "SE",
            "way": [
                {"id": "officer", "sv": "tjänsteperson", "en": "officer", "prepare": 3},
                {
                    "id": "kf",
                    "sv": "kommunfullmäktige",
                    "en": "council",
                    "body": "kf",
                    "prepare": prepare,
                    "dispatch": dispatch,
                },
            ],
            "meeting": [{"body": "kf", "day": day} for day in days],
        }
    )


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-23", True),  # an ordinary Monday
        ("2026-11-28", False),  # Saturday
        ("2026-12-24", False),  # Christmas Eve, a Thursday: free by custom, not by law
        ("2026-12-31", False),  # New Year's Eve
        ("2026-06-19", False),  # Midsummer Eve
        ("2027-01-06", False),  # Epiphany, a Wednesday
        ("2027-05-06", False),  # Ascension Day
        ("2027-05-07", True),  # the Friday after: a squeeze day is a working day
        ("2026-10-31", False),  # All Saints' Day (Saturday)
        ("2026-06-06", False),  # National Day on a Saturday
    ],
)
def test_working_days_of_the_almanac(day: str, works: bool) -> None:
    assert is_working_day(date.fromisoformat(day), OPEN) is works


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-11-23", 0, "2026-11-23"),  # Monday stays
        ("2026-11-22", 0, "2026-11-20"),  # Sunday falls back to Friday
        ("2026-11-23", 1, "2026-11-20"),  # Monday minus one is Friday
        ("2027-01-07", 1, "2027-01-05"),  # over Epiphany
        ("2027-01-04", 1, "2026-12-30"),  # over New Year's Eve, New Year's Day and a weekend
        ("2026-12-28", 1, "2026-12-23"),  # over Christmas
        ("2027-07-31", 0, "2027-07-30"),  # the transposition Saturday of directive (EU) 2024/3019
        ("2026-03-30", 1, "2026-03-27"),  # over the change to summer time (29 March)
        ("2026-10-26", 1, "2026-10-23"),  # over the change to winter time (25 October)
        ("2027-01-01", 5, "2026-12-21"),  # ISO week 53 of 2026: 30, 29, 28, 23, 22, 21 December are the days
    ],
)
def test_counting_backwards_by_hand(day: str, count: int, expected: str) -> None:
    assert working_days_before(date.fromisoformat(day), count, OPEN) == date.fromisoformat(expected)


def test_the_summer_gap_has_no_working_days() -> None:
    assert working_days_before(date(2026, 8, 3), 1, SUMMER) == date(2026, 7, 3)
    assert working_days_after(date(2026, 7, 3), 1, SUMMER) == date(2026, 8, 3)


def test_a_gap_over_new_year() -> None:
    calendar = Calendar.model_validate({"closed": [{"from": "12-21", "to": "01-10"}]})
    assert working_days_before(date(2027, 1, 11), 1, calendar) == date(2026, 12, 18)


def test_the_summer_of_2021_reaches_no_council() -> None:
    # Lidköping's council met 21 June and 27 September 2021; an eight-week window opened 28 June.
    officer, body = internal_dates(date(2021, 8, 23), date(2021, 6, 28), council(["2021-06-21", "2021-09-27"]))
    assert body.reach is Reach.NO_MEETING
    assert body.day is None
    assert officer.reach is Reach.REACHABLE
    assert officer.day == date(2021, 8, 18)


def test_the_last_meeting_in_time_is_taken() -> None:
    calendar = council(["2026-11-30", "2026-12-14", "2027-01-25"], prepare=5, dispatch=2)
    _, body = internal_dates(date(2026, 12, 16), date(2026, 11, 23), calendar)
    assert body.meeting == date(2026, 12, 14)
    assert body.day == date(2026, 12, 7)
    assert highest_reachable((_, body)) is body


def test_dispatch_must_end_before_the_window_closes() -> None:
    _, body = internal_dates(date(2026, 12, 15), date(2026, 11, 23), council(["2026-11-30", "2026-12-14"], 3, 2))
    assert body.meeting == date(2026, 11, 30)


def test_a_cut_off_that_has_passed_is_too_late() -> None:
    _, body = internal_dates(date(2026, 12, 4), date(2026, 11, 23), council(["2026-11-30"], prepare=10))
    assert body.reach is Reach.TOO_LATE
    assert body.day == date(2026, 11, 16)


def test_an_empty_calendar_says_so() -> None:
    _, body = internal_dates(date(2026, 12, 4), date(2026, 11, 23), council([]))
    assert body.reach is Reach.CALENDAR_EMPTY


def test_a_calendar_that_ends_long_before_the_deadline_says_nothing() -> None:
    known = council(["2026-12-09"])
    _, near = internal_dates(date(2027, 3, 1), date(2026, 11, 2), known)
    _, far = internal_dates(date(2027, 5, 1), date(2026, 11, 2), known)
    assert (near.reach, far.reach) == (Reach.REACHABLE, Reach.CALENDAR_EMPTY)


def test_a_meeting_whose_last_internal_day_is_near_is_noticed() -> None:
    _, answer = internal_dates(date(2026, 12, 20), date(2026, 11, 2), council(["2026-12-09"]))
    assert answer.day is not None
    for days, found in ((0, True), (1, True), (31, False), (-1, False)):
        assert own_day_within(30, answer.day - timedelta(days=days), council(["2026-12-09"])) is found


def test_the_shipped_calendar_invents_no_meeting() -> None:
    calendar = load_calendar()
    assert calendar.meeting == ()
    reaches = {
        found.way.id: found.reach for found in internal_dates(date(2026, 12, 18), date(2026, 11, 23), calendar)
    }
    assert reaches["ks"] is Reach.CALENDAR_EMPTY
    assert reaches["tjansteperson"] is Reach.REACHABLE


DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@given(DAYS, st.integers(0, 60))
def test_there_and_back_again(day: date, count: int) -> None:
    start = working_days_before(day, count, SUMMER)
    assert start <= day
    assert is_working_day(start, SUMMER)
    between = sum(is_working_day(start + timedelta(days=n), SUMMER) for n in range((day - start).days + 1))
    assert between == count + 1


@given(DAYS, st.integers(1, 40), st.lists(DAYS, max_size=6))
def test_no_internal_day_lies_after_the_deadline(today: date, length: int, meetings: list[date]) -> None:
    closes = today + timedelta(days=length)
    for found in internal_dates(closes, today, council([f"{day}" for day in meetings])):
        if found.reach is Reach.REACHABLE:
            assert found.day is not None
            assert today <= found.day <= closes
        if found.meeting is not None:
            assert today <= found.meeting <= closes
