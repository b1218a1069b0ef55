"""Where levels begin."""

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from nlp.judge import LEVELS, N_GROUPS
from nlp.reading import PUBLISHERS
from nlp.train.stack import MOVE, _expected_kappa, _levels

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
