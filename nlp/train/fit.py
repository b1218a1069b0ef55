"""Puts a fit together: readers for each inner fold, the stack on what those had not read, readers for all."""

from dataclasses import dataclass

import numpy as np

from nlp.embeddings import Embedded
from nlp.judge import READERS, RELEVANCE_READERS, WAYS, Readers, Scores, Stack
from nlp.train.likeness import fit_embedded
from nlp.train.material import Material, Rows
from nlp.train.readers import fit_readers
from nlp.train.stack import fit_stack


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained judge."""

    readers: Readers
    stack: Stack
    embedded: Embedded | None = None
    """Learned where the material has embeddings."""


def fit(material: Material, rows: Rows) -> Fitted:
    """A judge learned from the given rows of the judged texts and everything labelled outside their complement.

    Labelled texts whose title is in a fold that is held out are held out with it.
    """
    labels, wide = material.labels, material.wide
    count, themes = labels.themes.shape
    held = Scores(
        np.zeros((count, themes, READERS), np.float32),
        np.zeros((count, RELEVANCE_READERS), np.float32),
        np.zeros((count, len(WAYS)), np.float32),
    )
    inner = np.unique(labels.fold[rows])
    outer = np.setdiff1d(np.unique(labels.fold), inner)
    allowed = ~np.isin(wide.fold, outer)
    for fold in inner:
        readers = fit_readers(
            material, rows[labels.fold[rows] != fold], np.flatnonzero(allowed & (wide.fold != fold))
        )
        scores = readers.read(material.judged)
        test = rows[labels.fold[rows] == fold]
        held.themes[test] = scores.themes[test]
        held.relevance[test] = scores.relevance[test]
        held.direction[test] = scores.direction[test]
    return Fitted(
        fit_readers(material, rows, np.flatnonzero(allowed)),
        fit_stack(material, held, rows),
        fit_embedded(material, material.embedded, held, rows) if material.embedded is not None else None,
    )
