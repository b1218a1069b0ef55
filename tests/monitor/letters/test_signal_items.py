"""Early signals from the archive into the letter: documents, how strong the evidence is, silence otherwise."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from config.settings import load_settings
from digests.briefing import Section
from digests.render import render_text
from monitor.archive.documents import get_documents, unassessed
from monitor.archive.engine import reading, writing
from monitor.archive.ratings import save_assessments
from monitor.archive.scans import start_scan
from monitor.collecting.intake import Intake
from monitor.letters.briefing import Office, edit, gather
from nlp.assessment import Assessment, Direction, Level, Tag
from spiders.events import PageRead
from spiders.finding import Finding, Kind

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
WEEKS = 14


def news(source: int, key: str, day: date, title: str) -> Finding:
    return Finding(
        source=f"source-{source}",
        key=key,
        url=f"https://source-{source}.example.org/{key}",
        kind=Kind.NEWS,
        title={"sv": title},
        language="sv",
        published=day,
    )


def store(archive: Engine, now: datetime, findings: Iterable[Finding]) -> None:
    """Take findings in and rate them as background news about water."""
    with writing(archive) as conn:
        intake = Intake(archive, start_scan(conn, now, "command"))
    intake.take([PageRead(one.source, one.key, None, (one,)) for one in findings], now)
    with reading(archive) as conn:
        documents = get_documents(conn, unassessed(conn, "m"))
    tag = Tag("va-vatten", 0.9, assigned=True)
    rated = [
        (one, Assessment(str(one.id), "sv", (tag,), 0.5, Level.BACKGROUND, Direction.UNCLEAR, (), (), "m"))
        for one in documents
    ]
    with writing(archive) as conn:
        save_assessments(conn, rated, now)


@pytest.fixture
def half_a_year(archive: Engine) -> Engine:
    """Four sources with two pieces of everyday news each week."""
    for week in range(WEEKS, -1, -1):
        now = NOW - timedelta(weeks=week)
        store(
            archive,
            now,
            [
                news(source, f"{week}-{place}", now.date(), f"Vardag{week * 8 + source * 2 + place} i sjön")
                for source in range(4)
                for place in range(2)
            ],
        )
    return archive


def signals(archive: Engine, tmp_path: Path, language: str = "sv") -> tuple[Section, str]:
    office = Office.of(load_settings(data_dir=tmp_path))
    with reading(archive) as conn:
        briefing = edit(gather(conn, office, week="2026-W48", now=NOW), language=language)
    return next(one for one in briefing.sections if one.id == "signals"), render_text(briefing)


def test_a_word_that_is_new_in_many_sources_is_told_with_its_documents(
    half_a_year: Engine, tmp_path: Path
) -> None:
    store(
        half_a_year,
        NOW,
        [
            news(n % 4, f"new-{n}", NOW.date() - timedelta(days=n), f"Kvartärrening prövas på plats {n}")
            for n in range(8)
        ],
    )
    section, text = signals(half_a_year, tmp_path)
    (entry,) = section.entries
    assert entry.lead == "Följ tidig signal"
    assert entry.title.text == "Nytt ord: ”kvartärrening”"
    assert entry.what.text == (
        "8 ärenden från 4 källor på 14 dagar, mot väntat 0,0 efter de 12 veckorna före; starkt underlag."
    )
    assert "Område: miljö. Tidshorisont: två till fem år." in entry.why
    assert len(entry.sources) == 4
    assert entry.sources[0].name.endswith("Kvartärrening prövas på plats 0")
    assert entry.sources[0].url == "https://source-0.example.org/new-0"
    assert "Nytt ord: ”kvartärrening”" in text
    english, _ = signals(half_a_year, tmp_path, "en")
    assert english.entries[0].title.text == "New word: “kvartärrening”"


def test_everyday_news_is_no_signal(half_a_year: Engine, tmp_path: Path) -> None:
    section, text = signals(half_a_year, tmp_path)
    assert (section.entries, section.lines) == ((), ())
    assert "TIDIGA SIGNALER\n---------------\nInget att notera." in text


def test_an_archive_of_two_weeks_says_nothing(archive: Engine, tmp_path: Path) -> None:
    store(archive, NOW, [news(n % 4, f"new-{n}", NOW.date(), f"Kvartärrening prövas {n}") for n in range(12)])
    section, _ = signals(archive, tmp_path)
    assert (section.entries, section.lines) == ((), ())
