import io
import sqlite3
import tarfile
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from config.settings import Settings
from monitor.archive.documents import count_documents
from monitor.archive.engine import ArchiveError, open_archive, reading, writing
from monitor.archive.scans import start_scan
from monitor.backup import Backup, backup, restore
from monitor.collecting.intake import Intake
from monitor.meaning.models import in_force
from monitor.search import Query, search
from spiders.events import PageRead
from spiders.finding import Finding, Kind

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def settings_in(folder: Path) -> Settings:
    return Settings(data_dir=folder)


def take(engine: Engine, *keys: str) -> None:
    with writing(engine) as conn:
        number = start_scan(conn, NOW, "command")
    found = [Finding("s", key, f"https://x.se/{key}", Kind.NEWS, {"sv": f"Nyhet {key}"}, "sv") for key in keys]
    Intake(engine, number).take([PageRead("s", "list", None, tuple(found))], NOW)


@pytest.fixture
def used(tmp_path: Path) -> Settings:
    """An archive with two documents and two captures."""
    settings = settings_in(tmp_path / "var")
    engine = open_archive(settings.database)
    take(engine, "1", "2")
    engine.dispose()
    for name in ("aa/aa1.gz", "bb/bb1.gz"):
        path = settings.captures / name
        path.parent.mkdir(parents=True)
        path.write_bytes(name.encode())
    return settings


def documents_in(settings: Settings) -> int:
    engine = open_archive(settings.database, create=False)
    with reading(engine) as conn:
        count = count_documents(conn)
    engine.dispose()
    return count


def test_a_backup_comes_back_whole(used: Settings, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    made = backup(used, tmp_path / "b.tar", NOW, progress=lambda done, total: seen.append((done, total)))
    assert (made.documents, made.captures, made.made) == (2, 2, "2026-11-23T06:00:00+00:00")
    assert seen == [(1, 2), (2, 2)]
    fresh = settings_in(tmp_path / "elsewhere")
    assert restore(fresh, tmp_path / "b.tar") == made
    assert (fresh.captures / "bb/bb1.gz").read_bytes() == b"bb/bb1.gz"
    engine = open_archive(fresh.database, create=False)
    with reading(engine) as conn:
        assert search(conn, Query("nyhet"), date(2026, 11, 23)).total == 2
    engine.dispose()


def test_own_models_come_back_with_the_one_in_force(used: Settings, tmp_path: Path) -> None:
    models = used.data_dir / "models"
    for name in ("1.0+local.a/meta.json", "1.0+local.b/meta.json", "1.0+local.c.new/meta.json"):
        (models / name).parent.mkdir(parents=True)
        (models / name).write_text(name)
    (models / "in-force").write_text("1.0+local.b\n")
    assert backup(used, tmp_path / "b.tar", NOW).models == 2
    fresh = settings_in(tmp_path / "elsewhere")
    own = fresh.data_dir / "models"
    own.mkdir(parents=True)
    (own / "in-force").write_text("shipped\n")
    assert restore(fresh, tmp_path / "b.tar").models == 2
    assert sorted(path.name for path in own.iterdir()) == ["1.0+local.a", "1.0+local.b", "in-force"]
    assert (own / "1.0+local.b/meta.json").read_text() == "1.0+local.b/meta.json"
    assert in_force(fresh) == own / "1.0+local.b"


def test_a_backup_while_a_scan_writes_is_of_one_moment(used: Settings, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        engine = open_archive(used.database)
        number = 0
        while not stop.is_set():
            take(engine, *(f"{number}-{part}" for part in range(10)))
            number += 1
        engine.dispose()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            backup(used, tmp_path / f"{number}.tar", NOW)
    finally:
        stop.set()
        writer.join()
    for number in range(5):
        fresh = settings_in(tmp_path / f"restored-{number}")
        made = restore(fresh, tmp_path / f"{number}.tar")
        assert documents_in(fresh) == made.documents
        assert (made.documents - 2) % 10 == 0  # whole batches only


def test_nothing_is_overwritten_without_being_told(used: Settings, tmp_path: Path) -> None:
    target = tmp_path / "b.tar"
    target.write_text("precious")
    with pytest.raises(ArchiveError, match="--force"):
        backup(used, target, NOW)
    assert target.read_text() == "precious"
    backup(used, target, NOW, force=True)
    with pytest.raises(ArchiveError, match="exists; `--force`"):
        restore(used, target)
    engine = open_archive(used.database)
    take(engine, "3")
    engine.dispose()
    (used.captures / "aa/aa1.gz").unlink()
    restore(used, target, force=True)
    assert documents_in(used) == 2
    assert (used.captures / "aa/aa1.gz").exists()


def test_an_archive_in_use_is_not_replaced(used: Settings, tmp_path: Path) -> None:
    backup(used, tmp_path / "b.tar", NOW)
    engine = open_archive(used.database)
    take(engine, "3")
    with reading(engine) as conn:
        count_documents(conn)
        with pytest.raises(ArchiveError, match="in use"):
            restore(used, tmp_path / "b.tar", force=True)
    engine.dispose()
    assert documents_in(used) == 3


def test_what_is_no_backup_is_refused(used: Settings, tmp_path: Path) -> None:
    target = tmp_path / "x.tar"
    target.write_bytes(b"not a tar file")
    fresh = settings_in(tmp_path / "fresh")
    with pytest.raises(ArchiveError, match="is not a backup"):
        restore(fresh, target)
    with pytest.raises(ArchiveError, match="No such file"):
        restore(fresh, tmp_path / "none.tar")
    with tarfile.open(target, "w") as archive:
        entry = tarfile.TarInfo("captures/../../evil")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"evil"))
    with pytest.raises(ArchiveError, match="is not a backup"):
        restore(fresh, target)
    assert not list(tmp_path.rglob("evil"))
    assert not Path(fresh.data_dir / "utblick.db").exists()


def test_a_backup_of_a_newer_program_is_refused(used: Settings, tmp_path: Path) -> None:
    engine = open_archive(used.database)
    with writing(engine) as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    made = backup(used, tmp_path / "b.tar", NOW)
    assert made == Backup(NOW.isoformat(), "9999", 2, 2)
    with pytest.raises(ArchiveError, match="newer Utblick"):
        restore(settings_in(tmp_path / "fresh"), tmp_path / "b.tar")


def test_a_damaged_database_is_refused(used: Settings, tmp_path: Path) -> None:
    with sqlite3.connect(used.data_dir / "utblick.db") as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("INSERT INTO document_step(document, date, code) VALUES (77, '2026-01-01', 'x')")
    raw.close()
    backup(used, tmp_path / "b.tar", NOW)
    with pytest.raises(ArchiveError, match="points to nothing"):
        restore(settings_in(tmp_path / "fresh"), tmp_path / "b.tar")


def test_there_must_be_an_archive_and_room(used: Settings, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive to back up"):
        backup(settings_in(tmp_path / "none"), tmp_path / "b.tar", NOW)
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match=r"backup to .* failed"):
        backup(used, tmp_path / "file" / "b.tar", NOW)
    with pytest.raises(ArchiveError, match="pg_dump"):
        backup(Settings(database_url="postgresql://h/x"), tmp_path / "b.tar", NOW)


def test_upgrading_indexes_what_is_not_searchable(used: Settings) -> None:
    from monitor.archive.migrating import check, upgrade

    engine = open_archive(used.database)
    with writing(engine) as conn:
        conn.execute(text("DELETE FROM search_text"))
    assert check(engine).problems == ("2 documents are not searchable; `utblick db upgrade` indexes them",)
    upgrade(engine)
    with reading(engine) as conn:
        assert search(conn, Query("nyhet"), date(2026, 11, 23)).total == 2
    engine.dispose()
