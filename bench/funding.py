"""What the bulk file of EU calls costs: downloaded to disk, kept as a capture, read as a stream.

`python -m bench.funding` makes a file of the documented shape and size (125 MB, 11,000 objects, 700 of them live),
serves it from this machine and scans it for real, plain and with gzip. Made-up objects prove nothing about the
service; they have its weight.
"""

import gzip
import json
import random
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.table import Row, told
from config.sources import Source, load_sources
from spiders.events import Done, Ended, Job, PageRead
from spiders.finding import Outcome
from spiders.platform import Assignment
from spiders.process import crawl

OBJECTS, LIVE, SIZE = 11_000, 700, 125_000_000
MOST_MEMORY = 250.0
MOST_SECONDS = 60.0

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
_WORDS = (
    "municipal",
    "water",
    "energy",
    "climate",
    "resilience",
    "mobility",
    "digital",
    "rural",
    "skills",
    "health",
)


def measure() -> list[Row]:
    """Peak memory (MB) and CPU seconds of the crawl, each with what it may be at most."""
    rows = []
    with TemporaryDirectory() as folder:
        plain = Path(folder) / "grantsTenders.json"
        generate(plain)
        if plain.stat().st_size < SIZE:
            raise SystemExit(f"only {plain.stat().st_size} bytes were made")
        packed = plain.with_suffix(".json.gz")
        with plain.open("rb") as body, gzip.open(packed, "wb", 1) as out:
            shutil.copyfileobj(body, out)
        for name, path in (("plain", plain), ("gzip", packed)):
            done = _scan(path)
            rows.append((f"bulk file of calls ({name}), MB at its peak", done.memory / 1e6, MOST_MEMORY))
            rows.append((f"bulk file of calls ({name}), s of CPU", done.cpu, MOST_SECONDS))
    return rows


def generate(path: Path, objects: int = OBJECTS, size: int = SIZE) -> None:
    """Write a file of the documented shape to `path`: `objects` objects, `size` bytes or a little more."""
    chance = random.Random(11_163)  # noqa: S311  # made-up words, no secrets
    with path.open("w", encoding="utf-8") as file:
        file.write('{"fundingData":{"GrantTenderObj":[')
        for number in range(objects):
            due = size * (number + 1) // objects - file.tell()
            file.write(("," if number else "") + json.dumps(_object(number, due, chance)))
        file.write("]}}")


def _object(number: int, size: int, chance: random.Random) -> dict[str, Any]:
    live = number * LIVE // OBJECTS != (number - 1) * LIVE // OBJECTS
    opens = NOW + timedelta(days=chance.randint(-400, 200) if live else -1500)
    closes = [_stamp(opens + timedelta(days=days)) for days in ((90, 400) if number % 5 == 0 else (120,))]
    programme = {"id": 43252405, "abbreviation": "LIFE2027", "description": "Programme for the Environment"}
    value: dict[str, object] = {
        "type": 1 if live or number % 11 else 0,
        "ccm2Id": 40_000_000 + number,
        "identifier": f"LIFE-2026-TOPIC-{number}",
        "callIdentifier": f"LIFE-2026-{number // 8}",
        "callTitle": " ".join(chance.choices(_WORDS, k=6)),
        "title": " ".join(chance.choices(_WORDS, k=12)),
        "frameworkProgramme": programme if number % 2 else [programme],
        "programmeDivision": [{"id": 1, "abbreviation": "CLIMA", "description": "Climate action"}],
        "status": {"id": 31094502 if live else 31094503, "abbreviation": "Open" if live else "Closed"}
        | {"description": "Open" if live else "Closed"},
        "tags": chance.choices(_WORDS, k=5),
        "keywords": chance.choices(_WORDS, k=12),
        "flags": [],
        "sme": False,
        "publicationDateLong": _stamp(min(opens - timedelta(days=30), NOW)),
        "plannedOpeningDateLong": _stamp(opens),
        "deadlineDatesLong": closes,
        "actions": [
            {"types": [{"typeOfAction": "LIFE Project Grants"}], "plannedOpeningDate": str(_stamp(opens))}
            | {"deadlineDates": [str(stamp) for stamp in closes]}
        ],
        "links": [],
    }
    link = {"criterionDescription": "Guide for applicants", "url": "https://ec.europa.eu/" + "x" * 80}
    missing = size - len(json.dumps(value))
    value["links"] = [link] * max(1, -(-missing // (len(json.dumps(link)) + 2)))
    return value


def _stamp(moment: datetime) -> int:
    return int(moment.replace(hour=16, minute=0).timestamp() * 1000)


def _scan(path: Path) -> Done:
    declared = next(source for source in load_sources() if source.id == "funding-calls")
    with _served(path) as address, TemporaryDirectory() as captures:
        source = _at(declared, address)
        job = Job(
            (Assignment(source, NOW),), "utblick-bench (+https://x.example)", captures=captures, allow_private=True
        )
        events = list(crawl(job))
        attempt = next(event.attempt for event in events if isinstance(event, Ended))
        findings = sum(len(event.findings) for event in events if isinstance(event, PageRead))
        if attempt.outcome is not Outcome.CHANGED or findings != LIVE:
            raise AssertionError(f"the scan went wrong: {findings} findings, {attempt}")
        return next(event for event in events if isinstance(event, Done))


def _at(source: Source, address: str) -> Source:
    """`source` as if it were served from `address`, without pauses."""
    return source.model_copy(update={"url": address, "delay": 0.0})


@contextmanager
def _served(path: Path) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the library's name
            if self.path.endswith("robots.txt"):
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(path.stat().st_size))
            if path.suffix == ".gz":
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            with path.open("rb") as body:
                shutil.copyfileobj(body, self.wfile, 1 << 16)

        def log_message(self, format: str, *args: Any) -> None:  # the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/grantsTenders.json"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    sys.exit(told(measure()))
