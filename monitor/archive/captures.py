"""Raw responses as the archive lists them; their bodies are files (`spiders.captures`). Nothing here commits."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, or_, select, update

from monitor.archive.known import chunks
from monitor.archive.scans import GOOD
from monitor.archive.schema import attempt, capture, document, page, revision, scan
from spiders.finding import Capture
from spiders.platform import Remembered
from spiders.wire import from_data


def captures_of(
    conn: Connection, source: str, *, since: datetime | None = None, limit: int | None = None
) -> list[Capture]:
    """The responses of a source whose body is kept, newest first.

    Args:
        conn: a reading connection.
        source: its id.
        since: only those fetched at or after this moment.
        limit: at most so many.
    """
    query = select(capture).where(capture.c.source == source, capture.c.stored.is_not(None))
    if since is not None:
        query = query.where(capture.c.fetched_at >= since)
    return list(_captures(conn, query.order_by(capture.c.fetched_at.desc(), capture.c.id.desc()).limit(limit)))


def read_well(conn: Connection, source: str) -> dict[str, str]:
    """sha256 → address (reader, method, URL as asked) of a source's pages as they last could be read."""
    rows = conn.execute(select(page.c.address, page.c.remembered).where(page.c.source == source))
    return {row.remembered["sha256"]: row.address for row in rows if row.remembered.get("sha256")}


def never_read(conn: Connection, source: str, captures: Iterable[Capture]) -> list[Capture]:
    """Those of a source's `captures` that came in an attempt that went wrong, and are not remembered as read."""
    known = read_well(conn, source)
    bad = attempt.c.outcome.not_in([outcome.value for outcome in GOOD])
    query = select(scan.c.started, attempt.c.finished).join(scan, scan.c.id == attempt.c.scan)
    spans = [tuple(row) for row in conn.execute(query.where(attempt.c.source == source, bad))]
    return [
        one
        for one in captures
        if one.sha256 not in known and any(start <= one.fetched_at <= end for start, end in spans)
    ]


def remembered_pages(conn: Connection, source: str) -> Iterator[Remembered]:
    """What is remembered of each page of a source."""
    for data in conn.execute(select(page.c.remembered).where(page.c.source == source)).scalars():
        yield from_data(Remembered, data)


def gone_keys(conn: Connection, source: str) -> frozenset[str]:
    """Keys of the documents that a source no longer shows."""
    query = select(document.c.key).where(document.c.source == source, document.c.gone_at.is_not(None))
    return frozenset(conn.execute(query).scalars())


def captures_of_document(conn: Connection, number: int) -> list[Capture]:
    """The responses that a document rests on, oldest first, also such whose body is no longer kept.

    Those that said what it says now and what changed in it, and of each of their addresses the one before: what
    was, and what it said first.
    """
    hashes = set(conn.execute(select(document.c.capture).where(document.c.id == number)).scalars())
    hashes |= set(conn.execute(select(revision.c.capture).where(revision.c.document == number)).scalars())
    said = select(capture).where(capture.c.sha256.in_([one for one in hashes if one]))
    rows = {row["id"]: row for row in conn.execute(said).mappings()}
    for row in list(rows.values()):
        earlier = select(capture).where(
            capture.c.source == row["source"],
            capture.c.url == row["url"],
            capture.c.fetched_at < row["fetched_at"],
        )
        newest = earlier.order_by(capture.c.fetched_at.desc(), capture.c.id.desc()).limit(1)
        rows |= {before["id"]: before for before in conn.execute(newest).mappings()}
    ordered = sorted(rows.values(), key=lambda row: (row["fetched_at"], row["id"]))
    return [_capture(row) for row in ordered]


def outdated(conn: Connection, source: str, before: datetime) -> list[str]:
    """Files of a source's responses that are older than `before`."""
    old = select(capture.c.stored).where(capture.c.source == source, capture.c.fetched_at < before)
    return sorted(set(conn.execute(old.where(capture.c.stored.is_not(None))).scalars()))


def shared(conn: Connection, files: Iterable[str], source: str, before: datetime) -> set[str]:
    """Those of `files` that also keep a response of another source, or one not older than `before`."""
    found: set[str] = set()
    other = or_(capture.c.source != source, capture.c.fetched_at >= before)
    for some in chunks(sorted(files)):
        found |= set(conn.execute(select(capture.c.stored).where(capture.c.stored.in_(some), other)).scalars())
    return found


def capture_sources(conn: Connection) -> list[str]:
    """Ids of the sources of which a body is kept."""
    query = select(capture.c.source).where(capture.c.stored.is_not(None)).distinct().order_by(capture.c.source)
    return list(conn.execute(query).scalars())


def known_files(conn: Connection) -> frozenset[str]:
    """Every file that the archive speaks of."""
    return frozenset(conn.execute(select(capture.c.stored).where(capture.c.stored.is_not(None))).scalars())


def forget_files(conn: Connection, source: str, files: Iterable[str], before: datetime) -> int:
    """Note that the bodies are gone; what was received, when and with which hash stays. Returns how many rows."""
    count = 0
    for some in chunks(sorted(files)):
        old = update(capture).where(
            capture.c.source == source, capture.c.fetched_at < before, capture.c.stored.in_(some)
        )
        count += conn.execute(old.values(stored=None)).rowcount
    return count


def _captures(conn: Connection, query: Select[Any]) -> Iterator[Capture]:
    return (_capture(row) for row in conn.execute(query).mappings())


def _capture(row: RowMapping) -> Capture:
    return Capture(**{name: row[name] for name in Capture.__slots__})
