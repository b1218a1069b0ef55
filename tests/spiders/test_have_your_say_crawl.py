"""Have your say over real HTTP: what a scan hands over, and what an incomplete sweep never says."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from config.sources import Expectations
from spiders.finding import Outcome
from spiders.platform import Assignment
from tests.spiders import have_your_say_pages as hys
from tests.spiders.conftest import NOW, Scan, declared

ALL = 250
OPEN = range(240, 252)
"""Ids; 250 and 251 are open but on no page of the sweep."""


class Service(BaseHTTPRequestHandler):
    """`searchInitiatives` and `groupInitiatives` as recorded; page 1 of the sweep fails while `broken`."""

    broken = False
    asked: list[str]

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
        self.asked.append(self.path)
        number = int(query.get("page", "0"))
        if path.endswith("/searchInitiatives") and query.get("feedbackStatus") == "OPEN":
            self.answer(200, hys.listing([hys.row(key, hys.status("OPEN")) for key in OPEN]))
        elif path.endswith("/searchInitiatives") and not (self.broken and number == 1):
            rows = [hys.row(key) for key in range(number * 100, min(number * 100 + 100, ALL))]
            self.answer(200, hys.listing(rows, number=number, total=ALL))
        elif path.endswith("/searchInitiatives"):
            self.answer(500, {})
        elif "/groupInitiatives/" in path and not path.endswith("/251"):
            key = int(path.rpartition("/")[2])
            self.answer(200, hys.detail(hys.publication(key), id=key))
        else:
            self.answer(404, {})

    def answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    Service.asked, Service.broken = [], False
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/brpapi/searchInitiatives?language=EN&page=0&size=100"
        server.shutdown()
        thread.join()


def sweep(url: str, **told: Any) -> Assignment:
    source = declared("hys-sweep", url, platform="have-your-say", expect=Expectations(min=200))
    return Assignment(source, NOW, **told)


def test_the_open_list_and_its_details(scan: Scan, service: str) -> None:
    source = declared("hys-open", f"{service}&feedbackStatus=OPEN", platform="have-your-say")
    result = scan(source)
    attempt = result.attempts["hys-open"]
    assert (attempt.outcome, attempt.error) == (Outcome.CHANGED, None)
    # 251 is listed, but its detail has left the portal: known from its row, with its deadline, and said.
    assert attempt.findings == len(OPEN)
    assert any("/groupInitiatives/251" in warning for warning in attempt.warnings)
    details = [page.findings[0] for page in result.pages("hys-open") if "detail" in page.address and page.findings]
    assert {detail.key for detail in details} == {str(key) for key in OPEN if key != 251}
    assert all(detail.version and detail.windows for detail in details)
    # A list of what is open says nothing of what is not.
    assert (attempt.complete, attempt.seen) == (False, None)

    known = {detail.key: detail.version or "" for detail in details}
    Service.asked.clear()
    scan(Assignment(source, NOW, known=known))
    assert sum("groupInitiatives" in path for path in Service.asked) == 1


def test_a_whole_sweep_knows_what_is_listed_and_reads_what_it_misses(scan: Scan, service: str) -> None:
    result = scan(sweep(service, reread=("7", "250", "251"), known={"250": "v"}))
    attempt = result.attempts["hys-sweep"]
    assert (attempt.outcome, attempt.error) == (Outcome.CHANGED, None)
    assert attempt.complete
    assert attempt.seen == {str(key) for key in range(ALL)}
    asked = sorted(path.rpartition("/")[2] for path in Service.asked if "groupInitiatives" in path)
    assert asked == ["250", "251"]
    assert any("no longer at its address (404)" in warning for warning in attempt.warnings)


def test_a_failed_page_is_not_the_end_of_the_list(scan: Scan, service: str) -> None:
    Service.broken = True
    attempt = scan(sweep(service, reread=("250",))).attempts["hys-sweep"]
    assert attempt.outcome is Outcome.PARTIAL
    assert "status 500" in (attempt.error or "")
    assert (attempt.complete, attempt.seen) == (False, None)
    assert not any("groupInitiatives" in path for path in Service.asked)
