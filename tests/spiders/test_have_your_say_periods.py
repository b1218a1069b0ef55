"""Periods to answer in: which kinds there are, and which one counts."""

from datetime import UTC, date, datetime

import pytest

from spiders.finding import Certainty, Window, WindowKind
from spiders.have_your_say_periods import open_now
from tests.spiders import have_your_say_pages as hys
from tests.spiders.have_your_say_reading import only, read_detail, windows


def test_each_stage_has_its_own_kind_of_window() -> None:
    stages = ("PLANNING_WORKFLOW", "OPC_LAUNCHED", "ISC_WORKFLOW", "ADOPTION_WORKFLOW")
    publications = [hys.publication(number, frontEndStage=stage) for number, stage in enumerate(stages)]
    found = windows(*publications)
    assert [window.kind.value for window in found] == ["call-for-evidence", "consultation", "feedback", "feedback"]
    assert [window.label for window in found] == ["", "", "", "3"]


def test_upcoming_without_dates_and_disabled_stages_are_no_window() -> None:
    assert not windows(
        hys.publication(1, receivingFeedbackStatus="UPCOMING", publishedDate=None, endDate=None),
        hys.publication(2, receivingFeedbackStatus="DISABLED"),
        hys.publication(3, receivingFeedbackStatus="CLOSED", endDate=None),
    )


def test_open_without_an_end_is_a_window_whose_end_is_unknown() -> None:
    reading = read_detail(hys.detail(hys.publication(1, endDate=None)))
    finding = only(reading)
    expected = Window(WindowKind.CONSULTATION, date(2026, 11, 1), None, Certainty.UNKNOWN, url=finding.url)
    assert finding.windows == (expected,)
    assert reading.warnings == ("publication 1: OPEN without an end date (endDate, feedbackEndDate)",)


def test_a_period_that_ends_before_it_starts_is_left_out_with_a_warning() -> None:
    reading = read_detail(hys.detail(hys.publication(1, endDate="2026/10/31 23:59:59"), hys.publication(2)))
    assert [window.closes for window in only(reading).windows or ()] == [date(2026, 12, 1)]
    assert reading.warnings == ("publication 1: opens 2026-11-01 after it closes 2026-10-31; period left out",)


def test_a_period_closed_before_its_end_is_left_out_with_a_warning() -> None:
    reading = read_detail(hys.detail(hys.publication(1, receivingFeedbackStatus="CLOSED")))
    assert only(reading).windows == ()
    assert "CLOSED before its end 2026-12-01" in reading.warnings[0]


def test_times_are_brussels_times_over_the_summer_too() -> None:
    [window] = windows(hys.publication(1, publishedDate="2026/07/01 00:30:00", endDate="2026/09/28 23:59:59"))
    assert (window.opens, window.closes) == (date(2026, 7, 1), date(2026, 9, 28))
    assert window.closes_at == datetime(2026, 9, 28, 21, 59, 59, tzinfo=UTC)


# ------------------------------------------------------------------ which period counts


def window(opens: str | None, closes: str | None, label: str = "") -> Window:
    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    return Window(WindowKind.FEEDBACK, day(opens), day(closes), Certainty.GIVEN, label=label)


TODAY = date(2026, 11, 23)
PAST, OLDER = window("2026-05-01", "2026-06-01"), window("2020-01-01", "2020-02-01")
RUNNING, SOONER = window("2026-11-01", "2026-12-20"), window("2026-11-10", "2026-12-01")
COMING, LATER = window("2026-12-01", "2026-12-05"), window("2027-01-01", "2027-02-01")
UNKNOWN = window("2026-11-01", None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([RUNNING, COMING, PAST], RUNNING),
        ([RUNNING, SOONER], SOONER),
        ([LATER, COMING, PAST], COMING),
        # An OPEN that lingers after its deadline is past, and so is an UPCOMING with the window of years ago.
        ([OLDER, PAST], PAST),
        ([window("2026-11-01", "2026-11-22"), OLDER], window("2026-11-01", "2026-11-22")),
        ([window("2026-11-23", "2026-11-23")], window("2026-11-23", "2026-11-23")),
        ([window(None, "2026-11-30")], window(None, "2026-11-30")),
        ([UNKNOWN], None),
        ([], None),
    ],
)
def test_one_period_counts_and_it_is_taken_whole(given: list[Window], expected: Window | None) -> None:
    assert open_now(given, TODAY) == expected
    assert open_now(reversed(given), TODAY) == expected
