"""One thing that a person wants, with everything that can stand for it, weighed.

A document satisfies a concept with the word itself, an inflection, a compound, a translation, a synonym, what a
nickname stands for, or the word that a misspelling was meant to be; the weight says how sure we are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.search.expressions import AllOf, Expression, Words, any_of

COMMON = 3_000
"""Documents from which on a word is searched for without its relatives."""
EXACT = 0.99
"""Weights from here on are the word itself."""


@dataclass(slots=True)
class Concept:
    """One thing wanted.

    `singles` maps stems to weights; `groups` are stems that count together; `quoted` are phrases as written and
    `beginnings` are beginnings of words, both wanted exactly; `identifiers` are those of a file whose nickname was
    said. `documents` is in how many documents the word itself stands, about, and `weight` how telling that makes
    it (inverse document frequency). `year` also matches the date. `widened` are words whose relatives are in.
    """

    text: str
    singles: dict[str, float] = field(default_factory=dict)
    groups: dict[tuple[str, ...], float] = field(default_factory=dict)
    quoted: list[tuple[str, ...]] = field(default_factory=list)
    beginnings: list[str] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    documents: int = 0
    weight: float = 1.0
    year: int | None = None
    widened: set[str] = field(default_factory=set)

    def add(self, roots: Sequence[str], weight: float) -> None:
        """Let these stems (together, if several) stand for the concept."""
        if len(roots) == 1:
            self.singles[roots[0]] = max(weight, self.singles.get(roots[0], 0.0))
        elif roots:
            self.groups[tuple(roots)] = max(weight, self.groups.get(tuple(roots), 0.0))

    def expression(self) -> Expression | None:
        """What the index is asked for; a common word without its relatives, there is enough of it."""
        sure = EXACT if self.documents >= COMMON else 0.0
        parts: list[Expression] = [Words((root,)) for root, weight in self.singles.items() if weight >= sure]
        for roots, weight in self.groups.items():
            if weight >= sure:
                parts.append(AllOf(tuple(Words((root,)) for root in dict.fromkeys(roots))))
        parts += [Words(phrase, stemmed=False) for phrase in self.quoted]
        parts += [Words((beginning,), stemmed=False, beginning=True) for beginning in self.beginnings]
        return any_of(parts)
