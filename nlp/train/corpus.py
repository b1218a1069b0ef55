"""The training texts as signals: read once, used by every fit."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from config.themes import Themes
from nlp.assessment import Text
from nlp.judge import WAYS
from nlp.reading import title_and_body, topics_of
from nlp.rules import TOKEN
from nlp.signals import NOTHING_FOUND, Crosswalk, Finder, Found, Reader
from nlp.train.data import CONSTRUCTED_ID, Judged, Labelled, folds, read_training
from nlp.train.material import Labels, Longer, Material, Wide
from nlp.vectors import Vectors
from nlp.vocabulary import Vocabulary, learn, words_of

LEAST = 10
"""Judged texts that a theme needs to be learned here; one with fewer is learned from its configuration."""
MORE = 150
"""Characters by which a longer version must be longer to be worth reading as well."""
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Judged and labelled texts with what rules find in them and what people said."""

    judged: Sequence[Judged]
    gold: int
    """As many of the judged texts, the first ones, are those that are measured on."""
    labelled: Sequence[Labelled]
    themes: tuple[str, ...]
    labels: Labels
    wide_fold: npt.NDArray[np.int64]
    found: Sequence[Found]
    wide_found: Sequence[Found]
    crosswalk: Crosswalk
    votes: Floats
    """What publishers' subjects say of the judged texts that are also among the labelled."""

    def vocabulary(self, without: int | None = None) -> Vocabulary:
        """The n-grams of all texts outside one fold."""
        kept = [one.text for one, fold in zip(self.judged, self.labels.fold, strict=True) if fold != without]
        wide = [one.text for one, fold in zip(self.labelled, self.wide_fold, strict=True) if fold != without]
        return learn(_words(kept + wide))

    def material(self, vocabulary: Vocabulary, vectors: Vectors) -> Material:
        """All texts in numbers; the labelled ones without the subjects that they are to teach."""
        reader = Reader(vocabulary, vectors, self.themes, self.crosswalk)
        wide = [replace(one.text, subjects=()) for one in self.labelled]
        longer = self._longer()
        unfound = [NOTHING_FOUND] * len(longer)  # the readers need no rules
        return Material(
            reader.read([one.text for one in self.judged], self.found),
            self.labels,
            Longer(reader.read(list(longer.values()), unfound), np.array(list(longer), np.int64)),
            Wide(
                reader.read(wide, self.wide_found),
                _flags([one.themes for one in self.labelled], self.themes),
                _flags([one.either for one in self.labelled], self.themes),
                self.wide_fold,
            ),
            self.votes,
            len(vocabulary),
        )

    def _longer(self) -> dict[int, Text]:
        """Judged texts of which the labelled collection has a clearly longer version, by their number."""
        bodies = {one.key: one.body for one in self.labelled}
        return {
            row: replace(one.text, body=bodies[one.key])
            for row, one in enumerate(self.judged)
            if len(bodies.get(one.key, "")) > len(one.text.body) + MORE
        }


def load(folder: Path, themes: Themes) -> Corpus:
    """The training data of a folder (`gold.jsonl`, and `policy_areas.jsonl.gz` where there is one).

    Raises:
        ConfigError: a file is missing or broken.
    """
    gold, further, labelled = read_training(folder)
    judged = [*gold, *further]
    judged_of = Counter(theme for one in judged for theme in one.themes)
    names = tuple(theme.id for theme in themes.theme if judged_of[theme.id] >= LEAST)
    keys = [one.key for one in judged]
    fold = folds(keys)
    fold_of = dict(zip(keys, fold, strict=True))
    crosswalk = Crosswalk(themes)
    subjects = {one.key: one.text for one in labelled}
    nothing = Text("", "")
    finder = Finder(themes)
    return Corpus(
        judged,
        len(gold),
        labelled,
        names,
        Labels(
            _flags([one.themes for one in judged], names),
            np.array([one.relevance for one in judged]),
            np.array([WAYS.index(one.direction) if one.direction in WAYS else -1 for one in judged]),
            np.array(fold),
            np.array([not one.text.id.startswith(CONSTRUCTED_ID) for one in judged]),
        ),
        np.array([fold_of.get(one.key, -1) for one in labelled], np.int64),
        [found_in(finder, one.text) for one in judged],
        [found_in(finder, one.text) for one in labelled],
        crosswalk,
        np.stack([crosswalk.votes(subjects.get(one.key, nothing), names) for one in judged]),
    )


def found_in(finder: Finder, text: Text) -> Found:
    """What the rules find in a text, read as the pipeline reads it."""
    title, body = title_and_body(text)
    first = TOKEN.findall(title)
    return finder.find([*first, *TOKEN.findall(body)], len(first))


def _words(texts: Iterable[Text]) -> Iterable[tuple[list[str], list[str]]]:
    for text in texts:
        title, body = title_and_body(text)
        yield words_of(title), words_of("\n".join((body, *topics_of(text))))


def _flags(named: Sequence[Sequence[str]], themes: Sequence[str]) -> Floats:
    flags = np.zeros((len(named), len(themes)), np.float32)
    for row, names in enumerate(named):
        for name in names:
            if name in themes:
                flags[row, themes.index(name)] = 1
    return flags
