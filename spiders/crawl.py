"""One Scrapy spider that carries out a whole scan: every source at once, each in its own tasks.

Scrapy downloads (robots.txt, redirects, TLS, caps, AutoThrottle); which requests, in which order and what becomes
of the answers is decided here and in `spiders.attempts`. A source ends with exactly one attempt on every way out.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.core.downloader import Downloader
from scrapy.core.engine import ExecutionEngine
from scrapy.http import Response
from scrapy.logformatter import LogFormatter

from spiders.attempts import Run
from spiders.captures import Captures
from spiders.download_errors import explain
from spiders.events import Ended, Event, Job, PageRead
from spiders.finding import Attempt, Outcome
from spiders.middleware.to_file import TO_FILE
from spiders.outcomes import one_line
from spiders.patience import RETRIES, Wait, after_error, after_status
from spiders.platform import Ask, Assignment, Failed, Page, Remembered, SourceError
from spiders.politeness import Hosts
from spiders.registry import platform
from spiders.wire import WireError

PROGRESS_EVERY = 0.5
"""Seconds between two progress events of a source."""

INTERRUPTED = "interrupted"

_log = logging.getLogger(__name__)

Emit = Callable[[Event], None]
"""Hands an event on; returns when it is handed over. Raises `WireError` for what cannot be written."""


@dataclass(frozen=True, slots=True)
class _Common:
    """What the sources of a scan share."""

    job: Job
    emit: Emit
    hosts: Hosts
    captures: Captures
    engine: ExecutionEngine


class Scan:
    """All sources of a job, read side by side.

    Args:
        job: what to read.
        emit: where events go.
    """

    def __init__(self, job: Job, emit: Emit) -> None:
        self._job = job
        self._emit = emit
        self._tasks: list[asyncio.Task[None]] = []
        self._interrupted = False

    async def carry_out(self, engine: ExecutionEngine) -> None:
        """Read every source; returns when each has had its attempt."""
        job = self._job
        common = _Common(
            job=job,
            emit=self._emit,
            hosts=Hosts((assignment.source for assignment in job.assignments), hurry=job.replay is not None),
            captures=Captures(Path(job.captures) if job.captures is not None else None),
            engine=engine,
        )
        self._tasks = [asyncio.create_task(self._attempt(assignment, common)) for assignment in job.assignments]
        # A task that is cancelled before its first step ends without an attempt; the parent speaks for it.
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def interrupt(self) -> None:
        """End every attempt that is under way, with what it has."""
        self._interrupted = True
        for task in self._tasks:
            task.cancel()

    async def _attempt(self, assignment: Assignment, common: _Common) -> None:
        """One source from its first request to its attempt."""
        started = time.monotonic()
        source = assignment.source
        try:
            run = Run(assignment, platform(source.platform), probe=common.job.probe)
        except Exception as exc:  # a module that does not load must not reach other sources either
            self._emit(Ended(_unreadable(source.id, one_line(f"{type(exc).__name__}: {exc}"))))
            return
        try:
            if self._interrupted:
                run.stop(INTERRUPTED)
            async with asyncio.timeout(source.deadline):
                await _Reader(run, common).read_all()
        except TimeoutError:
            run.stop(f"not finished within {source.deadline:g} s (deadline)")
        except asyncio.CancelledError:
            run.stop(INTERRUPTED)
        except Exception as exc:  # ours, whatever it is: the other sources go on
            _log.exception("source %s", source.id)
            run.failed(None, exc)
        finally:
            self._emit(Ended(run.ended(time.monotonic() - started)))


class _Reader:
    """Asks what a run wants to know, as many at a time as its host allows."""

    def __init__(self, run: Run, common: _Common) -> None:
        self._run = run
        self._job = common.job
        self._hosts = common.hosts
        self._captures = common.captures
        self._emit = common.emit
        self._engine = common.engine
        self._reported = 0.0
        self._more = asyncio.Condition()
        self._busy = 0

    async def read_all(self) -> None:
        """Ask until nothing is left to ask."""
        self._run.begin()
        async with asyncio.TaskGroup() as group:
            for _ in range(self._run.source.per_host):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            async with self._more:
                # A page under way may bring further requests.
                while (ask := self._run.next()) is None and self._busy:
                    await self._more.wait()
                if ask is None:
                    return
                self._busy += 1
            try:
                await self._one(ask)
            finally:
                self._busy -= 1
                async with self._more:
                    self._more.notify_all()

    async def _one(self, ask: Ask) -> None:
        remembered = self._run.remembered(ask)
        with ExitStack() as while_read:
            try:
                file = while_read.enter_context(self._captures.room()) if ask.to_file else None
                response = await self._answer(ask, remembered, file)
            except SourceError as exc:
                self._run.failed(ask, exc)
                if (refusal := self._run.refusal(ask)) is not None:
                    self._emit(refusal)
            except OSError as exc:
                self._unstorable(exc)
            else:
                await self._take(ask, remembered, response, file)
        now = time.monotonic()
        if now - self._reported >= PROGRESS_EVERY:
            self._reported = now
            self._emit(self._run.progress())

    async def _take(self, ask: Ask, remembered: Remembered | None, response: Response, file: Path | None) -> None:
        if response.status == 304 and remembered is not None:
            self._run.not_modified(remembered)
            return
        page = Page(
            url=response.url,
            status=response.status,
            headers=_plain_headers(response),
            body=response.body,
            fetched_at=self._now(),
            reader=ask.reader,
            context=ask.context,
            file=file,
        )
        redact = self._run.platform.redact
        read_it = partial(
            self._run.read, ask, page, lambda sha256: self._captures.keep(page, ask.method, sha256, redact)
        )
        try:
            # What takes a file takes seconds to read; meanwhile the downloads of other sources go on.
            read = read_it() if file is None else await asyncio.to_thread(read_it)
        except OSError as exc:
            self._unstorable(exc)
            return
        if read is None:
            return
        try:
            self._emit(read)
        except WireError as exc:
            self._run.failed(ask, Failed(f"findings that cannot be written: {exc}"))
            self._emit(PageRead(read.source, read.address, read.capture))
        else:
            self._run.accept(ask, read)

    def _unstorable(self, error: OSError) -> None:
        """Not the source's fault, and without its proof a finding is none: the disk is full, the folder gone."""
        self._run.failed(None, Failed(f"raw response cannot be stored: {error}"))
        self._run.stop("raw responses cannot be stored")

    async def _answer(self, ask: Ask, remembered: Remembered | None, file: Path | None) -> Response:
        """The response to `ask`, asked again where patience may help.

        Raises:
            SourceError: there is none that could be read.
        """
        source = self._run.source
        tries = RETRIES if self._job.probe else 0
        while True:
            tries += 1
            request = _request(ask, remembered, source.timeout, source.max_bytes)
            if source.delay == 0:
                # It wants no pause: AutoThrottle would take our reading between two answers for its slowness.
                request.meta["autothrottle_dont_adjust_delay"] = True
            if file is not None:
                request.meta[TO_FILE] = str(file)
            async with self._hosts.turn(ask.url, source):
                answer = await self._download(request, ask, tries)
            if isinstance(answer, Response):
                return answer
            if answer.everybody:
                self._hosts.pause(ask.url, answer.seconds)
            await asyncio.sleep(answer.seconds)

    async def _download(self, request: Request, ask: Ask, tries: int) -> Response | Wait:
        backoff = self._job.backoff
        try:
            response = await self._engine.download_async(request)
        except SourceError:
            raise
        except Exception as exc:
            trouble = explain(exc, ask.url, self._run.source)
            if not trouble.transient:
                raise trouble.error from exc
            return after_error(str(trouble.error), tries, backoff=backoff)
        finally:
            # Scrapy notes the slot when a request gets past robots.txt and the check of its address.
            self._run.requests += Downloader.DOWNLOAD_SLOT in request.meta
        if (response.status == 429 or response.status >= 500) and response.status not in ask.tolerated:
            wish = _plain_headers(response).get("retry-after")
            # The server's clock is the real one, whatever day it is for the archive.
            now = datetime.now(UTC)
            return after_status(response.status, wish, tries, now=now, url=response.url, backoff=backoff)
        return response

    def _now(self) -> datetime:
        return self._job.now or datetime.now(UTC)


class ScanSpider(Spider):
    """The one spider; it yields nothing to Scrapy's own queue and asks the engine for pages itself."""

    name = "utblick"

    def __init__(self, scan: Scan, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._scan = scan

    async def start(self) -> AsyncIterator[Any]:
        """Carry out the scan; the crawl ends with it."""
        engine = self.crawler.engine
        if engine is not None:
            await self._scan.carry_out(engine)
        nothing: tuple[Request, ...] = ()
        for request in nothing:  # Scrapy wants a generator
            yield request


class QuietLog(LogFormatter):
    """No line for every page: events say what happens."""

    def crawled(self, request: Request, response: Response, spider: Spider) -> None:  # type: ignore[override]  # None is allowed, says Scrapy's documentation
        """Say nothing."""


def _request(ask: Ask, remembered: Remembered | None, timeout: float, max_bytes: int) -> Request:
    """The Scrapy request for `ask`, conditional where something is remembered of it.

    Raises:
        Failed: its address is none that can be asked.
    """
    try:
        request = Request(
            ask.url,
            method=ask.method,
            headers=dict(ask.headers),
            body=ask.body or b"",
            dont_filter=True,
            meta={"download_timeout": timeout, "download_maxsize": max_bytes},
        )
    except ValueError as exc:
        raise Failed(f"not an address: {exc}") from exc
    if remembered is not None and ask.method == "GET":
        if remembered.etag:
            request.headers[b"If-None-Match"] = remembered.etag
        if remembered.last_modified:
            request.headers[b"If-Modified-Since"] = remembered.last_modified
    return request


def _plain_headers(response: Response) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
    }


def _unreadable(source: str, error: str) -> Attempt:
    return Attempt(source, Outcome.FAILED, 0, 0, 0, (), error, 0.0)
