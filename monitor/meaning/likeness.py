"""Which documents that people judged a text is most like: a reason that an officer can check at a glance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from monitor.archive.documents import Document, get_documents
from monitor.archive.ratings import Judged, judged_ids, judgements_of
from nlp.assessment import Assessment

if TYPE_CHECKING:
    from nlp.judge import Floats

MOST_COMPARED = 2000
"""Judged documents that texts are compared with, the latest."""
NEAREST = 2
ALIKE = 0.5
"""Least likeness (cosine of the word vectors about their mean) worth naming; unrelated texts lie about 0.1."""
LONGEST_TITLE = 90
LEVELS = {"act": "åtgärd", "brief": "nytt till brevet", "background": "för kännedom", "none": "endast arkiv"}


@dataclass(frozen=True, slots=True)
class Precedent:
    """A judged document; `said` is what the person said of its level, "" where only of themes."""

    id: int
    title: str
    said: str
    themes: frozenset[str]


@dataclass(frozen=True)
class Precedents:
    """Judged documents and where they lie; `vectors` (n × size) have length 1."""

    documents: tuple[Precedent, ...]
    vectors: "Floats"

    def named_in(self, said: Assessment, number: int, vector: "Floats") -> Assessment:
        """The assessment of the document `number` at `vector` (any length), with what it is like as a last reason.

        Only documents that share one of its themes count: texts of one kind and language lie together too.
        """
        themes = frozenset(tag.theme for tag in said.tags if tag.assigned)
        length = float((vector @ vector) ** 0.5)
        if not themes or length == 0:
            return said
        likeness = self.vectors @ (vector / length)
        order = sorted(range(len(self.documents)), key=lambda place: -float(likeness[place]))
        alike = (self.documents[place] for place in order if likeness[place] >= ALIKE)
        near = [one for one in alike if one.id != number and one.themes & themes][:NEAREST]
        if not near:
            return said
        return replace(said, reasons=(*said.reasons, f"Liknar {' och '.join(_named(one) for one in near)}"))


def judged_documents(conn: Connection) -> tuple[tuple[Document, Judged], ...]:
    """The documents judged last, with what was said of them."""
    documents = get_documents(conn, judged_ids(conn)[-MOST_COMPARED:])
    said = judgements_of(conn, [one.id for one in documents])
    return tuple((one, said[one.id]) for one in documents)


def precedents(judged: Sequence[tuple[Document, Judged]], features: "Floats") -> Precedents:
    """Judged documents, ready to be compared with; `features` (n, 1 + size) as `nlp.local.features` gives them."""
    import numpy as np

    vectors = features[:, 1:]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    known = tuple(
        Precedent(one.id, one.title()[0], LEVELS.get(said.level or "", ""), frozenset(one.themes))
        for one, said in judged
    )
    return Precedents(known, vectors / np.maximum(lengths, 1e-9))


def _named(one: Precedent) -> str:
    title = one.title if len(one.title) <= LONGEST_TITLE else f"{one.title[: LONGEST_TITLE - 1].rstrip()}…"
    return f"”{title}” (bedömd: {one.said})" if one.said else f"”{title}” (bedömd)"
