from datetime import UTC, date, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.sources import Evidence, Source
from spiders.events import Done, Ended, Event, Job, PageRead, Progress
from spiders.finding import (
    Attempt,
    Capture,
    Certainty,
    Finding,
    Identifier,
    Kind,
    Outcome,
    Relation,
    Step,
    Window,
    WindowKind,
)
from spiders.platform import Ask, Assignment, Remembered, address_of
from spiders.wire import WireError, decode, decode_event, encode, finding_json, from_data, to_data

# Surrogates cannot be written as UTF-8; that they are refused has a test of its own.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MAYBE = st.none() | TEXT
WORDS = st.dictionaries(TEXT, TEXT, max_size=2)
KEYS = st.frozensets(TEXT, max_size=3)
DAYS = st.dates()
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))]))
COUNTS = st.integers(0, 2**40)


def few(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=2).map(tuple)


IDENTIFIERS = st.builds(Identifier, TEXT, TEXT, st.sampled_from(Relation))
STEPS = st.builds(Step, DAYS, TEXT)
WINDOWS = st.builds(
    Window,
    st.sampled_from(WindowKind),
    st.none() | DAYS,
    st.none() | DAYS,
    st.sampled_from(Certainty),
    st.none() | MOMENTS,
    TEXT,
    MAYBE,
)
FINDINGS = st.builds(
    Finding,
    source=TEXT,
    key=TEXT,
    url=TEXT,
    kind=st.sampled_from(Kind),
    title=WORDS,
    language=TEXT,
    published=st.none() | DAYS,
    updated=st.none() | MOMENTS,
    summary=WORDS,
    text=MAYBE,
    identifiers=st.none() | few(IDENTIFIERS),
    steps=st.none() | few(STEPS),
    windows=st.none() | few(WINDOWS),
    subjects=st.none() | few(TEXT),
    bodies=st.none() | few(TEXT),
    attachments=st.none() | few(st.tuples(TEXT, TEXT)),
    version=MAYBE,
)
CAPTURES = st.builds(
    Capture, TEXT, TEXT, st.integers(100, 599), WORDS, MOMENTS, TEXT, COUNTS, st.booleans(), MAYBE
)
ATTEMPTS = st.builds(
    Attempt,
    TEXT,
    st.sampled_from(Outcome),
    COUNTS,
    COUNTS,
    COUNTS,
    few(TEXT),
    MAYBE,
    st.floats(0, 1e6),
    st.none() | DAYS,
    st.booleans(),
    st.none() | KEYS,
)
ASKS = st.builds(
    Ask,
    TEXT,
    TEXT,
    st.sampled_from(["GET", "POST"]),
    WORDS,
    MAYBE,
    WORDS,
    MAYBE,
    MAYBE,
    few(st.integers(100, 599)),
)
REMEMBERED = st.builds(
    Remembered,
    TEXT,
    MAYBE,
    MAYBE,
    MAYBE,
    few(ASKS),
    KEYS,
    st.booleans(),
    KEYS,
    st.none() | DAYS,
    st.booleans(),
)
SOURCE = Source(
    id="a-source",
    platform="feed",
    title="Källa",
    owner="EU",
    url="https://a.example/rss",
    languages=("sv", "en"),
    evidence=Evidence(certainty="recorded", seen=date(2026, 9, 1)),
    options={"kinds": ["fpm"], "depth": 2},
)
ASSIGNMENTS = st.builds(
    Assignment, st.just(SOURCE), MOMENTS, WORDS, few(TEXT), MAYBE, st.dictionaries(TEXT, REMEMBERED, max_size=2)
)
JOBS = st.builds(Job, few(ASSIGNMENTS), TEXT, st.none() | MOMENTS, MAYBE, MAYBE, st.booleans(), st.floats(0, 60))
EVENTS: st.SearchStrategy[Event] = (
    st.builds(PageRead, TEXT, TEXT, st.none() | CAPTURES, few(FINDINGS), st.none() | REMEMBERED, few(TEXT))
    | st.builds(Progress, TEXT, COUNTS, COUNTS, COUNTS, COUNTS)
    | st.builds(Ended, ATTEMPTS)
    | st.builds(Done, st.floats(0, 1e6), COUNTS)
)

FINDING = Finding(
    source="a-source",
    key="k",
    url="https://a.example/1",
    kind=Kind.FPM,
    title={"sv": "Å"},
    language="sv",
    published=date(2026, 1, 2),
    windows=(Window(WindowKind.REMISS, None, date(2026, 2, 3), Certainty.GIVEN),),
)


@given(FINDINGS | ATTEMPTS | CAPTURES | ASKS | REMEMBERED | ASSIGNMENTS | JOBS)
def test_what_is_written_is_read_back(value: object) -> None:
    line = encode(value)
    assert b"\n" not in line
    assert decode(type(value), line) == value
    assert from_data(type(value), to_data(value)) == value


@given(EVENTS)
def test_events_come_back_as_what_they_were(event: Event) -> None:
    back = decode_event(encode(event))
    assert type(back) is type(event)
    assert back == event


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "novel"}, "Finding.kind"),
        ({"published": "2026-13-01"}, "Finding.published"),
        ({"published": 17}, "Finding.published"),
        ({"key": 3}, "Finding.key"),
        ({"colour": "blue"}, "Finding.colour"),
        ({"windows": [{"kind": "remiss"}]}, "Finding.windows.0.opens"),
    ],
)
def test_a_form_that_differs_is_refused_with_its_place(change: dict[str, Any], said: str) -> None:
    with pytest.raises(WireError, match=said):
        from_data(Finding, to_data(FINDING) | change)


def test_a_missing_key_and_a_line_that_is_no_event_are_refused() -> None:
    data = to_data(FINDING)
    del data["key"]
    with pytest.raises(WireError, match=r"Finding\.key: Field required"):
        from_data(Finding, data)
    for line in (b"", b"Traceback", b"{}", b'{"event": "party"}', encode(FINDING)):
        with pytest.raises(WireError, match="Event"):
            decode_event(line)


def test_text_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(WireError):
        encode(Ask("\ud800", "r"))


def test_findings_for_people_have_lists_where_a_page_is_silent() -> None:
    shown = finding_json(FINDING)
    promised = "source key url kind title published updated identifiers steps windows subjects language"
    assert set(promised.split()) <= set(shown)
    assert shown["identifiers"] == shown["steps"] == shown["subjects"] == []
    assert shown["published"] == "2026-01-02"
    assert shown["title"] == {"sv": "Å"}
    assert shown["windows"][0]["kind"] == "remiss"
    assert shown["windows"][0]["opens"] is None
    assert shown["windows"][0]["closes"] == "2026-02-03"
    assert shown["windows"][0]["certainty"] == "given"


def test_a_remembered_address_tells_requests_apart() -> None:
    asks = [
        Ask("https://a.example/", "list"),
        Ask("https://a.example/", "detail"),
        Ask("https://a.example/", "list", method="POST", body="{}"),
        Ask("https://a.example/", "list", method="POST", body="[]"),
        Ask("https://a.example/", "list", headers={"Accept-Language": "sv"}),
    ]
    assert len({address_of(ask) for ask in asks}) == len(asks)
    assert address_of(asks[0]) == address_of(Ask("https://a.example/", "list", context={"page": "1"}, key="k"))
