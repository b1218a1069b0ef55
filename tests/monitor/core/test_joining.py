"""Which documents are about one file: the rules one by one, and that the order of documents means nothing."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.joining import Paper, Partition, key_of, keys_of, kind_of_key, partition, relations
from spiders.finding import Identifier, Relation


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("procedure", "2022/0345(COD)"), ("procedure", "2022/0345")),
        (("procedure", "2016/0062A(NLE)"), ("procedure", "2016/0062(NLE)")),
        (("celex", "52022PC0541"), ("com", "COM(2022) 541")),
        (("celex", "32024L3019"), ("act", "(EU) 2024/3019")),
        (("celex", "32024L3019R(01)"), ("celex", "02024L3019-20250101")),
        (("celex", "32010R0904"), ("act", "(EU) nr 904/2010")),
        (("dok-id", "H8B6447"), ("com", "COM(2020) 447")),
        (("dok-id", "HD06FPM52"), ("fpm", "2025/26:FPM52")),
    ],
)
def test_two_names_of_one_thing_have_one_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert key_of(Identifier(*one)) == key_of(Identifier(*other)) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("com", "COM(2025) 555"), ("com", "SWD(2025) 555")),
        (("act", "2008/98/EG"), ("celex", "32008R0098")),
        (("procedure", "2022/0345(COD)"), ("procedure", "2022/0346(COD)")),
    ],
)
def test_two_things_have_two_keys(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert key_of(Identifier(*one)) != key_of(Identifier(*other))


def test_a_number_of_before_2015_may_mean_directive_or_decision() -> None:
    assert keys_of(Identifier("act", "91/271/EEG")) == ("act 91/271/EEG", "act 31991L0271", "act 31991D0271")


@pytest.mark.parametrize("name", [("press", "IP/26/301"), ("reference", "x"), ("fpm", "FPM52")])
def test_what_names_no_file_joins_nothing(name: tuple[str, str]) -> None:
    assert key_of(Identifier(*name)) is None


def test_about_two_procedures_is_a_package() -> None:
    found = relations([Identifier("procedure", "2025/0359(COD)"), Identifier("procedure", "2025/0360(COD)")])
    assert set(found.values()) == {Relation.PACKAGE}


def test_a_procedure_may_have_two_proposals_but_without_it_they_are_a_package() -> None:
    proposals = [Identifier("com", "COM(2023) 10"), Identifier("com", "COM(2024) 20")]
    assert set(relations([Identifier("procedure", "2023/0001(COD)"), *proposals]).values()) == {Relation.SUBJECT}
    assert set(relations(proposals).values()) == {Relation.PACKAGE}


def test_an_own_key_only_where_nothing_else_is() -> None:
    mention = Identifier("com", "COM(2023) 10", Relation.MENTION)
    assert relations([mention], "own a/b") == {"com COM(2023) 10": Relation.MENTION, "own a/b": Relation.SUBJECT}
    assert "own a/b" not in relations([Identifier("sou", "SOU 2026:9")], "own a/b")


def papers(*subjects: str) -> list[Paper]:
    return [Paper(number, frozenset(keys.split("; "))) for number, keys in enumerate(subjects, 1)]


def groups(found: Partition) -> set[frozenset[int]]:
    return {group.documents for group in found.groups}


def test_documents_join_through_others() -> None:
    found = partition(papers("com COM(2022) 541", "procedure 2022/0345", "procedure 2022/0345; com COM(2022) 541"))
    assert groups(found) == {frozenset({1, 2, 3})}
    assert found.conflicts == ()


def test_a_proposal_tied_to_two_procedures_joins_neither_and_is_said() -> None:
    found = partition(
        papers(
            "procedure 2025/0359; com COM(2025) 836",
            "procedure 2025/0360; com COM(2025) 837",
            "procedure 2025/0359; com COM(2025) 837",
            "com COM(2025) 837",
        )
    )
    assert groups(found) == {frozenset({1, 3}), frozenset({2}), frozenset({4})}
    (conflict,) = found.conflicts
    assert conflict.key == "com COM(2025) 837"
    assert conflict.claims == ("procedure 2025/0359", "procedure 2025/0360")
    assert "2025/0359 and to procedure 2025/0360" in str(conflict)


def test_a_memos_number_on_two_memos_joins_neither() -> None:
    found = partition(
        papers(
            "fpm 2020/21:FPM28; com COM(2020) 1",
            "fpm 2020/21:FPM28; com COM(2025) 2",
            "com COM(2025) 2; procedure 2025/0002",
            "fpm 2020/21:FPM28",
        )
    )
    assert groups(found) == {frozenset({1}), frozenset({2, 3}), frozenset({4})}
    assert [conflict.key for conflict in found.conflicts] == ["fpm 2020/21:FPM28"]


def test_a_memo_joins_what_names_the_procedure_with_what_names_the_proposal() -> None:
    found = partition(
        papers("fpm 2022/23:FPM21; com COM(2022) 541", "fpm 2022/23:FPM21; procedure 2022/0345", "sou SOU 2026:1")
    )
    assert groups(found) == {frozenset({1, 2}), frozenset({3})}


def test_a_package_belongs_to_each_and_merges_none() -> None:
    memo = Paper(9, frozenset({"fpm 2022/23:FPM37"}), frozenset({"com COM(2022) 701", "com COM(2022) 703"}))
    found = partition([*papers("com COM(2022) 701", "com COM(2022) 703"), memo])
    assert {(group.documents, group.packages) for group in found.groups} == {
        (frozenset({1}), frozenset({9})),
        (frozenset({2}), frozenset({9})),
        (frozenset({9}), frozenset()),
    }


KEYS = [
    *(f"procedure 2025/000{number}" for number in range(3)),
    *(f"com COM(2025) {number}" for number in range(1, 5)),
    *(f"fpm 2025/26:FPM{number}" for number in range(1, 4)),
    *("sou SOU 2026:1", "act 2025/9"),
]
SOME = st.lists(st.sets(st.sampled_from(KEYS), min_size=1, max_size=4), min_size=1, max_size=12)


@given(SOME, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_partition(subjects: list[set[str]], random: st.DataObject) -> None:
    some = [Paper(number, frozenset(keys)) for number, keys in enumerate(subjects)]
    found = partition(some)
    shuffled = list(some)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    again = partition(shuffled)
    assert set(found.groups) == set(again.groups)
    assert found.conflicts == again.conflicts


@given(SOME)
def test_everything_is_in_one_group_and_no_group_has_two_procedures(subjects: list[set[str]]) -> None:
    some = []
    for number, keys in enumerate(subjects):
        procedures = sorted(key for key in keys if kind_of_key(key) == "procedure")
        some.append(Paper(number, frozenset(keys) - set(procedures[1:])))
    found = partition(some)
    documents = list(chain.from_iterable(group.documents for group in found.groups))
    keys = list(chain.from_iterable(group.keys for group in found.groups))
    assert sorted(documents) == list(range(len(some)))
    assert len(keys) == len(set(keys))
    for group in found.groups:
        assert sum(kind_of_key(key) == "procedure" for key in group.keys) <= 1
    for paper in some:
        (own,) = (group for group in found.groups if paper.id in group.documents)
        assert {key for key in paper.subjects if kind_of_key(key) == "procedure"} <= own.keys


@given(SOME)
def test_documents_of_one_group_stay_together_when_looked_at_alone(subjects: list[set[str]]) -> None:
    some = [Paper(number, frozenset(keys)) for number, keys in enumerate(subjects)]
    whole = partition(some)
    if whole.conflicts:
        return
    for group in whole.groups:
        alone = partition([paper for paper in some if paper.id in group.documents])
        assert groups(alone) == {group.documents}
