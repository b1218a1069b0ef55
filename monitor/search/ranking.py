"""How well a document answers a query: one pure function, the same for every database.

The database finds candidates; here they are weighed by BM25 over title and body (Robertson and Zaragoza 2009) with
the weights of `Concept`, then by how much of the query they cover, how near its words stand, and gently by age
and level. The constants were set on officers' queries (bench/search.py), by whole steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from monitor.search.concepts import Concept

TITLE, BODY = 3.0, 1.0
"""What an occurrence is worth there."""
SATURATION = 1.2
LENGTH = 0.5
"""How much a long text is held against it (0–1)."""
USUAL_TITLE, USUAL_BODY = 10.0, 120.0
"""Words of a usual title and body."""
GAP = 3
"""Words of a group this near each other stand together."""
_LEVELS = {"act": 1.06, "brief": 1.03, "background": 1.0, "none": 0.97}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document as far as ranking looks at it; `named` are identifiers that it is about."""

    id: int
    day: date
    level: str | None
    title: Sequence[str]
    body: Sequence[str]
    named: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate's score, and the share of the query's weight that it covers (0–1)."""

    id: int
    score: float
    coverage: float


def rank(candidates: Sequence[Candidate], concepts: Sequence[Concept], today: date) -> list[Scored]:
    """The candidates, best first; of equals the newer."""
    days = {candidate.id: candidate.day for candidate in candidates}
    asked = _asked(concepts)
    scored = [score(candidate, concepts, today, asked) for candidate in candidates]
    return sorted(scored, key=lambda one: (-one.score, -days[one.id].toordinal(), one.id))


def score(
    candidate: Candidate, concepts: Sequence[Concept], today: date, asked: frozenset[str] | None = None
) -> Scored:
    """How well one candidate answers; `asked` are the stems of all concepts, where they are known already."""
    asked = _asked(concepts) if asked is None else asked
    title, body = _places(candidate.title, asked), _places(candidate.body, asked)
    title_length = 1 - LENGTH + LENGTH * len(candidate.title) / USUAL_TITLE
    body_length = 1 - LENGTH + LENGTH * len(candidate.body) / USUAL_BODY
    total = covered = wanted = 0.0
    matched_title: set[int] = set()
    for concept in concepts:
        best, frequency = 0.0, 0.0
        for root, weight in concept.singles.items():
            in_title, in_body = title.get(root, ()), body.get(root, ())
            if in_title or in_body:
                best = max(best, weight)
                frequency += weight * (TITLE * len(in_title) / title_length + BODY * len(in_body) / body_length)
                matched_title.update(in_title)
        for roots, weight in concept.groups.items():
            together = TITLE * _together(roots, title) / title_length + BODY * _together(roots, body) / body_length
            if together:
                best = max(best, weight)
                frequency += weight * together
                matched_title.update(place for root in roots for place in title.get(root, ()))
        if concept.year == candidate.day.year:
            best, frequency = max(best, 0.8), frequency + TITLE
        if candidate.named.intersection(concept.identifiers):
            best, frequency = 1.0, frequency + 2 * TITLE
        if concept.quoted or concept.beginnings:
            # The index matched them as written; where, only the stems tell.
            best, frequency = 1.0, frequency + _written(concept, candidate)
        wanted += concept.weight
        if best:
            covered += concept.weight * best
            total += concept.weight * best * (frequency / best) / (frequency / best + SATURATION)
    coverage = covered / wanted if wanted else 0.0
    exact = len(matched_title) / len(candidate.title) if candidate.title else 0.0
    near = _near(concepts, title) + 0.4 * _near(concepts, body)
    age = max(0, (today - candidate.day).days) / 365.25
    gentle = (1 + 0.04 / (1 + age / 2)) * _LEVELS.get(candidate.level or "background", 1.0)
    return Scored(
        candidate.id, total * (0.4 + 0.6 * coverage) * (1 + 0.2 * exact + 0.15 * near) * gentle, coverage
    )


def _asked(concepts: Sequence[Concept]) -> frozenset[str]:
    asked = {root for concept in concepts for root in concept.singles}
    asked.update(root for concept in concepts for roots in concept.groups for root in roots)
    return frozenset(asked)


def _places(text: Sequence[str], asked: frozenset[str]) -> dict[str, list[int]]:
    """Where the stems that any concept asks for stand."""
    if asked.isdisjoint(text):
        return {}
    places: dict[str, list[int]] = {}
    for place, root in enumerate(text):
        if root in asked:
            places.setdefault(root, []).append(place)
    return places


def _together(roots: Sequence[str], places: dict[str, list[int]]) -> float:
    """1 where the stems stand near each other, less where they are scattered, 0 where one is missing."""
    if any(root not in places for root in roots):
        return 0.0
    first, *others = roots
    for start in places[first]:
        if all(
            any(abs(place - start) <= GAP + number for place in places[other])
            for number, other in enumerate(others)
        ):
            return 1.0
    return 0.4


def _near(concepts: Sequence[Concept], places: dict[str, list[int]]) -> float:
    """The share of neighbouring words of the query that stand near each other here."""
    own = [[place for root in concept.singles for place in places.get(root, ())] for concept in concepts]
    pairs = list(pairwise(own))
    if not pairs:
        return 0.0
    near = sum(
        any(0 < later - earlier <= GAP for earlier in before for later in after[:20]) for before, after in pairs
    )
    return near / len(pairs)


def _written(concept: Concept, candidate: Candidate) -> float:
    beginnings = tuple(concept.beginnings)
    found = sum(1 for root in candidate.title if beginnings and root.startswith(beginnings))
    return BODY + TITLE * found
