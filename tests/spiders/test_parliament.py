"""The European Parliament: recorded records and pages against an independent reading; lists as documented."""

import copy
import json
import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from spiders.finding import Finding, Identifier, Kind, Relation
from spiders.parliament import Parliament
from spiders.parliament_lists import MOST_PAGES
from spiders.platform import Assignment, Blocked, Drifted, Empty, Failed, Page, Reading
from spiders.reading import read_page
from tests.spiders.pages import assignment, page
from tests.spiders.recorded import body_of, index, recorded

PLATFORM = Parliament()
API = "https://data.europarl.europa.eu/api/v2"
LIST = f"{API}/committee-documents?committee=REGI&limit=2"
PROCEDURES = [
    f"parliament-api/procedure-{number}.json" for number in ("2007-0181", "2024-2006", "2025-0260", "2025-2691")
]
COD = PROCEDURES[2]
REPORT = "parliament-api/plenary-document-A-9-2024-0163.json.gz"
MOTION = "parliament-api/plenary-document-RC-10-2025-0249.json.gz"
FRONT = "parliament-doceo/A-9-2024-0163_EN.html"
VOTES = [
    "parliament-doceo/PV-10-2024-11-27-VOT_EN.xml",
    "parliament-doceo/PV-10-2025-05-22-VOT_FR.xml",
    "parliament-doceo/PV-9-2024-01-15-VOT_EN.xml",
    "parliament-doceo/PV-9-2024-03-14-VOT_EN.xml",
    "parliament-doceo/PV-9-2024-04-24-VOT_EN.xml",
]
PRESS = [
    f"parliament-press/press-release-{number}.html"
    for number in ("20201217IPR94207", "20241212IPR25960", "20250204IPR26689")
]


def told(url: str = LIST, **terms: Any) -> Assignment:
    return assignment("parliament", url, **terms)


def read(answer: Page, told_of: Assignment | None = None) -> Reading:
    return read_page(PLATFORM, answer, told_of or told(), (204, 404))


def only(reading: Reading) -> Finding:
    assert len(reading.findings) == 1
    return reading.findings[0]


def raw_of(shared: Path, name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(body_of(shared, name))
    return data


# ------------------------------------------------------------------ records of the API


@pytest.mark.parametrize("name", PROCEDURES)
def test_a_recorded_procedure_is_read_as_a_person_reads_it(shared: Path, name: str) -> None:
    raw = raw_of(shared, name)["data"][0]
    reading = read(recorded(shared, PLATFORM, name))
    finding = only(reading)
    assert finding.key == raw["label"]
    assert finding.title == {code: raw["process_title"][code] for code in ("sv", "en")}
    assert (finding.kind, finding.language) == (Kind.PROCEDURE, "sv")
    happened = {event["activity_date"] for event in raw["consists_of"] if isinstance(event, dict)}
    planned = {event["activity_date"] for event in raw.get("was_scheduled_in", [])}
    steps = finding.steps or ()
    assert {step.date.isoformat() for step in steps if "foreseen/" not in step.code} == happened
    assert {step.date.isoformat() for step in steps if "foreseen/" in step.code} == planned
    assert finding.published == date.fromisoformat(min(happened))
    assert steps == tuple(sorted(steps))
    lead = [
        organisation.rpartition("/")[2]
        for one in raw.get("had_participation", [])
        if one["participation_role"].endswith("/COMMITTEE_LEAD")
        for organisation in one["had_participant_organization"]
    ]
    assert [body.split()[0] for body in finding.bodies or () if "(ansvarigt utskott)" in body] == lead
    assert reading.warnings == ()


def test_a_procedure_names_its_documents_and_office_holders(shared: Path) -> None:
    finding = only(read(recorded(shared, PLATFORM, COD)))
    assert finding.identifiers is not None
    assert finding.identifiers[0] == Identifier("procedure", "2025/0260(COD)")
    assert Identifier("ep", "PE779.298", Relation.MENTION) in finding.identifiers
    assert Identifier("ep", "P10_TA(2026)0197", Relation.MENTION) in finding.identifiers
    assert finding.bodies is not None
    assert finding.bodies[0] == "INTA utskottet för internationell handel (ansvarigt utskott)"
    assert finding.attachments is not None
    assert ("Föredragande (INTA, S-D)", "https://www.europarl.europa.eu/meps/sv/1909") in finding.attachments
    assert "256884" not in repr(finding)  # a shadow rapporteur
    # The stage is RDG1 although the act was published: it is no state.
    assert raw_of(shared, COD)["data"][0]["current_stage"].endswith("/RDG1")
    assert "RDG1" not in repr(finding)


def test_an_event_that_is_a_bare_id_is_passed_over(shared: Path) -> None:
    # Documented as seen once; constructed from a recorded procedure.
    body = raw_of(shared, COD)
    whole = only(read(recorded(shared, PLATFORM, COD))).steps
    body["data"][0]["consists_of"].append("eli/dl/event/2025-0260-X")
    reading = read(recorded(shared, PLATFORM, COD, json.dumps(body).encode()))
    assert (only(reading).steps, reading.warnings) == (whole, ())


@pytest.mark.parametrize("name", [REPORT, MOTION])
def test_a_recorded_document_is_read_as_a_person_reads_it(shared: Path, name: str) -> None:
    raw = raw_of(shared, name)["data"][0]
    reading = read(recorded(shared, PLATFORM, name))
    finding = only(reading)
    assert finding.key == raw["identifier"]
    assert finding.title == {code: raw["title_dcterms"][code] for code in ("sv", "en")}
    assert finding.published == date.fromisoformat(raw["document_date"])
    process = raw["inverse_created_a_realization_of"][0].rpartition("/")[2].replace("-", "/")
    assert Identifier("procedure", process) in (finding.identifiers or ())
    assert [one for one in finding.subjects or () if one.startswith("eurovoc-id:")] == [
        f"eurovoc-id:{uri.rpartition('/')[2]}" for uri in raw["is_about"]
    ]
    assert finding.attachments is not None
    [(label, address)] = finding.attachments
    assert (label, address.endswith("_sv.pdf")) == ("PDF (sv)", True)
    assert "person/" not in repr(finding)
    assert reading.warnings == ()


def test_one_report_meets_itself_in_four_payloads(shared: Path) -> None:
    document = only(read(recorded(shared, PLATFORM, REPORT)))
    front = only(read(recorded(shared, PLATFORM, FRONT)))
    assert Identifier("ep", "A9-0163/2024") in (document.identifiers or ())
    assert Identifier("ep", "A9-0163/2024") in (front.identifiers or ())
    assert document.title["en"] == front.title["en"]
    assert document.published == front.published
    voted = read(recorded(shared, PLATFORM, VOTES[4])).findings[0]
    assert voted.identifiers == (Identifier("ep", "A9-0163/2024"),)
    procedure = only(read(recorded(shared, PLATFORM, PROCEDURES[1])))
    assert front.identifiers is not None
    assert front.identifiers[1] == Identifier("procedure", procedure.key)


def test_a_vocabulary_has_labels_and_no_documents(shared: Path) -> None:
    for name, row in index(shared).items():
        if name.startswith("parliament-api/controlled-vocabulary"):
            terms = raw_of(shared, name)["data"][0]["inverse_inScheme"]
            reading = read(recorded(shared, PLATFORM, name))
            assert reading.findings == ()
            count = len({term["identifier"] for term in terms})
            assert reading.warnings == (
                f"vocabulary {row['url'].rpartition('/')[2]}: {count} terms, no documents",
            )


def _said(shared: Path, name: str, body: object) -> str:
    try:
        reading = read(recorded(shared, PLATFORM, name, json.dumps(body).encode()))
    except Drifted as exc:
        return str(exc)
    return " ".join(reading.warnings)


UNUSED = {
    *("id", "type", "current_stage", "identifierYear", "adopts", "parliamentary_term", "publisher"),
    *("epNumberVersion", "originalLanguage", "workHadParticipation", "inverse_foresees_change_of"),
    *("inverse_decided_on_a_realization_of", "inverse_based_on_a_realization_of"),
}
MAY_LACK = {"was_scheduled_in", "had_participation", "label", "notation_publicRegister", "epNumber"}
"""Keys that recorded records lack: their absence says nothing."""


@pytest.mark.parametrize("name", [COD, PROCEDURES[1], REPORT])
@pytest.mark.parametrize("change", ["removed", "retyped", "renamed"])
def test_every_used_field_that_changes_is_named(shared: Path, name: str, change: str) -> None:
    whole = raw_of(shared, name)
    used = whole["data"][0].keys() - UNUSED - (MAY_LACK if change == "removed" else set())
    assert len(used) >= 4
    for field in used:
        body = copy.deepcopy(whole)
        value = body["data"][0].pop(field)
        if change == "retyped":
            body["data"][0][field] = 7.5 if not isinstance(value, str) else {"odd": [1]}
        elif change == "renamed":
            body["data"][0][f"{field}X"] = value
        assert field in _said(shared, name, body), f"{field} was {change} and nobody said so"


def test_unknown_words_are_named(shared: Path) -> None:
    body = raw_of(shared, COD)
    record = body["data"][0]
    record["process_type"] = "def/ep-procedure-types/XYZ"
    record["consists_of"][0]["had_activity_type"] = "def/ep-activities/DANCING"
    record["had_participation"][0]["participation_role"] = "def/ep-roles/BYSTANDER"
    said = _said(shared, COD, body)
    for unknown in ("procedure type 'XYZ'", "activity 'DANCING'", "role 'BYSTANDER'"):
        assert f"unknown {unknown}" in said
    body = raw_of(shared, REPORT)
    body["data"][0]["work_type"] = "def/ep-document-types/POEM"
    assert "unknown document type 'POEM'" in _said(shared, REPORT, body)


# ------------------------------------------------------------------ envelope and lists, constructed


def row(number: int, **fields: Any) -> dict[str, Any]:
    """Constructed: no list was recorded; the keys are those of the records."""
    return {"id": f"eli/dl/doc/REGI-PR-{number}", "type": "Work", "identifier": f"REGI-PR-{number}"} | fields


def read_list(rows: list[dict[str, Any]], url: str = LIST, **terms: Any) -> Reading:
    return read(page({"data": rows, "@context": []}, url, reader="list", **terms), told(url))


def test_a_list_leads_to_records_and_on_until_a_page_is_short() -> None:
    first = read_list([row(779298), row(779299)])
    assert [(ask.reader, ask.key, ask.version) for ask in first.asks] == [
        ("document", "REGI-PR-779298", "read"),
        ("document", "REGI-PR-779299", "read"),
        ("list", None, None),
    ]
    assert first.asks[0].url == f"{API}/committee-documents/REGI-PR-779298?format=application/ld%2Bjson"
    following = first.asks[2]
    assert following.url.endswith("limit=2&offset=2")
    assert not first.last
    second = read_list([row(779300)], following.url, context=following.context)
    assert (second.last, len(second.asks)) == (True, 1)
    assert read_list([], following.url).last


def test_a_list_that_does_not_end_is_drift() -> None:
    with pytest.raises(Drifted, match="offset=2 is not honoured"):
        read_list([row(1), row(2)], LIST + "&offset=2", context={"first": "REGI-PR-1"})
    with pytest.raises(Drifted, match="no end: the filter is not honoured"):
        read_list([row(1), row(2)], f"{LIST}&offset={2 * MOST_PAGES}")


def test_other_answers_have_their_own_words() -> None:
    with pytest.raises(Empty):
        read_list([])
    with pytest.raises(Empty, match="204"):
        read(page("", LIST, reader="list", status=204))
    with pytest.raises(Failed, match="the service says: time-out"):
        read(page({"error": "time-out", "data": []}, LIST, reader="list"))
    with pytest.raises(Drifted, match="data: expected a list"):
        read(page({"@context": []}, LIST, reader="list"))
    with pytest.raises(Drifted, match="none of 1 rows could be read"):
        read_list([{"id": "x"}])
    with pytest.raises(Drifted, match="expected one record, got 0"):
        read(page({"data": []}, f"{API}/procedures/2025-0260", reader="procedure"))
    with pytest.raises(Blocked):
        read(page("", LIST, reader="list", status=202, headers={"x-amzn-waf-action": "challenge"}))
    gone = read(page("Not Found", f"{API}/procedures/2025-9999", reader="procedure", status=404))
    assert "not there (404)" in gone.warnings[0]


def test_a_document_brings_its_procedure(shared: Path) -> None:
    answer = page(
        body_of(shared, REPORT),
        f"{API}/plenary-documents/A-9-2024-0163",
        reader="document",
        context={"id": "A-9-2024-0163", "version": "read"},
    )
    reading = read(answer)
    assert only(reading).version == "read"
    assert [(ask.reader, ask.key, ask.version) for ask in reading.asks] == [("procedure", "2024-2006", None)]
    assert read(answer, told(options={"procedures": False})).asks == ()
    with pytest.raises(Drifted, match="A-1-2000-0001 was asked, the record is A-9-2024-0163"):
        read(page(body_of(shared, REPORT), LIST, reader="document", context={"id": "A-1-2000-0001"}))


# ------------------------------------------------------------------ pages of the site


def test_the_recorded_report_has_its_front_page(shared: Path) -> None:
    reading = read(recorded(shared, PLATFORM, FRONT))
    finding = only(reading)
    assert finding.bodies == ("Committee on Constitutional Affairs",)
    assert (finding.published, finding.language, finding.text) == (date(2024, 4, 4), "en", None)
    assert reading.warnings == ()


@pytest.mark.parametrize("name", VOTES)
def test_a_recorded_list_of_votes_has_a_finding_for_each_file(shared: Path, name: str) -> None:
    markup = body_of(shared, name).decode()
    reading = read(recorded(shared, PLATFORM, name))
    held = [found for found in re.findall(r"<vote ([^>]*)>", markup) if 'type="INFO"' not in found]
    numbers = [re.search(r'dlvId="(\w+)"', found)[1] for found in held]  # type: ignore[index]
    day = re.search(r"PV-\d+-(\d{4}-\d\d-\d\d)", name)
    assert day is not None
    assert [finding.key for finding in reading.findings] == list(
        dict.fromkeys(f"vote-{day[1]}-{one}" for one in numbers)
    )
    assert {finding.published for finding in reading.findings} == {date.fromisoformat(day[1])}
    reports = set(re.findall(r"A\d{1,2}-\d{4}/\d{4}", " ".join(re.findall(r"</title><label>([^<]*)", markup))))
    named = {one.value for finding in reading.findings for one in finding.identifiers or ()}
    assert reports <= named
    assert all("unknown" in warning for warning in reading.warnings) or not reading.warnings


def test_a_vote_says_how_it_ended(shared: Path) -> None:
    finding = read(recorded(shared, PLATFORM, VOTES[0])).findings[0]
    assert finding.text is not None
    assert finding.text.splitlines()[0] == "Motion for a resolution: REJECTED (53, 608, 24)"
    assert "Metsola" not in repr(finding)
    several = read(recorded(shared, PLATFORM, VOTES[1])).findings[0]
    assert {(one.scheme, one.relation) for one in several.identifiers or ()} == {
        ("com", Relation.SUBJECT),
        ("ep", Relation.SUBJECT),
        ("procedure", Relation.SUBJECT),
    }


@pytest.mark.parametrize("name", PRESS)
def test_a_recorded_press_release_is_read_without_its_contacts(shared: Path, name: str) -> None:
    markup = unescape(body_of(shared, name).decode())
    reading = read(recorded(shared, PLATFORM, name))
    finding = only(reading)
    # The title for sharing is shorter on one of the pages ("EP paves way …").
    title = re.search(r'<h1 class="ep_title">.*?ep_name">([^<]*)<', markup, re.DOTALL)
    available = re.search(r'name="available" content="(\d\d)-(\d\d)-(\d{4})"', markup)
    assert title is not None
    assert available is not None
    assert finding.title == {"en": " ".join(title[1].split())}
    assert finding.published == date(int(available[3]), int(available[2]), int(available[1]))
    assert [body.split()[0] for body in finding.bodies or ()] == re.findall(r"[:,]com:([A-Z]{4})", markup)
    assert finding.text is not None
    assert len(finding.text) > 500
    for hidden in ("REDACTED", "example.invalid", "Press Officer", "(BXL)"):
        assert hidden not in repr(finding)
    assert reading.warnings == ()


def test_a_press_release_is_about_the_files_it_links_to(shared: Path) -> None:
    finding = only(read(recorded(shared, PLATFORM, PRESS[1])))
    assert {(one.value, one.relation) for one in finding.identifiers or () if one.scheme == "procedure"} == {
        ("2024/0274(COD)", Relation.PACKAGE),
        ("2024/0275(COD)", Relation.PACKAGE),
    }


MUTATIONS = [
    (FRONT, "es_title-h1", "x", "h1.es_title-h1"),
    (FRONT, "text-muted m-lg-0", "x", "expected a procedure"),
    (FRONT, "4.4.2024", "spring", "a day"),
    (FRONT, "doceo-ring", "x", "doceo-ring"),
    (FRONT, "Committee on", "Circle of", "the committee"),
    (VOTES[0], "<file ", "<files ", "not XML"),
    (VOTES[0], "sitting", "session", "<file><sitting>"),
    (VOTES[0], ' date="2024-11-27', ' day="2024-11-27', "sitting@date"),
    (VOTES[0], "language=", "tongue=", "file@language"),
    (VOTES[0], "<vote ", "<ballot ", "not XML"),
    (VOTES[0], "votes>", "ballots>", "sitting.votes.vote"),
    (VOTES[0], "dlvId", "id", "could be read"),
    (VOTES[0], "title>", "name>", "could be read"),
    (VOTES[0], "label", "tag", "vote.label"),
    (VOTES[0], "votings>", "ballots>", "without votings"),
    (VOTES[0], 'type="RESOLUTION"', 'type="WISH"', "unknown type of vote 'WISH'"),
    (PRESS[0], "ep-m_header", "x", ".ep-m_header"),
    (PRESS[0], "ep_title", "x", "ep_title"),
    (PRESS[0], 'name="available"', 'name="x"', "available"),
    (PRESS[0], 'name="keywords"', 'name="x"', "keywords"),
    (PRESS[0], "ep-layout_chapo", "x", "ep-layout_chapo"),
    (PRESS[0], "ep-a_text", "x", ".ep-a_text"),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "named"), MUTATIONS, ids=[f"{one[0][-9:]}-{one[1]}" for one in MUTATIONS]
)
def test_whatever_a_page_lacks_is_named(shared: Path, name: str, old: str, new: str, named: str) -> None:
    markup = body_of(shared, name).decode()
    assert old in markup
    try:
        said = " ".join(read(recorded(shared, PLATFORM, name, markup.replace(old, new).encode())).warnings)
    except Drifted as exc:
        said = str(exc)
    assert named in said, said


# ------------------------------------------------------------------ asking


def test_what_is_followed_is_read_every_time() -> None:
    source = told(
        f"{API}/procedures", options={"follow": ["2025/0260(COD)"]}, reread=("2024/2006(REG)", "A-9-2024-0163")
    )
    assert [(ask.reader, ask.key) for ask in PLATFORM.start(source)] == [
        ("procedure", "2025-0260"),
        ("procedure", "2024-2006"),
        ("document", "A-9-2024-0163"),
    ]
    [first, *_] = PLATFORM.start(told(f"{API}/adopted-texts?year={{year}}&sort-by=sitting-date:desc&limit=100"))
    assert first.url == f"{API}/adopted-texts?year=2026&sort-by=sitting-date:desc&limit=100&offset=0"


@pytest.mark.parametrize(
    ("url", "options", "said"),
    [
        ("https://data.europarl.europa.eu/api/v1/meetings", {}, "url: expected a list"),
        (f"{API}/speeches?limit=1", {}, "url: expected a list"),
        (f"{API}/procedures?process-type=COD", {}, "expected limit=N"),
        (LIST, {"followed": []}, "unknown option 'followed'"),
        (LIST, {"procedures": "yes"}, "procedures: got 'yes'"),
        (LIST, {"follow": [2025]}, "follow: expected procedures"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(url: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        PLATFORM.check(told(url, options=options).source)


def test_only_known_addresses_are_asked_for() -> None:
    for url in (
        "https://data.europarl.europa.eu/api/v1/meetings?year=2022",
        f"{API}/meps/feed?timeframe=one-week",
        f"{API}/meps/show-incoming?limit=10",
        f"{API}/meetings/MTG-PL-2026-12-16",
        "https://www.europarl.europa.eu/doceo/document/PV-9-2024-04-24-RCV_FR.xml",
        "https://www.europarl.europa.eu/rss/doc/press-releases/en.xml",
        "https://elsewhere.example/api/v2/procedures/2025-0260",
    ):
        assert PLATFORM.route(url) is None
