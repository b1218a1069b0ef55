from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.decision import Action, Stored, decide
from spiders.finding import Addressees, Certainty, Finding, Identifier, Kind, Relation, Step, Window, WindowKind

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 6, tzinfo=UTC)
OPEN = Window(WindowKind.REMISS, date(2026, 11, 1), date(2026, 12, 15), Certainty.GIVEN)

ROW = Finding(
    source="g0v-remisser",
    key="/remisser/2026/11/slam/",
    url="https://www.regeringen.se/remisser/2026/11/slam/",
    kind=Kind.REMISS,
    title={"sv": "Remiss av promemorian Slam på åkermark"},
    language="sv",
    published=date(2026, 11, 1),
    identifiers=(Identifier("diary", "KN2026/01234"),),
    windows=(OPEN,),
    subjects=("regeringen:Miljö", "regeringen:Jordbruk"),
)


def known(finding: Finding = ROW) -> Stored:
    return decide(None, finding, NOW).document


def changed_fields(before: Finding, after: Finding) -> dict[str, tuple[object, object]]:
    decision = decide(known(before), after, LATER)
    return {change.field: (change.before, change.after) for change in decision.changes}


def test_a_finding_never_seen_is_inserted_as_it_is() -> None:
    decision = decide(None, ROW, NOW)
    assert decision.action is Action.INSERT
    assert decision.changes == ()
    assert decision.document.titles == ROW.title
    assert decision.document.first_seen == NOW
    assert [one.window for one in decision.document.windows] == [OPEN]


@pytest.mark.parametrize(
    "again",
    [
        ROW,
        replace(ROW, title={"sv": "Remiss  av pro\u00admemorian\u00a0Slam på a\u030akermark "}),
        replace(ROW, subjects=("regeringen:Jordbruk", "Regeringen:Miljö")),
        replace(ROW, url=ROW.url + "?utm_source=nyhetsbrev&fbclid=x#innehall"),
        replace(ROW, updated=LATER, published=None, identifiers=None, windows=None, subjects=None, title={}),
        replace(ROW, title={"sv": " "}, text="  ", kind=Kind.OTHER),
    ],
)
def test_what_merely_flickers_or_is_silent_is_no_change(again: Finding) -> None:
    decision = decide(known(), again, LATER)
    assert decision.action is Action.NONE
    assert decision.changes == ()
    assert decision.document.titles == ROW.title
    assert decision.document.url == ROW.url
    assert decision.document.published == ROW.published
    assert decision.fingerprint == decide(None, ROW, NOW).fingerprint


def test_a_change_is_told_as_was_and_is() -> None:
    after = replace(ROW, title={"sv": "Ny titel"}, published=date(2026, 11, 2))
    assert changed_fields(ROW, after) == {
        "title": ({"sv": "Remiss av promemorian Slam på åkermark"}, {"sv": "Ny titel"}),
        "published": ("2026-11-01", "2026-11-02"),
    }


def test_titles_of_several_languages_are_kept_beside_each_other() -> None:
    decision = decide(known(), replace(ROW, title={"en": "Sludge on farmland"}), LATER)
    assert decision.document.titles == {"sv": ROW.title["sv"], "en": "Sludge on farmland"}


def test_a_moved_deadline_is_news_and_keeps_its_row() -> None:
    before = known()
    stored = replace(before, windows=(replace(before.windows[0], id=7),))
    moved = replace(OPEN, closes=date(2027, 1, 15))
    decision = decide(stored, replace(ROW, windows=(moved,)), LATER)
    (change,) = decision.changes
    assert (change.before[0]["closes"], change.after[0]["closes"]) == ("2026-12-15", "2027-01-15")
    assert decision.document.windows[0].id == 7
    assert decision.document.windows[0].first_seen == NOW
    assert decision.document.windows[0].stated_at == LATER


@pytest.mark.parametrize(
    "nothing",
    [
        (),
        (replace(OPEN, closes=None, certainty=Certainty.UNKNOWN),),
        (replace(OPEN, closes=date(2027, 2, 1), certainty=Certainty.ESTIMATED),),
        (replace(OPEN, opens=None),),
    ],
)
def test_a_given_deadline_is_never_overwritten_by_nothing_or_by_an_estimate(nothing: tuple[Window, ...]) -> None:
    decision = decide(known(), replace(ROW, windows=nothing), LATER)
    assert [one.window for one in decision.document.windows] == [OPEN]
    assert decision.changes == ()


def test_a_given_deadline_replaces_an_estimate() -> None:
    estimated = replace(OPEN, closes=date(2027, 2, 1), certainty=Certainty.ESTIMATED)
    decision = decide(known(replace(ROW, windows=(estimated,))), ROW, LATER)
    assert [one.window for one in decision.document.windows] == [OPEN]
    assert [change.field for change in decision.changes] == ["windows"]


def test_a_past_window_stays_when_the_next_one_opens() -> None:
    past = Window(WindowKind.CONSULTATION, date(2026, 1, 1), date(2026, 3, 1), Certainty.GIVEN, label="1")
    coming = Window(WindowKind.FEEDBACK, date(2026, 11, 24), date(2027, 1, 1), Certainty.GIVEN, label="2")
    decision = decide(known(replace(ROW, windows=(past,))), replace(ROW, windows=(coming,)), LATER)
    assert {one.window for one in decision.document.windows} == {past, coming}


def test_a_window_that_the_source_replaces_disappears() -> None:
    wrong = replace(OPEN, kind=WindowKind.CONSULTATION)
    decision = decide(known(replace(ROW, windows=(wrong,))), ROW, LATER)
    assert [one.window for one in decision.document.windows] == [OPEN]


def test_details_fill_in_what_a_list_row_could_not_show_and_are_no_news() -> None:
    row = replace(ROW, windows=None, identifiers=None)
    detail = replace(ROW, version="a1", text="Förslaget innebär …", steps=(Step(date(2026, 11, 1), "remiss"),))
    decision = decide(known(row), detail, LATER)
    assert decision.action is Action.UPDATE
    assert decision.changes == ()
    assert decision.document.text == "Förslaget innebär …"


def test_a_list_of_addressed_bodies_completes_a_remiss_and_another_one_is_news() -> None:
    """It comes with a page of its own: read later than the rest, it is no change of the document."""
    first, second = Addressees(("Boverket",)), Addressees(("Boverket", "Storstads kommun"))
    completed = decide(known(), replace(ROW, addressees=first), LATER)
    assert (completed.action, completed.changes) == (Action.UPDATE, ())
    assert completed.document.addressees == first
    assert changed_fields(replace(ROW, addressees=first), replace(ROW, addressees=second)) == {
        "addressees": (["Boverket"], ["Boverket", "Storstads kommun"])
    }
    unreadable = replace(ROW, addressees=Addressees((), "https://a.example/list.pdf", "locked with a password"))
    assert changed_fields(replace(ROW, addressees=first), unreadable) == {}


def test_a_list_row_takes_nothing_from_details() -> None:
    detail = replace(ROW, version="a1", summary={"sv": "Lång"}, identifiers=(Identifier("com", "COM(2026) 1"),))
    row = replace(ROW, summary={"sv": "Kort"}, identifiers=(), subjects=("regeringen:Miljö",))
    assert decide(known(detail), row, LATER).action is Action.NONE


def test_what_the_same_scan_adds_to_a_new_document_is_no_change() -> None:
    detail = replace(ROW, title={"sv": "Den fulla titeln"})
    decision = decide(known(), detail, NOW, fresh=True)
    assert (decision.action, decision.changes) == (Action.UPDATE, ())


def test_the_strongest_relation_of_an_identifier_stands() -> None:
    name = Identifier("com", "COM(2022) 541")
    both = replace(ROW, identifiers=(replace(name, relation=Relation.MENTION), name))
    assert known(both).identifiers == (name,)


def test_what_was_gone_reappears_with_its_changes() -> None:
    gone = replace(known(), gone_at=NOW)
    decision = decide(gone, replace(ROW, title={"sv": "Tillbaka"}), LATER)
    assert decision.action is Action.REAPPEARED
    assert [change.field for change in decision.changes] == ["gone", "title"]
    assert decision.document.gone_at is None


windows = st.builds(
    Window,
    kind=st.sampled_from(WindowKind),
    opens=st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    closes=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 1)),
    certainty=st.sampled_from(Certainty),
    label=st.sampled_from(["", "1", "2"]),
)
findings = st.builds(
    replace,
    st.just(ROW),
    title=st.dictionaries(st.sampled_from(["sv", "en"]), st.text(max_size=20), max_size=2),
    url=st.just(ROW.url) | st.text(max_size=20),
    text=st.none() | st.text(max_size=20),
    windows=st.none() | st.lists(windows, max_size=3).map(tuple),
    subjects=st.none() | st.lists(st.text(max_size=4), max_size=3).map(tuple),
    steps=st.none() | st.lists(st.builds(Step, st.dates(), st.text(max_size=3)), max_size=3).map(tuple),
    version=st.none() | st.sampled_from(["1", "2"]),
)


@given(st.lists(findings, min_size=1, max_size=4))
def test_saying_the_same_again_changes_nothing(said: list[Finding]) -> None:
    document = None
    for finding in said:
        document = decide(document, finding, NOW).document
    assert document is not None
    again = decide(document, said[-1], LATER)
    assert (again.action, again.changes) == (Action.NONE, ())


@given(findings, findings)
def test_a_given_deadline_survives_every_silence(first: Finding, second: Finding) -> None:
    before = known(replace(first, windows=(OPEN,)))
    after = decide(before, replace(second, windows=()), LATER).document
    assert OPEN in [one.window for one in after.windows]
