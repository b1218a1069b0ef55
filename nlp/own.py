"""Themes that an organisation adds: useful at once from their words, their definition and a few examples.

A theme that the shipped model was not trained on is scored by nine features: how a text lies towards the
definition and examples (word vectors, against what texts are like in general), how its words do (TF-IDF), how like
it is to the nearest examples, and how many of the theme's own words it has. What these are worth is the same for
every such theme and was learned from the shipped themes, each treated as if it were new (`nlp.train.newcomers`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from config.themes import Theme, Themes
from nlp.assessment import Text
from nlp.judge import Linear, sigmoid
from nlp.reading import split, title_and_body
from nlp.signals import Crosswalk, Finder, Floats, Found, Reader, Signals, rule_counts
from nlp.storage import General, Trained

NEAREST = 3
SHRINKAGE = 3.0
"""How much the covariance of word vectors is drawn towards a ball; chosen on the shipped themes treated as new."""
FEATURES = 9


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What examples teach of one theme."""

    direction: Floats
    """(2 × size) in the space of word vectors; a text's general likeness has mean 0 and spread 1 along it."""
    words: Floats
    """(vocabulary) TF-IDF of definition and examples against texts in general."""
    examples: Floats
    """(examples × vocabulary) their rows, for the nearest."""
    vectors: Floats
    """(examples × 2 size) the same as word vectors, of length 1."""

    def features(self, signals: Signals, rules: Floats, general: General) -> Floats:
        """(n, FEATURES) of a batch; `rules` (n, RULE_COLUMNS) are the theme's own."""
        seen = signals.vectors - general.mean
        words = signals.sparse.dot(np.column_stack([self.words, self.examples.T]))
        near = -np.sort(-words[:, 1:], axis=1)
        like = (seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-9)) @ self.vectors.T
        return np.column_stack(
            [seen @ self.direction, words[:, 0], near[:, 0], near[:, :NEAREST].mean(1), like.max(1), rules]
        ).astype(np.float32)


def learn(definition: int, examples: Sequence[int], signals: Signals, general: General, width: int) -> Newcomer:
    """What a definition and examples teach (rows of `signals`); without examples the definition is the example."""
    rows = dense(signals, width)
    shown = list(examples) or [definition]
    center = signals.vectors[[*shown, definition]].mean(0) - general.mean
    size = len(center)
    ball = np.trace(general.covariance) / size * np.eye(size, dtype=np.float32)
    direction = np.linalg.solve(general.covariance + SHRINKAGE * ball, center)
    direction /= max(float(np.sqrt(direction @ general.covariance @ direction)), 1e-9)
    words = rows[shown].mean(0) + rows[definition] / len(shown) - general.words
    vectors = signals.vectors[shown] - general.mean
    return Newcomer(
        direction.astype(np.float32),
        (words / max(float(np.linalg.norm(words)), 1e-9)).astype(np.float32),
        rows[shown],
        (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)).astype(np.float32),
    )


def dense(signals: Signals, width: int) -> Floats:
    """The sparse part of a small batch, written out."""
    part = signals.sparse
    rows = np.zeros((len(part.starts) - 1, width), np.float32)
    rows[np.repeat(np.arange(len(rows)), np.diff(part.starts)), part.columns] = part.values
    return rows


def definition_of(theme: Theme) -> Text:
    """A theme's name, definition and words as a text."""
    words = " ".join((*theme.keywords_sv, *theme.keywords_en)).replace("*", "")
    return Text(theme.id, theme.sv, f"{theme.definition_sv} {theme.definition_en} {words}")


@dataclass(frozen=True)
class OwnThemes:
    """The themes of a configuration that the model was not trained on."""

    themes: tuple[Theme, ...]
    taught: tuple[Newcomer, ...]
    general: General
    weights: Linear

    @classmethod
    def of(cls, themes: Themes, trained: Trained) -> "OwnThemes":
        """Those themes, with what their definition and examples teach."""
        new = tuple(theme for theme in themes.theme if theme.id not in trained.themes)
        finder, crosswalk = Finder(themes), Crosswalk(themes)
        taught = []
        for theme in new:
            texts = [definition_of(theme), *(Text("", example) for example in theme.examples)]
            reader = Reader(trained.vocabulary, trained.vectors, (), crosswalk)
            found = [finder.find(split(title_and_body(text)[0])[0], 0) for text in texts]
            signals = reader.read(texts, found)
            rows = range(1, len(texts))
            taught.append(learn(0, rows, signals, trained.general, len(trained.vocabulary)))
        return cls(new, tuple(taught), trained.general, trained.newcomers)

    @property
    def mark(self) -> str:
        """What own themes add to the model's version: their scores change with their definition."""
        if not self.themes:
            return ""
        told = "".join(theme.model_dump_json() for theme in self.themes)
        return "+own." + hashlib.sha256(told.encode()).hexdigest()[:8]

    def scores(self, signals: Signals, found: Sequence[Found]) -> Floats:
        """(n, own themes) probabilities."""
        rules = rule_counts(found, [theme.id for theme in self.themes])
        scores = [
            sigmoid(self.weights(one.features(signals, rules[:, place], self.general)))[:, 0]
            for place, one in enumerate(self.taught)
        ]
        return np.stack(scores, 1) if scores else np.zeros((len(signals), 0), np.float32)
