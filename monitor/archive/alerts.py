"""Alerts: who gets mail about what is new in a followed search, how often, and up to when they were told.

Nothing here commits. What was told stands beside the letters: an alert's mail is an edition whose `letter` begins
with `alert:` and its key, and the documents in it are the edition's entries.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    Select,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from monitor.archive.base import UtcDateTime, metadata
from monitor.archive.letters import SECRET, delivery, edition, entry, message, subscriber
from monitor.archive.schema import document, revision
from monitor.archive.schema import scan as scan_table
from monitor.archive.upsert import upsert
from monitor.archive.web import saved_search

INTERVALS: Final = ("immediate", "daily", "weekly")
LETTER: Final = "alert:"
"""How the letters of alerts begin."""
DOCUMENT: Final = "document:"
"""How an entry refers to a document, as `utblick show` takes it."""

alert = Table(
    "alert",
    metadata,
    Column("id", Integer, primary_key=True),
    # Stands for the alert in `edition.letter`: SQLite gives the number of a deleted row to the next one.
    Column("key", String(16), nullable=False, unique=True),
    Column("search", ForeignKey(saved_search.c.id, ondelete="CASCADE"), nullable=False, unique=True),
    Column("subscriber", ForeignKey(subscriber.c.id), nullable=False, index=True),
    Column("interval", String(12), nullable=False),
    # The claim: whoever moves it on may tell what lies between.
    Column("told_at", UtcDateTime, nullable=False),
    # Stops this alert and nothing else; whoever has it may use it.
    Column("token", String(43), nullable=False, unique=True, info=SECRET),
    Column("created", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime, doc="the recipient wanted no more"),
    CheckConstraint(f"interval IN ({', '.join(repr(one) for one in INTERVALS)})", name="interval"),
)


@dataclass(frozen=True, slots=True)
class Alert:
    """Mail about a followed search, with what is needed of the search and of the recipient, but the address."""

    id: int
    key: str
    search: int
    subscriber: int
    interval: str
    told_at: datetime
    token: str
    created: datetime
    stopped_at: datetime | None
    name: str
    """The search's."""
    who: str
    """Who follows it."""
    query: Mapping[str, str | Sequence[str]]
    language: str
    state: str
    """The subscriber's: `pending`, `active`, `unsubscribed`."""
    paused_at: datetime | None

    @property
    def letter(self) -> str:
        """What the names of its editions begin with."""
        return f"{LETTER}{self.key}:"

    @property
    def standing(self) -> str:
        """`active`, or why nothing is sent: `stopped`, `paused`, `pending`, `unsubscribed`."""
        if self.stopped_at is not None:
            return "stopped"
        return "paused" if self.state == "active" and self.paused_at is not None else self.state


@dataclass(frozen=True, slots=True)
class Moments:
    """When a document came, and when it changed last (None: never)."""

    first_seen: datetime
    changed: datetime | None


def alerts(conn: Connection, *, who: str | None = None, recipient: int | None = None) -> tuple[Alert, ...]:
    """Every alert, those of one who follows searches, or those to one subscriber; the oldest first."""
    query = _alerts().order_by(alert.c.id)
    if who is not None:
        query = query.where(saved_search.c.who == who)
    if recipient is not None:
        query = query.where(alert.c.subscriber == recipient)
    return tuple(Alert(*row) for row in conn.execute(query))


def alert_by_token(conn: Connection, token: str) -> Alert | None:
    """The alert that this token stops; None: nobody's."""
    row = conn.execute(_alerts().where(alert.c.token == token)).one_or_none()
    return Alert(*row) if row is not None and token else None


def set_alert(conn: Connection, search: int, recipient: int, interval: str, now: datetime) -> None:
    """Tell a subscriber from now on what is new in a search.

    Another interval alone leaves it at what was told already; another recipient, or one who had stopped it, gets
    what is new from `now` on, with a token of their own.
    """
    known = conn.execute(select(alert).where(alert.c.search == search)).one_or_none()
    if known is not None and known.subscriber == recipient and known.stopped_at is None:
        conn.execute(update(alert).where(alert.c.id == known.id).values(interval=interval))
        return
    if known is not None:
        end_alert(conn, search)
    conn.execute(
        alert.insert().values(
            key=secrets.token_hex(8),
            search=search,
            subscriber=recipient,
            interval=interval,
            told_at=now,
            token=secrets.token_urlsafe(32),
            created=now,
        )
    )


def end_alert(conn: Connection, search: int) -> bool:
    """No more mail about a search, also none that is queued; whether there was an alert."""
    known = conn.execute(select(alert.c.id, alert.c.key).where(alert.c.search == search)).one_or_none()
    if known is None:
        return False
    _cancel(conn, known.key)
    conn.execute(delete(alert).where(alert.c.id == known.id))
    return True


def stop_alert(conn: Connection, token: str, now: datetime) -> Alert | None:
    """The recipient wants no more; None if the token is nobody's. Asking twice changes nothing."""
    found = alert_by_token(conn, token)
    if found is None:
        return None
    _cancel(conn, found.key)
    conn.execute(update(alert).where(alert.c.id == found.id, alert.c.stopped_at.is_(None)).values(stopped_at=now))
    return found


def claim_alert(conn: Connection, one: Alert, now: datetime) -> bool:
    """Whether we shall tell what came between `one.told_at` and `now`: nobody else has, and nobody stopped it.

    In the same transaction the mail is queued: killed before, nothing is claimed; killed after, it waits.
    """
    held = update(alert).where(alert.c.id == one.id, alert.c.told_at == one.told_at, alert.c.stopped_at.is_(None))
    return conn.execute(held.values(told_at=now)).rowcount == 1


def moments(conn: Connection, ids: Collection[int], fields: Collection[str]) -> dict[int, Moments]:
    """When these documents were first seen, and changed last in one of `fields`."""
    newest = func.max(revision.c.seen_at).label("at")
    changed = (
        select(revision.c.document, newest)
        .where(revision.c.document.in_(ids), revision.c.field.in_(fields))
        .group_by(revision.c.document)
    )
    last: dict[int, datetime] = {row.document: row.at for row in conn.execute(changed)}
    seen = select(document.c.id, document.c.first_seen).where(document.c.id.in_(ids))
    return {row.id: Moments(row.first_seen, last.get(row.id)) for row in conn.execute(seen)}


def told(conn: Connection, one: Alert, since: datetime) -> dict[int, datetime]:
    """What an alert has told after `since`: the document, and as of which of its moments."""
    query = (
        select(entry.c.ref, entry.c.shown)
        .join(edition, entry.c.edition_id == edition.c.id)
        .where(edition.c.letter.startswith(one.letter, autoescape=True), edition.c.built_at > since)
        .order_by(edition.c.id)
    )
    return {
        int(row.ref.removeprefix(DOCUMENT)): datetime.fromisoformat(row.shown["moved"])
        for row in conn.execute(query)
    }


def publish_alert(
    conn: Connection, values: Mapping[str, Any], entries: Collection[Mapping[str, Any]]
) -> int | None:
    """Store an alert's edition with its entries; its number, None where there is one for this occasion already."""
    statement = upsert(conn, edition).values(**values).on_conflict_do_nothing(index_elements=["letter", "week"])
    number: int | None = conn.execute(statement.returning(edition.c.id)).scalar_one_or_none()
    if number is not None and entries:
        conn.execute(entry.insert(), [{"edition_id": number, **one} for one in entries])
    return number


def waiting_editions(conn: Connection, now: datetime) -> tuple[int, ...]:
    """Editions of alerts with a copy that is due, or whose sender may have died."""
    due = (delivery.c.state == "queued") & (delivery.c.next_try_at <= now)
    query = (
        select(edition.c.id)
        .join(delivery, delivery.c.edition_id == edition.c.id)
        .where(edition.c.letter.startswith(LETTER), due | (delivery.c.state == "sending"))
        .distinct()
        .order_by(edition.c.id)
    )
    return tuple(conn.execute(query).scalars())


def told_by(key: str) -> ColumnElement[bool]:
    """Editions that told about the alert with this key."""
    return edition.c.letter.startswith(f"{LETTER}{key}:", autoescape=True)


def told_to(recipient: int) -> ColumnElement[bool]:
    """Editions of alerts that were for this subscriber."""
    own = select(delivery.c.edition_id).where(delivery.c.subscriber_id == recipient)
    return edition.c.letter.startswith(LETTER) & edition.c.id.in_(own)


def forget_told(conn: Connection, which: ColumnElement[bool]) -> None:
    """Delete editions of alerts with their copies: they are one person's business, no public record.

    One that is being sent at this moment stays until it is.
    """
    busy = select(delivery.c.edition_id).where(delivery.c.state == "sending")
    numbers = conn.execute(select(edition.c.id).where(which, edition.c.id.not_in(busy))).scalars().all()
    conn.execute(delete(delivery).where(delivery.c.edition_id.in_(numbers)))
    conn.execute(delete(edition).where(edition.c.id.in_(numbers)))


def last_scan(conn: Connection) -> datetime | None:
    """When a scan ended last; None: none has."""
    found: datetime | None = conn.execute(select(func.max(scan_table.c.finished))).scalar()
    return found


def _cancel(conn: Connection, key: str) -> None:
    editions = select(edition.c.id).where(edition.c.letter.startswith(f"{LETTER}{key}:", autoescape=True))
    queued = update(delivery).where(delivery.c.edition_id.in_(editions), delivery.c.state == "queued")
    gone = conn.execute(queued.values(state="cancelled").returning(delivery.c.id)).scalars().all()
    conn.execute(delete(message).where(message.c.delivery_id.in_(gone)))


def _alerts() -> Select[Any]:
    return (
        select(
            *alert.c,
            saved_search.c.name,
            saved_search.c.who,
            saved_search.c.query,
            subscriber.c.language,
            subscriber.c.state,
            subscriber.c.paused_at,
        )
        .join(saved_search, alert.c.search == saved_search.c.id)
        .join(subscriber, alert.c.subscriber == subscriber.c.id)
    )
