"""One scan: assignments out, one child process, findings into the archive while it runs.

Every source asked for gets exactly one report, whatever happens to it or to the others.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine

from config.organisation import load_organisation
from config.settings import Settings
from config.sources import Source
from monitor.archive.engine import ArchiveError, reading, writing
from monitor.archive.scans import (
    Counts,
    assignment_for,
    claim_due,
    claim_source,
    claimant,
    finish_scan,
    release_source,
    start_scan,
)
from monitor.collecting.intake import Intake, Planned
from spiders.events import Done, Ended, Event, Job, PageRead, Progress
from spiders.finding import Attempt, Outcome
from spiders.library import Library
from spiders.platform import Assignment
from spiders.process import crawl
from spiders.registry import platform

BATCH = 40
"""Pages stored in one transaction."""
LONGEST_WAIT = 1.0
"""Seconds that a page may wait for its batch."""
NOT_WELL = frozenset({Outcome.PARTIAL, Outcome.BLOCKED, Outcome.DRIFTED, Outcome.FAILED})
"""Outcomes that make a scan end with status 1."""

log = logging.getLogger(__name__)


class Due(StrEnum):
    """Which sources a scan takes whose time decides."""

    NOW = "now"
    """Those whose moment has come: the scheduler, which comes by every minute."""
    SOON = "soon"
    """Also those whose moment comes shortly: a cron job, which comes by now and then."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """How one source fared: the attempt, and what its findings meant for the archive."""

    source: Source
    attempt: Attempt
    counts: Counts


@dataclass(frozen=True, slots=True)
class ScanReport:
    """A whole scan. `number` is None in a dry run; `planned` is what a dry run would have stored."""

    number: int | None
    started: datetime
    finished: datetime
    sources: tuple[SourceReport, ...]
    planned: tuple[Planned, ...] = ()
    interrupted: bool = False

    @property
    def well(self) -> bool:
        """Whether every source answered as declared."""
        return not self.interrupted and not any(one.attempt.outcome in NOT_WELL for one in self.sources)


Watcher = Callable[[Event, Counts], None]
"""Hears of each event, with what the source's findings meant so far."""


def scan(
    engine: Engine,
    sources: Sequence[Source],
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    trigger: str = "command",
    due: Due | None = None,
    replay: Path | None = None,
    dry_run: bool = False,
    stop: threading.Event | None = None,
    watch: Watcher | None = None,
) -> ScanReport:
    """Read `sources` now and take in what they show.

    Args:
        engine: the archive.
        sources: what to read; one that another process is reading ends as `skipped`.
        settings: user agent, folder of captures, whether private addresses may be reached.
        clock: gives the present moment (aware).
        trigger: why the scan runs; stored with it.
        due: leave out what somebody has read since it was listed as due.
        replay: a payload library that answers in place of the network.
        dry_run: decide everything, store nothing.
        stop: once set, open attempts are closed and what was read is kept.
        watch: hears of each event.

    Raises:
        ArchiveError: the archive no longer takes anything (disk full, locked); what was stored stays.
        ConfigError: a source's declaration makes no sense to its platform.
    """
    for source in sources:
        platform(source.platform).check(source)
    started = clock()
    run = _Run(engine, clock, dry_run=dry_run, trigger=trigger, due=due, watch=watch)
    ours = run.claim(sources)
    try:
        assignments = run.assignments(ours)
        if assignments:
            job = Job(
                assignments=assignments,
                user_agent=settings.user_agent or load_organisation(settings.config).user_agent,
                now=settings.now,
                captures=None if dry_run else str(settings.captures.resolve()),
                replay=str(replay.resolve()) if replay else None,
                allow_private=settings.allow_private_addresses,
            )
            # Closed at once if the archive fails: the child must not go on for nobody.
            with closing(crawl(job, stop=stop)) as events:
                run.follow(events)
    finally:
        run.release(ours)
    by_id = {report.source.id: report for report in run.reports}
    return ScanReport(
        number=None if dry_run else run.number,
        started=started,
        finished=clock(),
        sources=tuple(by_id[source.id] for source in sources if source.id in by_id),
        planned=tuple(run.intake.planned),
        interrupted=stop is not None and stop.is_set(),
    )


def recorded(sources: Iterable[Source], folder: Path, now: datetime) -> tuple[Source, ...]:
    """The sources whose first request the payload library in `folder` can answer at `now`.

    Raises:
        ConfigError: the folder is no payload library.
    """
    library = Library(folder)
    found = []
    for source in sources:
        asks = list(platform(source.platform).start(Assignment(source, now)))
        if any(library.find(ask.method, ask.url, ask.body, ask.headers, now) for ask in asks):
            found.append(source)
    return tuple(found)


@dataclass(slots=True)
class _Run:
    """The state of one scan while it runs."""

    engine: Engine
    clock: Callable[[], datetime]
    dry_run: bool
    trigger: str
    due: Due | None
    watch: Watcher | None
    number: int = 0
    reports: list[SourceReport] = field(default_factory=list)
    waiting: list[PageRead] = field(default_factory=list)
    waiting_since: float = 0.0
    sources: dict[str, Source] = field(default_factory=dict)
    intake: Intake = field(init=False)

    def claim(self, sources: Sequence[Source]) -> tuple[Source, ...]:
        """Begin the scan and take the sources that nobody else is reading; the others are reported as skipped."""
        self.sources = {source.id: source for source in sources}
        free = set(self.sources)
        if not self.dry_run:
            with writing(self.engine) as conn:
                now = self.clock()
                self.number = start_scan(conn, now, self.trigger)
                # In one order, whoever claims: two processes must not wait for each other.
                free = {name for name in sorted(self.sources) if self._take(conn, self.sources[name], now)}
        self.intake = Intake(self.engine, self.number, dry_run=self.dry_run)
        for source in sources:
            if source.id not in free:
                self.reports.append(SourceReport(source, _skipped(source), Counts()))
        return tuple(source for source in sources if source.id in free)

    def _take(self, conn: Connection, source: Source, now: datetime) -> bool:
        lease = timedelta(seconds=source.deadline + 300)
        if self.due is None:
            return claim_source(conn, source.id, claimant(), now, lease)
        return claim_due(conn, source, claimant(), now, lease=lease, early=self.due is Due.SOON)

    def assignments(self, sources: Sequence[Source]) -> tuple[Assignment, ...]:
        """What each source is told before it starts."""
        with reading(self.engine) as conn:
            return tuple(assignment_for(conn, source, self.clock()) for source in sources)

    def follow(self, events: Iterable[Event]) -> None:
        """Store what the events say, in batches, while the crawl goes on."""
        for event in events:
            match event:
                case PageRead():
                    if not self.waiting:
                        self.waiting_since = time.monotonic()
                    self.waiting.append(event)
                    self._store(only_if_full=True)
                case Ended():
                    self._store()
                    self._finish(event.attempt)
                case Progress():
                    self._store(only_if_full=True)
                case Done():
                    log.info("crawl: %.1f s CPU, %.0f MB", event.cpu, event.memory / 1e6)
            if self.watch and not isinstance(event, Done):
                source = event.attempt.source if isinstance(event, Ended) else event.source
                self.watch(event, self.intake.counts(source))
        self._store()

    def release(self, sources: Sequence[Source]) -> None:
        """Give the sources back and note the end of the scan. A full disk must not hide the error before it."""
        if self.dry_run:
            return
        with suppress(ArchiveError), writing(self.engine) as conn:
            for source in sources:
                release_source(conn, source.id, claimant())
            finish_scan(conn, self.number, self.clock())

    def _store(self, *, only_if_full: bool = False) -> None:
        full = len(self.waiting) >= BATCH or time.monotonic() - self.waiting_since > LONGEST_WAIT
        if self.waiting and (full or not only_if_full):
            self.intake.take(self.waiting, self.clock())
            self.waiting = []

    def _finish(self, attempt: Attempt) -> None:
        source = self.sources[attempt.source]
        ended, counts = self.intake.finish(source, attempt, self.clock())
        self.reports.append(SourceReport(source, ended, counts))


def _skipped(source: Source) -> Attempt:
    return Attempt(
        source=source.id,
        outcome=Outcome.SKIPPED,
        requests=0,
        not_modified=0,
        findings=0,
        warnings=(),
        error="another scan is reading this source, or has just read it",
        seconds=0.0,
    )


def as_json(report: ScanReport) -> dict[str, object]:
    """The report in the keys that docs/cli.md names."""
    return {
        "scan": report.number,
        "started": report.started.isoformat(),
        "finished": report.finished.isoformat(),
        "sources": [_source_json(one) for one in report.sources],
        **({"planned": [_planned_json(one) for one in report.planned]} if report.number is None else {}),
    }


def _source_json(one: SourceReport) -> dict[str, object]:
    attempt, counts = one.attempt, one.counts
    return {
        "id": one.source.id,
        "platform": one.source.platform,
        "outcome": attempt.outcome.value,
        "requests": attempt.requests,
        "not_modified": attempt.not_modified,
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "gone": counts.gone,
        "newest": _day(attempt.newest),
        "warnings": list(attempt.warnings),
        "error": attempt.error,
        "seconds": round(attempt.seconds, 2),
    }


def _planned_json(one: Planned) -> dict[str, object]:
    return {
        "source": one.source,
        "key": one.key,
        "title": one.title,
        "action": one.action.value,
        "changes": [
            {"field": change.field, "before": change.before, "after": change.after} for change in one.changes
        ],
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
