"""The press corner. Every answer here is constructed from notes of a public client: none was ever recorded."""

import json
from datetime import date
from typing import Any

import pytest

from config.errors import ConfigError
from spiders.finding import Finding, Identifier, Kind, Relation
from spiders.platform import Ask, Assignment, Blocked, Drifted, Empty, Failed, Reading
from spiders.press_corner import MOST_PAGES, PressCorner
from spiders.reading import read_page
from spiders.redaction import redact
from tests.spiders.pages import assignment, page

PLATFORM = PressCorner()
API = "https://ec.europa.eu/commission/presscorner/api"
URL = f"{API}/search?documentTypeCodes=IP,QANDA&pagesize=2"


def told(**terms: Any) -> Assignment:
    return assignment("press-corner", URL, **terms)


def row(number: int = 301, **fields: Any) -> dict[str, Any]:
    return {
        "refCode": f"IP/26/{number}",
        "eventDate": "2026-11-20",
        "title": "Commission proposes new rules on waste",
        "leadText": "<p>Today, the Commission adopted COM(2026) 321.</p>",
        "docutype": {"code": "IP", "description": "Press release"},
        "languageCode": "en",
    } | fields


def listing(*rows: dict[str, Any], total: int | None = None, number: int = 1) -> dict[str, Any]:
    total = len(rows) if total is None else total
    return {"totalNumber": total, "pageSize": 2, "pageNumber": number, "docuLanguageListResources": list(rows)}


def document(**fields: Any) -> dict[str, Any]:
    return {
        "refCd": "IP/26/301",
        "eventDate": "2026-11-20",
        "publishDate": "2026-11-20T12:00:00Z",
        "docutypeResource": {"code": "IP", "description": "Press release"},
        "policiesResource": [{"code": "ENV", "description": "Environment"}],
        "commissionerResource": None,
        "placeResource": {"code": "BRU", "description": "Brussels"},
        "countriesResource": [],
        "originalLanguage": "EN",
        "languages": ["en", "sv"],
        "contactsResource": [{"name": "A Spokesperson", "phone": "+32 2 29 00 00 0", "mail": "a@b.example"}],
        "docuLanguageResource": {
            "title": "Kommissionen föreslår nya regler om avfall",
            "subtitle": "",
            "htmlContent": "<p>Förslaget COM(2026) 321 gäller kommuner.</p><p>For media: +32 460 76 67 08</p>"
            "<h2>Contacts for media</h2><p>A Spokesperson</p>",
            "language": "sv",
            "attachmentResources": [{"title": "Faktablad", "url": "https://ec.europa.eu/x.pdf"}],
            "linkResources": [],
            "original": False,
        },
    } | fields


def asks_of(told_of: Assignment) -> list[Ask]:
    return list(PLATFORM.start(told_of))


def read_list(body: object, ask: Ask | None = None, told_of: Assignment | None = None, **terms: Any) -> Reading:
    told_of = told_of or told()
    ask = ask or asks_of(told_of)[1]
    return read_page(PLATFORM, page(body, ask.url, reader="list", context=ask.context, **terms), told_of)


def read_document(body: object, **context: str) -> Reading:
    url = f"{API}/documents?reference=IP/26/301&language=sv"
    return read_page(PLATFORM, page(body, url, reader="document", context=context), told())


def only(reading: Reading) -> Finding:
    assert len(reading.findings) == 1
    return reading.findings[0]


def test_lists_are_asked_for_by_day_in_both_languages() -> None:
    swedish, english = asks_of(told())
    assert swedish.url == f"{URL}&language=sv&datefrom=16112026&dateto=23112026&pagenumber=1"
    assert english.context["language"] == "en"
    late = asks_of(told(since="2026-11-10T06:00:00+00:00"))[0]
    assert "datefrom=07112026" in late.url  # three days before the last good scan
    assert "datefrom=16112026" in asks_of(told(since="2026-11-22"))[0].url


def test_a_row_is_read_with_its_reference_as_key() -> None:
    reading = read_list(listing(row()))
    finding = only(reading)
    assert (finding.key, finding.kind, finding.language) == ("IP/26/301", Kind.PRESS, "en")
    assert finding.published == date(2026, 11, 20)
    assert finding.url == "https://ec.europa.eu/commission/presscorner/detail/sv/ip_26_301"
    assert finding.summary == {"en": "Today, the Commission adopted COM(2026) 321."}
    assert finding.identifiers == (
        Identifier("press", "IP/26/301"),
        Identifier("com", "COM(2026) 321", Relation.MENTION),
    )
    assert (reading.warnings, reading.last, reading.asks) == ((), True, ())


def test_two_languages_state_one_document_alike() -> None:
    swedish = only(read_list(listing(row(title="Nya regler", languageCode="sv")), asks_of(told())[0]))
    english = only(read_list(listing(row())))
    assert (swedish.key, swedish.url, swedish.published) == (english.key, english.url, english.published)
    assert (swedish.title, swedish.identifiers) == ({"sv": "Nya regler"}, None)
    # What has no Swedish version may come in English from a search in Swedish: its own code tells.
    assert only(read_list(listing(row()), asks_of(told())[0])).title.keys() == {"en"}


def test_a_list_goes_on_until_every_document_was_read() -> None:
    first = read_list(listing(row(1), row(2), total=3))
    [following] = first.asks
    assert not first.last
    assert following.url.endswith("pagenumber=2")
    assert following.context["read"] == "2"
    last = read_list(listing(row(3), total=3, number=2), following)
    assert (last.last, last.asks) == (True, ())


def test_a_missing_page_is_never_the_end() -> None:
    following = read_list(listing(row(1), row(2), total=3)).asks[0]
    with pytest.raises(Failed, match="page 2 has no rows, 2 of 3 were read"):
        read_list(listing(total=3, number=2), following)
    with pytest.raises(Failed, match="the list ends with 3 of 4 documents"):
        read_list(listing(row(3), total=4, number=2), following)
    with pytest.raises(Drifted, match="page 2 was asked, page 1 came"):
        read_list(listing(row(3), total=3), following)
    endless = Ask(following.url, "list", context=dict(following.context) | {"page": str(MOST_PAGES)})
    with pytest.raises(Drifted, match="no end: the days are not honoured"):
        read_list(listing(row(3), total=9999, number=MOST_PAGES), endless)
    assert "2 documents are announced, 3 came" in read_list(listing(row(3), total=2, number=2), following).warnings


def test_filters_that_are_ignored_are_drift() -> None:
    with pytest.raises(Drifted, match="no row is of these days"):
        read_list(listing(row(eventDate="1998-01-01")))
    with pytest.raises(Drifted, match="documentTypeCodes=IP,QANDA was asked, SPEECH/26/1 came"):
        read_list(listing(row(refCode="SPEECH/26/1")))
    mixed = read_list(listing(row(), row(refCode="SPEECH/26/1", eventDate="1998-01-01")))
    assert "1 of 2 rows lie outside" in mixed.warnings[0]
    assert "1 of 2 rows are not of the types asked for" in mixed.warnings[1]


def test_other_answers_have_their_own_words() -> None:
    with pytest.raises(Empty):
        read_list(listing())
    with pytest.raises(Drifted, match="json was due, got an HTML page"):
        read_list("<!doctype html><html><head><title>Press corner</title></head><body></body></html>")
    with pytest.raises(Failed, match="empty body"):
        read_list("")
    with pytest.raises(Failed, match="status 404"):
        read_list("gone", status=404)
    with pytest.raises(Blocked):
        read_list("", status=202, headers={"x-amzn-waf-action": "challenge"})


def test_each_field_of_a_list_that_changes_is_named() -> None:
    whole = listing(row())
    for field in whole:
        assert field in _said({key: value for key, value in whole.items() if key != field})
        assert field in _said(
            whole | {field: {"odd": 1}} if field != "docuLanguageListResources" else whole | {field: 7}
        )
    for field in row():
        less = row()
        del less[field]
        assert field in _said(listing(less)), field
        assert field in _said(listing(row(**{field: ["odd"]}))), field
        renamed = row()
        renamed[f"{field}X"] = renamed.pop(field)
        assert field in _said(listing(renamed)), field
    assert "unknown document type 'ODE'" in _said(listing(row(docutype={"code": "ODE", "description": "Ode"})))


def _said(body: object) -> str:
    try:
        return " ".join(read_list(body).warnings)
    except Drifted as exc:
        return str(exc)


# ------------------------------------------------------------------ documents


def test_a_text_is_asked_for_in_the_next_language_if_the_first_has_none() -> None:
    reading = read_list(listing(row()), told_of=told(options={"texts": True}))
    [ask] = reading.asks
    assert ask.url == f"{API}/documents?reference=IP/26/301&language=sv"
    assert ask.key == "IP/26/301"
    assert ask.version
    assert ask.otherwise is not None
    [english] = ask.otherwise
    assert english.url.endswith("language=en")
    assert english.otherwise == ()  # the row stands without a text; the next scan tries again
    swedish = listing(row(title="Svensk", languageCode="sv"))
    same = read_list(swedish, asks_of(told())[0], told(options={"texts": True}))
    assert same.asks[0].version == ask.version
    reread = asks_of(told(reread=("IP/26/301", "COM(2026) 1")))
    assert [(one.reader, one.version) for one in reread[2:]] == [("document", None)]


def test_a_document_is_read_without_its_contacts() -> None:
    reading = read_document(document(), version="v", reference="IP/26/301")
    finding = only(reading)
    assert finding.title == {"sv": "Kommissionen föreslår nya regler om avfall"}
    assert finding.text == "Förslaget COM(2026) 321 gäller kommuner."
    assert finding.subjects == ("press-policy:Environment",)
    assert finding.attachments == (("Faktablad", "https://ec.europa.eu/x.pdf"),)
    assert finding.version == "v"
    assert Identifier("com", "COM(2026) 321", Relation.MENTION) in (finding.identifiers or ())
    for hidden in ("Spokesperson", "+32", "b.example"):
        assert hidden not in repr(finding)
    assert reading.warnings == ()
    body, redacted = redact(json.dumps(document()).encode(), PLATFORM.redact)
    assert redacted
    assert b"Spokesperson" not in body.partition(b"docuLanguageResource")[0]


def test_each_field_of_a_document_that_changes_is_named() -> None:
    unused = {
        *("contactsResource", "commissionerResource", "placeResource", "countriesResource"),
        *("originalLanguage", "languages", "publishDate"),
    }
    for field in document().keys() - unused:
        less = document()
        del less[field]
        assert field in _said_of(less), field
        assert field in _said_of(document(**{field: 7.5 if field != "refCd" else ["odd"]})), field
    for field in ("title", "htmlContent", "language"):
        told_of = document()
        del told_of["docuLanguageResource"][field]
        assert f"docuLanguageResource.{field}" in _said_of(told_of), field
    with pytest.raises(Drifted, match="IP/26/9 was asked, the document is IP/26/301"):
        read_document(document(), reference="IP/26/9")


def _said_of(body: object) -> str:
    try:
        return " ".join(read_document(body).warnings)
    except Drifted as exc:
        return str(exc)


# ------------------------------------------------------------------ asking


@pytest.mark.parametrize(
    ("url", "options", "said"),
    [
        (f"{API}/rss?language=en", {}, "url: expected an address"),
        (f"{URL}&language=en", {}, "'language' is added"),
        (f"{API}/search?pagesize=500", {}, "pagesize=1 to 100"),
        (URL, {"bodies": True}, "unknown option 'bodies'"),
        (URL, {"texts": "yes"}, "texts: got 'yes'"),
        (URL, {"languages": ["swedish"]}, "languages: expected two letters"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(url: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        PLATFORM.check(assignment("press-corner", url, options=options).source)


def test_only_the_services_own_addresses_are_asked_for() -> None:
    assert PLATFORM.route(f"{API}/documents?reference=IP/26/301&language=sv") is not None
    for url in (f"{API}/rss?language=en", "https://ec.europa.eu/commission/presscorner/detail/sv/ip_26_310"):
        assert PLATFORM.route(url) is None
