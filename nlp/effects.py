"""What single words add to a judgement, found by taking them out.

A word's effect is what the score loses when the word is taken out of the text everywhere and the text is read anew
by the whole pipeline; so a reason is true by construction. To stay quick only the words that the readers' weights
favour, and those that a rule found, are tried; and where embeddings are read, that of the whole text stays.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
from spacy.lang.sv.stop_words import STOP_WORDS as SWEDISH

from nlp.assessment import Text
from nlp.judge import WAYS
from nlp.pipeline import Reading, own_in, trained_in
from nlp.reading import title_and_body
from nlp.signals import Floats
from nlp.vocabulary import SOFT_HYPHEN, WORD, words_of

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

STOP_WORDS = SWEDISH | ENGLISH
"""Words that may move a score but tell a reader nothing."""
TRIED = 28
"""Words taken out one at a time; more would cost time and change no reason."""
NAMED = 3
"""Terms named for a theme, a level or a direction."""
LEAST = 0.05
"""Smallest effect worth naming (log-odds)."""


@dataclass(frozen=True, slots=True)
class Effects:
    """What each tried word adds: to every theme, to the briefing, to the directions (log-odds)."""

    words: tuple[str, ...]
    names: tuple[str, ...]
    """The themes, as the columns of `themes`."""
    themes: Floats
    relevance: Floats
    ways: Floats

    def for_theme(self, theme: str) -> list[tuple[str, float]]:
        """The words that add most to a theme, with what they add."""
        return self.strongest(self.themes[:, self.names.index(theme)])

    def for_way(self, way: int, favoured: Iterable[str]) -> list[tuple[str, float]]:
        """The words that add most to a direction beside the others; favoured words first."""
        weights = self.ways[:, way] - self.ways.mean(1)
        known = set(favoured)
        named = self.strongest(weights, len(self.words))
        return sorted(named, key=lambda one: (one[0] not in known, -one[1]))[:NAMED]

    def strongest(self, weights: npt.NDArray[Any], most: int = NAMED) -> list[tuple[str, float]]:
        """The words that add most, with what they add."""
        order = np.argsort(-weights, kind="stable")[:most]
        return [(self.words[place], float(weights[place])) for place in order if weights[place] >= LEAST]


class Taker:
    """Takes words out of texts and reads again."""

    def __init__(self, nlp: "Language") -> None:
        self._nlp = nlp
        self._trained = trained_in(nlp)
        self._names = (*self._trained.themes, *(theme.id for theme in own_in(nlp).themes))

    def effects(self, doc: "Doc", themes: Sequence[str]) -> Effects:
        """The effects of the words that matter most to the given themes, to relevance or to direction."""
        text: Text = doc._.reading.text
        words = self._worth_trying(doc, themes)
        texts = [text, *(without(text, [word]) for word in words)]
        (cats, chances, ways), *rest = self._read(texts, doc._.reading.embedding)
        count = len(words)
        return Effects(
            tuple(words),
            self._names,
            np.array([cats - less[0] for less in rest], np.float32).reshape(count, len(self._names)),
            np.array([chances - less[1] for less in rest], np.float32),
            np.array([ways - less[2] for less in rest], np.float32).reshape(count, len(WAYS)),
        )

    def _read(self, texts: Sequence[Text], embedding: Floats | None) -> list[tuple[Floats, float, Floats]]:
        """Log-odds of the themes, of the briefing, and of the directions."""
        make: Any = self._nlp.tokenizer
        docs = [make.document(text) for text in texts]
        for doc in docs:
            doc._.reading.embedding = embedding
        found = []
        for doc in self._nlp.pipe(docs, batch_size=len(texts)):
            cats = np.array([*(doc.cats[name] for name in self._trained.themes), *doc._.reading.own], np.float32)
            found.append((_log_odds(cats), float(_log_odds(doc._.chances[1])), doc._.ways))
        return found

    def _worth_trying(self, doc: "Doc", themes: Sequence[str]) -> list[str]:
        """The words that readers' weights favour; words of the title and words found by rules count double."""
        reading: Reading = doc._.reading
        title, body = title_and_body(reading.text)
        words = [word for word in dict.fromkeys(words_of(f"{title}\n{body}")) if word not in STOP_WORDS]
        if len(words) <= TRIED:
            return words
        trained = self._trained
        places = [trained.themes.index(name) for name in themes if name in trained.themes]
        strength = trained.readers.strength(trained.vocabulary, trained.vectors, words, places)
        spans = [(hit.first, hit.last) for hit in reading.found.themes]
        spans += [(hit.first, hit.last) for hit in reading.found.words]
        favoured = {
            word for first, last in spans for token in doc[first : last + 1] for word in words_of(token.text)
        }
        titled = set(words_of(title))
        strength *= np.array([1 + (word in titled) + (word in favoured) for word in words])
        order = np.argsort(-strength, kind="stable")[:TRIED]
        return [words[place] for place in sorted(order)]


def without(text: Text, words: Iterable[str]) -> Text:
    """What is read of the text, every occurrence of the words taken out."""
    pattern = _pattern("|".join(map(_spelt, words)))
    title, body = (pattern.sub(" ", part) for part in title_and_body(text))
    return replace(text, title=title, body=body)


def places(string: str, word: str, most: int = 5) -> list[tuple[int, int]]:
    """Where a word stands in a string, from and up to."""
    return [match.span() for match in _pattern(_spelt(word)).finditer(string)][:most]


def _pattern(inner: str) -> re.Pattern[str]:
    edge = WORD.pattern.removesuffix("+")
    return re.compile(rf"(?<!{edge})(?<!{edge}{SOFT_HYPHEN})(?:{inner})(?!{SOFT_HYPHEN}*{edge})", re.IGNORECASE)


def _spelt(word: str) -> str:
    """The word as a pattern, wherever soft hyphens break it."""
    return f"{SOFT_HYPHEN}*".join(map(re.escape, word))


def _log_odds(chance: Any) -> Any:
    sure = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.log(sure / (1 - sure))
