"""What the pages say of documents: windows with our own last day, changes from what was to what is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from digests import briefing as letter
from digests.clock import closes_near, pressing
from monitor.archive.documents import Document, Revision, get_documents
from monitor.archive.overview import Closing
from monitor.core.clock import InternalDate, Reach, internal_dates
from monitor.letters.candidates import items, open_docket
from monitor.web.site import Site
from monitor.web.words import Words
from spiders.finding import Window

LONGEST_LINE = 300
"""Characters of a change that still stands in one line."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A file with the window that shuts first, as lists show it."""

    item: letter.Item
    window: letter.Window
    closes: date
    presses: date
    """The next day to keep: our own, else the window's."""

    @property
    def path(self) -> str:
        """Where it is shown."""
        return path_of(self.item)


def path_of(item: letter.Item) -> str:
    """Where the page of an item lies: its dossier, or the document that stands alone."""
    sort, _, number = item.id.partition(":")
    return f"/arende/{number}" if sort == "dossier" else f"/dokument/{number}"


def titled(titles: Mapping[str, str], language: str) -> tuple[str, str]:
    """The title to show of several, and its language: the wanted one, else English, else any."""
    for code in (language, "en", *titles):
        if titles.get(code):
            return titles[code], code
    return "–", ""


def matters(conn: Connection, site: Site, language: str, closing: Sequence[Closing]) -> list[Matter]:
    """One matter for each file among these windows: what shuts within 14 days, then by the next day to keep.

    A file speaks of the window that shuts first, as in the letter: a day of our own must not hide it.
    """
    today = site.today()
    found = []
    for item in _items(conn, site, language, [one.document for one in closing], None):
        dated = [(one, one.closes) for one in item.windows if one.closes is not None and one.closes >= today]
        if dated:
            window, closes = min(dated, key=lambda pair: pair[1])
            found.append(Matter(item, window, closes, pressing(window, today) or closes))

    def urgency(one: Matter) -> tuple[bool, date, date, str]:
        near = closes_near(one.window, today)
        return not near, one.closes if near else one.presses, one.closes, one.item.id

    return sorted(found, key=urgency)


def moves(
    conn: Connection, site: Site, language: str, documents: Sequence[int], since: datetime
) -> list[letter.Item]:
    """The files of these documents with what moved in them since a moment."""
    return _items(conn, site, language, documents, since)


def _items(
    conn: Connection, site: Site, language: str, numbers: Sequence[int], since: datetime | None
) -> list[letter.Item]:
    documents = get_documents(conn, list(dict.fromkeys(numbers)), since=since)
    docket = open_docket(conn, documents, site.office.rules, site.today(), since=since)
    found = {item.id: item for item in items(documents, site.desk(language), docket)}
    # In the order of the documents; dossiers come last from `items`.
    places = [
        f"dossier:{docket.numbers[one.id]}" if one.id in docket.numbers else f"document:{one.id}"
        for one in documents
    ]
    return [found[name] for name in dict.fromkeys(places) if name in found]


@dataclass(frozen=True, slots=True)
class Timed:
    """A window of a document with every way of answering and its last internal day."""

    window: Window
    is_open: bool
    days: int | None
    ways: tuple[InternalDate, ...]


def timed(site: Site, windows: Iterable[Window]) -> list[Timed]:
    """The windows, open ones first, then the newest."""
    today = site.today()
    found = [
        Timed(
            window,
            window.closes is None or window.closes >= today,
            (window.closes - today).days if window.closes else None,
            internal_dates(window.closes, today, site.office.calendar)
            if window.closes and window.closes >= today
            else (),
        )
        for window in windows
    ]
    return sorted(found, key=lambda one: (not one.is_open, one.window.closes or date.max))


def ways_say(words: Words, ways: Sequence[InternalDate]) -> list[tuple[str, str]]:
    """Ways of answering with what there is to say of them; those of which the same is to be said together."""
    said: dict[str, list[str]] = {}
    for one in ways:
        said.setdefault(_way_says(words, one), []).append(one.way.sv if words.code == "sv" else one.way.en)
    return [(", ".join(names), text) for text, names in said.items()]


def _way_says(words: Words, found: InternalDate) -> str:
    """One way of answering as a sentence: until when, or why not."""
    day = words.letter.long_date(found.day) if found.day else ""
    meeting = words.letter.long_date(found.meeting) if found.meeting else ""
    match found.reach:
        case Reach.REACHABLE if meeting:
            return words.say("way meeting", day=day, meeting=meeting)
        case Reach.REACHABLE:
            return words.say("way day", day=day)
        case Reach.TOO_LATE:
            return words.say("way late", day=day)
        case Reach.NO_MEETING:
            return words.say("way no meeting")
        case _:
            return words.say("way unknown")


@dataclass(frozen=True, slots=True)
class Change:
    """What was and what is, in words, with the day it was seen; of lists only what went and what came."""

    field: str
    before: str
    after: str
    seen: datetime
    document: int

    @property
    def is_long(self) -> bool:
        """Whether it is too long to stand in a line."""
        return len(self.before) + len(self.after) > LONGEST_LINE


def changes(site: Site, words: Words, one: Document) -> list[Change]:
    """Every revision in words, the newest first; what only a machine would notice is left out."""
    teller = _Teller(site, words)
    found = []
    for revision in reversed(one.revisions):
        before, after = teller.both(revision, one.kind)
        if before != after:
            found.append(Change(words.name("field", revision.field), before, after, revision.seen_at, one.id))
    return found


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says the stored values of revisions in words."""

    site: Site
    words: Words

    def both(self, revision: Revision, kind: str) -> tuple[str, str]:
        """What was and what is."""
        before, after = revision.before, revision.after
        if isinstance(before or [], list) and isinstance(after or [], list):
            was, is_now = (self._lines(revision.field, value or [], kind) for value in (before, after))
            gone, come = [x for x in was if x not in is_now], [x for x in is_now if x not in was]
            if not gone and not come:
                return "", ""
            return self._listed(gone), self._listed(come)
        return self._plain(revision.field, before), self._plain(revision.field, after)

    def _listed(self, lines: Sequence[str]) -> str:
        return ", ".join(lines) or self.words.say("nothing said")

    def _plain(self, field: str, value: Any) -> str:
        if value in (None, "", [], {}):
            return self.words.say("nothing said")
        if isinstance(value, dict):
            return str(value.get(self.words.code) or next(iter(value.values())))
        return self.words.letter.phrases["gone"] if field == "gone" else str(value)

    def _lines(self, field: str, values: Sequence[Any], kind: str) -> list[str]:
        """The parts of a list in words; each has the form in which the archive stores it."""
        match field:
            case "windows":
                return [self._window(one) for one in values]
            case "steps":
                return [self._step(day, code, kind) for day, code in values]
            case "identifiers":
                return [str(value) for _, value, _ in values]
            case "attachments":
                return [str(name or url) for name, url in values]
            case _:
                return [str(one) for one in values]

    def _window(self, window: Mapping[str, Any]) -> str:
        closes = window.get("closes")
        day = self.words.letter.plain_date(date.fromisoformat(closes)) if closes else self.words.say("day unknown")
        return f"{self.words.window(str(window.get('kind', '')))}: {day}"

    def _step(self, day: str, code: str, kind: str) -> str:
        name = step_name(self.site, self.words, code, kind)
        return f"{self.words.letter.plain_date(date.fromisoformat(day))}: {name}"


def step_name(site: Site, words: Words, code: str, kind: str) -> str:
    """What a source's code of a step is called; the code itself where nobody knows it."""
    step = site.office.rules.model.step_of(code, kind)
    return code if step is None else step.sv if words.code == "sv" else step.en
