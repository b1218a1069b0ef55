"""Send what the outbox holds: claim a copy, hand it to the mail server, write down what became of it.

A copy is claimed by one conditional update, durable before the mail server may take the copy. Several processes
may send side by side. Log lines and stored errors name subscribers by number, never by address.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    func,
    select,
    update,
)

from monitor.archive.durability import durability
from monitor.archive.engine import explained
from monitor.archive.letters import delivery, message, subscriber
from monitor.delivery import outbox, smtp

MAX_ATTEMPTS: Final = 24
"""After so many temporary refusals a copy is `failed`: about a day and a half."""
FIRST_PAUSE: Final = timedelta(minutes=2)
LONGEST_PAUSE: Final = timedelta(hours=2)
LOSSES_IN_A_ROW: Final = 3
"""So many broken connections without one copy getting through end the run: the mail server is not well."""

# Built once: to build and compile a statement anew costs more than to run it.
_COPY: Final[Select[Any]] = (
    select(
        delivery.c.id,
        delivery.c.edition_id,
        delivery.c.subscriber_id,
        delivery.c.attempts,
        delivery.c.claimed_by,
        subscriber.c.address,
        subscriber.c.state.label("subscriber_state"),
        message.c.body,
    )
    .join(subscriber, delivery.c.subscriber_id == subscriber.c.id)
    .outerjoin(message, message.c.delivery_id == delivery.c.id)
    .where(delivery.c.id == bindparam("claimed"))
)
_RECORD: Final = update(delivery).where(
    delivery.c.id == bindparam("claimed"),
    delivery.c.claimed_by == bindparam("claimer"),
    delivery.c.state.in_(("sending", "unknown")),
)
_ERASE: Final = delete(message).where(message.c.delivery_id == bindparam("claimed"))

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tally:
    """What one run did, and what it leaves.

    `waiting` counts the copies still queued, `next_try_at` is when the first of them is due. `stopped` says in
    one line why the run ended before its time; None = everything that was due has been tried.
    """

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    cancelled: int = 0
    unknown: int = 0
    waiting: int = 0
    next_try_at: datetime | None = None
    stopped: str | None = None


def send_due(
    engine: Engine,
    server: smtp.Server,
    *,
    clock: Callable[[], datetime],
    edition_id: int | None = None,
    per_minute: float | None = None,
    dry_run: bool = False,
) -> Tally:
    """Send every copy that is due, over as few connections as the mail server allows.

    Args:
        engine: the archive.
        server: the mail server.
        clock: the present moment, aware.
        edition_id: only copies of this edition; None = of all.
        per_minute: at most so many copies a minute from this process; None = as fast as the server takes them.
        dry_run: claim and send nothing; `waiting` counts what is queued.

    Returns:
        The tally. A mail server that cannot be used is told in `stopped`; nothing stays claimed.

    Raises:
        monitor.archive.engine.ArchiveError: the archive fails; a copy in mid-air becomes `unknown` by `recover`.
    """
    pace = _Pace(per_minute) if per_minute else None
    stopped = None
    with explained(str(engine.url)), engine.connect().execution_options(utblick_write=True) as conn:
        with durability(conn) as make_durable:
            run = _Run(conn, make_durable, clock, edition_id, pace)
            if not dry_run:
                stopped = run.go(server)
        waiting, next_try_at = conn.execute(
            select(func.count(), func.min(delivery.c.next_try_at)).where(run.queued)
        ).one()
    return Tally(**run.done, waiting=waiting, next_try_at=next_try_at, stopped=stopped)


class _Pace:
    """Waits so that no more than `per_minute` copies leave in a minute, evenly spread."""

    def __init__(self, per_minute: float) -> None:
        self._interval = 60 / per_minute
        self._next = time.monotonic()

    def wait(self) -> None:
        pause = self._next - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._next = max(self._next, time.monotonic()) + self._interval


@dataclass(frozen=True, slots=True)
class _Fate:
    """What became of a claimed copy: its new state and other columns, and the field of `Tally` that counts it."""

    claimed: Row[Any]
    state: str
    why: str = ""
    counted: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


class _Run:
    """One sender at work."""

    def __init__(
        self,
        conn: Connection,
        make_durable: Callable[[], None],
        clock: Callable[[], datetime],
        edition_id: int | None,
        pace: _Pace | None,
    ) -> None:
        self.done: Counter[str] = Counter()
        queued = delivery.c.state == "queued"
        self.queued: ColumnElement[bool] = (
            queued if edition_id is None else and_(queued, delivery.c.edition_id == edition_id)
        )
        due = (
            select(delivery.c.id)
            .where(self.queued, delivery.c.next_try_at <= bindparam("now"))
            .order_by(delivery.c.next_try_at, delivery.c.id)
            .limit(1)
        )
        self._due = due
        self._claim_one = (
            update(delivery)
            # Rows that another sender holds are skipped by PostgreSQL; SQLite has one writer and ignores this.
            .where(delivery.c.id == due.with_for_update(skip_locked=True).scalar_subquery())
            .where(delivery.c.state == "queued")
            .values(
                state="sending",
                claimed_by=outbox.worker(),
                claimed_at=bindparam("now"),
                attempts=delivery.c.attempts + 1,
            )
            .returning(delivery.c.id)
        )
        self._conn = conn
        self._make_durable = make_durable
        self._clock = clock
        self._pace = pace

    def go(self, server: smtp.Server) -> str | None:
        """Settle what the dead left behind, send what is due; returns why it ended early (None = it did not)."""
        with self._conn.begin():
            outbox.recover(self._conn, now=self._clock())
        try:
            self._drain(server)
        except smtp.SmtpError as exc:
            log.info("stopped: %s", exc)
            return str(exc)
        return None

    def _drain(self, server: smtp.Server) -> None:
        """Send what is due; a broken connection is opened anew, but not again and again for nothing."""
        losses = 0
        while self._is_due():
            with smtp.connect(server) as connection:
                claimed = self._settle_and_claim(None)
                while claimed is not None:
                    fate = self._deliver(connection, claimed)
                    if connection.open:
                        losses = 0
                        claimed = self._settle_and_claim(fate)
                        continue
                    self._settle(fate)
                    losses += 1
                    if losses >= LOSSES_IN_A_ROW:
                        raise smtp.SmtpError(
                            f"mail server {server.place}: broke off {losses} times in a row ({fate.why}); "
                            "its log tells why, the copies wait"
                        )
                    break

    def _is_due(self) -> bool:
        with self._conn.begin():
            return self._conn.execute(self._due, {"now": self._clock()}).first() is not None

    def _settle_and_claim(self, fate: _Fate | None) -> Row[Any] | None:
        """Write down the last copy's fate and claim the next due one, in one go; None if there is none."""
        if self._pace is not None:
            # Nothing is claimed while we wait.
            if fate is not None:
                self._settle(fate)
                fate = None
            self._pace.wait()
        with self._conn.begin():
            if fate is not None:
                self._write(fate)
            claimed = self._conn.scalar(self._claim_one, {"now": self._clock()})
            return self._conn.execute(_COPY, {"claimed": claimed}).one() if claimed is not None else None

    def _settle(self, fate: _Fate) -> None:
        """Write down a copy's fate."""
        with self._conn.begin():
            self._write(fate)

    def _write(self, fate: _Fate) -> None:
        """Within a transaction: what became of our claim, also if it was taken for dead meanwhile (`unknown`)."""
        claimed = fate.claimed
        claim = {"claimed": claimed.id, "claimer": claimed.claimed_by}
        self._conn.execute(_RECORD, {**claim, "state": fate.state, "error": fate.why or None, **fate.values})
        if fate.state in ("sent", "cancelled"):
            self._conn.execute(_ERASE, {"claimed": claimed.id})
        if fate.counted:
            self.done[fate.counted] += 1
        log.info(
            "delivery %d of edition %d to subscriber %d: %s",
            claimed.id,
            claimed.edition_id,
            claimed.subscriber_id,
            f"{fate.state} ({fate.why})" if fate.why else fate.state,
        )

    def _deliver(self, connection: smtp.Connection, claimed: Row[Any]) -> _Fate:
        """Hand one claimed copy over; what became of it is still to be written down.

        Raises:
            SmtpError: the server wants no mail from us at all; the claim is given back.
        """
        if claimed.address is None or claimed.subscriber_state != "active" or claimed.body is None:
            return _Fate(claimed, "cancelled", "the subscriber has left", counted="cancelled")
        try:
            body = f"To: {claimed.address}\r\n".encode("ascii") + claimed.body
            # The claim is on the disk before the mail server may take the copy.
            connection.send(claimed.address, body, before_dot=self._make_durable)
        except smtp.Refused as exc:
            if exc.permanent and exc.sender:
                self._settle(_released(claimed))
                raise smtp.SmtpError(
                    f"the mail server takes no mail from us ({exc.reply}); "
                    "check UTBLICK_MAIL_FROM and UTBLICK_SMTP_USER"
                ) from exc
            if exc.permanent:
                return _Fate(claimed, "failed", exc.reply, counted="failed")
            return _deferred(claimed, exc.reply, self._clock())
        except smtp.Lost as exc:
            return _deferred(claimed, f"connection lost: {exc}", self._clock(), chance=True)
        except smtp.Unanswered as exc:
            why = f"no answer after the copy was handed over: {exc}"
            return _Fate(claimed, "unknown", why, counted="unknown")
        except BaseException:  # Ctrl-C and the like
            interrupted = _Fate(claimed, "unknown", "interrupted after the copy was handed over")
            self._settle(interrupted if connection.uncertain else _released(claimed))
            raise
        return _Fate(claimed, "sent", counted="sent", values={"sent_at": self._clock()})


def _deferred(claimed: Row[Any], why: str, now: datetime, *, chance: bool = False) -> _Fate:
    """To be tried again later, or given up if that has been done often enough.

    `chance`: it may not lie with this copy, so the first time it is tried again at once.
    """
    if claimed.attempts >= MAX_ATTEMPTS:
        return _Fate(claimed, "failed", f"gave up after {claimed.attempts} attempts: {why}", counted="failed")
    pause = min(FIRST_PAUSE * 2 ** (claimed.attempts - 1), LONGEST_PAUSE)
    if chance and claimed.attempts == 1:
        pause = timedelta(0)
    values = {"next_try_at": now + pause, "claimed_by": None}
    return _Fate(claimed, "queued", why, counted="deferred", values=values)


def _released(claimed: Row[Any]) -> _Fate:
    """Back as if it had not been claimed."""
    return _Fate(claimed, "queued", values={"attempts": claimed.attempts - 1, "claimed_by": None})
