from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select

from config.sources import Evidence, Source
from monitor.archive import schema
from monitor.archive.assignments import assignments
from monitor.archive.claims import claim, claimant, release
from monitor.archive.engine import ArchiveError, reading, writing
from monitor.archive.scans import Counts, due_sources, finish_scan, source_health, start_scan
from monitor.collecting.intake import Intake
from monitor.core.cadence import next_check
from monitor.core.decision import Action
from spiders.events import PageRead
from spiders.finding import Attempt, Capture, Certainty, Finding, Identifier, Kind, Outcome, Window, WindowKind
from spiders.platform import Ask, Remembered

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
SOURCE = Source(
    id="remisser",
    platform="g0v",
    title="Remisser",
    owner="Regeringskansliet",
    url="https://g0v.se/remisser.json",
    evidence=Evidence(certainty="recorded"),
)


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


def row(key: str, title: str = "Remiss av promemorian", **more: Any) -> Finding:
    return Finding(
        source="remisser",
        key=key,
        url=f"https://www.regeringen.se/{key}",
        kind=Kind.REMISS,
        title={"sv": f"{title} {key}"},
        language="sv",
        published=date(2026, 11, 1),
        **more,
    )


def page(*findings: Finding, address: str = "list GET https://g0v.se/remisser.json", sha: str = "a") -> PageRead:
    capture = Capture(
        "https://g0v.se/remisser.json", "GET", 200, {"content-type": "application/json"}, NOW, sha * 64, 17, True
    )
    remembered = Remembered("g0v/1", etag=f'"{sha}"', asks=(Ask("https://g0v.se/x", "detail"),))
    return PageRead("remisser", address, capture, findings, remembered)


def ended(outcome: Outcome = Outcome.CHANGED, seen: Iterable[str] | None = None, **more: Any) -> Attempt:
    values = {"requests": 1, "not_modified": 0, "findings": 1, "warnings": (), "error": None, "seconds": 0.0}
    keys = None if seen is None else frozenset(seen)
    return Attempt("remisser", outcome, **(values | more), complete=seen is not None, seen=keys)


def scan(
    engine: Engine, pages: Iterable[PageRead], now: datetime, attempt: Attempt | None = None
) -> tuple[Outcome, Counts]:
    with writing(engine) as conn:
        number = start_scan(conn, now, "command")
    intake = Intake(engine, number)
    for one in pages:
        intake.take([one], now)
    (stored,) = intake.finish([(SOURCE, attempt or ended())], now)
    with writing(engine) as conn:
        finish_scan(conn, number, now)
    return stored.attempt.outcome, stored.counts


def rows(engine: Engine, table: Table) -> list[dict[str, Any]]:
    with reading(engine) as conn:
        return [dict(one) for one in conn.execute(select(table).order_by(*table.primary_key.columns)).mappings()]


OPEN = Window(WindowKind.REMISS, date(2026, 11, 1), date(2026, 12, 15), Certainty.GIVEN)
FULL = row(
    "1",
    text="Förslaget gäller slam på åkermark.",
    identifiers=(Identifier("diary", "KN2026/01234"),),
    windows=(OPEN,),
    bodies=("Klimat- och näringslivsdepartementet",),
    attachments=(("Promemorian", "https://www.regeringen.se/1.pdf"),),
)


def test_a_scan_is_stored_with_its_proof(archive: Engine) -> None:
    assert scan(archive, [page(FULL, row("2"))], NOW) == (Outcome.CHANGED, Counts(new=2))
    first, second = rows(archive, schema.document)
    assert (first["key"], first["title_sv"], first["day"]) == ("1", "Remiss av promemorian 1", date(2026, 11, 1))
    assert (first["capture"], first["parser"], first["first_seen"]) == ("a" * 64, "g0v/1", NOW)
    assert second["title_sv"] == "Remiss av promemorian 2"
    assert [one["closes"] for one in rows(archive, schema.document_window)] == [date(2026, 12, 15)]
    assert [one["value"] for one in rows(archive, schema.document_identifier)] == ["KN2026/01234"]
    assert [one["sha256"] for one in rows(archive, schema.capture)] == ["a" * 64]
    (attempt,) = rows(archive, schema.attempt)
    assert (attempt["outcome"], attempt["new"], attempt["changed"]) == ("changed", 2, 0)


def test_the_same_scan_again_changes_nothing(archive: Engine) -> None:
    scan(archive, [page(FULL, row("2"))], NOW)
    tables = [schema.document_window, schema.document_identifier, schema.document_step, schema.revision]
    tables += [schema.capture, schema.search_text, schema.vocabulary]
    before = [rows(archive, table) for table in tables]
    assert scan(archive, [page(FULL, row("2"))], NOW) == (Outcome.UNCHANGED, Counts(unchanged=2))
    assert [rows(archive, table) for table in tables] == before
    assert len(rows(archive, schema.document)) == 2


def test_a_change_is_kept_as_was_and_is(archive: Engine) -> None:
    scan(archive, [page(FULL)], NOW)
    moved = replace(FULL, windows=(replace(OPEN, closes=date(2027, 1, 15)),), title={"sv": "Ny titel"})
    assert scan(archive, [page(moved, sha="b")], day(1)) == (Outcome.CHANGED, Counts(changed=1))
    revisions = {one["field"]: one for one in rows(archive, schema.revision)}
    assert revisions["title"]["before"] == {"sv": "Remiss av promemorian 1"}
    assert revisions["title"]["after"] == {"sv": "Ny titel"}
    assert revisions["windows"]["after"][0]["closes"] == "2027-01-15"
    assert revisions["title"]["capture"] == "b" * 64
    (window,) = rows(archive, schema.document_window)
    assert (window["closes"], window["first_seen"], window["stated_at"]) == (date(2027, 1, 15), NOW, day(1))
    (stored,) = rows(archive, schema.document)
    assert (stored["changed"], stored["last_seen"], stored["first_seen"]) == (day(1), day(1), NOW)
    (text,) = rows(archive, schema.search_text)
    assert text["title"] == "ny titel"


def test_list_row_and_details_of_one_scan_are_one_new_document(archive: Engine) -> None:
    details = page(replace(FULL, version="v1", title={"sv": "Hela titeln"}), address="detail", sha="b")
    assert scan(archive, [page(row("1")), details], NOW) == (Outcome.CHANGED, Counts(new=1))
    assert rows(archive, schema.revision) == []
    (stored,) = rows(archive, schema.document)
    assert (stored["title_sv"], stored["version"], stored["capture"]) == ("Hela titeln", "v1", "b" * 64)
    assert scan(archive, [page(row("1", title="Remiss av promemorian"))], day(1))[1].new == 0


def test_one_batch_may_hold_several_pages_of_one_document(archive: Engine) -> None:
    intake = Intake(archive, 1)
    with writing(archive) as conn:
        start_scan(conn, NOW, "command")
    intake.take([page(row("1")), page(replace(FULL, version="v1"), address="detail"), page(row("1"))], NOW)
    assert intake.counts("remisser") == Counts(new=1)
    (stored,) = rows(archive, schema.document)
    assert stored["text"] == "Förslaget gäller slam på åkermark."


def test_gone_after_two_complete_sweeps_and_back_again(archive: Engine) -> None:
    both = [page(row("1"), row("2"))]
    scan(archive, both, NOW, ended(seen=["1", "2"]))
    assert scan(archive, [], day(1), ended(seen=["1"])) == (Outcome.UNCHANGED, Counts())
    assert scan(archive, [], day(2), ended()) == (Outcome.UNCHANGED, Counts())  # no sweep: says nothing
    assert [one["gone_at"] for one in rows(archive, schema.document)] == [None, None]
    assert scan(archive, [], day(3), ended(seen=["1"])) == (Outcome.CHANGED, Counts(gone=1))
    assert [one["gone_at"] for one in rows(archive, schema.document)] == [None, day(3)]
    assert scan(archive, [], day(4), ended(seen=["1"])) == (Outcome.UNCHANGED, Counts())
    assert scan(archive, both, day(5), ended(seen=["1", "2"])) == (Outcome.CHANGED, Counts(changed=1, unchanged=1))
    assert [one["gone_at"] for one in rows(archive, schema.document)] == [None, None]
    assert [(one["before"] is None, one["after"] is None) for one in rows(archive, schema.revision)] == [
        (True, False),
        (False, True),
    ]


def test_a_document_that_an_unchanged_page_shows_again_is_back(archive: Engine) -> None:
    scan(archive, [page(row("1"), row("2"))], NOW, ended(seen=["1", "2"]))
    for number in (1, 2):
        scan(archive, [], day(number), ended(seen=["1"]))
    assert scan(archive, [], day(3), ended(seen=["1", "2"])) == (Outcome.CHANGED, Counts(changed=1))
    assert [one["gone_at"] for one in rows(archive, schema.document)] == [None, None]


def test_one_missed_sweep_is_forgotten_when_it_is_seen(archive: Engine) -> None:
    scan(archive, [page(row("1"))], NOW, ended(seen=["1"]))
    for number, seen in ((1, []), (2, ["1"]), (3, [])):
        scan(archive, [], day(number), ended(seen=seen))
    assert [one["gone_at"] for one in rows(archive, schema.document)] == [None]


def test_a_batch_that_fails_stores_nothing_and_remembers_nothing(archive: Engine) -> None:
    with writing(archive) as conn:
        number = start_scan(conn, NOW, "command")
    intake = Intake(archive, number)
    broken = page(row("2"), sha="b")
    assert broken.capture is not None
    too_long = replace(broken, capture=replace(broken.capture, sha256=None))  # type: ignore[arg-type]  # refused by the table
    with pytest.raises(ArchiveError):
        intake.take([page(row("1")), too_long], NOW)
    for table in (schema.document, schema.page, schema.capture, schema.search_text, schema.vocabulary):
        assert rows(archive, table) == []
    assert intake.counts("remisser") == Counts()
    intake.take([page(row("1"))], NOW)
    assert intake.counts("remisser") == Counts(new=1)


def test_a_dry_run_says_what_would_be_stored_and_stores_nothing(archive: Engine) -> None:
    scan(archive, [page(FULL)], NOW)
    before = {table.name: rows(archive, table) for table in schema.metadata.sorted_tables}
    intake = Intake(archive, 0, dry_run=True)
    intake.take([page(replace(FULL, title={"sv": "Ny titel"}), row("2"))], day(1))
    intake.take([page(replace(row("2"), text="mer"), address="detail")], day(1))
    (end,) = intake.finish([(SOURCE, ended(seen=["1", "2"]))], day(1))
    assert (end.attempt.outcome, end.counts) == (Outcome.CHANGED, Counts(new=1, changed=1))
    assert [(one.key, one.action) for one in intake.planned] == [
        ("1", Action.UPDATE),
        ("2", Action.INSERT),
        ("2", Action.UPDATE),
    ]
    assert {table.name: rows(archive, table) for table in schema.metadata.sorted_tables} == before


def test_the_next_assignment_knows_what_was_read(archive: Engine) -> None:
    with reading(archive) as conn:
        (first,) = assignments(conn, [SOURCE], NOW)
    assert (first.known, first.remembered, first.since, first.reread) == ({}, {}, None, ())
    read = page(replace(FULL, version="v1"), row("2"))
    scan(archive, [read], NOW)
    with reading(archive) as conn:
        (soon,), (late,) = assignments(conn, [SOURCE], day(1)), assignments(conn, [SOURCE], day(2))
        (closed,), (full,) = assignments(conn, [SOURCE], day(60)), assignments(conn, [SOURCE], day(1), full=True)
    assert soon.known == {"1": "v1"}
    assert soon.remembered == {read.address: read.remembered}
    assert soon.since == "2026-11-16"
    assert (soon.reread, late.reread, closed.reread) == ((), ("1",), ())
    assert (full.known, full.remembered, full.since) == ({}, {}, None)


def test_a_failing_source_is_tried_again_later_and_later_but_always(archive: Engine) -> None:
    waits = []
    for number in range(1, 7):
        outcome, _ = scan(archive, [], NOW, ended(Outcome.BLOCKED, error="202 challenge"))
        assert outcome is Outcome.BLOCKED
        with reading(archive) as conn:
            health = source_health(conn)["remisser"]
        assert (health.failing, health.error, health.last_good) == (number, "202 challenge", None)
        assert health.next_check_at is not None
        waits.append((health.next_check_at - NOW) / timedelta(hours=1))
    assert waits == [1, 2, 4, 8, 16, 24]
    scan(archive, [page(row("1"))], day(1), ended(newest=date(2026, 11, 1), warnings=("x",)))
    with reading(archive) as conn:
        health = source_health(conn)["remisser"]
        assert (health.failing, health.error, health.last_good, health.documents) == (0, None, day(1), 1)
        assert (health.newest, health.warnings) == (date(2026, 11, 1), ("x",))
        assert due_sources(conn, [SOURCE], day(1)) == ()
        assert due_sources(conn, [SOURCE], day(2)) == (SOURCE,)


@pytest.mark.parametrize("cadence", ["hourly", "daily", "weekdays", "weekly", "monthly", "manual"])
@pytest.mark.parametrize("failing", [0, 1, 7, 8, 500])
def test_the_next_check_always_moves(cadence: Any, failing: int) -> None:
    source = SOURCE.model_copy(update={"cadence": cadence})
    assert timedelta(0) < next_check(source, failing, NOW) - NOW <= timedelta(days=36)


def test_weekday_sources_rest_at_weekends() -> None:
    source = SOURCE.model_copy(update={"cadence": "weekdays"})
    friday = datetime(2026, 11, 27, 6, tzinfo=UTC)
    assert next_check(source, 0, friday).isoweekday() == 1


def test_one_scan_at_a_time_claims_a_source(archive: Engine) -> None:
    lease = timedelta(hours=1)
    with writing(archive) as conn:
        assert claim(conn, [SOURCE], "elsewhere/1", NOW, lease=lease)
        assert claim(conn, [SOURCE], "elsewhere/1", NOW, lease=lease)
        assert not claim(conn, [SOURCE], claimant(), NOW, lease=lease)
        assert claim(conn, [SOURCE], claimant(), NOW + lease, lease=lease)
        release(conn, [SOURCE], "elsewhere/1")
        assert not claim(conn, [SOURCE], "elsewhere/1", NOW + lease, lease=lease)
        release(conn, [SOURCE], claimant())
        assert claim(conn, [SOURCE], "elsewhere/1", NOW + lease, lease=lease)


def test_the_claim_of_a_killed_process_is_stale_at_once(archive: Engine) -> None:
    host = claimant().rpartition("/")[0]
    with writing(archive) as conn:
        assert claim(conn, [SOURCE], f"{host}/4194304", NOW, lease=timedelta(hours=1))
        assert claim(conn, [SOURCE], claimant(), NOW, lease=timedelta(hours=1))


def test_a_moment_written_in_another_zone_is_no_change(archive: Engine) -> None:
    brussels = timezone(timedelta(hours=1))
    closes_at = datetime(2026, 12, 11, 23, 59, 59, tzinfo=brussels)
    window = Window(WindowKind.REMISS, None, date(2026, 12, 11), Certainty.GIVEN, closes_at)
    scan(archive, [page(row("a", windows=(window,)))], NOW)
    assert scan(archive, [page(row("a", windows=(window,)), sha="b")], day(1)) == (
        Outcome.UNCHANGED,
        Counts(unchanged=1),
    )
