"""The ladder from what was counted to one outcome, as a table; the rest of it is tested against a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.sources import Expectations
from spiders.finding import Outcome
from spiders.outcomes import Tally, Trouble, conclude, one_line
from spiders.platform import Blocked, Drifted, Failed

LIST_BLOCKED, LIST_DRIFTED, LIST_FAILED = (
    Trouble.of(kind("why"), detail=False) for kind in (Blocked, Drifted, Failed)
)
BLOCKED, DRIFTED, FAILED = (Trouble.of(kind("why"), detail=True) for kind in (Blocked, Drifted, Failed))
BUG = Trouble.of(KeyError("x"), detail=True)


def tally(*troubles: Trouble, **counted: object) -> Tally:
    full = {"asked": True, "pages": 5, "details": 3, "keys": 9, "found": 2, "said_empty": None, "stopped": None}
    return Tally(**(full | counted), troubles=troubles)  # type: ignore[arg-type]  # a table of keywords


@pytest.mark.parametrize(
    ("counted", "outcome"),
    [
        (tally(), Outcome.CHANGED),
        (tally(found=0), Outcome.UNCHANGED),
        (tally(keys=0, found=0), Outcome.FAILED),
        (tally(asked=False, keys=0, found=0, pages=0), Outcome.SKIPPED),
        (tally(stopped="deadline"), Outcome.PARTIAL),
        (tally(stopped="deadline", pages=0), Outcome.FAILED),
        (tally(LIST_BLOCKED, LIST_DRIFTED, LIST_FAILED), Outcome.BLOCKED),
        (tally(LIST_FAILED, LIST_DRIFTED), Outcome.DRIFTED),
        (tally(LIST_FAILED), Outcome.PARTIAL),
        (tally(LIST_FAILED, pages=0), Outcome.FAILED),
        (tally(LIST_FAILED, BLOCKED), Outcome.PARTIAL),
        (tally(BLOCKED), Outcome.PARTIAL),
        (tally(DRIFTED), Outcome.PARTIAL),
        (tally(DRIFTED, details=0), Outcome.DRIFTED),
        (tally(BLOCKED, BLOCKED, BLOCKED, stopped="why"), Outcome.BLOCKED),
        (tally(BLOCKED, FAILED, BLOCKED, stopped="why"), Outcome.PARTIAL),
        (tally(BUG), Outcome.FAILED),
        (tally(BUG, LIST_DRIFTED), Outcome.DRIFTED),
    ],
)
def test_each_count_has_one_outcome(counted: Tally, outcome: Outcome) -> None:
    assert conclude(counted, Expectations())[0] is outcome


@given(
    st.builds(
        Tally,
        asked=st.booleans(),
        pages=st.integers(0, 5),
        details=st.integers(0, 5),
        keys=st.integers(0, 5),
        found=st.integers(0, 5),
        said_empty=st.none() | st.just("none"),
        stopped=st.none() | st.just("deadline"),
        troubles=st.lists(
            st.sampled_from([LIST_BLOCKED, LIST_DRIFTED, LIST_FAILED, BLOCKED, DRIFTED, FAILED, BUG]), max_size=6
        ).map(tuple),
    ),
    st.builds(Expectations, min=st.integers(0, 3), may_be_empty=st.booleans()),
)
def test_a_good_outcome_has_no_reason_and_any_other_has_one(counted: Tally, expect: Expectations) -> None:
    outcome, error = conclude(counted, expect)
    good = outcome in (Outcome.CHANGED, Outcome.UNCHANGED, Outcome.EMPTY)
    assert good is (error is None)
    assert not (good and (counted.troubles or counted.stopped))
    if outcome is Outcome.EMPTY:
        assert counted.keys == 0 and (expect.may_be_empty or expect.min == 0)


def test_messages_are_one_line_of_bounded_length() -> None:
    assert one_line("a\n b\t\u2028c") == "a b c"
    assert len(one_line("x" * 5_000)) == 600
