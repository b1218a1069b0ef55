"""Scans, attempts and the state of each source: who scans it, what it answered, when it is due.

Nothing here commits; the use cases do.
"""

import os
import socket
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, insert, or_, select, update

from config.sources import Source
from monitor.archive.followed import followed
from monitor.archive.schema import attempt, capture, document, document_window, page, scan, source_state
from monitor.archive.upsert import upsert
from monitor.core.cadence import is_due, next_check
from monitor.core.zone import ZONE
from spiders.finding import Attempt, Capture, Outcome
from spiders.platform import Assignment, Remembered
from spiders.wire import from_data, to_data

GOOD = frozenset({Outcome.CHANGED, Outcome.UNCHANGED, Outcome.EMPTY})
"""Outcomes of a source that answered as declared."""
OVERLAP = timedelta(days=7)
"""How far before the last good attempt a list is wanted again: sources publish late and date back."""
NOT_LATELY = timedelta(hours=36)
"""An open window whose document was not seen for so long is read again by its key."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a source's findings meant, in documents."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """How a source fares: its state and its last attempt, for the letter, `sources` and `doctor`."""

    source: str
    outcome: str | None
    error: str | None
    last_attempt: datetime | None
    last_good: datetime | None
    failing: int
    next_check_at: datetime | None
    newest: date | None
    documents: int
    warnings: tuple[str, ...]


# ---------------------------------------------------------------------------- claims


def claimant() -> str:
    """Who this process is, as a claim names it."""
    return f"{socket.gethostname()}/{os.getpid()}"


def claim_source(conn: Connection, source: str, who: str, now: datetime, lease: timedelta) -> bool:
    """Whether `who` may scan the source now: one conditional update, so that only one can.

    A claim ends when it is released, when its lease is over, or when its process on this machine is gone.
    """
    return _claim(conn, _state(conn, source), who, now, lease)


def claim_due(
    conn: Connection, source: Source, who: str, now: datetime, *, lease: timedelta, early: bool = False
) -> bool:
    """As `claim_source`, and only if the source is still due: somebody may have read it since it was listed."""
    seen = _state(conn, source.id)
    if not is_due(source, seen["next_check_at"], seen["failing"], now, early=early):
        return False
    # Judged on what was just seen, so it must still be so: every attempt moves the next check.
    same = source_state.c.next_check_at.is_not_distinct_from(seen["next_check_at"])
    return _claim(conn, seen, who, now, lease, same)


def _state(conn: Connection, source: str) -> RowMapping:
    """The state of a source, made if there is none yet."""
    state = source_state
    conn.execute(upsert(conn, state).values(source=source, failing=0).on_conflict_do_nothing())
    return conn.execute(select(state).where(state.c.source == source)).mappings().one()


def _claim(
    conn: Connection, seen: RowMapping, who: str, now: datetime, lease: timedelta, *also: ColumnElement[bool]
) -> bool:
    state = source_state
    free = [state.c.claimed_by.is_(None), state.c.claimed_by == who, state.c.claimed_until <= now]
    if seen["claimed_by"] and is_gone(seen["claimed_by"]):
        free.append(state.c.claimed_by == seen["claimed_by"])
    claim = update(state).where(state.c.source == seen["source"], or_(*free), *also)
    return conn.execute(claim.values(claimed_by=who, claimed_until=now + lease)).rowcount == 1


def release_source(conn: Connection, source: str, who: str) -> None:
    """Give the source back, if `who` still holds it."""
    state = source_state
    held = update(state).where(state.c.source == source, state.c.claimed_by == who)
    conn.execute(held.values(claimed_by=None, claimed_until=None))


def is_gone(holder: str) -> bool:
    """Whether the claimant was a process of this machine that no longer runs."""
    host, _, number = holder.rpartition("/")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


# ---------------------------------------------------------------------------- scans and attempts


def start_scan(conn: Connection, now: datetime, trigger: str) -> int:
    """Begin a scan (`trigger`: command, due, schedule or replay); gives its number."""
    number = conn.execute(insert(scan).values(started=now, trigger=trigger)).inserted_primary_key
    return int(number[0]) if number else 0


def finish_scan(conn: Connection, number: int, now: datetime) -> None:
    """Note that a scan came to its end."""
    conn.execute(update(scan).where(scan.c.id == number).values(finished=now))


def first_scan(conn: Connection) -> datetime | None:
    """When the archive began to be filled; None: not yet."""
    moment: datetime | None = conn.execute(select(func.min(scan.c.started))).scalar_one()
    return moment


def record_attempt(
    conn: Connection, number: int, source: Source, ended: Attempt, *, counts: Counts, now: datetime
) -> None:
    """Store how an attempt ended and move the source on: streak of failures, newest item, next check."""
    good = ended.outcome in GOOD
    values: dict[str, Any] = {
        "finished": now,
        "outcome": ended.outcome.value,
        "requests": ended.requests,
        "not_modified": ended.not_modified,
        "findings": ended.findings,
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "gone": counts.gone,
        "warnings": list(ended.warnings),
        "error": ended.error,
        "seconds": ended.seconds,
        "newest": ended.newest,
        "complete": ended.complete,
    }
    statement = upsert(conn, attempt).values(scan=number, source=source.id, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=["scan", "source"], set_=values))
    known = conn.execute(select(source_state).where(source_state.c.source == source.id)).mappings().first()
    failing = 0 if good else (known["failing"] if known else 0) + 1
    state: dict[str, Any] = {
        "outcome": ended.outcome.value,
        "error": None if good else ended.error,
        "last_attempt": now,
        "failing": failing,
        "next_check_at": next_check(source, failing, now - timedelta(seconds=ended.seconds)),
        "claimed_by": None,
        "claimed_until": None,
    }
    if good:
        state |= {"last_good": now}
        if ended.newest:
            state |= {"newest": max(ended.newest, known["newest"]) if known and known["newest"] else ended.newest}
        if ended.complete and ended.seen is not None:
            state |= {"last_sweep": now}
    moved = upsert(conn, source_state).values(source=source.id, **state)
    conn.execute(moved.on_conflict_do_update(index_elements=["source"], set_=state))


def due_sources(
    conn: Connection, sources: Iterable[Source], now: datetime, *, early: bool = False
) -> tuple[Source, ...]:
    """The enabled sources whose next check has come (`monitor.core.cadence.is_due`); manual ones never are."""
    state = source_state
    rows = conn.execute(select(state.c.source, state.c.next_check_at, state.c.failing))
    known = {row.source: (row.next_check_at, row.failing) for row in rows}
    return tuple(
        one
        for one in sources
        if one.enabled and one.cadence != "manual" and is_due(one, *known.get(one.id, (None, 0)), now, early=early)
    )


def source_health(conn: Connection) -> dict[str, Health]:
    """How every source fares that was ever attempted, by id."""
    counted = select(document.c.source, func.count().label("documents")).group_by(document.c.source)
    documents = {row.source: row.documents for row in conn.execute(counted)}
    newest = select(attempt.c.source, func.max(attempt.c.id).label("id")).group_by(attempt.c.source).subquery()
    last = select(attempt.c.source, attempt.c.warnings).join(newest, attempt.c.id == newest.c.id)
    warnings = {source: tuple(lines) for source, lines in conn.execute(last)}
    return {
        row["source"]: Health(
            **{name: row[name] for name in Health.__slots__ if name not in ("documents", "warnings")},
            documents=documents.get(row["source"], 0),
            warnings=warnings.get(row["source"], ()),
        )
        for row in conn.execute(select(source_state)).mappings()
    }


# ---------------------------------------------------------------------------- pages, captures, assignments


def save_captures(conn: Connection, captures: Sequence[tuple[str, Capture]]) -> None:
    """Store which responses were received, each with its source; one already there is left alone."""
    rows = [
        {
            "source": source,
            "url": one.url,
            "method": one.method,
            "status": one.status,
            "headers": dict(one.headers),
            "fetched_at": one.fetched_at,
            "sha256": one.sha256,
            "size": one.size,
            "redacted": one.redacted,
            "stored": one.stored,
        }
        for source, one in captures
    ]
    if rows:
        conn.execute(upsert(conn, capture).on_conflict_do_nothing(), rows)


def remember(conn: Connection, pages: Mapping[tuple[str, str], Remembered], now: datetime) -> None:
    """Store what is remembered of pages, by source and address. Call it last in the findings' transaction."""
    rows = [
        {"source": source, "address": address, "remembered": to_data(one), "stored": now}
        for (source, address), one in sorted(pages.items())
    ]
    if rows:
        statement = upsert(conn, page)
        said = {"remembered": statement.excluded.remembered, "stored": statement.excluded.stored}
        conn.execute(statement.on_conflict_do_update(index_elements=["source", "address"], set_=said), rows)


def assignment_for(conn: Connection, source: Source, now: datetime, *, full: bool = False) -> Assignment:
    """Everything a spider may know of the source before it starts.

    Args:
        conn: a reading connection.
        source: the declaration.
        now: the moment of the scan (aware).
        full: read every page and every detail anew, as if nothing had been seen.
    """
    reread = _open_unseen(conn, source.archive, now)
    if source.follows:
        reread += followed(conn, now.astimezone(ZONE).date())
    if full:
        return Assignment(source, now, reread=reread)
    own = document.c.source == source.archive
    versions = select(document.c.key, document.c.version).where(own, document.c.version.is_not(None))
    pages = select(page.c.address, page.c.remembered).where(page.c.source == source.id)
    state = source_state
    good = conn.execute(select(state.c.last_good).where(state.c.source == source.id)).scalar_one_or_none()
    return Assignment(
        source,
        now,
        known={row.key: row.version for row in conn.execute(versions)},
        reread=reread,
        since=(good - OVERLAP).astimezone(ZONE).date().isoformat() if good else None,
        remembered={address: from_data(Remembered, data) for address, data in conn.execute(pages)},
    )


def _open_unseen(conn: Connection, source: str, now: datetime) -> tuple[str, ...]:
    """Keys of documents with an open window that no list has shown lately."""
    window = document_window.c
    is_open = exists().where(
        and_(window.document == document.c.id, window.closes >= now.astimezone(ZONE).date()),
    )
    unseen = select(document.c.key).where(
        document.c.source == source, document.c.last_seen < now - NOT_LATELY, document.c.gone_at.is_(None), is_open
    )
    return tuple(conn.execute(unseen.order_by(document.c.key)).scalars())
