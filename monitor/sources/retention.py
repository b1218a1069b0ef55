"""Raw responses are kept as long as declared; what was received, when and with which hash is known for good."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from config.sources import Source
from monitor.archive.captures import capture_sources, forget_files, known_files, outdated, shared
from monitor.archive.engine import reading, writing

UNDECLARED = timedelta(days=Source.model_fields["retention_days"].default)
"""How long responses of a source that is no longer declared are kept: as those of one that says nothing of it."""
ORPHAN = timedelta(days=2)
"""A file that no row speaks of may belong to a scan that has not stored it yet; after this time it does not."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was removed, or would be."""

    files: int
    size: int
    """Bytes on the disk."""


def clean(
    engine: Engine, sources: Iterable[Source], folder: Path, now: datetime, *, dry_run: bool = False
) -> Cleaned:
    """Remove bodies older than their source's declared retention, and files that belong to nothing.

    A body that another source, or a younger response, shares stays. The archive forgets first, so that it never
    speaks of a file that is gone; what a crash leaves behind is removed as belonging to nothing.

    Args:
        engine: the archive.
        sources: the declarations.
        folder: where bodies are kept.
        now: the moment (aware).
        dry_run: only count.

    Raises:
        ArchiveError: the archive does not take it.
        OSError: a file cannot be removed.
    """
    kept_for = {source.id: timedelta(days=source.retention_days) for source in sources}
    names: set[str] = set()
    with reading(engine) as conn:
        present = capture_sources(conn)
    for source in present:
        before = now - kept_for.get(source, UNDECLARED)
        with reading(engine) as conn:
            files = set(outdated(conn, source, before))
            alone = files - shared(conn, files, source, before)
        if not dry_run and files:
            with writing(engine) as conn:
                forget_files(conn, source, files, before)
        names |= alone
    with reading(engine) as conn:
        names |= _orphans(folder, known_files(conn), now)
    size = sum(_size(folder / name) for name in names)
    if not dry_run:
        for name in sorted(names):
            (folder / name).unlink(missing_ok=True)
    return Cleaned(len(names), size)


def _orphans(folder: Path, known: frozenset[str], now: datetime) -> set[str]:
    old = (now - ORPHAN).timestamp()
    return {name for name, changed in _files(folder) if name not in known and changed < old}


def _files(folder: Path) -> Iterator[tuple[str, float]]:
    """Name below `folder` and moment of the last change of every file in it."""
    for where, _, names in os.walk(folder):
        for name in names:
            path = Path(where) / name
            yield path.relative_to(folder).as_posix(), path.stat().st_mtime


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
