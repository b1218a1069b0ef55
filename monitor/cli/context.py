"""What a command is given besides its own options: the clock, the settings, the archive."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from config.settings import Settings

CLOCK = "utblick.now"
DEBUG = "utblick.debug"


def parse_now(text: str) -> datetime:
    """An ISO 8601 day or moment as an aware datetime; a day means its noon, no zone means UTC.

    Raises:
        click.BadParameter: not ISO 8601.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise click.BadParameter(f"{text!r} is not ISO 8601, such as 2026-11-23 or 2026-11-23T08:00+01:00") from exc
    if len(text) == len("2026-11-23"):
        moment = moment.replace(hour=12)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def settings() -> Settings:
    """The settings in force, with `--now` if it was given.

    Raises:
        config.errors.ConfigError: a wrong setting.
    """
    from config.settings import load_settings

    context = click.get_current_context(silent=True)
    return load_settings(now=context.find_root().meta.get(CLOCK) if context else None)


def clock(chosen: Settings) -> datetime:
    """The present moment (aware, UTC): the fixed one of the settings, or the real one."""
    return (chosen.now or datetime.now(UTC)).astimezone(UTC)


@contextmanager
def archive(chosen: Settings | None = None) -> Iterator[Engine]:
    """The archive of the settings in force, opened and brought up to date, closed afterwards.

    Raises:
        monitor.errors.MonitorError: the database cannot be opened.
    """
    from monitor.archive.engine import open_archive

    engine = open_archive((chosen or settings()).database)
    try:
        yield engine
    finally:
        engine.dispose()
