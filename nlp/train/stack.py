"""Learns the stack: how readers and nameable features are weighed, and where levels begin."""

from collections.abc import Callable

import numpy as np
from sklearn.linear_model import LogisticRegression

from nlp import judge
from nlp.judge import LEVELS, Linear, Scores, Stack
from nlp.reading import PUBLISHERS
from nlp.signals import Floats
from nlp.train.forest import forest
from nlp.train.material import Flags, Labels, Material, Rows, logistics, reaching

LEANING = {"consultation": 2.0, "call": 2.0, "news": 0.5}
"""How much more recall counts than precision where a level is placed for a group of documents."""
MOVE = 0.2
"""How far a threshold may be moved for that; more costs kappa and hardly meets more."""


def fit_stack(material: Material, held: Scores, rows: Rows) -> Stack:
    """The stack learned from `rows` of `held`: scores by readers that had not read the text they score.

    Thresholds, too, are placed on judgements of texts that the weights in question had not seen; and nothing here
    is learned from constructed texts, of which as many are relevant as somebody chose to write.
    """
    rows = rows[material.labels.published[rows]]
    labels, part = material.labels, material.judged.dense(rows)
    group, themes, relevance = judge.groups(part), labels.themes[rows], labels.relevance[rows]
    mean, spread = held.themes[rows].mean(0), held.themes[rows].std(0) + 1e-6
    features = judge.theme_features((held.themes[rows] - mean) / spread, part.rules)
    weights, sides = _theme_stack(features, group, themes)
    logits = np.einsum("ntf,tf->nt", features, weights) + sides(group)
    named, targets = judge.named_features(part, logits), reaching(relevance)
    scores = Scores(held.themes[rows], held.relevance[rows], held.direction[rows])
    seen, fold = judge.tree_features(scores, named), labels.fold[rows]
    readers = np.hstack(
        [
            held.relevance[rows],
            _held_out(_logistics(0.03), named, targets, fold).sum(1, keepdims=True),
            _held_out(forest, seen, targets, fold),
        ]
    )
    reader_mean, reader_spread = readers.mean(0), readers.std(0) + 1e-6
    beside = judge.with_group((readers - reader_mean) / reader_spread, group)
    chances = judge.reached(_held_out(_logistics(0.1), beside, targets, fold))
    return Stack(
        mean=mean,
        spread=spread,
        themes=weights,
        theme_groups=sides,
        subjects=_subject_weights(logits, themes, material.votes[rows]),
        threshold=_threshold(judge.sigmoid(logits), themes),
        named=logistics(named, targets, 0.03),
        trees=forest(seen, targets),
        relevance_mean=reader_mean,
        relevance_spread=reader_spread,
        relevance=logistics(beside, targets, 0.1),
        levels=_levels(chances, group),
        direction=_direction(held.direction[rows], labels, rows),
    )


def _theme_stack(features: Floats, group: Floats, themes: Floats) -> tuple[Floats, Linear]:
    """One stack shared by all themes (rare ones learn from common ones), then a little of each theme's own."""
    count, size = features.shape[1:]
    flat = features.reshape(-1, size)
    shared = logistics(flat, themes.reshape(-1, 1), 0.3)
    center, width = flat.mean(0), flat.std(0) + 1e-6
    coefs, sides, biases = [], [], []
    for theme in range(count):
        own = (features[:, theme] - center) / width * 0.3
        model = LogisticRegression(C=0.3, max_iter=600)
        model.fit(np.hstack([shared(features[:, theme]), own, group * 0.3]), themes[:, theme] > 0.5)
        first, rest, side = (
            model.coef_[0][0],
            model.coef_[0][1 : 1 + size] * 0.3 / width,
            model.coef_[0][1 + size :],
        )
        coefs.append(first * shared.coef[:, 0] + rest)
        biases.append(float(model.intercept_[0] + first * shared.bias[0] - rest @ center))
        sides.append(side * 0.3)
    return np.stack(coefs).astype(np.float32), Linear(
        np.stack(sides, 1).astype(np.float32), np.array(biases, np.float32)
    )


def _held_out(
    learn: Callable[[Floats, Floats], Callable[[Floats], Floats]], x: Floats, targets: Floats, fold: Rows
) -> Floats:
    """Log-odds of each row by a learner that had not seen its fold."""
    found = np.zeros_like(targets)
    for one in np.unique(fold):
        found[fold == one] = learn(x[fold != one], targets[fold != one])(x[fold == one])
    return found


def _logistics(strength: float) -> Callable[[Floats, Floats], Linear]:
    return lambda x, targets: logistics(x, targets, strength)


def _subject_weights(logits: Floats, themes: Floats, votes: Floats) -> Floats:
    """What the publisher's subjects are worth beside the text; from the judged texts whose subjects are known."""
    told = votes.sum(2) > 0
    if not told.any() or themes[told].all() or not themes[told].any():
        return np.array([1, 0, 0, 0, 0], np.float32)
    model = LogisticRegression(C=1.0, max_iter=600)
    model.fit(np.hstack([logits[told][:, None], votes[told]]), themes[told] > 0.5)
    weights: Floats = np.r_[model.coef_[0], model.intercept_].astype(np.float32)
    return weights


def _direction(scores: Floats, labels: Labels, rows: Rows) -> Linear:
    concerned = labels.direction[rows] >= 0
    model = LogisticRegression(C=1.0, max_iter=600, class_weight="balanced")
    model.fit(scores[concerned], labels.direction[rows][concerned])
    return Linear(model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32))


def _threshold(chances: Floats, themes: Floats) -> float:
    """The probability from which assigning gives the best micro-averaged F1."""
    best = (0.0, 0.5)
    for threshold in np.arange(0.2, 0.7, 0.02):
        assigned = chances >= threshold
        hits = float((assigned * themes).sum())
        best = max(best, (2 * hits / max(1.0, float(assigned.sum() + themes.sum())), float(threshold)))
    return best[1]


def _levels(chances: Floats, group: Floats) -> Floats:
    """(groups, LEVELS): thresholds on the expected level.

    First those with the best quadratic kappa that the chances let one expect: what the judged texts themselves get
    jumps with single texts, and a peak found on them is lost on others. Then that of the briefing is moved, by at
    most MOVE, for recall in consultations and calls (a missed window cannot be made good) and for precision in
    news; that too by what is to be expected.

    Args:
        chances: (n, LEVELS) of reaching each level.
        group: (n, groups), 0 or 1.
    """
    value, count = chances.sum(1), len(chances)
    shares = -np.diff(np.hstack([np.ones((count, 1)), chances, np.zeros((count, 1))]))
    chosen, best = [0.5, 1.2, 2.0], -1.0
    for _ in range(3):
        for place in range(LEVELS):
            for candidate in np.arange(0.1, 2.6, 0.05):
                trial = [*chosen]
                trial[place] = float(candidate)
                if trial == sorted(trial):
                    kappa = _expected_kappa(shares, np.digitize(value, trial))
                    if kappa > best:
                        best, chosen = kappa, trial
    limits = np.tile(np.array(chosen, np.float32), (group.shape[1], 1))
    for name, beta in LEANING.items():
        place = PUBLISHERS.groups.index(name)
        here = group[:, place] > 0
        lowest, highest = max(chosen[1] - MOVE, chosen[0] + 0.05), min(chosen[1] + MOVE, chosen[2] - 0.05)
        trials = [float(limit) for limit in np.arange(lowest, highest, 0.05)]
        if trials and here.any():
            found = [_expected_f(chances[here, 1], value[here] >= limit, beta) for limit in trials]
            limits[place, 1] = trials[int(np.argmax(found))]
    return limits


def _expected_kappa(shares: Floats, level: Rows) -> float:
    """Quadratic kappa of given levels, where `shares` (n, levels) are the chances of the true ones."""
    levels = np.arange(shares.shape[1])
    table = np.stack([shares[level == one].sum(0) for one in levels], axis=1)
    far = (levels[:, None] - levels) ** 2
    by_chance = np.outer(table.sum(1), table.sum(0)) / table.sum()
    return 1 - float((far * table).sum() / max(1e-9, (far * by_chance).sum()))


def _expected_f(chances: Floats, given: Flags, beta: float) -> float:
    """F-beta of what is given, where `chances` (n) say how probably each is right."""
    hits = float(chances[given].sum())
    return (1 + beta**2) * hits / max(1e-9, beta**2 * float(chances.sum()) + float(given.sum()))
