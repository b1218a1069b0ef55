"""Who reads which source now: a claim lets only one process do it, whatever the number of schedulers.

Nothing here commits; the use cases do.
"""

import os
import socket
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from config.sources import Source
from monitor.archive.schema import source_state
from monitor.archive.upsert import upsert
from monitor.core.cadence import is_due

SPARE = timedelta(minutes=5)
"""How long a claim holds beyond the source's deadline."""


def claimant() -> str:
    """Who this process is, as a claim names it."""
    return f"{socket.gethostname()}/{os.getpid()}"


def claim(
    conn: Connection,
    sources: Iterable[Source],
    who: str,
    now: datetime,
    *,
    lease: timedelta | None = None,
    due: bool = False,
    early: bool = False,
) -> frozenset[str]:
    """Ids of the sources that `who` may read now, because nobody else does; the others are left alone.

    A claim ends when it is released, when its lease is over, or when its process on this machine is gone.

    Args:
        conn: a writing connection; until it commits, others who claim wait.
        sources: what is wanted.
        who: the claimant.
        now: the present moment (aware).
        lease: how long the claim holds; by default the source's deadline and `SPARE`.
        due: leave out what is not due any more: somebody may have read it since it was listed.
        early: with `due`, what becomes due shortly counts as due.
    """
    wanted = {source.id: source for source in sources}
    if not wanted:
        return frozenset()
    # In one order, whoever claims: two processes must not wait for each other.
    names = sorted(wanted)
    conn.execute(upsert(conn, source_state).on_conflict_do_nothing(), [{"source": n, "failing": 0} for n in names])
    state = source_state.c
    seen = conn.execute(
        # Locked where the database locks rows; SQLite lets one write at a time anyway.
        select(source_state).where(state.source.in_(names)).order_by(state.source).with_for_update()
    ).mappings()
    gone: dict[str, bool] = {}
    ours: dict[str, datetime] = {}
    for row in seen:
        source = wanted[row["source"]]
        if due and not is_due(source, row["next_check_at"], row["failing"], now, early=early):
            continue
        if _is_free(row, who, now, gone):
            ours[source.id] = now + (lease or timedelta(seconds=source.deadline) + SPARE)
    if ours:
        rows = [{"of": name, "claimed_by": who, "claimed_until": until} for name, until in ours.items()]
        conn.execute(update(source_state).where(state.source == bindparam("of")), rows)
    return frozenset(ours)


def release(conn: Connection, sources: Iterable[Source], who: str) -> None:
    """Give the sources back, as far as `who` still holds them."""
    state = source_state.c
    names = [source.id for source in sources]
    held = update(source_state).where(state.source.in_(names), state.claimed_by == who)
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


def _is_free(row: RowMapping, who: str, now: datetime, gone: dict[str, bool]) -> bool:
    holder = row["claimed_by"]
    if holder is None or holder == who or row["claimed_until"] <= now:
        return True
    if holder not in gone:
        gone[holder] = is_gone(holder)
    return gone[holder]
