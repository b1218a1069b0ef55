"""What the stack learns, and where levels begin."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from nlp.judge import LEVELS, N_GROUPS, READERS, RELEVANCE_READERS, WAYS, Scores
from nlp.reading import PUBLISHERS
from nlp.signals import GROUPS, NO_WORDS, RULE_COLUMNS, SIDES, TOPIC_COLUMNS, Signals
from nlp.train.material import Labels, Longer, Material, Wide
from nlp.train.stack import MOVE, _expected_kappa, _levels, fit_stack

LOTS = np.random.default_rng(0)
CHANCES = np.minimum.accumulate(LOTS.beta(0.6, 1.2, (3000, LEVELS)), axis=1).astype(np.float32)
"""Of reaching each level."""
GROUP = np.eye(N_GROUPS, dtype=np.float32)[LOTS.integers(0, N_GROUPS, len(CHANCES))]


def test_levels_rise_and_groups_lean_as_they_should() -> None:
    limits = _levels(CHANCES, GROUP)
    assert limits.shape == (N_GROUPS, LEVELS)
    assert (np.diff(limits, axis=1) > 0).all()
    place = {name: float(limits[row, 1]) for row, name in enumerate(PUBLISHERS.groups)}
    assert place["consultation"] < place["national"] < place["news"]
    assert max(abs(limit - place["national"]) for limit in place.values()) <= MOVE + 1e-6
    assert place["memo"] == place["procedure"] == place["national"]


def test_the_kappa_to_be_expected_is_that_of_levels_drawn_by_those_chances() -> None:
    drawn = (LOTS.random((len(CHANCES), 1)) < CHANCES).sum(1)
    shares = -np.diff(np.hstack([np.ones((len(CHANCES), 1)), CHANCES, np.zeros((len(CHANCES), 1))]))
    given = np.digitize(CHANCES.sum(1), [0.5, 1.2, 2.0])
    kappa = cohen_kappa_score(drawn, given, weights="quadratic")
    assert _expected_kappa(shares, given) == pytest.approx(kappa, abs=0.03)


def test_a_group_without_texts_keeps_the_common_threshold() -> None:
    alone = np.zeros_like(GROUP)
    alone[:, PUBLISHERS.groups.index("memo")] = 1
    limits = _levels(CHANCES, alone)
    assert (limits == limits[0]).all()


def test_how_much_is_relevant_is_not_learned_from_constructed_texts() -> None:
    count, published = 300, np.arange(300) < 200
    relevance = np.where(published, LOTS.integers(0, 4, count), 3)

    def chance(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return LOTS.normal(size=(count, *shape)).astype(np.float32)

    side = np.zeros((count, len(SIDES)), np.float32)
    side[:, PUBLISHERS.groups.index("memo")] = 1
    rules, words = abs(chance(1, RULE_COLUMNS + TOPIC_COLUMNS)), abs(chance(2 * len(GROUPS)))
    votes = np.zeros((count, 1, 3), np.float32)
    texts = Signals(NO_WORDS, NO_WORDS, chance(2), rules, words, side, votes, chance(2))
    labels = Labels((chance(1) > 0).astype(np.float32), relevance, LOTS.integers(0, len(WAYS), count),
                    np.arange(count) % 5, published)  # fmt: skip
    none = np.zeros((0, 1), np.float32)
    wide = Wide(texts.row(0), none, none, np.zeros(0, np.int64))
    material = Material(texts, labels, Longer(texts.row(0), np.zeros(0, np.int64)), wide, texts.votes, 1)
    held = Scores(chance(1, READERS), chance(RELEVANCE_READERS), chance(len(WAYS)))
    of_all, of_published = (
        fit_stack(material, held, rows) for rows in (np.arange(count), np.flatnonzero(published))
    )
    assert (of_all.levels == of_published.levels).all()
    assert (of_all.relevance.bias == of_published.relevance.bias).all()
    assert of_all.threshold == of_published.threshold
