"""The outbox: one copy of the letter per recipient, queued once, its fate written down.

=============  =============================================  ==========================================
state          what happened                                  what follows
=============  =============================================  ==========================================
``queued``     to be sent, or refused for now (4xx)           sent when due; given up in the end
``sending``    claimed by a sender                            one of those below
``sent``       the mail server has taken it                   nothing; the stored copy is erased
``failed``     the mail server said no (5xx)                  a person may ask for it again (`resolve`)
``unknown``    lost between the final dot and the answer, or  never sent again by itself: a person looks
               its sender died while it was claimed           and decides (`resolve`)
``cancelled``  the person left before it was sent             nothing
=============  =============================================  ==========================================

Exactly once cannot be had over SMTP (RFC 1047); at most once can. `monitor.delivery.sender` does the sending.
"""

import logging
import os
import secrets
import socket
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from typing import Any, Final, Literal

from sqlalchemy import Connection, Select, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.archive.letters import DELIVERY_STATES, bounce, delivery, edition, message
from monitor.errors import MonitorError

STALE_AFTER: Final = timedelta(minutes=30)
"""A claim this old on another machine is taken for dead; longer than any conversation with a mail server."""

_WIRE: Final = SMTP.clone(cte_type="7bit")  # no server on the way needs 8BITMIME, no signature breaks by recoding

log = logging.getLogger(__name__)


class OutboxError(MonitorError):
    """What was asked of the outbox cannot be done; one line."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One recipient's copy as the outbox sees it."""

    id: int
    edition_id: int
    week: str
    subscriber_id: int
    state: str
    attempts: int
    error: str | None
    next_try_at: datetime
    claimed_at: datetime | None
    sent_at: datetime | None
    bounced: str | None = None
    """What a mail server reported later, if the copy came back."""


def enqueue(
    conn: Connection, edition_id: int, messages: Iterable[tuple[int, EmailMessage]], *, now: datetime
) -> int:
    """Queue a copy for each (subscriber id, message) and release the edition; returns how many are new.

    A copy that is queued or sent already is left alone. The To header is dropped here and written anew from the
    register when the copy leaves, so that a corrected address counts and the address is kept in one place.

    Raises:
        OutboxError: a message without Message-ID.
    """
    copies = {number: _copy(number, rendered) for number, rendered in messages}
    conn.execute(
        update(edition)
        .where(edition.c.id == edition_id, edition.c.state == "built")
        .values(state="released", released_at=now)
    )
    if not copies:
        return 0
    rows = [
        {
            "edition_id": edition_id,
            "subscriber_id": number,
            "state": "queued",
            "message_id": message_id,
            "attempts": 0,
            "next_try_at": now,
        }
        for number, (message_id, _) in copies.items()
    ]
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(delivery).on_conflict_do_nothing(index_elements=["edition_id", "subscriber_id"])
    new = conn.execute(statement.returning(delivery.c.id, delivery.c.subscriber_id), rows).all()
    if new:
        bodies = [{"delivery_id": one.id, "body": copies[one.subscriber_id][1]} for one in new]
        conn.execute(insert(message), bodies)
    return len(new)


def recover(conn: Connection, *, now: datetime, stale_after: timedelta = STALE_AFTER) -> int:
    """Turn copies claimed by a sender that has died into `unknown`; returns how many.

    A process on this machine is dead when its number is gone or belongs to another; of other machines we only
    know how old their claim is.
    """
    found = 0
    for row in conn.execute(select(delivery).where(delivery.c.state == "sending")).all():
        if row.claimed_at > now - stale_after and not _has_died(row.claimed_by):
            continue
        found += conn.execute(
            update(delivery)
            .where(
                delivery.c.id == row.id,
                delivery.c.state == "sending",
                delivery.c.claimed_by == row.claimed_by,
                delivery.c.claimed_at == row.claimed_at,
            )
            .values(state="unknown", error="the sender ended while it was handing the copy over")
        ).rowcount
    if found:
        log.info("%d copies have an unknown fate: their sender ended while handing them over", found)
    return found


def resolve(conn: Connection, delivery_id: int, outcome: Literal["sent", "resend"], *, now: datetime) -> Delivery:
    """A person's decision: an `unknown` copy was sent after all, or an `unknown` or `failed` one shall go again.

    Raises:
        OutboxError: no such copy, or its state leaves nothing to decide.
    """
    row = conn.execute(_deliveries().where(delivery.c.id == delivery_id)).one_or_none()
    if row is None:
        raise OutboxError(f"no delivery {delivery_id}; `utblick brief show` lists those of an edition")
    open_states = ("unknown",) if outcome == "sent" else ("unknown", "failed")
    if row.state not in open_states:
        raise OutboxError(
            f"delivery {delivery_id} is {row.state}: only {' or '.join(open_states)} can be resolved"
        )
    has_copy = select(message.c.delivery_id).where(message.c.delivery_id == delivery_id)
    if outcome == "resend" and conn.execute(has_copy).first() is None:
        raise OutboxError(
            f"delivery {delivery_id} cannot be sent again: its copy is erased (old, or the person is forgotten)"
        )
    values: dict[str, Any] = (
        {"state": "sent", "sent_at": row.claimed_at or now}
        if outcome == "sent"
        else {"state": "queued", "next_try_at": now, "attempts": 0, "error": None, "claimed_by": None}
    )
    conn.execute(
        update(delivery).where(delivery.c.id == delivery_id, delivery.c.state == row.state).values(**values)
    )
    if outcome == "sent":
        conn.execute(delete(message).where(message.c.delivery_id == delivery_id))
    return Delivery(*conn.execute(_deliveries().where(delivery.c.id == delivery_id)).one())


def forget_copies(conn: Connection, before: datetime, *, dry_run: bool = False) -> int:
    """Erase copies that failed, or whose fate is unknown, since `before`; how many. Who got what stays known.

    The copy of a letter that was sent is erased at once; these were kept so that they could be sent again.
    """
    old = select(delivery.c.id).where(delivery.c.state.in_(("failed", "unknown")), delivery.c.claimed_at < before)
    if dry_run:
        found = select(func.count()).select_from(message).where(message.c.delivery_id.in_(old))
        return int(conn.scalar(found) or 0)
    return conn.execute(delete(message).where(message.c.delivery_id.in_(old))).rowcount


def counts(conn: Connection, edition_id: int) -> dict[str, int]:
    """How many copies of an edition are in each state; every state is named."""
    rows = conn.execute(
        select(delivery.c.state, func.count())
        .where(delivery.c.edition_id == edition_id)
        .group_by(delivery.c.state)
    )
    return dict.fromkeys(DELIVERY_STATES, 0) | {row[0]: row[1] for row in rows}


def deliveries(
    conn: Connection, *, edition_id: int | None = None, states: Sequence[str] = ()
) -> tuple[Delivery, ...]:
    """The copies of an edition (None: of all) in the given states (none: in any), in order."""
    query = _deliveries().order_by(delivery.c.id)
    if edition_id is not None:
        query = query.where(delivery.c.edition_id == edition_id)
    if states:
        query = query.where(delivery.c.state.in_(states))
    return tuple(Delivery(*row) for row in conn.execute(query))


def worker() -> str:
    """This process, told apart from an earlier one with its number (in a container that is often 1)."""
    return f"{socket.gethostname()}:{os.getpid()}:{_nonce(os.getpid())}"


@cache
def _nonce(_pid: int) -> str:
    return secrets.token_hex(4)


def _copy(subscriber_id: int, rendered: EmailMessage) -> tuple[str, bytes]:
    """Message-ID and bytes of a copy, without those headers that name its recipient."""
    if not rendered["Message-ID"]:
        raise OutboxError(f"the copy for subscriber {subscriber_id} has no Message-ID")
    anonymous = copy(rendered)
    for header in ("To", "Cc", "Bcc"):
        del anonymous[header]
    return str(rendered["Message-ID"]), anonymous.as_bytes(policy=_WIRE)


_BOUNCED: Final = (
    select(bounce.c.reason)
    .where(bounce.c.delivery_id == delivery.c.id)
    .order_by(bounce.c.permanent.desc())
    .limit(1)
    .scalar_subquery()
)


def _deliveries() -> Select[Any]:
    return select(
        delivery.c.id,
        delivery.c.edition_id,
        edition.c.week,
        delivery.c.subscriber_id,
        delivery.c.state,
        delivery.c.attempts,
        delivery.c.error,
        delivery.c.next_try_at,
        delivery.c.claimed_at,
        delivery.c.sent_at,
        _BOUNCED,
    ).join(edition, delivery.c.edition_id == edition.c.id)


def _has_died(worker: str) -> bool:
    host, pid, nonce = worker.rsplit(":", maxsplit=2)
    if host != socket.gethostname():
        return False
    if int(pid) == os.getpid():
        return nonce != _nonce(os.getpid())
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
