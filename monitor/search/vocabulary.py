"""The archive's words: how common they are, their relatives, and what a misspelt one may have meant."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from monitor.archive.schema import document, vocabulary
from monitor.core.words import fold, query_stems

MOST_RELATIVES = 40
"""Compounds taken of one word, the most common first."""
MOST_DOCUMENTS = 5_000
"""Documents that the compounds of one word may stand in, together: reading more takes longer than it helps."""
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Known:
    """A word of the archive."""

    word: str
    stem: str
    folded: str
    documents: int


class Vocabulary:
    """Looks words up on one connection."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        # Documents are never deleted, so the last number is their count, and far cheaper than counting.
        self.size = max(1, conn.execute(select(func.max(document.c.id))).scalar_one_or_none() or 1)

    def lookup(self, some: Iterable[str]) -> list[Known]:
        """Words that are one of these, have their stem, or look like them without diacritics."""
        asked = sorted(set(some))
        roots = sorted({root for word in asked for root in query_stems(word)})
        return self._select(or_(vocabulary.c.stem.in_(roots), vocabulary.c.folded.in_(asked)))

    def stems(self, roots: Iterable[str]) -> dict[str, int]:
        """In how many documents each of these stems was seen; unseen ones are left out."""
        table = vocabulary.c
        query = select(table.stem, func.sum(table.documents)).where(table.stem.in_(sorted(set(roots))))
        return _as_dict(self._conn.execute(query.group_by(table.stem)))

    def beginning_with(self, root: str, language: str) -> dict[str, int]:
        """Longer stems that begin with `root`: compounds of which it is the first part."""
        return self._range(vocabulary.c.stem, root, language)

    def ending_with(self, root: str, language: str) -> dict[str, int]:
        """Longer stems that end with `root`: compounds of which it is the last part."""
        return self._range(vocabulary.c.reversed, root[::-1], language)

    def words_beginning_with(self, beginning: str) -> dict[str, int]:
        """Stems of the words that begin as typed."""
        table = vocabulary.c
        query = select(table.stem, func.sum(table.documents).label("documents")).where(
            table.word >= beginning, table.word < beginning + _LAST
        )
        return self._counted(query.group_by(table.stem))

    def similar(self, word: str) -> list[tuple[Known, float]]:
        """Words that a misspelt one may have meant, the likeliest first, each with its likeness (0–1)."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        bare = fold(word)
        if len(bare) < 4:
            return []
        table = vocabulary.c
        firsts = sorted({bare[0], bare[1]})
        begins = [and_(table.folded >= first, table.folded < first + _LAST) for first in firsts]
        near = func.length(table.folded).between(len(bare) - 2, len(bare) + 2)
        known = self._select(or_(*begins), near)
        allowed = 1 if len(bare) < 7 else 2
        hits = extract(bare, [one.folded for one in known], scorer=OSA.distance, score_cutoff=allowed, limit=None)
        ranked = sorted(hits, key=lambda hit: (hit[1], -known[hit[2]].documents))
        return [(known[place], 1 - distance / len(bare)) for _, distance, place in ranked[:3]]

    def _range(self, column: ColumnElement[str], beginning: str, language: str) -> dict[str, int]:
        table = vocabulary.c
        query = select(table.stem, func.sum(table.documents).label("documents")).where(
            column > beginning, column < beginning + _LAST, table.language == language
        )
        return self._counted(query.group_by(table.stem))

    def _counted(self, query: Select[str, int]) -> dict[str, int]:
        common = query.order_by(func.sum(vocabulary.c.documents).desc()).limit(MOST_RELATIVES)
        counted: dict[str, int] = {}
        read = 0
        for root, count in self._conn.execute(common):
            if read + count <= MOST_DOCUMENTS:
                counted[root] = int(count)
                read += int(count)
        return counted

    def _select(self, *conditions: ColumnElement[bool]) -> list[Known]:
        table = vocabulary.c
        query = select(table.word, table.stem, table.folded, table.documents).where(*conditions)
        return [Known(*row) for row in self._conn.execute(query)]


def _as_dict(rows: Iterable[Row[str, int]]) -> dict[str, int]:
    return {row[0]: int(row[1]) for row in rows}
