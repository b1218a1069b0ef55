"""Do the declared addresses answer? One request each, nothing stored: for a new source, a doubt, a repair."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from config.organisation import load_organisation
from config.settings import Settings
from config.sources import Source
from spiders.events import Ended, Job, PageRead
from spiders.finding import Attempt
from spiders.platform import Assignment
from spiders.process import crawl
from spiders.registry import check as check_declared

SHORTEST = 60.0
"""Seconds that a source has at least for its one answer."""


class Robots(StrEnum):
    """What robots.txt says of the address."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"
    """There was no answer that would tell."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What one source answered.

    `verdict` is `answers` if its first page could be read as declared, else the outcome (`blocked`, `drifted`,
    `failed`, `skipped`). `status` and `url` are those of the answer, after redirects; None without one. `findings`
    counts what the page shows or leads to.
    """

    source: Source
    verdict: str
    robots: Robots
    status: int | None
    url: str | None
    findings: int
    newest: date | None
    warnings: tuple[str, ...]
    error: str | None
    seconds: float

    @property
    def well(self) -> bool:
        """Whether it may be switched on."""
        return self.verdict == "answers"

    @property
    def moved(self) -> bool:
        """Whether another address answered than the declared one."""
        return self.url is not None and self.url.partition("?")[0] != self.source.url.partition("?")[0]


def check(
    sources: Sequence[Source], settings: Settings, *, now: datetime, stop: threading.Event | None = None
) -> Iterator[Probe]:
    """Ask each of the `sources` for its first page, as politely as a scan does, and say what came.

    Args:
        sources: also such as are switched off.
        settings: user agent, whether private addresses may be reached.
        now: the moment (aware).
        stop: once set, the rest is not asked.

    Yields:
        One probe for each source, as they end.

    Raises:
        ConfigError: a declaration that makes no sense to its platform.
    """
    for source in sources:
        check_declared(source)
    if not sources:
        return
    by_id = {source.id: source for source in sources}
    job = Job(
        assignments=tuple(Assignment(source, now) for source in sources),
        user_agent=settings.user_agent or load_organisation(settings.config).user_agent,
        now=settings.now,
        allow_private=settings.allow_private_addresses,
        probe=True,
    )
    pages: dict[str, PageRead] = {}
    with closing(crawl(job, stop=stop, limit=SHORTEST + max(one.deadline for one in sources))) as events:
        for event in events:
            if isinstance(event, PageRead):
                pages[event.source] = event
            elif isinstance(event, Ended):
                yield _probe(by_id[event.attempt.source], event.attempt, pages.get(event.attempt.source))


def _probe(source: Source, attempt: Attempt, page: PageRead | None) -> Probe:
    remembered = page.remembered if page else None
    capture = page.capture if page else None
    # The bounds of a whole scan do not hold for a first page: what counts is that it could be read.
    read = remembered is not None
    shown = len(remembered.keys | remembered.listed) or len(remembered.asks) if remembered else 0
    return Probe(
        source=source,
        verdict="answers" if read else attempt.outcome.value,
        robots=_robots(attempt, answered=capture is not None),
        status=capture.status if capture else None,
        url=capture.url if capture else None,
        findings=shown,
        newest=attempt.newest,
        warnings=attempt.warnings,
        error=None if read else attempt.error,
        seconds=attempt.seconds,
    )


def _robots(attempt: Attempt, *, answered: bool) -> Robots:
    if "robots.txt forbids" in (attempt.error or ""):
        return Robots.FORBIDDEN
    return Robots.ALLOWED if answered else Robots.UNKNOWN
