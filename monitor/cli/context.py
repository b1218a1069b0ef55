"""What a command is given besides its own options: the clock, the settings, the archive."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from config.settings import Settings

_fixed: ContextVar[datetime | None] = ContextVar("now", default=None)


def fix_clock(now: str | None) -> None:
    """Take `now` (an ISO 8601 day, meaning its noon, or moment; no zone means UTC) as the present of this command.

    Raises:
        typer.BadParameter: not ISO 8601.
    """
    if now is None:
        _fixed.set(None)
        return
    try:
        moment = datetime.fromisoformat(now)
    except ValueError as exc:
        raise typer.BadParameter(
            f"--now: {now!r} is not ISO 8601, such as 2026-11-23 or 2026-11-23T08:00+01:00"
        ) from exc
    if len(now) == len("2026-11-23"):
        moment = moment.replace(hour=12)
    _fixed.set(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)


def settings() -> Settings:
    """The settings in force, with `--now` if it was given.

    Raises:
        config.errors.ConfigError: a wrong setting.
    """
    from config.settings import load_settings

    return load_settings(now=_fixed.get())


def clock(chosen: Settings) -> datetime:
    """The present moment (aware, UTC): the fixed one of the settings, or the real one."""
    return (chosen.now or datetime.now(UTC)).astimezone(UTC)


@contextmanager
def archive(chosen: Settings | None = None) -> Iterator[Engine]:
    """The archive of the settings in force, made if there is none yet, closed afterwards.

    Raises:
        monitor.archive.engine.ArchiveError: it cannot be used.
    """
    from monitor.archive.engine import open_archive

    engine = open_archive((chosen or settings()).database)
    try:
        yield engine
    finally:
        engine.dispose()
