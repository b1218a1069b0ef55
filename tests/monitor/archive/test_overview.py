from datetime import UTC, date, datetime

from sqlalchemy import Engine

from monitor.archive.documents import get_documents
from monitor.archive.engine import reading, writing
from monitor.archive.overview import (
    captures_of,
    closing_between,
    counts,
    lead_times,
    moved_since,
    page_of_documents,
    volume,
    windows_by_state,
)
from monitor.archive.ratings import save_assessments
from monitor.archive.scans import start_scan
from monitor.collecting.intake import Intake
from nlp.assessment import Assessment, Direction, Level, Tag
from spiders.events import PageRead
from spiders.finding import Certainty, Finding, Kind, Window, WindowKind

FIRST, LATER = datetime(2026, 11, 2, 7, tzinfo=UTC), datetime(2026, 11, 16, 7, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def finding(key: str, closes: date | None, published: date) -> Finding:
    windows = (Window(WindowKind.REMISS, None, closes, Certainty.GIVEN),) if closes else ()
    return Finding(
        source="prov",
        key=key,
        url=f"https://x.se/{key}",
        kind=Kind.REMISS,
        title={"sv": f"Remiss {key}"},
        language="sv",
        published=published,
        windows=windows,
    )


def take(engine: Engine, now: datetime, *findings: Finding) -> None:
    with writing(engine) as conn:
        number = start_scan(conn, now, "command")
    Intake(engine, number).take([PageRead("prov", "list", None, findings)], now)


def fill(engine: Engine) -> None:
    take(
        engine,
        FIRST,
        finding("a", date(2026, 12, 1), date(2026, 10, 5)),
        finding("b", date(2026, 11, 10), date(2026, 10, 6)),
        finding("c", None, date(2026, 11, 1)),
    )
    take(engine, LATER, finding("a", date(2026, 12, 8), date(2026, 10, 5)))
    with reading(engine) as conn:
        documents = get_documents(conn, [1, 2, 3])
    rated = [
        (
            one,
            Assessment(
                id=str(one.id),
                language="sv",
                tags=(Tag("va-vatten", 0.9, assigned=True),),
                relevance=0.9,
                level=Level.ACT if one.key == "a" else Level.NONE,
                direction=Direction.BOTH,
                reasons=(),
                evidence=(),
                model="m",
            ),
        )
        for one in documents
    ]
    with writing(engine) as conn:
        save_assessments(conn, rated, LATER)


def test_the_archive_from_above(archive: Engine) -> None:
    fill(archive)
    with reading(archive) as conn:
        number = {one.key: one.id for one in get_documents(conn, [1, 2, 3])}
        ahead = closing_between(conn, TODAY, date(2027, 1, 1))
        assert [(one.document, one.closes) for one in ahead] == [(number["a"], date(2026, 12, 8))]
        assert closing_between(conn, TODAY, date(2027, 1, 1), levels=("brief",)) == ()
        assert closing_between(conn, TODAY, date(2027, 1, 1), theme="transport") == ()
        assert len(closing_between(conn, TODAY, date(2027, 1, 1), theme="va-vatten")) == 1
        week_ago = datetime(2026, 11, 15, tzinfo=UTC)
        assert moved_since(conn, week_ago, ("act",), ("windows",), 10) == (number["a"],)
        assert moved_since(conn, week_ago, ("act",), ("title",), 10) == ()
        assert moved_since(conn, LATER, ("act", "none"), ("windows",), 10) == ()
        assert [(one.value, one.documents, one.month) for one in volume(conn, date(2026, 1, 1))] == [
            ("va-vatten", 1, "2026-10")
        ]
        assert {one.value: one.documents for one in counts(conn, "level")} == {"act": 1, "none": 2}
        assert windows_by_state(conn, TODAY) == {"remiss": (1, 1)}
        assert sorted(lead_times(conn, datetime(2026, 1, 1, tzinfo=UTC))["remiss"])[0] == 8
        assert captures_of(conn, number["a"], None) == ()


def test_a_page_goes_on_after_its_last_key(archive: Engine) -> None:
    fill(archive)
    with reading(archive) as conn:
        whole = page_of_documents(conn, 10)
        first = page_of_documents(conn, 2)
        last = get_documents(conn, first[-1:])[0]
        assert first + page_of_documents(conn, 2, (last.day, last.id)) == whole
        assert len(whole) == 3
        assert page_of_documents(conn, 10, since=FIRST) == tuple(
            one.id for one in get_documents(conn, whole) if one.key == "a"
        )
