"""Measures the recipe by cross-validation, and a finished model on judged texts that it was not trained on."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from config.themes import Themes
from nlp import judge
from nlp.assessment import Assessor
from nlp.model import LEVELS, PipelineAssessor
from nlp.train import corpus
from nlp.train.data import Judged, read_judged
from nlp.train.fit import fit
from nlp.train.metrics import Outcome, way_of
from nlp.vectors import Vectors


def cross_validate(
    data: Path, themes: Themes, vectors: Vectors, said: Callable[[str], None] = lambda _: None
) -> tuple[Outcome, tuple[str, ...]]:
    """Judgements of every text by a model that never saw it, nor another text of its title.

    Vocabulary, readers, stack, thresholds are learned anew for each of five folds from the other four (the stack inside them
    by a second cross-validation); labelled texts with a title of the fold are left out.

    Args:
        data: folder of the training files.
        themes: the configuration.
        vectors: word vectors (made without any label).
        said: hears how far it is.

    Raises:
        ConfigError: training data is missing or broken.
    """
    texts = corpus.load(data, themes)
    labels, count = texts.labels, len(texts.judged)
    scores, assigned = np.zeros_like(labels.themes), np.zeros_like(labels.themes)
    chance, level, way = np.zeros(count, np.float32), np.zeros(count, np.int64), np.zeros(count, np.int64)
    for fold in np.unique(labels.fold):
        vocabulary = texts.vocabulary(without=int(fold))
        gold, wide = texts.signals(vocabulary, vectors)
        fitted = fit(gold, labels, wide, len(vocabulary), np.flatnonzero(labels.fold != fold), texts.votes)
        read = fitted.readers.read(gold)
        logits = fitted.stack.theme_logits(gold, read)
        chances = judge.reached(fitted.stack.relevance_logits(gold, read, logits))
        limits = fitted.stack.levels[judge.groups(gold).argmax(1)]
        test = labels.fold == fold
        scores[test] = judge.sigmoid(logits)[test]
        assigned[test] = scores[test] >= fitted.stack.threshold
        chance[test] = chances[test, 1]
        level[test] = (chances.sum(1)[:, None] >= limits).sum(1)[test]
        way[test] = fitted.stack.direction(read.direction).argmax(1)[test]
        said(f"fold {int(fold) + 1} of {len(np.unique(labels.fold))} done")
    return _outcome(texts.judged, texts.themes, scores, assigned, (chance, level, way)), texts.themes


def apply(file: Path, assessor: Assessor) -> tuple[Outcome, tuple[str, ...]]:
    """A model's judgements of the judged texts of a file.

    Raises:
        ConfigError: the file is missing or broken.
    """
    judged = read_judged(file)
    found = list(assessor.assess([one.text for one in judged], reasons=False))
    names = tuple(sorted({tag.theme for tag in found[0].tags}))
    by_name = [{tag.theme: tag for tag in one.tags} for one in found]
    ways = (
        assessor.ways([one.text for one in judged])
        if isinstance(assessor, PipelineAssessor)
        else [one.direction for one in found]
    )
    return _outcome(
        judged,
        names,
        np.array([[tags[name].score for name in names] for tags in by_name], np.float32),
        np.array([[tags[name].assigned for name in names] for tags in by_name], np.float32),
        (
            np.array([one.relevance for one in found], np.float32),
            np.array([LEVELS.index(one.level) for one in found]),
            np.array([way_of(one) for one in ways]),
        ),
    ), names


def _outcome(
    judged: Sequence[Judged], names: Sequence[str], scores: judge.Floats, assigned: judge.Floats,
    rest: tuple[judge.Floats, np.ndarray[tuple[int, ...], np.dtype[np.int64]], np.ndarray[tuple[int, ...], np.dtype[np.int64]]],
) -> Outcome:  # fmt: skip
    chance, level, way = rest
    return Outcome(
        np.array([[name in one.themes for name in names] for one in judged], np.float32),
        np.array([one.relevance for one in judged]),
        np.array([way_of(one.direction) for one in judged]),
        scores,
        assigned,
        chance,
        level,
        way,
        np.array([one.text.language or "" for one in judged]),
        np.array([one.genre for one in judged]),
    )
