"""From signals to judgement: the trained numbers and how they are put together.

Themes: five readers score each theme (words, learned from judged texts; words, learned from publishers' labels as
well; words of the title alone; word vectors; nearness to judged texts). A stack weighs them with the rules' counts
and shares and how strong the strongest theme is. Relevance: readers (words of the whole text and of the title
alone, each twice, word vectors, nearness, features a person can name, and a forest of decision trees over all of
these) and the group of document are weighed into the chances of reaching each level. Direction: one reader for
each way. All of it is linear or logistic, but for nearness and the forest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from nlp.nearness import Nearness
from nlp.reading import PUBLISHERS
from nlp.signals import Signals
from nlp.trees import Trees
from nlp.vectors import Vectors
from nlp.vocabulary import Sparse, Vocabulary

Floats = npt.NDArray[np.float32]
READERS = 5
RELEVANCE_READERS = 9
"""Two of words, two of the title's, one of vectors, four of nearness."""
LEVELS = 3
LEVEL_SHARES = (1.0, 1.0, 0.5)
"""How much reaching each level counts where readers add the levels up."""
WAYS = ("restricting", "enabling", "both", "unclear")
N_GROUPS = len(PUBLISHERS.groups)
VALUES = np.array([0, 1, 2.2, 3], np.float32)
"""What the levels are worth to the reader that sees relevance as one scale."""


@dataclass(frozen=True, slots=True)
class Linear:
    """`x @ coef + bias`."""

    coef: Floats
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        """The outputs of rows of features."""
        return x @ self.coef + self.bias


@dataclass(frozen=True, slots=True)
class Weights:
    """What words weigh, and the kinds of document beside them."""

    words: npt.NDArray[np.int8]
    """(vocabulary, outputs): 8 bits, with one scale for each column."""
    scale: Floats
    side: Linear

    def __call__(self, words: Sparse, side: Floats) -> Floats:
        """The outputs of rows of words and the kinds of their documents."""
        return words.dot(self.words) * self.scale + self.side(side)


@dataclass(frozen=True, slots=True)
class Readers:
    """The readers.

    Columns of `words`: T judged, T wide, 2 relevance, 4 direction; of `titles`: T judged, 2 relevance; of
    `vectors`: T themes, 1 relevance.
    """

    words: Weights
    titles: Weights
    """A long text says much besides; its title says what it is about."""
    vectors: Linear
    near_themes: Nearness
    near_relevance: Nearness
    """Columns: reaching each level, relevance as one scale."""

    def read(self, signals: Signals) -> "Scores":
        """The readers' scores."""
        words, titles = self.words(signals.sparse, signals.side), self.titles(signals.titles, signals.side)
        near = np.hstack([self.near_themes(signals), self.near_relevance(signals)])
        return Scores.of(words, titles, self.vectors(signals.vectors), near)

    def strength(
        self, vocabulary: Vocabulary, vectors: Vectors, words: Sequence[str], themes: Sequence[int]
    ) -> Floats:
        """Roughly how much each word moves one of the themes, relevance or direction (to choose what to try)."""
        count, every = self.titles.words.shape[1] - 2, self.words.words.shape[1]
        wanted = [*themes, *(count + theme for theme in themes), *range(2 * count, every)]
        single = vocabulary.transform([[word] for word in words], [()] * len(words))
        moved = single.dot(self.words.words[:, wanted]) * self.words.scale[wanted]
        seen = (
            vectors.transform([[word] for word in words], [()] * len(words)) @ self.vectors.coef[:, [*themes, -1]]
        )
        return np.asarray(
            np.abs(moved / (np.abs(moved).max(0) + 1e-9)).max(1)
            + 0.3 * np.abs(seen).max(1) / (np.abs(seen).max() + 1e-9)
        )


@dataclass(frozen=True, slots=True)
class Scores:
    """What the readers say, unweighed."""

    themes: Floats
    """(n, T, READERS)."""
    relevance: Floats
    """(n, RELEVANCE_READERS)."""
    direction: Floats
    """(n, WAYS)."""

    @classmethod
    def of(cls, words: Floats, titles: Floats, vectors: Floats, near: Floats) -> "Scores":
        """From the columns that `Readers` describes; `near`: of themes, then of relevance."""
        count = vectors.shape[1] - 1
        judged, wide, said, ways = np.split(words, [count, 2 * count, 2 * count + 2], axis=1)
        themes = (judged, wide, titles[:, :count], vectors[:, :count], near[:, :count])
        relevance = (said, titles[:, count:], vectors[:, count:], near[:, count:])
        return cls(np.stack(themes, axis=2), np.hstack(relevance), ways)

    def row(self, row: int) -> "Scores":
        """One row as a batch."""
        part = slice(row, row + 1)
        return Scores(self.themes[part], self.relevance[part], self.direction[part])

    @classmethod
    def together(cls, parts: Sequence["Scores"]) -> "Scores":
        """Several batches as one."""
        return cls(*(np.concatenate([getattr(one, field.name) for one in parts]) for field in fields(cls)))


@dataclass(frozen=True, slots=True)
class Stack:
    """How the readers and the nameable features are weighed."""

    mean: Floats
    """(T, READERS) of the readers' scores."""
    spread: Floats
    themes: Floats
    """(T, features of `theme_features`)."""
    theme_groups: Linear
    """Group of document → T."""
    subjects: Floats
    """Weight of the logit, of the three votes, and a constant; used where the publisher gave subjects."""
    threshold: float
    """A theme is assigned from this probability."""
    named: Linear
    """Nameable features → chances of the levels (logits)."""
    trees: Trees
    """Features of `tree_features` → chances of the levels (logits)."""
    relevance_mean: Floats
    relevance_spread: Floats
    relevance: Linear
    """Relevance readers and group → chances of the levels (logits)."""
    levels: Floats
    """(groups, LEVELS): thresholds on the expected level from which background, brief and act begin."""
    direction: Linear
    """Direction readers → logits of the ways."""

    def theme_logits(self, signals: Signals, scores: Scores) -> Floats:
        """(n, T) log-odds."""
        features = theme_features((scores.themes - self.mean) / self.spread, signals.rules)
        logits = np.einsum("ntf,tf->nt", features, self.themes) + self.theme_groups(groups(signals))
        return with_subjects(logits, signals.votes, self.subjects)

    def relevance_logits(self, signals: Signals, scores: Scores, themes: Floats) -> Floats:
        """(n, LEVELS): log-odds of at least background, brief, act."""
        features = named_features(signals, themes)
        named, trees = self.named(features), self.trees(tree_features(scores, features))
        readers = np.concatenate([scores.relevance, named.sum(1, keepdims=True), trees], axis=1)
        return self.relevance(with_group((readers - self.relevance_mean) / self.relevance_spread, groups(signals)))


def with_subjects(logits: Floats, votes: Floats, weights: Floats) -> Floats:
    """The log-odds of the themes once the publisher's subjects are known."""
    moved = logits * weights[0] + votes @ weights[1:4] + weights[4]
    return np.where(votes.sum(2) > 0, moved, logits).astype(np.float32)


def groups(signals: Signals) -> Floats:
    """(n, N_GROUPS): the group of document."""
    return signals.side[:, :N_GROUPS]


def theme_features(readers: Floats, rules: Floats) -> Floats:
    """(n, T, features): readers, rules and topics, how sure the surest theme is, the rules' shares."""
    surest = readers.mean(2).max(1)[:, None, None]
    return np.concatenate([readers, rules, np.repeat(surest, readers.shape[1], 1), rule_shares(rules)], axis=2)


def rule_shares(rules: Floats) -> Floats:
    """(n, T, 2): the theme's part of all that the rules found, in the title and in the whole text.

    One word of a theme says much where nothing speaks for another, and little beside many. A keyword counts as two
    hints.
    """
    hits = np.expm1(rules)
    title = 2 * hits[:, :, 0] + hits[:, :, 1]
    whole = title + 2 * hits[:, :, 2] + hits[:, :, 3]
    shares = [title / (title.sum(1, keepdims=True) + 1), whole / (whole.sum(1, keepdims=True) + 2)]
    return np.stack(shares, axis=2).astype(np.float32)


def named_features(signals: Signals, themes: Floats) -> Floats:
    """What a person can name: words of the lexicon, themes, kind, length, keywords."""
    chances = sigmoid(themes)
    keywords = signals.rules[:, :, [0, 2]].reshape(len(signals), -1)
    return np.hstack([signals.words, np.clip(themes, -6, 6), chances, signals.side, signals.length, keywords])


def tree_features(scores: Scores, named: Floats) -> Floats:
    """What the forest sees: readers of relevance and direction, and the nameable features."""
    return np.hstack([scores.relevance, scores.direction, named])


def with_group(readers: Floats, group: Floats) -> Floats:
    """Readers, then the group: readers weigh the same in all of them, most groups being too small to say more."""
    return np.hstack([readers, group])


def sigmoid(x: Floats) -> Floats:
    """Log-odds → probability."""
    return (1 / (1 + np.exp(-np.clip(x, -30, 30)))).astype(np.float32)


def reached(logits: Floats) -> Floats:
    """Probabilities of reaching each level; a higher level is never more probable than a lower one."""
    return np.minimum.accumulate(sigmoid(logits), axis=1)
