"""Have your say: recorded answers against an independent reading, and every trap that is known."""

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.sources import load_sources
from spiders.finding import Certainty, Finding, Identifier, Relation, Step, Window, WindowKind
from spiders.have_your_say import HaveYourSay
from spiders.have_your_say_periods import open_now
from spiders.platform import Ask, Assignment, Blocked, Drifted, Empty, Page, Reading
from spiders.reading import read_page
from spiders.wire import encode
from tests.spiders import have_your_say_pages as hys
from tests.spiders.pages import assignment, page

PLATFORM = HaveYourSay()
DETAIL = f"{hys.BASE}/groupInitiatives/19293"
RECORDED_DETAIL = "groupInitiatives-18805.trimmed.json"
RECORDED_LIST = "searchInitiatives-text-size2.json"


def told(url: str = hys.LIST, **terms: Any) -> Assignment:
    return assignment("have-your-say", url, **terms)


def read_list(body: object, url: str = hys.LIST, *, told_of: Assignment | None = None, **terms: Any) -> Reading:
    return read_page(PLATFORM, page(body, url, reader="list", **terms), told_of or told(url))


def read_detail(body: object, **terms: Any) -> Reading:
    return read_page(PLATFORM, page(body, DETAIL, reader="detail", **terms), told(), (404,))


def only(reading: Reading) -> Finding:
    assert len(reading.findings) == 1
    return reading.findings[0]


def windows(*publications: dict[str, Any]) -> tuple[Window, ...]:
    found = only(read_detail(hys.detail(*publications))).windows
    assert found is not None
    return found


def recorded(shared: Path, name: str) -> tuple[Any, Page]:
    body = (shared / "payloads" / "have-your-say" / name).read_bytes()
    ask = PLATFORM.route(
        f"{hys.BASE}/{'groupInitiatives/18805' if 'group' in name else 'searchInitiatives?text=x'}"
    )
    assert ask is not None
    moment = datetime(2026, 9, 1, 12, tzinfo=UTC)
    return json.loads(body), page(body, ask.url, reader=ask.reader, fetched_at=moment)


# ------------------------------------------------------------------ recorded answers


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


# ------------------------------------------------------------------ lists


def test_the_open_list_leads_to_each_detail_and_says_nothing_of_absence() -> None:
    rows = [hys.row(number, hys.status("OPEN")) for number in range(1, 46)]
    reading = read_list(hys.listing(rows), hys.OPEN)
    assert len(reading.findings) == 45
    assert [ask.key for ask in reading.asks] == [str(number) for number in range(1, 46)]
    assert reading.asks[0].url == f"{hys.BASE}/groupInitiatives/1"
    assert reading.asks[0].tolerated == (404,)
    assert len({ask.version for ask in reading.asks}) == 45
    assert (reading.listed, reading.last, reading.warnings) == (frozenset(), False, ())


def test_a_row_knows_its_deadline_until_the_detail_was_read() -> None:
    body = hys.listing([hys.row(1, hys.status("OPEN"))])
    first = only(read_list(body, hys.OPEN))
    assert first.windows == (
        Window(
            WindowKind.CONSULTATION,
            date(2026, 11, 1),
            date(2026, 12, 1),
            Certainty.GIVEN,
            closes_at=datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC),
            url=first.url,
        ),
    )
    later = only(read_list(body, hys.OPEN, told_of=told(hys.OPEN, known={"1": "v"})))
    assert (later.windows, later.identifiers, later.subjects) == (None, None, None)
    assert later.title == first.title


def test_the_version_of_a_row_follows_what_it_says() -> None:
    def version(*statuses: dict[str, Any], **more: Any) -> str | None:
        return read_list(hys.listing([hys.row(1, *statuses, **more)]), hys.LIST).asks[0].version

    opened = hys.status("OPEN")
    assert version(opened) == version(opened, id=1, snippet="<b>found</b>")
    assert version(opened) != version(hys.status("OPEN", end="2026/12/15 23:59:59"))
    assert version(opened) != version(opened, reference="COM(2026) 12")


@pytest.mark.parametrize(
    "rows",
    [
        [hys.row(number, hys.status("CLOSED")) for number in range(100)],
        [hys.row(1, hys.status("OPEN")), hys.row(2, hys.status("DISABLED"))],
        [hys.row(1, hys.status("OPEN")), {key: hys.row(2)[key] for key in hys.row(2) if key != "currentStatuses"}],
    ],
)
def test_a_filter_that_is_ignored_is_drift(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(Drifted, match=r"feedbackStatus=OPEN is not honoured.*totalElements is 4097"):
        read_list(hys.listing(rows, total=4097), hys.OPEN)


def test_a_redirect_that_loses_the_filter_is_drift_and_no_sweep() -> None:
    [ask] = PLATFORM.start(told(hys.OPEN))
    with pytest.raises(Drifted, match="feedbackStatus=OPEN is not honoured"):
        read_list(hys.listing([hys.row(1)]), hys.LIST, context=ask.context)


def test_a_sweep_reads_every_page_and_only_then_speaks_of_absence() -> None:
    source = told(hys.LIST, reread=("7", "250", "999"), known={"999": "seen"})
    [ask] = PLATFORM.start(source)
    listed: frozenset[str] = frozenset()
    details: list[Ask] = []
    for number in range(3):
        rows = [hys.row(key) for key in range(number * 100, min(number * 100 + 100, 250 + 1))]
        reading = read_list(
            hys.listing(rows, number=number, total=251), ask.url, told_of=source, context=ask.context
        )
        listed |= reading.listed
        assert reading.last is (number == 2)
        details = [follow for follow in reading.asks if follow.reader == "detail"]
        lists = [follow for follow in reading.asks if follow.reader == "list"]
        assert len(lists) == (number < 2)
        if lists:
            [ask] = lists
            assert f"page={number + 1}&" in ask.url
    assert listed == {str(key) for key in range(251)}
    # Open when last seen, and on no page: read again by its id, whatever its version.
    assert [(follow.key, follow.version, follow.context) for follow in details] == [
        ("999", None, {"version": "seen"})
    ]


def test_a_sweep_whose_counts_disagree_is_not_complete() -> None:
    context = {"page": "1", "read": "98", "missing": "999"}
    rows = [hys.row(key) for key in range(50)]
    reading = read_list(hys.listing(rows, number=1, total=150), context=context)
    assert not reading.last
    assert reading.asks == ()
    assert "148 rows were read of 150" in reading.warnings[0]


def test_a_page_that_is_not_the_one_asked_for_ends_the_list() -> None:
    with pytest.raises(Drifted, match="page 3 was asked, page 0 came"):
        read_list(hys.listing([hys.row(1)], total=500), context={"page": "3", "read": "300", "missing": ""})


def test_an_empty_page_is_the_end_of_nothing() -> None:
    with pytest.raises(Drifted, match="page 3 of 42 has no rows although 4128"):
        read_list(hys.listing([], number=2, total=4128))
    with pytest.raises(Empty):
        read_list(hys.listing([]))


def test_other_shapes_are_drift() -> None:
    old = {"_embedded": {"initiativeResultDtoes": []}, "page": {"totalPages": 1}}
    with pytest.raises(Drifted, match="_embedded"):
        read_list(old)
    with pytest.raises(Drifted, match="initiativeResultDtoPage"):
        read_list({"error": "general_error"})
    with pytest.raises(Drifted, match="not readable as JSON"):
        read_list(b'{"initiativeResultDtoPage": ')
    with pytest.raises(Drifted, match="not readable as JSON"):
        read_list(b"[" * 200_000)


def test_the_portals_html_shell_is_drift() -> None:
    shell = "<!doctype html><html><head><title>Have your say</title></head><body><app-root/></body></html>"
    with pytest.raises(Drifted, match=r"json was due, got an HTML page \(text/html"):
        read_list(shell, headers={"content-type": "text/html;charset=utf-8"})
    with pytest.raises(Blocked):
        read_list("", status=202, headers={"x-amzn-waf-action": "challenge"})


def test_one_bad_row_does_not_spoil_the_page_but_makes_it_incomplete() -> None:
    bad = hys.row(2)
    bad["id"] = None
    reading = read_list(
        hys.listing([hys.row(1), bad, hys.row(3)]), context={"page": "0", "read": "0", "missing": ""}
    )
    assert [finding.key for finding in reading.findings] == ["1", "3"]
    assert not reading.last
    assert any("content[1].id: expected a whole number" in warning for warning in reading.warnings)


def test_several_statuses_and_none() -> None:
    both = hys.row(1, hys.status("OPEN"), hys.status("OPEN", frontEndStage="PLANNING_WORKFLOW"))
    never = {key: value for key, value in hys.row(2).items() if key not in ("currentStatuses", "foreseenActType")}
    reading = read_list(hys.listing([both, never]))
    assert [len(finding.windows or ()) for finding in reading.findings] == [2, 0]
    assert [ask.key for ask in reading.asks] == ["1"]
    assert reading.warnings == ()


def test_titles_fall_back_from_swedish_to_english_to_the_short_title() -> None:
    rows = [
        hys.row(1, initiativeTranslations=hys.translations(None, "English")),
        hys.row(2, initiativeTranslations=[], shortTitle="Short"),
        hys.row(3, initiativeTranslations=hys.translations("Svensk", None), shortTitle="Short"),
    ]
    found = read_list(hys.listing(rows)).findings
    assert [finding.title for finding in found] == [
        {"en": "English"},
        {"en": "Short"},
        {"sv": "Svensk", "en": "Short"},
    ]
    assert [finding.language for finding in found] == ["en", "en", "sv"]


# ------------------------------------------------------------------ details


def test_a_detail_that_left_the_portal_is_a_warning_and_nothing_more() -> None:
    reading = read_detail('{"status":404}', status=404)
    assert reading.findings == ()
    assert "404" in reading.warnings[0]


def test_the_detail_carries_the_version_it_was_asked_for() -> None:
    assert only(read_detail(hys.detail(), context={"version": "abc"})).version == "abc"
    assert only(read_detail(hys.detail(), context={"version": ""})).version is None
    assert only(read_detail(hys.detail())).summary == {"sv": "Svensk sammanfattning", "en": "A summary."}


def test_each_stage_has_its_own_kind_of_window() -> None:
    stages = ("PLANNING_WORKFLOW", "OPC_LAUNCHED", "ISC_WORKFLOW", "ADOPTION_WORKFLOW")
    publications = [hys.publication(number, frontEndStage=stage) for number, stage in enumerate(stages)]
    found = windows(*publications)
    assert [window.kind.value for window in found] == ["call-for-evidence", "consultation", "feedback", "feedback"]
    assert [window.label for window in found] == ["", "", "", "3"]


def test_upcoming_without_dates_and_disabled_stages_are_no_window() -> None:
    assert not windows(
        hys.publication(1, receivingFeedbackStatus="UPCOMING", publishedDate=None, endDate=None),
        hys.publication(2, receivingFeedbackStatus="DISABLED"),
        hys.publication(3, receivingFeedbackStatus="CLOSED", endDate=None),
    )


def test_open_without_an_end_is_a_window_whose_end_is_unknown() -> None:
    reading = read_detail(hys.detail(hys.publication(1, endDate=None)))
    finding = only(reading)
    expected = Window(WindowKind.CONSULTATION, date(2026, 11, 1), None, Certainty.UNKNOWN, url=finding.url)
    assert finding.windows == (expected,)
    assert reading.warnings == ("publication 1: OPEN without an end date",)


def test_a_period_that_ends_before_it_starts_is_left_out_with_a_warning() -> None:
    reading = read_detail(hys.detail(hys.publication(1, endDate="2026/10/31 23:59:59"), hys.publication(2)))
    assert [window.closes for window in only(reading).windows or ()] == [date(2026, 12, 1)]
    assert reading.warnings == ("publication 1: opens 2026-11-01 after it closes 2026-10-31; period left out",)


def test_a_period_closed_before_its_end_is_left_out_with_a_warning() -> None:
    reading = read_detail(hys.detail(hys.publication(1, receivingFeedbackStatus="CLOSED")))
    assert only(reading).windows == ()
    assert "CLOSED before its end 2026-12-01" in reading.warnings[0]


def test_times_are_brussels_times_over_the_summer_too() -> None:
    [window] = windows(hys.publication(1, publishedDate="2026/07/01 00:30:00", endDate="2026/09/28 23:59:59"))
    assert (window.opens, window.closes) == (date(2026, 7, 1), date(2026, 9, 28))
    assert window.closes_at == datetime(2026, 9, 28, 21, 59, 59, tzinfo=UTC)


def test_unknown_words_are_kept_and_said() -> None:
    body = hys.detail(
        hys.publication(1, type="CITIZEN_PANEL", frontEndStage="PANEL", receivingFeedbackStatus="PAUSED"),
        foreseenActType="PROP_CODE",
        initiativeStatus="MERGED",
        topics=[{"code": "SPACE", "label": "Space"}],
        reference="SG/2026-1",
    )
    reading = read_detail(body)
    finding = only(reading)
    assert finding.steps == (Step(date(2026, 11, 1), "hys:PANEL/CITIZEN_PANEL"),)
    assert finding.subjects == ("SPACE", "ENV1")
    assert Identifier("reference", "SG/2026-1") in (finding.identifiers or ())
    assert [window.kind for window in finding.windows or ()] == [WindowKind.FEEDBACK]
    said = " ".join(reading.warnings)
    for word in ("'CITIZEN_PANEL'", "'PANEL'", "'PAUSED'", "'PROP_CODE'", "'MERGED'", "'SPACE'", "'SG/2026-1'"):
        assert word in said


def test_a_new_field_is_a_warning() -> None:
    assert read_detail(hys.detail(hys.publication(1), panel=1)).warnings == ("unexpected field panel",)


def test_attachments_come_in_swedish_else_english_else_as_written() -> None:
    def attached(document: str, language: str, kind: str = "MAIN", **more: Any) -> dict[str, Any]:
        fields = {"documentId": document, "language": language, "title": document.upper(), "type": kind}
        return {"filename": "x.docx", "workType": "CFE", "published": True, **fields, **more}

    finding = only(
        read_detail(
            hys.detail(
                hys.publication(
                    1,
                    attachments=[
                        attached("en1", "EN"),
                        attached("sv1", "SV"),
                        attached("en2", "EN", "ANNEX"),
                        attached("fr3", "FR", "STUDY"),
                        attached("sv4", "SV", "DRAFT", published=False),
                        attached("../etc", "SV", "ODD"),
                    ],
                )
            )
        )
    )
    assert finding.attachments == tuple(
        (name.upper(), f"{hys.BASE}/download/{name}") for name in ("sv1", "en2", "fr3")
    )


# ------------------------------------------------------------------ which period counts


def window(opens: str | None, closes: str | None, label: str = "") -> Window:
    def day(text: str | None) -> date | None:
        return date.fromisoformat(text) if text else None

    return Window(WindowKind.FEEDBACK, day(opens), day(closes), Certainty.GIVEN, label=label)


TODAY = date(2026, 11, 23)
PAST, OLDER = window("2026-05-01", "2026-06-01"), window("2020-01-01", "2020-02-01")
RUNNING, SOONER = window("2026-11-01", "2026-12-20"), window("2026-11-10", "2026-12-01")
COMING, LATER = window("2026-12-01", "2026-12-05"), window("2027-01-01", "2027-02-01")
UNKNOWN = window("2026-11-01", None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([RUNNING, COMING, PAST], RUNNING),
        ([RUNNING, SOONER], SOONER),
        ([LATER, COMING, PAST], COMING),
        # An OPEN that lingers after its deadline is past, and so is an UPCOMING with the window of years ago.
        ([OLDER, PAST], PAST),
        ([window("2026-11-01", "2026-11-22"), OLDER], window("2026-11-01", "2026-11-22")),
        ([window("2026-11-23", "2026-11-23")], window("2026-11-23", "2026-11-23")),
        ([window(None, "2026-11-30")], window(None, "2026-11-30")),
        ([UNKNOWN], None),
        ([], None),
    ],
)
def test_one_period_counts_and_it_is_taken_whole(given: list[Window], expected: Window | None) -> None:
    assert open_now(given, TODAY) == expected
    assert open_now(reversed(given), TODAY) == expected


# ------------------------------------------------------------------ declarations and addresses


def test_the_shipped_declarations_are_sound() -> None:
    own = {source.id: source for source in load_sources() if source.platform == "have-your-say"}
    assert own.keys() == {"hys-open", "hys-sweep"}
    for source in own.values():
        PLATFORM.check(source)
    assert (own["hys-open"].expect.min, own["hys-sweep"].expect.min) == (10, 4000)
    assert own["hys-sweep"].archive == "hys-open"


def test_a_declaration_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected an address of /brpapi/searchInitiatives"):
        PLATFORM.check(told("https://ec.europa.eu/x").source)
    with pytest.raises(ConfigError, match="unknown option 'colour'"):
        PLATFORM.check(told(options={"colour": "red"}).source)


def test_feedback_of_persons_is_never_asked_for() -> None:
    assert PLATFORM.route(f"{hys.BASE.replace('brpapi', 'api')}/allFeedback?publicationId=1") is None
    assert PLATFORM.route(f"{hys.BASE}/download/1") is None
    ask = PLATFORM.route(f"{hys.BASE}/groupInitiatives/18805?language=EN")
    assert ask is not None
    assert ask.reader == "detail"
