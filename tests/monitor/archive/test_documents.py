from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from monitor.archive.documents import (
    Document,
    count_documents,
    for_letter,
    get_document,
    get_documents,
    id_by_key,
    ids_by_identifier,
    unassessed,
)
from monitor.archive.engine import reading, writing
from monitor.archive.ratings import judge, judgements_of, save_assessments
from monitor.archive.scans import start_scan
from monitor.collecting.intake import Intake
from nlp.assessment import Assessment, Direction, Evidence, EvidenceKind, Level, Tag
from spiders.events import PageRead
from spiders.finding import Certainty, Finding, Identifier, Kind, Relation, Step, Window, WindowKind

NOW = datetime(2026, 11, 16, 6, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
TODAY = date(2026, 11, 23)


def fpm(key: str, **more: Any) -> Finding:
    values: dict[str, Any] = {"published": date(2026, 11, 10), "title": {"sv": f"Faktapromemoria {key}"}}
    return Finding(
        source="fpm", key=key, url=f"https://x.se/{key}", kind=Kind.FPM, language="sv", **(values | more)
    )


def window(closes: date, kind: WindowKind = WindowKind.REMISS) -> Window:
    return Window(kind, date(2026, 11, 1), closes, Certainty.GIVEN)


def take(engine: Engine, now: datetime, *findings: Finding) -> None:
    with writing(engine) as conn:
        number = start_scan(conn, now, "command")
    Intake(engine, number).take([PageRead("fpm", "list", None, findings)], now)


def assessed(document: Document, *themes: str, model: str = "m1", level: Level = Level.BRIEF) -> Assessment:
    evidence = (Evidence(EvidenceKind.TERM, "avlopp", 1.5, 0, 6),)
    tags = tuple(Tag(theme, 0.9, assigned=True, evidence=evidence) for theme in themes)
    return Assessment(
        id=str(document.id),
        language="sv",
        tags=(*tags, Tag("skog", 0.3, assigned=False), Tag("fiske", 0.01, assigned=False)),
        relevance=0.8,
        level=level,
        direction=Direction.RESTRICTING,
        reasons=("Handlar om avlopp.",),
        evidence=evidence,
        model=model,
    )


def test_a_document_comes_back_whole(archive: Engine) -> None:
    said = fpm(
        "1",
        title={"en": "Urban waste water", "sv": "Avloppsdirektivet"},
        summary={"sv": "Kort."},
        text="Lång text.",
        identifiers=(
            Identifier("procedure", "2022/0345(COD)"),
            Identifier("com", "COM(2022) 541", Relation.MENTION),
        ),
        steps=(Step(date(2026, 11, 1), "fpm"),),
        windows=(window(date(2026, 12, 1)), window(date(2026, 11, 1), WindowKind.CONSULTATION)),
        subjects=("oeil:3.70.04",),
        bodies=("Miljödepartementet",),
        attachments=(("Bilaga", "https://x.se/b.pdf"),),
    )
    take(archive, NOW, said)
    with reading(archive) as conn:
        number = id_by_key(conn, "1")
        assert number is not None
        document = get_document(conn, number)
        assert get_document(conn, number + 1) is None
        assert count_documents(conn) == 1
    assert document is not None
    assert document.title() == ("Avloppsdirektivet", "sv")
    assert document.title("de") == ("Urban waste water", "en")
    assert (document.text, document.summary, document.steps) == ("Lång text.", {"sv": "Kort."}, said.steps)
    assert set(document.windows) == set(said.windows or ())
    assert set(document.identifiers) == set(said.identifiers or ())
    assert (document.subjects, document.bodies, document.attachments) == (
        said.subjects,
        said.bodies,
        said.attachments,
    )
    assert document.closes(TODAY) == date(2026, 12, 1)
    assert document.closes(date(2027, 1, 1)) == date(2026, 12, 1)
    assert (document.level, document.themes, document.revisions) == (None, (), ())


@pytest.mark.parametrize(
    ("scheme", "value", "keys"),
    [
        ("com", "COM(2022) 541", ["about", "mention"]),
        ("procedure", "2022/0345(COD)", ["about"]),
        ("procedure", "2022/0345", ["about"]),
        ("procedure", "2022/034", []),
        ("fpm", "FPM52", ["newer", "older"]),
        ("fpm", "2025/26:FPM52", ["newer"]),
        ("fpm", "FPM5", []),
    ],
)
def test_documents_are_found_by_what_they_are_called(
    archive: Engine, scheme: str, value: str, keys: list[str]
) -> None:
    com = Identifier("com", "COM(2022) 541")
    take(
        archive,
        NOW,
        fpm("mention", identifiers=(replace(com, relation=Relation.MENTION),), published=date(2026, 11, 12)),
        fpm("about", identifiers=(com, Identifier("procedure", "2022/0345(COD)"))),
        fpm("older", identifiers=(Identifier("fpm", "2020/21:FPM52"),), published=date(2020, 11, 1)),
        fpm("newer", identifiers=(Identifier("fpm", "2025/26:FPM52"),), published=date(2025, 11, 1)),
    )
    with reading(archive) as conn:
        found = get_documents(conn, ids_by_identifier(conn, Identifier(scheme, value)))
    assert [one.key for one in found] == keys


def test_assessments_count_until_a_person_judges(archive: Engine) -> None:
    take(archive, NOW, fpm("1"), fpm("2", published=date(2026, 11, 1)))
    with writing(archive) as conn:
        assert len(unassessed(conn, "m1")) == 2
        assert unassessed(conn, "m1", limit=1) == (id_by_key(conn, "1"),)
        documents = get_documents(conn, unassessed(conn, "m1"))
        save_assessments(conn, [(one, assessed(one, "va-vatten")) for one in documents], NOW)
        assert unassessed(conn, "m1") == ()
        assert len(unassessed(conn, "m2")) == 2
        first = documents[0].id
        rated = get_document(conn, first)
        assert rated is not None
        assert (rated.level, rated.relevance, rated.direction) == ("brief", 0.8, "restricting")
        assert rated.themes == ("va-vatten",)
        assert [one.theme for one in rated.tags] == ["va-vatten", "skog"]
        assert rated.tags[0].evidence[0]["text"] == "avlopp"
        assert rated.reasons == ("Handlar om avlopp.",)

        judge(conn, first, "Anna", NOW, themes={"va-vatten": False, "energi": True}, level=Level.ACT)
        judge(conn, first, "Anna", NOW, direction=Direction.ENABLING)
        save_assessments(conn, [(rated, assessed(rated, "va-vatten", model="m2", level=Level.NONE))], MONDAY)
        corrected = get_document(conn, first)
        assert corrected is not None
        assert (corrected.level, corrected.direction, corrected.themes) == ("act", "enabling", ("energi",))
        assert judgements_of(conn, [first])[first].themes == {"va-vatten": False, "energi": True}


def test_a_changed_document_is_assessed_anew(archive: Engine) -> None:
    take(archive, NOW, fpm("1"))
    with writing(archive) as conn:
        (document,) = get_documents(conn, unassessed(conn, "m1"))
        save_assessments(conn, [(document, assessed(document))], NOW)
    take(archive, MONDAY, fpm("1", title={"sv": "En annan titel"}))
    with reading(archive) as conn:
        assert unassessed(conn, "m1") == (document.id,)


def test_a_letter_is_made_of_what_is_new_what_changed_and_what_closes(archive: Engine) -> None:
    take(
        archive,
        NOW,
        fpm("old"),
        fpm("changed"),
        fpm("closing", windows=(window(date(2026, 12, 1)),)),
        fpm("far", windows=(window(date(2027, 3, 1)),)),
        fpm("closed", windows=(window(date(2026, 11, 22)),)),
    )
    take(archive, MONDAY, fpm("new", published=date(2026, 11, 20)), fpm("changed", title={"sv": "Ny titel"}))
    with reading(archive) as conn:
        found = {one.key: one for one in for_letter(conn, MONDAY - timedelta(days=3), TODAY)}
        later = for_letter(conn, MONDAY, TODAY)
        assert for_letter(conn, NOW, TODAY, levels=("act",)) == ()
    assert list(found) == ["new", "closing", "changed"]
    (revision,) = found["changed"].revisions
    assert (revision.field, revision.after) == ("title", {"sv": "Ny titel"})
    assert [one.key for one in later] == ["closing"]


def test_what_can_be_answered_is_read_further_ahead_than_calls(archive: Engine) -> None:
    call = Window(WindowKind.CALL, None, date(2027, 3, 1), Certainty.GIVEN)
    take(archive, NOW, fpm("far", windows=(window(date(2027, 3, 1)),)), fpm("call", windows=(call,)))
    with reading(archive) as conn:
        assert for_letter(conn, MONDAY, TODAY) == ()
        found = for_letter(conn, MONDAY, TODAY, answers=timedelta(days=120))
    assert [one.key for one in found] == ["far"]
