"""The stage that is kept with each document: moved by documents, by days that come, and by what people decide."""

from datetime import date

from sqlalchemy import Engine, select, update

from config.stages import load_stages
from monitor.archive.engine import reading, writing
from monitor.archive.schema import document
from monitor.core.stages import Model
from monitor.dossiers.filing import join_new, split
from monitor.dossiers.standing import keep_stages
from monitor.search import Query, search
from spiders.finding import Kind
from tests.monitor.file_room import file, finding, moment

NUMBER = "procedure 2026/0001(COD)"
PROPOSAL = finding(
    "oeil",
    "2026/0001(COD)",
    Kind.PROCEDURE,
    {"en": "Water"},
    NUMBER,
    steps=(("2026-01-10", "oeil:legislative-proposal-published"), ("2026-12-01", "oeil:act-adopted-by-council")),
)
MEMO = finding("riksdagen-fpm", "H1", Kind.FPM, "Vatten", NUMBER, "fpm 2025/26:FPM9", published="2026-02-20")
NEWS = finding("skr", "n", Kind.NEWS, "Nyhet om vatten")


def stages(engine: Engine) -> dict[str, str | None]:
    with reading(engine) as conn:
        return {row.key: row.stage for row in conn.execute(select(document.c.key, document.c.stage))}


def test_what_is_filed_and_days_that_come_move_it(archive: Engine) -> None:
    file(archive, moment("2026-02-01"), PROPOSAL, NEWS)
    assert stages(archive) == {"2026/0001(COD)": "proposal", "n": None}

    file(archive, moment("2026-02-21"), MEMO)
    assert stages(archive) == {"2026/0001(COD)": "memo", "H1": "memo", "n": None}

    assert not join_new(archive, lambda: moment("2026-12-02")).filed
    assert stages(archive)["H1"] == "adopted", "a day has come, no document"
    with reading(archive) as conn:
        found = search(conn, Query("", stage=("adopted", "law"), facets=True), date(2026, 12, 2))
    assert [one.title for one in found.results] == ["Vatten", "Water"]
    assert found.facets["stage"] == {"adopted": 2}


def test_it_is_noted_for_an_archive_that_never_had_it(archive: Engine) -> None:
    file(archive, moment("2026-02-01"), PROPOSAL)
    with writing(archive) as conn:
        conn.execute(update(document).values(stage=None))
    assert keep_stages(archive, moment("2026-02-02")) == 1
    assert keep_stages(archive, moment("2026-02-02")) == 0
    with writing(archive) as conn:
        conn.execute(update(document).values(stage=None))
    join_new(archive, lambda: moment("2026-02-02"))
    assert stages(archive) == {"2026/0001(COD)": "proposal"}


def test_what_is_split_off_stands_where_it_stands_by_itself(sqlite_archive: Engine) -> None:
    file(sqlite_archive, moment("2026-02-21"), PROPOSAL, MEMO)
    with writing(sqlite_archive) as conn:
        split(conn, 1, [2], Model(load_stages()), who="Anna", at=moment("2026-03-01"))
    assert stages(sqlite_archive) == {"2026/0001(COD)": "proposal", "H1": "memo"}
