"""Stored responses read again, and removed when they were kept long enough."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from config.settings import Settings, load_settings
from config.sources import Source, load_sources
from monitor import example
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.operations import Task, find_duty
from monitor.archive.schema import attempt, capture, document, page, revision, source_state
from monitor.archive.schema import scan as scan_table
from monitor.cli.app import run
from monitor.collecting.rescan import Rescan, RescanError, rescan
from monitor.collecting.scan import recorded, scan
from monitor.doctor import State, examine
from monitor.serving import Scheduler
from monitor.sources.retention import clean
from spiders.finding import Outcome
from tests.spiders import hostile_server
from tests.spiders.conftest import declared
from tests.spiders.hostile_server import HostileServer

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with hostile_server.running() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path, allow_private_addresses=True)


def read(engine: Engine, source: Source, settings: Settings, now: datetime) -> Outcome:
    report = scan(engine, (source,), settings.model_copy(update={"now": now}), clock=lambda: now)
    return report.sources[0].attempt.outcome


def again(engine: Engine, source: Source, settings: Settings, now: datetime, **more: Any) -> Rescan:
    return rescan(engine, source, settings.captures, clock=lambda: now, **more)


def state(engine: Engine) -> dict[str, list[Any]]:
    """Everything a rescan might touch, save the list of scans."""
    with reading(engine) as conn:
        return {
            table.name: [tuple(row) for row in conn.execute(select(table).order_by(*table.primary_key.columns))]
            for table in (document, revision, attempt, source_state, capture)
        }


def test_reading_the_same_responses_again_changes_nothing(tmp_path: Path) -> None:
    """The whole example, all platforms in it: lists, details, texts."""
    settings = load_settings(data_dir=tmp_path, config=example.overlay(), now=NOW)
    engine = open_archive(settings.database)
    sources = recorded(engine, load_sources(settings.config), example.library(), NOW)
    for moment in (NOW - 21 * DAY, NOW - 7 * DAY, NOW):
        dated = settings.model_copy(update={"now": moment})
        scan(engine, sources, dated, clock=lambda: moment, replay=example.library())  # noqa: B023  # ends within
    before = state(engine)
    for source in sources:
        done = again(engine, source, settings, NOW + DAY)
        assert (done.new, done.changed, done.troubles) == (0, 0, ()), source.id
        assert done.read + done.unknown == done.captures
        assert done.unknown == 0, source.id
        assert done.findings > 0, source.id
    after = state(engine)
    assert [row for row in after["document"] if row not in before["document"]] == []
    assert after == before
    engine.dispose()


def test_a_repaired_parser_corrects_silently_and_what_was_unread_is_news(
    server: HostileServer, settings: Settings, sqlite_archive: Engine
) -> None:
    source = declared("mended", server.url("/mended"))
    server.pages["/mended"] = {"items": [{"id": "a", "title": "One"}, {"id": "b", "title": "Two"}]}
    assert read(sqlite_archive, source, settings, NOW) is Outcome.CHANGED
    server.pages["/mended"] = {"rows": [{"id": "b", "title": "Two, changed"}, {"id": "c", "title": "Three"}]}
    assert read(sqlite_archive, source, settings, NOW + DAY) is Outcome.DRIFTED
    asked = len(server.asked("/mended"))

    repaired = source.model_copy(update={"platform": "tests.monitor.mended:Mended"})
    planned = again(sqlite_archive, repaired, settings, NOW + 2 * DAY, dry_run=True)
    done = again(sqlite_archive, repaired, settings, NOW + 2 * DAY)
    assert (planned.new, planned.changed) == (done.new, done.changed)
    assert (done.captures, done.read, done.new, done.changed, done.troubles) == (2, 2, 1, 2, ())
    with reading(sqlite_archive) as conn:
        titles = {row.key: row.title_en for row in conn.execute(select(document.c.key, document.c.title_en))}
        news = conn.execute(select(document.c.key, revision.c.field).join(document)).all()
        seen = set(conn.execute(select(document.c.last_seen).where(document.c.key == "a")).scalars())
        trigger = conn.execute(select(scan_table.c.trigger).order_by(scan_table.c.id.desc()).limit(1)).scalar_one()
    assert titles == {"a": "ONE", "b": "TWO, CHANGED", "c": "THREE"}
    assert [tuple(row) for row in news] == [("b", "title")], "that all titles are now written large is no news"
    assert seen == {NOW}, "nobody has seen it since"
    assert trigger == "rescan"
    assert len(server.asked("/mended")) == asked, "nobody was asked"

    once_more = again(sqlite_archive, repaired, settings, NOW + 3 * DAY)
    assert (once_more.new, once_more.changed) == (0, 0)


def test_what_is_gone_stays_gone_and_a_bug_in_one_response_is_named(
    server: HostileServer, settings: Settings, sqlite_archive: Engine
) -> None:
    source = declared("leaving", server.url("/leaving"))
    server.pages["/leaving"] = {"items": [{"id": "a"}, {"id": "b"}]}
    read(sqlite_archive, source, settings, NOW)
    server.pages["/leaving"] = {"items": [{"id": "b"}]}
    for number in (1, 2):
        read(sqlite_archive, source, settings, NOW + number * DAY)
    server.pages["/leaving"] = {"items": "bug"}
    assert read(sqlite_archive, source, settings, NOW + 3 * DAY) is Outcome.FAILED
    done = again(sqlite_archive, source, settings, NOW + 4 * DAY)
    assert (done.new, done.changed, done.read) == (0, 0, 2)
    (trouble,) = done.troubles
    assert "KeyError" in trouble
    with reading(sqlite_archive) as conn:
        gone = conn.execute(select(document.c.gone_at).where(document.c.key == "a")).scalar_one()
    assert gone == NOW + 2 * DAY


def test_a_source_that_is_read_now_is_left_alone(
    server: HostileServer, settings: Settings, sqlite_archive: Engine
) -> None:
    source = declared("busy", server.url("/good"))
    with pytest.raises(RescanError, match="utblick scan busy"):
        again(sqlite_archive, source, settings, NOW)
    read(sqlite_archive, source, settings, NOW)
    with writing(sqlite_archive) as conn:
        conn.execute(update(source_state).values(claimed_by="elsewhere/1", claimed_until=NOW + 9 * DAY))
    with pytest.raises(RescanError, match="another scan"):
        again(sqlite_archive, source, settings, NOW + DAY)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", NOW.isoformat())
    assert run(["scan", "hys-open", "--replay", str(example.library()), "--no-rating"]) == 0
    capsys.readouterr()
    assert run(["rescan", "--from-captures", "hys-open", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["new"], said["changed"], said["unknown"]) == (0, 0, 0)
    assert said["read"] == said["captures"] > 1
    assert run(["rescan", "--from-captures", "hys-opne"]) == 2
    assert run(["rescan"]) == 2


# ---------------------------------------------------------------------------- retention


def test_bodies_go_when_they_were_kept_long_enough_and_their_hash_stays(
    server: HostileServer, settings: Settings, sqlite_archive: Engine
) -> None:
    short = declared("short", server.url("/short"), retention_days=30)
    long = declared("long", server.url("/long"), retention_days=300)
    for path in ("/short", "/long"):
        server.pages[path] = {"items": [{"id": "same"}]}
    for source in (short, long):
        read(sqlite_archive, source, settings, NOW)
    server.pages["/short"] = {"items": [{"id": "other"}]}
    read(sqlite_archive, short, settings, NOW)
    later = NOW + 40 * DAY
    server.pages["/short"] = {"items": [{"id": "young"}]}
    read(sqlite_archive, short, settings, later)
    files = {path for path in settings.captures.rglob("*") if path.is_file()}
    assert len(files) == 3, "two sources share a body"
    left_behind = settings.captures / "ab" / ".left.part"
    left_behind.parent.mkdir(exist_ok=True)
    left_behind.write_bytes(b"x")
    os.utime(left_behind, (later.timestamp(), later.timestamp()))

    sources = (short, long)
    planned = clean(sqlite_archive, sources, settings.captures, later, dry_run=True)
    assert planned.files == 1
    assert set(settings.captures.rglob("*.gz")) == files
    done = clean(sqlite_archive, sources, settings.captures, later)
    assert done == planned
    with reading(sqlite_archive) as conn:
        rows = conn.execute(select(capture.c.source, capture.c.stored, capture.c.sha256)).all()
    assert sorted((row.source, row.stored is not None) for row in rows) == [
        ("long", True),
        ("short", False),
        ("short", False),
        ("short", True),
    ]
    assert all(len(row.sha256) == 64 for row in rows)
    assert {settings.captures / row.stored for row in rows if row.stored} == set(settings.captures.rglob("*.gz"))
    assert left_behind.exists(), "a scan may be writing it"
    old = (later - 3 * DAY).timestamp()
    os.utime(left_behind, (old, old))
    assert clean(sqlite_archive, sources, settings.captures, later).files == 1
    assert not left_behind.exists()
    # The source that shared the body is no longer declared: it goes after a year.
    assert clean(sqlite_archive, (short,), settings.captures, NOW + 400 * DAY).files == 2


def test_the_scheduler_removes_once_a_day_and_the_doctor_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", NOW.isoformat())
    assert run(["scan", "hys-open", "--replay", str(example.library()), "--no-rating"]) == 0
    later = NOW + 800 * DAY
    settings = load_settings(now=later)
    (check,) = [one for one in examine(settings, later) if one.name == "captures"]
    assert check.state is State.WARNING
    assert "utblick db clean" in check.detail
    capsys.readouterr()
    assert run(["db", "clean", "--dry-run", "--now", later.isoformat()]) == 0
    assert "would remove" in capsys.readouterr().out
    engine = open_archive(settings.database)
    scheduler = Scheduler(engine, settings, lambda: later)
    done = scheduler.remove_old()
    assert done is not None
    assert done.files > 0
    assert scheduler.remove_old() is None
    with reading(engine) as conn:
        known = find_duty(conn, Task("retention", later.date().isoformat()))
        assert known is not None
        assert str(done.files) in (known.note or "")
        assert conn.execute(select(page.c.address).limit(1)).first() is not None, (
            "what is remembered of pages stays"
        )
    assert not list(settings.captures.rglob("*.gz"))
    (check,) = [one for one in examine(settings, later) if one.name == "captures"]
    assert check.state is State.GOOD
    engine.dispose()
