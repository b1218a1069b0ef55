"""Whatever JSON stands where a value is due, the readers of calls give findings or say what is wrong."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.funding_tenders import FundingTenders
from spiders.platform import Platform, SourceError
from spiders.reading import read_page
from spiders.vinnova import Vinnova
from spiders.wire import WireError, encode
from tests.spiders import funding_pages as portal
from tests.spiders.pages import assignment, page
from tests.spiders.test_vinnova import BASE, ROUND, ROUNDS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    changed = copy.deepcopy(value)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return changed


def survives(platform: Platform, url: str, declared: str, reader: str, body: Any) -> None:
    answer = page(json.dumps(body), url, reader=reader)
    try:
        reading = read_page(platform, answer, assignment(platform.name, declared))
        for finding in reading.findings:
            encode(finding)
            assert all(finding.title.values())
    except (SourceError, WireError) as exc:
        assert str(exc)


BULK = portal.bulk(portal.topic(), portal.topic(2))
SEARCH = portal.results(portal.result(), portal.result(2))
LIST = [ROUND, ROUND | {"Diarienummer": "2026-00002"}]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(places(BULK)), JSON)
def test_the_bulk_file(path: tuple[Any, ...], new: Any) -> None:
    survives(FundingTenders(), portal.BULK, portal.BULK, "bulk", replaced(BULK, path, new))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(places(SEARCH)), JSON)
def test_the_search(path: tuple[Any, ...], new: Any) -> None:
    survives(FundingTenders(), portal.SEARCH, portal.SEARCH, "search", replaced(SEARCH, path, new))


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_the_budget_within_the_search(new: Any) -> None:
    row = portal.result(budgetOverview=[json.dumps({"budgetTopicActionMap": {"50000001": [new]}})])
    survives(FundingTenders(), portal.SEARCH, portal.SEARCH, "search", portal.results(row))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(places(LIST)), JSON)
def test_vinnova(path: tuple[Any, ...], new: Any) -> None:
    survives(Vinnova(), f"{BASE}/ansokningsomgangar/2026-11-09", ROUNDS, "list", replaced(LIST, path, new))
