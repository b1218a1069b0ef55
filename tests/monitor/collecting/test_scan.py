"""Whole scans: recorded answers replayed, twice and over time, against an independent reading of them."""

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time as clocks
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from config.settings import Settings, load_settings
from config.sources import Source, load_sources
from config.sources import select as pick
from monitor import example
from monitor.archive.engine import open_archive, reading
from monitor.archive.schema import document, revision
from monitor.collecting.scan import ScanReport, recorded, scan
from spiders.finding import Outcome

LIST_DAYS = ("2025-04-05", "2025-07-16", "2025-10-13", "2026-01-10")


def settings_at(folder: Path, moment: str, **more: Any) -> Settings:
    return load_settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'utblick.db'}",
        now=datetime.fromisoformat(moment).replace(tzinfo=UTC),
        **more,
    )


def run(settings: Settings, library: Path, sources: tuple[Source, ...], **more: Any) -> ScanReport:
    moment = settings.now
    assert moment is not None
    engine = open_archive(settings.database)
    try:
        return scan(engine, sources, settings, clock=lambda: moment, replay=library, **more)
    finally:
        engine.dispose()


def said(row: dict[str, Any]) -> dict[str, Any]:
    """What a list row states, read independently of the parser: without order, blanks and repeated codes."""
    own = {*row["types"], *row["senders"]}
    return {
        "title": " ".join(row["title"].split()),
        "published": row["published"],
        "summary": " ".join((row.get("summary") or "").split()),
        "categories": sorted(set(row["categories"]) - own),
        "types": sorted(row["types"]),
        "senders": sorted(row["senders"]),
        "attachments": sorted(one["url"] for one in row["attachments"]),
        "number": "".join((row["id"] or "").split()),
        # A link says something only if it names a file: a change of links may be a change, the rest must be.
        "links": tuple(sorted((one["name"], one["url"]) for one in row["shortcuts"])),
    }


def test_dated_memo_lists_give_exactly_their_differences(shared: Path, tmp_path: Path) -> None:
    library = shared / "payloads"
    (source,) = pick(load_sources(), ["g0v-faktapromemoria"])
    # Page texts older than the day are not wanted here: the lists alone are compared.
    source = source.model_copy(update={"options": {**source.options, "texts_since_days": 0}})
    before: dict[str, dict[str, Any]] = {}
    for day in LIST_DAYS:
        path = library / "g0v" / "lists" / f"faktapromemoria__{day}.json.gz"
        rows = {row["url"]: said(row) for row in json.loads(gzip.decompress(path.read_bytes()))}
        new = {url for url in rows if url not in before}
        changed = {url for url in rows if url in before and rows[url] != before[url]}
        settings = settings_at(tmp_path, f"{day}T12:00")
        (report,) = run(settings, library, (source,)).sources
        # Pages of changed rows are asked for too; not all of them are recorded.
        assert report.attempt.outcome in (Outcome.CHANGED, Outcome.PARTIAL), report.attempt.error
        assert report.counts.new == len(new), day
        reported = changed_on(settings)
        assert report.counts.changed == len(reported)
        stated = {url for url in changed if {**rows[url], "links": ()} != {**before[url], "links": ()}}
        assert stated <= reported <= changed, day
        before = rows


def changed_on(settings: Settings) -> set[str]:
    """Keys of the documents with a revision seen at the settings' moment."""
    engine = open_archive(settings.database)
    with reading(engine) as conn:
        query = select(document.c.key).join(revision).where(revision.c.seen_at == settings.now)
        found = set(conn.execute(query).scalars())
    engine.dispose()
    return found


def test_a_scan_repeated_on_the_same_answers_finds_nothing_new(tmp_path: Path) -> None:
    settings = settings_at(tmp_path, "2026-11-23T07:00", config=example.overlay())
    moment, engine = datetime(2026, 11, 23, 7, tzinfo=UTC), open_archive(settings.database)
    sources = recorded(engine, load_sources(settings.config), example.library(), moment)
    engine.dispose()
    first = run(settings, example.library(), sources)
    assert sum(one.counts.new for one in first.sources) > 40
    again = run(settings, example.library(), sources)
    assert {one.source.id: (one.counts.new, one.counts.changed) for one in again.sources} == {
        source.id: (0, 0) for source in sources
    }
    assert {one.attempt.outcome for one in again.sources} <= {Outcome.UNCHANGED, Outcome.EMPTY}


def test_a_dry_run_stores_nothing_and_says_what_it_would(tmp_path: Path) -> None:
    settings = settings_at(tmp_path, "2026-11-23T07:00", config=example.overlay())
    sources = pick(load_sources(settings.config), ["hys-open"])
    report = run(settings, example.library(), sources, dry_run=True)
    assert report.number is None
    assert len(report.planned) >= 10
    engine = open_archive(settings.database)
    assert stored(engine) == {}
    engine.dispose()
    assert not list(settings.captures.rglob("*.gz"))


@pytest.mark.parametrize("seed", range(4))
def test_killed_at_random_moments_nothing_is_lost_and_nothing_doubled(tmp_path: Path, seed: int) -> None:
    """Five kills in each of four runs: twenty moments, parent and child together."""
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    complete(whole)
    chance = random.Random(seed)
    for _ in range(5):
        process = subprocess.Popen(
            command(), env=environment(killed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        clocks.sleep(chance.uniform(0.8, 4.5))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
    complete(killed)
    engines = [open_archive(f"sqlite:///{folder / 'utblick.db'}") for folder in (whole, killed)]
    expected, found = (stored(engine) for engine in engines)
    assert found == expected
    with reading(engines[1]) as conn:
        assert conn.execute(select(func.count()).select_from(revision)).scalar_one() == 0
    for engine in engines:
        engine.dispose()


def stored(engine: Engine) -> dict[tuple[str, str], str]:
    """Every document with the fingerprint of what it says."""
    with reading(engine) as conn:
        rows = conn.execute(select(document.c.source, document.c.key, document.c.fingerprint))
        return {(row.source, row.key): row.fingerprint for row in rows}


def command() -> list[str]:
    return [sys.executable, "-m", "monitor", "scan", "--replay", str(example.library()), "--no-rating", "--json"]


def environment(folder: Path) -> dict[str, str]:
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("UTBLICK_")},
        "UTBLICK_DATA_DIR": str(folder),
        "UTBLICK_CONFIG": str(example.overlay()),
        "UTBLICK_NOW": "2026-11-23T07:00:00+00:00",
    }


def complete(folder: Path) -> None:
    subprocess.run(command(), env=environment(folder), stdout=subprocess.DEVNULL, check=True)
