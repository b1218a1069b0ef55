"""One thing at several sources is shown once with all of them; two files never become one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from monitor.archive.documents import get_documents, id_of
from monitor.archive.engine import reading, writing
from monitor.archive.scans import start_scan
from monitor.archive.twins import leaders, members
from monitor.collecting.intake import Intake
from monitor.core.alike import APART, Face, Titles, page_of, same
from monitor.meaning.twins import find_twins
from monitor.search import Query, search
from spiders.events import PageRead
from spiders.finding import Finding, Identifier, Kind, Relation

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
DAY = date(2026, 11, 20)
TITLE = "Council adopts position on urban waste water rules for municipalities"
ONE = Face(1, "council-press", "press", "https://a.example/press/1", DAY, {"en": TITLE}, frozenset())
OTHER = "Something else altogether, and really not the same"
COM = ("com", "COM(2026) 700")
CASE = ("procedure", "2026/0100(COD)")


def other(**changed: Any) -> Face:
    return replace(ONE, **{"id": 2, "source": "ep-press", "url": "https://b.example/9", **changed})


@pytest.mark.parametrize(
    ("one", "two", "why"),
    [
        (ONE, other(), "title"),
        (ONE, other(titles={"en": f"{TITLE.upper()}."}), "title"),
        (ONE, other(day=DAY + timedelta(days=3)), "title"),
        (ONE, other(day=DAY + timedelta(days=4)), None),
        (ONE, other(source=ONE.source), None),
        (ONE, other(kind="call"), None),
        (ONE, other(titles={"sv": TITLE}), None),
        (ONE, other(titles={"en": TITLE.replace("waste water", "air quality")}), None),
        (replace(ONE, titles={"en": "Press"}), other(titles={"en": "Press"}), None),
        (replace(ONE, titles={"en": TITLE + " 4"}), other(titles={"en": TITLE + " 5"}), None),
        # The same page, whatever kind and day.
        (ONE, other(kind="remiss", day=DAY - 30 * APART, url="http://www.a.example/press/1/?utm_id=x#t"), "page"),
        (ONE, other(titles={"en": OTHER}, url="https://a.example/press/2"), None),
        (ONE, other(titles={"en": OTHER}, url="https://a.example/press/1?id=2"), None),
        # Numbers: an act is what its own number names; a procedure is a file with many documents.
        (
            replace(ONE, kind="proposal", subjects=frozenset({COM, CASE})),
            other(kind="communication", subjects=frozenset({COM}), titles={"sv": "x"}, day=DAY + 3 * APART),
            "number",
        ),
        (
            replace(ONE, kind="proposal", subjects=frozenset({CASE})),
            other(kind="proposal", subjects=frozenset({CASE}), titles={"sv": "Förslag"}),
            None,
        ),
        (replace(ONE, kind="fpm", subjects=frozenset({COM})), other(kind="act", subjects=frozenset({COM})), None),
        # Never across files.
        (
            replace(ONE, subjects=frozenset({("procedure", "2026/0100(COD)")})),
            other(subjects=frozenset({("procedure", "2026/0101(COD)")})),
            None,
        ),
        (
            replace(ONE, subjects=frozenset({CASE})),
            other(subjects=frozenset({("procedure", "2026/0101(COD)")}), url=ONE.url),
            None,
        ),
    ],
)  # fmt: skip
def test_what_is_one_thing(one: Face, two: Face, why: str | None) -> None:
    assert same(one, two) == same(two, one) == why


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://www.regeringen.se/remisser/2026/11/Remiss-av-x/", "regeringen.se/remisser/2026/11/remiss-av-x"),
        ("http://regeringen.se/remisser/2026/11/remiss-av-x#top", "regeringen.se/remisser/2026/11/remiss-av-x"),
        ("https://a.example/show?id=7&utm_medium=rss&b=1", "a.example/show&b=1&id=7"),
        ("https://a.example/", None),
        ("", None),
        ("http://[", None),
    ],
)
def test_an_address_as_a_key(url: str, page: str | None) -> None:
    assert page_of(url) == page


WORDS = st.lists(st.sampled_from("rules on urban Waste water reports, 2026 4".split()), min_size=3, max_size=9)  # noqa: SIM905


@given(st.lists(st.tuples(WORDS, st.integers(0, 5), st.sampled_from("ab")), min_size=2, max_size=8))
def test_titles_that_are_the_same_are_found_without_comparing_all(said: list[tuple[list[str], int, str]]) -> None:
    faces = [
        other(id=number, source=source, url="", day=DAY + timedelta(days=days), titles={"en": " ".join(words)})
        for number, (words, days, source) in enumerate(said)
    ]
    titles = Titles()
    for one in faces:
        titles.add(one)
    for one in faces:
        earlier = {two.id for two in faces if two.id < one.id and same(one, two) == "title"}
        assert set(titles.like(one, 100)) >= earlier


def test_of_very_many_alike_the_neighbours_and_the_oldest_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.core.alike.COMPARED", 40)
    titles = Titles()
    for number in range(400):
        named = f"Reports of the council on urban waste {chr(97 + number % 20)}{chr(97 + number // 20)}"
        titles.add(other(id=number, source="ab"[number % 2], url="", titles={"en": named}))
    twin = other(id=900, source="c", url="", titles={"en": "Reports of the council on urban waste cd"})
    found = titles.like(twin, 10)
    assert len(found) == 10
    assert found == sorted(found)
    exact = other(id=62, source="c", url="", titles={"en": "Reports of the council on urban waste cd"})
    assert all(number < 62 for number in titles.like(exact, 100))
    for number in range(1000, 1500):
        titles.add(other(id=number, source="a", url="", titles=dict(twin.titles)))
    assert len(titles.like(replace(twin, id=9000), 100)) == 100


@given(st.text(max_size=80))
def test_any_address_is_a_key_or_none(url: str) -> None:
    assert page_of(url) is None or page_of(url) == page_of(f"{url.partition('#')[0]}#x")


def shown(archive: Engine, source: str, key: str, **more: Any) -> int:
    """Take in one finding, and compare what is new; gives its number."""
    fields: dict[str, Any] = {"kind": Kind.PRESS, "title": {"en": TITLE}, "language": "en", "published": DAY}
    url = f"https://{source}.example/{key}"
    finding = Finding(**{"source": source, "key": key, "url": url, **fields, **more})
    with writing(archive) as conn:
        number = start_scan(conn, NOW, "command")
    Intake(archive, number).take([PageRead(source, key, None, (finding,))], NOW)
    with reading(archive) as conn:
        found = id_of(conn, source, key)
    assert found is not None
    return found


def about(*values: str) -> tuple[Identifier, ...]:
    return tuple(Identifier("procedure", value, Relation.SUBJECT) for value in values)


def test_a_thing_at_three_sources_is_found_once_with_all_of_them(archive: Engine) -> None:
    a, b = shown(archive, "council", "1"), shown(archive, "parliament", "1")
    alone = shown(archive, "council", "2", title={"en": "Council meets on urban waste water, background brief"})
    assert find_twins(archive) == 1
    assert find_twins(archive) == 0
    c = shown(archive, "commission", "1", published=DAY + timedelta(days=1))
    same_source = shown(archive, "commission", "2")
    assert find_twins(archive) == 1, "a source does not show one thing twice"
    with reading(archive) as conn:
        assert leaders(conn, [a, b, c, alone, same_source]) == {
            a: a, b: a, c: a, alone: alone, same_source: same_source,
        }  # fmt: skip
        assert members(conn, [a])[a] == (a, b, c)
        found = search(conn, Query("waste water"), DAY)
    by_id = {one.id: one for one in found.results}
    assert set(by_id) & {a, b, c} == {min(set(by_id) & {a, b, c})}, "once"
    (one,) = [by_id[number] for number in (a, b, c) if number in by_id]
    assert {also.id for also in one.also} == {a, b, c} - {one.id}
    assert {also["source"] for also in one.as_json()["also"]} < {"council", "parliament", "commission"}
    assert by_id[alone].also == ()


def test_another_file_never_joins_and_a_changed_title_leaves(archive: Engine) -> None:
    a = shown(archive, "council", "1", identifiers=about("2026/0100(COD)"))
    b = shown(archive, "parliament", "1", identifiers=about("2026/0101(COD)"))
    c = shown(archive, "commission", "1")
    assert find_twins(archive) == 1
    with reading(archive) as conn:
        assert leaders(conn, [a, b, c]) == {a: a, b: b, c: a}
    shown(archive, "commission", "1", title={"en": "Commission welcomes an agreement on another matter"})
    assert find_twins(archive) == 0
    with reading(archive) as conn:
        assert leaders(conn, [c]) == {c: c}


def test_a_feed_and_a_register_of_the_same_page_are_one(archive: Engine) -> None:
    url = "https://www.regeringen.se/remisser/2026/11/remiss-av-promemorian/"
    feed = shown(
        archive, "regeringen-remisser", url, url=url, kind=Kind.NEWS, title={"sv": "Remiss"}, language="sv"
    )
    register = shown(
        archive, "g0v-remisser", "x", url=url.rstrip("/"), kind=Kind.REMISS, title={"sv": "Remiss av promemorian"}
    )
    assert find_twins(archive) == 1
    with reading(archive) as conn:
        assert leaders(conn, [feed, register]) == {feed: feed, register: feed}
        assert {one.source for one in get_documents(conn, members(conn, [feed])[feed])} == {
            "regeringen-remisser",
            "g0v-remisser",
        }
