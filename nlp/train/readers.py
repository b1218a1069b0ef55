"""Learns the readers: weights of words (support vector machines, ridge) and vectors (logistic), nearness."""

import numpy as np
from scipy import sparse
from sklearn.linear_model import Ridge
from sklearn.svm import LinearSVC

from nlp.judge import LEVEL_SHARES, VALUES, WAYS, Linear, Readers, Weights
from nlp.signals import Floats
from nlp.train.material import Flags, Material, Rows, logistics, matrix, reaching
from nlp.train.nearness import fit_near_relevance, fit_near_themes

WIDE_WEIGHT = 0.25
"""How much a publisher's label counts beside a judgement; its absence counts half of that (editors forget)."""
LONGER_WEIGHT = 0.5
"""How much the longer version of a judged text counts beside the text as judged."""
SIDE_SCALE = 0.5
"""How large a kind of document is beside the words of a text (whose length is 1 for words and 1 for sequences)."""

Column = tuple[Floats, float]


def fit_readers(material: Material, rows: Rows, wide_rows: Rows) -> Readers:
    """The readers learned from rows of the judged texts (with their longer versions) and of the labelled texts."""
    longer = np.flatnonzero(np.isin(material.longer.of, rows))
    of = np.r_[rows, material.longer.of[longer]]
    weight = np.r_[np.ones(len(rows)), np.full(len(longer), LONGER_WEIGHT)].astype(np.float32)
    words = sparse.vstack(
        [
            matrix(material.judged.sparse, material.width)[rows],
            matrix(material.longer.signals.sparse, material.width)[longer],
        ]
    ).tocsr()
    with_kind = sparse.hstack([words, sparse.csr_matrix(material.judged.side[of] * SIDE_SCALE)]).tocsr()
    columns = [
        *_themes(material, words, of, weight, wide_rows),
        *_relevance(with_kind, material.labels.relevance[of], weight),
        *_directions(with_kind, material.labels.direction[of], weight),
    ]
    vectors, shares = material.judged.vectors[rows], np.array(LEVEL_SHARES, np.float32)
    themes = logistics(vectors, material.labels.themes[rows], 0.003, balanced=True)
    levels = logistics(vectors, reaching(material.labels.relevance[rows]), 0.003, balanced=True)
    return Readers(
        _pack(columns, material),
        _pack(_titles(material, rows), material),
        Linear(
            np.hstack([themes.coef, (levels.coef @ shares)[:, None]]).astype(np.float32),
            np.r_[themes.bias, levels.bias @ shares].astype(np.float32),
        ),
        fit_near_themes(material.judged, material.labels, rows),
        fit_near_relevance(material.judged, material.labels, rows),
    )


def _titles(material: Material, rows: Rows) -> list[Column]:
    """Machines for themes and relevance that read the title alone."""
    words, alike = matrix(material.judged.titles, material.width)[rows], np.ones(len(rows), np.float32)
    side = sparse.csr_matrix(material.judged.side[rows] * SIDE_SCALE)
    themes = material.labels.themes[rows] > 0.5
    return [
        *(_machine(words, themes[:, theme], alike, 0.5) for theme in range(themes.shape[1])),
        *_relevance(sparse.hstack([words, side]).tocsr(), material.labels.relevance[rows], alike),
    ]


def _themes(
    material: Material, words: sparse.csr_matrix, of: Rows, weight: Floats, wide_rows: Rows
) -> list[Column]:
    """First the machines that know only judgements, then those that know publishers' labels as well."""
    themes = material.labels.themes[of] > 0.5
    judged = [_machine(words, themes[:, theme], weight, 0.5) for theme in range(themes.shape[1])]
    if not len(wide_rows):
        return [*judged, *judged]
    others = matrix(material.wide.signals.sparse, material.width)[wide_rows]
    wide = []
    for theme in range(themes.shape[1]):
        clear = material.wide.either[wide_rows, theme] == 0
        said = material.wide.themes[wide_rows][clear, theme] > 0.5
        trust = np.where(said, WIDE_WEIGHT, WIDE_WEIGHT / 2)
        everything = sparse.vstack([words, others[clear]]).tocsr()
        wide.append(_machine(everything, np.r_[themes[:, theme], said], np.r_[weight, trust], 0.15))
    return [*judged, *wide]


def _relevance(x: sparse.csr_matrix, relevance: Rows, weight: Floats) -> list[Column]:
    """Relevance as one scale, and as the sum of machines for reaching each level."""
    ridge = Ridge(alpha=1.0).fit(x, VALUES[relevance], sample_weight=weight)
    steps = []
    for level, share in zip((1, 2, 3), LEVEL_SHARES, strict=True):
        reached = relevance >= level
        if reached.any() and not reached.all():
            model = LinearSVC(C=0.2, class_weight={False: 1, True: 1.5 if level == 1 else 2}, random_state=0)
            model.fit(x, reached, sample_weight=weight)
            steps.append((model.coef_[0] * share, float(model.intercept_[0]) * share))
    return [
        (ridge.coef_.astype(np.float32), float(ridge.intercept_)),
        (np.sum([coef for coef, _ in steps], 0).astype(np.float32), sum(bias for _, bias in steps)),
    ]


def _directions(x: sparse.csr_matrix, direction: Rows, weight: Floats) -> list[Column]:
    """One machine for each way, learned from the texts that concern the organisation at all."""
    concerned = direction >= 0
    columns = []
    for way in range(len(WAYS)):
        model = LinearSVC(C=0.7, class_weight="balanced", random_state=0)
        model.fit(x[concerned], direction[concerned] == way, sample_weight=weight[concerned])
        columns.append((model.coef_[0].astype(np.float32), float(model.intercept_[0])))
    return columns


def _machine(x: sparse.csr_matrix, y: Flags, weight: Floats, strength: float) -> Column:
    """A linear support vector machine whose rarer side counts more, by the root of the imbalance."""
    if not y.any():
        return np.zeros(x.shape[1], np.float32), -1.0
    positive = float(weight[y].sum())
    balance = np.sqrt(max(1e-6, float(weight.sum()) - positive) / positive)
    model = LinearSVC(C=strength, random_state=0).fit(x, y, sample_weight=np.where(y, weight * balance, weight))
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])


def _pack(columns: list[Column], material: Material) -> Weights:
    """Word weights in 8 bits, and the weights of kinds."""
    table = np.zeros((material.width, len(columns)), np.float32)
    side = np.zeros((material.judged.side.shape[1], len(columns)), np.float32)
    for place, (coef, _) in enumerate(columns):
        table[:, place] = coef[: material.width]
        if len(coef) > material.width:
            side[:, place] = coef[material.width :] * SIDE_SCALE
    scale = np.maximum(np.abs(table).max(0), 1e-9) / 127
    return Weights(
        np.round(table / scale).astype(np.int8),
        scale.astype(np.float32),
        Linear(side, np.array([bias for _, bias in columns], np.float32)),
    )
