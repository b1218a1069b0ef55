"""robots.txt that is not there, or broken: the status decides before the body does (RFC 9309, 2.3.1)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from spiders.finding import Outcome
from tests.spiders.conftest import Scan, declared
from tests.spiders.hostile_server import GOOD, answer

ALLOWS = b"User-agent: *\nAllow: /\n"
FORBIDS = b"User-agent: *\nDisallow: /\n"


@contextmanager
def host(status: int, rules: bytes, *, after: float = 0.0, asked: list[float] | None = None) -> Iterator[str]:
    """The address of a page on a host whose robots.txt answers so, `after` seconds; `asked` hears of pages."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            if self.path == "/robots.txt":
                time.sleep(after)
                answer(self, status, rules, Content_Type="text/plain")
            else:
                if asked is not None:
                    asked.append(time.monotonic())
                answer(self, 200, GOOD)

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/good"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "rules", "outcome"),
    [
        (200, ALLOWS, Outcome.CHANGED),
        (200, FORBIDS, Outcome.BLOCKED),
        (404, FORBIDS, Outcome.CHANGED),
        (403, FORBIDS, Outcome.CHANGED),
        (500, ALLOWS, Outcome.BLOCKED),
        (503, b"<h1>Service unavailable</h1>", Outcome.BLOCKED),
    ],
)
def test_the_status_of_robots_decides(scan: Scan, status: int, rules: bytes, outcome: Outcome) -> None:
    with host(status, rules) as address:
        attempt = scan(declared("one", address)).attempts["one"]
    assert attempt.outcome is outcome, attempt.error
    assert (outcome is Outcome.BLOCKED) is ("robots.txt" in (attempt.error or ""))


def test_slow_rules_make_no_slow_source(scan: Scan) -> None:
    asked: list[float] = []
    with host(200, ALLOWS, after=1.5, asked=asked) as address:
        scan(*(declared(f"s{number}", f"{address}/{number}", delay=0, per_host=1) for number in range(3)))
    assert len(asked) == 3
    assert asked[-1] - asked[0] < 1.5, "the time that robots.txt took was taken for the pace of the pages"
