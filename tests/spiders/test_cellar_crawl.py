"""CELLAR and the press corner over real HTTP: what a scan asks, in which order, and what it hands over."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from spiders.finding import Outcome
from tests.spiders.cellar_pages import proposal, result
from tests.spiders.conftest import Scan, declared
from tests.spiders.test_press_corner import document, listing, row

TEXT = "<html><head><title>x</title></head><body><p>Articel 1</p><p>Waste.</p></body></html>"


@dataclass
class Service:
    """A server that answers like the services, and what it was asked."""

    asked: list[str] = field(default_factory=list)
    base: str = ""

    def post(self, body: str) -> tuple[int, dict[str, str], bytes]:
        query = parse_qs(body)["query"][0]
        name = next(name for name, mark in MARKS.items() if mark in query)
        self.asked.append(name)
        answer: Any = result(name, *ROWS.get(name, ()))
        return 200, {"Content-Type": "application/sparql-results+json"}, json.dumps(answer).encode()

    def get(self, path: str, headers: Any) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/resource/celex/"):
            self.asked.append(f"text {headers['Accept-Language']}")
            if headers["Accept-Language"] == "swe":
                return 404, {"Content-Type": "text/plain"}, b"Resource [system 'celex' - id 'x'] not found."
            return 303, {"Location": f"{self.base}/text"}, b""
        if parts.path == "/text":
            return 200, {"Content-Type": "application/xhtml+xml"}, TEXT.encode()
        if parts.path.endswith("/api/search"):
            self.asked.append(f"search {query['language']} {query['pagenumber']}")
            page = listing(row(languageCode=query["language"], title=f"Title {query['language']}"))
            return 200, {"Content-Type": "application/json"}, json.dumps(page).encode()
        if parts.path.endswith("/api/documents"):
            self.asked.append(f"document {query['language']}")
            body = b"" if query["language"] == "sv" else json.dumps(document()).encode()
            return 200, {"Content-Type": "application/json"}, body
        return 404, {}, b""  # robots.txt too


MARKS = {"eurovoc": "concept_eurovoc", "census": "resource_legal_id_sector", "proposals": "rt:PROP_REG"}
ROWS = {
    "proposals": (proposal(),),
    "census": ({"celex": "52026PC0321"},),
    "eurovoc": (
        {
            "u": "http://publications.europa.eu/resource/celex/52026PC0321",
            "concept": "http://eurovoc.europa.eu/1",
            "label": "waste",
            "l": "en",
        },
    ),
}


@contextmanager
def serving() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*service.get(self.path, self.headers))

        def do_POST(self) -> None:
            self._send(*service.post(self.rfile.read(int(self.headers["Content-Length"])).decode()))

        def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_scan_of_cellar_brings_rows_descriptors_and_texts(scan: Scan) -> None:
    with serving() as service:
        source = declared(
            "cellar-proposals",
            f"{service.base}/webapi/rdf/sparql",
            platform="cellar",
            per_host=1,
            options={"query": "proposals", "census": True, "texts": True},
        )
        scanned = scan(source)
    attempt = scanned.attempts["cellar-proposals"]
    assert attempt.outcome is Outcome.CHANGED, attempt.error
    assert (attempt.error, attempt.warnings) == (None, ())
    assert sorted(service.asked) == ["census", "eurovoc", "proposals", "text eng", "text swe"]
    found = [finding for page in scanned.pages("cellar-proposals") for finding in page.findings]
    assert {finding.key for finding in found} == {"52026PC0321"}
    assert ("eurovoc:waste",) in [finding.subjects for finding in found]
    assert [finding.text for finding in found if finding.text] == ["Articel 1\nWaste."]


def test_an_endpoint_that_answers_in_words_is_failed(scan: Scan) -> None:
    with serving() as service:
        service.post = lambda body: (200, {}, b"Virtuoso 37000 Error SP031: SPARQL compiler")  # type: ignore[method-assign]
        source = declared("a", f"{service.base}/x", platform="cellar", options={"query": "proposals"})
        attempt = scan(source).attempts["a"]
    assert attempt.outcome is Outcome.FAILED
    assert "SP031" in (attempt.error or "")


def test_a_scan_of_the_press_corner_takes_english_where_swedish_is_empty(scan: Scan) -> None:
    with serving() as service:
        source = declared(
            "press-corner",
            f"{service.base}/commission/presscorner/api/search?pagesize=2",
            platform="press-corner",
            per_host=1,
            options={"texts": True},
        )
        scanned = scan(source)
    attempt = scanned.attempts["press-corner"]
    assert attempt.outcome is Outcome.CHANGED, attempt.error
    assert service.asked == ["search sv 1", "search en 1", "document sv", "document en"]
    assert any("empty body" in warning for warning in attempt.warnings)
    found = [finding for page in scanned.pages("press-corner") for finding in page.findings]
    assert {finding.key for finding in found} == {"IP/26/301"}
    assert [finding.title for finding in found[:2]] == [{"sv": "Title sv"}, {"en": "Title en"}]
    assert found[-1].text
