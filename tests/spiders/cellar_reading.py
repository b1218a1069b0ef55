"""How the tests ask CELLAR and read its answers."""

from typing import Any
from urllib.parse import parse_qs

from spiders.cellar import Cellar
from spiders.finding import Finding
from spiders.platform import Ask, Assignment, Page, Reading
from spiders.reading import read_page
from tests.spiders.cellar_pages import ENDPOINT, result
from tests.spiders.pages import assignment, page

PLATFORM = Cellar()
STATUSES = (300, 404, 406)
REST = "https://publications.europa.eu/resource/celex/52026PC0321"


def told(name: str = "proposals", **terms: Any) -> Assignment:
    options = {"query": name} | terms.pop("options", {})
    return assignment("cellar", ENDPOINT, options=options, **terms)


def first(told_of: Assignment) -> Ask:
    return next(iter(PLATFORM.start(told_of)))


def answer(ask: Ask, body: object, **terms: Any) -> Page:
    return page(body, ask.url, reader=ask.reader, context=ask.context, **terms)


def read(told_of: Assignment, *rows: dict[str, str], ask: Ask | None = None) -> Reading:
    ask = ask or first(told_of)
    name = {"list": told_of.source.options["query"]}.get(ask.reader, ask.reader)
    return read_page(PLATFORM, answer(ask, result(name, *rows)), told_of, STATUSES)


def only(reading: Reading) -> Finding:
    assert len(reading.findings) == 1
    return reading.findings[0]


def asked(ask: Ask) -> str:
    return parse_qs(ask.body or "")["query"][0]


LOG = "https://publications.europa.eu/webapi/notification/ingestion?startDate={start}T00:00:00&page=1"
