"""What a person is alarmed about, and what not; in the archive, on the command line and in the letter."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from config.settings import load_settings
from config.sources import Evidence, Expectations, Source
from monitor import example
from monitor.archive import schema
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.history import histories
from monitor.archive.scans import Counts, End, record_attempts, save_captures, start_scan
from monitor.cli.app import run
from monitor.core.health import History, Origin, PastAttempt, Sign, alarms, usual_silence
from monitor.doctor import State, examine
from monitor.letters.briefing import Office, edit, gather
from spiders.finding import Attempt, Capture, Outcome

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
SOURCE = Source(
    id="hys-open",
    platform="have-your-say",
    title="Have your say",
    owner="Commission",
    url="https://a.example/list",
    evidence=Evidence(certainty="recorded"),
)
GOOD = PastAttempt(NOW, "changed", None, 3, 0, 20, 2, 1, 4.0, ())
DAILY = tuple(NOW.date() - timedelta(days=number) for number in range(30))


def signs(history: History, source: Source = SOURCE) -> list[Sign]:
    return [one.sign for one in alarms(history, source, NOW)]


def after(last: PastAttempt, **more: Any) -> History:
    values: dict[str, Any] = {"attempts": (last, GOOD, GOOD), "days": DAILY, "last_good": NOW, "failing": 0}
    return History(**(values | more))


def test_a_source_that_answers_and_one_never_read_are_quiet() -> None:
    assert signs(after(GOOD)) == []
    assert signs(History()) == []


@pytest.mark.parametrize(
    ("outcome", "failing", "expected"),
    [
        ("blocked", 1, [Sign.BLOCKED]),
        ("drifted", 1, [Sign.DRIFTED]),
        ("failed", 2, []),
        ("failed", 3, [Sign.FAILED]),
        ("partial", 3, [Sign.FAILED]),
        ("skipped", 3, []),
    ],
)
def test_outcomes(outcome: str, failing: int, expected: list[Sign]) -> None:
    last = replace(GOOD, outcome=outcome, error="why")
    found = alarms(after(last, failing=failing), SOURCE, NOW)
    assert [one.sign for one in found] == expected
    assert all("why" in one.text for one in found)


def test_bounds_are_the_declared_ones() -> None:
    many = replace(GOOD, warnings=("812 findings, at most 500 expected (expect.max)",))
    few = replace(GOOD, outcome="failed", error="3 findings, at least 10 expected (expect.min)")
    assert signs(after(many)) == [Sign.VOLUME]
    assert alarms(after(many), SOURCE, NOW)[0].fact == "812"
    assert signs(after(few, failing=1)) == [Sign.VOLUME]


def test_silence_is_measured_by_the_sources_own_rhythm() -> None:
    daily = [day - timedelta(days=8) for day in DAILY]
    monthly = [NOW.date() - timedelta(days=45 + 30 * number) for number in range(12)]
    assert signs(after(GOOD, days=tuple(daily))) == [Sign.SILENT]
    assert signs(after(GOOD, days=tuple(monthly))) == []
    summer = (*daily[:10], *(day - timedelta(days=40) for day in daily[10:]))
    assert signs(after(GOOD, days=summer)) == [], "a pause as long was seen within the year"
    assert signs(after(GOOD, days=tuple(daily[:3]))) == [], "three days are no rhythm"
    declared = SOURCE.model_copy(update={"expect": Expectations(newest_within_days=3)})
    assert signs(after(GOOD, days=tuple(daily[:1])), declared) == [Sign.SILENT]
    failed = replace(GOOD, outcome="failed", error="x")
    assert signs(after(failed, days=tuple(daily), failing=1)) == [], "one that fails is not called silent"
    ahead = (NOW.date() + timedelta(days=90), *daily)
    assert signs(after(GOOD, days=ahead)) == [Sign.SILENT], "a date in the future is no sign of life"
    assert usual_silence([], SOURCE) is None


def test_another_host_and_a_lost_encryption_are_noticed() -> None:
    def seen(address: str, first: int, last: int) -> Origin:
        return Origin(address, NOW - timedelta(days=first), NOW - timedelta(days=last))

    home = seen("https://a.example", 90, 5)
    details = seen("https://b.example", 90, 0)
    assert signs(after(GOOD, origins=(seen("https://a.example", 90, 0), details))) == []
    moved = after(GOOD, origins=(home, seen("https://b.example", 3, 0)))
    assert signs(moved) == [Sign.REDIRECT]
    assert alarms(moved, SOURCE, NOW)[0].fact == "a.example → b.example"
    unchanged = replace(GOOD, not_modified=2)
    assert signs(replace(moved, attempts=(unchanged,))) == [], "the list may not have changed"
    plain = after(GOOD, origins=(home, seen("http://a.example", 3, 0)))
    assert signs(plain) == [Sign.TLS]
    expired = replace(GOOD, outcome="failed", error="connection failed (certificate verify failed): x")
    assert signs(after(expired, failing=1)) == [Sign.TLS]


def filled(engine: Engine, *ended: Attempt, url: str = "https://a.example/list") -> None:
    """Attempts, the last of them now, a document a day until twenty days ago, and a capture."""
    with writing(engine) as conn:
        for number, one in enumerate(ended):
            now = NOW - timedelta(days=len(ended) - 1 - number)
            scan = start_scan(conn, now, "command")
            record_attempts(conn, scan, [End(SOURCE, one, Counts(new=1))], now=now)
            capture = Capture(url, "GET", 200, {}, now, f"{number:064}", 3, False)
            save_captures(conn, [(SOURCE.id, capture)])
        conn.execute(
            insert(schema.document),
            [document(number, NOW.date() - timedelta(days=20 + number)) for number in range(10)],
        )


def document(number: int, day: date) -> dict[str, Any]:
    empty: dict[str, Any] = {"summary": {}, "subjects": [], "bodies": [], "attachments": [], "titles": {}}
    moments = dict.fromkeys(("first_seen", "last_seen", "changed"), NOW)
    said = {
        "source": SOURCE.archive,
        "key": str(number),
        "kind": "news",
        "url": "https://a.example",
        "language": "en",
    }
    return {**empty, **moments, **said, "published": day, "day": day, "fingerprint": "x"}


def ended(outcome: Outcome, error: str | None = None) -> Attempt:
    return Attempt(SOURCE.id, outcome, 1, 0, 5, (), error, 1.0)


def test_the_archive_gives_what_the_alarms_need(archive: Engine) -> None:
    filled(archive, ended(Outcome.CHANGED), ended(Outcome.CHANGED), ended(Outcome.FAILED, "time-out"))
    with writing(archive) as conn:
        for url in ("http://a.example:8080", "https://b.example?x=https://c.example/"):
            save_captures(conn, [(SOURCE.id, Capture(url, "GET", 200, {}, NOW, "f" * 64, 3, False))])
    with reading(archive) as conn:
        history = histories(conn, [SOURCE], NOW)[SOURCE.id]
        assert histories(conn, [SOURCE, SOURCE.model_copy(update={"id": "x"})], NOW)[SOURCE.id] == history
    assert [one.outcome for one in history.attempts] == ["failed", "changed", "changed"]
    assert (history.typical, history.failing, history.last_good) == (5, 1, NOW - timedelta(days=1))
    assert history.days[0] == NOW.date() - timedelta(days=20)
    assert len(history.days) == 10
    assert [one.address for one in history.origins] == [
        "http://a.example:8080",
        "https://a.example",
        "https://b.example",
    ]
    assert history.origins[1].first == NOW - timedelta(days=2)


def test_list_show_doctor_and_letter_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", NOW.isoformat())
    settings = load_settings()
    engine = open_archive(settings.database)
    filled(engine, ended(Outcome.CHANGED), ended(Outcome.UNCHANGED))

    assert run(["sources", "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert [one["sign"] for one in rows[SOURCE.id]["alarms"]] == ["silent"]
    assert run(["sources", "show", SOURCE.id, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [one["outcome"] for one in shown["history"]] == ["unchanged", "changed"]
    assert shown["typical"] == 5
    assert run(["sources", "show", SOURCE.id]) == 0
    assert "nothing new since 2026-11-03" in capsys.readouterr().out

    (check,) = [one for one in examine(settings, NOW) if one.name == f"source {SOURCE.id}"]
    assert check.state is State.WARNING
    assert "2026-11-03" in check.detail

    with reading(engine) as conn:
        material = gather(conn, Office.of(settings), week="2026-W48", now=NOW)
    lines = {section.id: section.lines for section in edit(material).sections}["sources"]
    assert any("tyst längre än vanligt (2026-11-03)" in line.detail for line in lines)
    engine.dispose()
