"""Commits that survive a power cut, for those who act on them in the outside world."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection


@contextmanager
def durability(conn: Connection) -> Iterator[Callable[[], None]]:
    """A function that returns once everything committed on `conn` is on the disk.

    PostgreSQL always works so. SQLite in our setting (WAL, `synchronous = NORMAL`) writes its log without waiting
    for the disk. It can be told to wait (`FULL`), but then it waits while it holds the one write lock, and
    parallel writers stand in line for the disk. So we wait for the same log ourselves, after the lock is free.
    """
    database = conn.engine.url.database
    if conn.dialect.name != "sqlite" or not database or database == ":memory:":
        yield lambda: None
        return
    with conn.begin():
        pass  # the log exists from the first transaction until the last connection is closed
    log = os.open(f"{database}-wal", os.O_RDWR)
    folder = os.open(Path(database).parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the log's name, should it be new
        yield lambda: os.fsync(log)
    finally:
        os.close(folder)
        os.close(log)
