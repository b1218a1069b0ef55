"""Learns what the features of an added theme are worth, from the shipped themes each treated as if it were new."""

from dataclasses import replace

import numpy as np

from config.themes import Themes
from nlp.judge import Linear
from nlp.own import FEATURES, definition_of, learn
from nlp.signals import RULE_COLUMNS, Finder, Floats, Reader, Signals
from nlp.storage import General
from nlp.train.corpus import Corpus, found_in
from nlp.train.material import Material, logistics, matrix
from nlp.vocabulary import Sparse

EXAMPLES = 15
"""Examples that an organisation is asked for."""
DRAWS = 2
"""Sets of examples drawn for each theme."""


def general(material: Material) -> General:
    """What texts are like in general; judged and labelled texts count the same."""
    both = (material.judged, material.wide.signals)
    vectors = np.vstack([one.vectors for one in both])
    means = [np.asarray(matrix(one.sparse, material.width).mean(0)).ravel() for one in both if len(one)]
    return General(
        vectors.mean(0).astype(np.float32),
        np.cov(vectors.T).astype(np.float32),
        np.mean(means, 0).astype(np.float32),
    )


def weights(corpus: Corpus, material: Material, texts: General, reader: Reader, themes: Themes) -> Linear:
    """One logistic regression for all themes together, on texts that were no examples."""
    declared = {theme.id: theme for theme in themes.theme}
    finder, gold = Finder(themes), material.judged
    definitions = [definition_of(declared[name]) for name in corpus.themes]
    defined = reader.read(definitions, [found_in(finder, one) for one in definitions])
    both = joined(gold, defined)
    lots = np.random.default_rng(0)
    x: list[Floats] = []
    y: list[Floats] = []
    for theme in range(len(corpus.themes)):
        about = np.flatnonzero(corpus.labels.themes[:, theme] > 0.5)
        for _ in range(DRAWS):
            examples = lots.choice(about, min(EXAMPLES, len(about) // 2), replace=False)
            shown = pick(both, [len(gold) + theme, *examples])
            taught = learn(0, range(1, len(examples) + 1), shown, texts, material.width)
            rest = np.setdiff1d(np.arange(len(gold)), examples)
            x.append(taught.features(gold, gold.rules[:, theme, :RULE_COLUMNS], texts)[rest])
            y.append(corpus.labels.themes[rest, theme])
    stacked = np.vstack(x)
    assert stacked.shape[1] == FEATURES  # noqa: S101  # one place says how many
    return logistics(stacked, np.concatenate(y)[:, None], 1.0)


def joined(first: Signals, second: Signals) -> Signals:
    """Two batches as one, with their sparse parts."""
    a, b = first.sparse, second.sparse
    sparse = Sparse(
        np.concatenate([a.starts, b.starts[1:] + a.starts[-1]]),
        np.concatenate([a.columns, b.columns]),
        np.concatenate([a.values, b.values]),
    )
    return replace(Signals.together([first, second]), sparse=sparse)


def pick(signals: Signals, rows: list[int]) -> Signals:
    """Some rows, with their sparse part."""
    part = signals.sparse
    spans = [slice(part.starts[row], part.starts[row + 1]) for row in rows]
    sparse = Sparse(
        np.cumsum([0, *(one.stop - one.start for one in spans)]),
        np.concatenate([part.columns[one] for one in spans]),
        np.concatenate([part.values[one] for one in spans]),
    )
    return replace(signals.dense(np.array(rows)), sparse=sparse)
