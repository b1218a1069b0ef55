"""Reasons are true: without the terms it names, the model is less sure."""

import time
from pathlib import Path

import pytest

from nlp.assessment import EvidenceKind
from nlp.effects import without
from nlp.model import PipelineAssessor
from nlp.train.data import GOLD, read_judged

SAMPLE = 12
"""Every twelfth judged text: 310 of them."""


def test_taking_out_the_named_terms_lowers_the_score(assessor: PipelineAssessor, shared: Path) -> None:
    texts = [one.text for one in read_judged(shared / "training" / GOLD)][::SAMPLE]
    cases, less = [], []
    for text, found in zip(texts, assessor.assess(texts), strict=True):
        for tag in found.tags:
            if tag.assigned:
                terms = {e.text.lower() for e in tag.evidence if e.kind is EvidenceKind.TERM}
                cases.append((tag, bool(terms)))
                less.append(without(text, terms) if terms else text)
    lower = [
        named and {one.theme: one.score for one in found.tags}[tag.theme] < tag.score
        for (tag, named), found in zip(cases, assessor.assess(less, reasons=False), strict=True)
    ]
    assert len(lower) > 200
    assert sum(lower) / len(lower) >= 0.9


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
