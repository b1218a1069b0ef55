"""Ask the database: which documents match, how many, in which order. One interface over FTS5 and tsvector."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    cast,
    column,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from monitor.archive.files import case_file, dossier_document
from monitor.archive.schema import document, document_identifier, document_window, search_text, tag
from monitor.search.expressions import AllOf, AnyOf, Expression, Words, as_fts5, as_tsquery, forms
from monitor.search.ranking import Candidate

FACETS = ("theme", "level", "direction", "kind", "source", "language", "status", "owner", "year")
"""What matches are counted by."""
MOST_COUNTED = 5_000
"""Matches that are counted by facets, the newest; counting more would take longer than the search itself."""
BODY_READ = 8_000
"""Characters of a body's stems that ranking looks at."""
_FTS = table("search_index", column("rowid"))
_ABOUT = ("subject", "package", "implements")
# A cheap order that brings the good ones under the first hundreds; `ranking` does the rest. PostgreSQL ranks by
# the title alone: unpacking the vectors of all bodies that match takes seconds where words are common.
_BM25_WEIGHTS = (4.0, 1.0, 4.0, 1.0)


@dataclass(frozen=True, slots=True)
class Filters:
    """What else must hold; None = anything. Days are included; `open`: a window closes today or later."""

    theme: str | None = None
    source: str | None = None
    kind: str | None = None
    level: str | None = None
    direction: str | None = None
    language: str | None = None
    status: str | None = None
    """Of the case of the dossier that a document is about."""
    owner: str | None = None
    """Of that case; letter case does not matter."""
    open: bool = False
    since: date | None = None
    until: date | None = None
    moved: datetime | None = None
    """First seen or changed after this moment."""


class Index:
    """Matches of one query with its filters, on one connection."""

    def __init__(self, conn: Connection, filters: Filters, today: date) -> None:
        self._conn = conn
        self._conditions = _conditions(filters, today)
        self._today = today
        self._postgres = conn.dialect.name == "postgresql"

    def count(self, expression: Expression | None) -> int:
        """How many documents match; None: how many pass the filters."""
        if expression is not None and not self._conditions and not self._postgres:
            matched = self._fts(expression).subquery()
        else:
            matched = self._matched(expression, document.c.id).subquery()
        return self._conn.execute(select(func.count()).select_from(matched)).scalar_one()

    def best(self, expression: Expression, limit: int, offset: int = 0) -> tuple[list[int], int]:
        """Ids of matches, roughly best first, and how many there are in all (0 beyond the last)."""
        total = func.count().over().label("total")
        if self._postgres:
            likeness = func.ts_rank(literal_column("search_text.title_vector"), _tsquery(expression), 1)
            query = self._matched(expression, document.c.id, total)
            query = query.order_by(likeness.desc(), document.c.day.desc())
        else:
            rough = func.bm25(literal_column("search_index"), *_BM25_WEIGHTS).label("rough")
            found = self._fts(expression, rough).cte("found").prefix_with("MATERIALIZED")
            query = select(found.c.id, total).order_by(found.c.rough)
            if self._conditions:
                query = query.join(document, document.c.id == found.c.id).where(*self._conditions)
        rows = self._conn.execute(query.limit(limit).offset(offset)).all()
        return [row[0] for row in rows], rows[0].total if rows else 0

    def ordered(self, expression: Expression | None, sort: str, limit: int, offset: int) -> list[int]:
        """Ids of matches by date (newest first) or by deadline (the next to close first, those without last)."""
        query = self._matched(expression, document.c.id).order_by(*self._order(sort))
        return list(self._conn.execute(query.limit(limit).offset(offset)).scalars())

    def arrange(self, ids: Sequence[int], sort: str) -> list[int]:
        """These documents by date or deadline, without those that the filters refuse."""
        query = select(document.c.id).where(document.c.id.in_(ids), *self._conditions).order_by(*self._order(sort))
        return list(self._conn.execute(query).scalars())

    def candidates(self, ids: Sequence[int]) -> list[Candidate]:
        """What ranking looks at of these documents."""
        columns = search_text.c
        query = select(
            document.c.id,
            document.c.day,
            document.c.level,
            columns.title_stems,
            func.substr(columns.body_stems, 1, BODY_READ).label("body_stems"),
        ).join(search_text, columns.document == document.c.id)
        about: dict[int, set[str]] = {}
        names = document_identifier.c
        named = select(names.document, names.value).where(names.document.in_(ids), names.relation.in_(_ABOUT))
        for row in self._conn.execute(named):
            about.setdefault(row.document, set()).add(row.value)
        return [
            Candidate(
                row.id,
                row.day,
                row.level,
                row.title_stems.split(),
                row.body_stems.split(),
                frozenset(about.get(row.id, ())),
            )
            for row in self._conn.execute(query.where(document.c.id.in_(ids)))
        ]

    def named(self, identifiers: Sequence[str]) -> list[int]:
        """Documents that are about one of these identifiers and pass the filters."""
        if not identifiers:
            return []
        names = document_identifier.c
        about = document.c.id.in_(
            select(names.document).where(names.value.in_(identifiers), names.relation.in_(_ABOUT))
        )
        query = select(document.c.id).where(about, *self._conditions).order_by(document.c.day.desc()).limit(50)
        return list(self._conn.execute(query).scalars())

    def facets(self, expression: Expression | None, ids: Sequence[int] | None = None) -> dict[str, dict[str, int]]:
        """How many matches (of `ids`, if given) have each value of `FACETS`, of the newest `MOST_COUNTED`."""
        own = document.c
        columns = (own.id, own.level, own.direction, own.kind, own.source, own.language, own.day)
        query: Select[Any]
        if ids is not None:
            query = select(*columns).where(own.id.in_(ids))
        elif expression is not None:
            # From their index: rows with their texts are far wider. What came last is nearly the newest.
            query = self._matched(expression, *columns).order_by(own.id.desc())
            query = query.with_hint(document, "INDEXED BY ix_document_facets", "sqlite")
        else:
            query = self._matched(None, *columns).order_by(own.day.desc(), own.id.desc())
        rows = self._conn.execute(query.limit(MOST_COUNTED)).all()
        if not rows:
            return {name: {} for name in FACETS}
        numbers, levels, directions, kinds, sources, languages, days = zip(*rows, strict=True)
        counted = {
            **self._cases(frozenset(numbers)),
            "theme": self._themes(numbers),
            "level": Counter(levels),
            "direction": Counter(directions),
            "kind": Counter(kinds),
            "source": Counter(sources),
            "language": Counter(languages),
            "year": Counter(str(day.year) for day in days),
        }
        return {name: _most_first(counted[name]) for name in FACETS}

    def _themes(self, numbers: Sequence[int]) -> Counter[str]:
        """How many of these documents have each theme."""
        chosen = func.json_each(literal(json.dumps(numbers))).table_valued("value")
        if self._postgres:
            chosen = func.unnest(cast(list(numbers), ARRAY(Integer))).table_valued("value").render_derived()
        query = (
            select(tag.c.theme, func.count())
            .join(chosen, tag.c.document == chosen.c.value)
            .where(tag.c.assigned)
            .group_by(tag.c.theme)
        )
        return Counter({row[0]: row[1] for row in self._conn.execute(query)})

    def _cases(self, numbers: frozenset[int]) -> dict[str, Counter[str]]:
        """How many of these documents belong to a case of each status and owner; cases are few."""
        columns = (dossier_document.c.document, case_file.c.status, case_file.c.owner)
        query = select(*columns).join(case_file, case_file.c.dossier == dossier_document.c.dossier)
        query = query.where(dossier_document.c.relation == "subject")
        found = [row for row in self._conn.execute(query) if row.document in numbers]
        return {
            "status": Counter(row.status for row in found),
            "owner": Counter(row.owner for row in found),
        }

    def _matched(self, expression: Expression | None, *columns: ColumnElement[Any]) -> Select[Any]:
        query = select(*columns).where(*self._conditions)
        if expression is None:
            return query
        if self._postgres:
            return query.join(search_text, search_text.c.document == document.c.id).where(_holds(expression))
        # Materialised, or SQLite may walk an index of the filters and ask the full-text index row by row.
        found = self._fts(expression).cte("found").prefix_with("MATERIALIZED")
        return query.join(found, found.c.id == document.c.id)

    def _fts(self, expression: Expression, *more: ColumnElement[Any]) -> Select[Any]:
        """What SQLite's full-text index alone says, before any filter."""
        matches = literal_column("search_index").bool_op("MATCH")(literal(as_fts5(expression)))
        return select(_FTS.c.rowid.label("id"), *more).where(matches)

    def _order(self, sort: str) -> tuple[ColumnElement[Any], ...]:
        newest = (document.c.day.desc(), document.c.id.desc())
        if sort != "deadline":
            return newest
        window = document_window.c
        closes = (
            select(func.min(window.closes))
            .where(window.document == document.c.id, window.closes >= self._today)
            .scalar_subquery()
        )
        return (closes.is_(None), closes, *newest)


def _holds(expression: Expression) -> ColumnElement[bool]:
    """The condition in PostgreSQL: one question to one column where that is possible, else their combination."""
    asked = forms(expression)
    if len(asked) == 1:
        vector = "search_text.stem_vector" if True in asked else "search_text.word_vector"
        return literal_column(vector).bool_op("@@")(_tsquery(expression))
    match expression:
        case AnyOf(parts):
            return or_(*map(_holds, parts))
        case AllOf(parts, without):
            return and_(*map(_holds, parts), *(not_(_holds(part)) for part in without))
        case Words():
            raise AssertionError("words have one form")


def _most_first(counted: Counter[Any]) -> dict[str, int]:
    rows = ((value, number) for value, number in counted.items() if value)
    return dict(sorted(rows, key=lambda row: (-row[1], row[0])))


def _tsquery(expression: Expression) -> ColumnElement[Any]:
    return cast(literal(as_tsquery(expression)), TSQUERY)


def _conditions(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    own = document.c
    conditions: list[ColumnElement[bool]] = []
    for name in ("source", "kind", "level", "direction", "language"):
        if (value := getattr(filters, name)) is not None:
            conditions.append(own[name] == value)
    if filters.since is not None:
        conditions.append(own.day >= filters.since)
    if filters.until is not None:
        conditions.append(own.day <= filters.until)
    if filters.moved is not None:
        conditions.append(own.changed > filters.moved)
    if filters.theme is not None:
        conditions.append(exists().where(tag.c.document == own.id, tag.c.theme == filters.theme, tag.c.assigned))
    if filters.status is not None or filters.owner is not None:
        conditions.append(own.id.in_(_handled(filters)))
    if filters.open:
        conditions.append(exists().where(document_window.c.document == own.id, document_window.c.closes >= today))
    return conditions


def _handled(filters: Filters) -> Select[Any]:
    """Documents about dossiers with a case of this status and owner."""
    query = select(dossier_document.c.document).where(dossier_document.c.relation == "subject")
    query = query.join(case_file, case_file.c.dossier == dossier_document.c.dossier)
    if filters.status is not None:
        query = query.where(case_file.c.status == filters.status)
    if filters.owner is not None:
        query = query.where(func.lower(case_file.c.owner) == func.lower(filters.owner))
    return query
