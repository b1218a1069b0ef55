"""A remiss that is sent to us: from the attached list to the level, the reason, and what a person reads."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from config.settings import load_settings
from monitor import example
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.schema import document
from monitor.cli.app import run

PROCUREMENT = "/remisser/2026/11/remiss-av-eu-kommissionens-forslag-till-forordning-om-offentlig-upphandling/"
CUSTODY = "/remisser/2026/11/remiss-av-promemorian-andringar-i-hakteslagen/"
RESTORATION = "/remisser/2026/11/remiss-av-forslag-till-nationell-restaureringsplan/"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's remisser, scanned and rated once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", "2026-11-23T07:00:00+00:00")
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(home / "var"))
    if not (home / "var").exists():
        assert run(["scan", "g0v-remisser", "--replay", str(example.library())]) == 0


def shown(key: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["explain", number_of(key), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def number_of(key: str) -> str:
    engine = open_archive(load_settings().database)
    with reading(engine) as conn:
        number = conn.execute(select(document.c.id).where(document.c.key == key)).scalar_one()
    engine.dispose()
    return str(number)


def test_our_name_on_the_list_is_something_to_act_on(capsys: pytest.CaptureFixture[str]) -> None:
    why = shown(PROCUREMENT, capsys)
    assert why["level"] == "act"
    assert why["reasons"][0] == "Lidköpings kommun och Västra Götalandsregionen står på sändlistan"
    assert [one["text"] for one in why["evidence"] if one["kind"] == "addressee"] == [
        "Lidköpings kommun",
        "Västra Götalandsregionen",
    ]


def test_a_list_without_us_is_said_and_raises_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    why = shown(CUSTODY, capsys)
    assert why["level"] in ("none", "background")
    assert "Vi står inte på sändlistan; alla får svara" in why["reasons"]


def test_a_remiss_without_a_readable_list_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Sändlistan kunde inte läsas" in shown(RESTORATION, capsys)["reasons"]


def test_a_persons_judgement_outranks_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    number = number_of(PROCUREMENT)
    assert run(["label", number, "--level", "background", "--by", "Anna Ek"]) == 0
    assert shown(PROCUREMENT, capsys)["level"] == "background"
    assert run(["label", number, "--level", "act", "--by", "Anna Ek"]) == 0


def test_stored_responses_read_again_bring_the_list_back(capsys: pytest.CaptureFixture[str]) -> None:
    engine = open_archive(load_settings().database)
    with writing(engine) as conn:
        before = {row.key: row.addressees for row in conn.execute(select(document.c.key, document.c.addressees))}
        conn.execute(update(document).values(addressees=None))
    assert run(["rescan", "--from-captures", "g0v-remisser"]) == 0
    with reading(engine) as conn:
        after = {row.key: row.addressees for row in conn.execute(select(document.c.key, document.c.addressees))}
    engine.dispose()
    assert before[PROCUREMENT]["names"]
    assert after == before


def test_show_says_who_is_on_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["show", f"document:{number_of(PROCUREMENT)}"]) == 0
    assert "addressees   Lidköpings kommun, Västra Götalandsregionen (8 on the list)" in capsys.readouterr().out
    assert run(["show", f"document:{number_of(RESTORATION)}", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["addressees"]
    assert (said["standing"], said["names"], said["problem"]) == ("unread", [], None)
