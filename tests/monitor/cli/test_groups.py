"""`utblick groups`: members come and go by name, rules are applied."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor import example
from monitor.archive import teams
from monitor.archive.engine import open_archive, writing
from monitor.archive.web import save_search
from monitor.cli.app import run

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


def test_members_and_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", NOW.isoformat())
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(tmp_path))
    for name in ("anna", "bo"):
        assert run(["groups", "add", "Miljö", name, "--by", "eva"]) == 0
    assert run(["groups", "remove", "Miljö", "bo", "--by", "eva"]) == 0
    assert run(["groups", "remove", "Miljö", "bo", "--by", "eva"]) == 2
    assert run(["groups", "add", "Miljö", "anna@example.org"]) == 2
    engine = open_archive(f"sqlite:///{tmp_path / 'utblick.db'}")
    with writing(engine) as conn:
        kept = save_search(conn, "Slam", "anna", {"q": "slam"}, NOW)
        teams.share(conn, kept.id, "Miljö", owner="miljönämnden")
    engine.dispose()
    capsys.readouterr()
    assert run(["groups", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"group": "Miljö", "members": ["anna"], "rules": 1}]
    assert run(["groups", "label", "--json"]) == 0
    (done,) = json.loads(capsys.readouterr().out)
    assert done == {"search": 1, "name": "Slam", "team": "Miljö", "proposed": 0}
