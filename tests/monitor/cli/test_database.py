"""`utblick db` as a person types it: what was backed up is what is restored."""

import json
from pathlib import Path

import pytest

from monitor import example
from monitor.cli.app import run


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", "2026-11-23T07:00:00+00:00")
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(tmp_path / "var"))
    return tmp_path


def found(capsys: pytest.CaptureFixture[str]) -> list[int]:
    capsys.readouterr()
    assert run(["search", "", "--limit", "1000", "--json"]) == 0
    return sorted(result["id"] for result in json.loads(capsys.readouterr().out)["results"])


def test_a_backup_brings_everything_back(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "--replay", str(example.library()), "--no-rating"]) == 0
    before = found(capsys)
    assert len(before) > 40
    assert run(["db", "backup", "kept.tar"]) == 0
    assert run(["db", "backup", "kept.tar"]) == 1
    assert run(["db", "restore", "kept.tar"]) == 1
    assert "--force" in capsys.readouterr().err
    for path in sorted((home / "var").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert run(["db", "restore", "kept.tar"]) == 0
    assert found(capsys) == before
    assert run(["db", "check"]) == 0
