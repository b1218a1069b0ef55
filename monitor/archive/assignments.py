"""What spiders are told of their sources before they start: what is known and what to read again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, exists, select

from config.sources import Source
from monitor.archive.followed import followed
from monitor.archive.schema import document, document_window, page, source_state
from monitor.core.zone import ZONE
from spiders.platform import Assignment, Remembered
from spiders.wire import from_data

OVERLAP = timedelta(days=7)
"""How far before the last good attempt a list is wanted again: sources publish late and date back."""
NOT_LATELY = timedelta(hours=36)
"""An open window whose document was not seen for so long is read again by its key."""


def assignments(
    conn: Connection,
    sources: Sequence[Source],
    now: datetime,
    *,
    full: bool = False,
    windows: Collection[int] = (),
) -> tuple[Assignment, ...]:
    """Everything that a spider may know of each source before it starts, in the order of `sources`.

    Args:
        conn: a reading connection.
        sources: the declarations.
        now: the moment of the scan (aware).
        full: read every page and every detail anew, as if nothing had been seen.
        windows: dossiers with an estimated window, for sources that follow (`monitor.archive.followed`).
    """
    today = now.astimezone(ZONE).date()
    reread = _open_unseen(conn, {source.archive for source in sources}, now)
    following = followed(conn, today, windows=windows) if any(source.follows for source in sources) else ()
    wanted = {
        source.id: reread.get(source.archive, ()) + (following if source.follows else ()) for source in sources
    }
    if full:
        return tuple(Assignment(source, now, reread=wanted[source.id]) for source in sources)
    known = _versions(conn, {source.archive for source in sources})
    names = [source.id for source in sources]
    remembered = _remembered(conn, names)
    state = source_state.c
    good = {
        row.source: row.last_good
        for row in conn.execute(select(state.source, state.last_good).where(state.source.in_(names)))
    }
    return tuple(
        Assignment(
            source,
            now,
            known=known.get(source.archive, {}),
            reread=wanted[source.id],
            since=(last - OVERLAP).astimezone(ZONE).date().isoformat() if (last := good.get(source.id)) else None,
            remembered=remembered.get(source.id, {}),
        )
        for source in sources
    )


def _versions(conn: Connection, archives: Iterable[str]) -> dict[str, dict[str, str]]:
    """The version of each document that states one, by source and key."""
    own = document.c.source.in_(sorted(archives))
    versions: dict[str, dict[str, str]] = {}
    query = select(document.c.source, document.c.key, document.c.version)
    for source, key, version in conn.execute(query.where(own, document.c.version.is_not(None))):
        versions.setdefault(source, {})[key] = version
    return versions


def _remembered(conn: Connection, names: Sequence[str]) -> dict[str, dict[str, Remembered]]:
    """What is remembered of each page, by source and address."""
    pages: dict[str, dict[str, Remembered]] = {}
    for source, address, data in conn.execute(
        select(page.c.source, page.c.address, page.c.remembered).where(page.c.source.in_(names))
    ):
        pages.setdefault(source, {})[address] = from_data(Remembered, data)
    return pages


def _open_unseen(conn: Connection, archives: Iterable[str], now: datetime) -> dict[str, tuple[str, ...]]:
    """Keys of documents with an open window that no list has shown lately, by source."""
    window = document_window.c
    is_open = exists().where(
        and_(window.document == document.c.id, window.closes >= now.astimezone(ZONE).date()),
    )
    unseen = select(document.c.source, document.c.key).where(
        document.c.source.in_(sorted(archives)),
        document.c.last_seen < now - NOT_LATELY,
        document.c.gone_at.is_(None),
        is_open,
    )
    keys: dict[str, tuple[str, ...]] = {}
    for source, key in conn.execute(unseen.order_by(document.c.source, document.c.key)):
        keys[source] = (*keys.get(source, ()), key)
    return keys
