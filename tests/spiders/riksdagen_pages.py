"""Answers of the Riksdag to read: the platform, its addresses, and how to ask."""

from typing import Any

from spiders.finding import Finding, Relation
from spiders.platform import Assignment, Drifted, Empty, Reading
from spiders.reading import read_page
from spiders.riksdagen import Riksdagen
from tests.spiders.pages import assignment, page

PLATFORM = Riksdagen()
DATA = "https://data.riksdagen.se"
DECLARED = f"{DATA}/dokumentlista/?doktyp=fpm&sort=datum&sortorder=desc&sz=100&utformat=json"
ASKED = f"{DATA}/dokumentlista/?doktyp=fpm&sort=datum&sortorder=desc&sz=100&utformat=json&from=2026-10-24&p=1"


def told(**terms: Any) -> Assignment:
    return assignment("riksdagen", DECLARED, **terms)


def read(body: object, url: str = ASKED, *, about: Assignment | None = None, **terms: Any) -> Reading:
    ask = PLATFORM.route(url)
    assert ask is not None
    return read_page(PLATFORM, page(body, url, **({"reader": ask.reader} | terms)), about or told())


def only(reading: Reading) -> Finding:
    (finding,) = reading.findings
    return finding


def named(finding: Finding, relation: Relation = Relation.SUBJECT) -> list[str]:
    assert finding.identifiers is not None
    return [name.value for name in finding.identifiers if name.relation is relation]


def said(body: object, url: str) -> str:
    try:
        return " ".join(read(body, url).warnings)
    except (Drifted, Empty) as exc:
        return str(exc)
