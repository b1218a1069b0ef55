"""The scheduler: what is due is read, letters and alerts leave, old captures go; nothing is done twice.

APScheduler only wakes us. What is due stands in the archive: `source_state.next_check_at` for sources, `duty` for
what is done once for an occasion. So a missed wake-up, a restart or a second scheduler on the same archive loses
nothing and doubles nothing; what was missed is done once.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from config.errors import ConfigError
from config.organisation import load_organisation
from config.settings import DAYS, Settings
from config.sources import Source, load_sources
from digests.weeks import week_of
from monitor.archive.alerts import INTERVALS
from monitor.archive.claims import claimant
from monitor.archive.engine import reading, writing
from monitor.archive.operations import Task, claim_duty, find_duty, finish_duty, put_off_duty
from monitor.archive.scans import due_sources, first_scan
from monitor.collecting.scan import NOT_WELL, Due, ScanReport, scan
from monitor.delivery.outbox import forget_copies
from monitor.errors import MonitorError
from monitor.following import estimated, follow
from monitor.letters.alerting import Round, send_alerts
from monitor.letters.briefing import BriefingError
from monitor.letters.posting import send
from monitor.meaning.models import in_force, load_in_force
from monitor.sources.retention import Cleaned, clean

if TYPE_CHECKING:
    from nlp.assessment import Assessor

EVERY = timedelta(minutes=1)
"""How often the archive is asked what is due."""
REST = timedelta(minutes=15)
"""Pause after an error of our own (disk full, archive locked, broken configuration): nobody is asked meanwhile."""
LEASE = timedelta(hours=2)
"""How long a letter may take before another process goes on with it; its copies are claimed one by one besides."""

log = logging.getLogger(__name__)


class Scheduler:
    """What a serving process does by itself.

    Args:
        engine: the archive.
        settings: those in force.
        clock: gives the present moment (aware).
    """

    def __init__(self, engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self._stop = threading.Event()
        self._reading = threading.Event()
        self._assessor: tuple[Path | None, Assessor] | None = None

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; a scan under way then closes its attempts and is stored."""
        from apscheduler.schedulers.background import BackgroundScheduler
        from apscheduler.triggers.interval import IntervalTrigger

        zone = load_organisation(self._settings.config).zone
        # The store is memory: one shared by two schedulers would run every job twice (measured with 3.11).
        scheduler = BackgroundScheduler(
            timezone=zone, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        seconds = EVERY.total_seconds()
        for job in (self.read_due, self.send_letter, self.send_alerts, self.remove_old):
            resting = _Resting(job, self._clock)
            trigger = IntervalTrigger(seconds=int(seconds), jitter=int(seconds / 4), timezone=zone)
            scheduler.add_job(resting, trigger, id=job.__name__, next_run_time=datetime.now(zone))
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        scheduler.start()
        log.info("serving: sources by their cadence, letter %s", self._settings.letter_at)
        try:
            stop.wait()
        finally:
            self._stop.set()
            scheduler.shutdown(wait=True)
            log.info("stopped")

    def read_due(self) -> ScanReport | None:
        """Read every source whose moment has come; None if there is none.

        Raises:
            ArchiveError, ConfigError: as `monitor.collecting.scan.scan`.
        """
        # Read anew each time: a changed declaration counts from the next minute on.
        sources = load_sources(self._settings.config)
        with reading(self._engine) as conn:
            due = due_sources(conn, sources, self._clock())
        if not due:
            return None
        self._reading.set()
        try:
            return self._read(due)
        finally:
            self._reading.clear()

    def send_alerts(self) -> Round:
        """Tell what is new in followed searches: at once those whose sources were read, in the morning the others.

        While sources are read nothing is told at once: what has come in is not rated and filed yet.

        Raises:
            ArchiveError, ConfigError, SmtpError: as `monitor.letters.alerting.send_alerts`; tried again later.
            MonitorError: the mail server takes no more for now; what is queued waits.
        """
        intervals = ("daily", "weekly") if self._reading.is_set() else INTERVALS
        done = send_alerts(self._engine, self._settings, clock=self._clock, intervals=intervals)
        told = sum(1 for one in done.due if one.hits)
        if told or done.sent or done.failed or done.unknown:
            log.info("alerts told=%d sent=%d failed=%d unknown=%d", told, done.sent, done.failed, done.unknown)
        if done.stopped:
            raise MonitorError(f"alerts wait: {done.stopped}")
        return done

    def _read(self, due: Sequence[Source]) -> ScanReport:
        """Read these sources; what came in is rated and filed."""
        report = scan(
            self._engine,
            due,
            self._settings,
            clock=self._clock,
            trigger="schedule",
            due=Due.NOW,
            stop=self._stop,
            windows=estimated(self._settings),
        )
        for one in report.sources:
            said = (
                one.source.id,
                one.attempt.outcome,
                one.counts.new,
                one.counts.changed,
                one.attempt.error or "",
            )
            log.log(
                logging.WARNING if one.attempt.outcome in NOT_WELL else logging.INFO,
                "source=%s outcome=%s new=%d changed=%d %s",
                *said,
            )
        if any(one.counts.new or one.counts.changed for one in report.sources):
            filed = follow(self._engine, self._settings, self._clock, assessor=self._model())
            for line in filed.lines():
                log.warning("%s", line)
        return report

    def send_letter(self) -> str | None:
        """Send the week's letter once its moment has come; gives what became of it, None if nothing was to do.

        A letter that was missed is sent later in its week, not after it; a new archive has missed none.

        Raises:
            ArchiveError, ConfigError, SmtpError: as `monitor.letters.posting.send`; it is tried again later.
        """
        now = self._clock()
        zone = load_organisation(self._settings.config).zone
        moment = letter_moment(self._settings.letter_at, now, zone)
        if moment is None or now < moment:
            return None
        week = week_of(now.astimezone(zone).date())
        task = Task("letter", week)
        with reading(self._engine) as conn:
            began = first_scan(conn)
            known = find_duty(conn, task)
        if began is None or began > moment or (known and known.done_at):
            return None
        who = claimant()
        with writing(self._engine) as conn:
            if not claim_duty(conn, task, who, now, LEASE):
                return None
        until: datetime | None = now + REST
        note = "ended by an error; it is tried again"
        try:
            until, note = self._post(week)
        finally:
            with writing(self._engine) as conn:
                if until is None:
                    finish_duty(conn, task, who, self._clock(), note)
                else:
                    put_off_duty(conn, task, who, until, note)
        log.info("letter week=%s %s", week, note)
        return note

    def remove_old(self) -> Cleaned | None:
        """Once a day remove what was kept long enough (raw responses, unsent copies); None if that is done.

        Raises:
            ArchiveError, ConfigError, OSError: it is tried again later.
        """
        now = self._clock()
        zone = load_organisation(self._settings.config).zone
        task = Task("retention", now.astimezone(zone).date().isoformat())
        with reading(self._engine) as conn:
            known = find_duty(conn, task)
        if known and known.done_at:
            return None
        who = claimant()
        with writing(self._engine) as conn:
            if not claim_duty(conn, task, who, now, LEASE):
                return None
        try:
            done = clean(self._engine, load_sources(self._settings.config), self._settings.captures, now)
            with writing(self._engine) as conn:
                forget_copies(conn, now - timedelta(days=self._settings.outbox_days))
        except Exception:
            with writing(self._engine) as conn:
                put_off_duty(conn, task, who, now + REST, "ended by an error; it is tried again")
            raise
        with writing(self._engine) as conn:
            finish_duty(conn, task, who, self._clock(), f"{done.files} files, {done.size} bytes")
        return done

    def _post(self, week: str) -> tuple[datetime | None, str]:
        """Send; when to go on (None: all is done), and what happened."""
        try:
            done = send(self._engine, self._settings, week=week, clock=self._clock)
        except BriefingError as exc:
            return None, str(exc)
        tally = done.tally
        if tally is None:
            return None, "nothing to send"
        note = f"{tally.sent} sent, {tally.waiting} waiting, {tally.failed} refused, {tally.unknown} unknown"
        if tally.stopped:
            note = f"{note}: {tally.stopped}"
        if tally.waiting:
            later = self._clock() + REST
            return max(tally.next_try_at or later, later), note
        return None, note

    def _model(self) -> "Assessor":
        # Looked at each time: another model may have been taken up meanwhile.
        chosen = in_force(self._settings)
        if self._assessor is None or self._assessor[0] != chosen:
            self._assessor = (chosen, load_in_force(self._settings))
        return self._assessor[1]


def letter_moment(letter_at: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment of the letter in the week (Monday to Sunday, in `zone`) of `now`; None: `never`."""
    if letter_at == "never":
        return None
    day, _, hour = letter_at.partition(" ")
    today = now.astimezone(zone).date()
    wanted = today + timedelta(days=DAYS.index(day) - today.weekday())
    return datetime.combine(wanted, time.fromisoformat(hour), tzinfo=zone)


class _Resting:
    """A job that ends in one log line whatever happens, and pauses after an error of our own."""

    def __init__(self, job: Callable[[], object], clock: Callable[[], datetime]) -> None:
        self._job = job
        self._clock = clock
        self._until: datetime | None = None

    def __call__(self) -> None:
        if self._until is not None and self._clock() < self._until:
            return
        self._until = None
        try:
            self._job()
        except (MonitorError, ConfigError, OSError) as exc:
            log.error("%s: %s", self._job.__name__, " ".join(str(exc).split()))  # noqa: TRY400  # one line says it
            self._until = self._clock() + REST
        except Exception:
            log.exception("%s: error in the program", self._job.__name__)
            self._until = self._clock() + REST
