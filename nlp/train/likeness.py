"""Learns what the embeddings of judged texts say, and how that is weighed with the other readers."""

from collections.abc import Callable, Sequence

import numpy as np

from nlp.embeddings import Embed, Embedded, Likeness, directions, passage
from nlp.judge import VALUES, Linear, Scores
from nlp.signals import Floats
from nlp.train.data import Judged
from nlp.train.material import Labels, Material, Rows
from nlp.train.stack import fit_stack

STEP = 500
RIDGE = 0.1
"""How much a judged text is doubted (added to its likeness to itself); chosen by cross-validation."""


def embedded(judged: Sequence[Judged], embed: Embed, said: Callable[[str], None] = lambda _: None) -> Floats:
    """(n, size) embeddings of judged texts.

    Args:
        judged: the texts.
        embed: the embedder.
        said: hears how far it is.
    """
    parts = []
    for start in range(0, len(judged), STEP):
        parts.append(embed([passage(one.text) for one in judged[start : start + STEP]]))
        said(f"{min(start + STEP, len(judged))} of {len(judged)} texts embedded")
    return np.vstack(parts)


def fit_likeness(embedded: Floats, labels: Labels, rows: Rows) -> Likeness:
    """The reader learned from some rows of the judged texts.

    Args:
        embedded: (n, size) embeddings of all judged texts.
        labels: what people said of them.
        rows: those to learn from.
    """
    center = embedded[rows].mean(0)
    seen = directions(embedded[rows], center)
    scale = float(np.abs(seen).max()) / 127
    examples = np.round(seen / scale).astype(np.int8)
    targets = np.hstack([labels.themes[rows], VALUES[labels.relevance[rows]][:, None]])
    mean = targets.mean(0)
    size = targets.shape[1]
    nothing = Linear(np.zeros((len(rows), size), np.float32), np.zeros(size, np.float32))
    near = Likeness(center, examples, scale, nothing).near(embedded[rows])
    near[np.diag_indices(len(rows))] += RIDGE
    weights = np.linalg.solve(near, (targets - mean).astype(np.float32))
    return Likeness(center, examples, scale, Linear(weights.astype(np.float32), mean.astype(np.float32)))


def fit_embedded(material: Material, embedded: Floats, held: Scores, rows: Rows) -> Embedded:
    """The reader of all rows, and a stack learned on what it says of rows it had not seen."""
    labels = material.labels
    fold = labels.fold[rows]
    themes = np.zeros((*held.themes.shape[:2], held.themes.shape[2] + 1), np.float32)
    relevance = np.zeros((len(held.relevance), held.relevance.shape[1] + 1), np.float32)
    for one in np.unique(fold):
        test = rows[fold == one]
        part = Scores(held.themes[test], held.relevance[test], held.direction[test])
        said = fit_likeness(embedded, labels, rows[fold != one]).beside(part, embedded[test])
        themes[test], relevance[test] = said.themes, said.relevance
    stack = fit_stack(material, Scores(themes, relevance, held.direction), rows)
    return Embedded(fit_likeness(embedded, labels, rows), stack)
