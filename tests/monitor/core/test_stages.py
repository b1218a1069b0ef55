"""The stage model: every code that a spider may emit has its step; order, disputes, medians, what comes next."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.stages import load_stages
from config.windows import load_windows
from monitor.core.estimates import windows_of
from monitor.core.stages import (
    Dated,
    Event,
    Model,
    Traits,
    Usual,
    chain_of,
    expected,
    history,
    standing,
    unknown_codes,
    usual_lengths,
)
from spiders.cellar_vocabulary import KINDS
from spiders.finding import Certainty, Kind, Window, WindowKind
from spiders.have_your_say_periods import KNOWN
from spiders.oeil_pages import _slug
from spiders.oeil_vocabulary import EVENTS
from spiders.parliament_vocabulary import ACTIVITIES
from spiders.riksdagen_documents import _CODES

MODEL = Model(load_stages())
RULES = load_windows()
TODAY = date(2026, 11, 23)
LAW = chain_of(Traits(procedure="COD"), MODEL)


def day(text: str, code: str, source: str = "s", kind: str = "") -> Dated:
    return Dated(date.fromisoformat(text), code, source, kind)


def events(*days: Dated) -> tuple[Event, ...]:
    found, unknown = history(days, MODEL)
    assert unknown == ()
    return found


def vocabulary() -> list[str]:
    stages = [f"hys:{stage}/{kind}" for stage in KNOWN["stage"] for kind in KNOWN["publication type"]]
    return [
        *stages,
        *(f"hys:adoption/{kind}" for kind in KNOWN["publication type"]),
        *(f"hys:planned/{kind}" for kind in KNOWN["publication type"]),
        *(f"oeil:{_slug(event)}" for event in EVENTS),
        *(f"oeil:{_slug(event)}-1st-reading" for event in EVENTS),
        *(f"oeil:forecast/{_slug(event)}" for event in EVENTS),
        *(f"ep:{code}" for code in ACTIVITIES),
        *(f"ep:foreseen/{code}" for code in ACTIVITIES),
        *(f"riksdagen:{code}" for code in _CODES),
        *(f"cellar:{code}" for code in KINDS),
        *("cellar:document", "cellar:entry-into-force", "cellar:event/x"),
        *(f"g0v:{kind}" for kind in ("meeting", "fpm", "remiss", "inquiry", "memorandum", "directive")),
        *("g0v:draft-bill", "g0v:bill", "vinnova:opens", "vinnova:closes", "vinnova:decision-expected"),
        *("funding-tenders:published", "funding-tenders:opens", "page:event"),
    ]


def test_every_code_of_every_source_has_its_step() -> None:
    assert [code for code in vocabulary() if MODEL.step_of(code) is None] == []


def test_a_code_that_nobody_knows_is_said_and_told_once() -> None:
    odd = day("2026-01-01", "oeil:moon-landing")
    assert history([odd], MODEL) == ((), (odd,))
    assert unknown_codes([odd, odd], MODEL) == {"oeil:moon-landing": odd}
    assert unknown_codes([odd], MODEL, told={"oeil:moon-landing"}) == {}


@pytest.mark.parametrize(
    ("traits", "chain"),
    [
        (Traits(procedure="COD"), "eu-law"),
        (Traits(procedure="INI", kinds=frozenset({"procedure"})), "eu-policy"),
        (Traits(procedure="DEA"), "delegated-act"),
        (Traits(celex=frozenset({"DC"}), kinds=frozenset({"communication"})), "eu-policy"),
        (Traits(kinds=frozenset({"initiative"}), codes=frozenset({"hys:adoption/REG_DEL"})), "delegated-act"),
        (
            Traits(kinds=frozenset({"initiative"}), codes=frozenset({"hys:ISC_WORKFLOW/REG_DRAFT"})),
            "delegated-act",
        ),
        (Traits(kinds=frozenset({"initiative"}), codes=frozenset({"hys:planned/PROP_REG"})), "eu-file"),
        (Traits(kinds=frozenset({"call"})), "funding-call"),
        (Traits(kinds=frozenset({"remiss", "inquiry"})), "sweden"),
        (Traits(kinds=frozenset({"fpm"})), "eu-file"),
    ],
)
def test_each_sort_of_file_goes_its_own_way(traits: Traits, chain: str) -> None:
    assert chain_of(traits, MODEL).id == chain


def test_the_whole_chain_is_in_order() -> None:
    assert LAW.stages == (
        *("idea", "call-for-evidence", "consultation", "proposal", "memo", "committee", "plenary", "council"),
        *("trilogue", "adopted", "in-force", "inquiry", "remiss", "draft-bill", "bill", "law"),
    )


def test_the_parliaments_vote_after_a_trilogue_is_adoption() -> None:
    first = events(day("2024-01-01", "oeil:decision-by-parliament-1st-reading"))
    stands = standing(first, LAW, TODAY)
    assert stands is not None
    assert (stands.stage, stands.number, stands.total) == ("plenary", 7, 16)
    later = events(
        day("2024-01-01", "ep:COMMITTEE_APPROVE_PROVISIONAL_AGREEMENT"),
        day("2024-04-01", "oeil:decision-by-parliament-1st-reading"),
    )
    stands = standing(later, LAW, TODAY)
    assert stands is not None
    assert stands.stage == "adopted"


def test_a_late_paper_of_an_earlier_stage_moves_nothing_but_a_withdrawal_ends_all() -> None:
    vote, memo = day("2024-01-01", "ep:COMMITTEE_ADOPTING_REPORT"), day("2024-05-01", "g0v:fpm")
    stands = standing(events(vote, memo), LAW, TODAY)
    assert stands is not None
    assert stands.event.step.id == "committee-vote"
    stands = standing(events(vote, day("2024-06-01", "oeil:proposal-withdrawn-by-commission")), LAW, TODAY)
    assert stands is not None
    assert (stands.event.step.id, stands.number) == ("withdrawn", None)


def test_a_referral_of_a_proposal_is_none_of_its_transposition() -> None:
    proposal, remiss = day("2026-01-01", "cellar:PROP_DIR"), day("2026-02-01", "g0v:remiss")
    stands = standing(events(proposal, remiss), LAW, TODAY)
    assert stands is not None
    assert (stands.event.step.id, stands.stage, stands.following) == ("remiss", "memo", "referral")
    act = day("2026-01-15", "cellar:DIR", "acts")
    stands = standing(events(proposal, act, remiss), LAW, TODAY)
    assert stands is not None
    assert (stands.stage, stands.following) == ("remiss", "draft-bill")


def test_the_most_trusted_day_counts_and_the_other_is_kept() -> None:
    (event,) = events(day("2022-11-29", "document:fpm", "riksdagen"), day("2022-12-14", "g0v:fpm", "g0v"))
    assert (event.day, event.disputed) == (date(2022, 12, 14), True)
    (other,) = events(
        day("2022-10-26", "oeil:legislative-proposal-published"), day("2022-10-26", "cellar:PROP_DIR", "c")
    )
    assert not other.disputed


def test_two_days_of_one_source_are_two_events() -> None:
    assert len(events(day("2024-01-01", "ep:REFERRAL"), day("2024-01-20", "ep:REFERRAL"))) == 2


def test_a_day_that_a_source_gives_comes_before_the_usual_next_step() -> None:
    now = events(day("2026-10-01", "oeil:vote-in-committee"))
    stands = standing(now, LAW, TODAY)
    usual = {("committee-vote", "mandate"): Usual(15, 4)}
    coming = expected(now, stands, MODEL, TODAY, usual)
    assert coming is not None
    assert (coming.step.id, coming.day, coming.usual) == ("mandate", None, Usual(15, 4))
    given = events(day("2026-10-01", "oeil:vote-in-committee"), day("2026-12-15", "ep:foreseen/PLENARY_VOTE"))
    coming = expected(given, stands, MODEL, TODAY, usual)
    assert coming is not None
    assert (coming.day, coming.usual) == (date(2026, 12, 15), None)


def test_a_legal_last_day_is_not_next_while_steps_come_before_it() -> None:
    law = day("2027-07-31", "cellar:transposition")
    inquiry = events(day("2025-01-01", "cellar:entry-into-force"), day("2025-03-06", "g0v:directive"), law)
    coming = expected(inquiry, standing(inquiry, LAW, TODAY), MODEL, TODAY, {})
    assert coming is not None
    assert (coming.step.id, coming.day) == ("inquiry", None)
    in_force = events(day("2025-01-01", "cellar:entry-into-force"), law)
    coming = expected(in_force, standing(in_force, LAW, TODAY), MODEL, TODAY, {})
    assert coming is not None
    assert (coming.step.id, coming.day) == ("transposition", date(2027, 7, 31))


def test_the_usual_length_is_the_median_of_what_happened() -> None:
    def file(days: int) -> tuple[Event, ...]:
        first = date(2024, 1, 1)
        return events(
            Dated(first, "oeil:vote-in-committee", "s"),
            Dated(first + timedelta(days=days), "ep:PLENARY_REFER_COMMITTEE_INTERINSTITUTIONAL_NEGOTIATIONS", "s"),
        )

    found = usual_lengths([file(10), file(15), file(300)], TODAY)
    assert found == {("committee-vote", "mandate"): Usual(15, 3)}


@given(
    st.lists(
        st.tuples(
            st.dates(date(2020, 1, 1), date(2027, 1, 1)), st.sampled_from(vocabulary()), st.sampled_from("ab")
        ),
        max_size=15,
    ),
    st.randoms(use_true_random=False),
)
def test_order_of_reading_means_nothing_and_no_day_is_lost(
    rows: list[tuple[date, str, str]], random: object
) -> None:
    some = [Dated(*row) for row in rows]
    found, _ = history(some, MODEL)
    random.shuffle(some)  # type: ignore[attr-defined]  # a random.Random
    assert history(some, MODEL)[0] == found
    assert [event.day for event in found] == sorted(event.day for event in found)
    replaced = {name for step in MODEL.stages.step for name in step.replaces}
    kept = {one for event in found for one in event.dates}
    assert {one for one in some if one not in kept and MODEL.step_of(one.code).id not in replaced} == set()  # type: ignore[union-attr]  # all are known
    stands = standing(found, LAW, TODAY)
    assert stands is None or stands.event.day <= TODAY


# ---------------------------------------------------------------------------- windows by rule


def windows(*days: Dated, given: tuple[Window, ...] = (), today: date = TODAY) -> list[tuple[str, str, str]]:
    found = windows_of(given, events(*days), chain=LAW, procedure="COD", rules=RULES, today=today)
    return [(one.window.kind.value, str(one.window.closes), one.window.certainty.value) for one in found]


PROPOSED = day("2026-10-05", "oeil:legislative-proposal-published")


def test_eight_weeks_after_a_proposal_are_estimated_with_their_source() -> None:
    assert windows(PROPOSED) == [
        ("feedback", "2026-11-30", "estimated"),
        ("subsidiarity", "2026-11-30", "estimated"),
    ]
    found = windows_of((), events(PROPOSED), chain=LAW, procedure="COD", rules=RULES, today=TODAY)
    assert ["SWD(2021) 305" in found[0].basis, "Protokoll nr 2" in found[1].basis] == [True, True]
    assert found[0].where == "https://ec.europa.eu/info/law/better-regulation/have-your-say_sv"
    assert found[0].who
    assert found[0].languages


def test_given_beats_estimated() -> None:
    given = Window(WindowKind.SUBSIDIARITY, None, date(2026, 12, 18), Certainty.GIVEN)
    assert windows(PROPOSED, given=(given,)) == [
        ("subsidiarity", "2026-12-18", "given"),
        ("feedback", "2026-11-30", "estimated"),
    ]


def test_an_old_given_window_of_an_earlier_proposal_does_not_silence_the_rule() -> None:
    given = Window(WindowKind.FEEDBACK, date(2023, 1, 1), date(2023, 3, 1), Certainty.GIVEN)
    assert ("feedback", "2026-11-30", "estimated") in windows(PROPOSED, given=(given,))


def test_amendments_have_no_guessed_end_and_close_when_they_are_tabled() -> None:
    draft = day("2026-10-05", "document:committee-draft-report")
    assert windows(draft) == [("amendments", "None", "unknown")]
    assert windows(draft, day("2026-11-20", "ep:COMMITTEE_TABLING_AMENDMENT")) == []
    assert windows(draft, today=date(2028, 1, 1)) == []
    assert windows(day("2026-10-05", "ep:COMMITTEE_TABLING_REPORT")) == [("amendments", "None", "unknown")]


def test_a_step_of_the_future_opens_nothing() -> None:
    assert windows(PROPOSED, today=date(2026, 10, 4)) == []


def test_rules_and_kinds_name_what_exists() -> None:
    kinds = {kind.value for kind in WindowKind}
    assert {rule.kind for rule in RULES.rule} | {one.id for one in RULES.kind} <= kinds
    steps = {step.id for step in MODEL.stages.step}
    assert {rule.after for rule in RULES.rule} | {name for rule in RULES.rule for name in rule.until} <= steps
    chains = {chain.id for chain in MODEL.stages.chain}
    assert {name for rule in RULES.rule for name in rule.chains} <= chains
    assert {name for chain in MODEL.stages.chain for name in chain.applies.kinds} <= {kind.value for kind in Kind}


def test_a_broken_stage_model_names_its_fault(tmp_path: Path) -> None:
    named = 'sv = "x"\nen = "x"\n'
    text = f'stage = []\n[[chain]]\nid = "x"\n{named}stages = ["a", "b"]\n'
    (tmp_path / "stages.toml").write_text(f'{text}[[step]]\nid = "s"\n{named}stage = "a"\ncodes = ["x:y"]\n')
    with pytest.raises(ConfigError, match="there is no stage 'a'"):
        load_stages(tmp_path)
