import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor

from nlp.train.forest import LEAF, TREES, TRIED, forest
from nlp.trees import SURE

LOTS = np.random.default_rng(0)
X = LOTS.normal(size=(600, 2)).astype(np.float32)
"""Rows of features. Whether both have one sign decides: no weighing of single ones can say that."""
Y = np.stack([(X[:, 0] > 0) == (X[:, 1] > 0), X[:, 0] > 9], 1).astype(np.float32)


def test_the_forest_says_what_scikit_learn_says() -> None:
    model = ExtraTreesRegressor(TREES, min_samples_leaf=LEAF, max_features=TRIED, random_state=0).fit(X, Y)
    share = np.clip(model.predict(X), SURE, 1 - SURE)
    assert forest(X, Y)(X) == pytest.approx(np.log(share / (1 - share)), abs=1e-4)


def test_two_features_together_decide() -> None:
    found = forest(X[:400], Y[:400])(X[400:])[:, 0] > 0
    assert (found == (Y[400:, 0] > 0)).mean() > 0.75


def test_what_never_happens_has_finite_odds() -> None:
    assert forest(X, Y)(X)[:, 1] == pytest.approx(np.log(SURE / (1 - SURE)))


def test_no_rows_are_no_answers() -> None:
    assert forest(X, Y)(X[:0]).shape == (0, 2)
