"""The data of the letter: what `compose` takes (`Item` and below) and what it yields (`Briefing`).

Plain frozen data: no database, no template, no clock. Whoever knows the archive maps its rows to `Item`;
whoever presents the letter reads `Briefing`. Both speak the words of docs/architecture.md. Texts may be
hostile: they are tamed where they are rendered, so nothing here needs to be clean beforehand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Literal

from config.organisation import Organisation
from digests.deciding import Decides
from digests.terms import Certainty, Coming, Direction, Level, Matter, Priority, SentTo, Status, WindowKind

__all__ = [
    "HEALTHY",
    "NOTHING",
    "Briefing",
    "Case",
    "Certainty",
    "Change",
    "Clock",
    "Coming",
    "Confidence",
    "Counts",
    "Density",
    "Direction",
    "Entry",
    "Grounds",
    "Internal",
    "Item",
    "Level",
    "Line",
    "Matter",
    "Note",
    "Previous",
    "Priority",
    "Reference",
    "Risk",
    "Section",
    "SectionId",
    "SentTo",
    "Shown",
    "SourceStatus",
    "Stage",
    "State",
    "Status",
    "Text",
    "Theme",
    "Window",
    "WindowKind",
]

HEALTHY = frozenset({"changed", "unchanged", "empty"})
"""Outcomes of an attempt that answered as it should."""

NOTHING: Mapping[str, str] = MappingProxyType({})

Density = Literal["short", "normal", "full"]
SectionId = Literal["deadlines", "decisions", "new", "changed", "funding", "signals", "fyi", "outcomes", "sources"]


# ── What compose takes ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Theme:
    """What an item is about. `names` by language; `short` (optional) is the word for the subject line."""

    id: str
    names: Mapping[str, str]
    short: Mapping[str, str] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Internal:
    """The last day for our own handling of a window.

    `day` None means that no meeting comes in time, so that delegation is needed. A window whose `internal`
    is None altogether has an internal date that nobody knows: the meeting calendar is not filled in.
    """

    day: date | None
    way: str = ""
    """Who handles it, in the letter's language ("nämnd", "tjänsteperson")."""
    delegated: date | None = None
    """Where no meeting comes in time: the last day to prepare a decision by delegation; None: past too."""


@dataclass(frozen=True, slots=True)
class Window:
    """A period in which one can influence or apply; both days included.

    `certainty` speaks of `closes`: *unknown* goes with `closes` None. `closes_at` (aware) is the moment
    where the source gives a time of day. `url` is where one acts.
    """

    kind: WindowKind
    opens: date | None
    closes: date | None
    certainty: Certainty
    closes_at: datetime | None = None
    url: str | None = None
    internal: Internal | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What moved since the last edition ("var → är"). None = there was nothing, or there is nothing now."""

    field: str
    """What moved, in the letter's language ("Läge", "Svarstid")."""
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a file stands: step `number` of `total` (None: not counted), and what is expected next."""

    name: str
    number: int | None = None
    total: int | None = None
    expected: str = ""
    """The next step, in the letter's language; empty = not known."""
    expected_day: date | None = None
    coming: Coming = Coming.EXPECTED
    """What the expected day means."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a fact was read: `seen` is the day we saw it, `language` ISO 639-1."""

    name: str
    url: str
    seen: date
    language: str


@dataclass(frozen=True, slots=True)
class Note:
    """A person's own words; never mixed with what the machine wrote."""

    text: str
    author: str
    day: date


@dataclass(frozen=True, slots=True)
class Risk:
    """What is asked of us before we join others in something (a call, a partnership)."""

    countries: tuple[str, ...] = ()
    """Partner countries named that are not democracies, in the letter's language."""
    basis: str = ""
    """Whose judgement that is ("V-Dem 2025")."""
    analysed: bool = False
    """A person has written the benefit and risk analysis."""


@dataclass(frozen=True, slots=True)
class Case:
    """The organisation's handling. `decider` names the body that must decide: it makes the entry *beslut*."""

    status: Status = Status.NEW
    owner: str = ""
    decider: str = ""
    channel: str = ""
    note: Note | None = None
    priority: Priority | None = None
    """What a person chose; None: the letter decides."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What in the text speaks for an item, word for word as it stands there."""

    matters: Mapping[Matter, tuple[str, ...]] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    """Of the strongest theme."""
    local: tuple[str, ...] = ()
    """Names of our own: places, companies, plants."""
    sent_to: SentTo | None = None
    addressed: tuple[str, ...] = ()
    """Our names on the list, where `sent_to` is ours."""


@dataclass(frozen=True, slots=True)
class Item:
    """One archived document or dossier, as a candidate for the letter.

    Hand over what moved since the last edition and whatever has an open window; a dossier replaces its
    documents (one item, however many documents moved). Everything else is decided by `compose`.
    """

    id: str
    """Stable from week to week, unique in the list ("document:17", "dossier:4")."""
    kind: str
    """The archive's kind of document ("initiative", "fpm", "remiss" …) or "dossier"."""
    titles: Mapping[str, str]
    """By ISO 639-1 code; at least one."""
    level: Level
    relevance: float
    """0 to 1."""
    first_seen: date
    """The day it became news to us: first seen, or first rated above `none`."""
    sources: tuple[Reference, ...]
    """The best one first; at least one."""
    summary: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    themes: tuple[Theme, ...] = ()
    """The strongest first."""
    grounds: Grounds = Grounds()
    """Why it concerns the organisation, as far as the text says it."""
    reasons: tuple[str, ...] = ()
    """More of that, as sentences."""
    direction: Direction = Direction.UNCLEAR
    direction_reason: str = ""
    certainty_reason: str = ""
    """What the relevance rests on, in a few words; empty = the number alone."""
    published: date | None = None
    identifiers: tuple[str, ...] = ()
    """As people write them: "2022/0345(COD)", "COM(2022) 541"."""
    stage: Stage | None = None
    windows: tuple[Window, ...] = ()
    changes: tuple[Change, ...] = ()
    """Since the last edition; empty for what is new."""
    channels: tuple[str, ...] = ()
    """Through whom one can act, the nearest first (from the theme)."""
    decides: Decides | None = None
    """None: nothing is decided in the Parliament, or nobody knows where."""
    case: Case | None = None
    risk: Risk | None = None
    """None: no partnership and no call."""
    is_call: bool = False
    """Money to apply for: goes to Finansiering."""
    is_signal: bool = False
    """An early signal: goes to Tidiga signaler."""
    documents: tuple[int, ...] = ()
    """Numbers of the archive's documents that it is read from, the one that speaks for it first."""


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source fared before the edition was built. `outcome` is the attempt's word ("failed")."""

    id: str
    title: str
    outcome: str
    reason: str = ""
    last_good: datetime | None = None
    """When it last answered as it should (aware); None = never."""

    @property
    def failing(self) -> bool:
        """Whether the letter must name it: every outcome but a healthy one, also an unknown word."""
        return self.outcome not in HEALTHY


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its language, so that a page can mark what is not in its own."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What an earlier edition said of an item; enough to say what became of it."""

    item: str
    title: Text
    url: str | None
    closes: date | None
    status: Status


@dataclass(frozen=True, slots=True)
class Previous:
    """What is remembered of the edition before this one (`digests.compose.remember` makes it)."""

    week: str
    day: date
    shown: tuple[Shown, ...] = ()


# ── What compose yields ───────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Clock:
    """The window that an entry speaks of. `days_left` counts from the edition's day (0 = closes today)."""

    kind: WindowKind
    opens: date | None
    closes: date | None
    certainty: Certainty
    days_left: int | None
    is_open: bool
    closes_at: datetime | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where the file stands, what moved since the last edition, what is expected next."""

    stage: Stage | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure we are that it matters: 0 to 1, in words, and why."""

    relevance: float
    word: str
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One full item of the letter: the thirteen fields in the order of the policy, beside the item's id."""

    item: str
    lead: str
    """Field 1 (rubrik): what to do or what happened, verb first …"""
    title: Text
    """… and the thing it is about."""
    what: Text
    """Field 2: one sentence."""
    why: str
    """Field 3: why it concerns the organisation."""
    direction: Direction
    """Field 4."""
    direction_reason: str
    state: State
    """Field 5 (läge)."""
    window: Clock | None
    """Field 6 (fönster) …"""
    beside: tuple[Clock, ...]
    """… and others that are open beside it."""
    internal: Internal | None
    """Field 7 (intern tidsgräns)."""
    actions: tuple[str, ...]
    """Field 8: what we can do, through whom …"""
    decides: Decides | None
    """… to whom it matters: who decides …"""
    risk: Risk | None
    """… and what is asked of us before."""
    owner: str
    """Field 9 …"""
    status: Status
    """… and how far it has come."""
    priority: Priority
    """Field 10."""
    confidence: Confidence
    """Field 11 (säkerhet)."""
    sources: tuple[Reference, ...]
    """Field 12 (källa) …"""
    identifiers: tuple[str, ...]
    """… with the names of the file."""
    note: Note | None
    """Field 13: a person's note or position."""
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One item in one line; `item` is empty for a line that speaks of the letter itself."""

    item: str
    title: Text
    detail: str
    """What to know of it, in the letter's language ("samråd, stänger 3 dec, 10 dagar kvar")."""
    url: str | None
    closes: date | None = None
    days_left: int | None = None
    certainty: Certainty = Certainty.UNKNOWN
    status: Status = Status.NEW


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the letter. `omitted` counts what did not fit and is found in the archive."""

    id: SectionId
    title: str
    entries: tuple[Entry, ...] = ()
    lines: tuple[Line, ...] = ()
    omitted: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures about the edition."""

    entries: int
    influenceable: int
    """Full entries with a window of influence open on the edition's day."""
    lines: int
    omitted: int
    directions: Mapping[Direction, int]
    """Full entries per direction."""


@dataclass(frozen=True, slots=True)
class Briefing:
    """One edition of the letter, before it is dressed as HTML, text or mail."""

    week: str
    """ISO week: 2026-W48."""
    organisation: Organisation
    language: str
    built_at: datetime
    """Aware, UTC."""
    fact: str
    """The most urgent fact, in one phrase."""
    subject: str
    """Week, fact and the letter's name."""
    preheader: str
    """What a mailbox shows beside the subject: another sentence than it."""
    sections: tuple[Section, ...]
    sources: tuple[SourceStatus, ...]
    """Every source asked, not only the failing ones."""
    counts: Counts
    quiet: bool
    """Nothing needs a decision, an action or an answer this week."""
