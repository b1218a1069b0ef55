"""From the example's sources to letters in a mailbox: the demo's three weeks, and sending at most once."""

import email
import json
from datetime import UTC, datetime
from email.policy import default
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from digests.briefing import Briefing
from monitor import demo, example
from monitor.archive.engine import open_archive, reading, writing
from monitor.delivery.subscribers import Wishes, add
from monitor.letters.briefing import BriefingError, Office, edit, editions, find, gather
from monitor.letters.posting import gets_week, send
from tests.monitor.mail_server import running

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
WEEK = "2026-W48"


@pytest.fixture(scope="module")
def gone_the_whole_way(tmp_path_factory: pytest.TempPathFactory) -> demo.Demo:
    """The demo, once for all tests of this module."""
    return demo.run(tmp_path_factory.mktemp("demo") / "here")


def settings(folder: Path, **more: object) -> Settings:
    return load_settings(
        config=example.overlay(),
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'utblick.db'}",
        now=NOW,
        **more,
    )


def told(briefing: Briefing) -> set[str]:
    return {
        one.item
        for section in briefing.sections
        for one in (*section.entries, *section.lines)
        if one.item and section.id != "outcomes"
    }


def test_the_letter_starts_with_deadlines_and_tells_nothing_twice(gone_the_whole_way: demo.Demo) -> None:
    briefing = gone_the_whole_way.briefing
    assert briefing.week == WEEK
    deadlines = briefing.sections[0]
    assert deadlines.id == "deadlines"
    days = [entry.window.closes for entry in deadlines.entries if entry.window and entry.window.closes]
    assert days == sorted(days)
    names = [one.item for section in briefing.sections if section.id != "outcomes" for one in section.entries]
    names += [
        one.item for section in briefing.sections if section.id != "outcomes" for one in section.lines if one.item
    ]
    assert len(names) == len(set(names))
    assert 5 <= len([entry for section in briefing.sections for entry in section.entries]) <= 8
    assert any("avlopp" in entry.title.text.lower() for entry in deadlines.entries)


def test_noise_stays_out(gone_the_whole_way: demo.Demo) -> None:
    text = (gone_the_whole_way.folder / "letter.txt").read_text()
    for word in ("fiskemöjligheter", "genetiskt modifierad", "sanktioner"):
        assert word not in text.lower()


def test_every_week_has_its_edition_and_shares_its_facts_with_the_files(gone_the_whole_way: demo.Demo) -> None:
    chosen = settings(gone_the_whole_way.folder)
    engine = open_archive(chosen.database)
    with reading(engine) as conn:
        kept = editions(conn, Office.of(chosen).organisation.letter.name)
    engine.dispose()
    assert [one.week for one in kept] == ["2026-W48", "2026-W47", "2026-W45"]
    mail = email.message_from_bytes((gone_the_whole_way.folder / "letter.eml").read_bytes(), policy=default)
    assert mail["Subject"] == kept[0].subject
    assert mail["Auto-Submitted"] == "auto-generated"
    body, *files = mail.iter_parts()
    assert [part.get_content_type() for part in body.iter_parts()] == ["text/plain", "text/html"]
    assert files
    assert {part.get_content_type() for part in files} == {"text/calendar"}
    assert json.dumps(kept[0].json).count(example.SUBSCRIBER) == 0


def test_what_last_week_told_returns_only_with_a_reason(gone_the_whole_way: demo.Demo) -> None:
    chosen = settings(gone_the_whole_way.folder)
    office = Office.of(chosen)
    engine = open_archive(chosen.database)
    later = datetime(2026, 11, 30, 7, tzinfo=UTC)
    with reading(engine) as conn:
        briefing = edit(gather(conn, office, week="2026-W49", now=later))
        last = find(conn, office.organisation.letter.name, WEEK)
    engine.dispose()
    assert last is not None
    today = later.date()
    for section in briefing.sections:
        if section.id in ("outcomes", "sources"):
            continue
        for one in (*section.entries, *section.lines):
            # Nothing was scanned in between: only deadlines bring anything back.
            closes = one.window.closes if hasattr(one, "window") and one.window else getattr(one, "closes", None)
            assert closes is not None
            assert closes >= today


def test_sending_twice_delivers_once(gone_the_whole_way: demo.Demo) -> None:
    with running() as server:
        handler = server.handler
        chosen = settings(
            gone_the_whole_way.folder, smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none"
        )
        engine = open_archive(chosen.database)
        with pytest.raises(BriefingError, match="subscribers add"):
            send(engine, chosen, week=WEEK, clock=lambda: NOW)
        with writing(engine) as conn:
            add(conn, example.SUBSCRIBER, now=NOW)
            add(conn, "short@example.org", now=NOW, wishes=Wishes(language="en", density="short"))
            add(conn, "monthly@example.org", now=NOW, wishes=Wishes(cadence="monthly"))
        planned = send(engine, chosen, week=WEEK, clock=lambda: NOW, dry_run=True)
        assert (len(planned.recipients), planned.tally) == (2, None)
        assert handler.taken == []
        first = send(engine, chosen, week=WEEK, clock=lambda: NOW)
        again = send(engine, chosen, week=WEEK, clock=lambda: NOW)
        engine.dispose()
    assert first.tally is not None
    assert (first.queued, first.tally.sent) == (2, 2)
    assert again.tally is not None
    assert (again.queued, again.tally.sent) == (0, 0)
    assert sorted(one.recipient for one in handler.taken) == ["short@example.org", example.SUBSCRIBER]
    assert {one.message["Content-Language"] for one in handler.taken} == {"sv", "en"}


@pytest.mark.parametrize(
    ("cadence", "week", "expected"),
    [
        ("weekly", "2026-W48", True),
        ("fortnightly", "2026-W48", True),
        ("fortnightly", "2026-W49", False),
        ("monthly", "2026-W49", False),  # Monday 30 November
        ("monthly", "2026-W50", True),  # Monday 7 December
        ("monthly", "2026-W53", False),  # Monday 28 December
    ],
)
def test_cadence(cadence: str, week: str, expected: bool) -> None:
    assert gets_week(cadence, week) is expected


def test_the_demo_refuses_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(Exception, match="another folder"):
        demo.run(tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "keep me"
