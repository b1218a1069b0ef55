"""Recorded answers of the portal, as a person reads them; each used field taken away in turn."""

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from spiders.finding import Certainty, Identifier, Relation, Step, Window, WindowKind
from spiders.platform import Drifted, Page
from spiders.reading import read_page
from spiders.wire import encode
from tests.spiders import have_your_say_pages as hys
from tests.spiders.have_your_say_reading import PLATFORM, only, read_detail, told
from tests.spiders.pages import page

RECORDED_DETAIL = "groupInitiatives-18805.trimmed.json"
RECORDED_LIST = "searchInitiatives-text-size2.json"


def recorded(shared: Path, name: str) -> tuple[Any, Page]:
    body = (shared / "payloads" / "have-your-say" / name).read_bytes()
    ask = PLATFORM.route(
        f"{hys.BASE}/{'groupInitiatives/18805' if 'group' in name else 'searchInitiatives?text=x'}"
    )
    assert ask is not None
    moment = datetime(2026, 9, 1, 12, tzinfo=UTC)
    return json.loads(body), page(body, ask.url, reader=ask.reader, fetched_at=moment)


def test_the_recorded_detail_is_read_as_a_person_reads_it(shared: Path) -> None:
    raw, answer = recorded(shared, RECORDED_DETAIL)
    reading = read_page(PLATFORM, answer, told())
    finding = only(reading)
    swedish = [item["value"] for item in raw["initiativeTranslations"] if item["language"] == "SV"]
    assert finding.key == "18805"
    assert finding.title == {"sv": swedish[0], "en": raw["shortTitle"]}
    assert finding.language == "sv"
    assert finding.url.endswith("/have-your-say/initiatives/18805_sv")
    assert finding.published == date(2026, 7, 20)
    assert finding.updated == datetime(2026, 8, 31, 6, 24, tzinfo=UTC)
    assert finding.summary["en"].startswith("This initiative supplements Regulation (EU) 2026/1388")
    # One publication takes feedback: the call for evidence, four weeks as `feedbackPeriod` says.
    opened = [item for item in raw["publications"] if item["endDate"]]
    assert [item["id"] for item in opened] == [25817]
    assert finding.windows == (
        Window(
            WindowKind.CALL_FOR_EVIDENCE,
            date(2026, 8, 31),
            date(2026, 9, 28),
            Certainty.GIVEN,
            closes_at=datetime(2026, 9, 28, 21, 59, 59, tzinfo=UTC),
            url="https://ec.europa.eu/info/law/better-regulation/have-your-say/initiatives/18805_sv",
        ),
    )
    assert finding.steps == (
        Step(date(2026, 7, 20), "hys:INIT_PLANNED/INIT_PLANNED"),
        Step(date(2026, 8, 31), "hys:PLANNING_WORKFLOW/CALL_FOR_EVIDENCE"),
        Step(date(2028, 1, 1), "hys:planned/REG_DEL"),
    )
    assert finding.identifiers == (
        Identifier("hys", "18805"),
        Identifier("ares", "Ares(2026)7014840"),
        Identifier("plan", "PLAN/2026/1655"),
        Identifier("ares", "Ares(2026)8283054"),
        Identifier("act", "(EU) 2026/1388", Relation.MENTION),
    )
    assert finding.subjects == ("FOOD", "SANTE4")
    assert finding.bodies == ("SANTE",)
    attached = {item["language"]: item["documentId"] for item in raw["publications"][1]["attachments"]}
    assert finding.attachments is not None
    assert [url.rpartition("/")[2] for _, url in finding.attachments] == [attached["SV"]]
    assert reading.warnings == ()


def test_the_recorded_list_is_read_as_a_person_reads_it(shared: Path) -> None:
    raw, answer = recorded(shared, RECORDED_LIST)
    reading = read_page(PLATFORM, answer, told())
    rows = raw["initiativeResultDtoPage"]["content"]
    for found, expected in zip(reading.findings, rows, strict=True):
        titles = {item["language"]: item["value"] for item in expected["initiativeTranslations"]}
        assert found.key == str(int(expected["id"]))
        assert found.title == {"sv": titles["SV"], "en": titles["EN"]}
        assert found.identifiers == (Identifier("hys", found.key), Identifier("ares", expected["reference"]))
        assert found.subjects == tuple(topic["code"] for topic in expected["topics"])
        # 12472 has no statuses; 18193 has a start on a stage that takes no feedback, which is no consultation.
        assert found.windows == ()
    assert [ask.url.partition("?")[2] for ask in reading.asks] == ["text=x&page=1"]
    assert (reading.last, reading.listed, reading.warnings) == (False, frozenset(), ())


def test_no_contact_data_of_officials_is_read_and_captures_are_redacted(shared: Path) -> None:
    raw, answer = recorded(shared, RECORDED_DETAIL)
    personal = {name for item in raw["publications"] for name in item if "author" in name or "Mail" in name}
    assert {f"publications[].{name}" for name in personal} <= set(PLATFORM.redact)
    assert b"REDACTED" not in encode(only(read_page(PLATFORM, answer, told())))
    assert b"example.invalid" not in encode(only(read_detail(hys.detail(hys.publication(1)))))


@pytest.mark.parametrize("name", [RECORDED_DETAIL, RECORDED_LIST])
def test_every_used_field_that_goes_missing_is_named(shared: Path, name: str) -> None:
    raw, answer = recorded(shared, name)
    whole = read_page(PLATFORM, answer, told())
    unused = (
        "unit orderDate isMajor isEvaluation initiativeCategory createdDate committee betterRegulationRequirement"
    )
    unused += " expertGroup legalBasis isGroupedCfe exactMatch"
    used = raw.keys() - set(unused.split())
    assert len(used) >= 1
    for field in used:
        less = {key: value for key, value in raw.items() if key != field}
        assert field in _said(less, answer), f"{field} was removed and nobody said so"
    assert whole.warnings == ()


def test_every_used_field_of_rows_and_publications_that_goes_missing_is_named(shared: Path) -> None:
    _, answer = recorded(shared, RECORDED_LIST)
    full = hys.listing([hys.row(1, hys.status("OPEN"))])
    for field in full["initiativeResultDtoPage"].keys() - {"pageable", "last", "sort", "first", "empty"}:
        less = copy.deepcopy(full)
        del less["initiativeResultDtoPage"][field]
        assert field in _said(less, answer)
    for field in full["initiativeResultDtoPage"]["content"][0]:
        less = copy.deepcopy(full)
        del less["initiativeResultDtoPage"]["content"][0][field]
        assert field in _said(less, answer)
    _, answer = recorded(shared, RECORDED_DETAIL)
    ignored = {"groupId", "authorName", "authorSurname", "authorMail", "authorPhoneNumber", "surveyContactMail"}
    for field in hys.publication(1).keys() - ignored:
        less = hys.detail(hys.publication(1))
        del less["publications"][0][field]
        assert field in _said(less, answer)


def _said(body: object, answer: Page) -> str:
    try:
        reading = read_page(PLATFORM, page(body, answer.url, reader=answer.reader), told())
    except Drifted as exc:
        return str(exc)
    return " ".join(reading.warnings)
