"""Who holds a seat in a body that decides: office-holders in their role, as the sources show them now.

No documents: nobody searches for them, rates them or writes letters about them, and no history of persons is kept.
Nothing here commits.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Index,
    RowMapping,
    String,
    Table,
    delete,
    insert,
    or_,
    select,
    update,
)

from monitor.archive.base import UtcDateTime, metadata
from monitor.archive.known import chunks
from monitor.archive.schema import source_state
from spiders.finding import Holder, Seat

CONFIRMED_WITHIN = timedelta(days=90)
"""A seat that no reading has confirmed for so long is not shown: offices change hands."""
FORGOTTEN_AFTER = timedelta(days=365)
"""How long the seats of somebody whom the source no longer shows are kept, in case it was a slip of the source."""

seat = Table(
    "seat",
    metadata,
    Column("source", String(100), primary_key=True),
    Column("holder", String(100), primary_key=True, doc="the source's own id of the person"),
    Column("body", String(20), primary_key=True, doc="code of the body: ENVI"),
    Column("role", String(40), primary_key=True),
    Column("since", Date, primary_key=True),
    Column("until", Date, doc="last day; None: open"),
    Column("name", String(200), nullable=False),
    Column("political_group", String(60), nullable=False),
    Column("country", String(10), nullable=False),
    Column("url", String(2000), nullable=False),
    Column("capture", String(64), doc="sha256 of the response that said it last"),
    Column("read_at", UtcDateTime, nullable=False, doc="when that response came"),
    Column("gone_at", UtcDateTime, doc="since when the source no longer shows the holder"),
    Index("ix_seat_body", "body"),
)


@dataclass(frozen=True, slots=True)
class Held:
    """A seat with its holder. `confirmed`: the last reading that showed the holder in the source."""

    source: str
    holder: Holder
    seat: Seat
    confirmed: datetime


def holders_known(conn: Connection, source: str, keys: Collection[str] | None = None) -> dict[str, Holder]:
    """What is known of office-holders of a source, of all or of those with these keys; gone ones are left out."""
    query = select(seat).where(seat.c.source == source, seat.c.gone_at.is_(None))
    if keys is not None:
        query = query.where(seat.c.holder.in_(sorted(keys)))
    rows: dict[str, list[RowMapping]] = {}
    for row in conn.execute(query.order_by(seat.c.body, seat.c.role, seat.c.since)).mappings():
        rows.setdefault(row["holder"], []).append(row)
    return {key: _holder(some) for key, some in rows.items()}


def keep_holders(
    conn: Connection, source: str, holders: Iterable[Holder], *, capture: str | None, at: datetime
) -> None:
    """Replace what is known of each of the `holders` by what a response of the moment `at` says."""
    for one in holders:
        conn.execute(delete(seat).where(seat.c.source == source, seat.c.holder == one.key))
        said: dict[str, Any] = {
            "source": source,
            "holder": one.key,
            "name": one.name,
            "political_group": one.group,
            "country": one.country,
            "url": one.url,
            "capture": capture,
            "read_at": at,
        }
        if rows := [said | asdict(own) for own in one.seats]:
            conn.execute(insert(seat), rows)


def sweep_holders(conn: Connection, source: str, seen: Collection[str], now: datetime) -> int:
    """A complete list showed `seen`: others are gone at once, whoever is back is back. How many went.

    A person who is no longer in office must not be named as if; that the list was complete and is about persons
    is enough. Who has been gone for long is forgotten.
    """
    of_source = seat.c.source == source
    rows = conn.execute(select(seat.c.holder, seat.c.gone_at).where(of_source))
    known = {row.holder: row.gone_at for row in rows}
    gone = [holder for holder, since in known.items() if holder not in seen and since is None]
    back = [holder for holder, since in known.items() if holder in seen and since is not None]
    for moment, holders in ((now, gone), (None, back)):
        for some in chunks(holders):
            conn.execute(update(seat).where(of_source, seat.c.holder.in_(some)).values(gone_at=moment))
    conn.execute(delete(seat).where(of_source, seat.c.gone_at < now - FORGOTTEN_AFTER))
    return len(gone)


def gone_holders(conn: Connection, source: str) -> frozenset[str]:
    """Keys of those whom a source no longer shows."""
    query = select(seat.c.holder).where(seat.c.source == source, seat.c.gone_at.is_not(None))
    return frozenset(conn.execute(query).scalars())


def seats_in(conn: Connection, bodies: Collection[str], country: str, today: date) -> list[Held]:
    """The seats of `country` in the `bodies` on a day, as far as a reading confirms them; in no order."""
    if not bodies:
        return []
    query = (
        select(seat, source_state.c.last_sweep)
        .outerjoin(source_state, source_state.c.source == seat.c.source)
        .where(
            seat.c.body.in_(sorted(bodies)),
            seat.c.country == country,
            seat.c.gone_at.is_(None),
            seat.c.since <= today,
            or_(seat.c.until.is_(None), seat.c.until >= today),
        )
    )
    found = []
    for row in conn.execute(query).mappings():
        moment = max(row["read_at"], row["last_sweep"] or row["read_at"])
        if moment.date() >= today - CONFIRMED_WITHIN:
            found.append(Held(row["source"], _holder([row]), _seat(row), moment))
    return found


def _holder(rows: Sequence[RowMapping]) -> Holder:
    one = rows[0]
    seats = tuple(_seat(row) for row in rows)
    return Holder(one["holder"], one["name"], one["url"], one["country"], one["political_group"], seats)


def _seat(row: RowMapping) -> Seat:
    return Seat(row["body"], row["role"], row["since"], row["until"])
