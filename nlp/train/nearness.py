"""Learns what nearness to judged texts says (`nlp.nearness`)."""

import numpy as np
from scipy import linalg

from nlp.judge import VALUES
from nlp.nearness import SIZE, Nearness, View, counts, facing, nearness
from nlp.signals import Floats, Signals
from nlp.train.material import Labels, Rows, reaching

RIDGE = 0.3
"""How much a judged text is doubted (added to its nearness to itself)."""
LEAST_SPREAD = 0.05
"""Added to how much a count varies, so that a word that hardly occurs is not everything."""
RULES_FOR_THEMES = 0.7
RULES_FOR_RELEVANCE = 0.3
"""How much the rules count in nearness (see `nlp.nearness.SHARES`)."""


def fit_near_themes(judged: Signals, labels: Labels, rows: Rows) -> Nearness:
    """The reader of themes; a rule that seldom hits counts more.

    Args:
        judged: the judged texts in numbers.
        labels: what people said of them.
        rows: those to learn from.
    """
    known = judged.dense(rows)
    spread = counts(known).std(0) + np.float32(LEAST_SPREAD)
    return _fit(known, View(known.vectors.mean(0), spread, RULES_FOR_THEMES), labels.themes[rows])


def fit_near_relevance(judged: Signals, labels: Labels, rows: Rows) -> Nearness:
    """The reader of relevance: reaching each level, then the levels as one scale; rules say less here.

    Args:
        judged: the judged texts in numbers.
        labels: what people said of them.
        rows: those to learn from.
    """
    known, relevance = judged.dense(rows), labels.relevance[rows]
    spread = counts(known).std(0) + np.float32(LEAST_SPREAD)
    spread[known.words.shape[1] :] = 1
    targets = np.hstack([reaching(relevance), VALUES[relevance][:, None]])
    return _fit(known, View(known.vectors.mean(0), spread, RULES_FOR_RELEVANCE), targets)


def _fit(judged: Signals, view: View, targets: Floats) -> Nearness:
    seen = view.see(judged)
    mean = seen.mean(0)
    axes = _axes(seen - mean)
    along = (seen - mean).astype(float) @ axes.astype(float)
    scale = float(np.abs(along).max()) / 127
    kept = np.round(along / scale).astype(np.int8)
    bias = targets.mean(0)
    known = kept.astype(float) * scale  # compared as they are kept: else what is solved is not symmetric
    near = nearness(known, facing(known))
    near[np.diag_indices(len(seen))] += RIDGE
    weights = linalg.solve(near, targets - bias, assume_a="pos", overwrite_a=True).astype(np.float32)
    return Nearness(view.center, view.spread, view.rules, mean, axes, kept, scale, weights, bias)


def _axes(seen: Floats) -> Floats:
    """(features, at most SIZE): the directions in which the rows differ most, the strongest first."""
    _, strongest = np.linalg.eigh(seen.T.astype(np.float64) @ seen)
    return np.ascontiguousarray(strongest[:, ::-1][:, :SIZE]).astype(np.float32)
