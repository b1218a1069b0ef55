"""Back up and restore the embedded archive with its captures and its own models, as one file.

A backup is a tar file: a manifest, the database as of one moment, the captures, the models that were taught by the
archive's judgements and which of them is in force. It may be made while a scan
writes: SQLite copies a consistent state, and every capture that the state names was on disk before it was named.
PostgreSQL has its own tools (`pg_dump`), which do this better than we could.
"""

import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from config.settings import Settings
from monitor.archive.engine import HEAD, ArchiveError, connect, parse_url
from monitor.archive.migrating import check

DATABASE, CAPTURES, MANIFEST = "utblick.db", "captures", "manifest.json"
MODELS, IN_FORCE = "models", "in-force"
"""As `monitor.meaning.models` keeps them in the data folder."""
_PAGES = 2_000
"""Database pages copied at a time; between two, writers get their turn."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: the moment it was made (ISO 8601), the archive's version, counts."""

    made: str
    version: str | None
    documents: int
    captures: int
    models: int = 0
    """The organisation's own; a backup of an earlier program has none."""


def backup(
    settings: Settings,
    target: Path,
    now: datetime,
    *,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Backup:
    """Write a backup to the file `target`; the archive stays in use meanwhile.

    Args:
        settings: where the archive is.
        target: the file to write.
        now: the moment (aware), for the manifest.
        force: replace an existing file.
        progress: called with captures written and in all.

    Raises:
        ArchiveError: no embedded archive, the file exists, or it cannot be written. No half-written file remains.
    """
    source = _database_file(settings)
    if not source.is_file():
        raise ArchiveError(f"archive {source}: there is no archive to back up")
    if target.exists() and not force:
        raise ArchiveError(f"{target} exists; `--force` replaces it")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target.parent, prefix=".utblick-") as folder:
            unfinished = Path(folder) / "backup.tar"
            version, documents = _copy(source, Path(folder) / DATABASE)
            # After the database: what it names was on disk before, what came since does no harm.
            captures = sorted(path for path in settings.captures.rglob("*") if path.is_file())
            models = _models_in(settings)
            count = len({path.parts[0] for path in models} - {IN_FORCE})
            made = Backup(now.isoformat(), version, documents, len(captures), count)
            with tarfile.open(unfinished, "w") as archive:
                _add_manifest(archive, made, now)
                archive.add(Path(folder) / DATABASE, DATABASE)
                for path in models:
                    archive.add(settings.data_dir / MODELS / path, f"{MODELS}/{path.as_posix()}", recursive=False)
                for number, path in enumerate(captures, 1):
                    name = path.relative_to(settings.captures).as_posix()
                    archive.add(path, f"{CAPTURES}/{name}", recursive=False)
                    if progress:
                        progress(number, len(captures))
            unfinished.replace(target)
    except (OSError, sqlite3.Error, tarfile.TarError) as exc:
        raise ArchiveError(f"backup to {target} failed: {_reason(exc)}") from exc
    return made


def restore(settings: Settings, source: Path, *, force: bool = False) -> Backup:
    """Put a backup in the archive's place. Its database is checked before anything is replaced.

    Captures and models that are there already are kept: they are addressed by their content. The model in force is
    the backup's.

    Args:
        settings: where the archive shall be.
        source: a file that `backup` wrote.
        force: replace an archive that is there.

    Raises:
        ArchiveError: not a backup, damaged, made by a newer program, an archive is there, or it is in use.
    """
    database = _database_file(settings)
    if database.exists() and not force:
        raise ArchiveError(f"archive {database} exists; `--force` replaces it with the backup")
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=settings.data_dir, prefix=".utblick-") as folder:
            unpacked = Path(folder)
            with tarfile.open(source) as archive:
                _unpack(archive, unpacked)
            made = Backup(**json.loads((unpacked / MANIFEST).read_text(encoding="utf-8")))
            _verify(unpacked / DATABASE, source)
            _keep(unpacked / CAPTURES, settings.captures)
            _restore_models(unpacked / MODELS, settings.data_dir / MODELS)
            _replace(unpacked / DATABASE, database)
    except (KeyError, TypeError, ValueError, tarfile.TarError) as exc:
        raise ArchiveError(f"{source} is not a backup of Utblick, or it is damaged") from exc
    except (OSError, sqlite3.Error) as exc:
        raise ArchiveError(f"restore of {source} failed: {_reason(exc)}") from exc
    return made


def _database_file(settings: Settings) -> Path:
    url = parse_url(settings.database)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise ArchiveError("only the embedded archive (SQLite) is backed up here; use pg_dump for PostgreSQL")
    return Path(url.database)


def _copy(source: Path, copy: Path) -> tuple[str | None, int]:
    """Copy the database as of one moment; gives its version and how many documents it holds."""
    with closing(sqlite3.connect(source)) as used, closing(sqlite3.connect(copy)) as fresh:
        used.backup(fresh, pages=_PAGES)
        fresh.execute("PRAGMA journal_mode = DELETE")
        version = fresh.execute("SELECT version_num FROM alembic_version").fetchone()
        documents: int = fresh.execute("SELECT count(*) FROM document").fetchone()[0]
    return (version[0] if version else None), documents


def _add_manifest(archive: tarfile.TarFile, made: Backup, now: datetime) -> None:
    manifest = json.dumps(asdict(made), indent=1).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size, entry.mtime = len(manifest), int(now.timestamp())
    archive.addfile(entry, io.BytesIO(manifest))


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Take out what a backup holds and nothing else, whatever names the file claims."""
    for member in archive:
        name = PurePosixPath(member.name)
        below = name.parts[:1] in ((CAPTURES,), (MODELS,)) and ".." not in name.parts
        ours = below or member.name in (DATABASE, MANIFEST)
        if not (ours and member.isfile() and (content := archive.extractfile(member))):
            raise tarfile.TarError(f"unexpected entry {member.name!r}")
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("wb") as written:
            shutil.copyfileobj(content, written)


def _verify(database: Path, source: Path) -> None:
    """Refuse what this program could not use. An older archive may come back: `db upgrade` follows."""
    engine = connect(f"sqlite:///{database}", create=False)
    try:
        found = check(engine)
    finally:
        engine.dispose()
    older = found.version is not None and found.version < HEAD
    if found.problems and not older:
        raise ArchiveError(f"{source}: {found.problems[0]}")


def _models_in(settings: Settings) -> list[Path]:
    """The files of own models, relative to their folder; not those that are just being written."""
    folder = settings.data_dir / MODELS
    found = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return [path for path in found if not path.parts[0].endswith(".new")]


def _restore_models(unpacked: Path, models: Path) -> None:
    """Own models, and which of them counts; without a word of the backup the shipped one."""
    _keep(unpacked, models)
    chosen = unpacked / IN_FORCE
    if chosen.is_file():
        chosen.replace(models / IN_FORCE)
    else:
        (models / IN_FORCE).unlink(missing_ok=True)


def _keep(unpacked: Path, kept: Path) -> None:
    """Move what is not there yet."""
    for path in sorted(unpacked.rglob("*")) if unpacked.is_dir() else []:
        place = kept / path.relative_to(unpacked)
        if path.is_file() and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)


def _replace(fresh: Path, database: Path) -> None:
    database.parent.mkdir(parents=True, exist_ok=True)
    if database.exists():
        with closing(sqlite3.connect(database, timeout=1)) as used:
            # Takes the place of every reader and writer, or fails; and empties the write-ahead log.
            used.execute("PRAGMA locking_mode = EXCLUSIVE")
            used.execute("BEGIN EXCLUSIVE")
            used.rollback()
    for leftover in ("-wal", "-shm"):
        Path(f"{database}{leftover}").unlink(missing_ok=True)
    shutil.move(fresh, database)


def _reason(exc: Exception) -> str:
    if isinstance(exc, OSError):
        return exc.strerror or str(exc)
    return "the archive is in use; stop Utblick first" if "locked" in str(exc) else str(exc)
