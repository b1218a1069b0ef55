"""Mail about what is new in followed searches: whose moment has come, what is told, into the outbox and out.

An alert is claimed by moving its `told_at` on, in the transaction that queues its mail. Killed before, nothing has
happened; killed after, the mail waits in the outbox, which sends each at most once.
"""

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from config.lexicon import Lexicon, load_lexicon
from config.organisation import Organisation, load_organisation
from config.settings import DAYS, Settings
from config.sources import load_sources
from digests import alert as letter
from digests.briefing import Text
from digests.weeks import week_of
from monitor.archive import alerts as archive
from monitor.archive.documents import get_documents
from monitor.archive.engine import reading, writing
from monitor.delivery import outbox
from monitor.delivery.sender import send_due
from monitor.delivery.smtp import Server
from monitor.delivery.subscribers import get
from monitor.letters.candidates import SHOWN_FIELDS
from monitor.search import Result, search
from monitor.search.asking import Asked

LATECOMERS: Final = timedelta(days=1)
"""How far before `told_at` is looked again: a document is rated and filed only after it was first seen."""
MOST_FOUND: Final = 500
MOST_TOLD: Final = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One alert that was due. `subscriber` is a number, never an address; `hits` 0: there was nothing new."""

    alert: int
    search: str
    subscriber: int
    interval: str
    hits: int


@dataclass(frozen=True, slots=True)
class Round:
    """What a run did, or would do. `stopped`: why the mail server took no more."""

    due: tuple[Told, ...]
    sent: int = 0
    waiting: int = 0
    failed: int = 0
    unknown: int = 0
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every alert of a run needs."""

    settings: Settings
    organisation: Organisation
    lexicon: Lexicon
    sources: dict[str, str]
    now: datetime


@dataclass(frozen=True, slots=True)
class _Hit:
    result: Result
    moved: datetime
    new: bool


def send_alerts(
    engine: Engine,
    settings: Settings,
    *,
    clock: Callable[[], datetime],
    intervals: Collection[str] = archive.INTERVALS,
    dry_run: bool = False,
) -> Round:
    """Tell what is new in every followed search whose moment has come; nobody is told the same twice.

    Args:
        engine: the archive.
        settings: the mail server and the configuration's folder.
        clock: gives the present moment (aware).
        intervals: only alerts of these; those of others are left for later.
        dry_run: say what would be told; store and send nothing.

    Raises:
        ArchiveError, ConfigError: nothing was lost, the next run goes on.
        SmtpError: the settings of the mail server make no sense.
    """
    now = clock()
    organisation = load_organisation(settings.config)
    with reading(engine) as conn:
        wanted = [
            one
            for one in archive.alerts(conn)
            if one.standing == "active"
            and one.interval in intervals
            and is_due(
                one.interval,
                one.told_at,
                now,
                organisation.zone,
                at=settings.alerts_at,
                last_scan=archive.last_scan(conn),
            )
        ]
        waiting = archive.waiting_editions(conn, now)
    if not wanted and (dry_run or not waiting):
        return Round(())
    titles = {one.id: one.title for one in load_sources(settings.config)}
    desk = _Desk(settings, organisation, load_lexicon(settings.config), titles, now)
    done = [told for one in wanted if (told := _tell(engine, one, desk, dry_run=dry_run)) is not None]
    return Round(tuple(done)) if dry_run else _send(engine, settings, clock, done)


def is_due(
    interval: str,
    told_at: datetime,
    now: datetime,
    zone: ZoneInfo,
    *,
    at: str,
    last_scan: datetime | None = None,
) -> bool:
    """Whether the moment of an alert has come.

    At once means: sources were read since it was told last. A morning that was missed is made up for once.

    Args:
        interval: one of `archive.INTERVALS`.
        told_at: up to when it was told.
        now: the moment (aware).
        zone: the organisation's.
        at: the setting `alerts_at`: the day of weekly alerts, and the hour of daily ones too.
        last_scan: when sources were read last.
    """
    if interval == "immediate":
        return last_scan is not None and told_at < last_scan
    name, _, hour = at.partition(" ")
    morning, local = time.fromisoformat(hour), now.astimezone(zone)
    # The newest morning that has begun; before it, yesterday still counts.
    day = local.date() if local.timetz().replace(tzinfo=None) >= morning else local.date() - timedelta(days=1)
    if interval == "weekly":
        day -= timedelta(days=(day.weekday() - DAYS.index(name)) % 7)
    return told_at < datetime.combine(day, morning, tzinfo=zone)


def _tell(engine: Engine, one: archive.Alert, desk: _Desk, *, dry_run: bool) -> Told | None:
    """Claim what lies since it was told last and queue the mail about it; None: another process has."""
    with reading(engine) as conn:
        hits = _hits(conn, one, desk)
        address = get(conn, one.subscriber).address
        alert = _alert(conn, one, hits, desk)
    told = Told(one.id, one.name, one.subscriber, one.interval, len(hits))
    if dry_run:
        return told
    # The start of what is told names the edition: whoever begins at the same moment cannot store a second one.
    occasion = f"{one.letter}{one.told_at:%Y-%m-%dT%H:%M:%S.%fZ}"
    with writing(engine) as conn:
        if not archive.claim_alert(conn, one, desk.now):
            return None
        if not hits:
            return told
        values = {
            "letter": occasion,
            "week": week_of(alert.today),
            "built_at": desk.now,
            "subject": letter.alert_subject(alert),
            "html": letter.alert_html(alert),
            "text": letter.alert_text(alert),
            "json": {"search": one.name, "query": dict(one.query), "hits": len(hits)},
            "state": "built",
        }
        number = archive.publish_alert(conn, values, [_entry(place, hit) for place, hit in enumerate(hits)])
        if number is None:
            return None
        public = desk.organisation.public_address
        mail = letter.alert_message(
            alert,
            to=address,
            sender=desk.settings.mail_from,
            occasion=occasion,
            stop=f"{public}/alert/{one.token}" if public else None,
        )
        outbox.enqueue(conn, number, [(one.subscriber, mail)], now=desk.now)
    return told


def _hits(conn: Connection, one: archive.Alert, desk: _Desk) -> list[_Hit]:
    """What is new or has changed and was not told yet; of a thing that several sources show, the first counts."""
    start = max(one.created, one.told_at - LATECOMERS)
    asked = Asked.read({**one.query, "sort": "date"})
    today = desk.now.astimezone(desk.organisation.zone).date()
    query = asked.query(one.language, limit=MOST_FOUND, moved=start)
    found = search(conn, query, today, desk.lexicon).results
    groups = {result.id: (result.id, *(other.id for other in result.also)) for result in found}
    moments = archive.moments(conn, [number for group in groups.values() for number in group], SHOWN_FIELDS)
    known = archive.told(conn, one, start)
    hits = []
    for result in found:
        group = [number for number in groups[result.id] if number in moments]
        first = min(moments[number].first_seen for number in group)
        moved = max(first, *(moments[number].changed or first for number in group))
        before = max((known[number] for number in group if number in known), default=start)
        if moved > before:
            hits.append(_Hit(result, moved, new=first > start and before == start))
    return hits


def _alert(conn: Connection, one: archive.Alert, hits: list[_Hit], desk: _Desk) -> letter.Alert:
    shown = hits[:MOST_TOLD]
    documents = {each.id: each for each in get_documents(conn, [hit.result.id for hit in shown])}
    web = desk.settings.web_address
    return letter.Alert(
        organisation=desk.organisation,
        language=one.language,
        search=one.name,
        interval=one.interval,
        since=one.told_at,
        now=desk.now,
        hits=tuple(
            letter.Hit(
                title=Text(hit.result.title, hit.result.title_language),
                source=desk.sources.get(hit.result.source, hit.result.source),
                url=documents[hit.result.id].url,
                new=hit.new,
                published=hit.result.published,
                closes=hit.result.closes,
            )
            for hit in shown
        ),
        more=len(hits) - len(shown),
        address=f"{web}/sok?{urlencode(one.query, doseq=True)}" if web else None,
    )


def _entry(place: int, hit: _Hit) -> dict[str, Any]:
    closes = hit.result.closes
    shown = {
        "title": hit.result.title,
        "source": hit.result.source,
        "url": hit.result.url,
        "closes": closes.isoformat() if closes else None,
        "moved": hit.moved.isoformat(),
    }
    return {
        "section": "alert",
        "position": place,
        "ref": f"{archive.DOCUMENT}{hit.result.id}",
        "fingerprint": hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest(),
        "shown": shown,
    }


def _send(engine: Engine, settings: Settings, clock: Callable[[], datetime], done: list[Told]) -> Round:
    """Send what waits, also from a run that was cut off."""
    sent = waiting = failed = unknown = 0
    with reading(engine) as conn:
        numbers = archive.waiting_editions(conn, clock())
    for number in numbers:
        tally = send_due(
            engine, Server.of(settings), clock=clock, edition_id=number, per_minute=settings.smtp_per_minute
        )
        sent, waiting = sent + tally.sent, waiting + tally.waiting
        failed, unknown = failed + tally.failed, unknown + tally.unknown
        if tally.stopped:
            return Round(tuple(done), sent, waiting, failed, unknown, tally.stopped)
    return Round(tuple(done), sent, waiting, failed, unknown)
