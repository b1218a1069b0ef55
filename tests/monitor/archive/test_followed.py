"""Which procedures are followed, all in turn; and that a scan asks for them though no list names them."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

from sqlalchemy import Engine

from config.sources import load_sources
from monitor.archive.assignments import assignments
from monitor.archive.engine import reading, writing
from monitor.archive.followed import followed
from monitor.dossiers.cases import set_case
from spiders.finding import Certainty, Finding, Kind, Window, WindowKind
from spiders.registry import platform
from tests.monitor.file_room import file, files, finding, moment

NOW = moment("2026-11-20")
TODAY = date(2026, 11, 20)


def proposal(number: int, *, closes: date | None = None, source: str = "cellar-proposals") -> Finding:
    windows = (Window(WindowKind.FEEDBACK, date(2026, 11, 1), closes, Certainty.GIVEN),) if closes else None
    return finding(
        source,
        f"5202{number}",
        Kind.PROPOSAL,
        f"Förslag {number}",
        f"procedure 2026/{number:04}(COD)",
        windows=windows,
    )


def numbers(engine: Engine) -> tuple[str, ...]:
    with reading(engine) as conn:
        return followed(conn, TODAY)


def handled(engine: Engine, procedure: str, status: str) -> None:
    number = next(
        key for key, one in files(engine).items() if any(procedure == name.value for name in one.identifiers)
    )
    with writing(engine) as conn:
        set_case(conn, number, {"status": status}, who="Anna", at=NOW)


def test_cases_and_open_windows_are_followed_and_nothing_else(sqlite_archive: Engine) -> None:
    file(
        sqlite_archive,
        NOW,
        *map(proposal, (1, 2, 3)),
        proposal(4, closes=date(2026, 12, 1)),
        proposal(5, closes=date(2026, 11, 2)),
    )
    handled(sqlite_archive, "2026/0001(COD)", "bevakas")
    handled(sqlite_archive, "2026/0002(COD)", "avslutad")
    assert numbers(sqlite_archive) == ("2026/0001(COD)", "2026/0004(COD)")


def test_of_many_each_has_its_turn(sqlite_archive: Engine) -> None:
    file(sqlite_archive, NOW, *(proposal(number, closes=date(2027, 1, 1)) for number in range(1, 8)))
    with reading(sqlite_archive) as conn:
        turns = [followed(conn, TODAY + timedelta(days=day), 3) for day in range(3)]
    assert [len(turn) for turn in turns] == [3, 3, 3]
    assert len({one for turn in turns for one in turn}) == 7


def test_a_scan_asks_for_them_wherever_procedures_are_read(sqlite_archive: Engine) -> None:
    file(sqlite_archive, NOW, proposal(7, closes=date(2026, 12, 1)))
    following = [source for source in load_sources() if source.follows]
    assert {source.platform for source in following} == {"parliament", "oeil", "cellar"}
    for source in following:
        with reading(sqlite_archive) as conn:
            (given,) = assignments(conn, [source], datetime(2026, 11, 20, 6, tzinfo=UTC))
        asked = [unquote(f"{ask.url} {ask.body}") for ask in platform(source.platform).start(given)]
        assert any("2026/0007" in one or "2026-0007" in one for one in asked), source.id


def test_other_sources_are_told_nothing_of_it(sqlite_archive: Engine) -> None:
    file(sqlite_archive, NOW, proposal(7, closes=date(2026, 12, 1)))
    source = next(one for one in load_sources() if one.id == "g0v-remisser")
    with reading(sqlite_archive) as conn:
        assert assignments(conn, [source], NOW)[0].reread == ()
