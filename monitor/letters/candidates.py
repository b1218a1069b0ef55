"""From archived documents to what a letter can be composed of: one `Item` per file, however many documents moved.

A file is a dossier of the file room (`monitor.dossiers.filing`); a document outside of them is an item by itself.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from config.calendar import Calendar
from config.organisation import Organisation
from config.sources import Source
from config.themes import Theme
from digests import briefing as letter
from digests.clock import SOON
from digests.words import catalogue
from monitor.archive.documents import OWN, Document
from monitor.archive.dossiers import dossiers_of, mentioned_by, packages_of
from monitor.archive.twins import leaders
from monitor.core.clock import Reach, internal_dates
from monitor.core.estimates import DossierWindow
from monitor.core.partners import Partners
from monitor.core.zone import ZONE
from monitor.dossiers.cases import Case, cases_of
from monitor.dossiers.files import File, Moved, Rules, load_files, moved, nearing, stepping
from monitor.dossiers.members import Member, members_of
from monitor.letters.deciding import decides
from spiders.finding import Identifier, Kind, Relation, Window, WindowKind

SHOWN_FIELDS = ("windows", "title", "gone")
"""Changes worth a line; texts, subjects and addresses flicker without meaning."""

REGISTERS = frozenset({"hys", "ares", "plan", "dok-id", "reference", "diary"})
"""Schemes of identifiers that no reader would look for."""

MOST_SOURCES = 6
"""Links of an entry; the archive has them all."""
FEWEST_FILES = 3
"""Of how many files a usual length must be the median to be worth a word."""

_TOLD = frozenset({letter.Level.ACT.value, letter.Level.BRIEF.value, letter.Level.BACKGROUND.value})
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
    partners: Partners | None = None
    """Countries that are not democracies; None: nobody is asked about partners."""


@dataclass(frozen=True, slots=True)
class Docket:
    """The dossiers of the documents at hand, with our cases and what moved since the last edition."""

    files: Mapping[int, File] = field(default_factory=dict)
    numbers: Mapping[int, int] = field(default_factory=dict)
    """Document → the dossier that it is about."""
    cases: Mapping[int, Case] = field(default_factory=dict)
    moves: Mapping[int, Moved] = field(default_factory=dict)
    beside: Mapping[int, int] = field(default_factory=dict)
    """News that names exactly one dossier → that dossier: it is told with it, where the dossier is told at all."""
    since: datetime | None = None
    """What was first seen after this moment is new; None: nothing is."""
    nearing: frozenset[int] = frozenset()
    """Dossiers with a last day that no document states as a window: by rule, or of the directive itself."""
    twins: Mapping[int, int] = field(default_factory=dict)
    """Document → the one that stands for it and for the same thing at other sources."""
    members: Mapping[int, tuple[Member, ...]] = field(default_factory=dict)
    """Dossier → our country's members of the committee that still decides; no key: none does."""


def open_docket(
    conn: Connection,
    documents: Sequence[Document],
    rules: Rules,
    today: date,
    *,
    since: datetime | None = None,
    country: str | None = None,
) -> Docket:
    """Fetch the dossiers of `documents`, and those in which a day arrived since the last edition.

    Args:
        conn: a reading connection.
        documents: read with the same `since`.
        rules: stages and windows.
        today: the day of the edition.
        since: the moment of the edition before; None: nothing is compared.
        country: whose members of committees are named, by code.
    """
    numbers = dossiers_of(conn, [one.id for one in documents])
    wanted = set(numbers.values())
    if since is not None:
        wanted |= packages_of(conn, [one.id for one in documents])
        wanted |= stepping(conn, since.astimezone(ZONE).date(), today)
    near = nearing(conn, rules, today, SOON)
    wanted |= near
    files = load_files(conn, wanted, rules, today, since=since, loaded=documents)
    moves = {}
    if since is not None:
        moves = {number: move for number, one in files.items() if (move := moved(one, rules, since)) is not None}
    of_files = {document.id: number for number, one in files.items() for document in one.documents}
    loose = [one.id for one in documents if one.id not in numbers and one.kind in (Kind.NEWS, Kind.PRESS)]
    beside = {one: min(some) for one, some in mentioned_by(conn, loose).items() if len(some) == 1}
    twins = leaders(conn, [one.id for one in documents])
    return Docket(
        files,
        of_files | numbers,
        cases_of(conn, files),
        moves,
        beside,
        since,
        nearing=frozenset(near & files.keys()),
        twins=twins,
        members=members_of(conn, files.values(), country, today),
    )


def items(documents: Iterable[Document], desk: Desk, docket: Docket = Docket()) -> list[letter.Item]:
    """One item per dossier, and one for each document outside of dossiers; what is not rated is left out.

    A dossier without a document at hand is an item only if it moved, or if a last day of it comes near.
    """
    at_hand: dict[int, list[Document]] = {}
    loose: list[Document] = []
    for one in documents:
        number = docket.numbers.get(one.id)
        if number is not None and number in docket.files:
            at_hand.setdefault(number, []).append(one)
        elif _rated(one):
            loose.append(one)
    for number in (*docket.moves, *docket.nearing):
        if any(_rated(one) and one.level in _TOLD for one in docket.files[number].documents):
            at_hand.setdefault(number, [])
    told = {
        number: _dossier(docket.files[number], some, desk, docket)
        for number, some in at_hand.items()
        if any(_rated(one) for one in docket.files[number].documents)
    }
    filed = {
        docket.twins[one.id]: number for number, some in at_hand.items() for one in some if one.id in docket.twins
    }
    groups: dict[int, list[Document]] = {}
    for one in loose:
        head = docket.twins.get(one.id, one.id)
        number = docket.beside.get(one.id) or filed.get(head)
        if number in told:
            item = told[number]
            told[number] = replace(item, sources=(*item.sources, _reference(one, desk)))
        else:
            groups.setdefault(head, []).append(one)
    return [*(_item(some, desk) for some in groups.values()), *told.values()]


def _rated(one: Document) -> bool:
    return one.level is not None and one.relevance is not None


def _dossier(one: File, at_hand: Sequence[Document], desk: Desk, docket: Docket) -> letter.Item:
    """The item of a dossier: of what was read this week, the rest of the dossier speaks where it must."""
    rated = [document for document in one.documents if _rated(document)]
    item = _item([document for document in rated if document.level in _TOLD] or rated, desk)
    case = docket.cases.get(one.id)
    known = docket.since is not None and any(document.first_seen <= docket.since for document in one.documents)
    return replace(
        item,
        id=f"dossier:{one.id}",
        titles=one.titles or item.titles,
        identifiers=_numbers(one.identifiers),
        sources=_one_each(item.sources)[:MOST_SOURCES],
        windows=tuple(_dossier_window(window, desk) for window in one.windows),
        stage=_stage(one, desk),
        decides=decides(one, docket.members.get(one.id), desk.organisation.country),
        changes=tuple(_moves(one, at_hand, desk, docket)) if known else (),
        channels=tuple(dict.fromkeys([*([case.channel] if case and case.channel else []), *item.channels])),
        case=_case(case, desk) if case else None,
        direction=letter.Direction(case.direction) if case and case.direction else item.direction,
        direction_reason=_judged(case, desk) if case and case.direction else item.direction_reason,
    )


def _stage(one: File, desk: Desk) -> letter.Stage | None:
    """Where the dossier stands and what comes next, with a day only where a source gives it."""
    stands, coming = one.standing, one.expected
    if stands is None:
        return None
    following = coming.step.named(desk.language, ahead=True) if coming else ""
    if coming and coming.usual and coming.usual.files >= FEWEST_FILES:
        words = catalogue(desk.language)
        following = words.say("usual", step=following, days=words.count(coming.usual.days, "day"))
    return letter.Stage(
        name=stands.event.step.named(desk.language),
        number=stands.number,
        total=stands.total if stands.number else None,
        expected=following,
        expected_day=coming.day if coming else None,
        coming=letter.Coming(coming.step.coming) if coming else letter.Coming.EXPECTED,
    )


def _moves(one: File, at_hand: Sequence[Document], desk: Desk, docket: Docket) -> Iterator[letter.Change]:
    """What is different from the last edition; a new document only where it moved nothing else."""
    words = catalogue(desk.language)
    told = False
    if (move := docket.moves.get(one.id)) is not None:
        before = move.before.event.step.named(desk.language) if move.before else None
        after = move.after.event.step.named(desk.language)
        if move.before and before == after:
            before, after = (
                f"{after} ({words.plain_date(stands.event.day)})" for stands in (move.before, move.after)
            )
        told = True
        yield letter.Change(words.phrases["field stage"], before, after)
    for document in one.documents:
        if docket.since is not None and document.first_seen <= docket.since:
            for change in _changes(document, desk):
                told = True
                yield change
    if not told and docket.since is not None:
        new = [document for document in at_hand if document.first_seen > docket.since and _rated(document)]
        for document in new[:1]:
            said = f"{_reference(document, desk).name}: {document.title(desk.language)[0]}"
            yield letter.Change(words.phrases["field document"], None, said)


def _case(case: Case, desk: Desk) -> letter.Case:
    position = case.last("position")
    note = None
    if case.position and position:
        note = letter.Note(case.position, position.who, _day(position.at, desk))
    return letter.Case(
        status=letter.Status(case.status),
        owner=case.owner or "",
        decider=case.decider or "",
        channel=case.channel or "",
        note=note,
        priority=letter.Priority(case.priority) if case.priority else None,
    )


def _judged(case: Case, desk: Desk) -> str:
    change = case.last("direction")
    return f"{change.who}, {catalogue(desk.language).plain_date(_day(change.at, desk))}" if change else ""


def _dossier_window(one: DossierWindow, desk: Desk) -> letter.Window:
    return replace(_window(one.window, desk), url=one.where)


def _item(group: Sequence[Document], desk: Desk) -> letter.Item:
    in_order = sorted(group, key=lambda one: _standing(one, desk.today))
    best, most = in_order[0], strongest(group)
    own_titles = {code: text for code, text in best.titles.items() if text}
    swedish = next((one.titles["sv"] for one in group if one.titles.get("sv")), None)
    if swedish and "sv" not in own_titles:
        own_titles["sv"] = swedish
    themes = list(dict.fromkeys(theme for one in (most, *group) for theme in one.themes))
    known = [desk.themes[name] for name in themes if name in desk.themes]
    return letter.Item(
        id=f"document:{min(one.id for one in group)}",
        kind=best.kind,
        titles=own_titles or {best.language or "en": best.key},
        level=letter.Level(most.level or "none"),
        relevance=most.relevance or 0.0,
        first_seen=min(_day(one.first_seen, desk) for one in group),
        sources=tuple(_reference(one, desk) for one in in_order),
        themes=tuple(letter.Theme(theme.id, {"sv": theme.sv, "en": theme.en}) for theme in known),
        direction=_direction(most),
        published=best.published,
        identifiers=_names(group),
        windows=tuple(_window(window, desk) for one in group for window in one.windows),
        changes=tuple(change for one in group for change in _changes(one, desk)),
        channels=tuple(dict.fromkeys(channel for theme in known[:1] for channel in theme.channels)),
        is_call=any(one.kind == Kind.CALL for one in group),
        documents=tuple(one.id for one in in_order),
    )


def number_of(item: letter.Item) -> int | None:
    """The dossier that an item speaks of; None: a document outside of dossiers, or a signal."""
    sort, _, number = item.id.partition(":")
    return int(number) if sort == "dossier" else None


def strongest(group: Sequence[Document]) -> Document:
    """The document that concerns us most."""
    return max(group, key=lambda one: (_LEVELS.get(one.level or "", 0), one.relevance or 0.0))


def _standing(one: Document, today: date) -> tuple[bool, bool, int, str, str]:
    """Which document speaks for its file: one that can be acted on, one with a Swedish title, the newest.

    Of several alike it is always the same: numbers follow the order in which answers came.
    """
    closes = one.closes(today)
    acts = closes is not None and closes >= today
    return (not acts, not one.titles.get("sv"), -one.day.toordinal(), one.source, one.key)


def _direction(one: Document) -> letter.Direction:
    try:
        return letter.Direction(one.direction or "unclear")
    except ValueError:  # `na`: the model finds nothing that moves
        return letter.Direction.UNCLEAR


def _names(group: Sequence[Document]) -> tuple[str, ...]:
    own = [one for document in group for one in document.identifiers if one.relation is not Relation.MENTION]
    return _numbers(sorted(own))


def _numbers(identifiers: Iterable[Identifier]) -> tuple[str, ...]:
    """The numbers by which people know a file; those that only one register uses stay in the archive."""
    named = dict.fromkeys(one.value for one in identifiers if one.scheme not in REGISTERS)
    # A procedure whose type somebody leaves out: `2022/0345` beside `2022/0345(COD)`.
    return tuple(name for name in named if not any(other.startswith(f"{name}(") for other in named))


def _one_each(references: Iterable[letter.Reference]) -> tuple[letter.Reference, ...]:
    """The first link of each source: its others are in the archive."""
    first: dict[str, letter.Reference] = {}
    for reference in references:
        first.setdefault(reference.name, reference)
    return tuple(first.values())


def _reference(one: Document, desk: Desk) -> letter.Reference:
    source = desk.sources.get(one.source)
    own = catalogue(desk.language).phrases["own signal"] if one.source == OWN else one.source
    return letter.Reference(source.title if source else own, one.url, _day(one.last_seen, desk), one.language)


def _window(window: Window, desk: Desk) -> letter.Window:
    return letter.Window(
        kind=letter.WindowKind(window.kind.value),
        opens=window.opens,
        closes=window.closes,
        certainty=letter.Certainty(window.certainty.value),
        closes_at=window.closes_at,
        url=window.url,
        # National law is no answer of ours.
        internal=_internal(window.closes, desk) if window.kind is not WindowKind.TRANSPOSITION else None,
    )


def _internal(closes: date | None, desk: Desk) -> letter.Internal | None:
    """The last internal day of the weightiest body still within reach; None without a meeting calendar."""
    if closes is None or closes < desk.today:
        return None
    every = internal_dates(closes, desk.today, desk.calendar)
    found = [one for one in every if one.way.body is not None]
    if all(one.reach is Reach.CALENDAR_EMPTY for one in found):
        return None
    reachable = [one for one in found if one.reach is Reach.REACHABLE]
    if not reachable:
        quick = [one.day for one in every if one.way.body is None and one.reach is Reach.REACHABLE]
        return letter.Internal(None, delegated=quick[-1] if quick else None)
    way = reachable[-1].way
    return letter.Internal(reachable[-1].day, way.sv if desk.language == "sv" else way.en)


def _changes(one: Document, desk: Desk) -> list[letter.Change]:
    """What moved since the last edition: per field what was before the first and is after the last revision."""
    words = catalogue(desk.language)
    spans: dict[str, tuple[Any, Any]] = {}
    seen: dict[str, date] = {}
    for revision in one.revisions:
        if revision.field in SHOWN_FIELDS:
            before = spans[revision.field][0] if revision.field in spans else revision.before
            spans[revision.field] = (before, revision.after)
            seen.setdefault(revision.field, _day(revision.seen_at, desk))
    changes = []
    for name, (before, after) in spans.items():
        was, is_now = (_said(name, value, desk, seen[name]) for value in (before, after))
        if was != is_now:
            changes.append(letter.Change(words.phrases[f"field {name}"], was, is_now))
    return changes


def _said(field: str, value: Any, desk: Desk, seen: date) -> str | None:
    """A revision's value as a reader wants it (of windows those not closed on `seen`); None = nothing was said."""
    words = catalogue(desk.language)
    match field, value:
        case _, None:
            return None
        case "title", dict():
            return value.get(desk.language) or next(iter(value.values()), None)
        case "windows", list():
            days = sorted({date.fromisoformat(window["closes"]) for window in value if window.get("closes")})
            return words.listed([words.plain_date(day) for day in days if day >= seen]) or None
        case "gone", str():
            return words.phrases["gone"]
        case _:
            return str(value)


def _day(moment: datetime, desk: Desk) -> date:
    return moment.astimezone(desk.organisation.zone).date()
