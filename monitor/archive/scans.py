"""Scans, attempts and the state of each source: what it answered, when it is due, what its pages were.

Nothing here commits; the use cases do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from config.sources import Source
from monitor.archive.schema import attempt, capture, document, page, scan, source_state
from monitor.archive.upsert import upsert
from monitor.core.cadence import is_due, next_check
from spiders.finding import Attempt, Capture, Outcome
from spiders.platform import Remembered
from spiders.wire import to_data

GOOD = frozenset({Outcome.CHANGED, Outcome.UNCHANGED, Outcome.EMPTY})
"""Outcomes of a source that answered as declared."""


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


@dataclass(frozen=True, slots=True)
class End:
    """How a source's part in a scan ended, and what its findings meant."""

    source: Source
    attempt: Attempt
    counts: Counts


def record_attempts(conn: Connection, number: int, ends: Sequence[End], *, now: datetime) -> None:
    """Store how attempts ended and move their sources on: streak of failures, newest item, next check.

    Whoever held the claim of such a source has given it back.
    """
    if not ends:
        return
    rows = [{"scan": number, "source": end.source.id, **_attempt(end, now)} for end in ends]
    statement = upsert(conn, attempt)
    said = {name: statement.excluded[name] for name in rows[0] if name not in ("scan", "source")}
    conn.execute(statement.on_conflict_do_update(index_elements=["scan", "source"], set_=said), rows)
    ids = [end.source.id for end in ends]
    before = conn.execute(select(source_state).where(source_state.c.source.in_(ids))).mappings()
    known: dict[str, Mapping[str, Any]] = {row["source"]: dict(row) for row in before}
    states = [{"source": end.source.id, **_state(end, known.get(end.source.id, {}), now)} for end in ends]
    moved = upsert(conn, source_state)
    said = {name: moved.excluded[name] for name in states[0] if name != "source"}
    conn.execute(moved.on_conflict_do_update(index_elements=["source"], set_=said), states)


def _attempt(end: End, now: datetime) -> dict[str, Any]:
    ended, counts = end.attempt, end.counts
    return {
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


def _state(end: End, known: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The state of a source after an attempt, on top of what is `known` of it."""
    ended = end.attempt
    good = ended.outcome in GOOD
    failing = 0 if good else known.get("failing", 0) + 1
    newest, swept = known.get("newest"), ended.complete and ended.seen is not None
    if good and ended.newest:
        newest = max(ended.newest, newest or ended.newest)
    return {
        "outcome": ended.outcome.value,
        "error": None if good else ended.error,
        "last_attempt": now,
        "last_good": now if good else known.get("last_good"),
        "last_sweep": now if good and swept else known.get("last_sweep"),
        "newest": newest,
        "failing": failing,
        "next_check_at": next_check(end.source, failing, now - timedelta(seconds=ended.seconds)),
        "claimed_by": None,
        "claimed_until": None,
    }


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


# ---------------------------------------------------------------------------- pages, captures


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
