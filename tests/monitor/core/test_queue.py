"""What is proposed to be judged: the shares, the mixture, the lot, and nothing twice."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.queue import Candidate, Why, propose


def candidate(
    number: int, score: float, *, named: str = "", assigned: str = "", relevance: float = 0.0
) -> Candidate:
    return Candidate(number, relevance, {"a": score, "b": 0.01}, frozenset(assigned), frozenset(named))


def test_half_is_uncertain_a_third_by_lot_and_the_rest_where_rules_and_model_differ() -> None:
    some = [candidate(number, 0.5 + number / 1000) for number in range(50)]
    apart = [candidate(100 + number, 0.02, named="a") for number in range(20)]
    found = propose([*some, *apart], 12, "2026-W48")
    assert Counter(one.why for one in found) == {Why.UNCERTAIN: 6, Why.LOT: 4, Why.DIFFERENT: 2}
    assert [one.why for one in found[:3]] == [Why.UNCERTAIN, Why.LOT, Why.DIFFERENT]
    assert [one.id for one in found if one.why is Why.UNCERTAIN] == [0, 1, 2, 3, 4, 5]
    assert all(one.about == ("a",) and one.id >= 100 for one in found if one.why is Why.DIFFERENT)


def test_doubt_may_be_about_whether_it_matters_at_all() -> None:
    (found, *_) = propose([candidate(1, 0.1, relevance=0.5), candidate(2, 0.2)], 2, "x")
    assert (found.id, found.why, found.about) == (1, Why.UNCERTAIN, ("",))


def test_the_surer_the_model_is_of_the_contrary_the_earlier() -> None:
    mild, strong = candidate(1, 0.4, named="a"), candidate(2, 0.01, named="a")
    unsure = [candidate(number, 0.5) for number in range(3, 300)]
    found = [one.id for one in propose([mild, strong, *unsure], 12, "x") if one.why is Why.DIFFERENT]
    assert found == [2, 1]


def test_the_lot_is_the_same_all_week_and_another_next_week() -> None:
    some = [candidate(number, 0.01) for number in range(200)]
    drawn = [[one.id for one in propose(some, 30, seed) if one.why is Why.LOT] for seed in ("W48", "W48", "W49")]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


@given(
    st.lists(
        st.builds(candidate, st.integers(1, 60), st.floats(0, 1), named=st.sampled_from(["", "a", "b", "ab"])),
        unique_by=lambda one: one.id,
    ),
    st.integers(1, 80),
)
def test_nothing_twice_and_never_more_than_asked(some: list[Candidate], wanted: int) -> None:
    found = propose(some, wanted, "x")
    assert len(found) <= wanted
    assert len({one.id for one in found}) == len(found)
    assert {one.id for one in found} <= {one.id for one in some}
