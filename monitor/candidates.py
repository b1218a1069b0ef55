"""From archived documents to what a letter can be composed of: one `Item` per file, however many documents moved.

Documents join when they are about the same thing by an identifier with the relation `subject`; nothing else joins.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from config.calendar import Calendar
from config.organisation import Organisation
from config.sources import Source
from config.themes import Theme
from digests import briefing as letter
from digests.words import catalogue
from monitor.archive.documents import Document
from monitor.clock import Reach, internal_dates
from spiders.finding import Kind, Relation, Window

SHOWN_FIELDS = ("windows", "title", "gone")
"""Changes worth a line; texts, subjects and addresses flicker without meaning."""

REGISTERS = frozenset({"hys", "ares", "plan", "dok-id", "reference", "diary"})
"""Schemes of identifiers that no reader would look for."""

_LEVELS = {level.value: rank for rank, level in enumerate(reversed(letter.Level))}


@dataclass(frozen=True, slots=True)
class Desk:
    """What an item needs beside its documents: who we are, what sources and themes are called, which day it is."""

    organisation: Organisation
    calendar: Calendar
    sources: Mapping[str, Source]
    themes: Mapping[str, Theme]
    today: date
    language: str


def items(documents: Iterable[Document], desk: Desk) -> list[letter.Item]:
    """One item per file, the documents about the same thing together; those not rated are left out."""
    rated = [one for one in documents if one.level is not None and one.relevance is not None]
    return [_item(group, desk) for group in _same_subject(rated)]


def _same_subject(documents: Sequence[Document]) -> list[list[Document]]:
    """Groups of documents that share a `subject` identifier, directly or through others; order is kept."""
    parent = {one.id: one.id for one in documents}

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[tuple[str, str], int] = {}
    for one in documents:
        for identifier in one.identifiers:
            if identifier.relation is Relation.SUBJECT:
                other = first.setdefault((identifier.scheme, identifier.value), one.id)
                parent[root(one.id)] = root(other)
    groups: dict[int, list[Document]] = {}
    for one in documents:
        groups.setdefault(root(one.id), []).append(one)
    return list(groups.values())


def _item(group: Sequence[Document], desk: Desk) -> letter.Item:
    best = min(group, key=lambda one: _standing(one, desk.today))
    strongest = max(group, key=lambda one: (_LEVELS.get(one.level or "", 0), one.relevance or 0.0))
    own_titles = {code: text for code, text in best.titles.items() if text}
    swedish = next((one.titles["sv"] for one in group if one.titles.get("sv")), None)
    if swedish and "sv" not in own_titles:
        own_titles["sv"] = swedish
    themes = list(dict.fromkeys(theme for one in (strongest, *group) for theme in one.themes))
    known = [desk.themes[name] for name in themes if name in desk.themes]
    return letter.Item(
        id=f"document:{min(one.id for one in group)}",
        kind=best.kind,
        titles=own_titles or {best.language or "en": best.key},
        level=letter.Level(strongest.level or "none"),
        relevance=strongest.relevance or 0.0,
        first_seen=min(_day(one.first_seen, desk) for one in group),
        sources=tuple(_reference(one, desk) for one in sorted(group, key=lambda one: _standing(one, desk.today))),
        summary=best.summary or next((one.summary for one in group if one.summary), {}) or _opening(best),
        themes=tuple(letter.Theme(theme.id, {"sv": theme.sv, "en": theme.en}) for theme in known),
        reasons=strongest.reasons[:2],
        direction=_direction(strongest),
        published=best.published,
        identifiers=_names(group),
        windows=tuple(_window(window, desk) for one in group for window in one.windows),
        changes=tuple(change for one in group for change in _changes(one, desk)),
        channels=tuple(dict.fromkeys(channel for theme in known[:1] for channel in theme.channels)),
        is_call=any(one.kind == Kind.CALL for one in group),
    )


def _standing(one: Document, today: date) -> tuple[bool, bool, int, int]:
    """Which document speaks for its file: one that can be acted on, one with a Swedish title, the newest."""
    closes = one.closes(today)
    acts = closes is not None and closes >= today
    return (not acts, not one.titles.get("sv"), -one.day.toordinal(), one.id)


def _direction(one: Document) -> letter.Direction:
    try:
        return letter.Direction(one.direction or "unclear")
    except ValueError:  # `na`: the model finds nothing that moves
        return letter.Direction.UNCLEAR


def _opening(one: Document) -> dict[str, str]:
    """The first paragraph of the text, where a source gives no summary."""
    first = next((line for line in (one.text or "").splitlines() if len(line) > 60), "")
    return {one.language: first} if first else {}


def _names(group: Sequence[Document]) -> tuple[str, ...]:
    """The numbers by which people know the file; those that only one register uses stay in the archive."""
    own = [
        one
        for document in group
        for one in document.identifiers
        if one.relation is not Relation.MENTION and one.scheme not in REGISTERS
    ]
    return tuple(dict.fromkeys(identifier.value for identifier in sorted(own)))


def _reference(one: Document, desk: Desk) -> letter.Reference:
    source = desk.sources.get(one.source)
    return letter.Reference(
        source.title if source else one.source, one.url, _day(one.last_seen, desk), one.language
    )


def _window(window: Window, desk: Desk) -> letter.Window:
    return letter.Window(
        kind=letter.WindowKind(window.kind.value),
        opens=window.opens,
        closes=window.closes,
        certainty=letter.Certainty(window.certainty.value),
        closes_at=window.closes_at,
        url=window.url,
        internal=_internal(window.closes, desk),
    )


def _internal(closes: date | None, desk: Desk) -> letter.Internal | None:
    """The last internal day of the weightiest body still within reach; None without a meeting calendar."""
    if closes is None or closes < desk.today:
        return None
    found = [one for one in internal_dates(closes, desk.today, desk.calendar) if one.way.body is not None]
    if all(one.reach is Reach.CALENDAR_EMPTY for one in found):
        return None
    reachable = [one for one in found if one.reach is Reach.REACHABLE]
    if not reachable:
        return letter.Internal(None)
    way = reachable[-1].way
    return letter.Internal(reachable[-1].day, way.sv if desk.language == "sv" else way.en)


def _changes(one: Document, desk: Desk) -> list[letter.Change]:
    """What moved since the last edition: per field what was before the first and is after the last revision."""
    words = catalogue(desk.language)
    spans: dict[str, tuple[Any, Any]] = {}
    for revision in one.revisions:
        if revision.field in SHOWN_FIELDS:
            before = spans[revision.field][0] if revision.field in spans else revision.before
            spans[revision.field] = (before, revision.after)
    changes = []
    for field, (before, after) in spans.items():
        was, is_now = _said(field, before, desk), _said(field, after, desk)
        if was != is_now:
            changes.append(letter.Change(words.phrases[f"field {field}"], was, is_now))
    return changes


def _said(field: str, value: Any, desk: Desk) -> str | None:
    """A revision's value as a reader wants it; None = nothing was said."""
    words = catalogue(desk.language)
    match field, value:
        case _, None:
            return None
        case "title", dict():
            return value.get(desk.language) or next(iter(value.values()), None)
        case "windows", list():
            days = sorted({window["closes"] for window in value if window.get("closes")})
            return words.listed([words.plain_date(date.fromisoformat(day)) for day in days]) or None
        case "gone", str():
            return words.phrases["gone"]
        case _:
            return str(value)


def _day(moment: datetime, desk: Desk) -> date:
    return moment.astimezone(desk.organisation.zone).date()
