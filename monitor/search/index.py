"""Ask the database: which documents match, how many, in which order. One interface over FTS5 and tsvector."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    String,
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
from sqlalchemy.dialects.postgresql import TSQUERY

from monitor.archive.files import case_file, dossier_document
from monitor.archive.schema import document, document_identifier, document_window, search_text, tag
from monitor.search.expressions import AllOf, AnyOf, Expression, Words, as_fts5, as_tsquery, forms
from monitor.search.ranking import Candidate

OWN_COLUMNS = ("source", "kind", "level", "direction", "language", "stage")
"""Filters that are columns of a document."""
BODY_READ = 8_000
"""Characters of a body's stems that ranking looks at."""
Values = tuple[str, ...]

COVERING = (document, "INDEXED BY ix_document_facets", "sqlite")
"""Of what matches only the filters' columns are read, not the rows with their texts, which are far wider."""
_FTS = table("search_index", column("rowid"))
_ABOUT = ("subject", "package", "implements")
# A cheap order that brings the good ones under the first hundreds; `ranking` does the rest. PostgreSQL ranks by
# the title alone: unpacking the vectors of all bodies that match takes seconds where words are common.
_BM25_WEIGHTS = (4.0, 1.0, 4.0, 1.0)


@dataclass(frozen=True, slots=True)
class Filters:
    """What else must hold; None or no value = anything, several values = either.

    Days are included; `open`: a window closes today or later.
    """

    theme: Values = ()
    source: Values = ()
    kind: Values = ()
    level: Values = ()
    direction: Values = ()
    language: Values = ()
    stage: Values = ()
    """Of the dossier that a document is about."""
    status: Values = ()
    """Of the case of that dossier."""
    owner: Values = ()
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
        if expression is not None and not self._postgres:
            matched = self._filtered(expression).subquery()
        elif expression is not None and not self._conditions:
            matched = select(search_text.c.document).where(_holds(expression)).subquery()
        else:
            matched = self._matched(expression, document.c.id).subquery()
        return self._conn.execute(select(func.count()).select_from(matched)).scalar_one()

    def best(self, expression: Expression, limit: int, offset: int = 0) -> tuple[list[int], int]:
        """Ids of matches, roughly best first, and how many there are in all (0 beyond the last)."""
        total = func.count().over().label("total")
        if self._postgres:
            likeness = func.ts_rank(literal_column("search_text.title_vector"), _tsquery(expression), 1)
            query = select(search_text.c.document, total).where(_holds(expression))
            if self._conditions:
                query = self._matched(expression, document.c.id, total)
            # Of equals the one that came last; its day stands in a wide row.
            query = query.order_by(likeness.desc(), search_text.c.document.desc())
        else:
            rough = func.bm25(literal_column("search_index"), *_BM25_WEIGHTS).label("rough")
            found = self._filtered(expression, rough).cte("found").prefix_with("MATERIALIZED")
            query = select(found.c.id, total).order_by(found.c.rough)
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

    def matching(self, expression: Expression) -> list[int]:
        """Ids of everything that matches, whatever the filters say."""
        if self._postgres:
            numbers = func.string_agg(cast(search_text.c.document, String), ",")
            query = select(numbers).select_from(search_text).where(_holds(expression))
        else:
            query = select(func.group_concat(self._fts(expression).subquery().c.id))
        # As one text: thousands of rows would take longer to come over than to be found.
        found: str | None = self._conn.execute(query).scalar_one()
        return [int(number) for number in found.split(",")] if found else []

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

    def _matched(self, expression: Expression | None, *columns: ColumnElement[Any]) -> Select[Any]:
        query = select(*columns)
        if expression is None:
            return query.where(*self._conditions)
        if self._postgres:
            query = query.join(search_text, search_text.c.document == document.c.id)
            return query.where(_holds(expression), *self._conditions)
        # Materialised, or SQLite may walk an index of the order and ask the full-text index row by row.
        found = self._filtered(expression).cte("found").prefix_with("MATERIALIZED")
        return query.join(found, found.c.id == document.c.id).with_hint(*COVERING)

    def _filtered(self, expression: Expression, *more: ColumnElement[Any]) -> Select[Any]:
        """What SQLite's full-text index says and the filters let pass; what they refuse is not even weighed."""
        query = self._fts(expression, *more)
        if not self._conditions:
            return query
        # The sign in front keeps SQLite from asking the full-text index once for each document.
        joined = query.join_from(_FTS, document, document.c.id == literal_column("+search_index.rowid"))
        return joined.where(*self._conditions).with_hint(*COVERING)

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


def _tsquery(expression: Expression) -> ColumnElement[Any]:
    return cast(literal(as_tsquery(expression)), TSQUERY)


def _conditions(filters: Filters, today: date) -> list[ColumnElement[bool]]:
    own = document.c
    conditions: list[ColumnElement[bool]] = []
    conditions += [own[name].in_(values) for name in OWN_COLUMNS if (values := getattr(filters, name))]
    if filters.since is not None:
        conditions.append(own.day >= filters.since)
    if filters.until is not None:
        conditions.append(own.day <= filters.until)
    if filters.theme:
        conditions.append(exists().where(tag.c.document == own.id, tag.c.theme.in_(filters.theme), tag.c.assigned))
    if filters.status or filters.owner:
        conditions.append(own.id.in_(handled(filters.status, filters.owner)))
    if filters.moved is not None:
        conditions.append(own.changed > filters.moved)
    if filters.open:
        conditions.append(exists().where(document_window.c.document == own.id, document_window.c.closes >= today))
    return conditions


def handled(status: Values, owner: Values) -> Select[int]:
    """Documents about dossiers with a case of one of these statuses and owners; none given = any."""
    query = select(dossier_document.c.document).where(dossier_document.c.relation == "subject")
    query = query.join(case_file, case_file.c.dossier == dossier_document.c.dossier)
    if status:
        query = query.where(case_file.c.status.in_(status))
    if owner:
        query = query.where(func.lower(case_file.c.owner).in_([func.lower(one) for one in owner]))
    return query
