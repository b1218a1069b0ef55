"""Measures the recipe by cross-validation, and a finished model on judged texts that it was not trained on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from config.themes import Themes
from nlp import judge
from nlp.assessment import Assessor
from nlp.model import LEVELS, PipelineAssessor
from nlp.train import corpus
from nlp.train.data import Judged, read_judged
from nlp.train.fit import fit
from nlp.train.metrics import Integers, Outcome, main, mean_precision, way_of
from nlp.vectors import Vectors

THEME_PARTS = ("words, judged texts", "words, publishers' labels too", "word vectors")
RELEVANCE_PARTS = ("words, one scale", "words, level by level", "word vectors", "nameable features")
RULE_VALUES = np.array([2, 0.7, 1, 0.3], np.float32)
"""What hits are worth where rules stand alone: keyword and hint in the title, keyword and hint in the body."""


@dataclass(frozen=True, slots=True)
class Validation:
    """Judgements by cross-validation, and what each part of the model would have said alone."""

    outcome: Outcome
    names: tuple[str, ...]
    alone_themes: dict[str, judge.Floats]
    """Part → (n, T) scores."""
    alone_relevance: dict[str, judge.Floats]
    """Part → (n) scores."""


def cross_validate(
    data: Path, themes: Themes, vectors: Vectors, said: Callable[[str], None] = lambda _: None
) -> Validation:
    """Judgements of every text by a model that never saw it, nor another text of its title.

    Vocabulary, readers, stack, thresholds are learned anew for each of five folds from the other four (the stack
    inside them by a second cross-validation); labelled texts with a title of the fold are left out.

    Args:
        data: folder of the training files.
        themes: the configuration.
        vectors: word vectors (made without any label).
        said: hears how far it is.

    Raises:
        ConfigError: training data is missing or broken.
    """
    texts = corpus.load(data, themes)
    labels, (count, size) = texts.labels, texts.labels.themes.shape
    scores, assigned = np.zeros((count, size), np.float32), np.zeros((count, size), np.float32)
    chance, level, way = np.zeros(count, np.float32), np.zeros(count, np.int64), np.zeros(count, np.int64)
    alone = {name: np.zeros((count, size), np.float32) for name in (*THEME_PARTS, "rules")}
    alone_relevance = {name: np.zeros(count, np.float32) for name in RELEVANCE_PARTS}
    for fold in np.unique(labels.fold):
        vocabulary = texts.vocabulary(without=int(fold))
        material = texts.material(vocabulary, vectors)
        fitted = fit(material, np.flatnonzero(labels.fold != fold))
        stack, signals = fitted.stack, material.judged
        read = fitted.readers.read(signals)
        logits = stack.theme_logits(signals, read)
        chances = judge.reached(stack.relevance_logits(signals, read, logits))
        limits = stack.levels[judge.groups(signals).argmax(1)]
        test = labels.fold == fold
        scores[test] = judge.sigmoid(logits)[test]
        assigned[test] = scores[test] >= stack.threshold
        chance[test] = chances[test, 1]
        level[test] = (chances.sum(1)[:, None] >= limits).sum(1)[test]
        way[test] = stack.direction(read.direction).argmax(1)[test]
        for place, name in enumerate(THEME_PARTS):
            alone[name][test] = ((read.themes[test] - stack.mean) / stack.spread)[:, :, place]
        alone["rules"][test] = signals.rules[test] @ RULE_VALUES
        named = stack.named(judge.named_features(signals, logits)).sum(1, keepdims=True)
        for place, name in enumerate(RELEVANCE_PARTS):
            alone_relevance[name][test] = np.hstack([read.relevance, named])[test, place]
        said(f"fold {int(fold) + 1} of {len(np.unique(labels.fold))} done")
    outcome = _outcome(texts.judged, texts.themes, scores, assigned, (chance, level, way))
    return Validation(outcome, texts.themes, alone, alone_relevance)


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


def ablation(found: Validation) -> dict[str, dict[str, float | None]]:
    """What each part reaches alone, and all together: mean average precision and precision for the briefing."""
    outcome = found.outcome
    themes = {name: mean_precision(replace(outcome, scores=alone)) for name, alone in found.alone_themes.items()}
    readers = np.mean([found.alone_themes[name] for name in THEME_PARTS], axis=0)
    themes["mean of the three readers"] = mean_precision(replace(outcome, scores=readers))
    themes["all, stacked"] = mean_precision(outcome)
    relevance = {
        name: main(replace(outcome, chance=alone))["relevance"]["ap_brief"]
        for name, alone in found.alone_relevance.items()
    }
    relevance["all, stacked by group"] = main(outcome)["relevance"]["ap_brief"]
    return {"themes.map": themes, "relevance.ap_brief": relevance}


def _outcome(
    judged: Sequence[Judged], names: Sequence[str], scores: judge.Floats, assigned: judge.Floats,
    rest: tuple[judge.Floats, Integers, Integers],
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
