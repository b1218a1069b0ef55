"""Have your say, made by hand: lists, details, and every trap that is known."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.errors import ConfigError
from config.sources import load_sources
from spiders.finding import Certainty, Identifier, Step, Window, WindowKind
from spiders.platform import Ask, Blocked, Drifted, Empty
from tests.spiders import have_your_say_pages as hys
from tests.spiders.have_your_say_reading import PLATFORM, only, read_detail, read_list, told

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
