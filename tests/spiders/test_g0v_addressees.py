"""The attached list of a remiss: when it is asked for, and what it adds."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.sources import load_sources
from monitor.example.shapes.pdf import as_pdf
from spiders.attempts import Run
from spiders.finding import Addressees, Finding
from spiders.g0v import G0v
from spiders.platform import Ask, Assignment, Page, Remembered, address_of
from spiders.reading import read_page
from tests.spiders.pages import NOW, assignment, page

LIST = "https://g0v.se/remisser.json"
PDF = "https://www.regeringen.se/contentassets/ab12/remissinstanser.pdf"
PATH = "/remisser/2026/11/remiss-av-nagot/"


def told(**terms: Any) -> Assignment:
    return assignment("g0v", LIST, **({"also": ({"host": "www.regeringen.se"},)} | terms))


def row(**changes: Any) -> dict[str, Any]:
    fields = {
        "title": "Remiss av något",
        "url": PATH,
        "published": "2026-11-11",
        "updated": None,
        "types": ["2099"],
        "senders": ["1291"],
        "id": None,
        "shortcuts": [],
        "attachments": [
            {"name": "Promemoria (pdf 1 MB)", "url": "/contentassets/ab12/promemoria.pdf"},
            {"name": "Remissinstanser (pdf 139 kB)", "url": "/contentassets/ab12/remissinstanser.pdf"},
        ],
        "categories": ["2099", "1291"],
    }
    return fields | changes


def lists(asked: tuple[Ask, ...]) -> list[Ask]:
    return [ask for ask in asked if ask.reader == "addressees"]


def asked(about: Assignment, **changes: Any) -> list[Ask]:
    return lists(read_page(G0v(), page([row(**changes)], LIST, reader="list"), about).asks)


def answer(body: bytes, **context: str) -> Page:
    said = {"path": PATH, "title": "Remiss av något", "label": "Remissinstanser"} | context
    return page(body, PDF, reader="addressees", context=said)


def only(answered: Page) -> Finding:
    (finding,) = read_page(G0v(), answered, told()).findings
    return finding


def test_the_list_of_a_young_remiss_is_asked_for_and_may_fail() -> None:
    (ask,) = asked(told())
    assert (ask.url, ask.otherwise, ask.to_file, ask.once) == (PDF, (), True, True)
    assert ask.context["path"] == PATH


def test_it_is_only_asked_for_where_the_declaration_names_its_host() -> None:
    assert asked(told(also=())) == []
    said = read_page(G0v(), page([row()], LIST, reader="list"), told(also=())).warnings
    assert "a list of addressed bodies is not asked for: www.regeringen.se is not declared (also)" in said
    assert asked(told(also=({"host": "regeringen.se"},))) == []
    (source,) = (one for one in load_sources() if one.id == "g0v-remisser")
    assert [(one.host, one.delay) for one in source.also] == [("www.regeringen.se", 3.0)]


def test_it_is_asked_for_until_it_was_answered_and_after_a_refusal_ever_later() -> None:
    (ask,) = asked(told(known={PATH: "another-version"}))
    place, days = address_of(ask), []
    remembered = {place: Remembered(G0v.parser)}
    assert _lined_up(told(remembered=remembered)) == []
    kept: dict[str, Remembered] = {}
    for day in range(40):
        now = NOW + timedelta(days=day)
        about = replace(told(remembered=kept), now=now)
        if lined := _lined_up(about):
            days.append(day)
            refusal = Run(about, G0v()).refusal(lined[0])
            assert refusal is not None
            assert refusal.remembered is not None
            kept = {refusal.address: refusal.remembered}
    assert days == [0, 1, 3, 7, 15, 31]


def test_a_refusal_that_waits_is_said() -> None:
    (ask,) = asked(told())
    kept = {address_of(ask): Remembered(G0v.parser, refused=2, again=NOW + timedelta(days=1))}
    run = Run(told(remembered=kept), G0v())
    run._line_up([ask])
    assert run.ended(0.0).warnings == ("1 requests that were refused wait, the first until 2026-11-24",)


def _lined_up(about: Assignment) -> list[Ask]:
    run = Run(about, G0v())
    run._line_up(lists(read_page(G0v(), page([row()], LIST, reader="list"), about).asks))
    return list(iter(run.next, None))


@pytest.mark.parametrize(
    "changes",
    [
        {"published": str(date(2024, 1, 1))},
        {"attachments": []},
        {"attachments": [{"name": "Remissinstanser", "url": "https://elsewhere.example/remissinstanser.pdf"}]},
        {"url": "/pressmeddelanden/2026/11/nagot/", "types": ["1334"]},
    ],
)
def test_old_ones_strange_hosts_and_other_kinds_are_not_asked(changes: dict[str, Any]) -> None:
    assert asked(told(), **changes) == []


def test_a_list_adds_its_names_and_nothing_else() -> None:
    finding = only(answer(as_pdf(["Remissinstanser", "1. Boverket", "2. Åre kommun", "3. Ale kommun"])))
    assert finding.addressees == Addressees(("Boverket", "Åre kommun", "Ale kommun"), PDF)
    assert (finding.key, finding.version, finding.windows, finding.attachments) == (PATH, None, None, None)


@pytest.mark.parametrize(
    ("body", "label", "problem"),
    [
        (b"<html>You are unable to access</html>", "Remissinstanser", "not a PDF"),
        (as_pdf([]), "Remissinstanser", "no text in it, only pictures"),
        (as_pdf(["Remissen gäller en promemoria om slam.", "Kontakta oss."]), "Remissmissiv", "no names in it"),
    ],
)
def test_a_list_that_cannot_be_read_is_said(body: bytes, label: str, problem: str) -> None:
    reading = read_page(G0v(), answer(body, label=label), told())
    assert reading.findings[0].addressees == Addressees((), PDF, problem)
    assert problem in reading.warnings[0]


def test_a_recorded_list_of_no_known_remiss_is_recognised() -> None:
    ask = G0v().route(PDF)
    assert ask is not None
    reading = read_page(G0v(), page(as_pdf(["Remissinstanser", "Boverket"]), PDF, reader=ask.reader), told())
    assert reading.findings == ()
    assert "of no known remiss" in reading.warnings[0]


def test_a_list_in_the_pages_own_text() -> None:
    day = "Sista dag att svara på remissen är den 14 december 2026."
    body = f"# Remiss av något\n\n{day}\n\nRemissinstanser\nBoverket\nÅre kommun\n"
    (finding,) = read_page(G0v(), page(body, f"https://g0v.se{PATH[:-1]}.md", reader="page"), told()).findings
    assert finding.addressees == Addressees(("Boverket", "Åre kommun"), finding.url)


def test_recorded_remisser_have_no_list_in_their_text(shared: Path) -> None:
    texts = [path.read_text("utf-8") for path in sorted((shared / "payloads" / "g0v").rglob("*remiss*.md"))]
    assert len(texts) > 150
    for text in texts:
        reading = read_page(G0v(), page(text, f"https://g0v.se{PATH[:-1]}.md", reader="page"), told())
        assert reading.findings[0].addressees is None
