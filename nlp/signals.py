"""What the model sees of a batch of texts, before anything is weighed: numbers that a person can name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from config.themes import Themes
from nlp.assessment import Text
from nlp.reading import PUBLISHERS, act_of, group_of, kind_of, packaged, title_and_body, topics_of
from nlp.rules import Hit, Rules
from nlp.vectors import Vectors
from nlp.vocabulary import Sparse, Vocabulary, words_of

Floats = npt.NDArray[np.float32]

LEXICON = packaged("lexicon.toml")
GROUPS = tuple(LEXICON)
ACTS = (
    "PROP_REG",
    "PROP_DIR",
    "REG_DEL",
    "REG_IMPL",
    "DIR_DEL",
    "DEC_IMPL",
    "COMMUNIC",
    "SWD",
    "REG",
    "REPORT",
    "DATPRO",
)
_SORTS = ((PUBLISHERS.groups, group_of), (tuple(PUBLISHERS.kinds), kind_of), (ACTS, act_of))
"""Names, and what tells a text's. A group may be called as a kind is, so each sort has columns of its own."""
SIDES = tuple(name for names, _ in _SORTS for name in names)
"""Yes-or-no features: the group and kind of document and the type of act."""
RULE_COLUMNS = 4
"""Per theme: keywords in the title, hints in the title, both again in the body."""
TOPIC_COLUMNS = 2
"""Per theme: the portal's topic means it, means it or another."""
VOTE_COLUMNS = 3
"""Per theme: a subject means it, a subject means it or another, subjects are given but none means it."""


NO_WORDS = Sparse(np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules find in one text. A theme's hits carry (theme, "keyword" | "hint" | "hook")."""

    themes: Sequence[Hit[tuple[str, str]]]
    words: Sequence[Hit[str]]
    title_tokens: int


NOTHING_FOUND = Found((), (), 0)


@dataclass(frozen=True, slots=True)
class Signals:
    """A batch in numbers: one row for each text; T themes, G groups of words."""

    sparse: Sparse
    titles: Sparse
    """As `sparse`, of the title alone: what a long body says besides does not blur it."""
    vectors: Floats
    rules: Floats
    """(n, T, RULE_COLUMNS + TOPIC_COLUMNS): logarithms of counts; then what the portal's topic says, 0 or 1."""
    words: Floats
    """(n, 2 G): title, then body."""
    side: Floats
    """(n, SIDES)."""
    votes: Floats
    """(n, T, VOTE_COLUMNS)."""
    length: Floats
    """(n, 2): logarithms of the lengths of title and body."""

    def __len__(self) -> int:
        return len(self.side)

    def row(self, row: int) -> "Signals":
        """One row as a batch, without its sparse parts (only the readers need those)."""
        return self.dense(slice(row, row + 1))

    def dense(self, rows: slice | npt.NDArray[np.int64]) -> "Signals":
        """The given rows, without their sparse parts."""
        return Signals(NO_WORDS, NO_WORDS, *(part[rows] for part in self._dense()))

    @classmethod
    def together(cls, parts: Sequence["Signals"]) -> "Signals":
        """Several batches as one, without their sparse parts."""
        every = (np.concatenate(same) for same in zip(*(one._dense() for one in parts), strict=True))
        return cls(NO_WORDS, NO_WORDS, *every)

    def _dense(self) -> tuple[Floats, ...]:
        """The parts that are no sparse ones, in their order."""
        return tuple(getattr(self, field.name) for field in fields(self)[2:])


class Reader:
    """Turns texts and what the rules found in them into `Signals`."""

    def __init__(
        self, vocabulary: Vocabulary, vectors: Vectors, themes: Sequence[str], crosswalk: "Crosswalk"
    ) -> None:
        self.vocabulary, self.vectors, self.themes, self.crosswalk = vocabulary, vectors, tuple(themes), crosswalk

    def read(self, texts: Sequence[Text], found: Sequence[Found]) -> Signals:
        """The batch in numbers."""
        if not texts:
            return self._none()
        pairs = []
        for text in texts:
            title, body = title_and_body(text)
            pairs.append((title, "\n".join((body, *topics_of(text)))))
        titles = [words_of(title) for title, _ in pairs]
        bodies = [words_of(body) for _, body in pairs]
        topics = np.stack([self.crosswalk.topics(text, self.themes) for text in texts])
        return Signals(
            self.vocabulary.transform(titles, bodies),
            self.vocabulary.transform(titles, [()] * len(titles)),
            self.vectors.transform(titles, bodies),
            np.concatenate([rule_counts(found, self.themes), topics], axis=2),
            _words(found),
            sides(texts),
            np.stack([self.crosswalk.votes(text, self.themes) for text in texts]),
            np.log1p(np.array([[len(title), len(body)] for title, body in pairs], np.float32)),
        )

    def _none(self) -> Signals:
        count = len(self.themes)
        return Signals(
            NO_WORDS,
            NO_WORDS,
            np.zeros((0, 2 * self.vectors.size), np.float32),
            np.zeros((0, count, RULE_COLUMNS + TOPIC_COLUMNS), np.float32),
            np.zeros((0, 2 * len(GROUPS)), np.float32),
            np.zeros((0, len(SIDES)), np.float32),
            np.zeros((0, count, VOTE_COLUMNS), np.float32),
            np.zeros((0, 2), np.float32),
        )


def rule_counts(found: Sequence[Found], themes: Sequence[str]) -> Floats:
    """(n, T, RULE_COLUMNS): logarithms of how often the rules of each theme hit."""
    counts = np.zeros((len(found), len(themes), RULE_COLUMNS), np.float32)
    place = {theme: number for number, theme in enumerate(themes)}
    for row, one in enumerate(found):
        for hit in one.themes:
            theme, sort = hit.label
            if theme in place:
                column = (sort == "hint") + 2 * (hit.first >= one.title_tokens)
                counts[row, place[theme], column] += 1
    return np.log1p(counts)


def _words(found: Sequence[Found]) -> Floats:
    counts = np.zeros((len(found), 2 * len(GROUPS)), np.float32)
    place = {group: number for number, group in enumerate(GROUPS)}
    for row, one in enumerate(found):
        for hit in one.words:
            counts[row, place[hit.label] + len(GROUPS) * (hit.first >= one.title_tokens)] += 1
    return np.log1p(counts)


def sides(texts: Sequence[Text]) -> Floats:
    """(n, SIDES): the group and kind of each document and the type of act, 0 or 1."""
    side = np.zeros((len(texts), len(SIDES)), np.float32)
    for row, text in enumerate(texts):
        first = 0
        for names, of in _SORTS:
            if (said := of(text)) in names:
                side[row, first + names.index(said)] = 1
            first += len(names)
    return side


class Finder:
    """The rules of a configuration: theme words, hooks, and the words of the lexicon."""

    def __init__(self, themes: Themes) -> None:
        patterns = []
        for theme in themes.theme:
            patterns += [((theme.id, "keyword"), word) for word in (*theme.keywords_sv, *theme.keywords_en)]
            patterns += [((theme.id, "keyword"), word) for word in theme.eurovoc_terms]
            patterns += [((theme.id, "hint"), word) for word in (*theme.hints_sv, *theme.hints_en)]
            patterns += [((theme.id, "hook"), name) for name in theme.local_hooks]
            patterns += [((theme.id, "ambiguous"), name) for name in theme.ambiguous_hooks]
        patterns += [(("", "place"), name) for name in themes.places]
        self._themes: Rules[tuple[str, str]] = Rules(dict.fromkeys(patterns))
        self._words: Rules[str] = Rules((group, word) for group in GROUPS for word in LEXICON[group]["words"])

    def find(self, tokens: Sequence[str], title_tokens: int) -> Found:
        """Everything the rules find; an ambiguous hook only beside one of the organisation's own places."""
        hits = self._themes.find(tokens)
        at_home = any(hit.label[1] == "place" for hit in hits)
        kept = []
        for hit in hits:
            theme, sort = hit.label
            if sort == "ambiguous" and at_home:
                kept.append(Hit((theme, "hook"), hit.pattern, hit.first, hit.last))
            elif sort in ("keyword", "hint", "hook"):
                kept.append(hit)
        return Found(kept, self._words.find(tokens), title_tokens)


class Crosswalk:
    """What publishers' subjects say of the themes."""

    def __init__(self, themes: Themes) -> None:
        self._tables: Mapping[str, Mapping[str, tuple[str, ...]]] = themes.crosswalk
        self._codes: dict[str, list[str]] = {}
        self._terms: dict[str, list[str]] = {}
        for theme in themes.theme:
            for code in theme.oeil_subjects:
                self._codes.setdefault(code, []).append(theme.id)
            for term in theme.eurovoc_terms:
                self._terms.setdefault(term.lower(), []).append(theme.id)
        for code, named in themes.crosswalk.get("oeil", {}).items():
            self._codes.setdefault(code, list(named))

    def means(self, subject: str) -> tuple[str, ...] | None:
        """The themes that `subject` means; None where the vocabulary does not know it."""
        scheme, _, value = subject.rpartition(":")
        if scheme == "oeil" or (not scheme and value[:1].isdigit()):
            code = value.split(" ")[0]
            while code:
                if code in self._codes:
                    return tuple(self._codes[code])
                code = code.rpartition(".")[0]
            return () if scheme else None
        if scheme == "eurovoc":
            return tuple(self._terms.get(value.lower(), ()))
        for name, table in self._tables.items():
            if scheme in ("", name) and value in table:
                return table[value]
        return None

    def votes(self, text: Text, themes: Sequence[str]) -> Floats:
        """(T, VOTE_COLUMNS) for one text; topics of Have your say count among the rules and do not vote."""
        votes = np.zeros((len(themes), VOTE_COLUMNS), np.float32)
        known = False
        for subject in text.subjects:
            if _is_topic(subject):
                continue
            meant = self.means(subject)
            if meant is None:
                continue
            known = True
            either = len(meant) > 1 and not subject.startswith("oeil")
            for theme in meant:
                if theme in themes:
                    votes[themes.index(theme), int(either)] = 1
        if known:
            votes[:, 2] = votes[:, :2].max(1) == 0
        return votes

    def topics(self, text: Text, themes: Sequence[str]) -> Floats:
        """(T, TOPIC_COLUMNS) for one text: the themes that topics of Have your say mean, surely or perhaps."""
        topics = np.zeros((len(themes), TOPIC_COLUMNS), np.float32)
        for subject in filter(_is_topic, text.subjects):
            meant = self.means(subject) or ()
            for theme in meant:
                if theme in themes:
                    topics[themes.index(theme), int(len(meant) > 1)] = 1
        return topics


def _is_topic(subject: str) -> bool:
    return subject.startswith("hys") or subject in PUBLISHERS.topics
