"""Reasons are true: without the terms it names, the model is less sure."""

import json
import time
from pathlib import Path

import pytest

from config.themes import load as load_themes
from nlp.model import SHIPPED, PipelineAssessor, load
from nlp.train import make
from nlp.train.data import GOLD, folds, key_of, read_judged, text_of
from nlp.train.reasons import truth

SAMPLE = 9
"""Every ninth judged text is learned from: too few for a good model, enough for one that has reasons."""


def test_the_named_terms_are_why_on_texts_that_the_model_had_not_read(shared: Path, tmp_path: Path) -> None:
    rows = (shared / "training" / GOLD).read_text(encoding="utf-8").splitlines()
    fold = folds([key_of(json.loads(row)["title"]) for row in rows])
    kept = [row for row, part in zip(rows, fold, strict=True) if part != 0]
    (tmp_path / GOLD).write_text("\n".join(kept[::SAMPLE]), encoding="utf-8")
    make.train(tmp_path, tmp_path / "model", load_themes(), make.shipped_vectors(SHIPPED))
    unread = [text_of(json.loads(row)) for row, part in zip(rows, fold, strict=True) if part == 0]
    found = truth(load(tmp_path / "model"), unread[::SAMPLE])
    assert found.tags > 40
    assert found.lowered / found.tags >= 0.9


def test_reasons_of_the_recipe_were_measured_on_unread_texts() -> None:
    found = json.loads((SHIPPED / "evaluation.json").read_text(encoding="utf-8"))["reasons"]
    assert found["tags"] > 200
    assert found["true"] >= 0.9


def test_reasons_are_quick(assessor: PipelineAssessor, shared: Path) -> None:
    texts = [one.text for one in read_judged(shared / "training" / GOLD)][::60]
    spent = []
    for text in texts:
        begun = time.process_time()
        next(assessor.assess([text]))
        spent.append(time.process_time() - begun)
    assert sorted(spent)[int(0.95 * len(spent))] < 0.1


def test_every_span_is_where_it_says(assessor: PipelineAssessor, shared: Path) -> None:
    texts = [one.text for one in read_judged(shared / "training" / GOLD)][::40]
    count = 0
    for text, found in zip(texts, assessor.assess(texts), strict=True):
        string = f"{text.title}\n{text.body}"
        for one in (*found.evidence, *(e for tag in found.tags for e in tag.evidence)):
            if one.start is not None:
                count += 1
                assert string[one.start : one.end].replace("\xa0", " ") == one.text
    assert count > 300


@pytest.mark.parametrize("length", [500, 3_000])
def test_spans_in_the_body_survive_a_title_that_is_not_read_whole(assessor: PipelineAssessor, length: int) -> None:
    from nlp.assessment import Text

    text = Text("1", "Förslag " + "x " * (length // 2), "Kommunerna ska rena avloppsvatten bättre", genre="fpm")
    found = next(assessor.assess([text]))
    string = f"{text.title}\n{text.body}"
    spans = [e for tag in found.tags for e in tag.evidence if e.start is not None]
    assert spans
    assert all(string[e.start : e.end] == e.text for e in spans)
