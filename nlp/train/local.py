"""Learns the correction of `nlp.local` from judgements: logistic regression around what the model says already.

The model's log-odds are the starting point (an offset), and every weight is held near nothing by a normal prior
(MacKay 1992, "The evidence framework"; here its spread is chosen by cross-validated log loss). With few judgements
next to nothing changes; a theme whose judgements agree with the model keeps its numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from nlp.judge import LEVELS as REACHED
from nlp.judge import WAYS, Floats, sigmoid
from nlp.local import Correction, log_odds

SPREADS = (0.0, 0.25, 0.5, 1.0, 2.0)
"""Prior standard deviations of a shift that are tried; 0: leave the model alone."""
CONSTANT = 0.25
"""Spread of the constant, as a share of the others': a theme's share of all texts is known best by the model."""
FOLDS = 5
STEPS = 30


@dataclass(frozen=True, slots=True)
class Seen:
    """Of judged texts: `features` (n, 1 + size); log-odds: `themes` (n, T), `levels` (n, 3), `ways` (n, WAYS)."""

    names: tuple[str, ...]
    features: Floats
    themes: Floats
    levels: Floats
    ways: Floats


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said of one text: themes that hold or do not; the level's place (0–3) and the way, if any."""

    themes: Mapping[str, bool]
    level: int | None = None
    way: int | None = None
    """In WAYS."""


def learn(seen: Seen, verdicts: Sequence[Verdict]) -> Correction:
    """The correction that the verdicts teach; rows of `seen` and `verdicts` belong together."""
    size = seen.features.shape[1]
    themes = np.zeros((len(seen.names), size), np.float32)
    for place, name in enumerate(seen.names):
        rows = [row for row, one in enumerate(verdicts) if name in one.themes]
        truth = np.array([verdicts[row].themes[name] for row in rows], np.float32)
        themes[place] = _shift(seen.features[rows], seen.themes[rows, place], truth, np.arange(len(rows)))
    rows = [row for row, one in enumerate(verdicts) if one.level is not None]
    reached = np.array([[verdicts[row].level > step for step in range(REACHED)] for row in rows], np.float32)  # type: ignore[operator]  # rows have levels
    levels = _shift(
        np.repeat(seen.features[rows], REACHED, axis=0),
        seen.levels[rows].ravel(),
        reached.ravel(),
        np.repeat(np.arange(len(rows)), REACHED),
    )
    return Correction(seen.names, themes, levels, _ways(seen, verdicts))


def _ways(seen: Seen, verdicts: Sequence[Verdict]) -> Floats:
    """A shift for each way against the others."""
    rows = [row for row, one in enumerate(verdicts) if one.way is not None]
    said = np.array([verdicts[row].way for row in rows])
    odds = log_odds(chances_of(seen.ways[rows]))
    return np.stack(
        [
            _shift(seen.features[rows], odds[:, way], (said == way).astype(np.float32), np.arange(len(rows)))
            for way in range(len(WAYS))
        ]
    )


def applied(seen: Seen, correction: Correction) -> Seen:
    """The log-odds with the correction."""
    return replace(
        seen,
        themes=seen.themes + seen.features @ correction.themes.T,
        levels=seen.levels + (seen.features @ correction.levels)[:, None],
        ways=seen.ways + seen.features @ correction.ways.T,
    )


def chances_of(ways: Floats) -> Floats:
    """Log-odds of the ways → probabilities, of which exactly one holds."""
    raised = np.exp(ways - ways.max(1, keepdims=True, initial=-np.inf))
    chances: Floats = raised / raised.sum(1, keepdims=True)
    return chances


def log_loss(chances: Floats, truth: Floats) -> float:
    """Mean surprise (nats)."""
    odds = log_odds(chances)
    return float(np.mean(np.logaddexp(0, odds) - truth * odds)) if len(truth) else 0.0


def _shift(x: Floats, offset: Floats, truth: Floats, group: npt.NDArray[np.intp]) -> Floats:
    """The weights, with the spread that surprises least on parts left out; rows of one `group` stay together."""
    if len(set(group.tolist())) < 2 * FOLDS:
        return np.zeros(x.shape[1], np.float32)
    fold = group % FOLDS
    losses = []
    for spread in SPREADS:
        chances = np.empty(len(truth), np.float32)
        for part in range(FOLDS):
            inside, outside = fold != part, fold == part
            weights = _fit(x[inside], offset[inside], truth[inside], spread)
            chances[outside] = sigmoid(offset[outside] + x[outside] @ weights)
        losses.append(log_loss(chances, truth))
    return _fit(x, offset, truth, SPREADS[int(np.argmin(losses))])


def _fit(x: Floats, offset: Floats, truth: Floats, spread: float) -> Floats:
    """The most probable weights (Newton's method; the loss is convex)."""
    size = x.shape[1]
    weights = np.zeros(size)
    if spread == 0 or not len(truth):
        return weights.astype(np.float32)
    precision = np.full(size, 1 / spread**2)
    precision[0] /= CONSTANT**2
    wide = x.astype(np.float64)
    for _ in range(STEPS):
        chances = 1 / (1 + np.exp(-(offset + wide @ weights)))
        slope = wide.T @ (truth - chances) - precision * weights
        curve = (wide * (chances * (1 - chances))[:, None]).T @ wide + np.diag(precision)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-5:
            break
    return weights.astype(np.float32)
