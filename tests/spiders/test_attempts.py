"""The bookkeeping of one attempt, page by page, where a server would only be in the way."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from spiders.attempts import WARNINGS, Run
from spiders.events import PageRead
from spiders.finding import Capture, Outcome
from spiders.platform import Ask, Assignment, Failed, Page, Reading, Remembered, address_of
from tests.spiders.conftest import NOW, declared
from tests.spiders.tiny import Tiny

URL = "https://a.example/list"
LIST = Ask(URL, "list", context={"why": "start"})


def page(ask: Ask, body: Any, status: int = 200, **headers: str) -> Page:
    return Page(ask.url, status, headers, json.dumps(body).encode(), NOW, ask.reader, ask.context)


def keep(sha256: str) -> Capture:
    return Capture(URL, "GET", 200, {}, datetime(2026, 11, 23, tzinfo=UTC), sha256, 1, False)


def begun(platform: Tiny | None = None, **known: Any) -> Run:
    run = Run(Assignment(declared("tiny", URL), NOW, **known), platform or Tiny())
    run.begin()
    return run


def taken(run: Run, ask: Ask, answer: Page) -> PageRead | None:
    run.requests += 1
    read = run.read(ask, answer, keep)
    if read is not None:
        run.accept(ask, read)
    return read


def test_the_same_request_is_made_once_and_known_details_not_at_all() -> None:
    run = begun(known={"b": "2"})
    ask = run.next()
    assert ask == LIST
    detail = {"id": "a", "detail": "https://a.example/a", "version": "1"}
    known = {"id": "b", "detail": "https://a.example/b", "version": "2"}
    taken(run, ask, page(ask, {"items": [detail, detail, known], "next": URL}))
    assert run.next() == Ask("https://a.example/a", "detail", key="a", version="1")
    assert run.next() is None


def test_a_page_whose_meaning_depends_on_the_day_is_read_although_it_is_known() -> None:
    first = begun()
    read = taken(first, LIST, page(LIST, {"items": [{"id": "a"}]}))
    assert read is not None and read.remembered is not None
    remembered = {address_of(LIST): read.remembered}
    again = begun(remembered=remembered)
    assert again.remembered(LIST) == read.remembered
    assert again.remembered(replace(LIST, always=True)) is None
    assert taken(again, replace(LIST, always=True), page(LIST, {"items": [{"id": "a"}]})) is not None
    assert taken(begun(remembered=remembered), LIST, page(LIST, {"items": [{"id": "a"}]})) is None


def test_a_tolerated_status_reaches_the_reader_and_any_other_does_not() -> None:
    class Lenient(Tiny):
        def read(self, page: Page, assignment: Assignment) -> Reading:
            return Reading(warnings=(f"status {page.status}",))

    run = begun(Lenient())
    taken(run, replace(LIST, tolerated=(404,)), page(LIST, {}, status=404))
    assert run.ended(1).warnings == ("status 404",)
    run = begun(Lenient())
    taken(run, LIST, page(LIST, {}, status=404))
    attempt = run.ended(1)
    assert (attempt.outcome, attempt.warnings) == (Outcome.FAILED, ())


def test_a_stop_asks_nothing_more_and_is_said() -> None:
    run = begun()
    taken(run, LIST, page(LIST, {"items": [{"id": "a"}], "next": "https://a.example/2"}))
    assert run.progress().waiting == 2  # the start request and the next page
    run.stop("interrupted")
    assert run.next() is None
    attempt = run.ended(2.34567)
    assert (attempt.outcome, attempt.error, attempt.seconds) == (Outcome.PARTIAL, "interrupted", 2.346)
    assert not attempt.complete


def test_five_failures_in_a_row_are_enough_and_a_success_between_them_starts_anew() -> None:
    run = begun()
    detail = Ask("https://a.example/a", "detail", key="a")
    for _ in range(4):
        run.failed(detail, Failed("no"))
    taken(run, detail, page(detail, {"id": "a"}))
    for _ in range(4):
        run.failed(detail, Failed("no"))
    assert run.next() == LIST
    run.failed(detail, Failed("no"))
    assert run.next() is None
    assert run.ended(1).outcome is Outcome.PARTIAL


def test_warnings_are_bounded() -> None:
    run = begun()
    for number in range(WARNINGS + 7):
        run.warn(f"warning {number}\n")
        run.warn(f"warning  {number}")
    warnings = run.ended(1).warnings
    assert len(warnings) == WARNINGS + 1
    assert warnings[-1] == "and 7 more warnings"


def test_pages_that_were_not_read_again_count_for_the_bounds() -> None:
    kept = Remembered("tiny/1", listed=frozenset("abc"), last=True, keys=frozenset("cd"), newest=NOW.date())
    run = begun(remembered={address_of(LIST): kept})
    run.requests += 1
    run.not_modified(kept)
    attempt = run.ended(1)
    assert (attempt.outcome, attempt.not_modified, attempt.findings) == (Outcome.UNCHANGED, 1, 0)
    assert attempt.seen == frozenset("abc")
    assert attempt.newest == NOW.date()
