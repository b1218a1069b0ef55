"""The extra `embeddings`: one more reader, the setting that decides, what holds where it is missing or broken."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from config.errors import ConfigError
from config.settings import Settings
from monitor.meaning.models import embedder
from nlp import embeddings
from nlp.assessment import Assessment, Text
from nlp.embeddings import MOST, Likeness, passage
from nlp.judge import Scores
from nlp.model import PipelineAssessor, load
from nlp.reading import MAX_TITLE
from nlp.signals import Floats
from nlp.train.likeness import fit_likeness
from nlp.train.material import Labels
from tests.nlp.embedder import SIZE, embedded

WASTEWATER = Text("1", "Rening av avloppsvatten", "Kommunerna ska bygga ut sina reningsverk", genre="fpm")


def learned(texts: Sequence[str], themes: Floats, relevance: Sequence[int]) -> Likeness:
    count = len(texts)
    labels = Labels(themes, np.array(relevance), np.full(count, -1), np.arange(count) % 2, np.ones(count, bool))
    return fit_likeness(embedded(texts), labels, np.arange(count))


def test_what_was_judged_of_a_text_is_carried_over_to_its_like() -> None:
    texts = ["avlopp och vatten", "vatten och reningsverk", "skola och betyg", "betyg och lärare"]
    themes = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32)
    reader = learned(texts, themes, [3, 2, 0, 0])
    none = Scores(np.zeros((2, 2, 3), np.float32), np.zeros((2, 3), np.float32), np.zeros((2, 4), np.float32))
    said = reader.beside(none, embedded(["avlopp och reningsverk", "skola och lärare"]))
    assert said.themes.shape == (2, 2, 4) and said.relevance.shape == (2, 4)
    assert said.themes[0, 0, 3] > 0.5 > said.themes[0, 1, 3]
    assert said.themes[1, 1, 3] > 0.5 > said.themes[1, 0, 3]
    assert said.relevance[0, 3] > said.relevance[1, 3] + 1
    assert (said.themes[:, :, :3] == 0).all(), "the other readers keep their say"


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """What the embedder of `reading` was asked for, in the order of asking."""
    return []


@pytest.fixture(scope="module")
def reading(asked: list[str]) -> PipelineAssessor:
    """The shipped model with constructed embeddings."""

    def embed(passages: Sequence[str]) -> Floats:
        asked.extend(passages)
        return embedded(passages)

    found = load(None, None, embed)
    assert isinstance(found, PipelineAssessor)
    return found


def scores(of: Assessment) -> dict[str, float]:
    return {tag.theme: tag.score for tag in of.tags}


def test_the_version_tells_who_read(reading: PipelineAssessor, assessor: PipelineAssessor) -> None:
    assert reading.version == f"{assessor.version}+e5"
    found, plain = (next(one.assess([WASTEWATER], reasons=False)) for one in (reading, assessor))
    assert found.model == reading.version
    assert scores(found) != scores(plain), "the other stack weighs"


def test_the_same_text_gets_the_same_answer_in_any_batch(reading: PipelineAssessor) -> None:
    others = [Text(str(number), f"Bidrag till bibliotek {number}", genre="press") for number in range(5)]
    alone = next(reading.assess([WASTEWATER]))
    among = list(reading.assess([*others, WASTEWATER]))[-1]
    assert scores(alone) == pytest.approx(scores(among), abs=2e-4)
    assert alone.level == among.level


def test_reasons_embed_a_text_once(reading: PipelineAssessor, asked: list[str]) -> None:
    asked.clear()
    found = next(reading.assess([WASTEWATER]))
    assert asked == [passage(WASTEWATER)]
    assert found.reasons and any(tag.evidence for tag in found.tags)


@pytest.mark.parametrize("body", ["", "\x00\x01\ud800", "a" * 100_000, "<p>avlopp</p>" * 9_000])
def test_hostile_texts_are_cut_to_what_is_read(reading: PipelineAssessor, asked: list[str], body: str) -> None:
    asked.clear()
    found = next(reading.assess([Text("5", body[:50], body)]))
    assert 0 <= found.relevance <= 1
    assert all(len(one) <= MAX_TITLE + 2 + MOST and one.encode() for one in asked)


def test_a_pipeline_that_reads_embeddings_is_not_what_is_kept(reading: PipelineAssessor, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        reading.pipeline.get_pipe("utblick_reader").to_disk(tmp_path)  # type: ignore[attr-defined]  # our own component


@pytest.mark.parametrize("setting", ["auto", "on", "off"])
def test_the_setting_decides(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UTBLICK_EMBEDDINGS", setting)
    monkeypatch.setattr(embeddings, "installed", lambda: embedded)
    assert embedder(Settings()) is (None if setting == "off" else embedded)
    monkeypatch.setattr(embeddings, "installed", lambda: None)
    if setting == "on":
        with pytest.raises(ConfigError, match=r"pip install 'utblick\[embeddings\]'"):
            embedder(Settings())
    else:
        assert embedder(Settings()) is None


def test_without_the_extra_there_is_no_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "PACKAGE", "no_such_package_anywhere")
    assert embeddings.installed() is None


@pytest.mark.parametrize(
    "content", ["", "class E5:\n    def __init__(self, **_):\n        raise OSError('no weights')\n"]
)
def test_a_broken_extra_is_one_line(content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{embeddings.PACKAGE}.py").write_text(content, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, embeddings.PACKAGE, raising=False)
    with pytest.raises(ConfigError) as raised:
        embeddings.installed()
    sys.modules.pop(embeddings.PACKAGE, None)
    assert "the extra `embeddings` is broken" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_extra_itself_knows_what_is_meant(assessor: PipelineAssessor) -> None:
    embed = embeddings.installed()
    if embed is None:
        pytest.skip("the extra `embeddings` is not installed")
    other_words = "Städernas spillvatten görs renare"
    texts = [other_words, "Kommuner ska rena avloppsvatten bättre", "Fler lärare i skolan"]
    rows = embed(texts)
    assert rows.shape == (3, SIZE)
    assert rows[0] @ rows[1] > rows[0] @ rows[2]
    assert (embed(texts[:1]) == rows[:1]).all()
    text = Text("1", other_words, genre="fpm")
    plain, found = (next(one.assess([text], reasons=False)) for one in (assessor, load(None, None, embed)))
    assert found.model.endswith("+e5")
    assert found.tags[0].theme == "va-vatten"
    assert scores(found)["va-vatten"] > scores(plain)["va-vatten"]
