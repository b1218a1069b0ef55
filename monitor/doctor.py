"""What is configured, reachable, due and failing: one check a line, each with what to do."""

import os
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from config.calendar import load_calendar
from config.errors import ConfigError
from config.organisation import load_organisation
from config.settings import Settings
from config.sources import load_sources
from config.themes import load_themes
from monitor.archive.engine import connect, reading, shown
from monitor.archive.history import histories
from monitor.archive.migrating import check
from monitor.archive.scans import due_sources, source_health
from monitor.core.health import GRAVE, alarms
from monitor.errors import MonitorError
from monitor.founding import MARK, unfilled
from monitor.meaning.models import load_in_force
from monitor.sources.retention import clean
from spiders.registry import check as check_source

PROBE_SECONDS = 3.0
"""How long the mail server may take to accept a connection."""


class State(StrEnum):
    """How a check ended."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `detail` says what was found and, unless it is good, what to do."""

    name: str
    state: State
    detail: str


def examine(settings: Settings, now: datetime) -> list[Check]:
    """Every check, whatever the others found.

    Args:
        settings: those in force.
        now: the present moment (aware).
    """
    checks: list[Check] = []
    parts: dict[str, Callable[[], Iterator[Check]]] = {
        "configuration": lambda: _configuration(settings),
        "data folder": lambda: _folder(settings.data_dir),
        "archive": lambda: _archive(settings),
        "sources": lambda: _sources(settings, now),
        "captures": lambda: _captures(settings, now),
        "classifier": lambda: _classifier(settings),
        "mail server": lambda: _mail(settings),
        "login": lambda: _login(settings, now),
    }
    for name, part in parts.items():
        try:
            checks += part()
        except (ConfigError, MonitorError, OSError) as exc:
            checks.append(Check(name, State.BAD, " ".join(str(exc).split())))
    return checks


def _configuration(settings: Settings) -> Iterator[Check]:
    where = f"{settings.config} over the shipped files" if settings.config else "the shipped files"
    if settings.config and not settings.config.is_dir():
        yield Check("configuration", State.BAD, f"{settings.config}: no such folder (UTBLICK_CONFIG)")
        return
    organisation = load_organisation(settings.config)
    themes = load_themes(settings.config)
    yield Check("configuration", State.GOOD, f"{organisation.name}, {len(themes)} themes, from {where}")
    if settings.config and (marked := unfilled(settings.config)):
        where = ", ".join(f"{name} ({count})" for name, count in marked.items())
        yield Check("to fill in", State.WARNING, f"places marked {MARK}: {where}")
    calendar = load_calendar(settings.config)
    if calendar.meeting:
        yield Check("meeting calendar", State.GOOD, f"{len(calendar.meeting)} meetings")
    else:
        detail = "no meetings in calendar.toml: the letter cannot say by which day a body must decide"
        yield Check("meeting calendar", State.WARNING, detail)


def _folder(folder: Path) -> Iterator[Check]:
    folder.mkdir(parents=True, exist_ok=True)
    if os.access(folder, os.W_OK):
        yield Check("data folder", State.GOOD, f"{folder.resolve()}")
    else:
        yield Check("data folder", State.BAD, f"{folder.resolve()}: cannot be written; see UTBLICK_DATA_DIR")


def _login(settings: Settings, now: datetime) -> Iterator[Check]:
    """Whether people can log in at the provider; elsewhere there is nothing to ask."""
    if settings.web_login == "oidc":
        from monitor.web.provider import Provider

        Provider(settings, lambda: now).check()
        yield Check("login", State.GOOD, f"{settings.oidc_issuer}: describes itself and its keys")


def _archive(settings: Settings) -> Iterator[Check]:
    engine = connect(settings.database, create=True)
    try:
        found = check(engine)
    finally:
        engine.dispose()
    place = shown(settings.database)
    if found.version is None:
        yield Check("archive", State.WARNING, f"{place}: not made yet; the first scan makes it")
    elif found.problems:
        yield Check("archive", State.BAD, f"{place}: {'; '.join(found.problems)}")
    else:
        yield Check("archive", State.GOOD, f"{place}, version {found.version}")


def _sources(settings: Settings, now: datetime) -> Iterator[Check]:
    declared = load_sources(settings.config)
    for source in declared:
        check_source(source)
    enabled = [source for source in declared if source.enabled]
    yield Check("sources", State.GOOD, f"{len(declared)} declared, {len(enabled)} enabled")
    engine = connect(settings.database, create=True)
    try:
        if check(engine).version is None:
            return
        with reading(engine) as conn:
            health = source_health(conn)
            history = histories(conn, enabled, now)
            due = due_sources(conn, enabled, now)
    finally:
        engine.dispose()
    if due:
        yield Check("sources due", State.WARNING, f"{len(due)} of {len(enabled)}: `utblick scan --due` reads them")
    for source in enabled:
        found = alarms(history[source.id], source, now)
        for alarm in found:
            state = State.BAD if alarm.sign in GRAVE else State.WARNING
            yield Check(f"source {source.id}", state, f"{alarm.text} (`utblick sources show {source.id}`)")
        known = health.get(source.id)
        if not found and known and known.failing:
            detail = f"{known.outcome} {known.failing} times in a row: {known.error or ''}"
            yield Check(f"source {source.id}", State.WARNING, detail)


def _captures(settings: Settings, now: datetime) -> Iterator[Check]:
    engine = connect(settings.database, create=True)
    try:
        if check(engine).version is None:
            return
        old = clean(engine, load_sources(settings.config), settings.captures, now, dry_run=True)
    finally:
        engine.dispose()
    if old.files:
        size = f"{old.size / 1e6:.1f} MB"
        detail = f"{old.files} files ({size}) are past their retention: `utblick db clean` removes them"
        yield Check("captures", State.WARNING, detail)
    else:
        yield Check("captures", State.GOOD, f"{settings.captures}: none past its retention")


def _classifier(settings: Settings) -> Iterator[Check]:
    yield Check("classifier", State.GOOD, load_in_force(settings).version)


def _mail(settings: Settings) -> Iterator[Check]:
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with socket.create_connection((settings.smtp_host, settings.smtp_port), PROBE_SECONDS):
            yield Check("mail server", State.GOOD, f"{place} accepts connections ({settings.smtp_security})")
    except OSError as exc:
        reason = exc.strerror or str(exc)
        yield Check("mail server", State.WARNING, f"{place}: {reason}; see UTBLICK_SMTP_HOST, UTBLICK_SMTP_PORT")
