"""Raw responses as the archive lists them; their bodies are files (`spiders.captures`). Nothing here commits."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, select, update

from monitor.archive.known import chunks
from monitor.archive.schema import capture, document, page, revision
from spiders.finding import Capture


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


def captures_of_document(conn: Connection, number: int) -> list[Capture]:
    """The responses that a document and its revisions rest on, oldest first, also such without a body."""
    hashes = {conn.execute(select(document.c.capture).where(document.c.id == number)).scalar_one_or_none()}
    hashes |= set(conn.execute(select(revision.c.capture).where(revision.c.document == number)).scalars())
    wanted = [one for one in hashes if one]
    query = select(capture).where(capture.c.sha256.in_(wanted)).order_by(capture.c.fetched_at, capture.c.id)
    return list(_captures(conn, query))


def outdated(conn: Connection, source: str, before: datetime) -> list[str]:
    """Files of a source's responses older than `before` that nothing younger, of any source, shares."""
    old = select(capture.c.stored).where(capture.c.source == source, capture.c.fetched_at < before)
    files = set(conn.execute(old.where(capture.c.stored.is_not(None))).scalars())
    return sorted(name for name in files if name)


def shared(conn: Connection, files: Iterable[str], source: str, before: datetime) -> set[str]:
    """Those of `files` that also keep a response of another source, or one not older than `before`."""
    found: set[str] = set()
    for some in chunks(sorted(files)):
        query = select(capture.c.stored).where(capture.c.stored.in_(some))
        other = (capture.c.source != source) | (capture.c.fetched_at >= before)
        found |= {name for name in conn.execute(query.where(other)).scalars() if name}
    return found


def forget_files(conn: Connection, source: str, files: Iterable[str], before: datetime) -> int:
    """Note that the bodies are gone; what was received, when and with which hash stays. Returns how many rows."""
    count = 0
    for some in chunks(sorted(files)):
        old = update(capture).where(
            capture.c.source == source, capture.c.fetched_at < before, capture.c.stored.in_(some)
        )
        count += conn.execute(old.values(stored=None)).rowcount
    return count


def _captures(conn: Connection, query: Select[RowMapping]) -> Iterator[Capture]:
    for row in conn.execute(query).mappings():
        yield Capture(**{name: row[name] for name in Capture.__slots__})
