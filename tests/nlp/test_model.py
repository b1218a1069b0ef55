import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.themes import load_themes
from nlp.assessment import Direction, EvidenceKind, Level, Text
from nlp.effects import without
from nlp.model import PipelineAssessor
from nlp.train.data import GOLD, read_judged

WASTEWATER = Text(
    "1",
    "Förslag till direktiv om rening av avloppsvatten från tätbebyggelse",
    "Kommissionen föreslår skärpta krav på kommunala avloppsreningsverk. Läkemedelsrester ska renas bort. "
    "Kommunerna måste bygga ut ett fjärde reningssteg.",
    genre="fpm",
)


def test_a_file_that_concerns_municipalities(assessor: PipelineAssessor) -> None:
    found = next(assessor.assess([WASTEWATER]))
    assert found.tags[0].theme == "va-vatten"
    assert found.tags[0].assigned
    assert found.level in (Level.ACT, Level.BRIEF)
    assert found.direction is Direction.RESTRICTING
    assert found.language == "sv"
    assert found.model == assessor.version


def test_a_technical_file_is_for_the_archive(assessor: PipelineAssessor) -> None:
    text = Text(
        "2", "RoHS exemption for lead in solders", genre="initiative", subjects=("hys:ENV", "hys-act:DIR_DEL")
    )
    found = next(assessor.assess([text]))
    assert found.level is Level.NONE
    assert found.direction is Direction.NA


def test_every_theme_has_a_score_and_the_first_is_the_most_probable(assessor: PipelineAssessor) -> None:
    found = next(assessor.assess([WASTEWATER], reasons=False))
    assert {tag.theme for tag in found.tags} == {theme.id for theme in load_themes()}
    scores = [tag.score for tag in found.tags]
    assert scores == sorted(scores, reverse=True)
    assert found.reasons == () and found.evidence == ()


def test_reasons_are_swedish_and_spans_are_exact(assessor: PipelineAssessor) -> None:
    found = next(assessor.assess([WASTEWATER]))
    string = f"{WASTEWATER.title}\n{WASTEWATER.body}"
    places = [one for one in (*found.tags[0].evidence, *found.evidence) if one.start is not None]
    assert len(places) > 3
    assert all(string[place.start : place.end] == place.text for place in places)
    assert found.reasons[0].startswith("Vatten, avlopp och Vänern (")
    assert "*avlopp" in found.reasons[0]
    assert any(reason.startswith("Riktning begränsande: *") for reason in found.reasons)


def test_named_terms_carry_the_score(assessor: PipelineAssessor) -> None:
    found = next(assessor.assess([WASTEWATER]))
    terms = {one.text for one in found.tags[0].evidence if one.kind is EvidenceKind.TERM}
    less = next(assessor.assess([without(WASTEWATER, terms)], reasons=False))
    score = {tag.theme: tag.score for tag in less.tags}[found.tags[0].theme]
    assert score < found.tags[0].score


def test_a_publishers_subject_counts(assessor: PipelineAssessor) -> None:
    plain = Text("3", "Ändrade regler", genre="memorandum")
    told = replace(plain, subjects=("regeringen:Cybersäkerhet",))
    before, after = (
        {tag.theme: tag for tag in found.tags}["digital-cyber"] for found in assessor.assess([plain, told])
    )
    assert after.score > before.score


def test_an_ambiguous_hook_counts_only_at_home(assessor: PipelineAssessor) -> None:
    def hits(title: str) -> list[str]:
        found = next(assessor.assess([Text("4", title, "avloppsreningsverk och avloppsvatten", genre="press")]))
        return [e.text for tag in found.tags for e in tag.evidence if e.kind is EvidenceKind.RULE]

    assert "Ängen" not in hits("Slåtter på Ängen")
    assert "Ängen" in hits("Lidköping bygger vid Ängen")


def test_the_same_text_gets_the_same_answer_in_any_batch(assessor: PipelineAssessor) -> None:
    others = [Text(str(number), f"Bidrag till bibliotek {number}", genre="press") for number in range(7)]
    alone = next(assessor.assess([WASTEWATER]))
    among = list(assessor.assess([*others[:3], WASTEWATER, *others[3:]]))[3]
    assert {tag.theme: tag.score for tag in alone.tags} == pytest.approx(
        {tag.theme: tag.score for tag in among.tags}, abs=2e-4
    )
    assert (alone.level, alone.direction) == (among.level, among.direction)
    assert next(assessor.assess([WASTEWATER])) == alone


HOSTILE = [
    "",
    " \n\t ",
    "<p><b>Förslag</b>&nbsp;till <a href='x'>direktiv</a></p>" * 50,
    "FÖRSLAG TILL DIREKTIV OM AVLOPPSVATTEN FRÅN TÄTBEBYGGELSE",
    "FÃ¶rslag till direktiv om avloppsvatten frÃ¥n tÃ¤tbebyggelse",
    "上水道に関する指令の提案",
    "\x00\x01\ufeff\u202e" * 100,
    "avlopp \ud800\udfff\ud83d",
    "a" * 100_000,
    "avlopp " * 150_000,
    "&lt;" * 10_000 + "<" * 10_000,
    "Vorschlag für eine Richtlinie über kommunales Abwasser",
    "Forslag til direktiv om spildevand fra byområder",
]


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_texts_are_judged_in_time(assessor: PipelineAssessor, body: str) -> None:
    begun = time.process_time()
    found = next(assessor.assess([Text("5", body[:50_000], body)]))
    assert time.process_time() - begun < 2
    assert 0 <= found.relevance <= 1
    assert all(0 <= tag.score <= 1 for tag in found.tags)


def test_capitals_do_not_change_what_a_text_is_about(assessor: PipelineAssessor) -> None:
    loud = replace(WASTEWATER, title=WASTEWATER.title.upper(), body=WASTEWATER.body.upper())
    assert next(assessor.assess([loud])).tags[0].theme == "va-vatten"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=80), body=st.text(max_size=200), genre=st.sampled_from([None, "fpm", "call", "?"]))
def test_any_text_is_judged(assessor: PipelineAssessor, title: str, body: str, genre: str | None) -> None:
    found = next(assessor.assess([Text("6", title, body, genre=genre)]))
    assert found.level in Level
    string = f"{title}\n{body}"
    spans = [e for tag in found.tags for e in tag.evidence if e.start is not None]
    assert all(string[e.start : e.end] == e.text or "<" in string or "&" in string for e in spans)


@pytest.mark.parametrize("title", ["", "…!", "上水道"])
def test_nothing_is_said_of_a_text_without_known_words(assessor: PipelineAssessor, title: str) -> None:
    found = next(assessor.assess([Text("8", title, genre="fpm")]))
    assert (found.level, found.direction, found.relevance) == (Level.NONE, Direction.NA, 0)
    assert not any(tag.assigned for tag in found.tags)
    assert found.reasons


def test_no_text_is_no_work(assessor: PipelineAssessor) -> None:
    assert list(assessor.assess([])) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The Commission proposes new rules on urban wastewater treatment", "en"),
        ("Kommissionen föreslår nya regler om rening av avloppsvatten i tätorter", "sv"),
        ("Die Kommission schlägt neue Vorschriften für die Behandlung von Abwasser vor", "de"),
    ],
)
def test_the_language_is_identified(assessor: PipelineAssessor, text: str, language: str) -> None:
    assert next(assessor.assess([Text("7", text)], reasons=False)).language == language


def test_a_closed_window_never_raises_the_level(assessor: PipelineAssessor, shared: Path) -> None:
    rows = [one.text for one in read_judged(shared / "training" / GOLD) if one.genre in ("hys", "call")]
    order = list(Level)[::-1]
    opened = assessor.assess([replace(text, window_open=True) for text in rows], reasons=False)
    closed = assessor.assess([replace(text, window_open=False) for text in rows], reasons=False)
    pairs = [(order.index(one.level), order.index(other.level)) for one, other in zip(opened, closed, strict=True)]
    assert all(one >= other for one, other in pairs)
