"""From an address on the command line to a letter and out again, by mail and the public pages."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from icalendar import Calendar

from config.organisation import load_organisation
from config.settings import load_settings
from monitor import demo
from monitor.archive.alerts import set_alert
from monitor.archive.engine import open_archive, writing
from monitor.archive.web import save_search
from monitor.cli.app import run
from monitor.delivery import subscribers
from monitor.delivery.inviting import invite
from monitor.delivery.recipients import recipient
from monitor.web import public
from tests import storstad
from tests.monitor.mail_server import Handler, running
from tests.monitor.web.conftest import serving

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
PUBLIC = "https://utblick.storstad.example.se"


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    """Storstad's mail server; only work addresses are allowed."""
    monkeypatch.chdir(tmp_path)
    config = storstad.founded(tmp_path / "config") / "organisation.toml"
    config.write_text(config.read_text() + 'recipient_domains = ["storstad.example.se"]\n')
    monkeypatch.setenv("UTBLICK_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(tmp_path / "home"))
    monkeypatch.setenv("UTBLICK_NOW", NOW.isoformat())
    monkeypatch.setenv("UTBLICK_SMTP_SECURITY", "none")
    with running() as server:
        monkeypatch.setenv("UTBLICK_SMTP_HOST", server.host)
        monkeypatch.setenv("UTBLICK_SMTP_PORT", str(server.port))
        yield server.handler


@pytest.fixture
def outside(mailbox: Handler, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """The public pages as the internet reaches them, over an archive with the example's weeks."""
    with monkeypatch.context() as alone:
        alone.delenv("UTBLICK_CONFIG")
        demo.run(Path("home"))
    settings = load_settings()
    engine = open_archive(settings.database)
    with serving(public.create(settings, engine, lambda: NOW)) as there, httpx.Client(base_url=there) as client:
        yield client
    engine.dispose()


def links(text: str) -> list[str]:
    """The paths of our own addresses in a text part, which breaks long ones inside their brackets."""
    found = re.findall(r"<(https://[^>]+)>", text)
    return [urlsplit(one).path for one in ("".join(each.split()) for each in found) if one.startswith(PUBLIC)]


def test_confirmed_read_followed_and_left(mailbox: Handler, outside: httpx.Client) -> None:
    assert run(["subscribers", "add", "anna@elsewhere.example.org", "--pending"]) == 1
    assert run(["subscribers", "add", "anna@storstad.example.se", "--pending"]) == 0
    assert run(["brief", "send", "--week", "2026-W48"]) == 1  # nobody has confirmed
    (asked,) = mailbox.taken
    assert asked.message["Subject"].startswith("Bekräfta att du vill ha ")
    assert asked.message["Auto-Submitted"] == "auto-generated"
    (confirm,) = links(asked.message.get_content())

    outside.get(confirm)  # as a scanner of links does
    assert run(["brief", "send", "--week", "2026-W48"]) == 1
    assert outside.post(confirm).status_code == 200
    assert run(["brief", "send", "--week", "2026-W48"]) == 0
    letter = mailbox.taken[-1].message
    text = letter.get_body(("plain",)).get_content()
    copy, calendar, leave = links(text)
    for path in (copy, calendar, leave):
        assert f'href="{PUBLIC}{path}"' in letter.get_body(("html",)).get_content()

    page = outside.get(copy)
    assert page.status_code == 200
    assert "anna@storstad" not in page.text
    assert leave.rpartition("/")[2] not in page.text  # whoever is sent the copy cannot leave for the reader
    assert Calendar.from_ical(outside.get(calendar).text).walk("VEVENT")

    assert letter["List-Unsubscribe"].startswith(f"<{PUBLIC}{leave}>")
    assert outside.post(leave, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert run(["brief", "send", "--week", "2026-W49"]) == 1  # nobody is left
    assert len(mailbox.taken) == 2


def test_who_did_not_answer_is_asked_again_by_a_person(
    mailbox: Handler, capsys: pytest.CaptureFixture[str]
) -> None:
    mailbox.at_rcpt["bo@storstad.example.se"] = ["450 later", "250 OK"]
    assert run(["subscribers", "add", "bo@storstad.example.se", "--pending"]) == 1
    assert "`utblick subscribers invite 1` sends it again" in capsys.readouterr().err
    assert run(["subscribers", "invite", "1"]) == 0
    assert mailbox.recipients() == ["bo@storstad.example.se"]
    assert run(["subscribers", "edit", "1", "--state", "active"]) == 0
    assert run(["subscribers", "invite", "1"]) == 1


def test_who_asked_for_alerts_gets_no_letter(mailbox: Handler, outside: httpx.Client) -> None:
    settings = load_settings()
    organisation = load_organisation(settings.config)
    engine = open_archive(settings.database)
    with writing(engine) as conn:
        kept = save_search(conn, "Slam", "anna", {"q": "slam"}, NOW)
        person, new = recipient(
            conn,
            "anna@storstad.example.se",
            language="sv",
            allowed_domains=organisation.letter.recipient_domains,
            now=NOW,
        )
        set_alert(conn, kept.id, person.id, "daily", NOW)
        token = subscribers.token(conn, person.id)
    engine.dispose()
    assert (new, person.wishes.letter) == (True, False)
    invite(person, token, organisation, settings, NOW)
    (asked,) = mailbox.taken
    text = asked.message.get_content()
    assert asked.message["Subject"].startswith("Bekräfta att du vill ha larm")
    assert "Brevet får du inte" in text
    (confirm,) = links(text)
    assert "Vill du få larm" in outside.get(confirm).text
    assert "du får larm från och med nu" in outside.post(confirm).text
    assert run(["brief", "send", "--week", "2026-W48"]) == 1  # nobody wants it
    assert run(["brief", "send", "--week", "2026-W48", "--to", "1"]) == 1
    assert len(mailbox.taken) == 1
    assert run(["subscribers", "edit", "1", "--letter"]) == 0
    assert run(["brief", "send", "--week", "2026-W48"]) == 0
    assert len(mailbox.taken) == 2
    assert run(["subscribers", "edit", "1", "--alerts-only"]) == 0
    assert run(["brief", "send", "--week", "2026-W49"]) == 1
