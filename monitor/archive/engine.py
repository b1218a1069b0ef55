"""Open the archive: SQLite by default, PostgreSQL for a shared service, one way to read and one to write."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from pydantic_core import from_json
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from monitor.errors import MonitorError

_MIGRATION = re.compile(r"[a-z_]+_(\d{4})\.py")
HEAD = max(
    match[1]
    for entry in files("monitor.archive.migrations.versions").iterdir()
    if (match := _MIGRATION.fullmatch(entry.name))
)
"""The newest migration, by the number in its file's name: Alembic takes long to load."""
BUSY_SECONDS = 15
"""How long to wait for another writer before saying that the archive is locked."""


class ArchiveError(MonitorError):
    """The archive cannot be used or did not take what was to be stored. The message is one line."""


def open_archive(settings_url: str, *, create: bool = True) -> Engine:
    """The archive at a SQLAlchemy address, ready for use.

    Args:
        settings_url: `sqlite:///FILE` or `postgresql://…`.
        create: make a new archive where there is none yet. An older archive is never changed here
            (`utblick db upgrade` does it, after a backup).

    Raises:
        ArchiveError: no archive, an older or newer one, locked, unreachable, unwritable.
    """
    engine = connect(settings_url, create=create)
    try:
        _make_ready(engine, create=create)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _make_ready(engine: Engine, *, create: bool) -> None:
    url = str(engine.url)
    with explained(url):
        found = stored_version(engine)
    if found is None and create:
        from monitor.archive.migrating import upgrade

        found = upgrade(engine)
    problem = version_problem(found)
    if problem:
        raise ArchiveError(f"{shown(url)}: {problem}")


def connect(settings_url: str, *, create: bool = True) -> Engine:
    """An engine with our connection settings; no look at what is stored.

    Raises:
        ArchiveError: not an address that we can use, no such file, an unwritable folder, or psycopg is missing.
    """
    url = parse_url(settings_url)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, create=create)
    return _postgres(url)


def parse_url(settings_url: str) -> URL:
    """The address as SQLAlchemy reads it.

    Raises:
        ArchiveError: not an address of SQLite or PostgreSQL.
    """
    try:
        url = make_url(settings_url)
    except ArgumentError as exc:
        raise ArchiveError("database_url: expected sqlite:///FILE or postgresql://USER@HOST/NAME") from exc
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ArchiveError(f"database_url: {url.get_backend_name()} is not supported; use SQLite or PostgreSQL")
    return url


def shown(settings_url: str) -> str:
    """The address as it may stand in a message: without its password."""
    url = parse_url(settings_url)
    if url.get_backend_name() == "sqlite":
        return f"archive {url.database or '(in memory)'}"
    return f"archive {url.render_as_string(hide_password=True)}"


def stored_version(engine: Engine) -> str | None:
    """The migration that the archive stands at; None where nothing is stored yet."""
    with engine.connect() as conn:
        if not inspect(conn).has_table("alembic_version"):
            return None
        version: str | None = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return version


def version_problem(version: str | None) -> str | None:
    """Why an archive at `version` cannot be used by this program; None if it can."""
    if version == HEAD:
        return None
    if version is None:
        return "there is no archive yet; `utblick scan` or `utblick db upgrade` makes one"
    if version > HEAD:
        return f"made by a newer Utblick ({version}, this program knows {HEAD}); install the newer program"
    return f"stands at {version}, this program needs {HEAD}; run `utblick db backup`, then `utblick db upgrade`"


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that sees one state and stores nothing.

    Raises:
        ArchiveError: the database fails; the message says how.
    """
    with explained(str(engine.url)), engine.connect() as conn:
        yield conn


@contextmanager
def writing(engine: Engine, *, dry_run: bool = False) -> Iterator[Connection]:
    """A transaction that is stored at the end, or rolled back on an error and in a dry run.

    SQLite takes its write lock at once, so that two writers wait for each other instead of failing midway.

    Raises:
        ArchiveError: locked, read-only, disk full, unreachable; the message says which.
    """
    with explained(str(engine.url)), engine.connect().execution_options(utblick_write=True) as conn:
        transaction = conn.begin()
        with transaction:
            yield conn
            if dry_run:
                transaction.rollback()


@contextmanager
def explained(settings_url: str) -> Iterator[None]:
    """Turn a database error into one line that a person can act on."""
    try:
        yield
    except DBAPIError as exc:
        raise ArchiveError(f"{shown(settings_url)}: {_reason(exc)}") from exc
    except SQLAlchemyError as exc:
        raise ArchiveError(f"{shown(settings_url)}: {_one_line(str(exc))}") from exc


_REASONS = {
    "database is locked": "locked by another program; try again when it has finished",
    "readonly database": "may not be written; check the owner and rights of file and folder",
    "unable to open": "cannot be opened; check that the folder exists and may be written",
    "disk is full": "the disk is full; nothing of this step was stored",
    "disk i/o error": "the disk failed (full or broken); nothing of this step was stored",
    "file is not a database": "is not an Utblick archive (not a SQLite file)",
    "malformed": "is damaged; `utblick db restore` puts a backup back",
}


def _reason(exc: DBAPIError) -> str:
    message = str(exc.orig)
    for sign, reason in _REASONS.items():
        if sign in message.lower():
            return reason
    return _one_line(message)


def _one_line(message: str) -> str:
    return " ".join(message.split())[:300]


def _sqlite(url: URL, *, create: bool) -> Engine:
    if url.database and url.database != ":memory:":
        path = Path(url.database)
        if not create and not path.exists():
            raise ArchiveError(f"archive {path}: there is no archive yet; `utblick scan` makes one")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise ArchiveError(f"archive {path}: the folder cannot be made: {exc.strerror}") from exc
    # A letter reads some ten thousand JSON values: the standard library's reader takes three times as long.
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, json_deserializer=from_json)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _postgres(url: URL) -> Engine:
    url = url.set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(url, pool_pre_ping=True, json_deserializer=from_json)
    except (ModuleNotFoundError, NoSuchModuleError) as exc:
        raise ArchiveError("PostgreSQL needs psycopg: install `utblick[postgres]`") from exc
    event.listen(engine, "connect", _plan_honestly)
    return engine


def _plan_honestly(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """Tell PostgreSQL's planner what our statements cost.

    It takes a match with a full-text vector for as cheap as a comparison of two numbers. But vectors lie outside
    of their rows: it read all of them, half a second for 100,000 documents, where the index knew what matches.
    Workers and compiled code are for reports, not for many short questions at once.
    """
    cursor = connection.cursor()
    for setting in ("cpu_operator_cost = 0.3", "max_parallel_workers_per_gather = 0", "jit = off"):
        cursor.execute(f"SET {setting}")
    cursor.close()
    connection.commit()


def _prepare(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling commits before DDL and takes the lock late; we say BEGIN ourselves.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        "cache_size = -65536",
        # The most that SQLite maps. Every commit of a scan empties all readers' caches; what is mapped stays.
        "mmap_size = 2147418112",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(conn: Connection) -> None:
    write = conn.get_execution_options().get("utblick_write", False)
    conn.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
