"""Finds the configured words and phrases in a tokenised text.

A pattern is a word or phrase; a trailing `*` on a word is a prefix, so that Swedish compounds are found
("avlopp*" finds avloppsdirektivet). A word with a capital in it is matched as written ("AI", "LOU", "Leader"), any
other without regard to case. What a token can begin is remembered for each distinct word, so 2,000 patterns are
nearly free; spaCy's Matcher tries every prefix pattern on every token (no index for regular expressions).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

TOKEN = re.compile(r"\w+(?:\u00ad+\w+)*|[^\w\s]")
"""A token: letters and digits, or one other sign. Hyphens therefore stand alone ("AI-förordning" is three); soft
hyphens (U+00AD) break no word."""

REMEMBERED = 100_000
"""Distinct words remembered before starting over (bounds memory in a long-running service)."""

Label = TypeVar("Label")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a pattern."""

    text: str
    prefix: bool
    cased: bool

    def fits(self, token: str) -> bool:
        """Whether `token` is this word."""
        token = token if self.cased else token.lower()
        return token.startswith(self.text) if self.prefix else token == self.text


@dataclass(frozen=True, slots=True)
class Hit(Generic[Label]):
    """A place where a pattern was found: tokens `first` up to and including `last`."""

    label: Label
    pattern: str
    first: int
    last: int


def parse(pattern: str) -> tuple[Word, ...]:
    """The words of a pattern, split as texts are."""
    words = []
    for part in pattern.split():
        stem = part.removesuffix("*")
        pieces = TOKEN.findall(stem)
        for place, piece in enumerate(pieces):
            cased = piece != piece.lower()
            words.append(Word(piece, part.endswith("*") and place == len(pieces) - 1, cased))
    return tuple(words)


class Rules(Generic[Label]):
    """A set of labelled patterns."""

    def __init__(self, patterns: Iterable[tuple[Label, str]]) -> None:
        self._exact: dict[str, list[tuple[Label, str, tuple[Word, ...]]]] = {}
        self._prefixes: dict[str, list[tuple[Label, str, tuple[Word, ...]]]] = {}
        for label, pattern in patterns:
            words = parse(pattern)
            index = self._prefixes if words[0].prefix else self._exact
            index.setdefault(words[0].text.lower(), []).append((label, pattern, words))
        self._lengths = sorted({len(text) for text in self._prefixes})
        self._begun: dict[str, tuple[tuple[Label, str, tuple[Word, ...]], ...]] = {}

    def find(self, tokens: Sequence[str]) -> list[Hit[Label]]:
        """Every hit, in the order of the text."""
        hits = []
        begun = self._begun
        tokens = [token.replace("\u00ad", "") for token in tokens]
        for first, token in enumerate(tokens):
            candidates = begun.get(token)
            if candidates is None:
                candidates = self._begin(token)
            for label, pattern, words in candidates:
                last = first + len(words) - 1
                if last == first or (
                    last < len(tokens)
                    and all(word.fits(tokens[first + place]) for place, word in enumerate(words[1:], 1))
                ):
                    hits.append(Hit(label, pattern, first, last))
        return hits

    def _begin(self, token: str) -> tuple[tuple[Label, str, tuple[Word, ...]], ...]:
        """The patterns whose first word `token` is."""
        if len(self._begun) >= REMEMBERED:
            self._begun.clear()
        lower = token.lower()
        candidates = list(self._exact.get(lower, ()))
        for length in self._lengths:
            if length > len(lower):
                break
            candidates += self._prefixes.get(lower[:length], ())
        fitting = tuple(candidate for candidate in candidates if candidate[2][0].fits(token))
        self._begun[token] = fitting
        return fitting
