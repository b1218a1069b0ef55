"""Funding & Tenders: recorded results against an independent reading; a constructed bulk file as documented."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.funding import generate
from config.errors import ConfigError
from config.sources import load_sources
from spiders.fields import Audit
from spiders.finding import Certainty, Finding, Identifier, Kind, Outcome, Relation, Step, Window, WindowKind
from spiders.funding_tenders import FundingTenders
from spiders.library import Library, canonical_body
from spiders.platform import Assignment, Drifted, Empty, Page, Reading
from spiders.reading import read_page
from tests.spiders import funding_pages as portal
from tests.spiders.conftest import Scan, declared
from tests.spiders.hostile_server import HostileServer
from tests.spiders.pages import NOW, assignment, page

PLATFORM = FundingTenders()
NEW, OLD = "search-fundhunt-2026.trimmed.json", "result-2023-oldshape.json"


def told(url: str = portal.BULK, **terms: Any) -> Assignment:
    return assignment("funding-tenders", url, languages=("en",), **terms)


def read_bulk(*topics: object, told_of: Assignment | None = None) -> Reading:
    return read_page(PLATFORM, page(portal.bulk(*topics), portal.BULK, reader="bulk"), told_of or told())


def read_search(body: object, told_of: Assignment | None = None, **terms: Any) -> Reading:
    answer = page(body, terms.pop("url", portal.SEARCH), reader="search", **terms)
    return read_page(PLATFORM, answer, told_of or told(portal.SEARCH))


def only(reading: Reading) -> Finding:
    [finding] = reading.findings
    return finding


def call(opens: date | None, closes: date | None, at: datetime | None = None, label: str = "") -> Window:
    certainty = Certainty.GIVEN if closes else Certainty.UNKNOWN
    return Window(WindowKind.CALL, opens, closes, certainty, at, label)


# ------------------------------------------------------------------ recorded results


@pytest.mark.parametrize("name", [NEW, OLD])
def test_recorded_results_are_read_as_a_person_reads_them(shared: Path, name: str) -> None:
    body = (shared / "payloads" / "funding-tenders" / name).read_bytes()
    raw = json.loads(body)
    rows = raw.get("results", [raw])
    # Recorded on 2023-04-03, or in the summer of 2026 while all four were open.
    moment = datetime(2023 if name == OLD else 2026, 4 if name == OLD else 6, 3, tzinfo=UTC)
    reading = read_search(body, fetched_at=moment)
    for finding, row in zip(reading.findings, rows, strict=True):
        meta = row["metadata"]
        assert finding.key == row["reference"][:8] == meta.get("ccm2Id", [finding.key])[0]
        assert finding.title == {"en": meta["title"][0]}
        assert finding.url.endswith(f"/topic-details/{meta['identifier'][0]}")
        opens, closes = (date.fromisoformat(meta[field][0][:10]) for field in ("startDate", "deadlineDate"))
        assert finding.windows == (call(opens, closes),)
        assert finding.steps == (Step(opens, "funding-tenders:opens"),)
        assert finding.identifiers is not None
        assert finding.identifiers[:2] == (
            Identifier("call", meta["identifier"][0].upper()),
            Identifier("call", meta["callIdentifier"][0].upper(), Relation.PACKAGE),
        )
        assert (finding.subjects or ())[:2] == (meta["frameworkProgramme"][0], "Horizon Europe")
        assert meta["typesOfAction"][0].split()[0] in finding.summary["en"]
        assert finding.kind is Kind.CALL
    # What the recorder cut out is said to be missing; nothing else is.
    assert all(warning.startswith("missing field") for warning in reading.warnings)
    if name == OLD:
        assert set(json.loads(raw["metadata"]["keywords"][0])) <= set(reading.findings[0].subjects or ())


@pytest.mark.parametrize(
    "field",
    ["reference", "metadata", *(f"metadata.{key}" for key in portal.result()["metadata"] if key != "DATASOURCE")],
)
def test_every_used_field_of_a_result_that_goes_missing_is_named(field: str) -> None:
    row = portal.result()
    place = row["metadata"] if "." in field else row
    del place[field.rpartition(".")[2]]
    if field == "metadata.ccm2Id":
        # The reference says it too; without either the row is nobody.
        row["reference"] = "TOPICSen"
    assert field.rpartition(".")[2] in said(portal.results(row), portal.SEARCH, "search") or (
        field == "metadata.ccm2Id" and "reference" in said(portal.results(row), portal.SEARCH, "search")
    )


@pytest.mark.parametrize("field", ["totalResults", "pageNumber", "results"])
def test_every_used_field_of_a_page_that_goes_missing_is_named(field: str) -> None:
    body = portal.results(portal.result())
    del body[field]
    assert field in said(body, portal.SEARCH, "search")


def said(body: object, url: str, reader: str) -> str:
    try:
        reading = read_page(PLATFORM, page(body, url, reader=reader), told(url))
    except Drifted as exc:
        return str(exc)
    return " ".join(reading.warnings)


# ------------------------------------------------------------------ the search (constructed)


def test_text_and_budget_of_a_topic() -> None:
    finding = only(read_search(portal.results(portal.result())))
    assert finding.text == "Expected Outcome:\nLess heat is lost."
    assert finding.summary["en"] == (
        "Budget: EUR 7,000,000 (2026). Contribution per project: EUR 1,000,000 to 1,750,000. Expected grants: 4."
        " Type of action: LIFE Project Grants. Deadline model: single-stage."
    )
    assert finding.subjects == ("43252405", "LIFE", "43252517", "Local authority", "heat")


def test_of_a_topic_that_the_bulk_file_has_told_only_text_and_budget_are_said() -> None:
    bulk = only(read_bulk(portal.topic()))
    known = told(portal.SEARCH, known={bulk.key: bulk.version or ""})
    finding = only(read_search(portal.results(portal.result()), known))
    assert (finding.key, finding.url, finding.version) == (bulk.key, bulk.url, bulk.version)
    assert finding.text
    assert (finding.windows, finding.steps, finding.subjects, finding.identifiers) == (None, None, None, None)


def test_a_recorded_search_answers_the_question_that_it_was_recorded_for(tmp_path: Path) -> None:
    [ask] = PLATFORM.start(told(portal.SEARCH))
    (tmp_path / "funding-tenders").mkdir()
    (tmp_path / "funding-tenders" / "a.json").write_text(json.dumps(portal.results(portal.result())))
    parts = json.loads(canonical_body(ask.body) or "")
    for body, found in ((parts, True), (parts | {"languages": ["sv"]}, False)):
        row = {"platform": "funding-tenders", "file": "a.json", "url": portal.SEARCH, "method": "POST"}
        (tmp_path / "index.jsonl").write_text(json.dumps(row | {"request_body": body}))
        answer = Library(tmp_path).find(ask.method, ask.url, ask.body, ask.headers, NOW)
        assert (answer is not None) is found


def test_every_page_is_asked_for_with_the_same_question() -> None:
    [first] = PLATFORM.start(told(portal.SEARCH))
    assert first.method == "POST"
    parts = canonical_body(first.body)
    assert json.loads(parts or "") == {
        "query": {
            "bool": {
                "must": [
                    {"terms": {"type": ["1", "2", "8"]}},
                    {"terms": {"status": ["31094501", "31094502"]}},
                    {"terms": {"DATASOURCE": ["SEDIA"]}},
                    {"terms": {"language": ["en"]}},
                ]
            }
        },
        "languages": ["en"],
    }
    assert first.body is not None
    assert first.body.count('filename="blob"\r\nContent-Type: application/json\r\n') == 2
    rows = [portal.result(number) for number in range(100)]
    reading = read_search(portal.results(*rows, total=150), context=first.context)
    [second] = reading.asks
    assert (second.url, second.body) == (first.url.replace("pageNumber=1", "pageNumber=2"), first.body)
    reading = read_search(portal.results(*rows[:50], total=150, number=2), url=second.url, context=second.context)
    assert reading.asks == ()
    with pytest.raises(Drifted, match="page 2 was asked, page 1 came"):
        read_search(portal.results(*rows, total=150), context=second.context)


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (portal.results(portal.result(), total=2_000_000), Drifted, "the question was ignored"),
        (portal.results(portal.result(status=["31094503"])), Drifted, "none of 1 results has the status"),
        (portal.results(total=3), Drifted, "none although 3 are announced"),
        (portal.results(), Empty, "no topic"),
        ({"type": "throwable"}, Drifted, "totalResults"),
        (portal.results({"reference": "x", "metadata": {}}), Drifted, "none of 1 results could be read"),
    ],
)
def test_what_is_no_answer_to_our_question_is_said(body: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read_search(body)


def test_of_rows_with_one_identifier_the_stub_is_left_out() -> None:
    stub = portal.result(status=None, descriptionByte=None, ccm2Id=["49999999"])
    for rows in ([stub, portal.result()], [portal.result(), stub]):
        assert only(read_search(portal.results(*rows))).key == "50000001"


@pytest.mark.parametrize(
    ("overview", "warned"),
    [('{"budgetTopicActionMap": {"cut o', True), ("[]", True), ('{"budgetTopicActionMap": {"7": [{}]}}', True)],
)
def test_a_budget_that_cannot_be_read_is_said(overview: str, warned: bool) -> None:
    reading = read_search(portal.results(portal.result(budgetOverview=[overview])))
    assert any("budgetOverview" in warning for warning in reading.warnings) is warned
    assert "Budget" not in only(reading).summary["en"]


def test_the_budget_of_a_topic_is_not_that_of_another_whose_name_begins_alike() -> None:
    lines = [{"action": f"LIFE-2026-CET-{number} - x", "budgetYearMap": {"2026": number}} for number in (10, 1)]
    overview = json.dumps({"budgetTopicActionMap": {"other": lines}})
    finding = only(read_search(portal.results(portal.result(budgetOverview=[overview]))))
    assert finding.summary["en"].startswith("Budget: EUR 1 (2026). Type")


def test_unknown_words_are_said() -> None:
    row = portal.result(status=["31094599"], frameworkProgramme=["1"], deadlineDate=["soon"])
    reading = read_search(portal.results(portal.result(2), row))
    warnings = " ".join(reading.warnings)
    for word in ("31094599", "unknown programme '1'", "deadlineDate: expected a date, got 'soon'"):
        assert word in warnings


# ------------------------------------------------------------------ the bulk file (constructed)


def test_a_topic_of_the_bulk_file() -> None:
    reading = read_bulk(portal.topic(), portal.topic(2, status={"id": portal.CLOSED, "description": "Closed"}))
    finding = only(reading)
    assert (finding.key, finding.title, finding.language) == ("50000001", {"en": "Topic 1"}, "en")
    assert finding.url.endswith("/topic-details/LIFE-2026-CET-1")
    # 22.00 UTC is the next day in Brussels.
    assert (finding.published, finding.version) == (date(2026, 9, 2), "bulk")
    closes_at = datetime(2027, 2, 16, 16, tzinfo=UTC)
    assert finding.windows == (call(date(2026, 10, 2), date(2027, 2, 16), closes_at),)
    assert finding.steps == (
        Step(date(2026, 9, 2), "funding-tenders:published"),
        Step(date(2026, 10, 2), "funding-tenders:opens"),
    )
    assert finding.identifiers == (
        Identifier("call", "LIFE-2026-CET-1"),
        Identifier("call", "LIFE-2026-CET", Relation.PACKAGE),
    )
    assert finding.subjects == ("43252405", "LIFE2027", "CET", "Local authority", "heat")
    # Rows that only the search has are documents of the same source: the file says nothing of absence.
    assert (reading.warnings, reading.listed, reading.last) == ((), frozenset(), False)


def test_each_stage_and_cut_off_is_a_window_of_its_own() -> None:
    stamps = [portal.stamp(2027, 9, 1, 15), portal.stamp(2027, 2, 16, 16)]
    found = only(read_bulk(portal.topic(deadlineDatesLong=stamps))).windows
    assert found is not None
    assert [(window.closes, window.label) for window in found] == [
        (date(2027, 2, 16), ""),
        (date(2027, 9, 1), "2"),
    ]


def test_a_rolling_call_has_no_known_end_and_a_midnight_is_a_day() -> None:
    past = only(read_bulk(portal.topic(deadlineDatesLong=[portal.stamp(2026, 10, 30, 23)]))).windows
    assert past == (
        call(date(2026, 10, 2), date(2026, 10, 31)),
        call(date(2026, 10, 2), None, label="rolling"),
    )
    none = only(read_bulk(portal.topic(deadlineDatesLong=[], actions=[]))).windows
    assert none == (call(date(2026, 10, 2), None),)


def test_deadlines_of_the_actions_stand_in_where_the_topic_has_none() -> None:
    found = only(read_bulk(portal.topic(deadlineDatesLong=[]))).windows
    assert found is not None
    assert [window.closes for window in found] == [date(2027, 3, 3)]


def test_a_programme_is_an_object_or_a_list_with_one() -> None:
    plain = only(read_bulk(portal.topic()))
    listed = portal.topic(frameworkProgramme=[portal.topic()["frameworkProgramme"]])
    assert only(read_bulk(listed)).subjects == plain.subjects


def test_only_what_the_declaration_wants_is_found() -> None:
    closed = {"id": portal.CLOSED, "abbreviation": "Closed", "description": "Closed"}
    topics = [portal.topic(1), portal.topic(2, status=closed), portal.topic(3, type=0)]
    topics.append(portal.topic(4, frameworkProgramme={"id": 43108390, "abbreviation": "HORIZON"}))

    def keys(**options: Any) -> list[str]:
        found = read_bulk(*topics, told_of=told(options=options)).findings
        return [finding.key[-1] for finding in found]

    assert keys() == ["1", "4"]
    assert keys(statuses=["open", "closed"]) == ["1", "2", "4"]
    assert keys(types=["tender"]) == ["3"]
    assert keys(programmes=["life2027"]) == keys(programmes=["43252405"]) == ["1"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"fundingData":{"GrantTenderObj":[]}}', "GrantTenderObj: expected a list of objects, got nothing"),
        (b'{"fundingData":{"Grants":[{"a":1}]}}', "GrantTenderObj: expected a list of objects, got nothing"),
        (b'{"fundingData":{"GrantTenderObj":[{"type":1,', "not readable as JSON"),
        (b'{"fundingData":{"GrantTenderObj":["x", 3]}}', "expected an object, got text 'x'"),
    ],
)
def test_a_bulk_file_of_another_shape_has_drifted(body: bytes, words: str) -> None:
    with pytest.raises(Drifted, match=words):
        read_page(PLATFORM, page(body, portal.BULK, reader="bulk"), told())


UNUSED = {"flags", "sme", "links"}


@pytest.mark.parametrize("field", sorted(portal.topic().keys() - UNUSED))
@pytest.mark.parametrize("change", ["removed", "renamed", "retyped"])
def test_every_used_field_of_the_bulk_file_that_changes_is_named(field: str, change: str) -> None:
    topic = portal.topic()
    value = topic.pop(field)
    if change == "renamed":
        topic[f"{field}New"] = value
    elif change == "retyped":
        topic[field] = {"deep": {"er": 1}} if not isinstance(value, dict | list) else True
    # Deadlines of the actions are only looked at where the topic has none; they are taken all the same.
    assert field in said(portal.bulk(topic, portal.topic(2)), portal.BULK, "bulk")


@pytest.mark.parametrize("field", ["id", "description"])
def test_a_status_is_known_by_its_id_or_its_words(field: str) -> None:
    topic = portal.topic()
    del topic["status"][field]
    reading = read_bulk(topic)
    assert only(reading).windows
    assert f"status.{field}" in " ".join(reading.warnings)
    topic = portal.topic(status={"id": 7, "abbreviation": "Paused", "description": "Paused"})
    assert "unknown status '7'" in " ".join(read_bulk(topic).warnings)


def test_one_bad_topic_does_not_spoil_the_file() -> None:
    bad = portal.topic(2)
    del bad["identifier"]
    reading = read_bulk(portal.topic(), bad)
    assert only(reading).key == "50000001"
    assert "identifier" in " ".join(reading.warnings)


def test_a_generated_file_is_read_from_disk_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "grantsTenders.json"
    generate(path, objects=600, size=4_000_000)
    [ask] = PLATFORM.start(told())
    assert ask.to_file
    answer = replace(page(path.read_bytes()[:20_000], portal.BULK, reader=ask.reader), file=path)
    reading = read_page(PLATFORM, answer, told())
    assert 30 <= len(reading.findings) <= 60
    assert reading.warnings == ()


def test_settled_records_are_counted_and_let_go() -> None:
    audit = Audit()
    for number in range(3):
        audit.record({"a": number, "new": 1}, "row").need_int("a")
        audit.settle()
    assert audit.warnings() == audit.warnings() == ("unexpected field row.new (3 times)",)


# ------------------------------------------------------------------ declarations


def test_every_declared_source_makes_sense_and_asks() -> None:
    sources = [source for source in load_sources() if source.platform == PLATFORM.name]
    assert len(sources) >= 2
    for source in sources:
        PLATFORM.check(source)
        [ask] = PLATFORM.start(Assignment(source, NOW))
        routed = PLATFORM.route(source.url)
        assert routed is not None
        assert (routed.reader, routed.method) == (ask.reader, ask.method)


@pytest.mark.parametrize(
    ("url", "options", "words"),
    [
        ("https://ec.europa.eu/x.json", {}, "url: expected"),
        ("https://api.tech.ec.europa.eu/search-api/prod/rest/search?apiKey=SEDIA_PERSON", {}, "url: expected"),
        (portal.BULK, {"status": ["open"]}, "options.status: Extra inputs"),
        (portal.BULK, {"statuses": ["opened"]}, "options.statuses.0"),
        (portal.BULK, {"statuses": []}, "options.statuses"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(url: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        PLATFORM.check(told(url, options=options).source)


def test_nobody_is_asked_for() -> None:
    assert PLATFORM.route(portal.SEARCH.replace("=SEDIA&", "=SEDIA_PERSON&")) is None
    assert PLATFORM.route("https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/home") is None


def test_pages_are_held_to_their_form() -> None:
    answer: Page = page("<!doctype html><html></html>", portal.BULK, reader="bulk")
    with pytest.raises(Drifted, match="json was due, got an HTML page"):
        read_page(PLATFORM, answer, told())


def test_both_ways_in_are_scanned_for_real(hostile: HostileServer, scan: Scan) -> None:
    place = "/rest/search?apiKey=SEDIA&text=***&pageSize=100&pageNumber="
    rows = [portal.result(number) for number in range(150)]
    hostile.pages |= {
        "/grantsTenders.json": portal.bulk(portal.topic(), portal.topic(2)),
        f"{place}1": portal.results(*rows[:100], total=150),
        f"{place}2": portal.results(*rows[100:], total=150, number=2),
    }
    terms: dict[str, Any] = {"platform": "funding-tenders", "languages": ("en",)}
    bulk = declared("bulk", hostile.url("/grantsTenders.json"), **terms)
    search = declared("search", hostile.url(f"{place}1"), documents_of="bulk", **terms)
    found = scan(bulk, search)
    assert {attempt.outcome for attempt in found.attempts.values()} == {Outcome.CHANGED}
    assert (len(found.keys("bulk")), len(found.keys("search"))) == (2, 150)
    [posted, _] = [seen for seen in hostile.seen if seen.path.startswith("/rest")]
    assert posted.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert {finding.source for page in found.pages("search") for finding in page.findings} == {"bulk"}
