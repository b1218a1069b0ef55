"""One source's attempt under way: what is still to be asked, what was said, and how it all ended.

Pure bookkeeping: no network, no clock, no files. `spiders.crawl` asks the requests and feeds in what came back.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from config.sources import Source
from spiders.events import PageRead, Progress
from spiders.finding import Attempt, Capture, Finding, Outcome
from spiders.outcomes import BLOCKED_IN_A_ROW, Tally, Trouble, conclude, one_line
from spiders.platform import (
    Ask,
    Assignment,
    Empty,
    Page,
    Platform,
    Reading,
    Remembered,
    SourceError,
    address_of,
)
from spiders.reading import read_page

FAILED_IN_A_ROW = 5
"""Failures in a row after which the source counts as down."""

LONGEST_REFUSAL = 30
"""Days after which what was refused again and again is asked for again."""

JITTER = timedelta(hours=6)
"""A scan of the day after may begin a little earlier than that of the day."""

WARNINGS = 50
"""Warnings of one attempt that are kept; the rest is counted."""

Keep = Callable[[str], Capture]
"""Stores the page in hand, given the sha256 of its body."""


class Run:
    """An attempt from its first request to its `Attempt`.

    Args:
        assignment: the source and what is known of it.
        platform: the source's platform.
        probe: ask for the first page and for nothing that follows from it.
    """

    def __init__(self, assignment: Assignment, platform: Platform, *, probe: bool = False) -> None:
        self.assignment = assignment
        self.platform = platform
        self.requests = 0
        self._probe = probe
        self._not_modified = 0
        self._waiting: deque[Ask] = deque()
        self._asked: set[str] = set()
        self._lists = 0  # start requests that are no details: each begins a list
        self._lasts = 0
        self._found: set[str] = set()  # keys of what was handed over
        self._keys: set[str] = set()  # every key that the source shows, also on pages not read again
        self._listed: set[str] = set()
        self._newest: date | None = None
        self._warnings: dict[str, None] = {}
        self._said_empty: str | None = None
        self._troubles: list[Trouble] = []
        self._in_a_row = 0
        self._details_read = 0
        self._pages_read = 0
        self._stop: str | None = None
        self._refused: dict[str, datetime] = {}  # left alone until then

    @property
    def source(self) -> Source:
        """The source that is read."""
        return self.assignment.source

    # ------------------------------------------------------------------ what to ask

    def begin(self) -> None:
        """Line up the first requests. Whatever the platform does wrong here ends the attempt, nothing else."""
        try:
            asks = tuple(self.platform.start(self.assignment))
        except Exception as exc:  # a bug of one platform must not reach other sources
            self._trouble(exc, detail=False)
            return
        self._lists = sum(ask.key is None for ask in asks)
        self._line_up(asks)

    def next(self) -> Ask | None:
        """The next request; None if there is none (pages under way may still bring some)."""
        return self._waiting.popleft() if self._waiting and self._stop is None else None

    def remembered(self, ask: Ask) -> Remembered | None:
        """What is kept of this page, if the parser in force has read it."""
        kept = None if ask.always else self.assignment.remembered.get(address_of(ask))
        return kept if kept is not None and kept.parser == self.platform.parser else None

    def _line_up(self, asks: Iterable[Ask]) -> None:
        for ask in asks:
            if self._probe and self._asked:
                return
            if ask.key is not None and ask.version is not None and self._knows(ask.key, ask.version):
                self._keys.add(ask.key)
                continue
            address = address_of(ask)
            if address not in self._asked and not (ask.once and self._leaves(address)):
                self._asked.add(address)
                self._waiting.append(ask)

    def _leaves(self, address: str) -> bool:
        """Whether what is asked once has its answer, or was refused and waits."""
        kept = self.assignment.remembered.get(address)
        if kept is None or kept.again is None:
            return kept is not None
        waits = self.assignment.now < kept.again
        if waits:
            self._refused[address] = kept.again
        return waits

    def _knows(self, key: str, version: str) -> bool:
        return self.assignment.known.get(key) == version

    # ------------------------------------------------------------------ what came back

    def not_modified(self, remembered: Remembered) -> None:
        """The server says that a page is as it was: what followed from it then follows now."""
        self._not_modified += 1
        self._in_a_row = 0
        self._keys |= remembered.keys | remembered.listed
        self._listed |= remembered.listed
        self._lasts += remembered.last
        self._saw(remembered.newest)
        if remembered.empty:
            self._said_empty = "as before"
        self._line_up(remembered.asks)

    def read(self, ask: Ask, page: Page, keep: Keep) -> PageRead | None:
        """Read a page that arrived; what is to be stored of it, None if nothing is.

        Args:
            ask: the request.
            page: the answer.
            keep: stores the raw page; called for every page that is not the known one.

        Raises:
            OSError: the raw page could not be stored.
        """
        sha256 = page.sha256()
        kept = self.remembered(ask)
        etag, last_modified = page.headers.get("etag"), page.headers.get("last-modified")
        if kept is not None and kept.sha256 == sha256 and page.status == 200:
            self.not_modified(kept)
            if (kept.etag, kept.last_modified) == (etag, last_modified):
                return None
            moved = replace(kept, etag=etag, last_modified=last_modified)
            return PageRead(self.source.id, address_of(ask), None, remembered=moved)
        capture = keep(sha256)
        empty = False
        try:
            reading = read_page(self.platform, page, self.assignment, ask.tolerated)
        except Empty as exc:
            self._said_empty = str(exc)
            reading, empty = Reading(), True
        except Exception as exc:  # a bug of one platform must not reach other sources
            self.failed(ask, exc)
            return PageRead(self.source.id, address_of(ask), capture)
        return PageRead(
            source=self.source.id,
            address=address_of(ask),
            capture=capture,
            findings=reading.findings,
            remembered=Remembered(
                parser=self.platform.parser,
                etag=etag,
                last_modified=last_modified,
                sha256=sha256,
                asks=reading.asks,
                listed=reading.listed,
                last=reading.last,
                keys=reading.keys - reading.listed,
                newest=_newest(reading.findings),
                empty=empty,
            ),
            warnings=reading.warnings,
            holders=reading.holders,
        )

    def accept(self, ask: Ask, page: PageRead) -> None:
        """Count a page that was handed over, and line up what follows from it."""
        remembered = page.remembered
        if remembered is None or page.capture is None:
            return
        self._in_a_row = 0
        self._pages_read += 1
        self._details_read += ask.key is not None
        self._found |= page.keys
        self._keys |= remembered.keys | remembered.listed
        self._listed |= remembered.listed
        self._lasts += remembered.last
        self._saw(remembered.newest)
        for warning in page.warnings:
            self.warn(warning)
        self._line_up(remembered.asks)

    def failed(self, ask: Ask | None, error: Exception) -> None:
        """A request came to nothing; None: not one request but the attempt."""
        if ask is not None and ask.otherwise is not None and isinstance(error, SourceError):
            self.warn(str(error))
            self._line_up(ask.otherwise)
            return
        self._trouble(error, detail=ask is not None and ask.key is not None)

    def refusal(self, ask: Ask) -> PageRead | None:
        """What is to be stored of a request that came to nothing: of an `Ask.once`, when to make it again."""
        if not ask.once:
            return None
        address = address_of(ask)
        kept = self.assignment.remembered.get(address)
        times = (kept.refused if kept else 0) + 1
        days = min(2 ** (times - 1), LONGEST_REFUSAL)
        again = self.assignment.now + timedelta(days=days) - JITTER
        remembered = Remembered(self.platform.parser, refused=times, again=again)
        return PageRead(self.source.id, address, None, remembered=remembered)

    def warn(self, warning: str) -> None:
        """Keep something that a person should know."""
        self._warnings.setdefault(one_line(warning))

    def stop(self, reason: str) -> None:
        """Ask nothing more, because of `reason`."""
        if self._stop is None:
            self._stop = reason
            self._waiting.clear()

    def _saw(self, day: date | None) -> None:
        if day is not None and (self._newest is None or day > self._newest):
            self._newest = day

    def _trouble(self, error: Exception, *, detail: bool) -> None:
        trouble = Trouble.of(error, detail=detail)
        self._troubles.append(trouble)
        self._in_a_row += 1
        patience = FAILED_IN_A_ROW
        if trouble.outcome is Outcome.BLOCKED:
            patience = BLOCKED_IN_A_ROW if detail else 1
        if self._in_a_row >= patience:
            self.stop(trouble.message)

    # ------------------------------------------------------------------ how it ended

    def progress(self) -> Progress:
        """How far the attempt is."""
        return Progress(self.source.id, self.requests, self._not_modified, len(self._found), len(self._waiting))

    def ended(self, seconds: float) -> Attempt:
        """The attempt as it is recorded, `seconds` after it began."""
        outcome, error = conclude(self._tally(), self.source.expect)
        if self._refused:
            soonest = min(self._refused.values()).date()
            self.warn(f"{len(self._refused)} requests that were refused wait, the first until {soonest}")
        good = outcome in (Outcome.CHANGED, Outcome.UNCHANGED, Outcome.EMPTY)
        complete = good and 0 < self._lists <= self._lasts
        if good:
            self._check_bounds()
        return Attempt(
            source=self.source.id,
            outcome=outcome,
            requests=self.requests,
            not_modified=self._not_modified,
            findings=len(self._found),
            warnings=self._kept_warnings(),
            error=error,
            seconds=round(seconds, 3),
            newest=self._newest,
            complete=complete,
            # A list of a part (the open ones, the last weeks) lists nothing by itself: it says nothing of absence.
            seen=frozenset(self._listed) if complete and self._listed else None,
        )

    def _tally(self) -> Tally:
        return Tally(
            asked=bool(self._asked),
            pages=self._pages_read + self._not_modified,
            details=self._details_read,
            keys=len(self._keys),
            found=len(self._found),
            said_empty=self._said_empty,
            stopped=self._stop,
            troubles=tuple(self._troubles),
        )

    def _check_bounds(self) -> None:
        expect = self.source.expect
        if expect.max is not None and len(self._keys) > expect.max:
            self.warn(f"{len(self._keys)} findings, at most {expect.max} expected (expect.max)")
        if expect.newest_within_days is not None and self._newest is not None:
            oldest = self.assignment.now.date() - timedelta(days=expect.newest_within_days)
            if self._newest < oldest:
                self.warn(
                    f"newest item is of {self._newest}, expected within {expect.newest_within_days} days"
                    " (expect.newest_within_days)"
                )

    def _kept_warnings(self) -> tuple[str, ...]:
        kept = tuple(self._warnings)
        if len(kept) <= WARNINGS:
            return kept
        return (*kept[:WARNINGS], f"and {len(kept) - WARNINGS} more warnings")


def _newest(findings: Iterable[Finding]) -> date | None:
    days = [finding.updated.date() if finding.updated else finding.published for finding in findings]
    return max((day for day in days if day is not None), default=None)
