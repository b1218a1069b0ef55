"""The parent's side of a scan: start the child process, hand on its events, and answer for it if it dies.

The child's exit code says nothing (a Scrapy spider that raises at once ends with 0): what counts are its events.
Every source of the job gets exactly one `Ended`, whatever happens to the child.
"""

import json
import logging
import subprocess
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from queue import Empty, Queue

from config.errors import ConfigError
from spiders.events import Done, Ended, Event, Job, PageRead, Progress
from spiders.finding import Attempt, Outcome
from spiders.starting import started
from spiders.wire import WireError, decode_event, encode

START = 60.0
"""Seconds that a child may need beyond the longest deadline of its sources, to start and to say goodbye."""

GRACE = 10.0
"""Seconds that a child has to close its attempts after it was asked to."""

_AHEAD = 256
"""Events read ahead of the consumer, so that a slow store does not stop the downloads at once."""

_TICK = 0.2
"""Seconds between two looks at the clock and at `stop`."""

_log = logging.getLogger(__name__)

_LAST_WORDS = 4_000
"""Bytes of the child's log that are kept to explain its death."""


def crawl(
    job: Job,
    *,
    process: subprocess.Popen[bytes] | None = None,
    meanwhile: Callable[[], None] | None = None,
    idle: Callable[[], None] | None = None,
    stop: threading.Event | None = None,
    limit: float | None = None,
) -> Generator[Event, None, None]:
    """Carry out `job` in a child process.

    Args:
        job: what to read.
        process: a child that was started before (`spiders.starting`) and waits for its job.
        meanwhile: called once, as soon as the child has its job: the first event takes a moment.
        idle: called whenever no event has come for a moment.
        stop: once set, the child is asked to close its attempts; its last events still come.
        limit: seconds after which the child is killed; by default the longest deadline and `START`.

    Yields:
        Events as they come. One `Ended` for every assignment, `Done` last if the child said everything. If the
        consumer stops early (an exception, `close()`), the child is killed.

    Raises:
        ConfigError: a job that cannot be handed over (options that are not JSON), or a child that cannot start.
    """
    if limit is None:
        limit = START + max((assignment.source.deadline for assignment in job.assignments), default=0.0)
    books = {assignment.source.id: _Book() for assignment in job.assignments}
    line = _written(job)
    reason = None
    with started(process) as running, closing(_Child(running, line)) as child:
        deadline = time.monotonic() + limit
        if meanwhile is not None:
            meanwhile()
        while (event := child.next_event()) is not None:
            if not isinstance(event, _Nothing):
                _note(books, event)
                yield event
            elif idle is not None:
                idle()
            if stop is not None and stop.is_set() and reason is None:
                child.ask_to_end()
                deadline = min(deadline, time.monotonic() + GRACE)
                reason = "interrupted"
            if time.monotonic() > deadline:
                reason = reason or f"the crawl was ended after {limit:g} s"
                child.kill()
    for source, book in books.items():
        if book.open:
            yield Ended(book.closed(source, reason or child.fate()))


@dataclass(slots=True)
class _Book:
    """What was heard of one source, in case its attempt never arrives."""

    open: bool = True
    requests: int = 0
    not_modified: int = 0
    findings: int = 0
    started: float = field(default_factory=time.monotonic)

    def closed(self, source: str, error: str) -> Attempt:
        some = self.findings > 0
        return Attempt(
            source=source,
            outcome=Outcome.PARTIAL if some else Outcome.FAILED,
            requests=self.requests,
            not_modified=self.not_modified,
            findings=self.findings,
            warnings=(),
            error=error,
            seconds=round(time.monotonic() - self.started, 3),
        )


def _note(books: dict[str, _Book], event: Event) -> None:
    match event:
        case Ended():
            books[event.attempt.source].open = False
        case Progress():
            book = books[event.source]
            book.requests, book.not_modified = event.requests, event.not_modified
        case PageRead():
            books[event.source].findings += len(event.keys)
        case Done():
            pass


class _Nothing:
    """No event within a tick."""


_NOTHING = _Nothing()


class _Child:
    """The process, and the threads that read what it says.

    Args:
        process: waits for its job.
        line: the job, handed over on standard input, which then stays open: its end tells the child that we are
            gone.
    """

    def __init__(self, process: subprocess.Popen[bytes], line: bytes) -> None:
        self._process = process
        assert self._process.stdin and self._process.stdout and self._process.stderr  # noqa: S101  # we asked for pipes
        self._pipes = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._log = b""
        self._events: Queue[Event | None] = Queue(_AHEAD)
        self._threads = [
            threading.Thread(target=self._read, daemon=True),
            threading.Thread(target=self._listen, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        with suppress(BrokenPipeError):  # it died at once: its last words say why
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def next_event(self) -> Event | _Nothing | None:
        """The next event; `_NOTHING` if none comes within a tick, None if none will come any more."""
        try:
            return self._events.get(timeout=_TICK)
        except Empty:
            return _NOTHING

    def ask_to_end(self) -> None:
        """Let it close its attempts."""
        self._process.terminate()

    def kill(self) -> None:
        """End it now."""
        self._process.kill()

    def close(self) -> None:
        """Wait for a child that has said everything, end any other, and let go of its pipes."""
        reader = self._threads[0]
        if reader.is_alive():
            self.kill()
        while reader.is_alive():
            self.next_event()  # the reader may wait for room in the queue
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()
        self._threads[1].join()

    def fate(self) -> str:
        """How it ended, for people."""
        code = self._process.returncode
        how = f"by signal {-code}" if code < 0 else f"with status {code}"
        words = self._log.decode("utf-8", "replace").strip().splitlines()
        return f"the crawl process ended {how}" + (f": {words[-1]}" if words else "")

    def _read(self) -> None:
        for line in self._pipes[1]:
            try:
                # A line without its end was torn by a kill.
                event = decode_event(line) if line.endswith(b"\n") else None
            except WireError as exc:
                _log.error("the crawl said something that is no event: %s", exc)
                continue
            if event is not None:
                self._events.put(event)
        self._events.put(None)

    def _listen(self) -> None:
        for line in self._pipes[2]:
            _log.info("crawl: %s", line.decode("utf-8", "replace").rstrip())
            self._log = (self._log + line)[-_LAST_WORDS:]


def _written(job: Job) -> bytes:
    """`job` on one line.

    Raises:
        ConfigError: a source has options that would change on the way (TOML dates), so that a platform would
            see others than the ones that were checked.
    """
    for assignment in job.assignments:
        try:
            json.dumps(assignment.source.options)
        except TypeError as exc:
            raise ConfigError(f"source {assignment.source.id!r}: options: {exc}; write dates as text") from exc
    return encode(job) + b"\n"
