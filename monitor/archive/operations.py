"""What is done once for an occasion, such as the letter of a week: claimed before it is done, whoever does it.

Nothing here commits; the use cases do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, ColumnElement, Connection, Integer, String, Table, Text, and_, or_, select, update

from monitor.archive.base import UtcDateTime, metadata
from monitor.archive.claims import is_gone
from monitor.archive.upsert import upsert

duty = Table(
    "duty",
    metadata,
    Column("name", String(40), primary_key=True, doc="what is to be done: letter, retention"),
    Column("occasion", String(20), primary_key=True, doc="for what, once: a week, a day"),
    Column("claimed_by", String(200)),
    Column("claimed_until", UtcDateTime, doc="when the claim is stale"),
    Column("not_before", UtcDateTime, doc="put off until then"),
    Column("tries", Integer, nullable=False, doc="times that it was begun"),
    Column("done_at", UtcDateTime, doc="None: still to be done"),
    Column("note", Text, doc="how the last try ended"),
)


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done, and the occasion for which it is done once."""

    name: str
    occasion: str


@dataclass(frozen=True, slots=True)
class Duty:
    """How it stands with a task."""

    name: str
    occasion: str
    tries: int
    not_before: datetime | None
    done_at: datetime | None
    note: str | None


def claim_duty(conn: Connection, task: Task, who: str, now: datetime, lease: timedelta) -> bool:
    """Whether `who` shall do it now: not done, not put off, and in nobody else's hands.

    A claim ends with `finish_duty` or `put_off_duty`, when its lease is over, or when its process is gone.
    """
    new = upsert(conn, duty).values(name=task.name, occasion=task.occasion, tries=0)
    conn.execute(new.on_conflict_do_nothing())
    holder = conn.execute(select(duty.c.claimed_by).where(_is(task))).scalar_one()
    free = [duty.c.claimed_by.is_(None), duty.c.claimed_until <= now]
    if holder and is_gone(holder):
        free.append(duty.c.claimed_by == holder)
    wanted = (duty.c.done_at.is_(None), or_(duty.c.not_before.is_(None), duty.c.not_before <= now), or_(*free))
    values = {"claimed_by": who, "claimed_until": now + lease, "tries": duty.c.tries + 1}
    return conn.execute(update(duty).where(_is(task), *wanted).values(values)).rowcount == 1


def finish_duty(conn: Connection, task: Task, who: str, now: datetime, note: str) -> None:
    """It is done for good."""
    _release(conn, task, who, {"done_at": now, "note": note})


def put_off_duty(conn: Connection, task: Task, who: str, until: datetime, note: str) -> None:
    """It could not be done; whoever comes after `until` tries again."""
    _release(conn, task, who, {"not_before": until, "note": note})


def find_duty(conn: Connection, task: Task) -> Duty | None:
    """How it stands; None: nobody has begun it."""
    row = conn.execute(select(duty).where(_is(task))).mappings().first()
    return Duty(**{field: row[field] for field in Duty.__slots__}) if row else None


def _is(task: Task) -> ColumnElement[bool]:
    return and_(duty.c.name == task.name, duty.c.occasion == task.occasion)


def _release(conn: Connection, task: Task, who: str, values: Mapping[str, object]) -> None:
    held = update(duty).where(_is(task), duty.c.claimed_by == who)
    conn.execute(held.values(claimed_by=None, claimed_until=None, **values))
