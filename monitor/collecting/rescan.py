"""Read stored responses again with the present parsers, without asking anybody: after a spider was repaired.

Of each document only the newest statement of each reader counts, in the order in which they were received, so that
reading the same responses again changes nothing. What a parser now reads better in a response that was read before
is no news about the document; what a response says that could not be read before is.
"""

import gzip
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from config.sources import Source
from monitor.archive.captures import captures_of, gone_keys, never_read, remembered_pages
from monitor.archive.claims import claim, claimant, release
from monitor.archive.engine import reading, writing
from monitor.archive.scans import finish_scan, start_scan
from monitor.archive.seats import gone_holders
from monitor.collecting.intake import Intake
from monitor.errors import MonitorError
from spiders.captures import read_capture
from spiders.events import PageRead
from spiders.finding import Capture, Finding
from spiders.library import normalise
from spiders.platform import Ask, Assignment, Empty, Page, Platform, Reading, Remembered, SourceError, address_of
from spiders.reading import read_page
from spiders.registry import platform
from spiders.walls import HEAD

LEASE = timedelta(hours=2)
BATCH = 40
"""Pages stored in one transaction."""


class RescanError(MonitorError):
    """Nothing was read; the message says why."""


@dataclass(frozen=True, slots=True)
class Rescan:
    """What came of it. `unknown` are responses that no reader of the platform would ask for any more."""

    source: Source
    captures: int
    read: int
    unknown: int
    findings: int
    new: int
    changed: int
    troubles: tuple[str, ...]
    """One line for each response that could not be read."""


def rescan(
    engine: Engine,
    source: Source,
    folder: Path,
    *,
    clock: Callable[[], datetime],
    since: datetime | None = None,
    dry_run: bool = False,
) -> Rescan:
    """Read the stored responses of `source` again and take in what they say.

    Args:
        engine: the archive.
        source: its declaration, whose expectations do not count here.
        folder: where bodies are kept.
        clock: gives the present moment (aware).
        since: only responses received at or after this moment.
        dry_run: store nothing.

    Raises:
        RescanError: another scan is reading the source, or no response is kept.
        ArchiveError: the archive does not take it.
    """
    with reading(engine) as conn:
        kept = captures_of(conn, source.id, since=since)[::-1]
        unread = never_read(conn, source.id, kept)
        asks = _remembered_asks(conn, source.id)
    if not kept:
        raise RescanError(f"no response of {source.id} is kept; `utblick scan {source.id}` reads it anew")
    book = _Book(source, platform(source.platform), folder, asks)
    for capture in kept:
        book.read(capture)
    new = changed = 0
    with ExitStack() as held:
        number = 0 if dry_run else held.enter_context(_claimed(engine, source, clock))
        with reading(engine) as conn:
            gone = gone_keys(conn, source.archive) | gone_holders(conn, source.id)
        pages = book.pages(gone)
        # What was read before is no news now, whatever the parser makes of it; it comes first.
        for news in (False, True):
            some = [one for one in pages if (one.capture in unread) is news]
            intake = Intake(engine, number, dry_run=dry_run, seen=False, news=news)
            for start in range(0, len(some), BATCH):
                intake.take(some[start : start + BATCH], clock())
            counts = intake.counts(source.id)
            new, changed = new + counts.new, changed + counts.changed
    return Rescan(
        source=source,
        captures=len(kept),
        read=book.count,
        unknown=book.unknown,
        findings=sum(len(one.keys) for one in pages),
        new=new,
        changed=changed,
        troubles=tuple(book.troubles),
    )


@dataclass(slots=True)
class _Book:
    """The responses as they are read, oldest first: what each said, and which requests followed from it."""

    source: Source
    platform: Platform
    folder: Path
    remembered: Mapping[tuple[str, str], Ask]
    """Requests by method and address, as the archive remembers them: for responses that nothing here led to."""
    asks: dict[tuple[str, str], Ask] = field(default_factory=dict)
    """The same as they turn up; what led to a response at its time comes first."""
    count: int = 0
    unknown: int = 0
    troubles: list[str] = field(default_factory=list)
    _said: dict[tuple[str, str], tuple[int, Finding]] = field(default_factory=dict)
    """By reader and key the newest finding, and the place of its response in the order of arrival."""
    _responses: dict[int, tuple[str, Capture]] = field(default_factory=dict)
    """By place: the name of the request, and the response."""
    _newest: dict[str, tuple[int, Reading]] = field(default_factory=dict)
    """By name of the request its newest response, as it was read."""

    def read(self, capture: Capture) -> None:
        """Read one response; what is wrong with it is noted, and the others go on."""
        ask = self._ask(capture)
        if ask is None:
            self.unknown += 1
            return
        assignment = Assignment(self.source, capture.fetched_at)
        try:
            with _page(capture, ask, self.folder) as page:
                reading_ = read_page(self.platform, page, assignment, ask.tolerated)
        except Empty:
            reading_ = Reading()
        except (SourceError, OSError) as exc:
            self.troubles.append(f"{capture.fetched_at:%Y-%m-%d %H:%M} {capture.url}: {exc}")
            return
        except Exception as exc:  # a bug shows itself in one response; the rest is read
            self.troubles.append(f"{capture.fetched_at:%Y-%m-%d %H:%M} {capture.url}: {type(exc).__name__}: {exc}")
            return
        self.count += 1
        for following in reading_.asks:
            self.asks[following.method, normalise(following.url)] = following
        place, name = self.count, address_of(ask)
        self._responses[place] = (name, capture)
        self._newest[name] = (place, reading_)
        for finding in reading_.findings:
            self._said[ask.reader, finding.key] = (place, finding)

    def pages(self, gone: Collection[str]) -> list[PageRead]:
        """What is to be stored: of each document the newest statement of each reader, none of what is `gone`."""
        findings: dict[int, list[Finding]] = {place: [] for place, _ in self._newest.values()}
        for place, finding in self._said.values():
            if finding.key not in gone:
                findings.setdefault(place, []).append(finding)
        pages = []
        for place in sorted(findings):
            name, capture = self._responses[place]
            newest, said = self._newest[name]
            remembered = self._remembered(capture, said) if place == newest else None
            holders = tuple(one for one in said.holders if one.key not in gone) if place == newest else ()
            pages.append(
                PageRead(self.source.id, name, capture, tuple(findings[place]), remembered, holders=holders)
            )
        return pages

    def _remembered(self, capture: Capture, said: Reading) -> Remembered:
        return Remembered(
            parser=self.platform.parser,
            etag=capture.headers.get("etag"),
            last_modified=capture.headers.get("last-modified"),
            sha256=capture.sha256,
            asks=said.asks,
            listed=said.listed,
            last=said.last,
            keys=said.keys - said.listed,
            newest=max((one.published for one in said.findings if one.published), default=None),
            empty=not said.keys and not said.listed and not said.asks,
        )

    def _ask(self, capture: Capture) -> Ask | None:
        """The request that a response answers. One that was redirected is known by where it ended only."""
        address = (capture.method, normalise(capture.url))
        for ask in self.platform.start(Assignment(self.source, capture.fetched_at)):
            self.asks.setdefault((ask.method, normalise(ask.url)), ask)
        return self.asks.get(address) or self.remembered.get(address) or self.platform.route(capture.url)


@contextmanager
def _page(capture: Capture, ask: Ask, folder: Path) -> Iterator[Page]:
    """The response as it was received; one that is too large for memory lies in a file meanwhile."""
    with ExitStack() as meanwhile:
        file = None
        if ask.to_file and capture.stored is not None:
            unpacked = meanwhile.enter_context(tempfile.NamedTemporaryFile(suffix=".part"))
            with gzip.open(folder / capture.stored) as packed:
                shutil.copyfileobj(packed, unpacked, 1 << 20)
            unpacked.flush()
            file = Path(unpacked.name)
            with file.open("rb") as start:
                body = start.read(HEAD)
        else:
            body = read_capture(folder, capture)
        yield Page(
            url=capture.url,
            status=capture.status,
            headers=capture.headers,
            body=body,
            fetched_at=capture.fetched_at,
            reader=ask.reader,
            context=ask.context,
            file=file,
        )


@contextmanager
def _claimed(engine: Engine, source: Source, clock: Callable[[], datetime]) -> Iterator[int]:
    """The number of a scan in which nobody else reads the source.

    Raises:
        RescanError: somebody does.
    """
    with writing(engine) as conn:
        if not claim(conn, [source], claimant(), clock(), lease=LEASE):
            raise RescanError(f"another scan is reading {source.id}; try again when it has ended")
        number = start_scan(conn, clock(), "rescan")
    try:
        yield number
    finally:
        with writing(engine) as conn:
            release(conn, [source], claimant())
            finish_scan(conn, number, clock())


def _remembered_asks(conn: Connection, source: str) -> dict[tuple[str, str], Ask]:
    """The requests that followed from the pages of a source, as the archive remembers them."""
    asks = (ask for one in remembered_pages(conn, source) for ask in one.asks)
    return {(ask.method, normalise(ask.url)): ask for ask in asks}
