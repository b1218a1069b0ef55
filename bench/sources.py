"""What a scan of 300 declared sources takes: time beside what politeness demands, CPU of an unchanged one, memory.

`python -m bench.sources` (about a minute). The sources lie on fifteen hosts that each answer after 100 ms; every
source waits its declared second between two requests to its host. What that alone takes is the floor.
"""

import multiprocessing
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench.pages import NOW, build
from bench.table import Row, told
from config.settings import load_settings
from config.sources import Evidence, Source
from monitor.archive.engine import open_archive
from monitor.collecting.scan import scan
from spiders.finding import Outcome

SOURCES, HOSTS = 300, 15
LATENCY, DELAY = 0.1, 1.0
MOST_BESIDE_FLOOR = 1.3
MOST_UNCHANGED = 0.35
MOST_MEMORY = 300.0
"""Megabytes of the child process."""


@dataclass(frozen=True)
class Spent:
    """One scan: seconds on the clock, seconds of CPU of parent and child, outcomes."""

    wall: float
    cpu: float
    outcomes: frozenset[Outcome]


def measure() -> list[Row]:
    """What is measured, what it came to, what it may come to at most."""
    floor = (SOURCES / HOSTS - 1) * DELAY + LATENCY
    with served(build(SOURCES, 0).pages) as hosts, tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder), allow_private_addresses=True, now=NOW)
        sources = _declared(hosts)
        engine = open_archive(settings.database)
        spent = []
        for expected in (Outcome.CHANGED, Outcome.UNCHANGED):
            spent.append(one := _scan(engine, sources, settings))
            if one.outcomes != {expected}:
                raise SystemExit(f"not comparable: {sorted(one.outcomes)} where {expected} was due")
        engine.dispose()
    full, again = spent
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(  # noqa: T201  # a table for people
        f"{SOURCES} sources on {HOSTS} hosts: floor {floor:.1f} s, full {full.wall:.1f} s ({full.cpu:.1f} s CPU),"
        f" unchanged {again.wall:.1f} s ({again.cpu:.1f} s CPU)"
    )
    return [
        ("scan of 300 sources / politeness floor", full.wall / floor, MOST_BESIDE_FLOOR),
        ("its unchanged scan / full scan, CPU", again.cpu / full.cpu, MOST_UNCHANGED),
        ("its child process, MB", memory, MOST_MEMORY),
    ]


def _declared(hosts: list[str]) -> tuple[Source, ...]:
    evidence = Evidence(certainty="inferred", note="constructed for measuring")
    return tuple(
        Source(
            id=f"feed-{number}",
            platform="feed",
            title="F",
            owner="bench",
            url=f"{hosts[number % len(hosts)]}/feed/{number}.xml",
            evidence=evidence,
            delay=DELAY,
        )
        for number in range(SOURCES)
    )


def _scan(engine: Any, sources: tuple[Source, ...], settings: Any) -> Spent:
    started, before = time.monotonic(), _cpu()
    report = scan(engine, sources, settings, clock=lambda: NOW)
    outcomes = frozenset(one.attempt.outcome for one in report.sources)
    return Spent(time.monotonic() - started, _cpu() - before, outcomes)


def _cpu() -> float:
    """Of this process and of its children that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


@contextmanager
def served(pages: Mapping[str, bytes], hosts: int = HOSTS, latency: float = LATENCY) -> Iterator[list[str]]:
    """The addresses of `hosts` that all serve `pages` after `latency` seconds, in a process of their own."""
    here, there = multiprocessing.Pipe()
    # Started anew, not forked: its memory must not count as a child's of ours.
    process = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(dict(pages), hosts, latency, there), daemon=True
    )
    process.start()
    try:
        yield here.recv()
    finally:
        process.terminate()
        process.join()


def _serve(pages: Mapping[str, bytes], hosts: int, latency: float, tell: Connection) -> None:
    tags = {path: f'"{sha256(body).hexdigest()[:16]}"' for path, body in pages.items()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:  # the library's name
            time.sleep(latency)
            body, tag = pages.get(self.path), tags.get(self.path)
            if tag and self.headers["If-None-Match"] == tag:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body or b"")))
            self.send_header("Content-Type", "text/xml")
            if tag:
                self.send_header("ETag", tag)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: Any) -> None: ...

    servers = [ThreadingHTTPServer((f"127.0.0.{number + 1}", 0), Handler) for number in range(hosts)]
    for server in servers:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
    tell.send([f"http://127.0.0.{number + 1}:{server.server_port}" for number, server in enumerate(servers)])
    threading.Event().wait()


if __name__ == "__main__":
    sys.exit(told(measure()))
