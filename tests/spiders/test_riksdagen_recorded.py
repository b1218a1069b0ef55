"""Recorded answers of the Riksdag against the raw ones, as a person reads them."""

import copy
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from spiders.finding import Certainty, Kind, Relation, Step, Window, WindowKind
from spiders.joins import dok_id_of
from spiders.library import Library
from spiders.platform import Page
from spiders.reading import read_page
from spiders.redaction import redact
from spiders.riksdagen_documents import words
from spiders.wire import encode
from tests.spiders.pages import page
from tests.spiders.riksdagen_pages import DATA, PLATFORM, named, only, said, told

Recorded = Mapping[str, Page]


@pytest.fixture(scope="module")
def recorded(shared: Path) -> Recorded:
    """Every recorded answer that the platform would ask for, by file."""
    library = Library(shared / "payloads")
    answers = {}
    for kept in library.rows():
        ask = PLATFORM.route(kept.url) if kept.platform == "riksdagen" else None
        if ask is not None:
            terms = {"reader": ask.reader, "context": ask.context}
            answers[kept.file] = page(library.body(kept), kept.url, **terms)
    return answers


def one(recorded: Recorded, part: str) -> Page:
    (answer,) = [answer for file, answer in recorded.items() if part in file]
    return answer


def test_every_recorded_answer_but_the_catalogue_is_read(recorded: Recorded) -> None:
    assert len(recorded) == 14
    for file, answer in recorded.items():
        reading = read_page(PLATFORM, answer, told())
        assert reading.findings, file
        for finding in reading.findings:
            encode(finding)
            assert finding.title["sv"]
    assert PLATFORM.route(f"{DATA}/dataset/katalog/dataset.xml") is None


def test_the_recorded_eu_document_joins_a_file_and_says_until_when(recorded: Recorded) -> None:
    reading = read_page(PLATFORM, one(recorded, "eu-dokument"), told())
    finding = only(reading)
    assert reading.warnings == ()
    assert finding.key == "H8B6447"
    assert finding.kind is Kind.EU_DOCUMENT
    assert finding.title["sv"] == (
        "Ändrat förslag till Europaparlamentets och rådets förordning om Europeiska socialfonden+ (ESF+)"
    )
    assert finding.published == date(2020, 5, 28)
    assert finding.updated == datetime(2023, 2, 7, 11, 34, 52, tzinfo=ZoneInfo("Europe/Stockholm"))
    assert named(finding) == ["H8B6447", "COM(2020) 447", "2018/0206(COD)"]
    assert named(finding, Relation.MENTION)[:2] == ["H706FPM51", "2019/20:FPM51"]
    url = "https://data.riksdagen.se/dokument/H8B6447.html"
    assert finding.windows == (Window(WindowKind.SUBSIDIARITY, None, date(2020, 7, 30), Certainty.GIVEN, url=url),)
    assert finding.steps == (
        Step(date(2020, 5, 28), "riksdagen:INL"),
        Step(date(2020, 6, 4), "riksdagen:B"),
        Step(date(2020, 6, 5), "riksdagen:BESU"),
        Step(date(2020, 6, 5), "riksdagen:HÄN"),
        Step(date(2020, 7, 30), "riksdagen:TFR"),
    )
    assert finding.bodies == ("Europeiska kommissionen", "Arbetsmarknadsutskottet")
    assert finding.attachments is not None
    assert finding.attachments[0][1].endswith("/fil/2EC1DD43-EFD9-4B3C-BFA8-AC37BBBC303B")
    assert finding.text is not None
    assert finding.text.startswith("EUROPEISKA\nKOMMISSIONEN")
    assert "margin" not in finding.text[:2000]


def test_other_recorded_records_against_the_raw_ones(recorded: Recorded) -> None:
    own = {
        "bet-HA01AU6": (Kind.COMMITTEE_REPORT, "Bet. 2022/23:AU6"),
        "ds-GIB472": (Kind.MEMORANDUM, "Ds 1994:72"),
        "kom-H2B643": (Kind.EU_DOCUMENT, "COM(2014) 43"),
        "prop-H703181": (Kind.BILL, "Prop. 2019/20:181"),
        "yttr-H605AU1y": (Kind.OPINION, "H605AU1Y"),
        "mot-GY02A1": (Kind.OTHER, "GY02A1"),
    }
    for part, (kind, number) in own.items():
        answer = one(recorded, part)
        raw = json.loads(answer.body)["dokumentstatus"]
        finding = only(read_page(PLATFORM, answer, told()))
        assert finding.key == raw["dokument"]["dok_id"]
        assert str(finding.published) == raw["dokument"]["datum"][:10]
        assert finding.kind is kind
        assert number in named(finding)
        if raw["dokument"]["titel"]:
            assert finding.title["sv"] == " ".join(raw["dokument"]["titel"].split())
        block = (raw.get("dokaktivitet") or {}).get("aktivitet") or []
        happened = {
            (one["datum"][:10], f"riksdagen:{one['kod']}") for one in block if one["status"] == "inträffat"
        }
        assert {(str(step.date), step.code) for step in finding.steps or ()} == happened
        for name in finding.identifiers or ():
            if name.relation is Relation.SUBJECT and name.scheme in ("ds", "com", "prop", "bet"):
                assert dok_id_of(name) == finding.key


def test_an_old_commission_document_names_its_procedure_in_its_head(recorded: Recorded) -> None:
    finding = only(read_page(PLATFORM, one(recorded, "kom-H2B643"), told()))
    assert named(finding) == ["H2B643", "COM(2014) 43", "2014/0020(COD)"]
    assert (finding.title["sv"], finding.language) == ("COM(2014) 43", "en")


def test_a_recorded_list_and_the_parameter_it_ignored(recorded: Recorded) -> None:
    answer = one(recorded, "dokumentlista-sfs-1880")
    raw = json.loads(answer.body)["dokumentlista"]
    reading = read_page(PLATFORM, answer, told())
    assert [finding.key for finding in reading.findings] == [row["dok_id"] for row in raw["dokument"]]
    assert "the parameter 'to' is none of the service's and is ignored" in reading.warnings
    assert "the service warns: traffar=10956" in reading.warnings
    (following,) = reading.asks
    assert following.url == raw["@nasta_sida"]
    assert following.context == {"page": "2"}
    assert not reading.last


def test_the_xml_form_of_a_list_is_read_alike(recorded: Recorded) -> None:
    reading = read_page(PLATFORM, one(recorded, "dokumentlista-sfs-1901"), told())
    assert len(reading.findings) == 20
    first = reading.findings[0]
    assert (first.key, first.title["sv"]) == ("sfs-1904-48s1", "Lag (1904:48 s.1) om samäganderätt")
    assert first.published == date(1904, 9, 30)
    assert reading.asks[0].url.startswith("https://data.riksdagen.se/")  # the service says http


def test_every_used_field_of_the_recorded_eu_document_that_goes_missing_is_named(recorded: Recorded) -> None:
    answer = one(recorded, "eu-dokument")
    raw = json.loads(answer.body)
    for field in raw["dokumentstatus"]:
        less = copy.deepcopy(raw)
        del less["dokumentstatus"][field]
        assert field in said(less, answer.url)
    used = words(
        "dok_id doktyp subtyp rm beteckning typrubrik organ mottagare nummer datum systemdatum titel html"
    )
    for field in used:
        less = copy.deepcopy(raw)
        del less["dokumentstatus"]["dokument"][field]
        assert f"dokument.{field}" in said(less, answer.url)


def test_every_used_field_of_the_recorded_list_that_goes_missing_is_named(recorded: Recorded) -> None:
    answer = one(recorded, "dokumentlista-sfs-1880")
    raw = json.loads(answer.body)
    for field in ("dokument", "@traffar", "@sida", "@sidor", "@nasta_sida", "@q", "@traff_fran", "@traff_till"):
        less = copy.deepcopy(raw)
        del less["dokumentlista"][field]
        assert field in said(less, answer.url)
    for field in (
        "dok_id",
        "titel",
        "doktyp",
        "subtyp",
        "rm",
        "beteckning",
        "nummer",
        "organ",
        "datum",
        "systemdatum",
    ):
        less = copy.deepcopy(raw)
        for row in less["dokumentlista"]["dokument"]:
            del row[field]
        assert field in said(less, answer.url)
    assert "dokumentlista" in said({"lista": {}}, answer.url)


def test_persons_are_neither_read_nor_stored(recorded: Recorded) -> None:
    for part, person in (("ip-H210692", "Mehmet Kaplan"), ("prop-H703181", "Magdalena Andersson")):
        answer = one(recorded, part)
        stored, redacted = redact(answer.body, PLATFORM.redact)
        assert redacted
        assert json.loads(answer.body)["dokumentstatus"]["dokintressent"]
        kept = json.loads(stored)["dokumentstatus"]
        assert "intressent" not in kept["dokintressent"]
        finding = only(read_page(PLATFORM, answer, told()))
        assert all(person not in body or "Statsrådet" in body for body in finding.bodies or ())
