"""The follow-up of a quarter: what was followed, which windows were used, missed or nobody's, as it stood then."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from config.organisation import load_organisation
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.ratings import judge
from monitor.cli.app import run
from monitor.dossiers.cases import set_case
from monitor.dossiers.files import Rules
from monitor.errors import MonitorError
from monitor.letters.reporting import Report, Use, as_json, parse_period, quarter_of, report, year_of
from nlp.assessment import Level
from spiders.finding import Certainty, Finding, Kind, Window, WindowKind
from tests.monitor.file_room import file, files, finding, moment

TODAY = date(2026, 12, 1)


def consultation(number: int, opens: date, closes: date | None) -> Finding:
    return finding(
        "hys",
        f"{number}",
        Kind.INITIATIVE,
        f"Samråd {number}",
        f"hys {number}",
        published="2026-06-01",
        windows=(Window(WindowKind.FEEDBACK, opens, closes, Certainty.GIVEN),),
    )


ANSWERED = consultation(1, date(2026, 8, 1), date(2026, 9, 15))
TOO_LATE = consultation(2, date(2026, 8, 1), date(2026, 9, 20))
NOBODYS = consultation(3, date(2026, 8, 1), date(2026, 9, 25))
LATER = consultation(4, date(2026, 11, 1), date(2026, 12, 15))
ENDLESS = consultation(5, date(2026, 8, 1), None)


@pytest.fixture
def room(sqlite_archive: Engine) -> Engine:
    fill(sqlite_archive)
    return sqlite_archive


def fill(archive: Engine) -> None:
    file(archive, moment("2026-08-01"), ANSWERED, TOO_LATE, NOBODYS, LATER, ENDLESS)
    room = files(archive)
    number = {one.title[0]: dossier for dossier, one in room.items()}
    with writing(archive) as conn:
        for one in room.values():
            judge(conn, one.best.id, "Anna", moment("2026-08-02"), level=Level.ACT)
    steps = [
        ("Samråd 1", {"status": "tilldelad", "owner": "Anna", "channel": "SKR"}, "2026-08-10"),
        ("Samråd 1", {"status": "svarat"}, "2026-09-10"),
        ("Samråd 1", {"status": "avslutad", "channel": "CEMR"}, "2026-10-05"),
        ("Samråd 2", {"status": "bevakas", "channel": "SKR"}, "2026-09-01"),
        ("Samråd 2", {"status": "svarat"}, "2026-09-21"),
        ("Samråd 4", {"status": "bevakas"}, "2026-11-05"),
    ]
    for title, values, day in steps:
        with writing(archive) as conn:
            set_case(conn, number[title], values, who="Anna", at=moment(day))


def told(archive: Engine, period: str, today: date = TODAY) -> Report:
    with reading(archive) as conn:
        return report(conn, parse_period(period), Rules.of(), today, load_organisation().zone)


def test_windows_are_used_or_missed(room: Engine) -> None:
    found = told(room, "2026-Q3")
    uses = {one.title: [window.use for window in one.windows] for one in found.followed}
    assert uses == {"Samråd 1": [Use.USED], "Samråd 2": [Use.MISSED]}
    assert found.uses == {Use.USED: 1, Use.MISSED: 1}


def test_everything_is_told_as_it_stood_then(room: Engine) -> None:
    (first, second) = told(room, "2026-Q3").followed
    assert (first.status, first.owner, first.channel) == ("svarat", "Anna", "SKR")
    assert first.answered == (date(2026, 9, 10),)
    assert second.status == "svarat"
    later = told(room, "2026-Q4")
    assert [(one.title, one.status, one.channel) for one in later.followed] == [
        ("Samråd 1", "avslutad", "CEMR"),
        ("Samråd 2", "svarat", "SKR"),
        ("Samråd 4", "bevakas", None),
    ]
    assert later.uses == {Use.OPEN: 1}
    assert told(room, "2026-Q4", date(2026, 12, 16)).uses == {Use.MISSED: 1}
    # What was closed before the period is no longer followed in it.
    assert [one.title for one in told(room, "2027-Q1", date(2027, 2, 1)).followed] == ["Samråd 2", "Samråd 4"]


def test_what_nobody_followed_is_named(room: Engine) -> None:
    assert [(one.title, one.closes) for one in told(room, "2026-Q3").unfollowed] == [
        ("Samråd 3", date(2026, 9, 25))
    ]
    assert told(room, "2026-Q3", date(2026, 9, 25)).unfollowed == (), "it is still open on its last day"


def test_periods() -> None:
    assert (quarter_of(date(2026, 11, 23)).name, year_of(TODAY).name) == ("2026-Q4", "2026")
    assert (parse_period("2026-Q4").first, parse_period("2026-Q4").last) == (date(2026, 10, 1), date(2026, 12, 31))
    assert parse_period("2024-Q1").last == date(2024, 3, 31)
    for wrong in ("2026-Q5", "26", "2026-12", ""):
        with pytest.raises(MonitorError, match="expected a quarter"):
            parse_period(wrong)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("UTBLICK_NOW", "2026-12-01T08:00:00+00:00")
    archive = open_archive(f"sqlite:///{tmp_path / 'utblick.db'}")
    fill(archive)
    archive.dispose()
    assert run(["report", "--period", "2026-Q3"]) == 0
    text = capsys.readouterr().out
    head, *_ = text.split("\n\n")
    assert head.startswith("Uppföljning av påverkansarbetet 2026-Q3\n")
    assert head.endswith("· 1 juli 2026 – 30 september 2026")
    assert all(len(line) <= 78 for line in text.splitlines() if not line.strip().startswith("<"))
    assert "1 använda, 1 missade, 0 ännu öppna" in text
    assert "Kanaler: SKR 2" in text
    assert "Samråd 3" in text
    assert ": använt" in text
    assert ": missat" in text
    assert run(["report", "--period", "2026-Q3", "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!DOCTYPE html>")
    assert page.count("<h1>") == 1
    assert "1 använda, 1 missade, 0 ännu öppna" in page
    assert "<script" not in page
    assert run(["report", "--year", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["period"]["name"] == "2026"
    assert data["windows"] == {"used": 1, "missed": 1, "open": 1}
    assert data["outcomes"] == {"avslutad": 1, "svarat": 1, "bevakas": 1}
    assert run(["report", "--year", "--quarter"]) == 2
    assert as_json(Report(parse_period("2026"), (), ()))["channels"] == {}
