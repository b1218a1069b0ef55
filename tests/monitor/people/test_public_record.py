"""What people wrote as a file to hand out: whole, within its scope, and harmless to open."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, update

from monitor.archive.engine import reading, writing
from monitor.archive.letters import edition
from monitor.dossiers.cases import set_case
from monitor.people.public_record import FILES, RecordError, Scope, as_zip
from tests.monitor.people.test_personal import ADDRESS, NAME, NOW, lived

ZONE = ZoneInfo("Europe/Stockholm")
DAY = date(2026, 11, 23)
HOSTILE = '=HYPERLINK("http://evil.example";"klicka")'


def opened(engine: Engine, scope: Scope) -> dict[str, str]:
    with reading(engine) as conn:
        made = as_zip(conn, scope, organisation="Storstad", now=NOW)
    with zipfile.ZipFile(io.BytesIO(made)) as file:
        assert file.testzip() is None
        assert [name for name in file.namelist() if name.startswith(("/", "..")) or "\\" in name] == []
        return {name: file.read(name).decode() for name in file.namelist()}


def test_a_period_holds_what_people_wrote_in_it(archive: Engine) -> None:
    lived(archive)
    with writing(archive) as conn:
        set_case(conn, 1, {"benefit_risk": HOSTILE}, who="+Bo", at=NOW + timedelta(days=1))
        letter = {"letter": "Utblick", "week": "2026-W48", "built_at": NOW, "subject": "x", "json": {}}
        text = {"html": "<p>Brevet</p>", "text": "Brevet", "state": "released", "released_at": NOW}
        conn.execute(edition.insert().values(letter | text))
        conn.execute(update(edition).where(edition.c.week == "2026-W48").values(released_at=NOW))
    files = opened(archive, Scope(None, DAY, DAY, ZONE))
    said = json.loads(files["innehall.json"])
    assert [len(said[kind]) for kind in FILES] == [1, 3, 1, 1, 3, 0]
    assert files["brev/001.txt"] == "Brevet"
    assert "brev/002.txt" not in files  # an alert is one person's business
    for secret in (ADDRESS, "Kurvor-digest"):
        assert secret not in str(files)
    later = opened(archive, Scope(None, DAY + timedelta(days=1), DAY + timedelta(days=9), ZONE))
    rows = list(csv.DictReader(io.StringIO(later["arenden-andringar.csv"].removeprefix("\ufeff"))))
    assert [(row["who"], row["after"]) for row in rows] == [("'+Bo", f"'{HOSTILE}")]
    assert json.loads(later["innehall.json"])["case_changes"][0]["after"] == HOSTILE
    assert "=HYPERLINK" not in later["arenden.csv"].replace("'=HYPERLINK", "")
    never = json.loads(opened(archive, Scope(None, date(2020, 1, 1), date(2020, 1, 2), ZONE))["innehall.json"])
    assert not any(never[kind] for kind in FILES)


def test_a_dossier_holds_what_people_wrote_about_it(archive: Engine) -> None:
    lived(archive)
    said = json.loads(opened(archive, Scope(1, None, None, ZONE))["innehall.json"])
    assert said["scope"] == "ärende 1"
    assert said["cases"][0]["position"] == f"{NAME} har skrivit ett utkast."
    assert [one["object"] for one in said["changes"]] == ["dossier:1"]
    assert [one["what"] for one in said["joins"]] == ["split"]
    none = json.loads(opened(archive, Scope(1, date(2020, 1, 1), date(2020, 1, 2), ZONE))["innehall.json"])
    assert none["case_changes"] == none["judgements"] == []


def test_days_are_those_of_the_organisation(archive: Engine) -> None:
    lived(archive)
    with writing(archive) as conn:
        set_case(conn, 1, {"channel": "SKR"}, who="Bo", at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    new_year = json.loads(opened(archive, Scope(None, date(2027, 1, 1), date(2027, 1, 1), ZONE))["innehall.json"])
    assert [one["field"] for one in new_year["case_changes"]] == ["channel"]


@pytest.mark.parametrize(("first", "last"), [(None, None), (DAY, None), (None, DAY), (DAY, date(2026, 1, 1))])
def test_a_scope_that_means_nothing_is_refused(
    sqlite_archive: Engine, first: date | None, last: date | None
) -> None:
    with reading(sqlite_archive) as conn, pytest.raises(RecordError):
        as_zip(conn, Scope(None, first, last, ZONE), organisation="Storstad", now=NOW)
