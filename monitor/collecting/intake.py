"""Take in what a scan read: decide, store in one transaction per batch, and notice what is gone.

A page's findings, office-holders, capture and validators are stored together, validators last: killed at any
moment, the next scan asks again for exactly what was not stored, and storing it twice changes nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update

from config.sources import Source
from monitor.archive.engine import reading, writing
from monitor.archive.indexing import index_documents
from monitor.archive.known import Settled, chunks, load_stored, store
from monitor.archive.scans import Counts, End, record_attempts, remember, save_captures
from monitor.archive.schema import document, revision
from monitor.archive.seats import holders_known, keep_holders, sweep_holders
from monitor.core.decision import Action, Change, Decision, Stored, decide
from spiders.events import PageRead
from spiders.finding import Attempt, Finding, Holder, Outcome

SWEEPS_UNTIL_GONE = 2
"""Complete sweeps in a row that must miss a document before it counts as gone (Promises 2)."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a dry run would store of one document."""

    source: str
    key: str
    title: str
    action: Action
    changes: tuple[Change, ...]


@dataclass(slots=True)
class _Tally:
    """Keys by what became of them, so that a document counts once however many pages show it."""

    new: set[str]
    changed: set[str]
    seen: set[str]
    gone: int = 0

    def counts(self) -> Counts:
        return Counts(
            new=len(self.new),
            changed=len(self.changed - self.new),
            unchanged=len(self.seen - self.changed - self.new),
            gone=self.gone,
        )


class Intake:
    """The intake of one scan. Feed it `take` while the crawl runs and `finish` for each source.

    Args:
        engine: the archive.
        scan: number of the scan (`monitor.archive.scans.start_scan`); anything in a dry run.
        dry_run: decide the same and store nothing; `planned` says what would be stored.
        seen: whether the source shows it now; False: stored pages are read again.
        news: whether what differs from what is known is told as a change.
    """

    def __init__(
        self, engine: Engine, scan: int, *, dry_run: bool = False, seen: bool = True, news: bool = True
    ) -> None:
        self._engine = engine
        self._scan = scan
        self._dry_run = dry_run
        self._seen = seen
        self._news = news
        self._tallies: dict[str, _Tally] = {}
        self._fresh: set[tuple[str, str]] = set()
        self._imagined: dict[tuple[str, str], Stored] = {}
        self.planned: list[Planned] = []

    def take(self, pages: Sequence[PageRead], now: datetime) -> None:
        """Store what the pages say, all of it or nothing.

        Raises:
            ArchiveError: the archive did not take it; nothing of the batch is stored.
        """
        by_source: dict[str, list[PageRead]] = {}
        for page in pages:
            by_source.setdefault(page.source, []).append(page)
        opened = reading(self._engine) if self._dry_run else writing(self._engine)
        settled: dict[tuple[str, str], tuple[Settled, ...]] = {}
        said: list[tuple[int, Stored]] = []
        before: dict[str, dict[str, Holder]] = {}
        with opened as conn:
            for source, own in by_source.items():
                # Several sources may find the same documents, so each is stored before the next is decided.
                archived = next((finding.source for page in own for finding in page.findings), source)
                settled[source, archived] = some = self._settle(conn, archived, own, now)
                before[source] = self._hold(conn, source, own)
                if not self._dry_run:
                    said += store(conn, archived, some, now, seen=self._seen)
            if not self._dry_run:
                index_documents(conn, said)
                save_captures(conn, [(page.source, page.capture) for page in pages if page.capture])
                remember(
                    conn, {(page.source, page.address): page.remembered for page in pages if page.remembered}, now
                )
        # Only now: a batch that failed must not count.
        for (source, archived), some in settled.items():
            self._count(source, archived, some)
        for source, holders in before.items():
            self._count_holders(source, by_source[source], holders)

    def finish(self, ended: Iterable[tuple[Source, Attempt]], now: datetime) -> tuple[End, ...]:
        """Store how sources' parts ended, with `changed` or `unchanged` decided here; their claims are released.

        A complete sweep says which documents it did not show; two in a row, and they are gone.

        Raises:
            ArchiveError: the archive did not take it; nothing of it is stored.
        """
        opened = reading(self._engine) if self._dry_run else writing(self._engine)
        with opened as conn:
            ends = tuple(self._ended(conn, source, attempt, now) for source, attempt in ended)
            if not self._dry_run:
                record_attempts(conn, self._scan, ends, now=now)
        return ends

    def _ended(self, conn: Connection, source: Source, attempt: Attempt, now: datetime) -> End:
        if attempt.complete and attempt.seen is not None:
            self._sweep(conn, source, attempt.seen, now)
        counts = self._tally(source.id).counts()
        if attempt.outcome in (Outcome.CHANGED, Outcome.UNCHANGED):
            something = counts.new or counts.changed or counts.gone
            attempt = replace(attempt, outcome=Outcome.CHANGED if something else Outcome.UNCHANGED)
        return End(source, attempt, counts)

    def counts(self, source: str) -> Counts:
        """What the source's findings meant so far."""
        return self._tally(source).counts()

    def _tally(self, source: str) -> _Tally:
        return self._tallies.setdefault(source, _Tally(set(), set(), set()))

    def _settle(
        self, conn: Connection, archived: str, pages: Iterable[PageRead], now: datetime
    ) -> tuple[Settled, ...]:
        """Decide on each finding in order, each on top of the one before; one `Settled` for each document.

        `archived` is the source under which the documents are kept.
        """
        read = [(page, finding) for page in pages for finding in page.findings]
        known = load_stored(conn, archived, [finding.key for _, finding in read])
        if self._dry_run:
            known |= {key: stored for (own, key), stored in self._imagined.items() if own == archived}
        self._fresh |= {(archived, finding.key) for _, finding in read if finding.key not in known}
        settled: dict[str, Settled] = {}
        for page, finding in read:
            fresh = not self._news or (archived, finding.key) in self._fresh
            decision = decide(known.get(finding.key), finding, now, fresh=fresh)
            known[finding.key] = decision.document
            settled[finding.key] = _then(settled.get(finding.key), page, finding, decision)
            if self._dry_run:
                self._imagined[archived, finding.key] = decision.document
        return tuple(settled.values())

    def _count(self, source: str, archived: str, settled: Sequence[Settled]) -> None:
        tally = self._tally(source)
        for one in settled:
            tally.seen.add(one.key)
            if one.decision.action is Action.INSERT:
                tally.new.add(one.key)
            elif self._moved(archived, one):
                tally.changed.add(one.key)
            if self._dry_run and one.decision.action is not Action.NONE:
                title = next(iter(one.decision.document.titles.values()), one.key)
                self.planned.append(Planned(source, one.key, title, one.decision.action, one.changes))

    def _hold(self, conn: Connection, source: str, pages: Iterable[PageRead]) -> dict[str, Holder]:
        """Keep what the pages say of office-holders; what was known of each before."""
        told = [page for page in pages if page.holders]
        known = holders_known(conn, source, {key for page in told for key in page.keys}) if told else {}
        for page in told if not self._dry_run else ():
            capture = page.capture
            if capture is not None:
                keep_holders(conn, source, page.holders, capture=capture.sha256, at=capture.fetched_at)
        return known

    def _count_holders(self, source: str, pages: Iterable[PageRead], before: Mapping[str, Holder]) -> None:
        tally = self._tally(source)
        for one in (holder for page in pages for holder in page.holders):
            tally.seen.add(one.key)
            if one.key not in before:
                tally.new |= {one.key} if one.seats else set()
            elif one != before[one.key]:
                tally.changed.add(one.key)

    def _moved(self, archived: str, one: Settled) -> bool:
        """Whether a known document counts as changed."""
        if not self._news:
            return one.decision.action is Action.UPDATE
        return bool(one.changes) and (archived, one.key) not in self._fresh

    def _sweep(self, conn: Connection, source: Source, seen: Collection[str], now: datetime) -> None:
        tally = self._tally(source.id)
        rows = conn.execute(
            select(document.c.id, document.c.key, document.c.missing_sweeps, document.c.gone_at).where(
                document.c.source == source.archive
            )
        ).all()
        back = [row for row in rows if row.key in seen and row.gone_at is not None]
        missing = [
            row for row in rows if row.key not in seen and row.key not in tally.seen and row.gone_at is None
        ]
        gone = [row for row in missing if row.missing_sweeps + 1 >= SWEEPS_UNTIL_GONE]
        tally.gone = len(gone)
        tally.changed |= {row.key for row in back}
        if self._dry_run:
            return
        tally.gone += sweep_holders(conn, source.id, seen, now)
        _set(conn, [row.id for row in rows if row.key in seen], {"missing_sweeps": 0, "last_seen": now})
        _set(conn, [row.id for row in missing], {"missing_sweeps": document.c.missing_sweeps + 1})
        _set(conn, [row.id for row in gone], {"gone_at": now, "changed": now})
        _set(conn, [row.id for row in back], {"gone_at": None, "changed": now})
        news: list[tuple[int, str | None, str | None]] = [(row.id, None, now.isoformat()) for row in gone]
        news += [(row.id, row.gone_at.isoformat(), None) for row in back]
        if news:
            conn.execute(
                insert(revision),
                [
                    {"document": number, "seen_at": now, "field": "gone", "before": before, "after": after}
                    for number, before, after in news
                ],
            )


def _then(before: Settled | None, page: PageRead, finding: Finding, decision: Decision) -> Settled:
    """The outcome of several findings of one document: the strongest action, all changes."""
    parser = page.remembered.parser if page.remembered else None
    capture = page.capture.sha256 if page.capture else None
    if before is None:
        return Settled(finding.key, decision, decision.changes, capture, parser)
    if decision.action is Action.NONE:
        action = before.decision.action
        return replace(before, decision=replace(decision, action=action))
    action = before.decision.action if before.decision.action is not Action.NONE else decision.action
    return Settled(
        finding.key, replace(decision, action=action), (*before.changes, *decision.changes), capture, parser
    )


def _set(conn: Connection, ids: Sequence[int], values: Mapping[str, object]) -> None:
    for some in chunks(ids):
        conn.execute(update(document).where(document.c.id.in_(some)).values(**values))
