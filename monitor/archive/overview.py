"""The archive seen from above: what closes, what moved, where it came from, how much of it there is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from monitor.archive.schema import capture, document, document_window, revision, tag


@dataclass(frozen=True, slots=True)
class Closing:
    """A window's last day and whose it is."""

    document: int
    kind: str
    opens: date | None
    closes: date
    certainty: str


@dataclass(frozen=True, slots=True)
class Received:
    """A raw response as it came; `stored` is None once its retention is over."""

    url: str
    fetched_at: datetime
    status: int
    size: int
    sha256: str
    redacted: bool
    stored: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many documents have a value, in a month ("2026-11") where one is counted by month."""

    value: str
    documents: int
    month: str = ""


def closing_between(
    conn: Connection,
    first: date,
    last: date,
    *,
    levels: Collection[str] | None = None,
    theme: str | None = None,
    limit: int | None = None,
) -> tuple[Closing, ...]:
    """Windows that close from `first` to `last` (both included), the first to close first."""
    window = document_window.c
    query = (
        select(window.document, window.kind, window.opens, window.closes, window.certainty)
        .join(document, document.c.id == window.document)
        .where(window.closes.between(first, last), document.c.gone_at.is_(None))
        .order_by(window.closes, window.document, window.id)
        .limit(limit)
    )
    if levels is not None:
        query = query.where(document.c.level.in_(levels))
    if theme is not None:
        held = and_(tag.c.document == document.c.id, tag.c.theme == theme, tag.c.assigned)
        query = query.where(select(tag.c.document).where(held).exists())
    return tuple(Closing(**row) for row in conn.execute(query).mappings())


def moved_since(
    conn: Connection, since: datetime, levels: Collection[str], fields: Collection[str], limit: int
) -> tuple[int, ...]:
    """Documents first seen after `since` or with a revision of one of `fields` after it, the latest first."""
    own = document.c
    revised = (
        select(func.max(revision.c.seen_at))
        .where(revision.c.document == own.id, revision.c.field.in_(fields), revision.c.seen_at > since)
        .scalar_subquery()
    )
    moved = func.coalesce(revised, own.first_seen)
    query = (
        select(own.id)
        .where(own.level.in_(levels), or_(own.first_seen > since, own.changed > since))
        .where(or_(own.first_seen > since, revised.is_not(None)))
        .order_by(moved.desc(), own.day.desc(), own.id.desc())
        .limit(limit)
    )
    return tuple(conn.execute(query).scalars())


def page_of_documents(
    conn: Connection, limit: int, before: tuple[date, int] | None = None, since: datetime | None = None
) -> tuple[int, ...]:
    """Ids by day and number, the newest first, after the key `before` of the last one already seen.

    `since`: only those that changed after this moment.
    """
    own = document.c
    query = select(own.id).order_by(own.day.desc(), own.id.desc()).limit(limit)
    if before is not None:
        day, number = before
        query = query.where(or_(own.day < day, and_(own.day == day, own.id < number)))
    if since is not None:
        query = query.where(own.changed > since)
    return tuple(conn.execute(query).scalars())


def received(conn: Connection, hashes: Sequence[str]) -> tuple[Received, ...]:
    """The raw responses with these hashes, the newest first; the same answer of one address once."""
    wanted = [getattr(capture.c, name) for name in Received.__slots__]
    query = select(*wanted).where(capture.c.sha256.in_(hashes)).order_by(capture.c.fetched_at).limit(200)
    newest = {(row["url"], row["sha256"]): Received(**row) for row in conn.execute(query).mappings()}
    return tuple(sorted(newest.values(), key=lambda one: one.fetched_at, reverse=True))


def captures_of(conn: Connection, number: int, current: str | None) -> tuple[Received, ...]:
    """The raw responses that a document and its revisions rest on."""
    query = select(revision.c.capture).where(revision.c.document == number, revision.c.capture.is_not(None))
    return received(conn, [*dict.fromkeys([*([current] if current else []), *conn.execute(query).scalars()])])


def volume(conn: Connection, since: date) -> tuple[Count, ...]:
    """Documents of each theme and month, rated above `none`."""
    month = _month(conn, document.c.day)
    query = (
        select(tag.c.theme, func.count(), month)
        .join(document, document.c.id == tag.c.document)
        .where(tag.c.assigned, document.c.day >= since, document.c.level != "none")
    )
    return _counts(conn, query.group_by(tag.c.theme, month))


def counts(conn: Connection, column: str) -> tuple[Count, ...]:
    """Documents of each level, kind, source or direction; those without one are left out."""
    own = document.c[column]
    return _counts(conn, select(own, func.count()).where(own.is_not(None)).group_by(own))


def lead_times(conn: Connection, since: datetime) -> dict[str, list[int]]:
    """Days from first seen to last day, for each kind of window seen after `since` and not already closed then."""
    window = document_window.c
    query = select(window.kind, window.closes, window.first_seen).where(
        window.closes.is_not(None), window.first_seen > since
    )
    found: dict[str, list[int]] = {}
    for row in conn.execute(query):
        days = (row.closes - row.first_seen.date()).days
        if days >= 0:
            found.setdefault(row.kind, []).append(days)
    return found


def windows_by_state(conn: Connection, today: date) -> dict[str, tuple[int, int]]:
    """For each kind of window how many are open and how many have closed."""
    window = document_window.c
    still = func.sum(case((window.closes >= today, 1), else_=0))
    query = select(window.kind, still, func.count()).where(window.closes.is_not(None)).group_by(window.kind)
    return {kind: (is_open, every - is_open) for kind, is_open, every in conn.execute(query)}


def _month(conn: Connection, day: ColumnElement[date]) -> ColumnElement[str]:
    if conn.dialect.name == "postgresql":
        return func.to_char(day, "YYYY-MM")
    return func.strftime("%Y-%m", day)


def _counts(conn: Connection, query: Select[Any]) -> tuple[Count, ...]:
    return tuple(Count(*row) for row in conn.execute(query))
