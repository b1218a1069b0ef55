"""What people should judge next: what the model is unsure of, what rules and model see otherwise, and some by lot.

Judging only what is uncertain tells a model most and its measurer least: a third is drawn by lot, so that a share
counted on it holds for all documents (Settles 2009, "Active Learning Literature Survey", section 7.1).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, zip_longest
from random import Random


class Why(StrEnum):
    """Why a document is proposed."""

    UNCERTAIN = "uncertain"
    LOT = "lot"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that nobody judged: the model's chances, and the themes that a configured word names."""

    id: int
    relevance: float
    scores: Mapping[str, float]
    assigned: frozenset[str]
    named: frozenset[str]

    @property
    def doubt(self) -> tuple[float, str]:
        """How unsure the model is (0–1), and of what: a theme, or "" for whether it matters at all."""
        themes = ((_doubt(score), theme) for theme, score in self.scores.items())
        return max(chain(themes, [(_doubt(self.relevance), "")]))

    @property
    def differing(self) -> frozenset[str]:
        """Themes that a configured word names and the model does not assign, or the other way round."""
        return self.named ^ self.assigned


@dataclass(frozen=True, slots=True)
class Proposed:
    """A document to judge, why, and about which themes ("" in `about`: whether it matters)."""

    id: int
    why: Why
    about: tuple[str, ...] = ()


def propose(candidates: Sequence[Candidate], wanted: int, seed: str) -> tuple[Proposed, ...]:
    """At most `wanted` documents, each once, the three reasons mixed.

    Args:
        candidates: documents that nobody judged.
        wanted: how many.
        seed: of the lot; the same seed draws the same documents.
    """
    taken: set[int] = set()
    uncertain = _first(
        (Proposed(one.id, Why.UNCERTAIN, (one.doubt[1],)) for one in sorted(candidates, key=_most_doubtful)),
        math.ceil(wanted / 2),
        taken,
    )
    drawn = sorted(candidates, key=lambda one: one.id)
    Random(seed).shuffle(drawn)  # noqa: S311  # nothing here is secret
    lot = _first((Proposed(one.id, Why.LOT) for one in drawn), round(wanted / 3), taken)
    apart = sorted((one for one in candidates if one.differing), key=_most_apart)
    rest = wanted - len(uncertain) - len(lot)
    different = _first(
        (Proposed(one.id, Why.DIFFERENT, tuple(sorted(one.differing))) for one in apart), rest, taken
    )
    mixed = chain.from_iterable(zip_longest(uncertain, lot, different))
    return tuple(one for one in mixed if one is not None)


def _doubt(chance: float) -> float:
    return 4 * chance * (1 - chance)


def _most_doubtful(one: Candidate) -> tuple[float, int]:
    return -one.doubt[0], one.id


def _most_apart(one: Candidate) -> tuple[float, int]:
    """The surer the model is of the contrary, the more there is to learn."""
    surest = max(abs((theme in one.named) - one.scores.get(theme, 0.0)) for theme in one.differing)
    return -surest, one.id


def _first(proposals: Iterable[Proposed], count: int, taken: set[int]) -> list[Proposed]:
    chosen: list[Proposed] = []
    for one in proposals:
        if len(chosen) >= count:
            break
        if one.id not in taken:
            taken.add(one.id)
            chosen.append(one)
    return chosen
