"""Archives to test with: SQLite in a file, and PostgreSQL where its programs are found."""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from monitor.archive.engine import open_archive


def _postgres_programs() -> Path | None:
    found = shutil.which("initdb")
    candidates = [Path(found).parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((path for path in candidates if (path / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, without its database name."""
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL programs (initdb) on this machine")
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    # Not below pytest's own folder, whose rights every other run of pytest sets anew.
    folder = Path(tempfile.mkdtemp(prefix="utblick-postgres-"))
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=120)

    data = str(folder / "data")
    run(f"{programs}/initdb", "-D", data, "-U", "utblick", "--auth=trust", "--encoding=UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    run(f"{programs}/pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://utblick@127.0.0.1:{port}"
    finally:
        run(f"{programs}/pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def new_database(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'utblick.db'}"
    server: str = request.getfixturevalue("postgres_server")
    name = f"t{uuid.uuid4().hex}"
    admin = create_engine(server.replace("postgresql", "postgresql+psycopg", 1) + "/postgres")
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return f"{server}/{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once for each kind."""
    return new_database(request.param, tmp_path, request)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting_archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An archive for a whole module of tests that only read it."""
    engine = open_archive(new_database(request.param, tmp_path_factory.mktemp("archive"), request))
    yield engine
    engine.dispose()


@pytest.fixture
def archive(archive_url: str) -> Iterator[Engine]:
    """An empty archive, once for each kind of database."""
    engine = open_archive(archive_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_archive(tmp_path: Path) -> Iterator[Engine]:
    """An empty archive in a file."""
    engine = open_archive(f"sqlite:///{tmp_path / 'utblick.db'}")
    yield engine
    engine.dispose()
