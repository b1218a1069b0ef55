"""How many matches have each value of each filter: counted in memory, over all matches.

A column of codes per filter, one place per document, is read from the archive once and kept until that changes
(`monitor.archive.kept`). A filter that is set does not narrow its own values, so that one sees what choosing
another besides would bring.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, String, cast, func, select

from monitor.archive.files import case_file, dossier_document
from monitor.archive.kept import kept_of
from monitor.archive.known import chunks
from monitor.archive.schema import document, document_window, tag
from monitor.search.index import OWN_COLUMNS, Filters, handled

FACETS = ("theme", "level", "direction", "kind", "stage", "source", "language", "status", "owner", "year")
"""What matches are counted by."""

SEPARATOR = "\x1f"
"""Stands between values that come over as one text (ASCII: unit separator)."""

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Column:
    """One value per document: its place in `values`, 0 for none."""

    codes: NDArray[np.int32]
    values: tuple[str, ...]

    def holds(self, wanted: Iterable[str]) -> Mask:
        """Which documents have one of these values."""
        known = [self.values.index(value) for value in wanted if value in self.values[1:]]
        return np.isin(self.codes, known)

    def count(self, chosen: Numbers) -> dict[str, int]:
        """How many of these documents have each value."""
        counted = np.bincount(self.codes[chosen], minlength=len(self.values))
        return {value: int(number) for value, number in zip(self.values[1:], counted[1:], strict=True) if number}


_NO_COLUMN = Column(np.zeros(1, np.int32), ("",))


@dataclass(frozen=True, slots=True)
class Columns:
    """Every document's values; arrays have a place for each number up to the largest."""

    there: Mask
    days: NDArray[np.int32]
    """As in 20261123; 0 where there is no document."""
    own: Mapping[str, Column]
    themes: Mapping[str, Mask]

    @property
    def size(self) -> int:
        """Places of each array."""
        return len(self.there)

    def mask(self, numbers: Iterable[int]) -> Mask:
        """These documents; those that came only after the columns were read are left out."""
        found = np.zeros(self.size, np.bool_)
        chosen = np.fromiter(numbers, np.int64)
        found[chosen[chosen < self.size]] = True
        return found


def columns_of(conn: Connection) -> Columns:
    """The columns of the archive that `conn` reads."""
    return kept_of(conn.engine).get("facet columns", lambda: _read(conn))


def count(
    conn: Connection,
    filters: Filters,
    today: date,
    base: Iterable[int] | None,
    found: Sequence[int] | None = None,
) -> dict[str, dict[str, int]]:
    """For each of `FACETS` its values with how many documents have them, the most frequent first.

    Args:
        conn: a reading connection.
        filters: those in force.
        today: the day, in the organisation's zone.
        base: what matches without any filter; None: everything.
        found: what passed the filters, where search itself has put it together; None: what of `base` does.
    """
    columns = columns_of(conn)
    matching = columns.there if base is None else columns.mask(base)
    matching = matching & _elsewhere(conn, columns, filters, today)
    chosen = {name: _holding(conn, columns, filters, name) for name in FACETS if getattr(filters, name, ())}
    passed = matching if found is None else columns.mask(found)
    if found is None:
        for mask in chosen.values():
            passed = passed & mask
    numbers = np.flatnonzero(passed)
    cases = _cases(conn)
    counted = {}
    for name in FACETS:
        own = _count(columns, cases, name, numbers)
        if name in chosen:
            wider = matching
            for other, mask in chosen.items():
                wider = wider & mask if other != name else wider
            own = {**_count(columns, cases, name, np.flatnonzero(wider)), **own}
        counted[name] = dict(sorted(own.items(), key=lambda row: (-row[1], row[0])))
    return counted


Cases = Sequence[tuple[int, str, str | None]]


def _count(columns: Columns, cases: Cases, name: str, numbers: Numbers) -> dict[str, int]:
    match name:
        case "theme":
            found = {theme: int(np.count_nonzero(mask[numbers])) for theme, mask in columns.themes.items()}
            return {theme: number for theme, number in found.items() if number}
        case "year":
            years, often = np.unique(columns.days[numbers] // 10_000, return_counts=True)
            return {str(year): int(number) for year, number in zip(years, often, strict=True)}
        case "status" | "owner":
            chosen = columns.mask(numbers)
            values = [
                status if name == "status" else owner
                for number, status, owner in cases
                if number < columns.size and chosen[number]
            ]
            return {value: values.count(value) for value in set(values) if value}
        case _:
            return columns.own[name].count(numbers)


def _holding(conn: Connection, columns: Columns, filters: Filters, name: str) -> Mask:
    """The documents that one filter lets pass."""
    wanted = getattr(filters, name)
    if name == "theme":
        found = np.zeros(columns.size, np.bool_)
        for theme in wanted:
            found |= columns.themes.get(theme, False)
        return found
    if name in ("status", "owner"):
        query = handled(wanted if name == "status" else (), wanted if name == "owner" else ())
        return columns.mask(conn.execute(query).scalars().all())
    return columns.own[name].holds(wanted)


def _elsewhere(conn: Connection, columns: Columns, filters: Filters, today: date) -> Mask:
    """The documents that pass the filters which are no facets."""
    found = columns.there
    if filters.since is not None:
        found = found & (columns.days >= _day(filters.since.isoformat()))
    if filters.until is not None:
        found = found & (columns.days <= _day(filters.until.isoformat()))
    if filters.open:
        window = document_window.c
        still = select(window.document).where(window.closes >= today)
        found = found & columns.mask(conn.execute(still).scalars().all())
    if filters.moved is not None:
        moved = select(document.c.id).where(document.c.changed > filters.moved)
        found = found & columns.mask(conn.execute(moved).scalars().all())
    return found


def _cases(conn: Connection) -> Cases:
    """The documents of each case; cases are few."""
    cases = {
        row.dossier: row
        for row in conn.execute(select(case_file.c.dossier, case_file.c.status, case_file.c.owner))
    }
    found = []
    for some in chunks(sorted(cases)):
        own = select(dossier_document.c.document, dossier_document.c.dossier)
        own = own.where(dossier_document.c.dossier.in_(some), dossier_document.c.relation == "subject")
        for number, dossier in conn.execute(own):
            found.append((number, cases[dossier].status, cases[dossier].owner))
    return found


class _Places(dict[str, int]):
    """Gives each value that it is asked for the next place."""

    def __missing__(self, value: str) -> int:
        self[value] = len(self)
        return self[value]


def _read(conn: Connection) -> Columns:
    """Read the columns, each as one text: millions of single values would take many times longer to come over."""
    own = [
        document.c.id,
        func.replace(cast(document.c.day, String), "-", ""),
        *(document.c[name] for name in OWN_COLUMNS),
    ]
    texts = conn.execute(select(*(_joined(conn, func.coalesce(cast(one, String), "")) for one in own))).one()
    if not texts[0]:
        return Columns(np.zeros(1, np.bool_), np.zeros(1, np.int32), dict.fromkeys(OWN_COLUMNS, _NO_COLUMN), {})
    numbers = _numbers(texts[0])
    size = int(numbers.max()) + 1
    there, days = np.zeros(size, np.bool_), np.zeros(size, np.int32)
    there[numbers] = True
    days[numbers] = _numbers(texts[1])
    columns = {}
    for name, text in zip(OWN_COLUMNS, texts[2:], strict=True):
        places, codes = _Places({"": 0}), np.zeros(size, np.int32)
        codes[numbers] = [places[value] for value in text.split(SEPARATOR)]
        columns[name] = Column(codes, tuple(places))
    tagged = select(tag.c.theme, _joined(conn, cast(tag.c.document, String))).where(tag.c.assigned)
    themes = {}
    for theme, text in conn.execute(tagged.group_by(tag.c.theme)):
        themes[theme] = np.zeros(size, np.bool_)
        found = _numbers(text)
        themes[theme][found[found < size]] = True
    return Columns(there, days, columns, themes)


def _joined(conn: Connection, column: ColumnElement[str]) -> ColumnElement[str]:
    """All values of a column as one text, in the order in which the rows are read."""
    joining = func.string_agg if conn.dialect.name == "postgresql" else func.group_concat
    return joining(column, SEPARATOR)


def _numbers(text: str) -> Numbers:
    return np.fromstring(text, np.int64, sep=SEPARATOR)


def _day(text: Any) -> int:
    return int(str(text)[:10].replace("-", ""))
