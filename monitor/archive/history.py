"""What sources did lately, as `monitor.core.health` judges it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, RowMapping, func, select

from config.sources import Source
from monitor.archive.schema import attempt, capture, document, source_state
from monitor.core.health import History, Origin, PastAttempt

ATTEMPTS = 30
"""Newest attempts of a source that are looked at."""
PUBLISHED = timedelta(days=400)
"""How far back its rhythm is looked for: a year, so that summer has been seen."""
ORIGINS = timedelta(days=120)


def histories(conn: Connection, sources: Iterable[Source], now: datetime) -> dict[str, History]:
    """The history of each of the `sources`, by id."""
    declared = list(sources)
    only = declared[0].id if len(declared) == 1 else None
    attempts = _attempts(conn, only)
    days = _days(conn, now, declared[0].archive if len(declared) == 1 else None)
    origins = _origins(conn, now, only)
    states = {row["source"]: row for row in conn.execute(select(source_state)).mappings()}
    return {
        one.id: History(
            attempts=tuple(attempts.get(one.id, ())),
            days=tuple(days.get(one.archive, ())),
            origins=tuple(origins.get(one.id, ())),
            last_good=states[one.id]["last_good"] if one.id in states else None,
            failing=states[one.id]["failing"] if one.id in states else 0,
        )
        for one in declared
    }


def _attempts(conn: Connection, only: str | None) -> dict[str, list[PastAttempt]]:
    place = func.row_number().over(partition_by=attempt.c.source, order_by=attempt.c.id.desc()).label("place")
    ranked = select(attempt, place)
    if only is not None:
        ranked = ranked.where(attempt.c.source == only)
    inner = ranked.subquery()
    query = select(inner).where(inner.c.place <= ATTEMPTS).order_by(inner.c.source, inner.c.place)
    found: dict[str, list[PastAttempt]] = {}
    for row in conn.execute(query).mappings():
        found.setdefault(row["source"], []).append(_past(row))
    return found


def _past(row: RowMapping) -> PastAttempt:
    values: dict[str, Any] = {name: row[name] for name in PastAttempt.__slots__}
    return PastAttempt(**values | {"warnings": tuple(row["warnings"])})


def _days(conn: Connection, now: datetime, only: str | None) -> dict[str, list[date]]:
    query = select(document.c.source, document.c.published).distinct()
    query = query.where(document.c.published >= (now - PUBLISHED).date())
    if only is not None:
        query = query.where(document.c.source == only)
    found: dict[str, list[date]] = {}
    for row in conn.execute(query.order_by(document.c.source, document.c.published.desc())):
        found.setdefault(row.source, []).append(row.published)
    return found


def _origins(conn: Connection, now: datetime, only: str | None) -> dict[str, list[Origin]]:
    where = func.strpos if conn.dialect.name == "postgresql" else func.instr
    # Up to the first slash after the host: "https://" has eight characters, and "http://" with any host at least.
    address = func.substr(capture.c.url, 1, where(func.substr(capture.c.url, 9) + "/", "/") + 7).label("address")
    seen = select(capture.c.source, address, capture.c.fetched_at).where(capture.c.fetched_at >= now - ORIGINS)
    if only is not None:
        seen = seen.where(capture.c.source == only)
    inner = seen.subquery()
    query = select(
        inner.c.source,
        inner.c.address,
        func.min(inner.c.fetched_at).label("first"),
        func.max(inner.c.fetched_at).label("last"),
    ).group_by(inner.c.source, inner.c.address)
    found: dict[str, dict[str, Origin]] = {}
    for row in conn.execute(query.order_by(inner.c.source, inner.c.address)):
        parts = urlsplit(row.address)  # without a path the query still hangs on it
        name = f"{parts.scheme}://{parts.netloc}"
        own = found.setdefault(row.source, {})
        other = own.get(name, Origin(name, row.first, row.last))
        own[name] = Origin(name, min(other.first, row.first), max(other.last, row.last))
    return {source: list(own.values()) for source, own in found.items()}
