"""Follow-up of influence work in a quarter or a year: files followed, windows used or missed, channels, outcomes.

Everything is told as it stood at the end of the period, from the history of the cases. A window counts as used if
the case was set to `svarat` while it was open, as missed if it closed without that.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from digests.clock import INFLUENCE
from monitor.archive.documents import get_documents
from monitor.archive.dossiers import dossiers_of
from monitor.archive.schema import document, document_window
from monitor.dossiers.cases import Case, list_cases
from monitor.dossiers.files import File, Rules, load_files
from monitor.errors import MonitorError
from nlp.assessment import Level
from spiders.finding import Window

ANSWERED, CLOSED = "svarat", "avslutad"
KINDS = frozenset(kind.value for kind in INFLUENCE)
"""Windows in which one influences; money and transposition are not counted."""


class Use(StrEnum):
    """What became of a window of a file that we follow."""

    USED = "used"
    MISSED = "missed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class UsedWindow:
    """A window that closed in the period, or closes in it and is still open."""

    kind: str
    closes: date
    certainty: str
    use: Use


@dataclass(frozen=True, slots=True)
class Happened:
    """A step of a file in the period."""

    day: date
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A file with a case, as it stood at the end of the period."""

    dossier: int
    title: str
    language: str
    """Of the title."""
    opened: date
    status: str
    owner: str | None
    channel: str | None
    direction: str | None
    decider: str | None
    position: str | None
    answered: tuple[date, ...]
    """Days in the period on which it was set to answered."""
    windows: tuple[UsedWindow, ...]
    steps: tuple[Happened, ...]


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """A document rated as to be acted on, whose window closed without anybody having opened a case."""

    document: int
    title: str
    language: str
    kind: str
    closes: date
    url: str


@dataclass(frozen=True, slots=True)
class Report:
    """The follow-up of one period."""

    period: Period
    followed: tuple[Followed, ...]
    unfollowed: tuple[Unfollowed, ...]

    @property
    def uses(self) -> Mapping[Use, int]:
        """Windows of the followed files, by what became of them."""
        return Counter(window.use for one in self.followed for window in one.windows)

    @property
    def channels(self) -> Mapping[str, int]:
        """Followed files by channel; those without one are left out."""
        return Counter(one.channel for one in self.followed if one.channel)

    @property
    def outcomes(self) -> Mapping[str, int]:
        """Followed files by status."""
        return Counter(one.status for one in self.followed)


def quarter_of(day: date) -> Period:
    """The quarter in which `day` lies."""
    return parse_period(f"{day.year}-Q{(day.month + 2) // 3}")


def year_of(day: date) -> Period:
    """The year in which `day` lies."""
    return parse_period(f"{day.year}")


def parse_period(text: str) -> Period:
    """`2026-Q3` or `2026`.

    Raises:
        MonitorError: neither.
    """
    match = re.fullmatch(r"(20\d\d)(?:-Q([1-4]))?", text)
    if match is None:
        raise MonitorError(f"expected a quarter like 2026-Q3 or a year like 2026, got {text!r}")
    year = int(match[1])
    first_month, months = (int(match[2]) * 3 - 2, 3) if match[2] else (1, 12)
    end = first_month + months
    following = date(year + 1, 1, 1) if end > 12 else date(year, end, 1)
    return Period(text, date(year, first_month, 1), following - timedelta(days=1))


def report(conn: Connection, period: Period, rules: Rules, today: date, zone: ZoneInfo) -> Report:
    """The follow-up of `period`, seen on `today`; days are those of `zone`."""
    cases = [one for one in list_cases(conn, closed=True) if _concerns(one, period, zone)]
    files = load_files(conn, [one.dossier for one in cases], rules, today)
    followed = [_followed(one, files[one.dossier], period, today, zone) for one in cases if one.dossier in files]
    every = {
        one.dossier for one in list_cases(conn, closed=True) if one.opened.astimezone(zone).date() <= period.last
    }
    return Report(
        period,
        tuple(sorted(followed, key=lambda one: (one.opened, one.dossier))),
        tuple(_unfollowed(conn, period, today, every)),
    )


def as_json(one: Report) -> dict[str, Any]:
    """The keys of `report --json` (docs/cli.md). Days in ISO 8601."""
    data = asdict(one)
    return {
        "period": data["period"],
        "windows": {use.value: one.uses.get(use, 0) for use in Use},
        "channels": dict(one.channels),
        "outcomes": dict(one.outcomes),
        "followed": data["followed"],
        "unfollowed": data["unfollowed"],
    }


def _concerns(case: Case, period: Period, zone: ZoneInfo) -> bool:
    """Opened by the end of the period, and not closed before it."""
    if case.opened.astimezone(zone).date() > period.last:
        return False
    before = period.first - timedelta(days=1)
    return _as_of(case, "status", before, zone) != CLOSED


def _as_of(case: Case, field: str, day: date, zone: ZoneInfo) -> str | None:
    """What a field of the case was at the end of `day`."""
    changes = [one for one in case.changes if one.field == field]
    for change in reversed(changes):
        if change.at.astimezone(zone).date() <= day:
            return change.after
    value: str | None = changes[0].before if changes else getattr(case, field)
    return value


def _followed(case: Case, file: File, period: Period, today: date, zone: ZoneInfo) -> Followed:
    answers = [
        change.at.astimezone(zone).date()
        for change in case.changes
        if change.field == "status" and change.after == ANSWERED
    ]
    windows = [one.window for one in file.windows]
    closing = [one for one in windows if one.kind.value in KINDS and one.closes and one.closes >= period.first]
    return Followed(
        dossier=case.dossier,
        title=file.title[0],
        language=file.title[1],
        opened=case.opened.astimezone(zone).date(),
        status=_as_of(case, "status", period.last, zone) or case.status,
        owner=_as_of(case, "owner", period.last, zone),
        channel=_as_of(case, "channel", period.last, zone),
        direction=_as_of(case, "direction", period.last, zone),
        decider=_as_of(case, "decider", period.last, zone),
        position=_as_of(case, "position", period.last, zone),
        answered=tuple(day for day in answers if period.first <= day <= period.last),
        windows=tuple(
            UsedWindow(one.kind.value, one.closes, one.certainty.value, _use(one, one.closes, answers, today))
            for one in closing
            if one.closes and one.closes <= period.last
        ),
        steps=tuple(
            Happened(one.day, one.step.sv, one.step.en)
            for one in file.events
            if period.first <= one.day <= min(period.last, today) and not (one.step.forecast or one.step.quiet)
        ),
    )


def _use(window: Window, closes: date, answers: Collection[date], today: date) -> Use:
    if any((window.opens or date.min) <= day <= closes for day in answers):
        return Use.USED
    return Use.OPEN if closes >= today else Use.MISSED


def _unfollowed(conn: Connection, period: Period, today: date, followed: Collection[int]) -> list[Unfollowed]:
    """Windows of what should be acted on that closed in the period, with no case; the newest first."""
    columns = document_window.c
    query = (
        select(document.c.id, columns.kind, columns.closes)
        .join(document, document.c.id == columns.document)
        .where(
            document.c.level == Level.ACT.value,
            columns.kind.in_(sorted(KINDS)),
            columns.closes.between(period.first, min(period.last, today - timedelta(days=1))),
        )
    )
    rows = conn.execute(query.order_by(columns.closes.desc(), document.c.id)).all()
    dossiers = dossiers_of(conn, [row.id for row in rows])
    wanted = [row for row in rows if dossiers.get(row.id) not in followed]
    documents = {one.id: one for one in get_documents(conn, [row.id for row in wanted])}
    found: dict[tuple[object, str, date], Unfollowed] = {}
    for row in wanted:
        one = documents[row.id]
        # A dossier's window is told once, however many documents state it.
        key = (dossiers.get(row.id, f"document:{row.id}"), row.kind, row.closes)
        found.setdefault(key, Unfollowed(row.id, *one.title(), row.kind, row.closes, one.url))
    return list(found.values())
