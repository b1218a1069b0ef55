"""Calls that two ways into one portal tell: together they say everything once, and neither unsays the other."""

import json
from datetime import UTC, datetime

from monitor.core.decision import Action, Stored, decide
from spiders.finding import Finding
from spiders.funding_tenders import FundingTenders
from spiders.reading import read_page
from tests.spiders import funding_pages as portal
from tests.spiders.pages import assignment, page

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 6, tzinfo=UTC)
PLATFORM = FundingTenders()


def of_bulk(**fields: object) -> Finding:
    body = portal.bulk(portal.topic(**fields))
    [finding] = read_page(PLATFORM, page(body, portal.BULK, reader="bulk"), assignment("", portal.BULK)).findings
    return finding


def of_search(stored: Stored | None, **meta: object) -> Finding:
    known = {"50000001": stored.version} if stored and stored.version else {}
    body = portal.results(portal.result(**meta))
    told = assignment("", portal.SEARCH, known=known)
    [finding] = read_page(PLATFORM, page(body, portal.SEARCH, reader="search"), told).findings
    return finding


def after(*findings: Finding) -> Stored:
    stored: Stored | None = None
    for finding in findings:
        stored = decide(stored, finding, NOW, fresh=True).document
    assert stored is not None
    return stored


def test_text_and_exact_deadline_stand_together_whoever_comes_first() -> None:
    first, second = after(of_bulk(), of_search(after(of_bulk()))), after(of_search(None), of_bulk())
    for stored in (first, second):
        assert stored.text == "Expected Outcome:\nLess heat is lost."
        assert "EUR 7,000,000" in stored.summary["en"]
        [window] = stored.windows
        assert window.window.closes_at == datetime(2027, 2, 16, 16, tzinfo=UTC)
        assert stored.version == "bulk"


def test_what_both_repeat_is_no_change() -> None:
    stored = after(of_bulk(), of_search(after(of_bulk())))
    for finding in (of_bulk(), of_search(stored), of_bulk()):
        decision = decide(stored, finding, LATER)
        assert (decision.action, decision.changes) == (Action.NONE, ())
        stored = decision.document


def test_the_bulk_file_decides_the_deadline_and_the_search_the_budget() -> None:
    stored = after(of_bulk(), of_search(after(of_bulk())))
    other = of_search(stored, deadlineDate=["2027-01-01T00:00:00.000+0000"])
    assert decide(stored, other, LATER).action is Action.NONE
    moved = decide(stored, of_bulk(deadlineDatesLong=[portal.stamp(2027, 3, 16, 16)]), LATER)
    assert [change.field for change in moved.changes] == ["windows"]
    budget = json.dumps(portal.BUDGET).replace("7000000", "8000000")
    raised = decide(stored, of_search(stored, budgetOverview=[budget]), LATER)
    assert [change.field for change in raised.changes] == ["summary"]
    assert "8,000,000" in raised.document.summary["en"]
