"""The Riksdag's lists and records: recorded ones, and shapes that nobody has recorded made by hand."""

import copy
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.errors import ConfigError
from config.sources import load_sources
from spiders.finding import Certainty, Finding, Identifier, Kind, Relation, Step, Window, WindowKind
from spiders.joins import dok_id_of
from spiders.library import Library
from spiders.platform import Assignment, Drifted, Empty, Page, Reading
from spiders.reading import read_page
from spiders.redaction import redact
from spiders.riksdagen import Riksdagen
from spiders.riksdagen_documents import words
from spiders.wire import encode
from tests.spiders.pages import assignment, page

PLATFORM = Riksdagen()
DATA = "https://data.riksdagen.se"
DECLARED = f"{DATA}/dokumentlista/?doktyp=fpm&sort=datum&sortorder=desc&sz=100&utformat=json"
ASKED = f"{DATA}/dokumentlista/?doktyp=fpm&sort=datum&sortorder=desc&sz=100&utformat=json&from=2026-10-24&p=1"


def told(**terms: Any) -> Assignment:
    return assignment("riksdagen", DECLARED, **terms)


def read(body: object, url: str = ASKED, *, about: Assignment | None = None, **terms: Any) -> Reading:
    ask = PLATFORM.route(url)
    assert ask is not None
    return read_page(PLATFORM, page(body, url, **({"reader": ask.reader} | terms)), about or told())


def only(reading: Reading) -> Finding:
    (finding,) = reading.findings
    return finding


def named(finding: Finding, relation: Relation = Relation.SUBJECT) -> list[str]:
    assert finding.identifiers is not None
    return [name.value for name in finding.identifiers if name.relation is relation]


def said(body: object, url: str) -> str:
    try:
        return " ".join(read(body, url).warnings)
    except (Drifted, Empty) as exc:
        return str(exc)


# ------------------------------------------------------------------ recorded answers

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


# ------------------------------------------------------------------ lists by hand


def row(number: int, **changes: Any) -> dict[str, Any]:
    fields = {
        "dok_id": f"HE06FPM{number}",
        "doktyp": "fpm",
        "typ": "fpm",
        "subtyp": "",
        "rm": "2026/27",
        "beteckning": f"FPM{number}",
        "nummer": str(number),
        "organ": "Miljödepartementet",
        "titel": "Ett nytt\nvattendirektiv",
        "datum": "2026-11-20",
        "systemdatum": "2026-11-20 13:31:39",
        "summary": "Kommissionen föreslog COM(2026) 12.\n",
        "notis": "",
        "filbilaga": {
            "fil": {"typ": "pdf", "namn": "fpm.pdf", "storlek": "1", "url": "//data.riksdagen.se/fil/1"}
        },
    }
    return fields | changes


def listing(rows: object, **changes: Any) -> dict[str, Any]:
    count = len(rows) if isinstance(rows, list) else 1
    fields = {
        "@traffar": str(count),
        "@traff_fran": "1",
        "@traff_till": str(count),
        "@sida": "1",
        "@sidor": "1",
        "@q": ASKED.partition("?")[2],
        "dokument": rows,
        "facettlista": None,
    }
    return {"dokumentlista": fields | changes}


def test_a_list_row_as_a_finding() -> None:
    reading = read(listing([row(5)]))
    finding = only(reading)
    assert reading.warnings == ()
    assert reading.last
    assert reading.listed == frozenset()  # the last weeks say nothing of what is gone
    assert (finding.kind, finding.title) == (Kind.FPM, {"sv": "Ett nytt vattendirektiv"})
    assert finding.summary == {"sv": "Kommissionen föreslog COM(2026) 12."}
    assert named(finding) == ["HE06FPM5", "2026/27:FPM5"]
    assert finding.url == "https://data.riksdagen.se/dokument/HE06FPM5.html"
    assert finding.attachments == (("fpm.pdf", "https://data.riksdagen.se/fil/1"),)


def test_one_hit_may_stand_without_its_list() -> None:
    assert only(read(listing(row(5)))).key == "HE06FPM5"


@pytest.mark.parametrize("without", [{"dokument": None}, {"dokument": ""}, {"dokument": []}, None])
def test_zero_hits(without: dict[str, Any] | None) -> None:
    body = listing([], **{"@sidor": "0", "@traff_fran": "0"}, **(without or {}))
    if without is None:
        del body["dokumentlista"]["dokument"]
    with pytest.raises(Empty, match="no hits"):
        read(body)


def test_hits_that_are_announced_and_not_there_are_drift() -> None:
    with pytest.raises(Drifted, match="7 hits are announced"):
        read(listing([], **{"@traffar": "7"}))


def test_a_filter_that_was_ignored_is_seen() -> None:
    with pytest.raises(Drifted, match="the filter was ignored"):
        read(listing([row(1, doktyp="mot", typ="mot")]))
    reading = read(listing([row(1), row(2, datum="2019-01-01"), row(3, doktyp="mot")]))
    assert "1 of 3 rows are not of doktyp=fpm" in reading.warnings
    assert any("1 of 3 rows lie outside from=2026-10-24" in warning for warning in reading.warnings)
    reading = read(listing([row(1)], **{"@q": "doktyp=fpm"}))
    assert "asked from='2026-10-24', the service says it was None" in reading.warnings


def test_pages_follow_each_other_until_the_last_and_never_in_a_circle() -> None:
    def page_of(number: int, following: str | None) -> dict[str, Any]:
        more = {"@traffar": "3", "@sidor": "3", "@sida": str(number)}
        places = {"@traff_fran": str(number), "@traff_till": str(number)}
        leads = {"@nasta_sida": following} if following else {}
        return listing([row(number)], **more, **places, **leads)

    to_two = ASKED.replace("https", "http").replace("p=1", "p=2")
    first = read(page_of(1, to_two))
    (ask,) = first.asks
    assert ask.url == ASKED.replace("p=1", "p=2")
    assert not first.last
    circle = read(page_of(2, to_two), ask.url, context=ask.context)
    assert circle.asks == ()
    assert not circle.last
    assert any("it is not followed" in warning for warning in circle.warnings)
    elsewhere = read(page_of(2, "https://elsewhere.example/?p=3"), ask.url, context=ask.context)
    assert elsewhere.asks == ()
    assert read(page_of(3, None), ASKED.replace("p=1", "p=3"), context={"page": "3"}).last
    with pytest.raises(Drifted, match="page 2 was asked, page 1 came"):
        read(page_of(1, to_two), ask.url, context=ask.context)


def test_a_list_that_ends_too_early_is_not_complete() -> None:
    reading = read(listing([row(1)], **{"@traffar": "2"}))
    assert "the list ends at hit 1 of 2" in reading.warnings
    assert not reading.last
    reading = read(listing([row(1)], **{"@traffar": "2", "@traff_till": "2"}))
    assert "hits 1 to 2 are announced, page 1 has 1 rows" in reading.warnings


def test_records_are_asked_for_where_declared_and_by_the_services_own_mark() -> None:
    assert read(listing([row(5)])).asks == ()
    (ask,) = read(listing([row(5)]), about=told(options={"detail": True})).asks
    assert ask.url == "https://data.riksdagen.se/dokumentstatus/HE06FPM5.json"
    assert (ask.key, ask.version) == ("HE06FPM5", "2026-11-20T13:31:39+01:00")
    (odd,) = read(listing([row(5, dok_id="sfs-1895-bih. 52 s. 1")]), about=told(options={"detail": True})).asks
    assert odd.url == "https://data.riksdagen.se/dokumentstatus/sfs-1895-bih.%2052%20s.%201.json"


def test_a_bad_row_and_unknown_words_are_said() -> None:
    reading = read(listing([row(1), row(2, dok_id=""), row(3, doktyp="fpm", new="x")]))
    assert len(reading.findings) == 2
    assert any("dokument[1].dok_id" in warning for warning in reading.warnings)
    assert "unexpected field dokumentlista.dokument[].new" in reading.warnings
    url = ASKED.replace("doktyp=fpm&", "")
    assert any(
        "unknown doktyp 'xyz'" in warning for warning in read(listing([row(1, doktyp="xyz")]), url).warnings
    )


def test_a_committees_statement_is_about_the_document_in_its_title() -> None:
    url = ASKED.replace("doktyp=fpm", "doktyp=bet")
    terms = {"doktyp": "bet", "subtyp": "utl", "beteckning": "MJU5"}
    finding = only(read(listing([row(1, titel="Subsidiaritetsprövning av COM(2026) 12", **terms)]), url))
    assert "COM(2026) 12" in named(finding)
    finding = only(read(listing([row(1, titel="Prövning av COM(2026) 12 och COM(2026) 13", **terms)]), url))
    assert named(finding, Relation.PACKAGE) == ["COM(2026) 12", "COM(2026) 13"]


# ------------------------------------------------------------------ records by hand


def record(**changes: Any) -> dict[str, Any]:
    document = {
        "dok_id": "HE06FPM5",
        "doktyp": "fpm",
        "typ": "fpm",
        "subtyp": None,
        "rm": "2026/27",
        "beteckning": "FPM5",
        "nummer": "5",
        "typrubrik": "Fakta-pm 2026/27:FPM5",
        "organ": "Miljödepartementet",
        "mottagare": "",
        "datum": "2026-11-20 00:00:00",
        "systemdatum": "2026-11-20 13:31:39",
        "titel": "Ett nytt vattendirektiv",
        "html": "<style>p{}</style><p>Regeringskansliet Faktapromemoria 2026/27:FPM5</p>"
        "<h2>Dokumentbeteckning</h2><p>KOM (2026) 12</p><p>Förslag till direktiv</p><h2>Sammanfattning</h2>"
        "<p>Förslaget följer COM(2025) 280.</p>",
    }
    blocks = {"dokaktivitet": None, "dokuppgift": None, "dokbilaga": None, "dokreferens": None}
    return {"dokumentstatus": {"dokument": document} | blocks | changes}


RECORD = f"{DATA}/dokumentstatus/HE06FPM5.json"


def test_a_memo_is_about_what_stands_under_its_reference() -> None:
    finding = only(read(record(), RECORD))
    assert named(finding) == ["HE06FPM5", "2026/27:FPM5", "COM(2026) 12"]
    assert named(finding, Relation.MENTION) == ["COM(2025) 280"]
    assert finding.version == "2026-11-20T13:31:39+01:00"


def activity(code: str, day: str, status: str | None = "inträffat") -> dict[str, Any]:
    return {"kod": code, "namn": "", "datum": day, "status": status, "ordning": "0", "process": None}


def eu_record(*activities: dict[str, Any], kind: str = "Subsidiaritetskontroll") -> dict[str, Any]:
    body = record(
        dokaktivitet={"aktivitet": list(activities)},
        dokuppgift={"uppgift": {"kod": "ärendetyp", "namn": "", "text": kind, "dok_id": "", "systemdatum": ""}},
    )
    terms = {"dok_id": "HEB612", "doktyp": "eu-dokument", "subtyp": "JOIN", "rm": "2026", "beteckning": "12"}
    body["dokumentstatus"]["dokument"] |= terms | {"typrubrik": "EU-dokument JOIN(2026) 12"}
    return body


def test_a_deadline_is_given_and_only_of_a_subsidiarity_check() -> None:
    url = f"{DATA}/dokumentstatus/HEB612.json"
    finding = only(read(eu_record(activity("TFR", "2027-01-15 00:00:00", None)), url))
    assert finding.windows is not None
    assert [(window.closes, window.certainty) for window in finding.windows] == [
        (date(2027, 1, 15), Certainty.GIVEN)
    ]
    assert "JOIN(2026) 12" in named(finding)
    reading = read(eu_record(activity("TFR", "2027-01-15"), kind="Granskning"), url)
    assert only(reading).windows is None
    assert any("taken for no subsidiarity check" in warning for warning in reading.warnings)
    assert only(read(eu_record(activity("INL", "2026-11-20")), url)).windows is None


def test_what_is_planned_is_no_step_and_unknown_codes_are_said() -> None:
    url = f"{DATA}/dokumentstatus/HEB612.json"
    body = eu_record(
        activity("B", "2026-11-24", "planerat"), activity("INL", "2026-11-20"), activity("XYZ", "2026-11-21")
    )
    reading = read(body, url)
    assert only(reading).steps == (
        Step(date(2026, 11, 20), "riksdagen:INL"),
        Step(date(2026, 11, 21), "riksdagen:XYZ"),
    )
    assert reading.warnings == ("unknown activity 'XYZ'",)
    reading = read(eu_record(activity("INL", "2026-11-20", "kanske")), url)
    assert reading.warnings == ("unknown activity status 'kanske'",)


def test_references_are_mentions_without_members_motions() -> None:
    def reference(**fields: str) -> dict[str, Any]:
        empty = dict.fromkeys(
            words("referenstyp uppgift ref_dok_subtyp ref_dok_titel ref_dok_subtitel ref_dok_dokumentnamn")
        )
        return empty | fields

    refs = [
        reference(ref_dok_id="HE01MJU5", ref_dok_typ="bet", ref_dok_rm="2026/27", ref_dok_bet="MJU5"),
        reference(ref_dok_id="HE022", ref_dok_typ="mot", ref_dok_rm="2026/27", ref_dok_bet="2"),
        reference(ref_dok_id="HEB612", ref_dok_typ="eu-dokument", ref_dok_rm="2026", ref_dok_bet="12")
        | {"ref_dok_subtyp": "COM"},
    ]
    mentions = named(only(read(record(dokreferens={"referens": refs}), RECORD)), Relation.MENTION)
    assert {"HE01MJU5", "Bet. 2026/27:MJU5", "HEB612"} <= set(mentions)
    assert "HE022" not in mentions


def test_another_record_than_the_one_asked_for_is_drift() -> None:
    with pytest.raises(Drifted, match="HE06FPM6 was asked"):
        read(record(), f"{DATA}/dokumentstatus/HE06FPM6.json")


# ------------------------------------------------------------------ asking


def test_a_list_is_asked_for_by_date_and_further_back_after_a_pause() -> None:
    (ask,) = PLATFORM.start(told())
    assert ask.url == ASKED
    assert ask.reader == "list"
    earlier, again = PLATFORM.start(told(since="2026-08-01", reread=("HE06FPM5",)))
    assert "from=2026-08-01" in earlier.url
    assert (again.url, again.key, again.version) == (RECORD, "HE06FPM5", None)
    (wide,) = PLATFORM.start(told(options={"window_days": 365}))
    assert "from=2025-11-23" in wide.url


def test_declared_sources_make_sense() -> None:
    declared = [source for source in load_sources() if source.platform == "riksdagen"]
    assert {"riksdagen-fpm", "riksdagen-eu-dokument", "riksdagen-prop"} <= {source.id for source in declared}
    for source in declared:
        PLATFORM.check(source)
        assert source.licence == "Källa: Sveriges riksdag"


@pytest.mark.parametrize(
    ("url", "options", "message"),
    [
        (f"{DATA}/dokument/HE06FPM5.html", {}, "expected an address of /dokumentlista/"),
        (DECLARED + "&to=2026-01-01", {}, "ignores the parameter 'to'"),
        (DECLARED.replace("utformat=json", "utformat=xml"), {}, "utformat=json"),
        (DECLARED, {"days": 3}, "unknown option 'days'"),
        (DECLARED, {"window_days": "30"}, "window_days: got '30'"),
    ],
)
def test_declarations_that_make_no_sense(url: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        PLATFORM.check(assignment("riksdagen", url, options=options).source)


def test_other_forms_are_drift() -> None:
    for body in ("<!doctype html><html><title>Riksdagen</title></html>", b"{", {"dokumentlista": None}, []):
        with pytest.raises(Drifted):
            read(body)
    with pytest.raises(Drifted, match="not XML"):
        read("<dokumentlista", ASKED.replace("utformat=json", "utformat=xml"))


def test_identifier_of_a_communication() -> None:
    url = ASKED.replace("doktyp=fpm", "doktyp=prop")
    finding = only(read(listing([row(7, doktyp="prop", subtyp="skr", beteckning="7")]), url))
    assert finding.kind is Kind.COMMUNICATION
    assert Identifier("skr", "Skr. 2026/27:7") in (finding.identifiers or ())
