"""`utblick tokens`: made once, listed without themselves, ended."""

import json
from pathlib import Path

import pytest

from monitor import example
from monitor.archive.engine import open_archive, reading
from monitor.archive.tokens import PREFIX
from monitor.archive.web import recorded
from monitor.cli.app import run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", "2026-11-23T07:00:00+00:00")
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(tmp_path / "var"))
    return tmp_path


def test_made_listed_and_revoked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tokens", "add", "Kvartalets kurvor", "--owner", "bo", "--by", "anna"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(PREFIX)  # alone on stdout, so that it can go straight into a file
    assert printed.out.count("\n") == 1
    assert "until 2027-11-23" in printed.err

    assert run(["tokens", "add", "Provet", "--days", "30", "--by", "anna", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert set(made) == {"id", "token", "expires"}

    assert run(["tokens", "revoke", "1", "--by", "anna"]) == 0
    capsys.readouterr()
    assert run(["tokens", "list", "--json"]) == 0
    text = capsys.readouterr().out
    assert PREFIX not in text
    listed = json.loads(text)
    assert set(listed[0]) == {"id", "name", "who", "created", "expires", "last_used", "revoked", "state"}
    assert [(one["id"], one["who"], one["state"]) for one in listed] == [
        (2, "anna", "active"),
        (1, "bo", "revoked"),
    ]
    assert run(["tokens", "list", "--now", "2027-01-01"]) == 0
    assert "expired" in capsys.readouterr().out

    engine = open_archive(f"sqlite:///{home / 'var' / 'utblick.db'}")
    with reading(engine) as conn:
        changes = [(one.who, one.action, one.object) for one in recorded(conn, 10)]
    engine.dispose()
    assert changes == [("anna", "revoke", "token:1"), ("anna", "token", "token:2"), ("anna", "token", "token:1")]


def test_what_cannot_be_done_is_one_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["tokens", "revoke", "7"]) == 1
    assert run(["tokens", "add", " "]) == 1
    assert run(["tokens", "add", "x", "--days", "9999"]) == 1
    assert capsys.readouterr().err.count("\n") == 3
    assert run(["tokens", "add", "x", "--days", "0"]) == 2
    assert run(["tokens", "revoke", "x"]) == 2
