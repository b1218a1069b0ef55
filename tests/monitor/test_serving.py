"""The scheduler as processes: nothing is done twice, nothing is missed, and it ends when it is asked to."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time as clocks
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select

from config.settings import load_settings
from config.sources import Evidence, Source
from monitor import example
from monitor.archive.claims import claim
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.letters import delivery
from monitor.archive.operations import Task, claim_duty, find_duty, finish_duty, put_off_duty
from monitor.archive.scans import Counts, End, record_attempts, start_scan
from monitor.archive.schema import attempt, scan, source_state
from monitor.cli.app import run
from monitor.core.zone import ZONE
from monitor.delivery.subscribers import add
from monitor.serving import Scheduler, letter_moment
from spiders.finding import Attempt, Outcome
from tests.monitor.mail_server import running

DUE = 200
EMPTY = b'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title><link>x</link></channel></rss>'
MONDAY = datetime(2026, 11, 23, 7, tzinfo=ZONE)


@contextmanager
def feeds() -> Iterator[tuple[str, Counter[str]]]:
    """A server of feeds without items, and how often each was asked for."""
    asked: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the library's name
            asked[self.path] += 1
            known = self.path.endswith(".xml")
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(EMPTY) if known else 0))
            self.end_headers()
            self.wfile.write(EMPTY if known else b"")

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def overlay(folder: Path, address: str, count: int) -> Path:
    """A configuration that declares `count` feeds at `address` and no other source."""
    (folder / "sources").mkdir(parents=True)
    for shipped in (files("config") / "sources").iterdir():
        (folder / "sources" / shipped.name).write_text("")
    common = (
        'platform = "feed"\ntitle = "F"\nowner = "o"\ndelay = 0\nper_host = 8\n'
        'evidence = {certainty = "documented"}\nexpect = {may_be_empty = true}'
    )
    tables = [
        f'[[source]]\nid = "feed-{number}"\nurl = "{address}/{number}.xml"\n{common}' for number in range(count)
    ]
    (folder / "sources" / "own.toml").write_text("\n".join(tables))
    return folder


def test_two_schedulers_run_each_of_200_due_sources_once(
    archive: Engine, archive_url: str, tmp_path: Path
) -> None:
    with feeds() as (address, asked):
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("UTBLICK_")},
            "UTBLICK_DATABASE_URL": archive_url,
            "UTBLICK_DATA_DIR": str(tmp_path / "var"),
            "UTBLICK_EMBEDDINGS": "off",
            "UTBLICK_CONFIG": str(overlay(tmp_path / "config", address, DUE)),
            "UTBLICK_ALLOW_PRIVATE_ADDRESSES": "true",
            "UTBLICK_LETTER_AT": "never",
        }
        command = [sys.executable, "-m", "monitor", "serve", "--no-web"]
        both = [
            subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        try:
            wait_until(lambda: count(archive) >= DUE and idle(archive))
            clocks.sleep(1)
        finally:
            for process in both:
                process.send_signal(signal.SIGTERM)
            said = [process.communicate(timeout=60)[1] for process in both]
        assert [process.returncode for process in both] == [0, 0], said
        del asked["/robots.txt"]
        assert asked == {f"/{number}.xml": 1 for number in range(DUE)}
    with reading(archive) as conn:
        rows = conn.execute(select(attempt.c.source, attempt.c.outcome)).all()
    assert Counter(row.source for row in rows) == {f"feed-{number}": 1 for number in range(DUE)}
    assert {row.outcome for row in rows} == {"empty"}


def count(archive: Engine) -> int:
    with reading(archive) as conn:
        return conn.execute(select(func.count()).select_from(attempt)).scalar_one()


def idle(archive: Engine) -> bool:
    with reading(archive) as conn:
        held = select(func.count()).where(source_state.c.claimed_by.is_not(None))
        return conn.execute(held).scalar_one() == 0


def wait_until(holds: Any, seconds: float = 90) -> None:
    end = clocks.monotonic() + seconds
    while not holds():
        assert clocks.monotonic() < end, "not within its time"
        clocks.sleep(0.2)


def test_four_processes_that_claim_one_by_one_run_each_due_source_once(archive: Engine, archive_url: str) -> None:
    """Each works through the whole list at its own pace: what another has just finished is no longer due."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work_through, args=(archive_url, seed)) for seed in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * 4
    with reading(archive) as conn:
        rows = conn.execute(select(attempt.c.source, attempt.c.scan)).all()
    assert Counter(row.source for row in rows) == {f"s-{number}": 1 for number in range(DUE)}
    assert len({row.scan for row in rows}) > 1, "one alone did everything: the claim was not tested"


def work_through(url: str, seed: int) -> None:
    engine = open_archive(url)
    now = datetime(2026, 11, 23, 6, tzinfo=UTC)
    with writing(engine) as conn:
        number = start_scan(conn, now, "schedule")
    for position in range(DUE):
        source = declared(f"s-{(position * 7 + seed) % DUE}")
        with writing(engine) as conn:
            ours = claim(conn, [source], f"worker/{seed}", now, due=True)
        if ours:
            clocks.sleep(0.002)
            ended = Attempt(source.id, Outcome.EMPTY, 1, 0, 0, (), None, 0.0)
            with writing(engine) as conn:
                record_attempts(conn, number, [End(source, ended, Counts())], now=now)
    engine.dispose()


def declared(name: str) -> Source:
    url = "https://a.example/feed"
    evidence = Evidence(certainty="documented")
    return Source(id=name, platform="feed", title=name, owner="o", url=url, evidence=evidence)


def test_a_task_is_done_once_put_off_and_taken_over(archive: Engine) -> None:
    task, now, lease = Task("letter", "2026-W48"), MONDAY, timedelta(hours=2)
    with writing(archive) as conn:
        assert claim_duty(conn, task, "a/1", now, lease)
        assert not claim_duty(conn, task, "b/1", now, lease)
        assert claim_duty(conn, task, "b/1", now + lease, lease), "the first one's lease is over"
        finish_duty(conn, task, "a/1", now, "too late")
        put_off_duty(conn, task, "b/1", now + lease * 2, "mail server down")
        assert not claim_duty(conn, task, "a/1", now + lease, lease)
        assert claim_duty(conn, task, "a/1", now + lease * 2, lease)
        finish_duty(conn, task, "a/1", now + lease * 2, "3 sent")
        assert not claim_duty(conn, task, "b/1", now + lease * 9, lease)
        known = find_duty(conn, task)
    assert known is not None
    assert (known.tries, known.note, known.done_at) == (3, "3 sent", now + lease * 2)


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        ("2026-10-26T06:00+01:00", "2026-10-26T07:00+01:00"),
        ("2026-10-25T06:00+01:00", "2026-10-19T07:00+02:00"),
        ("2027-03-28T12:00+02:00", "2027-03-22T07:00+01:00"),
        ("2027-03-29T12:00+02:00", "2027-03-29T07:00+02:00"),
    ],
)
def test_the_letter_leaves_at_its_hour_on_the_wall(now: str, moment: str) -> None:
    found = letter_moment("monday 07:00", datetime.fromisoformat(now), ZONE)
    assert found == datetime.fromisoformat(moment)
    assert letter_moment("never", datetime.fromisoformat(now), ZONE) is None


def test_the_weekly_letter_is_sent_once_and_only_from_its_moment_on(tmp_path: Path) -> None:
    with running() as server:
        settings = load_settings(
            data_dir=tmp_path,
            config=example.overlay(),
            smtp_port=server.port,
            smtp_host="127.0.0.1",
            smtp_security="none",
        )
        engine = open_archive(settings.database)
        moment = MONDAY - timedelta(days=3)
        schedulers = [Scheduler(engine, settings, lambda: moment) for _ in range(2)]
        with writing(engine) as conn:
            conn.execute(insert(scan).values(started=moment - timedelta(days=8), trigger="command"))
            add(conn, "namn@example.org", now=moment)
        # The week before was begun with an archive: its letter is sent late rather than never.
        assert "1 sent" in (schedulers[0].send_letter() or "")
        assert schedulers[1].send_letter() is None
        moment = MONDAY - timedelta(minutes=1)
        assert schedulers[0].send_letter() is None
        moment = MONDAY + timedelta(hours=30)
        assert "1 sent" in (schedulers[1].send_letter() or "")
        assert schedulers[0].send_letter() is None
        with reading(engine) as conn:
            assert conn.execute(select(func.count()).select_from(delivery)).scalar_one() == 2
        engine.dispose()


def test_a_new_archive_has_missed_no_letter(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, config=example.overlay(), smtp_port=1)
    engine = open_archive(settings.database)
    scheduler = Scheduler(engine, settings, lambda: MONDAY + timedelta(days=2))
    assert scheduler.send_letter() is None
    with writing(engine) as conn:
        conn.execute(insert(scan).values(started=MONDAY + timedelta(days=1), trigger="command"))
    assert scheduler.send_letter() is None
    engine.dispose()


def test_a_mail_server_that_is_away_puts_the_letter_off(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path, config=example.overlay(), smtp_port=1, smtp_host="127.0.0.1")
    engine = open_archive(settings.database)
    moment = MONDAY + timedelta(minutes=1)
    with writing(engine) as conn:
        conn.execute(insert(scan).values(started=MONDAY - timedelta(days=8), trigger="command"))
        add(conn, "namn@example.org", now=moment)
    note = Scheduler(engine, settings, lambda: moment).send_letter()
    assert note is not None
    assert "1 waiting" in note
    with reading(engine) as conn:
        known = find_duty(conn, Task("letter", "2026-W48"))
    assert known is not None
    assert known.done_at is None
    assert known.not_before is not None
    assert known.not_before > moment
    engine.dispose()


def test_without_the_pages_serve_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "monitor.web", None)
    assert run(["serve"]) == 1
    assert "--no-web" in capsys.readouterr().err


def test_cron_reads_what_is_due_once(tmp_path: Path) -> None:
    with feeds() as (address, asked):
        environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("UTBLICK_")},
            "UTBLICK_DATA_DIR": str(tmp_path / "var"),
            "UTBLICK_CONFIG": str(overlay(tmp_path / "config", address, 3)),
            "UTBLICK_ALLOW_PRIVATE_ADDRESSES": "true",
        }
        command = [sys.executable, "-m", "monitor", "scan", "--due", "--no-rating", "--json", "--now"]
        reports = [
            json.loads(
                subprocess.run(
                    [*command, day], env=environment, cwd=tmp_path, check=True, capture_output=True
                ).stdout
            )
            for day in ("2026-11-23", "2026-11-23", "2026-11-24")
        ]
        assert [len(report["sources"]) for report in reports] == [3, 0, 3]
        assert asked["/0.xml"] == 2
