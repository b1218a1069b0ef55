"""What is counted over the whole archive is kept in memory until the archive changes.

The database itself says in microseconds whether anything was stored since, by whichever process. While a scan
stores something every second, what is dear to count is given as it was a moment ago: counting anew may take a
twentieth of the time, no more.
"""

import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, ref

from sqlalchemy import Engine, event, func, select

REST = 20
"""How many times longer than counting took its outcome may be given although the archive has changed …"""
FREE = 2.0
"""… less so many seconds: what takes a tenth of a second or less is never old."""
PATIENT = 0.1
"""Seconds of work that somebody else's reading is waited for."""
MOST_KEPT = 64

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class _Entry:
    value: Any
    pulse: Hashable
    made: float
    took: float

    def is_recent(self, now: float) -> bool:
        return now - self.made < REST * self.took - FREE


class Kept:
    """Values read from one archive; safe to use from several threads.

    Args:
        engine: the archive.
        clock: seconds that pass.
        worked: seconds of work so far; None: of the calling thread, or where PostgreSQL works, that pass.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], float] = time.monotonic,
        worked: Callable[[], float] | None = None,
    ) -> None:
        self._pulse = _pulse_of(engine)
        self._clock = clock
        self._worked = worked or (time.thread_time if engine.dialect.name == "sqlite" else time.monotonic)
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """What `make` gave for `key`; made again if the archive has changed and it is not too soon.

        Args:
            key: names all that the value depends on besides the archive (the day, the language).
            make: reads it; called by one thread at a time.
        """
        pulse = self._pulse()
        entry = self._usable(key, pulse) or self._renewed(key, pulse, make)
        value: Value = entry.value
        return value

    def _renewed(self, key: Hashable, pulse: Hashable, make: Callable[[], object]) -> _Entry:
        """The entry made anew; the old one where somebody else is at it and it takes long."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
            old = self._entries.get(key)
        if old is None or old.took < PATIENT:
            making.acquire()
        elif not making.acquire(blocking=False):
            return old
        try:
            if (entry := self._usable(key, pulse)) is None:
                begun = self._worked()
                value = make()
                entry = _Entry(value, pulse, self._clock(), self._worked() - begun)
                self._keep(key, entry)
            return entry
        finally:
            making.release()

    def _usable(self, key: Hashable, pulse: Hashable) -> _Entry | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or not (entry.pulse == pulse or entry.is_recent(self._clock())):
                return None
            self._entries.move_to_end(key)
            return entry

    def _keep(self, key: Hashable, entry: _Entry) -> None:
        with self._lock:
            self._entries[key] = entry
            self._entries.move_to_end(key)
            while len(self._entries) > MOST_KEPT:
                gone, _ = self._entries.popitem(last=False)
                self._making.pop(gone, None)


_OF: "WeakKeyDictionary[Engine, Kept]" = WeakKeyDictionary()
_OPENING = threading.Lock()


def kept_of(engine: Engine) -> Kept:
    """What is kept of this archive."""
    with _OPENING:
        if engine not in _OF:
            _OF[engine] = Kept(engine)
        return _OF[engine]


def _pulse_of(engine: Engine) -> Callable[[], Hashable]:
    """A function whose answer differs whenever something was stored in between."""
    if engine.dialect.name == "postgresql":
        return partial(_last_transaction, ref(engine))
    path = engine.url.database
    if not path or path == ":memory:":
        # A database in memory is its connection's own: nobody can watch it from another.
        return count().__next__
    watch = _Watch(path)
    event.listen(engine, "engine_disposed", lambda _engine: watch.close())
    return watch


def _last_transaction(engine: "ref[Engine]") -> Hashable:
    """PostgreSQL numbers a transaction when it begins to write."""
    archive = engine()
    if archive is None:
        return object()
    with archive.connect() as conn:
        return int(conn.execute(select(func.txid_snapshot_xmax(func.txid_current_snapshot()))).scalar_one())


class _Watch:
    """A connection to SQLite that only asks whether others have stored something (`PRAGMA data_version`)."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Let go of the file; asked again, it is opened again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def __call__(self) -> Hashable:
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
                return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
            except sqlite3.Error:
                self._connection = None
                return object()  # like nothing before: what is kept is read again, and says what is wrong
