"""Alerts about followed searches: what is told, to whom, when, and never twice."""

import json
import multiprocessing
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, func, select

from config.organisation import load_organisation
from config.settings import Settings
from digests.alert import Alert, Hit, alert_html, alert_message, alert_text
from digests.briefing import Text
from monitor.archive.alerts import Alert as Followed
from monitor.archive.alerts import alerts, set_alert
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.letters import delivery, edition, entry
from monitor.archive.scans import finish_scan, start_scan
from monitor.archive.schema import document
from monitor.archive.web import save_search, saved_search
from monitor.cli.app import run
from monitor.collecting.intake import Intake
from monitor.core.zone import ZONE
from monitor.delivery import personal, subscribers
from monitor.letters.alerting import Round, is_due, send_alerts
from monitor.serving import Scheduler
from monitor.web import public
from spiders.events import PageRead
from spiders.finding import Finding, Kind
from tests import storstad
from tests.monitor.mail_server import MailServer, running
from tests.monitor.web.conftest import HOSTILE, finding, serving, window

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
PUBLIC = "https://utblick.storstad.example.se"
HOUR = timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with running() as one:
        yield one


@pytest.fixture
def settings(server: MailServer, tmp_path: Path) -> Settings:
    folder = storstad.founded(tmp_path / "config")
    return Settings(
        config=folder,
        data_dir=tmp_path / "home",
        smtp_host=server.host,
        smtp_port=server.port,
        smtp_security="none",
        web_address="https://inne.storstad.example.se",
    )


def came(engine: Engine, at: datetime, *findings: Finding) -> None:
    """A scan that found this."""
    with writing(engine) as conn:
        number = start_scan(conn, at, "command")
    Intake(engine, number).take([PageRead("hys-open", f"list-{at}", None, findings)], at)
    with writing(engine) as conn:
        finish_scan(conn, number, at)


def followed(engine: Engine, interval: str = "immediate", query: str = "slam", name: str = "Slam") -> Followed:
    """An alert to Anna, who has confirmed."""
    with writing(engine) as conn:
        known = subscribers.listed(conn)
        one = known[0] if known else subscribers.add(conn, "anna@storstad.example.se", now=NOW)
        kept = save_search(conn, name, "anna", {"q": query}, NOW)
        set_alert(conn, kept.id, one.id, interval, NOW)
        return alerts(conn)[-1]


def sending(engine: Engine, settings: Settings, at: datetime, **more: Any) -> Round:
    return send_alerts(engine, settings, clock=lambda: at, **more)


def text_of(server: MailServer, number: int = -1) -> str:
    content: str = server.handler.taken[number].message.get_body(("plain",)).get_content()
    return content


def test_only_what_is_new_is_told_and_only_once(archive: Engine, settings: Settings, server: MailServer) -> None:
    came(archive, NOW - HOUR, finding("gammal", "Gammalt slam", "Känt sedan tidigare."))
    followed(archive)
    assert sending(archive, settings, NOW + HOUR).due == (), "nothing was read since"
    came(
        archive,
        NOW + HOUR,
        finding("ny", "Nytt om slam", "Fosfor.", windows=(window(date(2026, 12, 18)),)),
    )
    came(archive, NOW + HOUR * 2, finding("annat", "Olivolja", "Priset stiger."))
    done = sending(archive, settings, NOW + HOUR * 2)
    assert ([one.hits for one in done.due], done.sent) == ([1], 1)
    text = text_of(server)
    assert "Nytt om slam" in text
    assert "fredag 18 december 2026" in text
    assert "Gammalt" not in text
    assert "Olivolja" not in text
    assert "<https://example.org/ny>" in text
    assert "Därför får du det här" in text
    came(archive, NOW + HOUR * 3, finding("annat2", "Olivolja igen", "Priset sjunker."))
    assert [one.hits for one in sending(archive, settings, NOW + HOUR * 3).due] == [0]
    assert len(server.handler.taken) == 1


def test_what_changed_in_a_way_that_matters_is_told_again(
    archive: Engine, settings: Settings, server: MailServer
) -> None:
    came(archive, NOW - HOUR, finding("a", "Remiss om slam", "Fosfor.", Kind.REMISS))
    followed(archive)
    came(archive, NOW + HOUR, finding("a", "Remiss om slam", "Fosfor, i andra ord.", Kind.REMISS))
    assert [one.hits for one in sending(archive, settings, NOW + HOUR).due] == [0], (
        "a text that flickers is no news"
    )
    later = finding("a", "Remiss om slam", "Fosfor.", Kind.REMISS, windows=(window(date(2026, 12, 9)),))
    came(archive, NOW + HOUR * 2, later)
    assert sending(archive, settings, NOW + HOUR * 2).sent == 1
    assert "Ändrat ·" in text_of(server)


def test_what_is_rated_only_later_is_told_then(archive: Engine, settings: Settings, server: MailServer) -> None:
    one = followed(archive)
    with writing(archive) as conn:
        conn.execute(saved_search.update().values(query={"q": "slam", "level": "act"}))
    came(archive, NOW + HOUR, finding("a", "Slam", "Fosfor."))
    assert [told.hits for told in sending(archive, settings, NOW + HOUR).due] == [0]
    with writing(archive) as conn:
        conn.execute(document.update().values(level="act"))
    came(archive, NOW + HOUR * 2, finding("b", "Olivolja", "Nej."))
    assert [told.hits for told in sending(archive, settings, NOW + HOUR * 2).due] == [1]
    assert one.letter.startswith("alert:")


def work(url: str, settings: Settings) -> None:
    engine = open_archive(url)
    send_alerts(engine, settings, clock=lambda: NOW + HOUR)
    engine.dispose()


def test_four_processes_tell_each_alert_once(
    archive: Engine, archive_url: str, settings: Settings, server: MailServer
) -> None:
    for number in range(12):
        followed(archive, name=f"Slam {number}")
    came(archive, NOW + HOUR, finding("a", "Slam", "Fosfor."))
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work, args=(archive_url, settings)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * 4
    subjects = sorted(taken.message["Subject"] for taken in server.handler.taken)
    assert subjects == sorted(f"1 träff: Slam {number}" for number in range(12))
    with reading(archive) as conn:
        assert conn.execute(select(func.count()).select_from(edition)).scalar_one() == 12
        assert conn.execute(select(func.count()).select_from(entry)).scalar_one() == 12


@pytest.mark.parametrize(
    ("where", "queued"),
    [("outbox.enqueue", False), ("send_due", True)],
    ids=["before it is queued", "between claim and sending"],
)
def test_killed_anywhere_the_mail_still_leaves_once(
    archive: Engine,
    settings: Settings,
    server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    *,
    where: str,
    queued: bool,
) -> None:
    followed(archive)
    came(archive, NOW + HOUR, finding("a", "Slam", "Fosfor."))

    def killed(*_args: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(f"monitor.letters.alerting.{where}", killed)
        with pytest.raises(KeyboardInterrupt):
            sending(archive, settings, NOW + HOUR)
    assert server.handler.taken == []
    with reading(archive) as conn:
        assert conn.execute(select(func.count()).select_from(edition)).scalar_one() == queued
    assert sending(archive, settings, NOW + HOUR).sent == 1
    assert sending(archive, settings, NOW + HOUR * 2).sent == 0
    assert len(server.handler.taken) == 1


def test_a_mail_server_that_is_down_delays_and_loses_nothing(
    archive: Engine, settings: Settings, server: MailServer
) -> None:
    followed(archive)
    came(archive, NOW + HOUR, finding("a", "Slam", "Fosfor."))
    down = settings.model_copy(update={"smtp_port": 9})
    done = sending(archive, down, NOW + HOUR)
    assert done.stopped
    assert sending(archive, settings, NOW + HOUR).sent == 1
    assert len(server.handler.taken) == 1


def test_a_dry_run_stores_and_sends_nothing(archive: Engine, settings: Settings, server: MailServer) -> None:
    one = followed(archive)
    came(archive, NOW + HOUR, finding("a", "Slam", "Fosfor."))
    done = sending(archive, settings, NOW + HOUR, dry_run=True)
    assert [told.hits for told in done.due] == [1]
    with reading(archive) as conn:
        assert conn.execute(select(func.count()).select_from(edition)).scalar_one() == 0
        assert alerts(conn) == (one,)
    assert server.handler.taken == []


@pytest.mark.parametrize(
    ("interval", "told", "now", "due"),
    [
        ("daily", "2026-11-23T07:00", "2026-11-24T06:59", False),
        ("daily", "2026-11-23T07:00", "2026-11-24T07:00", True),
        ("daily", "2026-11-20T07:00", "2026-11-23T06:00", True),
        ("daily", "2026-11-24T07:00", "2026-11-24T23:00", False),
        ("daily", "2026-10-24T07:00", "2026-10-25T06:30", False),
        ("weekly", "2026-11-23T07:01", "2026-11-29T23:59", False),
        ("weekly", "2026-11-23T07:01", "2026-11-30T06:59", False),
        ("weekly", "2026-11-23T07:01", "2026-11-30T07:00", True),
        ("weekly", "2026-11-23T07:01", "2026-12-03T12:00", True),
    ],
)
def test_daily_in_the_morning_weekly_on_monday(interval: str, told: str, now: str, *, due: bool) -> None:
    first, second = (datetime.fromisoformat(one).replace(tzinfo=ZONE) for one in (told, now))
    assert is_due(interval, first, second, ZONE, at="monday 07:00") is due
    # Another day and hour in the settings: everything moves with it.
    later = timedelta(days=2, hours=6, minutes=30) if interval == "weekly" else timedelta(hours=6, minutes=30)
    assert is_due(interval, first + later, second + later, ZONE, at="wednesday 13:30") is due


def test_a_weekly_alert_tells_the_week(archive: Engine, settings: Settings, server: MailServer) -> None:
    followed(archive, "weekly")
    for day in range(1, 6):
        came(archive, NOW + timedelta(days=day), finding(f"a{day}", f"Slam {day}", "Fosfor."))
    assert sending(archive, settings, NOW + timedelta(days=6)).due == ()
    assert sending(archive, settings, NOW + timedelta(days=7)).sent == 1
    assert server.handler.taken[0].message["Subject"] == "5 träffar: Slam"


def test_the_recipient_stops_it_with_a_button_or_one_click_and_the_letter_still_comes(
    sqlite_archive: Engine, settings: Settings, server: MailServer
) -> None:
    config = settings.config / "organisation.toml" if settings.config else Path()
    assert PUBLIC in config.read_text()
    followed(sqlite_archive)
    other = followed(sqlite_archive, name="Annat slam")
    came(sqlite_archive, NOW + HOUR, finding("a", "Slam", "Fosfor."))
    assert sending(sqlite_archive, settings, NOW + HOUR).sent == 2
    mail = next(one.message for one in server.handler.taken if "Annat" in one.message["Subject"])
    path = f"/alert/{other.token}"
    assert mail["List-Unsubscribe"].startswith(f"<{PUBLIC}{path}>, <mailto:")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f'href="{PUBLIC}{path}"' in mail.get_body(("html",)).get_content()
    with reading(sqlite_archive) as conn:
        stored = conn.execute(select(edition.c.html, edition.c.text)).all()
    assert not any(other.token in text for row in stored for text in row), "the record names no recipient"
    came(sqlite_archive, NOW + HOUR * 2, finding("b", "Mer slam", "Fosfor."))
    down = settings.model_copy(update={"smtp_port": 9})
    assert sending(sqlite_archive, down, NOW + HOUR * 2).stopped, "two mails wait"
    application = public.create(settings, sqlite_archive, lambda: NOW + HOUR * 3)
    with serving(application) as there, httpx.Client(base_url=there) as outside:
        assert "<button>" in outside.get(path).text  # as a scanner of links does
        with reading(sqlite_archive) as conn:
            assert {one.standing for one in alerts(conn)} == {"active"}
        assert outside.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
        assert outside.post(path).status_code == 200  # again: nothing changes
        assert outside.get("/alert/x").status_code == outside.post("/alert/x").status_code == 404
        assert outside.put(path).status_code == 405
    assert sending(sqlite_archive, settings, NOW + HOUR * 4).sent == 1
    with reading(sqlite_archive) as conn:
        assert [one.standing for one in alerts(conn)] == ["active", "stopped"]
        assert subscribers.listed(conn)[0].state == "active"
        states = conn.execute(select(delivery.c.state).order_by(delivery.c.state)).scalars().all()
    assert states == ["cancelled", "sent", "sent", "sent"]


def test_without_a_public_address_stopping_is_a_mail(settings: Settings) -> None:
    told = replace(mail_of(settings, "Slam"), organisation=load_organisation(None))
    told = replace(told, organisation=told.organisation.model_copy(update={"public_address": None}))
    mail = alert_message(
        told, to="a@storstad.example.se", sender="u@storstad.example.se", occasion="x", stop=f"{PUBLIC}/alert/t"
    )
    assert mail["List-Unsubscribe"].startswith("<mailto:")
    assert mail["List-Unsubscribe-Post"] is None
    assert "/alert/" not in mail.as_string()


def mail_of(settings: Settings, title: str, search: str = "Slam", url: str = "https://example.org/a") -> Alert:
    hit = Hit(Text(title, "sv"), title, url, new=True, closes=NOW.date())
    return Alert(
        organisation=load_organisation(settings.config),
        language="sv",
        search=search,
        interval="daily",
        since=NOW,
        now=NOW,
        hits=(hit,) * 3,
        more=2,
        address="https://inne.storstad.example.se/sok?q=x",
    )


@pytest.mark.parametrize(
    "hostile", [HOSTILE, "a\r\nBcc: x@evil.example", "\u202egnp.exe", "ä" * 5000, "{{ 7*7 }}{% x %}"]
)
def test_hostile_titles_and_names_stay_text(settings: Settings, hostile: str) -> None:
    told = mail_of(settings, hostile, search=hostile, url="javascript:alert(1)")
    mail = alert_message(told, to="a@storstad.example.se", sender="u@storstad.example.se", occasion="x")
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    html, text = alert_html(told), alert_text(told)
    assert "<script" not in html
    assert "<img" not in html
    assert "javascript:" not in html + text
    assert "\u202e" not in html + text
    assert "49" not in re.sub(r"#\w+|\d+px", "", html)
    assert max(len(line) for line in text.splitlines()) <= 78
    assert mail.as_bytes().count(b"\r\n\r\n") >= 2


def test_both_languages_say_the_same(settings: Settings) -> None:
    told = mail_of(settings, "Slam")
    assert "Svara senast måndag 23 november 2026, sista dagen" in " ".join(alert_text(told).split())
    english = " ".join(alert_text(replace(told, language="en")).split())
    assert "5 results: Slam" in english
    assert "Why you get this" in english


def test_what_is_kept_of_a_person_covers_alerts_and_goes_with_them(
    archive: Engine, settings: Settings, server: MailServer
) -> None:
    one = followed(archive)
    came(archive, NOW + HOUR, finding("a", "Slam", "Fosfor."))
    with reading(archive) as conn:
        [kept] = personal.export(conn, one.subscriber)["alerts"]
    assert (kept["search"], kept["interval"], kept["query"]) == ("Slam", "immediate", {"q": "slam"})
    assert one.token not in str(kept)
    with writing(archive) as conn:
        personal.forget(conn, one.subscriber)
    with reading(archive) as conn:
        assert alerts(conn) == ()
    assert sending(archive, settings, NOW + HOUR).due == ()
    assert server.handler.taken == []


@pytest.mark.parametrize("state", ["pending", "unsubscribed"])
def test_who_has_not_confirmed_or_has_left_gets_nothing(
    sqlite_archive: Engine, settings: Settings, server: MailServer, state: str
) -> None:
    one = followed(sqlite_archive)
    with writing(sqlite_archive) as conn:
        subscribers.edit(conn, one.subscriber, now=NOW, state=state)
    came(sqlite_archive, NOW + HOUR, finding("a", "Slam", "Fosfor."))
    assert sending(sqlite_archive, settings, NOW + HOUR).due == ()
    assert server.handler.taken == []


def test_two_schedulers_tell_once_and_wait_while_sources_are_read(
    archive: Engine, settings: Settings, server: MailServer
) -> None:
    followed(archive)
    came(archive, NOW + HOUR, finding("a", "Slam", "Fosfor."))
    first, second = (Scheduler(archive, settings, lambda: NOW + HOUR) for _ in range(2))
    first._reading.set()  # as during a scan
    assert first.send_alerts().due == ()
    assert [one.hits for one in second.send_alerts().due] == [1]
    first._reading.clear()
    assert first.send_alerts().due == ()
    assert len(server.handler.taken) == 1


def test_the_scheduler_sends_alerts_without_the_pages() -> None:
    code = "import sys, monitor.serving; sys.exit(any(name.startswith('monitor.web') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_cron_sends_and_lists(
    sqlite_archive: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    followed(sqlite_archive)
    came(sqlite_archive, NOW + HOUR, finding("a", "Slam", "Fosfor."))
    environment = {
        "UTBLICK_CONFIG": str(settings.config),
        "UTBLICK_DATABASE_URL": str(sqlite_archive.url),
        "UTBLICK_NOW": (NOW + HOUR).isoformat(),
        "UTBLICK_SMTP_HOST": settings.smtp_host,
        "UTBLICK_SMTP_PORT": str(settings.smtp_port),
        "UTBLICK_SMTP_SECURITY": "none",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    said = []
    for words in (["send", "--dry-run"], ["send"], ["send"], ["list"]):
        assert run(["alerts", *words, "--json"]) == 0
        said.append(json.loads(capsys.readouterr().out))
    dry, sent, again, listed = said
    told = {"alert": 1, "search": "Slam", "subscriber": 1, "interval": "immediate", "hits": 1}
    assert (dry["due"], dry["sent"]) == ([told], 0)
    assert (sent["due"], sent["sent"], sent["stopped"]) == ([told], 1, None)
    assert (again["due"], again["sent"]) == ([], 0)
    assert [(one["state"], one["followed_by"], one["subscriber"]) for one in listed] == [("active", "anna", 1)]
    assert "anna@" not in json.dumps(said)
