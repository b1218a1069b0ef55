"""What is kept of people, from the command line."""

import json
from pathlib import Path

import pytest

from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.people import HEADER, Said, named, welcome
from monitor.archive.web import recorded
from monitor.cli.app import run
from tests.monitor.people.test_personal import NAME, NOW, lived


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_NOW", NOW.isoformat())
    database = f"sqlite:///{tmp_path / 'var' / 'utblick.db'}"
    engine = open_archive(database)
    lived(engine)
    with writing(engine) as conn:
        welcome(conn, Said(HEADER, "bo@example.org", "bo"), NOW)
    engine.dispose()
    return database


def test_listed_renamed_taken_out_and_erased(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["people", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [(one["id"], one["name"]) for one in listed] == [(1, NAME), (2, "bo")]
    assert set(listed[0]) == {"id", "name", "shown", "email", "issuer", "grants", "created", "seen_at"}
    assert run(["people", "list"]) == 0
    # A name of the archive that is nobody's is taken over; a person's is not, nor is an address a name.
    assert run(["people", "rename", "bo", "Bo Ek", "--by", "Eva"]) == 0
    for wrong in (["Bo Ek", NAME.upper()], ["Bo Ek", "bo@example.org"], ["subscriber:1", "x"], ["nobody", "x"]):
        assert run(["people", "rename", *wrong]) == 1
    capsys.readouterr()
    assert run(["people", "export", NAME, "--by", "Eva"]) == 0
    assert json.loads(capsys.readouterr().out)["person"]["name"] == NAME
    assert run(["people", "erase", NAME, "--dry-run"]) == 0
    assert "person:1 would be erased" in capsys.readouterr().out
    assert run(["people", "erase", NAME, "--by", "Eva"]) == 0
    said = capsys.readouterr().out
    assert "GDPR article 17(3)" in said
    assert "free text still has the name, for people to judge: dossier:1" in said
    assert NAME not in said
    assert run(["people", "erase", NAME]) == 1
    engine = open_archive(home)
    with reading(engine) as conn:
        changes = [(one.who, one.action, one.object) for one in recorded(conn, 3)]
        assert named(conn, "Bo Ek") is not None
    engine.dispose()
    assert changes == [
        ("Eva", "erase-person", "person:1"),
        ("Eva", "export-person", "person:1"),
        ("Eva", "rename-person", "person:2"),
    ]


def test_public_records_are_written_once(home: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["public-records", "export", "uttag.zip", "--dossier", "dossier:1"]) == 0
    assert Path("uttag.zip").read_bytes().startswith(b"PK")
    assert run(["public-records", "export", "uttag.zip", "--dossier", "dossier:1"]) == 1  # never over another
    assert run(["public-records", "export", "a.zip", "--from", "2026-11-01", "--to", "2026-11-30"]) == 0
    assert run(["public-records", "export", "b.zip"]) == 1
    assert run(["public-records", "export", "b.zip", "--from", "igår"]) == 2
    assert not Path("b.zip").exists()
    engine = open_archive(home)
    with reading(engine) as conn:
        assert [one.object for one in recorded(conn, 2)] == ["period", "dossier:1"]
    engine.dispose()
