"""Lists and pages of g0v.se to read, and how the tests read them."""

import copy
from datetime import UTC, datetime
from typing import Any

from spiders.finding import Finding, Relation
from spiders.g0v import G0v
from spiders.platform import Assignment, Reading
from spiders.reading import read_page
from tests.spiders.pages import assignment, page

PLATFORM = G0v()
LIST = "https://g0v.se/remisser.json"
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
ROW: dict[str, Any] = {
    "title": "Remiss av promemorian Rent vatten, Ds 2026:7",
    "url": "/remisser/2026/11/remiss-av-promemorian-rent-vatten-ds-20267/",
    "published": "2026-11-20",
    "updated": None,
    "types": ["2099"],
    "senders": ["1291"],
    "summary": "Promemorian genomför direktiv (EU) 2024/3019.",
    "id": "Diarienummer: KN2026/01234",
    "shortcuts": [{"name": "EUR-Lex", "url": "https://eur-lex.europa.eu/?uri=CELEX:52022PC0541"}],
    "attachments": [{"name": "Missiv", "url": "/contentassets/missiv.pdf"}],
    "categories": ["1252", "2092"],
}


def told(**terms: Any) -> Assignment:
    return assignment("g0v", LIST, **({"also": ({"host": "www.regeringen.se"},)} | terms))


def read(body: object, url: str = LIST, *, about: Assignment | None = None, **terms: Any) -> Reading:
    ask = PLATFORM.route(url)
    assert ask is not None
    fields = {"reader": ask.reader, "context": ask.context} | terms
    return read_page(PLATFORM, page(body, url, **fields), about or told(), ask.tolerated)


def row(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(ROW), **changes}


def only(reading: Reading) -> Finding:
    (finding,) = reading.findings
    return finding


def values(finding: Finding, relation: Relation) -> list[str]:
    assert finding.identifiers is not None
    return [name.value for name in finding.identifiers if name.relation is relation]
