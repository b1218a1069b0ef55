"""Send what the outbox holds: claim a copy, hand it to the mail server, write down what became of it.

A copy is claimed by one conditional update, durable before we speak to the mail server. Several processes may
send side by side. Log lines and stored errors name subscribers by number, never by address.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
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

from monitor import outbox, smtp
from monitor.archive.engine import explained
from monitor.archive.letters import delivery, message, subscriber

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
    stopped = None
    with explained(str(engine.url)), engine.connect().execution_options(utblick_write=True) as conn:
        run = _Run(conn, clock, edition_id, _Pace(per_minute))
        if not dry_run:
            with conn.begin():
                outbox.recover(conn, now=clock())
            try:
                run.drain(server)
            except smtp.SmtpError as exc:
                stopped = str(exc)
                log.info("stopped: %s", stopped)
        waiting, next_try_at = conn.execute(
            select(func.count(), func.min(delivery.c.next_try_at)).where(run.queued)
        ).one()
    return Tally(**run.done, waiting=waiting, next_try_at=next_try_at, stopped=stopped)


class _Pace:
    """Waits so that no more than `per_minute` copies leave in a minute, evenly spread."""

    def __init__(self, per_minute: float | None) -> None:
        self._interval = 60 / per_minute if per_minute else 0.0
        self._next = time.monotonic()

    def wait(self) -> None:
        pause = self._next - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        self._next = max(self._next, time.monotonic()) + self._interval


class _Run:
    """One sender at work."""

    def __init__(
        self, conn: Connection, clock: Callable[[], datetime], edition_id: int | None, pace: _Pace
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
        self._clock = clock
        self._pace = pace

    def drain(self, server: smtp.Server) -> None:
        """Send what is due; a broken connection is opened anew, but not again and again for nothing."""
        losses = 0
        while self._is_due():
            with smtp.connect(server) as connection:
                while connection.open:
                    self._pace.wait()
                    claimed = self._claim()
                    if claimed is None:
                        return
                    why = self._deliver(connection, claimed)
                    losses = 0 if connection.open else losses + 1
                    if losses >= LOSSES_IN_A_ROW:
                        raise smtp.SmtpError(
                            f"mail server {server.place}: broke off {losses} times in a row ({why}); "
                            "its log tells why, the copies wait"
                        )

    def _is_due(self) -> bool:
        with self._conn.begin():
            return self._conn.execute(self._due, {"now": self._clock()}).first() is not None

    def _claim(self) -> Row[Any] | None:
        """The next due copy, from now on ours alone; None if there is none."""
        with self._durable(), self._conn.begin():
            claimed = self._conn.scalar(self._claim_one, {"now": self._clock()})
            if claimed is None:
                return None
            return self._conn.execute(_COPY, {"claimed": claimed}).one()

    @contextmanager
    def _durable(self) -> Iterator[None]:
        """What is committed within survives a power cut: a claim that is forgotten would be a letter sent twice.

        PostgreSQL always works so. The archive's SQLite may lose the last commits, which is good enough for the
        records: without its record a claimed copy is `unknown`, not sent again.
        """
        if self._conn.dialect.name != "sqlite":
            yield
            return
        with closing(self._conn.connection.cursor()) as cursor:
            cursor.execute("PRAGMA synchronous = FULL")
            try:
                yield
            finally:
                cursor.execute("PRAGMA synchronous = NORMAL")

    def _deliver(self, connection: smtp.Connection, claimed: Row[Any]) -> str:
        """Hand one claimed copy over and record what became of it; returns why it was not sent ("" = sent)."""
        if claimed.address is None or claimed.subscriber_state != "active" or claimed.body is None:
            return self._record(claimed, "cancelled", "the subscriber has left")
        try:
            connection.send(claimed.address, f"To: {claimed.address}\r\n".encode("ascii") + claimed.body)
        except smtp.Refused as exc:
            if exc.permanent and exc.sender:
                self._release(claimed)
                raise smtp.SmtpError(
                    f"the mail server takes no mail from us ({exc.reply}); "
                    "check UTBLICK_MAIL_FROM and UTBLICK_SMTP_USER"
                ) from exc
            if exc.permanent:
                return self._record(claimed, "failed", exc.reply)
            return self._defer(claimed, exc.reply)
        except smtp.Lost as exc:
            # Once may be chance: again at once. A copy that breaks the connection twice waits its turn.
            return self._defer(claimed, f"connection lost: {exc}", at_once=claimed.attempts == 1)
        except smtp.Unanswered as exc:
            return self._record(claimed, "unknown", f"no answer after the copy was handed over: {exc}")
        except BaseException:  # Ctrl-C and the like
            if connection.uncertain:
                self._record(claimed, "unknown", "interrupted after the copy was handed over")
            else:
                self._release(claimed)
            raise
        return self._record(claimed, "sent", sent_at=self._clock())

    def _defer(self, claimed: Row[Any], why: str, *, at_once: bool = False) -> str:
        """Try again later, or give up if that has been done often enough."""
        if claimed.attempts >= MAX_ATTEMPTS:
            return self._record(claimed, "failed", f"gave up after {claimed.attempts} attempts: {why}")
        pause = timedelta(0) if at_once else min(FIRST_PAUSE * 2 ** (claimed.attempts - 1), LONGEST_PAUSE)
        return self._record(
            claimed, "queued", why, counted="deferred", next_try_at=self._clock() + pause, claimed_by=None
        )

    def _release(self, claimed: Row[Any]) -> None:
        """Put a copy back as if it had not been claimed."""
        self._record(claimed, "queued", counted=None, attempts=claimed.attempts - 1, claimed_by=None)

    def _record(
        self, claimed: Row[Any], state: str, why: str = "", *, counted: str | None = "", **values: Any
    ) -> str:
        """Write down what became of our claim, also if it was taken for dead meanwhile (`unknown`).

        `counted` is the field of `Tally`; "" = as the state, None = not at all. Returns `why`.
        """
        claim = {"claimed": claimed.id, "claimer": claimed.claimed_by}
        with self._conn.begin():
            self._conn.execute(_RECORD, {**claim, "state": state, "error": why or None, **values})
            if state in ("sent", "cancelled"):
                self._conn.execute(_ERASE, {"claimed": claimed.id})
        if counted is not None:
            self.done[counted or state] += 1
        log.info(
            "delivery %d of edition %d to subscriber %d: %s",
            claimed.id,
            claimed.edition_id,
            claimed.subscriber_id,
            f"{state} ({why})" if why else state,
        )
        return why
