"""What an organisation's own judgements add to the shipped model: a shift of the log-odds.

The shipped weights stay as they are, and the shift is small unless many judgements agree. It lies along the word
vectors, so that a judgement of one text moves texts that speak of the same. It is the last component of the
pipeline, and reasons read through it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from nlp.judge import Floats, sigmoid
from nlp.pipeline import Component, gather, own_in, trained_in

NAME = "utblick_local"
FILE = "correction.npz"
EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Correction:
    """Shifts of log-odds, the constant first: `themes` (T × 1 + size), `levels` (1 + size), `ways` (WAYS × …)."""

    names: tuple[str, ...]
    """Trained themes and the organisation's own."""
    themes: Floats
    levels: Floats
    ways: Floats


def features(docs: Sequence[Doc], nlp: Language) -> Floats:
    """(n, 1 + size) of a batch: a constant, and how its word vectors lie to those of texts in general."""
    signals, _ = gather(docs)
    seen = signals.vectors - trained_in(nlp).general.mean
    wide: Floats = np.hstack([np.ones((len(seen), 1), np.float32), seen])
    return wide


def scored(nlp: Language) -> tuple[str, ...]:
    """The themes that a pipeline scores: trained ones, then the organisation's own."""
    return (*trained_in(nlp).themes, *(theme.id for theme in own_in(nlp).themes))


def scores(docs: Sequence[Doc], nlp: Language) -> Floats:
    """(n, themes of `scored`) probabilities."""
    trained = trained_in(nlp).themes
    return np.array([[*(doc.cats[name] for name in trained), *doc._.reading.own] for doc in docs], np.float32)


def log_odds(chances: Floats) -> Floats:
    """Of probabilities, kept finite."""
    kept: Floats = np.clip(chances, EDGE, 1 - EDGE)
    odds: Floats = np.log(kept / (1 - kept))
    return odds


class LocalStep(Component):
    """Shifts what the model says by what people of the organisation said."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self.correction: Correction | None = None

    def work(self, docs: Sequence[Doc]) -> None:
        """Moves `doc.cats`, the scores of own themes, `doc._.chances` and `doc._.ways`."""
        assert self.correction is not None  # noqa: S101  # it is added together with its numbers
        seen, correction = features(docs, self._nlp), self.correction
        names = scored(self._nlp)
        rows = [place for place, name in enumerate(correction.names) if name in names]
        kept = [correction.names[row] for row in rows]  # an own theme may have gone since
        columns = [names.index(name) for name in kept]
        themes = sigmoid(log_odds(scores(docs, self._nlp)[:, columns]) + seen @ correction.themes[rows].T)
        trained = len(trained_in(self._nlp).themes)
        levels, ways = seen @ correction.levels, seen @ correction.ways.T
        for doc, chances, shift, turn in zip(docs, themes, levels, ways, strict=True):
            for name, column, chance in zip(kept, columns, map(float, chances), strict=True):
                if column < trained:
                    doc.cats[name] = chance
                else:
                    doc._.reading.own[column - trained] = chance
            doc._.chances = sigmoid(log_odds(doc._.chances) + shift)
            doc._.ways = doc._.ways + turn

    def to_disk(self, path: Path, **_: object) -> None:
        """Writes the correction."""
        assert self.correction is not None  # noqa: S101  # as above
        path.mkdir(parents=True, exist_ok=True)
        one = self.correction
        shifts: dict[str, Floats] = {"themes": one.themes, "levels": one.levels, "ways": one.ways}
        np.savez_compressed(path / FILE, names=np.array(one.names), **shifts)  # type: ignore[arg-type]  # no pickling is asked for

    def from_disk(self, path: Path, **_: object) -> "LocalStep":
        """Reads the correction."""
        with np.load(path / FILE, allow_pickle=False) as file:
            names = tuple(str(name) for name in file["names"])
            self.correction = Correction(names, file["themes"], file["levels"], file["ways"])
        return self


@Language.factory(NAME)
def create_local(nlp: Language, name: str) -> LocalStep:  # noqa: ARG001  # spaCy's signature
    """The step of local corrections."""
    return LocalStep(nlp)


def corrected(nlp: Language, correction: Correction, mark: str) -> Language:
    """The pipeline with a correction as its last step.

    Args:
        nlp: a pipeline of our own, changed in place.
        correction: what was learned.
        mark: what the version gets at its end.
    """
    step = nlp.add_pipe(NAME, last=True)
    step.correction = correction  # type: ignore[attr-defined]  # our own component
    nlp.meta["version"] = f"{nlp.meta['version']}+local.{mark}"
    return nlp
