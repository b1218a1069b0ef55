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
from sqlalchemy import Connection, Select, String, func, select, type_coerce

from monitor.archive.files import case_file, dossier_document
from monitor.archive.kept import kept_of
from monitor.archive.known import chunks
from monitor.archive.schema import document, document_window, tag
from monitor.search.index import OWN_COLUMNS, Filters, handled

FACETS = ("theme", "level", "direction", "kind", "stage", "source", "language", "status", "owner", "year")
"""What matches are counted by."""

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


def _read(conn: Connection) -> Columns:
    size = (conn.execute(select(func.max(document.c.id))).scalar() or 0) + 1
    numbers: list[int] = []
    # Days as text: making dates of them all would take longer than reading them.
    rows = conn.execute(select(document.c.id, type_coerce(document.c.day, String)))
    days = np.zeros(size, np.int32)
    for number, day in rows.all():
        numbers.append(number)
        days[number] = _day(day)
    there = np.zeros(size, np.bool_)
    there[numbers] = True
    own = {name: _column(conn, select(document.c.id, document.c[name]), size) for name in OWN_COLUMNS}
    themes: dict[str, Mask] = {}
    for number, theme in conn.execute(select(tag.c.document, tag.c.theme).where(tag.c.assigned)).all():
        if theme not in themes:
            themes[theme] = np.zeros(size, np.bool_)
        if number < size:
            themes[theme][number] = True
    return Columns(there, days, own, themes)


def _column(conn: Connection, query: Select[Any], size: int) -> Column:
    codes = np.zeros(size, np.int32)
    places: dict[str | None, int] = {None: 0}
    for number, value in conn.execute(query).all():
        if number < size:
            codes[number] = places.setdefault(value, len(places))
    return Column(codes, ("", *(value for value in places if value is not None)))


def _day(text: Any) -> int:
    return int(str(text)[:10].replace("-", ""))
