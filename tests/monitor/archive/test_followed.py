"""Which procedures are followed, all in turn; and that a scan asks for them though no list names them."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import Engine, insert

from config.errors import ConfigError
from config.settings import load_settings
from config.sources import load_sources
from monitor.archive.assignments import assignments
from monitor.archive.documents import get_documents, ids_by_identifier
from monitor.archive.engine import reading, writing
from monitor.archive.followed import followed
from monitor.archive.letters import edition, entry
from monitor.archive.schema import source_state
from monitor.collecting.scan import recorded, scan
from monitor.dossiers.cases import set_case
from monitor.dossiers.files import Rules, waiting
from spiders.finding import Certainty, Finding, Identifier, Kind, Outcome, Step, Window, WindowKind
from spiders.platform import Assignment
from spiders.registry import check, platform
from tests.monitor.file_room import file, files, finding, moment

NOW = moment("2026-11-20")
TODAY = date(2026, 11, 20)
PROCEDURE = Identifier("procedure", "2026/0007(COD)")


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


def test_a_window_without_an_end_is_followed_for_a_year(sqlite_archive: Engine) -> None:
    endless = (Window(WindowKind.AMENDMENTS, date(2026, 11, 1), None, Certainty.UNKNOWN),)
    for number, day in ((1, date(2026, 10, 1)), (2, date(2025, 10, 1))):
        name = f"procedure 2026/{number:04}(COD)"
        one = finding("cellar-proposals", f"5202{number}", Kind.PROPOSAL, f"Förslag {number}", name)
        file(sqlite_archive, NOW, replace(one, windows=endless, published=day))
    assert numbers(sqlite_archive) == ("2026/0001(COD)",)


def test_a_window_by_rule_is_followed_as_long_as_it_is_open(sqlite_archive: Engine) -> None:
    """Eight weeks for feedback follow a proposal (config/windows.toml), and no document says so."""
    for number, day in ((1, date(2026, 10, 20)), (2, date(2026, 6, 1))):
        one = proposal(number)
        file(sqlite_archive, NOW, replace(one, published=day, steps=(Step(day, "cellar:PROP_REG"),)))
    rules = Rules.of()
    with reading(sqlite_archive) as conn:
        found = waiting(conn, rules, TODAY)
        assert followed(conn, TODAY) == ()
        assert followed(conn, TODAY, windows=found) == ("2026/0001(COD)",)
        assert waiting(conn, rules, date(2027, 3, 1)) == set()


def test_what_a_letter_told_is_followed_for_some_weeks_and_before_windows(sqlite_archive: Engine) -> None:
    file(sqlite_archive, NOW, *(proposal(number, closes=date(2027, 5, 1)) for number in range(1, 5)), proposal(9))
    with writing(sqlite_archive) as conn:
        told = {"letter": "veckobrev", "week": "2026-W46", "built_at": NOW, "subject": "Vecka 46"}
        told |= {"html": "", "text": "", "json": {}, "state": "released"}
        row = conn.execute(insert(edition).values(**told).returning(edition.c.id)).scalar_one()
        shown = {"section": "nytt", "position": 0, "ref": "2026/0009(COD)", "fingerprint": "x", "shown": {}}
        conn.execute(insert(entry).values(edition_id=row, **shown))
    with reading(sqlite_archive) as conn:
        for day in range(4):
            assert followed(conn, TODAY + timedelta(days=day), 2)[0] == "2026/0009(COD)"
        assert "2026/0009(COD)" not in followed(conn, TODAY + timedelta(weeks=9))


def test_only_platforms_that_read_procedures_may_follow() -> None:
    feed = next(one for one in load_sources() if one.platform == "feed")
    with pytest.raises(ConfigError, match="follows: feed reads no procedures; cellar, oeil, parliament do"):
        check(feed.model_copy(update={"follows": True}))


PAGE = """<html><body><h2 class="es_title-h1">2026/0007(COD)</h2><h2 class="es_title-h2">Avfall</h2>
<div class="es_product-section"><h2 class="es_title-h2">Basic information</h2>
<p class="font-weight-bold">Subject</p><p>3.70.12 Waste management</p>
<p class="font-weight-bold">Status</p><p>Awaiting Parliament's position in 1st reading</p></div></body></html>"""


def test_a_followed_procedure_is_read_in_a_scan_though_no_list_names_it(
    sqlite_archive: Engine, tmp_path: Path
) -> None:
    """The whole way: a file with an open window, a replayed scan, the stage in the archive."""
    file(sqlite_archive, NOW, proposal(7, closes=date(2026, 12, 1)))
    source = next(one for one in load_sources() if one.id == "oeil-latest").model_copy(update={"delay": 0.0})
    folder = tmp_path / "payloads"
    (folder / "oeil").mkdir(parents=True)
    (folder / "oeil" / "file.html").write_text(PAGE, encoding="utf-8")
    address = "https://oeil.europarl.europa.eu/oeil/en/procedure-file?reference=2026/0007(COD)"
    answer = {"platform": "oeil", "file": "file.html", "url": address, "method": "GET", "request_body": None}
    answer |= {"status": 200, "content_type": "text/html", "fetched_at": "2026-11-20"}
    (folder / "index.jsonl").write_text(json.dumps(answer) + "\n", encoding="utf-8")
    settings = load_settings(data_dir=tmp_path, now=NOW)
    assert recorded(sqlite_archive, [source], folder, NOW) == (source,)
    report = scan(sqlite_archive, [source], settings, clock=lambda: NOW, replay=folder)
    [end] = report.sources
    # The list itself is not recorded; the followed file is read all the same.
    assert (end.attempt.outcome, end.counts.new) == (Outcome.PARTIAL, 1)
    with reading(sqlite_archive) as conn:
        [found] = [
            one for one in get_documents(conn, ids_by_identifier(conn, PROCEDURE)) if one.source == source.id
        ]
    assert "Awaiting Parliament's position" in found.summary["en"]


def test_a_library_is_asked_what_a_scan_of_this_archive_would_ask(sqlite_archive: Engine, tmp_path: Path) -> None:
    """From the second day on a list is wanted since the last good attempt: another address than on the first."""
    source = next(one for one in load_sources() if one.platform == "riksdagen")
    source = source.model_copy(update={"options": {**source.options, "window_days": 3}})
    with writing(sqlite_archive) as conn:
        conn.execute(insert(source_state).values(source=source.id, last_good=NOW - timedelta(days=1)))
    with reading(sqlite_archive) as conn:
        [given] = assignments(conn, [source], NOW)
    [later] = platform(source.platform).start(given)
    [first] = platform(source.platform).start(Assignment(source, NOW))
    assert "from=2026-11-12" in later.url
    assert later.url != first.url
    for name, url in (("first", first.url), ("later", later.url)):
        folder = tmp_path / name
        (folder / "riksdagen").mkdir(parents=True)
        (folder / "riksdagen" / "list.json").write_text("{}", encoding="utf-8")
        answer = {"platform": "riksdagen", "file": "list.json", "url": url, "method": "GET", "request_body": None}
        answer |= {"status": 200, "content_type": "application/json", "fetched_at": "2026-11-19"}
        (folder / "index.jsonl").write_text(json.dumps(answer) + "\n", encoding="utf-8")
        assert recorded(sqlite_archive, [source], folder, NOW) == ((source,) if name == "later" else ())


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
