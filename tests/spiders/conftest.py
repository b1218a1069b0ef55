"""What the tests of the crawl share: a hostile server, and scans of the tiny platform."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from config.sources import Evidence, Source
from spiders.events import Done, Ended, Event, Job, PageRead
from spiders.finding import Attempt
from spiders.platform import Assignment, Remembered
from spiders.process import crawl
from tests.spiders import hostile_server

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
AGENT = "Utblick-test/1 (+https://x.example)"
PLATFORM = "tests.spiders.tiny:Tiny"


@pytest.fixture(scope="module")
def hostile() -> Iterator[hostile_server.HostileServer]:
    with hostile_server.running() as server:
        yield server


def declared(name: str, url: str, **fields: Any) -> Source:
    terms: dict[str, Any] = {"platform": PLATFORM, "delay": 0, "per_host": 4, "timeout": 5}
    return Source(
        id=name,
        title=name,
        owner="somebody",
        url=url,
        evidence=Evidence(certainty="documented"),
        **(terms | fields),
    )


class Scanned:
    """The events of a finished scan, sorted."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events
        self.attempts: dict[str, Attempt] = {}
        for event in events:
            if isinstance(event, Ended):
                assert event.attempt.source not in self.attempts, "a second attempt of one source"
                self.attempts[event.attempt.source] = event.attempt
        self.done = [event for event in events if isinstance(event, Done)]

    def pages(self, source: str) -> list[PageRead]:
        return [event for event in self.events if isinstance(event, PageRead) and event.source == source]

    def keys(self, source: str) -> list[str]:
        return [finding.key for page in self.pages(source) for finding in page.findings]

    def remembered(self, source: str) -> Mapping[str, Remembered]:
        return {page.address: page.remembered for page in self.pages(source) if page.remembered is not None}


Scan = Callable[..., Scanned]


@pytest.fixture(scope="session")
def scan() -> Scan:
    """Scan sources (or assignments) in a child process, for real."""

    def run(*wanted: Source | Assignment, **conditions: Any) -> Scanned:
        assignments = tuple(Assignment(one, NOW) if isinstance(one, Source) else one for one in wanted)
        terms: dict[str, Any] = {"allow_private": True, "backoff": 0.05}
        return Scanned(
            list(crawl(Job(assignments, "Utblick-test/1 (+https://x.example)", **(terms | conditions))))
        )

    return run
