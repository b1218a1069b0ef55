"""Nearness: what judged texts that are like a text were judged to be.

Weights of single words add up; they cannot say that two things together mean something else. This reader compares
a text as a whole (word vectors, words of the lexicon, rules, kind) with every judged text, and carries over what
those were judged to be by kernel ridge regression (Saunders, Gammerman & Vovk 1998). There is one for themes,
which looks more at the rules, and one for relevance. Of a judged text each keeps `SIZE` numbers of 8 bits, from
which its words cannot be told.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from nlp.signals import Signals

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
SIZE = 144
"""Numbers that a text is compared by: the directions in which judged texts differ most; more change little."""
STEP = 250
"""Texts compared at a time: with each goes a number for every judged text."""
NARROW = 0.7
"""How fast nearness falls with distance (1 / squared distance)."""
SHARES = {"vectors": 0.5**0.5, "words": 0.6, "side": 0.3}
"""How much each part of what is seen counts. The vectors are two parts: of the title, of the whole text."""


@dataclass(frozen=True, slots=True)
class View:
    """How a text is seen before it is compared; learned from judged texts."""

    center: Floats
    """(columns of the word vectors): those of texts in general, which all lie in one direction."""
    spread: Floats
    """(columns of the lexicon's words, then of the rules): what their counts are divided by."""
    rules: float
    """How much the rules count, as `SHARES` of the other parts."""

    def see(self, signals: Signals) -> Floats:
        """(n, features): every part at the length that its share gives it."""
        moved, half = signals.vectors - self.center, len(self.center) // 2
        words, rules = np.split(counts(signals) / self.spread, [signals.words.shape[1]], axis=1)
        return np.hstack(
            [
                unit(moved[:, :half]) * SHARES["vectors"],
                unit(moved[:, half:]) * SHARES["vectors"],
                unit(words) * SHARES["words"],
                unit(rules) * self.rules,
                signals.side * SHARES["side"],
            ]
        ).astype(np.float32)


@dataclass(frozen=True)
class Nearness(View):
    """The reader: a view, its main directions, the judged texts along them, and what each of those says."""

    mean: Floats
    """(features) of what is seen of judged texts."""
    axes: Floats
    """(features, SIZE)."""
    known: npt.NDArray[np.int8]
    """(judged texts, SIZE)."""
    scale: float
    """What 1 in `known` stands for."""
    weights: Floats
    """(judged texts, what is judged)."""
    bias: Floats

    @cached_property
    def _ready(self) -> tuple[Doubles, Doubles, Doubles]:
        """Axes, judged texts and what they say in double precision: made once, since reasons read text by text."""
        known = self.known.astype(float) * self.scale
        return self.axes.astype(float), facing(known), self.weights.astype(float)

    def __call__(self, signals: Signals) -> Floats:
        """(n, what is judged), on the scale of the judgements that were learned."""
        axes, known, weights = self._ready
        seen = (self.see(signals) - self.mean).astype(float) @ axes
        said = np.empty((len(seen), len(self.bias)), np.float32)
        for at in range(0, len(seen), STEP):
            said[at : at + STEP] = nearness(seen[at : at + STEP], known) @ weights + self.bias
        return said


def facing(those: Doubles) -> Doubles:
    """(directions + 2, those): 1, b and |b|² of each text b, for `nearness`."""
    ones = np.ones((len(those), 1))
    return np.ascontiguousarray(np.hstack([ones, those, (those**2).sum(1, keepdims=True)]).T)


def nearness(these: Doubles, those: Doubles) -> Doubles:
    """(these, those): e to the power of minus `NARROW` times the squared distance; 1 for the same.

    In double precision, so that thousands of small parts add up to the same number alone and in a batch; as one
    product, |a|² - 2ab + |b|² being that of (|a|², -2a, 1) and (1, b, |b|²).

    Args:
        these: (n, directions).
        those: what `facing` makes of the others.
    """
    ones = np.ones((len(these), 1))
    near: Doubles = np.hstack([(these**2).sum(1, keepdims=True), -2 * these, ones]) * -NARROW @ those
    return np.exp(near, out=near)


def counts(signals: Signals) -> Floats:
    """(n, columns): what was counted of the lexicon's words, then of the rules."""
    return np.hstack([signals.words, signals.rules.reshape(len(signals), -1)])


def unit(rows: Floats) -> Floats:
    """Rows of length 1; one of zeros stays."""
    result: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return result
