"""The reader that compares a text as a whole with every judged one."""

import numpy as np
import pytest

from nlp.nearness import SIZE
from nlp.signals import GROUPS, NO_WORDS, RULE_COLUMNS, SIDES, Floats, Signals
from nlp.train.material import Labels
from nlp.train.nearness import fit_near_relevance, fit_near_themes

COUNT, THEMES = 240, 1
LOTS = np.random.default_rng(1)
TALKS = LOTS.integers(0, 2, (COUNT, 2)).astype(np.float32)
"""Whether a text talks of municipalities and of duties. What counts is that it does both or neither."""
BOTH = TALKS[:, 0] == TALKS[:, 1]
LABELS = Labels(
    BOTH[:, None].astype(np.float32),
    np.where(BOTH, 3, 0),
    np.full(COUNT, -1),
    np.zeros(COUNT, np.int64),
    np.ones(COUNT, bool),
)
LEARNED, UNSEEN = np.arange(0, COUNT, 2), np.arange(1, COUNT, 2)


def judged() -> Signals:
    words = np.zeros((COUNT, 2 * len(GROUPS)), np.float32)
    words[:, [GROUPS.index("municipality"), GROUPS.index("duty")]] = TALKS

    def chance(*shape: int) -> Floats:
        return LOTS.normal(size=(COUNT, *shape)).astype(np.float32)

    side = np.zeros((COUNT, len(SIDES)), np.float32)
    rules = np.zeros((COUNT, THEMES, RULE_COLUMNS), np.float32)
    return Signals(NO_WORDS, NO_WORDS, chance(2) * 0.01, rules, words, side,
                   np.zeros((COUNT, THEMES, 3), np.float32), chance(2))  # fmt: skip


def test_two_things_together_are_carried_over() -> None:
    texts = judged()
    unseen, both = texts.dense(UNSEEN), BOTH[UNSEEN]
    themes = fit_near_themes(texts, LABELS, LEARNED)(unseen)
    assert ((themes[:, 0] > 0.5) == both).all()
    relevance = fit_near_relevance(texts, LABELS, LEARNED)(unseen)
    assert ((relevance[:, :3] > 0.5) == both[:, None]).all(), "reaching each level"
    assert ((relevance[:, 3] > 1.5) == both).all(), "relevance as one scale"


@pytest.mark.parametrize("step", [1, 100, 1_000])
def test_one_text_is_read_as_among_others(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = judged()
    reader = fit_near_themes(texts, LABELS, LEARNED)
    alone = np.vstack([reader(texts.row(row)) for row in range(COUNT)])
    monkeypatch.setattr("nlp.nearness.STEP", step)
    assert reader(texts) == pytest.approx(alone, abs=1e-6)


def test_a_text_of_nothing_is_read() -> None:
    texts = judged()
    nothing = Signals(NO_WORDS, NO_WORDS, *(np.zeros_like(part) for part in (
        texts.vectors, texts.rules, texts.words, texts.side, texts.votes, texts.length
    )))  # fmt: skip
    assert np.isfinite(fit_near_themes(texts, LABELS, LEARNED)(nothing)).all()


def test_what_is_kept_of_a_judged_text_is_small() -> None:
    reader = fit_near_themes(judged(), LABELS, LEARNED)
    assert reader.known.dtype == np.int8
    assert reader.known.shape[0] == len(LEARNED) and reader.known.shape[1] <= SIZE
