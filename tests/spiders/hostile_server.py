"""A real HTTP server that misbehaves on request: one path for each way in which a source can fail.

Every loopback address (127.0.0.2, 127.0.0.3 …) is a host of its own, with its own robots.txt and its own pauses.
"""

import gzip
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = {"items": [{"id": "a", "date": "2026-11-20"}, {"id": "b", "date": "2026-11-21"}]}
ETAG = '"v1"'
MODIFIED = "Sat, 21 Nov 2026 10:00:00 GMT"


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    host: str
    path: str
    headers: dict[str, str]
    at: float


@dataclass
class HostileServer:
    """What it was asked, what it sent, and what it serves beside its own tricks."""

    seen: list[Seen] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    pages: dict[str, object] = field(default_factory=dict)
    servers: dict[str, ThreadingHTTPServer] = field(default_factory=dict)

    def url(self, path: str, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> str:
        """The address of `path` at one of the hosts; the first call for a host starts it."""
        if host not in self.servers:
            server = ThreadingHTTPServer((host, 0), _handler(self))
            if tls is not None:
                server.socket = tls.wrap_socket(server.socket, server_side=True)
            server.daemon_threads = True
            self.servers[host] = server
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http{'s' if tls else ''}://{host}:{self.servers[host].server_port}{path}"

    def asked(self, path: str) -> list[Seen]:
        """The requests for `path`."""
        return [seen for seen in self.seen if seen.path == path]


@contextmanager
def running() -> Iterator[HostileServer]:
    """The server, for as long as the block lasts."""
    hostile = HostileServer()
    try:
        yield hostile
    finally:
        for server in hostile.servers.values():
            server.shutdown()
            server.server_close()


def _handler(hostile: HostileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the library's name
            host = str(self.server.server_address[0])
            headers = {name.lower(): value for name, value in self.headers.items()}
            hostile.seen.append(Seen(host, self.path, headers, time.monotonic()))
            try:
                if self.path in hostile.pages:
                    answer(self, 200, hostile.pages[self.path])
                else:
                    TRICKS.get(self.path, missing)(self, hostile, len(hostile.asked(self.path)))
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_POST = do_GET  # noqa: N815  # the library's name

        def log_message(self, format: str, *args: Any) -> None: ...

    return Handler


Trick = Callable[[BaseHTTPRequestHandler, HostileServer, int], None]


def answer(handler: BaseHTTPRequestHandler, status: int, body: object, **headers: str) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    if status != 304:
        named["Content-Length"] = named.get("Content-Length", str(len(data)))
    handler.send_response(status)
    for name, value in named.items():
        handler.send_header(name, value)
    handler.end_headers()
    if status != 304:
        handler.wfile.write(data)


def missing(handler: BaseHTTPRequestHandler, hostile: HostileServer, times: int) -> None:
    answer(handler, 404, b"nothing here", Content_Type="text/plain")


def steady(status: int, body: object, **headers: str) -> Trick:
    return lambda handler, hostile, times: answer(handler, status, body, **headers)


def busy_once(status: int, wish: Callable[[], str]) -> Trick:
    def trick(handler: BaseHTTPRequestHandler, hostile: HostileServer, times: int) -> None:
        if times == 1:
            answer(handler, status, b"later", Retry_After=wish())
        else:
            answer(handler, 200, GOOD)

    return trick


def recovering(handler: BaseHTTPRequestHandler, hostile: HostileServer, times: int) -> None:
    answer(handler, 200 if times > 2 else 503, GOOD if times > 2 else b"down")


def endless(handler: BaseHTTPRequestHandler, hostile: HostileServer, times: int) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    chunk = b"x" * 65_536
    for _ in range(5_000):
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        hostile.sent[handler.path] += len(chunk)


def oversized(handler: BaseHTTPRequestHandler, hostile: HostileServer, times: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "300000000")
    handler.end_headers()
    for _ in range(300):
        handler.wfile.write(b"x" * 1_000_000)
        hostile.sent[handler.path] += 1_000_000


def drip(handler: BaseHTTPRequestHandler, hostile: HostileServer, times: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        time.sleep(0.1)


def cut_short(handler: BaseHTTPRequestHandler, hostile: HostileServer, times: int) -> None:
    answer(handler, 200, json.dumps(GOOD).encode(), Content_Length="9000")
    handler.close_connection = True


def hang_up(handler: BaseHTTPRequestHandler, hostile: HostileServer, times: int) -> None:
    handler.close_connection = True


def to_itself(handler: BaseHTTPRequestHandler, hostile: HostileServer, times: int) -> None:
    answer(handler, 302, b"", Location=handler.path)


def with_validators(handler: BaseHTTPRequestHandler, hostile: HostileServer, times: int) -> None:
    if handler.headers["If-None-Match"] == ETAG and handler.headers["If-Modified-Since"] == MODIFIED:
        answer(handler, 304, b"", ETag=ETAG)
    else:
        answer(handler, 200, GOOD, ETag=ETAG, Last_Modified=MODIFIED)


def restless_etag(handler: BaseHTTPRequestHandler, hostile: HostileServer, times: int) -> None:
    answer(handler, 200, GOOD, ETag=f'"{times}"')


def _soon() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)


def _tomorrow() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)


_PACKED = gzip.compress(json.dumps(GOOD | {"pad": "x" * 5_000}).encode())

TRICKS: dict[str, Trick] = {
    "/robots.txt": steady(
        200, b"User-agent: *\nDisallow: /private\n\nUser-agent: Bad\nDisallow: /\n", Content_Type="text/plain"
    ),
    "/good": steady(200, GOOD),
    "/private": steady(200, GOOD),
    "/challenge": steady(202, b"<html><body></body></html>", x_amzn_waf_action="challenge"),
    "/forbidden": steady(403, b"<h1>Forbidden</h1>", Content_Type="text/html"),
    "/busy-seconds": busy_once(429, lambda: "1"),
    "/busy-date": busy_once(503, _soon),
    "/busy-for-long": lambda handler, hostile, times: answer(handler, 429, b"", Retry_After=_tomorrow()),
    "/busy-always": steady(429, b"", Retry_After="0"),
    "/recovering": recovering,
    "/down": steady(500, b"oops"),
    "/html": steady(200, b"<!doctype html><html><body>Hello</body></html>", Content_Type="application/json"),
    "/gzip": steady(200, _PACKED, Content_Encoding="gzip"),
    "/gzip-cut": steady(200, _PACKED[:-12], Content_Encoding="gzip"),
    "/gzip-bomb": steady(200, gzip.compress(b" " * 30_000_000), Content_Encoding="gzip"),
    "/endless": endless,
    "/oversized": oversized,
    "/drip": drip,
    "/cut-short": cut_short,
    "/hang-up": hang_up,
    "/loop": to_itself,
    "/moved": steady(301, b"", Location="/good"),
    "/to-file": steady(302, b"", Location="file:///etc/passwd"),
    "/latin": steady(
        200,
        json.dumps({"items": [{"id": "å"}]}, ensure_ascii=False).encode(),
        Content_Type="application/json; charset=latin-1",
    ),
    "/drifted": steady(200, {"things": []}),
    "/bug": steady(200, {"items": "bug"}),
    "/nothing": steady(200, {"empty": True}),
    "/surrogate": steady(200, b'{"items": [{"id": "\\ud800"}]}'),
    "/personal": steady(200, {"items": [{"id": "a", "mail": "jane@example.eu"}]}),
    "/validators": with_validators,
    "/restless": restless_etag,
}
