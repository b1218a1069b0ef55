"""One person's everything, on both databases: whole when it is taken out, gone when it is erased."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, String, Table, Text, cast, select, update

from monitor.archive import people
from monitor.archive.alerts import alerts, set_alert
from monitor.archive.base import metadata
from monitor.archive.dossiers import note
from monitor.archive.engine import reading, writing
from monitor.archive.letters import delivery, edition, entry
from monitor.archive.people import HEADER, Said, begin_login, login_in_force, welcome
from monitor.archive.ratings import judge
from monitor.archive.scans import start_scan
from monitor.archive.tokens import make_token
from monitor.archive.web import Visit, keep_visit, record, recorded, save_search, saved_search, team_member
from monitor.collecting.intake import Intake
from monitor.delivery import subscribers
from monitor.dossiers.cases import cases_of, set_case
from monitor.dossiers.filing import join_new
from monitor.people import personal
from monitor.people.personal import PersonError, meant
from nlp.assessment import Level
from spiders.events import PageRead
from spiders.finding import Identifier
from tests.monitor.web.conftest import finding

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
NAME, ADDRESS = "Anna Berg", "anna.berg@example.org"


def lived(engine: Engine) -> int:
    """Anna has logged in and done everything that people can do here; her number."""
    with writing(engine) as conn:
        number = start_scan(conn, NOW, "command")
    paper = finding("a", "Slam", "Fosfor.", identifiers=(Identifier("procedure", "2022/0345(COD)"),))
    Intake(engine, number).take([PageRead("hys-open", "list", None, (paper,))], NOW)
    join_new(engine, lambda: NOW)
    with writing(engine) as conn:
        anna = welcome(
            conn, Said("https://login.example", "s1", NAME, "Anna Ek", ADDRESS, ("Utblick.Admin",)), NOW
        )
        begin_login(conn, anna.id, NOW, timedelta(hours=1))
        keep_visit(conn, NAME, Visit(NOW, None))
        make_token(conn, "Kurvor", NAME, NOW)
        record(conn, NAME, NOW, action="token", about="token:1", said={"name": "Kurvor", "owner": NAME})
        kept = save_search(conn, "Mina frågor", NAME, {"q": "slam"}, NOW)
        shared = save_search(conn, "Gruppens frågor", NAME, {"q": "fosfor"}, NOW)
        conn.execute(update(saved_search).where(saved_search.c.id == shared.id).values(team="Miljö"))
        conn.execute(team_member.insert().values(team="Miljö", who=NAME))
        record(conn, NAME, NOW, action="follow", about=f"search:{kept.id}", said={"q": "slam"})
        reader = subscribers.add(conn, ADDRESS, now=NOW, name=NAME)
        set_alert(conn, kept.id, reader.id, "daily", NOW)
        (one,) = alerts(conn)
        told = {
            "letter": f"{one.letter}1",
            "week": "2026-W48",
            "built_at": NOW,
            "subject": "Mina frågor",
            "html": "x",
            "text": "x",
            "json": {"search": "Mina frågor"},
            "state": "built",
        }
        copy = conn.execute(edition.insert().values(told).returning(edition.c.id)).scalar_one()
        row = {"edition_id": copy, "subscriber_id": reader.id, "state": "sent", "message_id": "<a@b>"}
        conn.execute(delivery.insert().values(row | {"attempts": 1, "next_try_at": NOW}))
        shown = {"section": "alert", "position": 0, "ref": "document:1", "fingerprint": "x", "shown": {}}
        conn.execute(entry.insert().values(edition_id=copy, **shown))
        judge(conn, 1, who=NAME, at=NOW, level=Level.ACT)
        set_case(conn, 1, {"owner": NAME, "position": f"{NAME} har skrivit ett utkast."}, who=NAME, at=NOW)
        set_case(conn, 1, {"owner": "Bo Ek"}, who="Bo Ek", at=NOW)
        record(conn, "Bo Ek", NOW, action="case", about="dossier:1", said={"owner": NAME, "x": [NAME]})
        note(conn, 1, "split", {}, NOW, who=NAME)
    return anna.id


def everything(engine: Engine, besides: frozenset[str] = frozenset()) -> str:
    """Every text in the archive but that of the columns `besides`."""
    found: list[Any] = []
    with reading(engine) as conn:
        for table in metadata.sorted_tables:
            assert isinstance(table, Table)
            columns = [
                cast(one, Text) if not isinstance(one.type, String) else one
                for one in table.c
                if f"{table.name}.{one.name}" not in besides
            ]
            found += [tuple(row) for row in conn.execute(select(*columns))]
    return str(found)


def test_what_is_taken_out_is_whole_and_opens_no_door(archive: Engine) -> None:
    number = lived(archive)
    with writing(archive) as conn:
        found = personal.export(conn, meant(conn, NAME), by="Eva", now=NOW)
        secrets = [one.token for one in alerts(conn)] + [subscribers.token(conn, 1)]
    text = json.dumps(found, ensure_ascii=False)
    assert found["person"]["email"] == ADDRESS
    assert found["person"]["grants"] == ("Utblick.Admin",)
    assert found["cases_owned"] == []
    assert found["mentions"] == ("dossier:1",)
    assert found["subscription"]["alerts"][0]["search"] == "Mina frågor"
    rows = {table: len(rows) for table, rows in found["doings"].items() if rows}
    expected = {"judgement": 1, "dossier_event": 1, "case_change": 2, "access_token": 1, "saved_search": 2}
    assert rows.items() >= (expected | {"audit": 2, "visit": 1}).items()
    assert not any(secret in text for secret in secrets)
    assert "digest" not in text
    with reading(archive) as conn:
        (last,) = recorded(conn, 1)
    assert (last.who, last.action, last.object) == ("Eva", "export-person", f"person:{number}")
    assert dict(last.said) == {}


def test_who_is_erased_is_nowhere_but_in_free_text(archive: Engine) -> None:
    number = lived(archive)
    with writing(archive) as conn:
        itself = begin_login(conn, number, NOW, timedelta(hours=1))
        done = personal.erase(conn, meant(conn, NAME), by="Eva", now=NOW)
    assert done.mentions == ("dossier:1",)
    gone = {"access_token": 1, "saved_search": 1, "visit": 1, "team_member": 1, "subscriber": 1}
    stays = {"judgement": 1, "case_change": 2, "dossier_event": 1, "audit": 2, "saved_search": 1}
    assert dict(done.deleted).items() >= gone.items()
    assert dict(done.kept).items() >= stays.items()  # what a group shares is the group's
    free = frozenset({"case.position", "case_change.after", "case_change.before"})
    left = everything(archive, free)
    for text in (NAME, "Anna", ADDRESS, "Kurvor", "Mina frågor", "Utblick.Admin"):
        assert text not in left, text
    with reading(archive) as conn:
        assert login_in_force(conn, itself, NOW) is None
        assert people.people(conn) == ()
        changes = cases_of(conn, [1])[1].changes
        assert conn.execute(select(saved_search.c.name)).scalars().all() == ["Gruppens frågor"]
        (last,) = recorded(conn, 1)
        with pytest.raises(PersonError):
            meant(conn, NAME)
    pseudonym = f"raderad person {number}"
    assert [(one.who, one.field, one.after) for one in changes if one.field == "owner"] == [
        (pseudonym, "owner", pseudonym),
        ("Bo Ek", "owner", "Bo Ek"),
    ]
    assert (last.who, last.action, last.object) == ("Eva", "erase-person", f"person:{number}")


def test_who_comes_back_is_somebody_new(archive: Engine) -> None:
    number = lived(archive)
    with writing(archive) as conn:
        personal.erase(conn, meant(conn, ADDRESS), by=NAME, now=NOW)
        again = welcome(conn, Said("https://login.example", "s1", NAME), NOW)
        assert (again.id != number, again.name) == (True, NAME)
        (last,) = recorded(conn, 1)
    assert last.who == f"raderad person {number}"  # also where one erases oneself


def test_a_name_without_a_login_and_a_reader_without_a_name(archive: Engine) -> None:
    lived(archive)
    with writing(archive) as conn:
        subscribers.add(conn, "bo@example.org", now=NOW)
        assert meant(conn, "Bo Ek").subscriber is None
        done = personal.erase(conn, meant(conn, "Bo Ek"), by="Eva", now=NOW)
        assert done.reference == "person:2"
        assert "Bo Ek" not in str(cases_of(conn, [1]))
        reader = meant(conn, "subscriber:2")
        assert (reader.reference, reader.name) == ("subscriber:2", None)
        assert personal.erase(conn, reader, by="Eva", now=NOW).reference == "subscriber:2"
        for nobody in ("", " ", "Bo Ek", "bo@example.org", "person:2", "person:99", "person:x", "%", "1"):
            with pytest.raises(PersonError):
                meant(conn, nobody)


def test_two_with_one_address_are_told_apart(archive: Engine) -> None:
    with writing(archive) as conn:
        for issuer in ("https://a.example", "https://b.example"):
            welcome(conn, Said(issuer, "s1", NAME, email=ADDRESS), NOW)
        with pytest.raises(PersonError, match="person:1, person:2"):
            meant(conn, ADDRESS.upper())
        assert [one.name for one in people.people(conn)] == [NAME, f"{NAME} (2)"]


def test_a_name_in_the_archive_is_given_to_nobody_by_itself(archive: Engine) -> None:
    lived(archive)
    with writing(archive) as conn:
        newcomer = welcome(conn, Said(HEADER, "bo@guest.example", "bo ek"), NOW)
        assert newcomer.name == "bo ek (2)"
        assert welcome(conn, Said(HEADER, "lokal", "Lokal"), NOW).name == "Lokal (2)"
        assert welcome(conn, Said(HEADER, "x", " \u202e@"), NOW).name == people.NAMELESS
        people.rename(conn, newcomer.id, "Bo Ek")
        assert people.named(conn, "Bo Ek") is not None
        assert {one.who for one in recorded(conn, 9)} >= {"Bo Ek"}
