"""A second municipality by configuration alone: its own letter and calendar, and nothing of the shipped one."""

import email
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.policy import default
from pathlib import Path

import httpx
import pytest

from config.calendar import load_calendar
from config.organisation import load_organisation
from config.settings import load_settings
from config.themes import load_themes
from monitor import example
from monitor.archive.engine import open_archive
from monitor.cli.app import run
from monitor.core.clock import working_days_before
from monitor.web import app
from monitor.web.answers import MeetingRow
from tests import storstad
from tests.monitor.web.conftest import serving
from tests.monitor.web.test_pages import PAGES

FORMATS = ("html", "text", "eml", "json", "ics")
FOREIGN = re.compile(r"lidk(ö|=C3=B6|o|\\u00f6|%C3%B6)ping|skaraborg", re.IGNORECASE)
"""The shipped municipality and its region, also as mail, JSON and addresses write them."""

Say = Callable[..., str]


def our_names() -> set[str]:
    """Names by which only the shipped municipality is known; water and hills are in others' texts as well."""
    ours = load_organisation()
    names = {ours.name, ours.contact, ours.website, ours.letter.list_id, *ours.companies, *ours.investments}
    for theme in load_themes():
        names |= {theme.owner, *(hook for hook in theme.local_hooks if " " in hook)} - {""}
    return names


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Storstad's configuration."""
    folder = tmp_path_factory.mktemp("storstad")
    storstad.founded(folder / "config")
    return folder


@pytest.fixture
def say(home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Say:
    """Runs a command as Storstad on the letter's day and gives everything that it prints."""
    monkeypatch.chdir(home)
    monkeypatch.setenv("UTBLICK_CONFIG", str(home / "config"))
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(home / "var"))

    def command(*words: str, day: date = example.DAYS[-1], status: int = 0) -> str:
        monkeypatch.setenv("UTBLICK_NOW", f"{day}T07:00:00+00:00")
        assert run(words) == status
        told = capfd.readouterr()
        return told.out + told.err

    return command


@pytest.fixture
def read(say: Say, home: Path) -> Say:
    """The same after the example's three days were read."""
    if not (home / "var").exists():
        for day in example.DAYS:
            say("scan", "--replay", str(example.library()), day=day)
    return say


def commands() -> list[tuple[str, ...]]:
    """What shows anything of the archive, the configuration or the letter."""
    previews = [
        ("brief", "preview", "--format", form, "--language", language, "--density", "full")
        for form in FORMATS
        for language in ("sv", "en")
    ]
    return [
        *previews,
        ("search", "avlopp", "--json"),
        ("search", "hamn"),
        ("show", "1", "--json"),
        ("explain", "1", "--json"),
        ("sources", "--json"),
        ("sources", "show", "hys-open"),
        ("doctor",),
        ("model", "info"),
        ("subscribers", "list", "--json"),
    ]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_nothing_it_shows_names_the_shipped_municipality(read: Say, words: tuple[str, ...]) -> None:
    told = read(*words)
    assert len(told) > 1
    if "eml" in words:
        mail = email.message_from_string(told, policy=default)
        told = "\n".join(
            (*map(str, mail.values()), *(part.get_content() for part in mail.walk() if not part.is_multipart()))
        )
    assert not FOREIGN.search(told)
    assert not {name for name in our_names() if name in told}


def test_nothing_it_writes_names_the_shipped_municipality(read: Say, home: Path) -> None:
    read("subscribers", "add", "anna@storstad.example.se")
    read("brief", "send", "--dry-run")
    # To whom a ministry sends its remisser is the ministry's text, not ours.
    archive = sqlite3.connect(home / "var" / "utblick.db", isolation_level=None)
    for statement in ("UPDATE document SET addressees = NULL", "PRAGMA journal_mode = DELETE", "VACUUM"):
        archive.execute(statement)
    archive.close()
    for path in (home / "var").rglob("*"):
        if path.is_file():
            assert not FOREIGN.search(path.read_bytes().decode("utf-8", errors="replace")), path


def test_no_page_names_the_shipped_municipality(read: Say, home: Path) -> None:
    read("scan", "--replay", str(example.library()))
    settings = load_settings()
    engine = open_archive(settings.database, create=False)
    try:
        pages = app.create(settings, engine, lambda: datetime(2026, 11, 23, 7, tzinfo=UTC))
        with serving(pages) as there, httpx.Client(base_url=there, timeout=60) as client:
            for language in ("sv", "en"):
                client.cookies.set("language", language)
                for path in (
                    *PAGES,
                    "/nope",
                    "/farg.css",
                    "/kalender.ics",
                    "/sok.json",
                    "/api/search",
                    "/api/sources",
                    "/api/meetings",
                    "/api/statistics",
                ):
                    told = client.get(path).text
                    assert not FOREIGN.search(told), path
                    assert not {name for name in our_names() if name in told}, path
            assert "Storstads kommun" in client.get("/").text
            (first, *_) = client.get("/api/meetings").json()
            MeetingRow.model_validate(first, extra="forbid")
            assert (first["day"], first["name"]) == ("2026-12-08", "klimatnämnden")
    finally:
        engine.dispose()


def test_the_letter_is_its_own(read: Say) -> None:
    text = read("brief", "preview", "--density", "full")
    assert text.startswith("OMVÄRLDSBLADET\nVecka 48 · måndag 23 november 2026 · Storstads kommun\n")
    assert "Varför Storstad:" in text
    assert "Vatten och fjärd" in text
    assert "eu@storstad.example.se" in text
    mail = email.message_from_string(read("brief", "preview", "--format", "eml"), policy=default)
    assert mail["List-Id"] == "<omvarldsbladet.storstad.example.se>"
    assert mail["From"] == '"Omvärldsbladet, Storstads kommun" <utblick@localhost>'
    assert mail["Subject"].endswith("– Omvärldsbladet")


def test_its_channels_and_theme_of_its_own_are_used(read: Say) -> None:
    text = read("brief", "preview", "--density", "full")
    assert "via Svenskt Vatten, via Nordviks kommunalförbund" in re.sub(r"\s+", " ", text)
    assert "hamn-sjofart" in read("model", "info")


def test_internal_days_come_from_its_calendar(read: Say, home: Path) -> None:
    text = re.sub(r"\s+", " ", read("brief", "preview", "--density", "full"))
    assert "mötesdatum saknas" not in text
    assert "hinner inte nämnd – delegation krävs" in text
    # The executive meets on 16 December and wants the documents eight working days before.
    day = working_days_before(date(2026, 12, 16), 8, load_calendar(home / "config"))
    assert day == date(2026, 12, 4)
    assert "fredag 4 december 2026, sista dag för intern beredning (stadsstyrelsen)" in text
    # What closes before the executive's answer could leave goes to the committee of 8 December.
    assert "onsdag 2 december 2026, sista dag för intern beredning (klimatnämnden)" in text


def test_sources_see_who_asks(home: Path) -> None:
    assert load_organisation(home / "config").user_agent.startswith("Utblick/0.1 (+https://storstad.example.se;")
