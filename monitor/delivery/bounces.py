"""Letters that came back: written down for each copy, and a subscriber whose letters all come back is paused.

A report counts if it returns the Message-ID of one of our copies, or the letter's List-Id and the address of a
subscriber. Everything else is no report on a letter of ours, whatever it claims. A forged one can at worst pause
somebody, after as many letters as declared; that is said, and a person brings the subscriber back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.archive.letters import bounce, delivery, message, subscriber
from monitor.delivery.reports import Report, read_report

OURS: Final = "5.7."
"""Codes that refuse us (policy, SPF, reputation), not the recipient (RFC 3463, 3.8): they pause nobody."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the messages of a mailbox said."""

    messages: int
    permanent: int
    """Copies that came back for good, told for the first time."""
    temporary: int
    """Copies that are delayed or were given up on, told for the first time."""
    known: int
    """Reports that had been told before."""
    other: int
    """Messages that are no report on a letter of ours."""
    refused_us: int
    """Of the permanent ones those that refuse us, not the recipient."""
    paused: tuple[int, ...]
    """Numbers of the subscribers who are paused by this."""


def read(conn: Connection, raws: Iterable[bytes], *, list_id: str, most: int, now: datetime) -> Reading:
    """Write down what these messages report, and pause whom letters no longer reach.

    Args:
        conn: a writing connection.
        raws: whole messages.
        list_id: the letter's List-Id.
        most: so many letters in a row that came back for good pause a subscriber.
        now: the moment (aware).
    """
    seen = permanent = temporary = known = other = refused = 0
    for raw in raws:
        seen += 1
        told = False
        for report in read_report(raw):
            copy = _copy_of(conn, report, list_id)
            if copy is None:
                continue
            told = True
            if not _record(conn, copy, report, now):
                known += 1
            elif report.permanent:
                permanent += 1
                refused += report.status.startswith(OURS)
            else:
                temporary += 1
        other += not told
    return Reading(seen, permanent, temporary, known, other, refused, pause(conn, most=most, now=now))


def pause(conn: Connection, *, most: int, now: datetime) -> tuple[int, ...]:
    """Pause every active subscriber whose last `most` letters all came back for good; their numbers.

    Letters from before a person brought a subscriber back (`subscribers edit --state active`) do not count.
    """
    came_back = _came_back()
    suspects = (
        select(subscriber.c.id, subscriber.c.renewed_at)
        .where(subscriber.c.state == "active", subscriber.c.paused_at.is_(None))
        .where(subscriber.c.id.in_(select(delivery.c.subscriber_id).where(came_back)))
        .order_by(subscriber.c.id)
    )
    paused = []
    for one in conn.execute(suspects).all():
        last = (
            select(came_back)
            .where(delivery.c.subscriber_id == one.id, delivery.c.state.in_(("sent", "failed", "unknown")))
            .order_by(delivery.c.id.desc())
            .limit(most)
        )
        if one.renewed_at is not None:
            last = last.where(delivery.c.claimed_at > one.renewed_at)
        fates = conn.execute(last).scalars().all()
        if len(fates) == most and all(fates):
            paused.append(one.id)
    for number in paused:
        conn.execute(update(subscriber).where(subscriber.c.id == number).values(paused_at=now))
        queued = and_(delivery.c.subscriber_id == number, delivery.c.state == "queued")
        conn.execute(delete(message).where(message.c.delivery_id.in_(select(delivery.c.id).where(queued))))
        conn.execute(update(delivery).where(queued).values(state="cancelled"))
    return tuple(paused)


def _copy_of(conn: Connection, report: Report, list_id: str) -> int | None:
    """The delivery that a report speaks of."""
    if report.message_id is not None:
        own = conn.scalar(select(delivery.c.id).where(delivery.c.message_id == report.message_id))
        if own is not None:
            return int(own)
    if report.list_id != list_id:
        return None
    newest = (
        select(delivery.c.id)
        .join(subscriber, delivery.c.subscriber_id == subscriber.c.id)
        .where(subscriber.c.address.in_(sorted(report.recipients)), delivery.c.state.in_(("sent", "unknown")))
        .order_by(delivery.c.id.desc())
        .limit(1)
    )
    found = conn.scalar(newest)
    return None if found is None else int(found)


def _record(conn: Connection, copy: int, report: Report, now: datetime) -> bool:
    """Keep what a report says of a copy; False: the same was known."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    values = {
        "delivery_id": copy,
        "permanent": report.permanent,
        "at": now,
        "status": report.status,
        "reason": report.reason,
    }
    statement = dialect.insert(bounce).values(**values).on_conflict_do_nothing()
    return conn.execute(statement.returning(bounce.c.delivery_id)).first() is not None


def _came_back() -> ColumnElement[bool]:
    """Whether a copy came back for good: a report said so later, or the mail server at once."""
    reported = select(bounce.c.delivery_id).where(
        bounce.c.delivery_id == delivery.c.id, bounce.c.permanent, bounce.c.status.not_like(f"{OURS}%")
    )
    refused = and_(
        delivery.c.state == "failed", delivery.c.error.like("5%"), delivery.c.error.not_like(f"5__ {OURS}%")
    )
    return or_(reported.exists(), refused)
