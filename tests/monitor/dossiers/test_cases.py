"""Cases: what people set is kept with who and when, is never mixed with machine text, and reaches the letter."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from config.settings import Settings
from digests.briefing import Direction, Status
from monitor.archive.engine import open_archive, reading, writing
from monitor.cli.app import run
from monitor.dossiers.cases import CaseError, cases_of, list_cases, set_case
from monitor.letters.briefing import Office, gather
from spiders.finding import Certainty, Kind, Window, WindowKind
from tests.monitor.file_room import file, files, finding, moment

NOW = moment("2026-11-20")
LATER = moment("2026-11-21")
PROPOSAL = finding(
    "cellar",
    "52022PC0541",
    Kind.PROPOSAL,
    "Förslag till direktiv om rening av avloppsvatten",
    "com COM(2022) 541",
    "procedure 2022/0345(COD)",
    published="2026-11-18",
    windows=(Window(WindowKind.FEEDBACK, date(2026, 11, 18), date(2027, 1, 15), Certainty.GIVEN),),
)
MEMO = finding("g0v", "m", Kind.FPM, "Ett reviderat avloppsdirektiv", "fpm 2026/27:FPM2", published="2026-11-19")


@pytest.fixture
def number(sqlite_archive: Engine) -> int:
    file(sqlite_archive, NOW, PROPOSAL)
    return next(iter(files(sqlite_archive)))


def test_every_change_is_kept_with_who_and_when(sqlite_archive: Engine, number: int) -> None:
    with writing(sqlite_archive) as conn:
        set_case(conn, number, {"status": "tilldelad", "owner": "Anna"}, who="Bo", at=NOW)
        case = set_case(
            conn, number, {"status": "agerar", "owner": "Anna", "due": date(2026, 12, 4)}, who="Anna", at=LATER
        )
    assert [(one.who, one.at, one.field, one.before, one.after) for one in case.changes] == [
        ("Bo", NOW, "status", "ny", "tilldelad"),
        ("Bo", NOW, "owner", None, "Anna"),
        ("Anna", LATER, "status", "tilldelad", "agerar"),
        ("Anna", LATER, "due", None, "2026-12-04"),
    ]
    assert (case.status, case.owner, case.due) == ("agerar", "Anna", date(2026, 12, 4))
    with writing(sqlite_archive) as conn:
        emptied = set_case(conn, number, {"owner": " "}, who="Anna", at=LATER)
    assert emptied.owner is None


@pytest.mark.parametrize(
    ("values", "who", "reason"),
    [
        ({"status": "klar"}, "Anna", "expected one of ny, tilldelad"),
        ({"status": ""}, "Anna", "got nothing"),
        ({"direction": "upp"}, "Anna", "restricting"),
        ({"colour": "red"}, "Anna", "no field 'colour'"),
        ({"owner": "x" * 201}, "Anna", "at most 200"),
        ({"due": "snart"}, "Anna", "expected a day"),
        ({"owner": "Anna"}, "anna@example.se", "not an address"),
        ({"owner": "Anna"}, " ", "give the person's name"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_stored(
    sqlite_archive: Engine, number: int, values: dict[str, Any], who: str, reason: str
) -> None:
    with writing(sqlite_archive) as conn, pytest.raises(CaseError, match=reason):
        set_case(conn, number, values, who=who, at=NOW)
    with reading(sqlite_archive) as conn:
        assert cases_of(conn, [number]) == {}


def test_the_list_has_open_cases_by_their_own_day(sqlite_archive: Engine, number: int) -> None:
    file(sqlite_archive, NOW, finding("cellar", "y", Kind.PROPOSAL, "Annat", "com COM(2026) 2"))
    other = max(files(sqlite_archive))
    with writing(sqlite_archive) as conn:
        set_case(conn, number, {"owner": "Anna"}, who="Anna", at=NOW)
        set_case(conn, other, {"owner": "Bo", "due": date(2026, 12, 1)}, who="Bo", at=NOW)
        assert [one.dossier for one in list_cases(conn)] == [other, number]
        assert [one.dossier for one in list_cases(conn, owner="ANNA")] == [number]
        set_case(conn, other, {"status": "avslutad"}, who="Bo", at=NOW)
        assert [one.dossier for one in list_cases(conn)] == [number]
        assert [one.dossier for one in list_cases(conn, status="avslutad")] == [other]
        with pytest.raises(CaseError, match="expected one of"):
            list_cases(conn, status="klar")


def test_the_letter_has_the_case_and_a_persons_direction(sqlite_archive: Engine, number: int) -> None:
    with writing(sqlite_archive) as conn:
        values = {
            "status": "agerar",
            "owner": "Anna",
            "channel": "SKR",
            "direction": "enabling",
            "position": "Vi stöder.",
        }
        set_case(conn, number, values, who="Anna", at=NOW)
    office = Office.of(Settings(_env_file=None))  # type: ignore[call-arg]  # pydantic-settings
    with reading(sqlite_archive) as conn:
        (item,) = gather(conn, office, week="2026-W48", now=moment("2026-11-23")).items["sv"]
    assert item.id == f"dossier:{number}"
    assert item.case is not None
    assert (item.case.status, item.case.owner, item.channels[0]) == (Status.ACTING, "Anna", "SKR")
    assert item.case.note is not None
    assert (item.case.note.text, item.case.note.author) == ("Vi stöder.", "Anna")
    assert item.direction is Direction.ENABLING
    assert "Anna" in item.direction_reason


# ---------------------------------------------------------------------------- on the command line


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory whose archive holds one dossier and a memo that may belong to it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("UTBLICK_NOW", "2026-11-23T07:00:00+00:00")
    engine = open_archive(f"sqlite:///{tmp_path / 'utblick.db'}")
    file(engine, NOW, PROPOSAL, MEMO)
    engine.dispose()
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_show_gives_one_dossier_under_every_name(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = [printed(capsys, "show", name) for name in ("2022/0345(COD)", "COM(2022) 541", "52022PC0541", "UWWTD")]
    assert all(one == shown[0] for one in shown)
    assert shown[0]["type"] == "dossier"
    assert [(one["source"], one["relation"]) for one in shown[0]["documents"]] == [("cellar", "subject")]
    assert [reason["sort"] for reason in shown[0]["proposed"][0]["reasons"]] == ["nickname"]
    assert [(one["kind"], one["certainty"]) for one in shown[0]["windows"]] == [
        ("feedback", "given"),
        ("subsidiarity", "estimated"),
    ]
    assert shown[0]["stage"]["name"] == "Förslag framlagt"
    assert shown[0]["case"] is None
    assert printed(capsys, "show", "document:1")["type"] == "document"
    assert printed(capsys, "explain", "dossier:1")["id"] == 1
    assert run(["show", "2022/0345(COD)"]) == 0
    text = capsys.readouterr().out
    assert "stage        Förslag framlagt (4 of 16), 2026-11-18" in text
    assert "proposed     2 (rubriken har ”avloppsdirektiv”)" in text


def test_a_case_is_set_shown_and_listed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["case", "show", "2022/0345(COD)"]) == 1
    assert "has no case yet" in capsys.readouterr().err
    given = ("--by", "Anna", "--status", "bevakas", "--owner", "Anna", "--due", "2026-12-04")
    set_ = printed(capsys, "case", "set", "avloppsdirektivet", *given)
    assert (set_["status"], set_["due"]) == ("bevakas", "2026-12-04")
    assert printed(capsys, "case", "show", "COM(2022) 541") == set_
    (listed,) = printed(capsys, "case", "list")
    assert set_["partners"] is None
    assert listed == set_ | {"title": "Förslag till direktiv om rening av avloppsvatten"}
    assert run(["case", "show", "dossier:1"]) == 0
    assert "Anna: status: ny → bevakas" in capsys.readouterr().out


def test_partner_countries_are_flagged_until_the_analysis_is_written(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = open_archive(f"sqlite:///{home / 'utblick.db'}")
    call = finding(
        "funding",
        "c",
        Kind.CALL,
        "Utlysning: vatten med partner i Serbien",
        "com COM(2026) 77",
        published="2026-11-20",
    )
    file(engine, LATER, call)
    engine.dispose()
    asked = printed(capsys, "show", "COM(2026) 77")["partners"]
    assert asked["text"].startswith("Serbien nämns och räknas inte som demokrati (V-Dem 2025); gör en nytto-")
    assert [one["code"] for one in asked["countries"]] == ["SRB"]
    assert not asked["analysed"]
    note = "Nyttan är stor. Partnern i Belarus avråds från."
    case = printed(capsys, "case", "set", "COM(2026) 77", "--by", "Anna", "--benefit-risk", note)
    assert [one["code"] for one in case["partners"]["countries"]] == ["BLR", "SRB"]
    assert case["partners"]["analysed"]
    assert run(["case", "show", "COM(2026) 77"]) == 0
    said = capsys.readouterr().out
    assert "Belarus och Serbien nämns och räknas inte som demokratier" in said
    assert "nytto- och riskanalysen finns i ärendet" in said
    assert printed(capsys, "show", "2022/0345(COD)")["partners"] is None


def test_show_says_our_own_last_days(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (window, _) = printed(capsys, "show", "2022/0345(COD)")["windows"]
    days = {one["way"]: (one["reach"], one["day"]) for one in window["internal"]}
    assert days["tjansteperson"] == ("reachable", "2027-01-12")  # three working days before 15 January 2027
    assert days["ks"] == ("calendar-empty", None)
    assert run(["show", "2022/0345(COD)"]) == 0
    said = capsys.readouterr().out
    assert "internal     tjänsteperson: until 2027-01-12" in said
    assert "internal     nämnd, kommunstyrelsen, kommunfullmäktige: no meeting known" in said


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["case", "set", "2022/0345(COD)", "--by", "Anna"], 2),
        (["case", "set", "2022/0345(COD)", "--by", "Anna", "--due", "snart"], 2),
        (["case", "set", "2022/0345(COD)", "--status", "bevakas"], 2),
        (["case", "set", "2022/0345(COD)", "--by", "Anna", "--status", "klar"], 1),
        (["case", "set", "2030/0001(COD)", "--by", "Anna", "--status", "ny"], 1),
        (["case", "show", "dossier:99"], 1),
        (["case", "confirm", "99", "--by", "Anna"], 1),
    ],
)
def test_a_wrong_case_command_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str], words: list[str], status: int
) -> None:
    assert run(words) == status
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_proposals_are_listed_confirmed_split_and_joined(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (proposal,) = printed(capsys, "case", "proposals")
    assert run(["case", "proposals"]) == 0
    assert "Ett reviderat avloppsdirektiv" in capsys.readouterr().out
    assert run(["case", "confirm", str(proposal["proposal"]), "--by", "Anna"]) == 0
    assert len(printed_documents(capsys)) == 2
    assert run(["case", "split", "2022/0345(COD)", str(proposal["document"]), "--by", "Anna"]) == 0
    second = capsys.readouterr().out.split()[-1]
    assert len(printed_documents(capsys)) == 1
    assert run(["case", "join", "2022/0345(COD)", second, "--by", "Anna"]) == 0
    capsys.readouterr()
    assert len(printed_documents(capsys)) == 2
    history = [one["what"] for one in printed(capsys, "show", "2022/0345(COD)")["history"] if one["who"]]
    assert history == ["confirmed", "split", "joined"]


def printed_documents(capsys: pytest.CaptureFixture[str]) -> list[Any]:
    capsys.readouterr()
    documents: list[Any] = printed(capsys, "show", "2022/0345(COD)")["documents"]
    return documents
