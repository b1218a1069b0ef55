"""`utblick label`: what a person says counts at once, on the command line as in the pages."""

import json
from pathlib import Path

import pytest

from digests import terms
from monitor import example
from monitor.cli.app import run
from nlp import assessment


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", "2026-11-23T07:00:00+00:00")
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(tmp_path / "var"))
    return tmp_path


def explained(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    capsys.readouterr()
    assert run(["explain", "1", "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_judgement_counts_at_once(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "hys-open", "--replay", str(example.library())]) == 0
    words = ["label", "1", "--theme", "transport", "--level", "none", "--direction", "both", "--by", "Anna Ek"]
    assert run(words) == 0
    why = explained(capsys)
    assert (why["level"], why["direction"]) == ("none", "both")
    themes = {tag["theme"]: tag for tag in why["themes"]}  # type: ignore[attr-defined]
    assert themes["transport"]["assigned"]
    assert themes["transport"]["judged"] is True
    assert run(["label", "1", "--not-theme", "transport"]) == 0
    assert not {tag["theme"]: tag for tag in explained(capsys)["themes"]}["transport"]["assigned"]  # type: ignore[attr-defined]


def test_wrong_words_are_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["label", "1"]) == 2
    assert run(["label", "1", "--theme", "rymden"]) == 2
    assert "va-vatten" in capsys.readouterr().err
    assert run(["label", "999", "--level", "act"]) == 1


def test_options_offer_the_classifiers_own_words() -> None:
    """Stated again, so that help loads no classifier; `na` is a model's word only."""
    assert [*terms.Level] == [*assessment.Level]
    assert [*terms.Direction] == [one for one in assessment.Direction if one is not assessment.Direction.NA]
