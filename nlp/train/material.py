"""What a fit learns from: the texts as numbers, and what people and publishers said of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from nlp.judge import Linear
from nlp.signals import Floats, Signals
from nlp.vocabulary import Sparse

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Labels:
    """What people judged: themes (n, T) of 0 and 1, relevance 0–3, direction as a place in WAYS or -1, fold."""

    themes: Floats
    relevance: Rows
    direction: Rows
    fold: Rows
    published: Flags
    """False where the text was constructed: it tells what words mean, not how often something is relevant."""


@dataclass(frozen=True, slots=True)
class Wide:
    """Texts with publishers' labels: themes (1 surely, 0 not said), `either` (may be meant), fold or -1."""

    signals: Signals
    themes: Floats
    either: Floats
    fold: Rows


@dataclass(frozen=True, slots=True)
class Longer:
    """The same documents as some judged texts in a longer version; row i is the judged text `of[i]`."""

    signals: Signals
    of: Rows


@dataclass(frozen=True, slots=True)
class Material:
    """Everything a fit learns from. `votes` (n, T, VOTE_COLUMNS): what subjects say of judged texts, if known."""

    judged: Signals
    labels: Labels
    longer: Longer
    wide: Wide
    votes: Floats
    width: int
    """Columns of the vocabulary."""
    embedded: Floats | None = None
    """(n, size) embeddings of the judged texts, where they were made."""


def matrix(part: Sparse, width: int) -> sparse.csr_matrix:
    """A batch's sparse rows as scipy has them."""
    return sparse.csr_matrix((part.values, part.columns, part.starts), shape=(len(part.starts) - 1, width))


def logistics(x: Floats, targets: Floats, strength: float, *, balanced: bool = False) -> Linear:
    """One logistic regression for each column of `targets`, on standardised features, told for the raw ones.

    A column without both answers gets a constant.
    """
    mean, spread = x.mean(0), x.std(0) + 1e-6
    z = (x - mean) / spread
    coefs, biases = [], []
    for column in targets.T > 0.5:
        if column.all() or not column.any():
            coefs.append(np.zeros(x.shape[1], np.float32))
            biases.append(30.0 if column.all() else -30.0)
            continue
        model = LogisticRegression(C=strength, max_iter=600, class_weight="balanced" if balanced else None)
        model.fit(z, column)
        coefs.append((model.coef_[0] / spread).astype(np.float32))
        biases.append(float(model.intercept_[0] - mean @ coefs[-1]))
    return Linear(np.stack(coefs, 1), np.array(biases, np.float32))


def reaching(relevance: Rows) -> Floats:
    """(n, LEVELS): whether each level is reached."""
    return np.stack([relevance >= level for level in (1, 2, 3)], 1).astype(np.float32)
