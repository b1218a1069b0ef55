"""Damaged and twisted answers of the EU's services end in a named outcome, never in an exception of ours."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spiders.platform import Assignment, Page, Platform, SourceError
from spiders.reading import read_page
from spiders.registry import platform
from spiders.wire import encode
from tests.spiders import cellar_pages, test_press_corner
from tests.spiders.pages import assignment, page
from tests.spiders.recorded import body_of, index, recorded

FOLDERS = {
    "oeil": "oeil",
    "parliament-api": "parliament",
    "parliament-doceo": "parliament",
    "parliament-press": "parliament",
    "cellar": "cellar",
}
ODD: tuple[Any, ...] = (
    None,
    "",
    "x",
    7,
    -1.5,
    True,
    [],
    {},
    [None],
    ["x"],
    [{}],
    {"x": []},
    "\ud800",
    "<b>",
    "9" * 400,
)
STATUSES = (204, 300, 404, 406)
ROUNDS = 25


def told(name: str) -> Assignment:
    options = {"query": "proposals"} if name == "cellar" else {}
    return assignment(name, cellar_pages.ENDPOINT, options=options)


def read(reader: Platform, answer: Page) -> None:
    try:
        reading = read_page(reader, answer, told(reader.name), STATUSES)
    except SourceError as exc:
        assert str(exc)
    else:
        assert reading.findings or reading.warnings or reading.last or reading.asks
        for finding in reading.findings:
            assert finding.key
            assert finding.title
            assert encode(finding)
            assert all("<script" not in title for title in finding.title.values())


def damaged(body: bytes, dice: random.Random) -> bytes:
    """Cut off, or with bytes struck out, doubled or replaced."""
    at = dice.randrange(len(body))
    length = dice.choice((1, 5, 200, 5000))
    return dice.choice(
        (
            body[:at],
            body[:at] + body[at + length :],
            body[:at] + dice.randbytes(length) + body[at:],
            body[:at] + b"<script>" + body[at:],
            body.replace(body[at : at + 3], b"\x00", 3),
        )
    )


def twisted(value: Any, dice: random.Random) -> Any:
    """A JSON value with one of its parts in another form."""
    copy = json.loads(json.dumps(value))
    places = list(_places(copy))
    holder, key = dice.choice(places)
    holder[key] = dice.choice(ODD)
    return copy


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def test_damaged_recorded_answers(shared: Path) -> None:
    dice = random.Random(2026)
    count = 0
    for name, row in index(shared).items():
        reader = platform(FOLDERS[row["platform"]]) if row["platform"] in FOLDERS else None
        ask = reader.route(row["url"]) if reader else None
        if reader is None or ask is None:
            continue
        body = body_of(shared, name)
        # Long pages cost a tenth of a second each; they are of the same forms as the short ones.
        for _ in range(ROUNDS if len(body) < 150_000 else 3):
            read(reader, recorded(shared, reader, name, damaged(body, dice)))
            count += 1
    assert count > 500


@pytest.mark.parametrize(
    "name", ["procedure-2025-0260.json", "procedure-2024-2006.json", "plenary-document-A-9-2024-0163.json.gz"]
)
def test_twisted_records(shared: Path, name: str) -> None:
    dice = random.Random(name)
    reader = platform("parliament")
    raw = json.loads(body_of(shared, f"parliament-api/{name}"))
    raw["data"][0].pop("inverse_foresees_change_of", None)
    for _ in range(300):
        body = json.dumps(twisted(raw, dice)).encode()
        read(reader, recorded(shared, reader, f"parliament-api/{name}", body))


@pytest.mark.parametrize(
    ("name", "reader", "whole"),
    [
        ("cellar", "list", cellar_pages.result("proposals", cellar_pages.proposal())),
        ("cellar", "census", cellar_pages.result("census", {"celex": "52026PC0001"})),
        ("press-corner", "list", test_press_corner.listing(test_press_corner.row())),
        ("press-corner", "document", test_press_corner.document()),
        ("parliament", "list", {"data": [{"process_id": "2026-0001"}]}),
    ],
)
def test_twisted_lists(name: str, reader: str, whole: Any) -> None:
    dice = random.Random(reader)
    urls = {"parliament": "https://data.europarl.europa.eu/api/v2/procedures?limit=5"}
    context = {"seen": ""} if reader == "census" else {}
    for _ in range(400):
        body = json.dumps(twisted(whole, dice))
        read(platform(name), page(body, urls.get(name, "https://a.example/x"), reader=reader, context=context))
