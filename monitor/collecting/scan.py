"""One scan: assignments out, one child process, findings into the archive while it runs.

Every source asked for gets exactly one report, whatever happens to it or to the others.
"""

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine

from config.organisation import load_organisation
from config.settings import Settings
from config.sources import Source
from monitor.archive.assignments import assignments
from monitor.archive.claims import claim, claimant, release
from monitor.archive.engine import ArchiveError, reading, writing
from monitor.archive.scans import Counts, End, finish_scan, start_scan
from monitor.collecting.intake import Intake, Planned
from monitor.core.zone import ZONE
from spiders.events import Done, Ended, Event, Job, PageRead, Progress
from spiders.finding import Attempt, Outcome
from spiders.library import Library
from spiders.platform import Assignment
from spiders.process import crawl
from spiders.registry import check, platform
from spiders.starting import started

BATCH = 40
"""Pages and ended sources stored in one transaction at the most."""
LONGEST_WAIT = 1.0
"""Seconds that they wait for their batch; killed meanwhile, the next scan asks for the same pages."""
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
class ScanReport:
    """A whole scan. `number` is None in a dry run; `planned` is what a dry run would have stored."""

    number: int | None
    started: datetime
    finished: datetime
    sources: tuple[End, ...]
    planned: tuple[Planned, ...] = ()
    interrupted: bool = False

    @property
    def well(self) -> bool:
        """Whether every source answered as declared."""
        return not self.interrupted and not any(one.attempt.outcome in NOT_WELL for one in self.sources)


Watcher = Callable[[Event, Counts], None]
"""Hears of each event, with what the source's findings meant so far."""

Windows = Callable[[Connection, date], Collection[int]]
"""Gives the dossiers with a window that is open on a day by rule, though no document states it."""


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
    process: subprocess.Popen[bytes] | None = None,
    stop: threading.Event | None = None,
    watch: Watcher | None = None,
    meanwhile: Callable[[], None] | None = None,
    windows: Windows | None = None,
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
        process: the child, if it was started before (`spiders.starting`).
        stop: once set, open attempts are closed and what was read is kept.
        watch: hears of each event.
        meanwhile: called once, while the first sources are asked: for what would take time afterwards.
        windows: asked for files to follow, if a source follows any.

    Raises:
        ArchiveError: the archive no longer takes anything (disk full, locked); what was stored stays.
        ConfigError: a source's declaration makes no sense to its platform.
    """
    run = _Run(engine, clock, dry_run=dry_run, trigger=trigger, due=due, watch=watch)
    with started(process) as child:
        for source in sources:
            check(source)
        begun = clock()
        ours = run.claim(sources)
        try:
            if ours:
                job = Job(
                    assignments=run.assignments(ours, windows),
                    user_agent=settings.user_agent or load_organisation(settings.config).user_agent,
                    now=settings.now,
                    captures=None if dry_run else str(settings.captures.resolve()),
                    replay=str(replay.resolve()) if replay else None,
                    allow_private=settings.allow_private_addresses,
                )
                # Closed at once if the archive fails: the child must not go on for nobody.
                events = crawl(job, process=child, meanwhile=meanwhile, idle=run.store, stop=stop)
                with closing(events):
                    run.follow(events)
        finally:
            run.release(ours)
    by_id = {report.source.id: report for report in run.reports}
    return ScanReport(
        number=None if dry_run else run.number,
        started=begun,
        finished=clock(),
        sources=tuple(by_id[source.id] for source in sources if source.id in by_id),
        planned=tuple(run.intake.planned),
        interrupted=stop is not None and stop.is_set(),
    )


def recorded(
    engine: Engine, sources: Sequence[Source], folder: Path, now: datetime, *, windows: Windows | None = None
) -> tuple[Source, ...]:
    """The sources of which the payload library in `folder` can answer a first request of a scan at `now`.

    What is asked first hangs on the archive: since when a list is wanted, what is read again.

    Raises:
        ConfigError: the folder is no payload library.
    """
    library = Library(folder)
    found = []
    with reading(engine) as conn:
        told = _assigned(conn, sources, now, windows)
    for one in told:
        asks = list(platform(one.source.platform).start(one))
        if any(library.find(ask.method, ask.url, ask.body, ask.headers, now) for ask in asks):
            found.append(one.source)
    return tuple(found)


def _assigned(
    conn: Connection, sources: Sequence[Source], now: datetime, windows: Windows | None
) -> tuple[Assignment, ...]:
    estimated: Collection[int] = ()
    if windows is not None and any(source.follows for source in sources):
        estimated = windows(conn, now.astimezone(ZONE).date())
    return assignments(conn, sources, now, windows=estimated)


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
    reports: list[End] = field(default_factory=list)
    waiting: list[PageRead | Ended] = field(default_factory=list)
    waiting_since: float = 0.0
    sources: dict[str, Source] = field(default_factory=dict)
    intake: Intake = field(init=False)

    def claim(self, sources: Sequence[Source]) -> tuple[Source, ...]:
        """Begin the scan and take the sources that nobody else is reading; the others are reported as skipped."""
        self.sources = {source.id: source for source in sources}
        free = frozenset(self.sources)
        if not self.dry_run:
            with writing(self.engine) as conn:
                now = self.clock()
                self.number = start_scan(conn, now, self.trigger)
                due, early = self.due is not None, self.due is Due.SOON
                free = claim(conn, sources, claimant(), now, due=due, early=early)
        self.intake = Intake(self.engine, self.number, dry_run=self.dry_run)
        self.reports += [End(source, _skipped(source), Counts()) for source in sources if source.id not in free]
        return tuple(source for source in sources if source.id in free)

    def assignments(self, sources: Sequence[Source], windows: Windows | None) -> tuple[Assignment, ...]:
        """What each source is told before it starts."""
        with reading(self.engine) as conn:
            return _assigned(conn, sources, self.clock(), windows)

    def follow(self, events: Iterable[Event]) -> None:
        """Store what the events say while the crawl goes on: many at once where many come."""
        for event in events:
            match event:
                case PageRead() | Ended():
                    if not self.waiting:
                        self.waiting_since = time.monotonic()
                    self.waiting.append(event)
                case Progress() if self.watch:
                    self.watch(event, self.intake.counts(event.source))
                case Done():
                    log.info("crawl: %.1f s CPU, %.0f MB", event.cpu, event.memory / 1e6)
            if len(self.waiting) >= BATCH or time.monotonic() - self.waiting_since > LONGEST_WAIT:
                self.store()
        self.store()

    def release(self, sources: Sequence[Source]) -> None:
        """Give the sources back and note the end of the scan. A full disk must not hide the error before it."""
        if self.dry_run:
            return
        with suppress(ArchiveError), writing(self.engine) as conn:
            release(conn, sources, claimant())
            finish_scan(conn, self.number, self.clock())

    def store(self) -> None:
        """Take in what waits: pages first, so that none comes after the end of its source."""
        waiting, self.waiting = self.waiting, []
        pages = [event for event in waiting if isinstance(event, PageRead)]
        if pages:
            self.intake.take(pages, self.clock())
        ended = [(self.sources[one.attempt.source], one.attempt) for one in waiting if isinstance(one, Ended)]
        ends = self.intake.finish(ended, self.clock()) if ended else ()
        self.reports += ends
        if self.watch:
            for page in pages:
                self.watch(page, self.intake.counts(page.source))
            for end in ends:
                self.watch(Ended(end.attempt), end.counts)


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


def _source_json(one: End) -> dict[str, object]:
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
