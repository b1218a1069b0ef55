import sqlite3
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, func, insert, select, text

from monitor.archive import engine as archive_engine
from monitor.archive import files, letters, schema
from monitor.archive.base import metadata
from monitor.archive.engine import ArchiveError, connect, open_archive, reading, stored_version, writing
from monitor.archive.migrating import check, migration_config, upgrade
from monitor.archive.migrations.include import include_object


def test_the_migrations_make_the_tables_that_the_program_uses(archive: Engine) -> None:
    with archive.connect() as conn:
        context = MigrationContext.configure(
            conn, opts={"compare_type": True, "include_object": include_object, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []
        assert {schema.document, letters.delivery, files.dossier} <= set(metadata.tables.values())


def test_a_new_archive_stands_at_the_newest_migration(archive: Engine) -> None:
    with archive.connect() as conn:
        head = ScriptDirectory.from_config(migration_config(conn)).get_current_head()
    assert stored_version(archive) == head == archive_engine.HEAD
    assert check(archive).problems == ()


def test_upgrading_twice_changes_nothing(archive: Engine) -> None:
    assert upgrade(archive) == upgrade(archive) == archive_engine.HEAD


def test_an_archive_of_a_newer_program_is_refused_in_one_line(archive: Engine, archive_url: str) -> None:
    with writing(archive) as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ArchiveError, match=r"newer Utblick \(9999") as caught:
        open_archive(archive_url)
    assert "\n" not in str(caught.value)
    with pytest.raises(ArchiveError, match="newer Utblick"):
        upgrade(archive)


def test_an_older_archive_is_not_changed_by_opening_it(archive: Engine, archive_url: str) -> None:
    with writing(archive) as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(ArchiveError, match="utblick db upgrade"):
        open_archive(archive_url)


def test_no_archive_where_none_may_be_made(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive yet"):
        open_archive(f"sqlite:///{tmp_path / 'none.db'}", create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "reason"), [("nonsense", "expected sqlite"), ("mysql://h/x", "mysql is not supported")]
)
def test_a_wrong_address_is_said(url: str, reason: str) -> None:
    with pytest.raises(ArchiveError, match=reason):
        connect(url)


def test_a_file_that_is_no_archive_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"PK\x03\x04" * 2000)
    with pytest.raises(ArchiveError, match="not an Utblick archive"):
        open_archive(f"sqlite:///{tmp_path / 'x.db'}")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveError, match="folder cannot be made"):
        open_archive(f"sqlite:///{tmp_path / 'file' / 'x.db'}")


def test_a_password_is_never_shown() -> None:
    with pytest.raises(ArchiveError) as caught:
        open_archive("postgresql://me:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def test_a_locked_archive_is_said(sqlite_archive: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_engine, "BUSY_SECONDS", 0.05)
    impatient = open_archive(f"sqlite:///{tmp_path / 'utblick.db'}")
    locked = pytest.raises(ArchiveError, match="locked by another program")
    with writing(sqlite_archive), locked, writing(impatient):
        pass
    impatient.dispose()


def test_two_writers_wait_for_each_other(archive: Engine) -> None:
    state = schema.source_state
    with writing(archive) as conn:
        conn.execute(insert(state).values(source="a", failing=0))

    def count_up() -> None:
        for _ in range(20):
            with writing(archive) as conn:
                seen = conn.execute(select(state.c.failing).with_for_update()).scalar_one()
                conn.execute(state.update().values(failing=seen + 1))

    writers = [threading.Thread(target=count_up) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with reading(archive) as conn:
        assert conn.execute(select(state.c.failing)).scalar_one() == 80


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_dry_run_stores_nothing(archive: Engine, dry_run: bool) -> None:
    with writing(archive, dry_run=dry_run) as conn:
        conn.execute(insert(schema.source_state).values(source="a"))
        assert conn.execute(select(func.count()).select_from(schema.source_state)).scalar_one() == 1
    with reading(archive) as conn:
        stored = conn.execute(select(func.count()).select_from(schema.source_state)).scalar_one()
    assert stored == (0 if dry_run else 1)


def test_damage_is_found(sqlite_archive: Engine, tmp_path: Path) -> None:
    sqlite_archive.dispose()
    with sqlite3.connect(tmp_path / "utblick.db") as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("INSERT INTO document_step(document, date, code) VALUES (77, '2026-01-01', 'x')")
    raw.close()
    assert check(sqlite_archive).problems == ("document_step: a row points to nothing",)
