"""Scans against a real server: repeated, conditional, replayed, bounded, polite."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.sources import Source
from spiders.finding import Outcome
from spiders.platform import Assignment
from tests.spiders.conftest import NOW, Scan, Scanned, declared
from tests.spiders.hostile_server import ETAG, MODIFIED, HostileServer


def again(source: Source, before: Scanned, **more: Any) -> Assignment:
    return Assignment(source, NOW, remembered=before.remembered(source.id), **more)


def items(*keys: str, **more: Any) -> dict[str, Any]:
    return {"items": [{"id": key} for key in keys]} | more


@pytest.fixture(scope="module")
def pages(hostile: HostileServer) -> HostileServer:
    """Lists that lead to further lists and to details, some of them with something wrong."""

    def detail(name: str) -> str:
        return hostile.url(f"/detail/{name}")

    def with_details(*names: str, **more: Any) -> dict[str, Any]:
        return {
            "items": [{"id": name, "detail": detail(name), "version": "1"} for name in names],
        } | more

    hostile.pages |= {
        "/two-pages": with_details("a", "b", next=hostile.url("/two-pages/2")),
        "/two-pages/2": with_details("c"),
        "/detail/a": {"id": "a", "text": "A"},
        "/detail/b": {"id": "b", "text": "B"},
        "/detail/c": {"id": "c", "text": "C"},
        "/one-bad": with_details("a", "gone"),
        "/all-bad": with_details("gone", "gone2", "gone3"),
        "/second-page-gone": items("a", next=hostile.url("/gone")),
        "/second-page-blocked": items("a", next=hostile.url("/forbidden")),
        "/refusing": with_details(*(f"no{number}" for number in range(9))),
        "/circle": items("a", next=hostile.url("/circle")),
        "/warned": items("a", warnings=["field `colour` is new", "field `colour` is new"]),
        "/few": items("a", "b"),
        "/old": {"items": [{"id": "a", "date": "2026-10-01"}]},
        "/silent": {"items": []},
        "/empty": {"empty": True},
        "/fresh/9": {"id": "9", "text": "again"},
        "/fresh": items("a"),
    }
    return hostile


@pytest.fixture(scope="module")
def first(pages: HostileServer, scan: Scan) -> Scanned:
    url = pages.url
    return scan(
        declared("two-pages", url("/two-pages")),
        declared("one-bad", url("/one-bad")),
        declared("all-bad", url("/all-bad")),
        declared("second-page-gone", url("/second-page-gone")),
        declared("second-page-blocked", url("/second-page-blocked")),
        declared("circle", url("/circle")),
        declared("warned", url("/warned")),
        declared("few", url("/few"), expect={"min": 3}),
        declared("many", url("/few"), expect={"max": 1}),
        declared("old", url("/old"), expect={"newest_within_days": 30}),
        declared("silent", url("/silent")),
        declared("silent-allowed", url("/silent"), expect={"may_be_empty": True}),
        declared("empty", url("/empty")),
        declared("empty-allowed", url("/empty"), expect={"min": 0}),
        declared("validators", url("/validators")),
        declared("restless", url("/restless")),
        Assignment(declared("reread", url("/fresh")), NOW, reread=("9",)),
    )


@pytest.mark.parametrize(
    ("source", "outcome", "words"),
    [
        ("two-pages", Outcome.CHANGED, None),
        ("one-bad", Outcome.PARTIAL, "status 404"),
        ("all-bad", Outcome.PARTIAL, "(and 2 more)"),
        ("second-page-gone", Outcome.PARTIAL, "status 404"),
        ("second-page-blocked", Outcome.BLOCKED, "status 403"),
        ("circle", Outcome.CHANGED, None),
        ("warned", Outcome.CHANGED, None),
        ("few", Outcome.FAILED, "2 findings, at least 3 expected"),
        ("many", Outcome.CHANGED, None),
        ("old", Outcome.CHANGED, None),
        ("silent", Outcome.FAILED, "no findings"),
        ("silent-allowed", Outcome.EMPTY, None),
        ("empty", Outcome.FAILED, "says that it has nothing (no items)"),
        ("empty-allowed", Outcome.EMPTY, None),
        ("reread", Outcome.CHANGED, None),
    ],
)
def test_what_pages_amount_to(first: Scanned, source: str, outcome: Outcome, words: str | None) -> None:
    attempt = first.attempts[source]
    assert attempt.outcome is outcome, attempt.error
    assert (attempt.error is None) is (words is None)
    assert words is None or words in (attempt.error or "")


def test_a_whole_list_is_a_sweep_and_a_broken_one_is_none(first: Scanned) -> None:
    whole = first.attempts["two-pages"]
    assert whole.complete
    assert whole.seen == {"a", "b", "c"}
    assert (whole.requests, whole.findings, whole.not_modified) == (5, 3, 0)
    for source in ("one-bad", "second-page-gone", "circle", "empty-allowed", "few"):
        assert not first.attempts[source].complete
        assert first.attempts[source].seen is None


def test_what_a_person_should_know_is_said_once(first: Scanned) -> None:
    assert first.attempts["warned"].warnings == ("field `colour` is new",)
    assert first.attempts["many"].warnings == ("2 findings, at most 1 expected (expect.max)",)
    (stale,) = first.attempts["old"].warnings
    assert "2026-10-01" in stale and "30 days" in stale


def test_keys_to_read_again_are_read_although_no_list_shows_them(first: Scanned) -> None:
    assert sorted(first.keys("reread")) == ["9", "a"]


def test_refused_details_are_not_asked_for_over_and_over(pages: HostileServer, scan: Scan) -> None:
    for number in range(9):
        pages.pages.pop(f"/detail/no{number}", None)
    found = scan(declared("refusing", pages.url("/refusing"), per_host=1))
    attempt = found.attempts["refusing"]
    assert attempt.outcome is Outcome.PARTIAL  # the list was read; 404 is no refusal
    assert attempt.requests == 1 + 5  # five in a row and the source counts as down


def test_unchanged_pages_are_asked_conditionally_and_lead_on(
    pages: HostileServer, scan: Scan, first: Scanned
) -> None:
    two, valid, restless = (
        declared(name, pages.url(f"/{name}")) for name in ("two-pages", "validators", "restless")
    )
    known = {"a": "1", "b": "1"}
    second = scan(again(two, first, known=known), again(valid, first), again(restless, first))

    asked = pages.asked("/validators")[-1].headers
    assert (asked["if-none-match"], asked["if-modified-since"]) == (ETAG, MODIFIED)
    attempt = second.attempts["validators"]
    assert (attempt.outcome, attempt.requests, attempt.not_modified) == (Outcome.UNCHANGED, 1, 1)
    assert attempt.newest == first.attempts["validators"].newest
    assert second.pages("validators") == []

    # No validators: the body hash says the same, nothing is emitted, and what the list led to is still followed,
    # but for details whose version is known.
    attempt = second.attempts["two-pages"]
    assert (attempt.outcome, attempt.requests, attempt.not_modified) == (Outcome.UNCHANGED, 3, 3)
    assert attempt.complete
    assert attempt.seen == {"a", "b", "c"}
    assert second.pages("two-pages") == []

    # The server's ETag changes though the page does not: the new one is kept, and nothing else.
    (page,) = second.pages("restless")
    assert page.findings == () and page.capture is None
    assert page.remembered is not None
    (before,) = first.remembered("restless").values()
    assert page.remembered == replace(before, etag=page.remembered.etag)
    assert page.remembered.etag != before.etag


def test_a_changed_page_is_read_and_bounds_still_count_the_others(
    pages: HostileServer, scan: Scan, first: Scanned
) -> None:
    pages.pages["/detail/b"] = {"id": "b", "text": "B, changed"}
    source = declared("two-pages", pages.url("/two-pages"), expect={"min": 3})
    second = scan(again(source, first))
    assert second.keys("two-pages") == ["b"]
    attempt = second.attempts["two-pages"]
    assert (attempt.outcome, attempt.findings, attempt.not_modified) == (Outcome.CHANGED, 1, 4)
    pages.pages["/detail/b"] = {"id": "b", "text": "B"}


def test_pages_read_by_another_parser_are_read_anew(pages: HostileServer, scan: Scan, first: Scanned) -> None:
    source = declared("validators", pages.url("/validators"), platform="tests.spiders.tiny:Newer")
    second = scan(again(source, first))
    assert "if-none-match" not in pages.asked("/validators")[-1].headers
    assert second.keys("validators") == ["a", "b"]
    assert {kept.parser for kept in second.remembered("validators").values()} == {"tiny/2"}


def test_an_empty_page_stays_empty_when_it_is_not_read_again(
    pages: HostileServer, scan: Scan, first: Scanned
) -> None:
    assert all(kept.empty for kept in first.remembered("empty-allowed").values())
    allowed = declared("empty-allowed", pages.url("/empty"), expect={"min": 0})
    refused = declared("empty", pages.url("/empty"))
    second = scan(again(allowed, first), again(refused, first))
    assert second.attempts["empty-allowed"].outcome is Outcome.EMPTY
    assert second.attempts["empty"].outcome is Outcome.FAILED


def test_a_host_is_asked_as_slowly_as_its_gentlest_source_says(pages: HostileServer, scan: Scan) -> None:
    host = "127.0.4.1"
    for number in range(4):
        pages.pages[f"/slow/{number}"] = items(str(number))
    started = len(pages.seen)
    found = scan(
        *(
            declared(f"s{number}", pages.url(f"/slow/{number}", host), delay=0.3 if number else 0)
            for number in range(4)
        )
    )
    assert {attempt.outcome for attempt in found.attempts.values()} == {Outcome.CHANGED}
    moments = sorted(seen.at for seen in pages.seen[started:] if seen.path.startswith("/slow/"))
    assert len(moments) == 4
    # All pauses together: a busy machine hands one request over late, and the pause after it seems short.
    assert moments[-1] - moments[0] > 3 * 0.3 - 0.2


def test_a_pause_that_a_host_asks_for_holds_for_all_its_sources(pages: HostileServer, scan: Scan) -> None:
    host = "127.0.4.2"
    pages.pages["/late"] = items("x")
    pages.seen[:] = [seen for seen in pages.seen if seen.path != "/busy-seconds"]
    scan(
        declared("busy", pages.url("/busy-seconds", host), per_host=1),
        declared("late", pages.url("/late", host), per_host=1, delay=0.2),
    )
    refused, served = pages.asked("/busy-seconds")
    (other,) = (seen for seen in pages.asked("/late") if seen.host == host)
    assert served.at - refused.at >= 1
    assert other.at - refused.at >= 1


def test_a_disk_that_takes_nothing_is_not_the_sources_fault(
    pages: HostileServer, scan: Scan, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    found = scan(declared("few", pages.url("/few")), captures=str(tmp_path / "file"))
    attempt = found.attempts["few"]
    assert attempt.outcome is Outcome.FAILED
    assert "raw response cannot be stored" in (attempt.error or "")
    assert found.pages("few") == []


def test_a_library_answers_in_place_of_the_network(scan: Scan, tmp_path: Path) -> None:
    start, lost = "https://tiny.example/list", "https://tiny.example/lost"
    library = (
        ({"url": start, "fetched_at": "2026-11-01"}, items("old")),
        ({"url": start, "fetched_at": "2026-11-20"}, items("new", "newer", next=lost)),
        ({"url": start, "fetched_at": "2026-12-01"}, items("future")),
    )
    (tmp_path / "tiny").mkdir()
    lines = []
    for number, (row, body) in enumerate(library):
        lines.append({"platform": "tiny", "file": f"{number}.json", "content_type": "application/json"} | row)
        (tmp_path / "tiny" / f"{number}.json").write_text(json.dumps(body), encoding="utf-8")
    (tmp_path / "index.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    began = time.monotonic()
    source = declared("tiny", start, delay=30)
    unrecorded = declared("unrecorded", "https://other.example/")
    replay = {"replay": str(tmp_path), "allow_private": False}
    now = scan(source, unrecorded, now=NOW, **replay)
    earlier = scan(source, now=datetime(2026, 11, 2, tzinfo=UTC), **replay)
    repeated = scan(again(source, earlier), now=datetime(2026, 11, 3, tzinfo=UTC), **replay)

    assert now.keys("tiny") == ["new", "newer"]
    assert now.attempts["tiny"].outcome is Outcome.PARTIAL
    assert now.attempts["tiny"].error == f"not recorded: {lost}"
    assert now.attempts["unrecorded"].error == "not recorded: https://other.example/"
    assert now.attempts["unrecorded"].outcome is Outcome.FAILED
    assert [page.capture and page.capture.fetched_at for page in now.pages("tiny")] == [NOW]
    assert earlier.keys("tiny") == ["old"]
    assert earlier.attempts["tiny"].complete
    assert repeated.attempts["tiny"].outcome is Outcome.UNCHANGED
    assert time.monotonic() - began < 15  # nobody is asked, so nobody is waited for
