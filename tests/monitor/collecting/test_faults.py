"""What goes wrong while a scan runs: full disk, Ctrl-C, locked archive. One line, status 1, archive intact."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from monitor import example

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Own</title>
<item><guid>{guid}</guid><title>Remiss {guid}</title><link>http://example.org/{guid}</link></item></channel></rss>"""


@pytest.fixture
def slow_server() -> Iterator[str]:
    """A feed that answers at once below /quick and after a long while below /slow."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            if self.path.startswith("/slow"):
                time.sleep(20)
            body = FEED.format(guid=self.path.strip("/")).encode()
            self.send_response(404 if self.path == "/robots.txt" else 200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(BrokenPipeError):  # the reader was interrupted
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...  # the library's name

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def configured(folder: Path, base: str, names: list[str]) -> dict[str, str]:
    """An environment whose sources are feeds of `base`, one per name."""
    sources = folder / "config" / "sources"
    sources.mkdir(parents=True)
    for shipped in (Path(example.__file__).parents[2] / "config" / "sources").glob("*.toml"):
        (sources / shipped.name).write_text("")
    (sources / "own.toml").write_text(
        "\n".join(
            f'[[source]]\nid = "{name}"\nurl = "{base}/{name}"\nplatform = "feed"\ntitle = "{name}"\n'
            'owner = "we"\ndelay = 0\nevidence = { certainty = "inferred" }\n'
            for name in names
        )
    )
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("UTBLICK_")},
        "UTBLICK_CONFIG": str(folder / "config"),
        "UTBLICK_DATA_DIR": str(folder / "var"),
        "UTBLICK_EMBEDDINGS": "off",
        "UTBLICK_ALLOW_PRIVATE_ADDRESSES": "true",
    }


def utblick(*words: str, env: dict[str, str], before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "monitor", *words],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,  # noqa: PLW1509  # sets a limit and nothing else, and no thread runs here yet
    )


def make_archive(env: dict[str, str]) -> None:
    made = utblick("db", "upgrade", env=env)
    _, error = made.communicate(timeout=60)
    assert made.returncode == 0, error


def keys(folder: Path) -> set[str]:
    conn = sqlite3.connect(folder / "var" / "utblick.db")
    try:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {row[0] for row in conn.execute("SELECT key FROM document")}
    finally:
        conn.close()


def test_ctrl_c_keeps_what_was_read_and_the_next_scan_continues(tmp_path: Path, slow_server: str) -> None:
    env = configured(tmp_path, slow_server, ["quick", "slow"])
    process = utblick("scan", "--no-rating", env=env)
    database = tmp_path / "var" / "utblick.db"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (database.exists() and "quick" in _known(database)):
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "interrupted" in error
    assert "Traceback" not in error
    assert keys(tmp_path) == {"quick"}
    again = utblick("scan", "quick", "--no-rating", "--json", env=env)
    out, error = again.communicate(timeout=60)
    assert again.returncode == 0, error
    assert '"new": 0' in out


def _known(database: Path) -> set[str]:
    conn = sqlite3.connect(database)
    try:
        return {row[0] for row in conn.execute("SELECT key FROM document")}
    except sqlite3.OperationalError:  # the tables are not made yet
        return set()
    finally:
        conn.close()


def _little_room() -> None:
    # No file may grow beyond this: what a full disk looks like to the program that writes.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (560_000, 560_000))


def test_a_full_disk_is_said_in_one_line_and_the_next_scan_completes(tmp_path: Path) -> None:
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("UTBLICK_")},
        "UTBLICK_CONFIG": str(example.overlay()),
        "UTBLICK_DATA_DIR": str(tmp_path / "var"),
        "UTBLICK_NOW": "2026-11-23T07:00:00+00:00",
    }
    words = ("scan", "--replay", str(example.library()), "--no-rating", "--json")
    make_archive(env)
    full = utblick(*words, env=env, before=_little_room)
    _, error = full.communicate(timeout=120)
    assert full.returncode == 1
    assert "disk" in error
    assert "Traceback" not in error
    before = keys(tmp_path)
    again = utblick(*words, env=env)
    out, error = again.communicate(timeout=120)
    assert again.returncode == 0, error
    assert before < keys(tmp_path)
    assert '"changed": 0' in out


def test_a_locked_archive_is_said(tmp_path: Path, slow_server: str) -> None:
    env = configured(tmp_path, slow_server, ["quick"])
    make_archive(env)
    holder = sqlite3.connect(tmp_path / "var" / "utblick.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        blocked = utblick("scan", "--no-rating", env=env)
        _, error = blocked.communicate(timeout=90)
    finally:
        holder.close()
    assert blocked.returncode == 1
    assert "locked" in error
    assert error.count("\n") == 1
