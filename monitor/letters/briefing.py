"""The week's edition: select from the archive, compose, and keep what was published."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select

from config.calendar import Calendar, load_calendar
from config.organisation import Organisation, load_organisation
from config.partners import load_partners
from config.settings import Settings
from config.signals import SignalRules, load_signal_rules
from config.sources import Source, load_sources
from config.themes import Theme, load_themes
from digests.as_json import as_json, previous_from_json, previous_to_json
from digests.briefing import Briefing, Density, Previous, SourceStatus
from digests.clock import SOON
from digests.compose import compose, remember
from digests.render import render_html, render_text
from digests.weeks import parse_week
from monitor.archive.documents import DEADLINES_AHEAD, for_letter, get_documents
from monitor.archive.history import histories
from monitor.archive.letters import edition, entry
from monitor.archive.scans import source_health
from monitor.archive.sightings import began, sightings
from monitor.core.clock import own_day_within
from monitor.core.health import Sign, alarms
from monitor.core.partners import Partners
from monitor.core.signals import Signal, signals
from monitor.dossiers.files import Rules
from monitor.dossiers.ours import Ours
from monitor.errors import MonitorError
from monitor.letters.candidates import Desk, items, open_docket
from monitor.letters.depth import Offer
from monitor.letters.signal_items import signal_items

FIRST_PERIOD = timedelta(days=7)
"""What the first edition looks back on."""
ANSWERS_AHEAD = timedelta(days=365)
"""How long after a meeting the answer that it decides may be due."""
SIGNAL_DOCUMENTS = 12
"""Documents of an early signal that are fetched; the newest are named."""
LEVELS = ("act", "brief", "background")


class BriefingError(MonitorError):
    """An edition cannot be built, found or sent; one line."""


@dataclass(frozen=True, slots=True)
class Office:
    """What every edition needs from the configuration."""

    organisation: Organisation
    calendar: Calendar
    sources: tuple[Source, ...]
    themes: tuple[Theme, ...]
    rules: Rules
    signals: SignalRules
    partners: Partners

    @classmethod
    def of(cls, settings: Settings) -> "Office":
        """The configuration in force.

        Raises:
            ConfigError: a broken file.
        """
        overlay = settings.config
        return cls(
            load_organisation(overlay),
            load_calendar(overlay),
            load_sources(overlay),
            load_themes(overlay),
            Rules.of(overlay),
            load_signal_rules(overlay),
            Partners(load_partners(overlay)),
        )

    @property
    def ours(self) -> Ours:
        """What it adds to a file."""
        we = self.organisation
        return Ours(self.calendar, self.partners, we.own_names, we.country_code)


class Items(dict[str, Offer]):
    """What can be told, by language; made when asked for, since most editions are wanted in one."""

    def __init__(self, make: Callable[[str], Offer]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, language: str) -> Offer:
        self[language] = made = self._make(language)
        return made


@dataclass(frozen=True, slots=True)
class Material:
    """All that one week's editions are composed from, in every language and density."""

    week: str
    now: datetime
    office: Office
    items: Items
    """By language."""
    sources: tuple[SourceStatus, ...]
    previous: Previous | None


@dataclass(frozen=True, slots=True)
class Edition:
    """A published edition, without recipients."""

    id: int
    letter: str
    week: str
    built_at: datetime
    subject: str
    html: str
    text: str
    json: dict[str, Any]
    state: str


def gather(conn: Connection, office: Office, *, week: str, now: datetime) -> Material:
    """What the archive offers for `week`, seen at `now` (aware).

    Raises:
        BriefingError: `week` is no ISO week.
    """
    try:
        parse_week(week)
    except ValueError as exc:
        raise BriefingError(str(exc)) from exc
    before = _before(conn, office.organisation.letter.name, week)
    today = now.astimezone(office.organisation.zone).date()
    since = before.built_at if before else now - FIRST_PERIOD
    answers = ANSWERS_AHEAD if own_day_within(SOON, today, office.calendar) else DEADLINES_AHEAD
    documents = for_letter(conn, since, today, levels=LEVELS, answers=answers)
    docket = open_docket(
        conn,
        documents,
        office.rules.measured(conn, today),
        today,
        since=since,
        country=office.organisation.country_code,
    )
    raised = rising(conn, office.signals, today)
    shown = [number for one in raised for number in one.documents[:SIGNAL_DOCUMENTS]]
    of_signals = {one.id: one for one in get_documents(conn, shown)}

    def in_language(language: str) -> Offer:
        desk = Desk(
            organisation=office.organisation,
            calendar=office.calendar,
            sources={source.id: source for source in office.sources},
            themes={theme.id: theme for theme in office.themes},
            today=today,
            language=language,
            partners=office.partners,
        )
        told = [*items(documents, desk, docket), *signal_items(raised, of_signals, desk, office.signals)]
        return Offer(told, documents, docket, desk)

    return Material(
        week=week,
        now=now,
        office=office,
        items=Items(in_language),
        sources=_statuses(conn, office.sources, now),
        previous=_previous(conn, before) if before else None,
    )


def edit(
    material: Material,
    *,
    language: str | None = None,
    density: Density = "normal",
    themes: Sequence[str] | None = None,
) -> Briefing:
    """One composition of the week's material; without arguments the edition that is published."""
    office = material.office
    chosen = language or office.organisation.letter.language
    wanted = None if themes is None else {*themes, *(theme.id for theme in office.themes if theme.lens)}
    offer = material.items[chosen]
    return compose(
        offer,
        in_full=offer.in_full,
        week=material.week,
        now=material.now,
        organisation=office.organisation,
        sources=material.sources,
        themes_filter=wanted,
        density=density,
        previous=material.previous,
        language=chosen,
    )


def publish(conn: Connection, material: Material) -> Edition:
    """Store the week's edition and what it showed; a released edition no longer changes and is given back."""
    name = material.office.organisation.letter.name
    known = find(conn, name, material.week)
    if known and known.state == "released":
        return known
    briefing = edit(material)
    values = {
        "letter": name,
        "week": material.week,
        "built_at": material.now,
        "subject": briefing.subject,
        "html": render_html(briefing),
        "text": render_text(briefing),
        "json": as_json(briefing),
        "state": "built",
    }
    if known:
        conn.execute(delete(entry).where(entry.c.edition_id == known.id))
        conn.execute(edition.update().where(edition.c.id == known.id).values(**values))
    else:
        conn.execute(insert(edition).values(**values))
    stored = find(conn, name, material.week)
    assert stored is not None  # noqa: S101  # just written in this transaction
    rows = _shown_rows(stored.id, briefing)
    if rows:
        conn.execute(insert(entry), rows)
    return stored


def find(conn: Connection, letter: str, week: str) -> Edition | None:
    """The edition of a week; None if there is none."""
    row = (
        conn.execute(select(edition).where(edition.c.letter == letter, edition.c.week == week)).mappings().first()
    )
    return _edition(row) if row else None


def editions(conn: Connection, letter: str) -> tuple[Edition, ...]:
    """Every edition of a letter, the newest first."""
    query = select(edition).where(edition.c.letter == letter).order_by(edition.c.week.desc())
    return tuple(_edition(row) for row in conn.execute(query).mappings())


def rising(conn: Connection, rules: SignalRules, today: date) -> tuple[Signal, ...]:
    """The early signals of the day."""
    first = today - timedelta(days=rules.recent_days, weeks=rules.baseline_weeks)
    return signals(sightings(conn, first, today), began(conn), today, rules) if rules.most else ()


def _before(conn: Connection, letter: str, week: str) -> Edition | None:
    """The last edition before `week`. ISO weeks sort as text."""
    query = select(edition).where(edition.c.letter == letter, edition.c.week < week)
    row = conn.execute(query.order_by(edition.c.week.desc()).limit(1)).mappings().first()
    return _edition(row) if row else None


def _edition(row: RowMapping) -> Edition:
    return Edition(**{name: row[name] for name in Edition.__slots__})


def _shown_rows(number: int, briefing: Briefing) -> list[dict[str, Any]]:
    told = previous_to_json(remember(briefing))
    sections = {
        name: section.id
        for section in briefing.sections
        for name in (*(one.item for one in section.entries), *(one.item for one in section.lines))
        if name
    }
    rows: dict[str, dict[str, Any]] = {}
    for position, shown in enumerate(told["shown"]):
        if not shown["item"]:
            continue
        rows[shown["item"]] = {
            "edition_id": number,
            "section": sections[shown["item"]],
            "position": position,
            "ref": shown["item"],
            "fingerprint": hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest(),
            "shown": shown,
        }
    return list(rows.values())


def _previous(conn: Connection, before: Edition) -> Previous:
    query = select(entry.c.shown).where(entry.c.edition_id == before.id).order_by(entry.c.position)
    day = before.built_at.date()
    return previous_from_json(
        {"week": before.week, "day": day.isoformat(), "shown": list(conn.execute(query).scalars())}
    )


def _statuses(conn: Connection, sources: Sequence[Source], now: datetime) -> tuple[SourceStatus, ...]:
    """How every enabled source fared that was ever read; one that answers and still needs a look says why."""
    health = source_health(conn)
    read = [one for one in sources if one.enabled and one.id in health and health[one.id].outcome]
    history = histories(conn, read, now)
    statuses = []
    for source in read:
        state = health[source.id]
        outcome, reason = state.outcome or "", state.error or ""
        for alarm in alarms(history[source.id], source, now)[:1]:
            if alarm.sign in (Sign.TLS, Sign.REDIRECT, Sign.VOLUME, Sign.SILENT):
                outcome, reason = alarm.sign.value, alarm.fact
        statuses.append(SourceStatus(source.id, source.title, outcome, reason, state.last_good))
    return tuple(statuses)
