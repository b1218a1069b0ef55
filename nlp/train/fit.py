"""Learns the numbers of `nlp.judge` from judged and labelled texts."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import LinearSVC

from nlp import judge
from nlp.judge import LEVELS, READERS, VALUES, WAYS, Linear, Readers, Scores, Stack
from nlp.signals import NO_WORDS, Signals
from nlp.vocabulary import Sparse

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]

WIDE_WEIGHT = 0.25
"""How much a publisher's label counts beside a judgement; its absence counts half of that (editors tag sparingly)."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What people judged: themes (n, T) of 0 and 1, relevance 0–3, direction as a place in WAYS or -1, fold."""

    themes: Floats
    relevance: npt.NDArray[np.int64]
    direction: npt.NDArray[np.int64]
    fold: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wide:
    """Texts with publishers' labels: signals, themes (1 surely, 0 not said), `either` (may be meant), fold or -1."""

    signals: Signals
    themes: Floats
    either: Floats
    fold: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained judge, and its readers' scores for the texts it was trained on, each from readers that had not read it."""

    readers: Readers
    stack: Stack


def matrix(part: Sparse, width: int) -> sparse.csr_matrix:
    """A batch's sparse rows as scipy has them."""
    return sparse.csr_matrix((part.values, part.columns, part.starts), shape=(len(part.starts) - 1, width))


def logistic(x: Floats, y: npt.NDArray[np.bool_], strength: float) -> tuple[Floats, float]:
    """Weights and constant of a logistic regression on standardised features, told for the raw ones."""
    mean, spread = x.mean(0), x.std(0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=600).fit((x - mean) / spread, y)
    coef = (model.coef_[0] / spread).astype(np.float32)
    return coef, float(model.intercept_[0] - mean @ coef)


def logistics(x: Floats, targets: Floats, strength: float) -> Linear:
    """One logistic regression for each column of `targets`; a column without both answers gets a constant."""
    coefs, biases = [], []
    for column in targets.T > 0.5:
        if column.all() or not column.any():
            coefs.append(np.zeros(x.shape[1], np.float32))
            biases.append(30.0 if column.all() else -30.0)
        else:
            coef, bias = logistic(x, column, strength)
            coefs.append(coef)
            biases.append(bias)
    return Linear(np.stack(coefs, 1), np.array(biases, np.float32))


def _machine(
    x: sparse.csr_matrix, y: npt.NDArray[np.bool_], weight: Floats, strength: float
) -> tuple[Floats, float]:
    """A linear support vector machine whose rarer side counts more, by the root of the imbalance."""
    if not y.any():
        return np.zeros(x.shape[1], np.float32), -1.0
    positive = float(weight[y].sum())
    balance = np.sqrt(max(1e-6, float(weight.sum()) - positive) / positive)
    model = LinearSVC(C=strength, random_state=0).fit(x, y, sample_weight=np.where(y, weight * balance, weight))
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def fit_readers(gold: Signals, labels: Labels, wide: Wide, width: int, rows: Rows, wide_rows: Rows) -> Readers:
    """The readers learned from the given rows of the judged and of the labelled texts."""
    words = matrix(gold.sparse, width)[rows]
    with_kind = sparse.hstack([words, sparse.csr_matrix(gold.side[rows] * 0.5)]).tocsr()
    others = matrix(wide.signals.sparse, width)[wide_rows]
    themes = labels.themes[rows] > 0.5
    ones = np.ones(len(rows), np.float32)
    columns: list[tuple[Floats, float]] = []
    for theme in range(themes.shape[1]):
        columns.append(_machine(words, themes[:, theme], ones, 0.5))
    for theme in range(themes.shape[1]):
        clear = wide.either[wide_rows, theme] == 0
        said = wide.themes[wide_rows][clear, theme] > 0.5
        weight = np.where(said, WIDE_WEIGHT, WIDE_WEIGHT / 2).astype(np.float32)
        columns.append(
            _machine(
                sparse.vstack([words, others[clear]]).tocsr(),
                np.r_[themes[:, theme], said],
                np.r_[ones, weight],
                0.15,
            )
        )
    relevance = labels.relevance[rows]
    ridge = Ridge(alpha=2.0).fit(with_kind, VALUES[relevance])
    columns.append((ridge.coef_.astype(np.float32), float(ridge.intercept_)))
    steps = []
    for level, share in zip((1, 2, 3), (1.0, 1.0, 0.5), strict=True):
        reached = relevance >= level
        if reached.any():
            model = LinearSVC(C=0.15, class_weight={False: 1, True: 1.5 if level == 1 else 2}, random_state=0)
            model.fit(with_kind, reached)
            steps.append((model.coef_[0] * share, float(model.intercept_[0]) * share))
    columns.append((np.sum([coef for coef, _ in steps], 0).astype(np.float32), sum(bias for _, bias in steps)))
    concerned = labels.direction[rows] >= 0
    for way in range(len(WAYS)):
        model = LinearSVC(C=0.5, class_weight="balanced", random_state=0)
        model.fit(with_kind[concerned], labels.direction[rows][concerned] == way)
        columns.append((model.coef_[0].astype(np.float32), float(model.intercept_[0])))
    return _readers(columns, width, gold, labels, rows)


def _readers(
    columns: list[tuple[Floats, float]], width: int, gold: Signals, labels: Labels, rows: Rows
) -> Readers:
    """Word weights in 8 bits, and the vector readers beside them."""
    table = np.zeros((width, len(columns)), np.float32)
    side = np.zeros((gold.side.shape[1], len(columns)), np.float32)
    for place, (coef, _) in enumerate(columns):
        table[:, place] = coef[:width]
        if len(coef) > width:
            side[:, place] = coef[width:] * 0.5
    scale = np.maximum(np.abs(table).max(0), 1e-9) / 127
    vectors = gold.vectors[rows]
    themed = _balanced(vectors, labels.themes[rows], 0.003)
    levels = _balanced(vectors, np.stack([labels.relevance[rows] >= level for level in (1, 2, 3)], 1), 0.003)
    share = np.array([1, 1, 0.5], np.float32)
    return Readers(
        np.round(table / scale).astype(np.int8),
        scale.astype(np.float32),
        Linear(side, np.array([bias for _, bias in columns], np.float32)),
        Linear(
            np.hstack([themed.coef, (levels.coef @ share)[:, None]]).astype(np.float32),
            np.r_[themed.bias, levels.bias @ share].astype(np.float32),
        ),
    )


def _balanced(x: Floats, targets: npt.NDArray[np.generic], strength: float) -> Linear:
    mean, spread = x.mean(0), x.std(0) + 1e-6
    z = (x - mean) / spread
    coefs, biases = [], []
    for column in np.asarray(targets, np.float32).T > 0.5:
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=300).fit(z, column)
        coef = model.coef_[0] / spread
        coefs.append(coef)
        biases.append(float(model.intercept_[0] - mean @ coef))
    return Linear(np.stack(coefs, 1).astype(np.float32), np.array(biases, np.float32))


def fit_stack(signals: Signals, scores: Scores, labels: Labels, rows: Rows, votes: Floats) -> Stack:
    """The stack learned from scores of readers that had not read the texts in question.

    Args:
        signals: of all judged texts.
        scores: held-out scores of all judged texts (only `rows` are used).
        labels: what people judged.
        rows: the texts to learn from.
        votes: what publishers' subjects say of the judged texts, where known (n, T, VOTE_COLUMNS); the
            signals themselves carry none, as most texts come without.
    """
    part, group = take(signals, rows), judge.groups(signals)[rows]
    themes = labels.themes[rows]
    mean, spread = scores.themes[rows].mean(0), scores.themes[rows].std(0) + 1e-6
    features = judge.theme_features((scores.themes[rows] - mean) / spread, part.rules)
    coef, group_part = _theme_stack(features, group, themes)
    logits = np.einsum("ntf,tf->nt", features, coef) + group_part(group)
    subjects = _subject_weights(logits, themes, votes[rows])
    named = logistics(
        judge.named_features(part, logits),
        np.stack([labels.relevance[rows] >= level for level in (1, 2, 3)], 1),
        0.03,
    )
    return _relevance_stack(part, scores, labels, rows, logits, named, (mean, spread, coef, group_part, subjects))


def _theme_stack(features: Floats, group: Floats, themes: Floats) -> tuple[Floats, Linear]:
    """One stack shared by all themes (rare ones learn from common ones), then a little of each theme's own."""
    count, size = features.shape[1:]
    flat = features.reshape(-1, size)
    shared, bias = logistic(flat, themes.reshape(-1) > 0.5, 0.3)
    center, width = flat.mean(0), flat.std(0) + 1e-6
    coefs, sides, biases = [], [], []
    for theme in range(count):
        own = (features[:, theme] - center) / width * 0.3
        x = np.hstack([(features[:, theme] @ shared + bias)[:, None], own, group * 0.3])
        model = LogisticRegression(C=0.3, max_iter=600).fit(x, themes[:, theme] > 0.5)
        first, rest, side = model.coef_[0][0], model.coef_[0][1 : 1 + size], model.coef_[0][1 + size :]
        coefs.append(first * shared + rest * 0.3 / width)
        biases.append(float(model.intercept_[0] + first * bias - (rest * 0.3 / width) @ center))
        sides.append(side * 0.3)
    side_part = Linear(np.stack(sides, 1).astype(np.float32), np.array(biases, np.float32))
    return np.stack(coefs).astype(np.float32), side_part


def _subject_weights(logits: Floats, themes: Floats, votes: Floats) -> Floats:
    told = votes.sum(2) > 0
    x = np.hstack([logits[told][:, None], votes[told]])
    if not told.any() or themes[told].all() or not themes[told].any():
        return np.array([1, 0, 0, 0, 0], np.float32)
    model = LogisticRegression(C=1.0, max_iter=600).fit(x, themes[told] > 0.5)
    return np.r_[model.coef_[0], model.intercept_].astype(np.float32)


def _relevance_stack(
    part: Signals, scores: Scores, labels: Labels, rows: Rows, logits: Floats, named: Linear,
    themes: tuple[Floats, Floats, Floats, Linear, Floats],
) -> Stack:  # fmt: skip
    """Weighs the relevance readers, places the thresholds, and weighs the direction readers."""
    fold, group, relevance = labels.fold[rows], judge.groups(part), labels.relevance[rows]
    features = judge.named_features(part, logits)
    targets = np.stack([relevance >= level for level in (1, 2, 3)], 1).astype(np.float32)
    held_out = np.zeros(len(rows), np.float32)
    for one in np.unique(fold):
        held_out[fold == one] = logistics(features[fold != one], targets[fold != one], 0.03)(
            features[fold == one]
        ).sum(1)
    readers = np.hstack([scores.relevance[rows], held_out[:, None]])
    mean, spread = readers.mean(0), readers.std(0) + 1e-6
    crossed = judge.by_group((readers - mean) / spread, group)
    final = logistics(crossed, targets, 0.1)
    chances = np.zeros((len(rows), LEVELS), np.float32)
    theme_chances = np.zeros_like(logits)
    for one in np.unique(fold):
        test, train = fold == one, fold != one
        chances[test] = judge.reached(logistics(crossed[train], targets[train], 0.1)(crossed[test]))
        theme_chances[test] = judge.sigmoid(logits[test])
    concerned = labels.direction[rows] >= 0
    ways = _ways(scores.direction[rows][concerned], labels.direction[rows][concerned])
    return Stack(
        *themes, threshold_of(theme_chances, labels.themes[rows]), named, mean, spread, final,
        thresholds(expected(chances), relevance, group), ways,
    )  # fmt: skip


def _ways(x: Floats, y: npt.NDArray[np.int64]) -> Linear:
    model = LogisticRegression(C=1.0, max_iter=600, class_weight="balanced").fit(x, y)
    return Linear(model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32))


def expected(chances: Floats) -> Floats:
    """The expected level, 0–3."""
    return np.asarray(chances.sum(1), np.float32)


def threshold_of(chances: Floats, themes: Floats) -> float:
    """The probability from which assigning gives the best micro-averaged F1."""
    best = (0.0, 0.5)
    for threshold in np.arange(0.2, 0.7, 0.02):
        assigned = chances >= threshold
        hits = float((assigned * themes).sum())
        best = max(best, (2 * hits / max(1.0, float(assigned.sum() + themes.sum())), float(threshold)))
    return best[1]


def thresholds(value: Floats, relevance: npt.NDArray[np.int64], group: Floats) -> Floats:
    """(groups, LEVELS): the same for all groups, chosen for the best quadratic kappa of all texts."""
    from sklearn.metrics import cohen_kappa_score

    grid = np.arange(0.1, 2.6, 0.05)
    chosen = [0.5, 1.2, 2.0]
    best = -1.0
    for _ in range(3):
        for place in range(LEVELS):
            for candidate in grid:
                trial = [*chosen]
                trial[place] = float(candidate)
                if trial != sorted(trial):
                    continue
                kappa = cohen_kappa_score(relevance, np.digitize(value, trial), weights="quadratic")
                if kappa > best:
                    best, chosen = kappa, trial
    return np.tile(np.array(chosen, np.float32), (group.shape[1], 1))


def take(signals: Signals, rows: Rows) -> Signals:
    """The given rows, without their sparse part."""
    return Signals(NO_WORDS, *(getattr(signals, field.name)[rows] for field in fields(signals)[1:]))


def fit(gold: Signals, labels: Labels, wide: Wide, width: int, rows: Rows, votes: Floats) -> Fitted:
    """A judge learned from the given rows: readers for each inner fold, the stack on what those had not read, readers for all.

    Labelled texts whose title is in a fold that is held out are held out with it.
    """
    count, themes = len(labels.relevance), labels.themes.shape[1]
    held = Scores(
        np.zeros((count, themes, READERS), np.float32), np.zeros((count, 3), np.float32),
        np.zeros((count, len(WAYS)), np.float32),
    )  # fmt: skip
    outer = set(np.unique(labels.fold)) - set(np.unique(labels.fold[rows]))
    allowed = ~np.isin(wide.fold, sorted(outer))
    for one in np.unique(labels.fold[rows]):
        train = rows[labels.fold[rows] != one]
        readers = fit_readers(gold, labels, wide, width, train, np.flatnonzero(allowed & (wide.fold != one)))
        scores = readers.read(gold)
        test = rows[labels.fold[rows] == one]
        for into, found in (
            (held.themes, scores.themes),
            (held.relevance, scores.relevance),
            (held.direction, scores.direction),
        ):
            into[test] = found[test]
    stack = fit_stack(gold, held, labels, rows, votes)
    return Fitted(fit_readers(gold, labels, wide, width, rows, np.flatnonzero(allowed)), stack)


def all_rows(values: Sequence[object]) -> Rows:
    """The numbers of all rows."""
    return np.arange(len(values))
