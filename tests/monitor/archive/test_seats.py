"""Who holds a seat: kept as the newest reading has it, named only while the source confirms it."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, insert, select

from config.sources import Source
from monitor.archive.engine import reading, writing
from monitor.archive.scans import start_scan
from monitor.archive.schema import source_state
from monitor.archive.seats import (
    CONFIRMED_WITHIN,
    FORGOTTEN_AFTER,
    Held,
    gone_holders,
    holders_known,
    keep_holders,
    seat,
    seats_in,
    sweep_holders,
)
from monitor.collecting.intake import Intake
from spiders.events import PageRead
from spiders.finding import Attempt, Capture, Holder, Outcome, Seat
from spiders.platform import Remembered

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
TODAY = NOW.date()
WEEK = timedelta(days=7)
ENVI = Seat("ENVI", "member", date(2024, 7, 19))
CHAIR = Seat("ENVI", "chair", date(2024, 7, 23))


def holder(key: str, *seats: Seat, country: str = "SE") -> Holder:
    return Holder(key, f"Ada Konstruerad {key}", f"https://a.example/{key}", country, "PPE", seats)


def kept(archive: Engine, *holders: Holder, at: datetime = NOW) -> None:
    with writing(archive) as conn:
        keep_holders(conn, "ep-members", holders, capture="ab" * 32, at=at)


def named(archive: Engine, bodies: set[str], today: date = TODAY) -> list[Held]:
    with reading(archive) as conn:
        return sorted(seats_in(conn, bodies, "SE", today), key=lambda one: (one.holder.key, one.seat))


def test_a_reading_replaces_what_was_known_of_a_person(archive: Engine) -> None:
    kept(archive, holder("1", ENVI, CHAIR), holder("2", ENVI))
    kept(archive, holder("1", Seat("REGI", "substitute", date(2026, 11, 1))))
    assert [(one.holder.key, one.seat.body) for one in named(archive, {"ENVI", "REGI"})] == [
        ("1", "REGI"),
        ("2", "ENVI"),
    ]
    kept(archive, holder("2"))
    assert named(archive, {"ENVI"}) == []
    with reading(archive) as conn:
        assert set(holders_known(conn, "ep-members")) == {"1"}


def test_only_seats_of_the_day_of_our_country_in_the_committee_are_named(archive: Engine) -> None:
    today = TODAY
    kept(
        archive,
        holder("ends", Seat("ENVI", "member", date(2024, 7, 19), today)),
        holder("ended", Seat("ENVI", "member", date(2024, 7, 19), today - timedelta(days=1))),
        holder("begins", Seat("ENVI", "member", today + timedelta(days=1))),
        holder("elsewhere", Seat("IMCO", "member", date(2024, 7, 19))),
        holder("foreign", ENVI, country="FI"),
    )
    assert [one.holder.key for one in named(archive, {"ENVI"})] == ["ends"]
    assert named(archive, set()) == []


def test_who_is_not_on_a_complete_list_is_gone_at_once_and_may_come_back(archive: Engine) -> None:
    kept(archive, holder("1", ENVI), holder("2", ENVI))
    with writing(archive) as conn:
        assert sweep_holders(conn, "ep-members", {"1"}, NOW) == 1
        assert sweep_holders(conn, "ep-members", {"1"}, NOW) == 0
        assert sweep_holders(conn, "another", set(), NOW) == 0
        assert gone_holders(conn, "ep-members") == {"2"}
    assert [one.holder.key for one in named(archive, {"ENVI"})] == ["1"]
    # The record was not read again: it is as it was.
    with writing(archive) as conn:
        assert sweep_holders(conn, "ep-members", {"1", "2"}, NOW + WEEK) == 0
    assert [one.holder.key for one in named(archive, {"ENVI"})] == ["1", "2"]


def test_who_has_been_gone_for_long_is_forgotten(archive: Engine) -> None:
    kept(archive, holder("1", ENVI), holder("2", ENVI))
    with writing(archive) as conn:
        sweep_holders(conn, "ep-members", {"1"}, NOW)
        sweep_holders(conn, "ep-members", {"1"}, NOW + FORGOTTEN_AFTER + WEEK)
        assert set(conn.execute(select(seat.c.holder)).scalars()) == {"1"}


def test_what_no_reading_confirms_is_not_named(archive: Engine) -> None:
    kept(archive, holder("1", ENVI))
    late = TODAY + CONFIRMED_WITHIN
    assert [one.confirmed for one in named(archive, {"ENVI"}, late)] == [NOW]
    assert named(archive, {"ENVI"}, late + timedelta(days=1)) == []
    with writing(archive) as conn:
        conn.execute(insert(source_state).values(source="ep-members", failing=0, last_sweep=NOW + WEEK))
    assert [one.confirmed for one in named(archive, {"ENVI"}, late + timedelta(days=1))] == [NOW + WEEK]


# ------------------------------------------------------------------ through the intake

SOURCE = Source.model_validate(
    {
        "id": "ep-members",
        "platform": "parliament",
        "title": "x",
        "owner": "x",
        "url": "https://a.example/",
        "evidence": {"certainty": "inferred"},
    }
)


def page(one: Holder, at: datetime) -> PageRead:
    capture = Capture(one.url, "GET", 200, {}, at, "cd" * 32, 1, redacted=True)
    remembered = Remembered("parliament/2", keys=frozenset({one.key}))
    return PageRead("ep-members", one.url, capture, remembered=remembered, holders=(one,))


def scanned(archive: Engine, at: datetime, seen: set[str], *holders: Holder, dry_run: bool = False) -> Attempt:
    intake = Intake(archive, 1, dry_run=dry_run)
    if holders:
        intake.take([page(one, at) for one in holders], at)
    outcome = Outcome.CHANGED if holders else Outcome.UNCHANGED
    attempt = Attempt(
        "ep-members", outcome, 3, 0, len(holders), (), None, 1.0, complete=True, seen=frozenset(seen)
    )
    [end] = intake.finish([(SOURCE, attempt)], at)
    return end.attempt


def test_a_scan_stores_says_what_changed_and_forgets_nobody_by_being_unchanged(archive: Engine) -> None:
    with writing(archive) as conn:
        start_scan(conn, NOW, "command")
    one, two = holder("1", ENVI), holder("2", ENVI)
    assert scanned(archive, NOW, {"1", "2"}, one, two, dry_run=True).outcome is Outcome.CHANGED
    assert named(archive, {"ENVI"}) == []
    assert scanned(archive, NOW, {"1", "2"}, one, two).outcome is Outcome.CHANGED
    # Read again with the same result, then not read again at all.
    assert scanned(archive, NOW + WEEK, {"1", "2"}, one).outcome is Outcome.UNCHANGED
    assert scanned(archive, NOW + 2 * WEEK, {"1", "2"}).outcome is Outcome.UNCHANGED
    assert [held.holder for held in named(archive, {"ENVI"}, TODAY + 2 * WEEK)] == [one, two]
    moved = holder("1", CHAIR)
    assert scanned(archive, NOW + 3 * WEEK, {"1", "2"}, moved).outcome is Outcome.CHANGED
    assert scanned(archive, NOW + 4 * WEEK, {"1"}).outcome is Outcome.CHANGED
    assert [held.holder for held in named(archive, {"ENVI"}, TODAY + 4 * WEEK)] == [moved]
