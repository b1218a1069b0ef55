"""Measures the recipe by cross-validation, and a finished model on judged texts that it was not trained on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from config.themes import Themes
from nlp import judge
from nlp.assessment import Assessor
from nlp.embeddings import Embed
from nlp.model import LEVELS, PipelineAssessor
from nlp.own import FEATURES
from nlp.signals import RULE_COLUMNS, Signals
from nlp.storage import Trained
from nlp.train import corpus, make, newcomers
from nlp.train.data import Judged, read_judged
from nlp.train.fit import Fitted, fit
from nlp.train.likeness import embedded
from nlp.train.material import Material
from nlp.train.metrics import Integers, Outcome, main, mean_precision, way_of
from nlp.train.reasons import SAMPLE, Truth, truth
from nlp.vectors import Vectors
from nlp.vocabulary import Vocabulary

THEME_PARTS = (
    "words, judged texts",
    "words, publishers' labels too",
    "words of the title",
    "word vectors",
    "nearness to judged texts",
)
RELEVANCE_PARTS = (
    "words, one scale",
    "words, level by level",
    "words of the title, one scale",
    "words of the title, level by level",
    "word vectors",
    "nearness, reaching background",
    "nearness, reaching brief",
    "nearness, reaching act",
    "nearness, one scale",
    "nameable features",
    "decision trees",
)
EMBEDDINGS = "sentence embeddings"
"""The part that only pipelines with the extra have."""
FEWER = 3
"""With the extra only every third of the texts asked for reasons is: each answer embeds texts anew."""
RULE_VALUES = np.array([2, 0.7, 1, 0.3], np.float32)
"""What hits are worth where rules stand alone: keyword and hint in the title, keyword and hint in the body."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Judgements by cross-validation."""

    outcome: Outcome
    stream: Outcome
    """The same of everything judged that was published, measured or not: nearer to what comes than a choice."""
    reasons: Truth
    """Of texts that the model which gave the reasons had not read."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What was measured without the extra `embeddings` and with it, and what each part of the model says alone."""

    names: tuple[str, ...]
    plain: Measured
    embedded: Measured | None
    """On the same folds."""
    alone_themes: dict[str, judge.Floats]
    """Part → (n, T) scores."""
    alone_relevance: dict[str, judge.Floats]
    """Part → (n) scores."""


class Sheet:
    """Judgements of all texts, filled in fold by fold."""

    def __init__(self, count: int, size: int) -> None:
        self.scores, self.assigned = np.zeros((count, size), np.float32), np.zeros((count, size), np.float32)
        self.chance = np.zeros(count, np.float32)
        self.level, self.way = np.zeros(count, np.int64), np.zeros(count, np.int64)

    def fill(
        self, test: npt.NDArray[np.bool_], stack: judge.Stack, signals: Signals, read: judge.Scores
    ) -> judge.Floats:
        """Write down what a stack says of the texts of `test`; gives the log-odds of the themes of all."""
        logits = stack.theme_logits(signals, read)
        chances = judge.reached(stack.relevance_logits(signals, read, logits))
        limits = stack.levels[judge.groups(signals).argmax(1)]
        self.scores[test] = judge.sigmoid(logits)[test]
        self.assigned[test] = self.scores[test] >= stack.threshold
        self.chance[test] = chances[test, 1]
        self.level[test] = (chances.sum(1)[:, None] >= limits).sum(1)[test]
        self.way[test] = stack.direction(read.direction).argmax(1)[test]
        return logits

    def outcome(self, judged: Sequence[Judged], names: Sequence[str]) -> Outcome:
        """Beside what people said."""
        return _outcome(judged, names, self.scores, self.assigned, (self.chance, self.level, self.way))


def cross_validate(
    data: Path,
    themes: Themes,
    vectors: Vectors,
    *,
    embed: Embed | None = None,
    said: Callable[[str], None] = lambda _: None,
) -> Validation:
    """Judgements of every text by a model that never saw it, nor another text of its title.

    Vocabulary, readers, stack, thresholds are learned anew for each of five folds from the other four (the stack
    inside them by a second cross-validation); labelled texts with a title of the fold are left out.

    Args:
        data: folder of the training files.
        themes: the configuration.
        vectors: word vectors (made without any label).
        embed: the embedder of the extra, if it is to be measured as well, on the same folds.
        said: hears how far it is.

    Raises:
        ConfigError: training data is missing or broken.
    """
    texts = corpus.load(data, themes)
    labels, (count, size) = texts.labels, texts.labels.themes.shape
    rows = embedded(texts.judged, embed, said) if embed else None
    plain, extra = Sheet(count, size), Sheet(count, size)
    reasons, extra_reasons = Truth(0, 0, 0), Truth(0, 0, 0)
    alone = {name: np.zeros((count, size), np.float32) for name in (*THEME_PARTS, "rules", EMBEDDINGS)}
    alone_relevance = {name: np.zeros(count, np.float32) for name in (*RELEVANCE_PARTS, EMBEDDINGS)}
    for fold in np.unique(labels.fold):
        vocabulary = texts.vocabulary(without=int(fold))
        with threadpool_limits(1):  # as in make.train
            material = replace(texts.material(vocabulary, vectors), embedded=rows)
            fitted = fit(material, np.flatnonzero(labels.fold != fold))
        stack, signals = fitted.stack, material.judged
        read = fitted.readers.read(signals)
        test = labels.fold == fold
        logits = plain.fill(test, stack, signals, read)
        if fitted.embedded is not None and rows is not None:
            with_it = fitted.embedded.likeness.beside(read, rows)
            extra.fill(test, fitted.embedded.stack, signals, with_it)
            alone[EMBEDDINGS][test] = with_it.themes[test, :, -1]
            alone_relevance[EMBEDDINGS][test] = with_it.relevance[test, -1]
        for place, name in enumerate(THEME_PARTS):
            alone[name][test] = ((read.themes[test] - stack.mean) / stack.spread)[:, :, place]
        alone["rules"][test] = signals.rules[test][:, :, :RULE_COLUMNS] @ RULE_VALUES
        features = judge.named_features(signals, logits)
        named = stack.named(features).sum(1, keepdims=True)
        forest = stack.trees(judge.tree_features(read, features))[:, 1:2]
        for place, name in enumerate(RELEVANCE_PARTS):
            alone_relevance[name][test] = np.hstack([read.relevance, named, forest])[test, place]
        asked = [texts.judged[row].text for row in np.flatnonzero(test[: texts.gold])[::SAMPLE]]
        trained = _trained(texts, vocabulary, vectors, material, fitted)
        reasons += truth(PipelineAssessor(make.assemble(trained, themes), themes), asked)
        if embed is not None:
            with_it_too = PipelineAssessor(make.assemble(trained, themes), themes, embed)
            extra_reasons += truth(with_it_too, asked[::FEWER])
        said(f"fold {int(fold) + 1} of {len(np.unique(labels.fold))} done")
    measured = np.arange(texts.gold)
    alone = {name: scores[measured] for name, scores in alone.items()}
    alone_relevance = {name: scores[measured] for name, scores in alone_relevance.items()}
    if rows is None:
        del alone[EMBEDDINGS], alone_relevance[EMBEDDINGS]
    return Validation(
        texts.themes,
        _measured(plain, reasons, texts),
        _measured(extra, extra_reasons, texts) if rows is not None else None,
        alone,
        alone_relevance,
    )


def _measured(sheet: Sheet, reasons: Truth, texts: corpus.Corpus) -> Measured:
    everything = sheet.outcome(texts.judged, texts.themes)
    return Measured(everything.take(np.arange(texts.gold)), everything.take(texts.labels.published), reasons)


def _trained(
    texts: corpus.Corpus, vocabulary: Vocabulary, vectors: Vectors, material: Material, fitted: Fitted
) -> Trained:
    """What a fold learned, as a pipeline wants it; themes of one's own play no part here."""
    nothing = judge.Linear(np.zeros((FEATURES, 1), np.float32), np.zeros(1, np.float32))
    general = newcomers.general(material)
    return Trained(
        texts.themes, vocabulary, vectors, fitted.readers, fitted.stack, general, nothing, fitted.embedded
    )


def apply(file: Path, assessor: Assessor) -> tuple[Outcome, tuple[str, ...]]:
    """A model's judgements of the judged texts of a file.

    Raises:
        ConfigError: the file is missing or broken.
    """
    judged = read_judged(file)
    texts = [one.text for one in judged]
    if isinstance(assessor, PipelineAssessor):
        pairs = list(assessor.assess_with_way(texts))
        found, ways = [one for one, _ in pairs], [way for _, way in pairs]
    else:
        found = list(assessor.assess(texts, reasons=False))
        ways = [one.direction for one in found]
    names = tuple(sorted({tag.theme for tag in found[0].tags}))
    by_name = [{tag.theme: tag for tag in one.tags} for one in found]
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
    outcome = found.plain.outcome
    themes = {name: mean_precision(replace(outcome, scores=alone)) for name, alone in found.alone_themes.items()}
    readers = np.mean([found.alone_themes[name] for name in THEME_PARTS], axis=0)
    themes["mean of these readers"] = mean_precision(replace(outcome, scores=readers))
    themes["all, stacked"] = mean_precision(outcome)
    relevance = {
        name: main(replace(outcome, chance=alone))["relevance"]["ap_brief"]
        for name, alone in found.alone_relevance.items()
    }
    relevance["all, stacked"] = main(outcome)["relevance"]["ap_brief"]
    if found.embedded is not None:
        for table in (themes, relevance):
            table[f"{EMBEDDINGS}, with the extra"] = table.pop(EMBEDDINGS)
        themes["all, with the extra"] = mean_precision(found.embedded.outcome)
        relevance["all, with the extra"] = main(found.embedded.outcome)["relevance"]["ap_brief"]
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
