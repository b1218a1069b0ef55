"""Archives to test with: SQLite in a file, and PostgreSQL where its programs are found."""

import os
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
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
    # Nothing here outlives the tests, so nothing has to survive a loss of power, and nobody tidies up meanwhile.
    settings = ("fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "autovacuum=off")
    quick = " ".join(f"-c {setting}" for setting in settings)
    run(f"{programs}/initdb", "-D", data, "-U", "utblick", "--auth=trust", "--encoding=UTF8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {quick}"
    run(f"{programs}/pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://utblick@127.0.0.1:{port}"
    finally:
        run(f"{programs}/pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty archive in a file, for copying: making one takes a hundred times as long."""
    path = tmp_path_factory.mktemp("made") / "utblick.db"
    open_archive(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(scope="session")
def made_in_postgres(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Makes copies of an empty archive and gives their addresses."""
    open_archive(f"{postgres_server}/template1").dispose()  # of which every new database is a copy
    url = postgres_server.replace("postgresql", "postgresql+psycopg", 1) + "/postgres"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")

    def copy() -> str:
        name = f"t{uuid.uuid4().hex}"
        with admin.connect() as conn:
            conn.execute(text(f"CREATE DATABASE {name}"))
        return f"{postgres_server}/{name}"

    yield copy
    admin.dispose()


def new_archive(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty archive of one's own."""
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("made"), folder / "utblick.db")
        return f"sqlite:///{folder / 'utblick.db'}"
    copy: Callable[[], str] = request.getfixturevalue("made_in_postgres")
    return copy()


@pytest.fixture(params=["sqlite", "postgresql"])
def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty archive, once for each kind of database."""
    return new_archive(request.param, tmp_path, request)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lasting_archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An archive for a whole module of tests that only read it."""
    engine = open_archive(new_archive(request.param, tmp_path_factory.mktemp("archive"), request))
    yield engine
    engine.dispose()


@pytest.fixture
def archive(archive_url: str) -> Iterator[Engine]:
    """An empty archive, once for each kind of database."""
    engine = open_archive(archive_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_archive(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An empty archive in a file."""
    engine = open_archive(new_archive("sqlite", tmp_path, request))
    yield engine
    engine.dispose()
