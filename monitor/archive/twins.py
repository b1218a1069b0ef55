"""Which documents of different sources show one thing. Nothing here commits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, String, Table, Text, and_, exists, select

from monitor.archive.base import metadata
from monitor.archive.known import chunks, grouped
from monitor.archive.schema import document, document_identifier
from monitor.archive.upsert import upsert
from monitor.core.alike import OWN_NUMBERS, Face, page_of

twin = Table(
    "twin",
    metadata,
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("leader", ForeignKey("document.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reason", String(10), doc="page, number or title; None: alone, or the first of its group"),
    Column("page", Text, doc="its address as `monitor.core.alike.page_of` gives it"),
    Column("fingerprint", String(64), nullable=False, doc="of the document as it was looked at"),
    Index("ix_twin_page", "page"),
)

_SHOWN = ("id", "source", "kind", "url", "day", "titles")


def unexamined(conn: Connection) -> tuple[int, ...]:
    """Documents that nobody has compared with others as they are now, oldest first."""
    done = exists().where(twin.c.document == document.c.id, twin.c.fingerprint == document.c.fingerprint)
    return tuple(conn.execute(select(document.c.id).where(~done).order_by(document.c.id)).scalars())


def faces(conn: Connection, ids: Sequence[int]) -> dict[int, tuple[Face, str]]:
    """The documents as far as likeness goes, each with its fingerprint."""
    found: dict[int, tuple[Face, str]] = {}
    for some in chunks(ids):
        names = grouped(conn, document_identifier, some)
        columns = [document.c[name] for name in (*_SHOWN, "fingerprint")]  # not the text, which may be long
        for row in conn.execute(select(*columns).where(document.c.id.in_(some))).mappings():
            subjects = frozenset(
                (one["scheme"], one["value"]) for one in names.get(row["id"], ()) if one["relation"] == "subject"
            )
            values: dict[str, Any] = {name: row[name] for name in _SHOWN}
            found[row["id"]] = Face(**values, subjects=subjects), row["fingerprint"]
    return found


def of_day(conn: Connection, kind: str, day: date) -> Iterator[Face]:
    """The documents of a kind and day; what they are about is left out."""
    query = select(*(document.c[name] for name in _SHOWN)).where(document.c.kind == kind, document.c.day == day)
    for row in conn.execute(query).mappings():
        yield Face(**row, subjects=frozenset())


def named_alike(conn: Connection, one: Face, most: int) -> set[int]:
    """Earlier documents of other sources with the address of `one`, or with one of its own numbers; the oldest.

    Args:
        conn: a reading connection.
        one: the document.
        most: at most so many by its address, and by each number.
    """
    other = and_(document.c.source != one.source, document.c.id < one.id)
    queries = []
    if page := page_of(one.url):
        queries.append(
            select(twin.c.document)
            .join(document, document.c.id == twin.c.document)
            .where(other, twin.c.page == page)
        )
    for scheme, value in one.subjects:
        if scheme not in OWN_NUMBERS:
            continue  # a procedure names many documents
        named = select(document_identifier.c.document).where(
            document_identifier.c.scheme == scheme, document_identifier.c.value == value
        )
        queries.append(select(document.c.id).where(other, document.c.id.in_(named)))
    oldest = (query.order_by(document.c.id).limit(most) for query in queries)
    return {number for query in oldest for number in conn.execute(query).scalars()}


def leaders(conn: Connection, ids: Iterable[int]) -> dict[int, int]:
    """The first of the group of each document; one that was not compared yet leads itself."""
    wanted = sorted(set(ids))
    found = {number: number for number in wanted}
    for some in chunks(wanted):
        rows = conn.execute(select(twin.c.document, twin.c.leader).where(twin.c.document.in_(some)))
        found |= {row.document: row.leader for row in rows}
    return found


def members(conn: Connection, heads: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """All documents of each group, by its leader."""
    found: dict[int, list[int]] = {}
    for some in chunks(sorted(set(heads))):
        query = select(twin.c.document, twin.c.leader).where(twin.c.leader.in_(some)).order_by(twin.c.document)
        for row in conn.execute(query):
            found.setdefault(row.leader, []).append(row.document)
    return {leader: tuple(own) for leader, own in found.items()}


def save_twins(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store who leads whom; what was known of these documents is replaced."""
    if rows:
        statement = upsert(conn, twin)
        said = {column.name: statement.excluded[column.name] for column in twin.columns if not column.primary_key}
        conn.execute(
            statement.on_conflict_do_update(index_elements=["document"], set_=said), [dict(row) for row in rows]
        )
