"""Our members where their committee decides: in the file, in its JSON, in the letter, and nobody elsewhere."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from config.organisation import load_organisation
from config.settings import Settings
from digests.render import render_text
from monitor.archive.engine import reading, writing
from monitor.archive.seats import keep_holders
from monitor.cli.app import run
from monitor.core.deciders import Said, committees_of, deciders_of, still_decides
from monitor.dossiers.as_json import file_as_json
from monitor.dossiers.members import members_of
from monitor.dossiers.ours import Ours
from monitor.letters.briefing import Office, edit, gather
from spiders.finding import Finding, Holder, Kind, Seat
from tests.monitor.file_room import file, files, finding, moment

TODAY = date(2026, 11, 23)
NOW = moment(TODAY)
IMCO = "IMCO utskottet för den inre marknaden och konsumentskydd (ansvarigt utskott)"


def holder(number: int, name: str, group: str, *seats: tuple[str, str], country: str = "SE") -> Holder:
    held = tuple(Seat(body, role, date(2024, 7, 19)) for body, role in seats)
    return Holder(str(number), name, f"https://www.europarl.europa.eu/meps/sv/{number}", country, group, held)


HOLDERS = (
    holder(999901, "Ada Konstruerad", "S&D", ("IMCO", "substitute")),
    holder(999902, "Bo Konstruerad", "PPE", ("IMCO", "member"), ("IMCO", "chair")),
    holder(999903, "Cilla Konstruerad", "Renew", ("IMCO", "member"), ("ENVI", "member")),
    holder(999904, "Dan Konstruerad", "", ("IMCO", "member")),
    holder(999905, "Eva Konstruerad", "ECR", ("ENVI", "chair")),
    holder(999906, "Matti Rakennettu", "PPE", ("IMCO", "chair"), country="FI"),
)


@pytest.fixture
def archive(sqlite_archive: Engine) -> Engine:
    with writing(sqlite_archive) as conn:
        keep_holders(conn, "ep-members", HOLDERS, capture=None, at=NOW)
    return sqlite_archive


def tabled(*later: tuple[str, str]) -> Finding:
    """A procedure in its committee, and what happened since."""
    return finding(
        "ep-procedures",
        "2026/0921(COD)",
        Kind.PROCEDURE,
        "Offentlig upphandling (konstruerad)",
        "procedure 2026/0921(COD)",
        published="2026-11-18",
        steps=(("2026-11-18", "ep:REFERRAL"), *later),
        bodies=(IMCO, "ENVI utskottet för miljö (rådgivande utskott)"),
    )


def test_members_of_the_responsible_committee_are_named_in_their_weightiest_role(archive: Engine) -> None:
    file(archive, NOW, tabled())
    [one] = files(archive).values()
    with reading(archive) as conn:
        [found] = members_of(conn, [one], "SE", TODAY).values()
        assert [(each.name, each.role, each.body) for each in found] == [
            ("Bo Konstruerad", "chair", "IMCO"),
            ("Cilla Konstruerad", "member", "IMCO"),
            ("Dan Konstruerad", "member", "IMCO"),
            ("Ada Konstruerad", "substitute", "IMCO"),
        ]
        assert members_of(conn, [one], None, TODAY) == {one.id: ()}
        told = file_as_json(conn, one, TODAY, Ours.of())
    assert told["members"][0] == {
        "body": "IMCO",
        "role": "chair",
        "name": "Bo Konstruerad",
        "group": "PPE",
        "country": "SE",
        "url": "https://www.europarl.europa.eu/meps/sv/999902",
        "since": "2024-07-19",
        "source": "ep-members",
        "confirmed": "2026-11-23",
    }
    assert told["members"][2]["group"] is None


def test_show_names_them(
    archive: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file(archive, NOW, tabled())
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(tmp_path))
    assert run(("show", "2026/0921(COD)", "--now", TODAY.isoformat())) == 0
    assert [one for one in capsys.readouterr().out.splitlines() if one.startswith("member ")] == [
        "member       Bo Konstruerad (PPE), chair of IMCO",
        "member       Cilla Konstruerad (Renew), member of IMCO",
        "member       Dan Konstruerad, member of IMCO",
        "member       Ada Konstruerad (S&D), substitute of IMCO",
    ]


def test_the_letter_names_three_and_counts_the_others(archive: Engine) -> None:
    file(archive, NOW, tabled())
    office = Office.of(Settings(_env_file=None))  # type: ignore[call-arg]  # pydantic-settings
    with reading(archive) as conn:
        edition = edit(gather(conn, office, week="2026-W48", now=NOW))
    said = " ".join(render_text(edition).split())
    assert (
        "Vem bestämmer: IMCO utskottet för den inre marknaden och konsumentskydd. Ledamöter från Sverige: "
        "Bo Konstruerad (PPE, ordförande), Cilla Konstruerad (Renew), Dan Konstruerad och 1 till"
    ) in said
    nameless = replace(office, organisation=load_organisation().model_copy(update={"country": None}))
    with reading(archive) as conn:
        said = " ".join(render_text(edit(gather(conn, nameless, week="2026-W48", now=NOW))).split())
    assert "Vem bestämmer: IMCO utskottet för den inre marknaden och konsumentskydd Fönster" in said
    assert "Konstruerad (" not in said


def test_an_adopted_file_is_decided(archive: Engine) -> None:
    file(archive, NOW, tabled(("2026-11-20", "ep:SIGNATURE")))
    [one] = files(archive).values()
    assert not still_decides(one.standing)
    with reading(archive) as conn:
        assert members_of(conn, [one], "SE", TODAY) == {}
        assert file_as_json(conn, one, TODAY, Ours.of())["members"] == []


def test_a_committee_is_named_once_and_in_swedish_where_a_source_does() -> None:
    found = deciders_of(
        [
            Said("oeil-latest", Kind.PROCEDURE, ("IMCO Internal Market (ansvarigt utskott)",)),
            Said("ep-procedures", Kind.PROCEDURE, (IMCO,)),
        ]
    )
    assert [(one.name, one.source) for one in found] == [(IMCO.partition(" (")[0], "ep-procedures")]
    assert committees_of(found) == ("IMCO",)
    assert still_decides(None)
