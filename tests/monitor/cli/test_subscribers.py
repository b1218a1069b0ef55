"""`utblick subscribers` as it is typed."""

import json

import pytest
import typer
from click.testing import CliRunner

from monitor.archive.engine import open_archive, reading
from monitor.archive.web import recorded
from monitor.cli import subscribers
from monitor.delivery.subscribers import SubscriberError


@pytest.fixture
def utblick(tmp_path, monkeypatch):
    """Run `utblick subscribers …` in a folder of its own; what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_NOW", "2026-11-23T07:00+01:00")
    command = typer.main.get_command(subscribers.app)

    def run(*words: str) -> str:
        result = CliRunner().invoke(command, words, catch_exceptions=False, standalone_mode=False)
        if result.exception:
            raise result.exception
        return result.stdout

    return run


def test_from_adding_to_forgetting(utblick):
    assert utblick("add", "Anna.Ek@example.se", "--name", "Anna Ek", "--theme", "va-vatten") == (
        "subscriber 1: active, weekly, normal, sv, va-vatten\n"
    )
    with pytest.raises(SubscriberError, match="names no public_address"):  # stored all the same
        utblick("add", "bo@example.se", "--pending", "--cadence", "monthly", "--language", "en")
    [anna, bo] = json.loads(utblick("list", "--json"))
    assert anna == {
        "id": 1,
        "address": "anna.ek@example.se",
        "name": "Anna Ek",
        "language": "sv",
        "themes": ["va-vatten"],
        "density": "normal",
        "cadence": "weekly",
        "letter": True,
        "state": "active",
        "created": "2026-11-23T06:00:00+00:00",
        "confirmed_at": "2026-11-23T06:00:00+00:00",
        "paused_at": None,
        "renewed_at": None,
    }
    assert (bo["state"], bo["themes"], bo["confirmed_at"]) == ("pending", None, None)
    assert [one["id"] for one in json.loads(utblick("list", "--state", "pending", "--json"))] == [2]

    assert "short, sv, every theme" in utblick("edit", "anna.ek@example.se", "--density", "short", "--every-theme")
    assert utblick("edit", "2", "--state", "active").startswith("subscriber 2: active, monthly")
    lines = utblick("list").splitlines()
    assert lines[0].split() == ["id", "address", "name", "state", "language", "density", "cadence", "themes"]
    assert "anna.ek@example.se" in lines[1]

    exported = json.loads(utblick("export", "1"))
    assert (exported["address"], exported["deliveries"]) == ("anna.ek@example.se", [])
    assert "unsubscribed" in utblick("remove", "bo@example.se")
    assert utblick("forget", "anna.ek@example.se") == "subscriber 1 is forgotten\n"
    assert [one["id"] for one in json.loads(utblick("list", "--json"))] == [2]
    engine = open_archive("sqlite:///var/utblick.db")
    with reading(engine) as conn:
        noted = [(one.action, one.object, dict(one.said)) for one in recorded(conn, 9)]
    engine.dispose()
    assert noted == [("erase-person", "subscriber:1", {}), ("export-person", "subscriber:1", {})]


def test_an_empty_register(utblick):
    assert json.loads(utblick("list", "--json")) == []


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["add", "anna"], "not an e-mail address"),
        (["add", "anna@example.se", "--density", "dense"], "density 'dense' is not one of"),
        (["add", "anna@example.se", "--theme", "rymd"], "theme 'rymd' is not one of"),
        (["edit", "7", "--density", "full"], "no such subscriber"),
        (["export", "nobody@example.se"], "no such subscriber"),
        (["forget", "7"], "no such subscriber"),
        (["list", "--state", "gone"], "state 'gone' is not one of"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(utblick, words, complaint):
    with pytest.raises(SubscriberError) as error:
        utblick(*words)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_only_work_addresses_where_the_organisation_says_so(utblick, tmp_path, monkeypatch):
    from config.loading import shipped

    folder = tmp_path / "own"
    folder.mkdir()
    declared = (shipped() / "organisation.toml").read_text("utf-8")
    (folder / "organisation.toml").write_text(declared + '\nrecipient_domains = ["example.se"]\n', "utf-8")
    monkeypatch.setenv("UTBLICK_CONFIG", str(folder))
    assert "subscriber 1" in utblick("add", "anna@example.se")
    for words in (["add", "anna@example.org"], ["edit", "1", "--address", "anna@example.org"]):
        with pytest.raises(SubscriberError, match="not a work address"):
            utblick(*words)
