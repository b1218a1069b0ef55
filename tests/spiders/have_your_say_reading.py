"""How the tests read answers of the portal."""

from typing import Any

from spiders.finding import Finding, Window
from spiders.have_your_say import HaveYourSay
from spiders.platform import Assignment, Reading
from spiders.reading import read_page
from tests.spiders import have_your_say_pages as hys
from tests.spiders.pages import assignment, page

PLATFORM = HaveYourSay()
DETAIL = f"{hys.BASE}/groupInitiatives/19293"


def told(url: str = hys.LIST, **terms: Any) -> Assignment:
    return assignment("have-your-say", url, **terms)


def read_list(body: object, url: str = hys.LIST, *, told_of: Assignment | None = None, **terms: Any) -> Reading:
    return read_page(PLATFORM, page(body, url, reader="list", **terms), told_of or told(url))


def read_detail(body: object, **terms: Any) -> Reading:
    return read_page(PLATFORM, page(body, DETAIL, reader="detail", **terms), told(), (404,))


def only(reading: Reading) -> Finding:
    assert len(reading.findings) == 1
    return reading.findings[0]


def windows(*publications: dict[str, Any]) -> tuple[Window, ...]:
    found = only(read_detail(hys.detail(*publications))).windows
    assert found is not None
    return found
