"""Constructed pages for measuring: feeds of 25 items, and a portal with lists and details, on a local server.

The server runs in a process of its own, so that its work is not counted.
"""

import json
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from config.sources import Evidence, Expectations, Source

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
PORTAL = "/info/law/better-regulation/brpapi"
ROWS = 100
"""Rows of one list page, as the portal is asked for them."""

_EXAMPLE = Path(__file__).parents[1] / "monitor" / "example" / "payloads" / "have-your-say"
_WORDS = (
    "Commission proposes rules on urban waste water, biogas, ports, rural transport and public procurement that "
    "municipalities will carry out; the consultation is open and answers are read until the end of the period. "
)


@dataclass(frozen=True)
class Site:
    """What the server serves, by path and query."""

    feeds: int
    details: int
    pages: Mapping[str, bytes]

    def sources(self, address: str) -> tuple[Source, ...]:
        """The declared sources that lead to every page."""
        evidence = Evidence(certainty="inferred", note="constructed for measuring")
        common: dict[str, Any] = {"owner": "bench", "evidence": evidence, "delay": 0, "per_host": 8}
        feeds = (
            Source(id=f"feed-{n}", platform="feed", title="F", url=f"{address}/feed/{n}.xml", **common)
            for n in range(self.feeds)
        )
        portal = Source(
            id="portal",
            platform="have-your-say",
            title="P",
            url=f"{address}{PORTAL}/searchInitiatives?language=EN&page=0&size={ROWS}",
            expect=Expectations(min=1),
            **common,
        )
        return (*feeds, portal) if self.details else tuple(feeds)


def build(feeds: int, details: int) -> Site:
    """A site of that many feeds and details; list pages come on top."""
    pages = {f"/feed/{number}.xml": _feed(number) for number in range(feeds)}
    shown = sorted(_EXAMPLE.glob("groupInitiatives-*.json"))
    listed = json.loads(next(_EXAMPLE.glob("searchInitiatives-all__*.json")).read_text(encoding="utf-8"))
    patterns = {int(row["id"]): row for row in listed["initiativeResultDtoPage"]["content"]}
    models = [path for path in shown if int(path.name.split("-")[1].partition("__")[0]) in patterns]
    rows = []
    for number in range(details):
        detail = json.loads(models[number % len(models)].read_text(encoding="utf-8"))
        row = patterns[detail["id"]] | {"id": float(200_000 + number)}
        detail["id"] = 200_000 + number
        pages[f"{PORTAL}/groupInitiatives/{detail['id']}"] = json.dumps(detail).encode()
        rows.append(row)
    for start in range(0, details, ROWS):
        number = start // ROWS
        address = f"{PORTAL}/searchInitiatives?language=EN&page={number}&size={ROWS}"
        pages[address] = json.dumps(_list(rows[start : start + ROWS], number, len(rows))).encode()
    return Site(feeds, details, pages)


@contextmanager
def served(site: Site, *, validators: bool) -> Iterator[str]:
    """The address of a server of `site`, with or without ETags."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(site.pages, validators, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(pages: Mapping[str, bytes], validators: bool, tell: Connection) -> None:
    tags = {path: f'"{sha256(body).hexdigest()[:16]}"' for path, body in pages.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:  # the library's name
            body = pages.get(_sorted(self.path))
            if body is not None and validators and self.headers["If-None-Match"] == tags[_sorted(self.path)]:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.send_header("Content-Type", "text/xml" if self.path.endswith(".xml") else "application/json")
            if body is not None and validators:
                self.send_header("ETag", tags[_sorted(self.path)])
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    tell.send(server.server_port)
    server.serve_forever()


def _sorted(path: str) -> str:
    base, _, query = path.partition("?")
    return f"{base}?{'&'.join(sorted(query.split('&')))}" if query else base


def _feed(number: int) -> bytes:
    items = "".join(
        f"<item><title>Item {number}/{n}: {_WORDS[n % 40 : n % 40 + 70]}</title>"
        f"<link>https://feed.example/{number}/{n}</link><guid>https://feed.example/{number}/{n}</guid>"
        f"<pubDate>{format_datetime(NOW - timedelta(hours=n), usegmt=True)}</pubDate>"
        f"<description>{_WORDS * 2}</description></item>"
        for n in range(25)
    )
    head = f"<title>Feed {number}</title><link>https://feed.example/{number}</link><description>d</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def _list(rows: list[dict[str, Any]], number: int, total: int) -> dict[str, Any]:
    pages = -(-total // ROWS)
    return {
        "exactMatch": False,
        "initiativeResultDtoPage": {
            "content": rows,
            "number": number,
            "size": ROWS,
            "numberOfElements": len(rows),
            "totalElements": total,
            "totalPages": pages,
            "first": number == 0,
            "last": number == pages - 1,
            "empty": not rows,
            "sort": {"sorted": False, "unsorted": True, "empty": True},
            "pageable": {
                "pageNumber": number,
                "pageSize": ROWS,
                "offset": number * ROWS,
                "paged": True,
                "unpaged": False,
                "sort": {"sorted": False, "unsorted": True, "empty": True},
            },
        },
    }
