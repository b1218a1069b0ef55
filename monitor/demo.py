"""The whole way on shipped example data: scan, rate, publish, write the letter. No network, its own archive."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from sqlalchemy import Engine

from config.organisation import load_organisation
from config.settings import Settings, load_settings
from config.sources import load_sources
from digests.briefing import Briefing
from digests.message import message, message_id
from digests.render import render_html, render_text
from digests.weeks import week_of
from monitor import example
from monitor.archive.engine import open_archive, reading, writing
from monitor.collecting.scan import ScanReport, recorded, scan
from monitor.dossiers.filing import join_new
from monitor.errors import MonitorError
from monitor.following import estimated
from monitor.letters.briefing import Office, edit, gather, publish
from monitor.meaning.rating import rate_new
from monitor.meaning.twins import find_twins
from nlp.model import load

MARK = "utblick-demo"
"""A file of this name says that a folder is the demo's own and may be made anew."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo did: one scan per example day, how many documents were rated, the letter and its files."""

    folder: Path
    scans: tuple[ScanReport, ...]
    rated: int
    briefing: Briefing
    files: tuple[Path, ...]


def run(folder: Path, step: Callable[[str, int, int], None] | None = None) -> Demo:
    """Go the whole way in `folder`, which is made anew.

    Args:
        folder: the demo's data; must be new, empty or left by an earlier demo.
        step: hears (what begins, done steps, all steps).

    Raises:
        MonitorError: the folder holds something else.
        OSError: the folder cannot be written.
    """
    _clear(folder)
    tell = step or (lambda _what, _done, _all: None)
    total = len(example.DAYS) + 2
    tell("loading the classifier", 0, total)
    overlay = example.overlay()
    assessor = load(overlay=overlay)
    reports = []
    rated = 0
    settings = _settings(folder, example.DAYS[0])
    engine = open_archive(settings.database)
    try:
        for number, day in enumerate(example.DAYS, 1):
            tell(f"reading the sources of {day.isoformat()}", number, total)
            settings = _settings(folder, day)
            reports.append(_scan(engine, settings))
            rated += rate_new(engine, assessor, load_organisation(overlay), _clock(settings))
            find_twins(engine)
            join_new(engine, _clock(settings), overlay=settings.config)
            briefing = _publish(engine, settings)
        tell("writing the letter", total - 1, total)
        files = _write(folder, briefing, settings)
    finally:
        engine.dispose()
    tell("done", total, total)
    return Demo(folder, tuple(reports), rated, briefing, files)


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise MonitorError(f"{folder}: holds something else than a demo; choose another folder with --dir")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARK).write_text("Made by `utblick demo`, which makes it anew each time.\n", encoding="utf-8")


def settings_on(folder: Path, moment: datetime) -> Settings:
    """The demo's settings in `folder`, with the clock at `moment` (aware)."""
    return load_settings(
        config=example.overlay(),
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'utblick.db'}",
        now=moment,
    )


def _settings(folder: Path, day: date) -> Settings:
    return settings_on(folder, datetime.combine(day, time(7), tzinfo=UTC))


def _clock(settings: Settings) -> Callable[[], datetime]:
    fixed = settings.now or datetime.now(UTC)
    return lambda: fixed


def _scan(engine: Engine, settings: Settings) -> ScanReport:
    clock = _clock(settings)
    windows, library = estimated(settings), example.library()
    sources = recorded(engine, load_sources(settings.config), library, clock(), windows=windows)
    return scan(engine, sources, settings, clock=clock, trigger="replay", replay=library, windows=windows)


def _publish(engine: Engine, settings: Settings) -> Briefing:
    now = _clock(settings)()
    office = Office.of(settings)
    week = week_of(now.astimezone(office.organisation.zone).date())
    with reading(engine) as conn:
        material = gather(conn, office, week=week, now=now)
    with writing(engine) as conn:
        publish(conn, material)
    return edit(material)


def _write(folder: Path, briefing: Briefing, settings: Settings) -> tuple[Path, ...]:
    mail = message(
        briefing,
        to=example.SUBSCRIBER,
        sender=settings.mail_from,
        date=briefing.built_at,
        message_id=message_id(briefing, "demo"),
    )
    contents = {
        "letter.html": render_html(briefing).encode(),
        "letter.txt": render_text(briefing).encode(),
        "letter.eml": mail.as_bytes(),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in contents)
