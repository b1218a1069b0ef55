"""What the crawl costs beside a bare Scrapy spider, and what an unchanged scan costs beside a full one.

`python -m bench.crawl` prints ratios of CPU seconds from one run. Everything counts: start-up, robots.txt, hashes,
captures written to disk, events written by the child and read by the parent.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bench.pages import NOW, Site, build, served
from bench.table import Row, told
from spiders.events import Done, Ended, Job, PageRead
from spiders.finding import Outcome
from spiders.platform import Assignment, Remembered
from spiders.process import crawl

FEEDS, DETAILS = 200, 600
RUNS = 2
MOST_BESIDE_BARE = 1.6
MOST_UNCHANGED = 0.35


@dataclass(frozen=True)
class Spent:
    """One scan: pages read, findings handed over and CPU seconds of child and parent."""

    pages: int
    findings: int
    cpu: float
    remembered: Mapping[str, Mapping[str, Remembered]]
    known: Mapping[str, Mapping[str, str]]


def measure() -> list[Row]:
    """The ratios: what is compared, what it came to, what it may come to at most.

    The best of some runs counts: whatever else the machine does only ever adds.
    """
    site = build(FEEDS, DETAILS)
    rows = []
    with served(site, validators=True) as address:
        bare = min((_bare(site, address) for _ in range(RUNS)), key=lambda run: run["cpu"])
        full = min((_scan(site, address) for _ in range(RUNS)), key=lambda run: run.cpu)
        again = min((_scan(site, address, full) for _ in range(RUNS)), key=lambda run: run.cpu)
        rows.append(("scan / bare Scrapy spider", full.cpu / bare["cpu"], MOST_BESIDE_BARE))
        rows.append(("unchanged scan (validators) / full scan", again.cpu / full.cpu, MOST_UNCHANGED))
    _same(bare["findings"], full.findings)
    _same(again.findings, 0)
    with served(site, validators=False) as address:
        plain = min((_scan(site, address) for _ in range(RUNS)), key=lambda run: run.cpu)
        again = min((_scan(site, address, plain) for _ in range(RUNS)), key=lambda run: run.cpu)
        rows.append(("unchanged scan (body hash) / full scan", again.cpu / plain.cpu, MOST_UNCHANGED))
    _same(again.findings, 0)
    print(  # noqa: T201  # a table for people
        f"{full.pages} pages, {full.findings} findings; per page {1000 * full.cpu / full.pages:.2f} ms CPU,"
        f" bare {1000 * bare['cpu'] / bare['pages']:.2f} ms"
    )
    return rows


def _bare(site: Site, address: str) -> dict[str, Any]:
    wanted = {"sources": [source.model_dump(mode="json") for source in site.sources(address)]}
    run = subprocess.run(
        [sys.executable, "-m", "bench.bare"], input=json.dumps(wanted).encode(), capture_output=True, check=True
    )
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer


def _scan(site: Site, address: str, before: Spent | None = None) -> Spent:
    assignments = tuple(
        Assignment(
            source,
            NOW,
            remembered=before.remembered.get(source.id, {}) if before else {},
            known=before.known.get(source.id, {}) if before else {},
        )
        for source in site.sources(address)
    )
    remembered: dict[str, dict[str, Remembered]] = {}
    known: dict[str, dict[str, str]] = {}
    pages = findings = 0
    started = time.process_time()
    child = 0.0
    with tempfile.TemporaryDirectory() as captures:
        for event in crawl(Job(assignments, "bench", now=NOW, captures=captures, allow_private=True)):
            match event:
                case PageRead():
                    pages += 1
                    findings += len(event.findings)
                    if event.remembered is not None:
                        remembered.setdefault(event.source, {})[event.address] = event.remembered
                    for finding in event.findings:
                        if finding.version is not None:
                            known.setdefault(event.source, {})[finding.key] = finding.version
                case Ended():
                    good = event.attempt.outcome in (Outcome.CHANGED, Outcome.UNCHANGED)
                    _same(good, True, str(event.attempt))
                case Done():
                    child = event.cpu
                case _:
                    pass
        cpu = child + time.process_time() - started
    return Spent(pages, findings, cpu, remembered, known)


def _same(one: object, other: object, what: str = "") -> None:
    if one != other:
        raise SystemExit(f"not comparable: {one} and {other} {what}")


if __name__ == "__main__":
    sys.exit(told(measure()))
