"""Declared searches. No answer of any declared one is recorded: every answer here is constructed."""

import copy
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.sources import load_sources
from spiders.finding import Certainty, Finding, Kind, Outcome, Step, Window, WindowKind
from spiders.platform import Ask, Assignment, Drifted, Empty, Reading
from spiders.reading import read_page
from spiders.search_api import SearchApi
from tests.spiders.conftest import Scan, declared
from tests.spiders.hostile_server import HostileServer
from tests.spiders.pages import NOW, assignment, page

PLATFORM = SearchApi()
URL = "https://api.example/search?page=0&size=2"
OPTIONS: dict[str, Any] = {
    "form": "json",
    "items": "result.hits",
    "total": "result.total",
    "page": {"name": "page", "first": 0, "size": 2, "most": 3},
    "kind": "report",
    "fields": {
        "title": {"sv": "title.swe", "en": "title.eng"},
        "link": "https://example.eu/doc/{number}?lang=sv",
        "id": ["number", "version"],
        "date": "published",
        "summary": "lead",
        "deadline": "closes",
        "subjects": "tags",
        "steps": {"example:meeting": "meeting"},
        "ignore": ["rank"],
    },
}
HIT: dict[str, Any] = {
    "number": "A 1/2026",
    "version": 2,
    "title": {"swe": ["Kommuner och <b>vatten</b>"], "eng": "Municipalities and water"},
    "published": "2026-11-20+01:00",
    "lead": "<p>Om avlopp.</p>",
    "closes": "2026-12-15T14:00:00+01:00",
    "tags": ["water", "local"],
    "meeting": "2026-12-01",
    "rank": 0.7,
}
FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>OECD</title>{}</channel></rss>"""
ITEM = """<item><title>{}</title><link>https://oecd.example/{}</link><guid>https://oecd.example/{}</guid>
<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate><category domain="policy-area">Regions</category></item>"""


def told(url: str = URL, **terms: Any) -> Assignment:
    fields: dict[str, Any] = {"options": OPTIONS, "languages": ("sv", "en")}
    return assignment("search-api", url, **(fields | terms))


def hits(*found: object, total: int | None = None) -> dict[str, Any]:
    return {"result": {"hits": copy.deepcopy(list(found)), "total": len(found) if total is None else total}}


def read(body: object, told_of: Assignment | None = None, ask: Ask | None = None) -> Reading:
    given = told_of or told()
    ask = ask or next(iter(PLATFORM.start(given)))
    return read_page(PLATFORM, page(body, ask.url, reader=ask.reader, context=ask.context), given)


def only(reading: Reading) -> Finding:
    [finding] = reading.findings
    return finding


# ------------------------------------------------------------------ JSON


def test_a_hit_is_read_as_declared() -> None:
    reading = read(hits(HIT))
    finding = only(reading)
    assert (finding.key, finding.kind, finding.language) == ("A 1/2026/2", Kind.REPORT, "sv")
    assert finding.title == {"sv": "Kommuner och vatten", "en": "Municipalities and water"}
    assert finding.url == "https://example.eu/doc/A%201%2F2026?lang=sv"
    assert finding.published == date(2026, 11, 20)
    assert finding.summary == {"sv": "Om avlopp."}
    closes_at = datetime(2026, 12, 15, 13, tzinfo=UTC)
    assert finding.windows == (Window(WindowKind.CALL, None, date(2026, 12, 15), Certainty.GIVEN, closes_at),)
    assert finding.steps == (Step(date(2026, 12, 1), "example:meeting"),)
    assert finding.subjects == ("water", "local")
    assert (reading.warnings, reading.asks, reading.last) == ((), (), False)


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-19T23:30:00Z", date(2026, 11, 20)),
        ("Fri, 20 Nov 2026 10:00:00 GMT", date(2026, 11, 20)),
        (1795169400000, date(2026, 11, 20)),
        (1795169400, date(2026, 11, 20)),
    ],
)
def test_days_come_in_many_forms(value: object, day: date) -> None:
    assert only(read(hits(HIT | {"published": value}))).published == day


def test_only_hits_with_a_declared_word_are_kept() -> None:
    other = HIT | {"number": "B", "title": {"swe": "Fiske", "eng": "Fish"}, "lead": "", "tags": ["sea"]}
    kept = read(hits(HIT, other), told(options=OPTIONS | {"include": ["LOCAL"]}))
    assert [finding.key for finding in kept.findings] == ["A 1/2026/2"]
    left = read(hits(HIT, other), told(options=OPTIONS | {"exclude": ["avlopp"]}))
    assert [finding.key for finding in left.findings] == ["B/2"]


def test_pages_are_asked_for_until_one_is_short_or_enough_were_read() -> None:
    full = hits(HIT, HIT | {"number": "B"}, total=9)
    [first] = PLATFORM.start(told())
    [second] = read(full, ask=first).asks
    assert second.url == "https://api.example/search?size=2&page=1"
    [third] = read(full, ask=second).asks
    assert read(full, ask=third).asks == ()
    assert read(hits(HIT, total=9), ask=second).asks == ()
    assert read(hits(total=9), ask=second).findings == ()


@pytest.mark.parametrize("field", ["title", "link", "id", "date", "summary", "deadline", "subjects", "steps"])
def test_every_declared_place_that_is_empty_in_every_hit_is_named(field: str) -> None:
    options = copy.deepcopy(OPTIONS)
    gone: dict[str, Any] = {
        "title": {"sv": "borta"},
        "id": ["borta"],
        "steps": {"example:meeting": "borta"},
        "link": "https://example.eu/{borta}",
    }
    options["fields"][field] = gone.get(field, "borta")
    assert f"options.fields.{field}" in said(hits(HIT, HIT | {"number": "B"}), told(options=options))


@pytest.mark.parametrize("change", ["removed", "renamed", "retyped"])
@pytest.mark.parametrize("field", sorted(HIT.keys() - {"rank", "version"}))
def test_every_used_field_of_hits_that_changes_is_named(field: str, change: str) -> None:
    hit = copy.deepcopy(HIT)
    value = hit.pop(field)
    if change == "renamed":
        hit[f"{field}New"] = value
    elif change == "retyped":
        hit[field] = {"deep": {"er": True}}
    places = {"number": "link", "published": "date", "lead": "summary", "closes": "deadline", "tags": "subjects"}
    places |= {"meeting": "steps"}
    assert f"options.fields.{places.get(field, field)}" in said(hits(hit), told())


def said(body: object, told_of: Assignment) -> str:
    try:
        return " ".join(read(body, told_of).warnings)
    except Drifted as exc:
        return str(exc)


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        (hits(), Empty, "no hits"),
        (hits(total=5), Drifted, r"options\.items: result\.hits is empty although 5 hits are announced"),
        ({"result": {"hits": []}}, Drifted, r"options\.total: 'result.total' is no number"),
        ({"result": {"total": 1}}, Drifted, r"options\.items: result\.hits is no list"),
        (hits("x"), Drifted, "not every hit in result.hits is an object"),
        ("{", Drifted, "not readable as JSON"),
        ("<html></html>", Drifted, "json was due, got an HTML page"),
    ],
)
def test_an_answer_of_another_shape_is_said(body: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read(body)


def test_a_key_that_nobody_declared_is_said_once() -> None:
    reading = read(hits(HIT | {"new": 1}, HIT | {"number": "B", "new": 2}))
    assert reading.warnings == ("unexpected field new (2 times)",)


def test_one_hit_without_a_title_is_a_warning() -> None:
    reading = read(hits(HIT, HIT | {"title": None}))
    assert only(reading).key == "A 1/2026/2"
    assert reading.warnings == ("options.fields.title (title.swe, title.eng): nothing in 1 of 2 hits",)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*HIT, "result", "hits", "total"]), inner),
        max_leaves=20,
    )
)
def test_no_answer_breaks_the_reader(value: object) -> None:
    body = json.dumps({"result": {"hits": [value, {**HIT, "title": value, "published": value}], "total": 2}})
    try:
        read(body)
    except (Drifted, Empty) as exc:
        assert str(exc)


# ------------------------------------------------------------------ questions


def test_each_term_is_a_request_and_days_are_filled_in() -> None:
    options = {"form": "rss", "terms": ["water & sewage", "skola"], "days": 7}
    asks = list(PLATFORM.start(told("https://api.example/rss?q={term}&from={since}", options=options)))
    assert [ask.url for ask in asks] == [
        "https://api.example/rss?q=water+%26+sewage&from=2026-11-16",
        "https://api.example/rss?q=skola&from=2026-11-16",
    ]


def test_a_posted_question_carries_its_page() -> None:
    options = OPTIONS | {
        "method": "POST",
        "body": {"query": "day >= {since}", "page": 1},
        "page": {"name": "page", "first": 1, "size": 1, "most": 2},
        "day_format": "%Y%m%d",
    }
    [first] = PLATFORM.start(told("https://api.example/search", options=options))
    assert (first.method, first.headers["Content-Type"]) == ("POST", "application/json")
    assert json.loads(first.body or "") == {"query": "day >= 20261024", "page": 1}
    [second] = read(hits(HIT), told("https://api.example/search", options=options), first).asks
    assert (second.url, json.loads(second.body or "")["page"]) == (first.url, 2)


# ------------------------------------------------------------------ RSS


RSS: dict[str, Any] = {"form": "rss", "kind": "report", "include": ["region"], "page": {"name": "page", "most": 2}}


def test_a_search_as_a_feed_is_read_like_one() -> None:
    given = told(options=RSS, languages=("en",))
    body = FEED.format(
        ITEM.format("Rural futures", "a", "a") + ITEM.format("Tax", "b", "b").replace("Regions", "Tax")
    )
    reading = read(body, given)
    finding = only(reading)
    assert (finding.key, finding.kind, finding.published) == (
        "https://oecd.example/a",
        Kind.REPORT,
        date(2026, 11, 20),
    )
    [second] = reading.asks
    assert second.url.endswith("page=1")
    assert read(FEED.format(""), given, second).findings == ()
    with pytest.raises(Empty):
        read(FEED.format(""), given)
    with pytest.raises(Drifted):
        read("<!doctype html><html><body>search</body></html>", given)


# ------------------------------------------------------------------ declarations


@pytest.mark.parametrize(
    ("url", "change", "words"),
    [
        (URL, {"form": "xml"}, "options.form"),
        (URL, {"fields": None}, "fields are needed for json"),
        (URL, {"form": "rss"}, "fields are needed for json, and only there"),
        (URL, {"body": {}}, "body and method"),
        (URL, {"colour": 1}, "options.colour: Extra inputs"),
        (URL, {"items": "a b"}, "options.items: .*is no path"),
        (URL, {"terms": ["x"]}, "options.terms and"),
        ("https://api.example/{term}", {}, "options.terms and"),
        (URL, {"zone": "Mars"}, "zone or body"),
        (URL, {"fields": OPTIONS["fields"] | {"link": "file:///{number}"}}, r"options\.fields\.link"),
        (URL, {"fields": OPTIONS["fields"] | {"title": {}}}, r"options\.fields\.title"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused_in_one_line(
    url: str, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        PLATFORM.check(told(url, options=OPTIONS | change).source)
    assert "\n" not in str(refused.value)


def test_every_declared_source_makes_sense_and_asks() -> None:
    sources = [source for source in load_sources() if source.platform == PLATFORM.name]
    assert len(sources) >= 2
    for source in sources:
        PLATFORM.check(source)
        asks = list(PLATFORM.start(Assignment(source, NOW)))
        assert asks
        assert all("{" not in ask.url for ask in asks)


def test_a_real_search_is_scanned(hostile: HostileServer, scan: Scan) -> None:
    hostile.pages["/search?q=vatten&page=0"] = hits(HIT, HIT | {"number": "B"}, total=3)
    hostile.pages["/search?q=vatten&page=1"] = hits(HIT | {"number": "C"}, total=3)
    source = declared(
        "search",
        hostile.url("/search?q={term}&page=0"),
        platform="search-api",
        languages=("sv",),
        options=OPTIONS | {"terms": ["vatten"]},
    )
    found = scan(source)
    assert found.attempts["search"].outcome is Outcome.CHANGED
    assert [key[0] for key in found.keys("search")] == ["A", "B", "C"]
