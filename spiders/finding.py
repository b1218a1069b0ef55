"""What a spider hands over: findings with their identifiers, steps and windows, and how the attempt ended.

A finding states what one page says. `None` means that the page is silent about a field: intake keeps what
it knew. An empty tuple means that the page says there is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})


class Outcome(StrEnum):
    """How an attempt ended; exactly one (docs/architecture.md, Promises 1)."""

    CHANGED = "changed"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    PARTIAL = "partial"
    BLOCKED = "blocked"
    DRIFTED = "drifted"
    FAILED = "failed"
    SKIPPED = "skipped"


class Relation(StrEnum):
    """How a document stands to the thing an identifier names."""

    SUBJECT = "subject"
    PACKAGE = "package"
    IMPLEMENTS = "implements"
    MENTION = "mention"


class Certainty(StrEnum):
    """Where a date comes from."""

    GIVEN = "given"
    ESTIMATED = "estimated"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What sort of document a finding is."""

    INITIATIVE = "initiative"
    PROPOSAL = "proposal"
    COMMUNICATION = "communication"
    ACT = "act"
    EU_DOCUMENT = "eu-document"
    PROCEDURE = "procedure"
    OPINION = "opinion"
    FPM = "fpm"
    REMISS = "remiss"
    AGENDA = "agenda"
    INQUIRY = "inquiry"
    DIRECTIVE = "directive"
    MEMORANDUM = "memorandum"
    BILL = "bill"
    DRAFT_BILL = "draft-bill"
    COMMITTEE_REPORT = "committee-report"
    COMMISSION = "commission"
    """A task that the government gives an agency (regeringsuppdrag)."""
    PRESS = "press"
    NEWS = "news"
    CALL = "call"
    REPORT = "report"
    EVENT = "event"
    LAW = "law"
    OTHER = "other"


class WindowKind(StrEnum):
    """In which way one can influence or apply while a window is open."""

    CALL_FOR_EVIDENCE = "call-for-evidence"
    CONSULTATION = "consultation"
    FEEDBACK = "feedback"
    SUBSIDIARITY = "subsidiarity"
    REMISS = "remiss"
    AMENDMENTS = "amendments"
    CALL = "call"
    TRANSPOSITION = "transposition"


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A name by which the world knows a file, in canonical form (see `spiders.identifiers`)."""

    scheme: str
    value: str
    relation: Relation = Relation.SUBJECT


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """A dated event; `code` is the source's own, prefixed by its platform (`riksdagen:TFR`)."""

    date: date
    code: str


@dataclass(frozen=True, slots=True)
class Window:
    """A period in which one can influence or apply. Both days are included, in the source's own zone.

    `closes_at` is the exact moment (aware) where the source gives a time of day. `label` tells several
    windows of one kind apart (a publication id).
    """

    kind: WindowKind
    opens: date | None
    closes: date | None
    certainty: Certainty
    closes_at: datetime | None = None
    label: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Addressees:
    """To whom a document is sent, by name as its list has them, and where the list stands.

    `problem` says why the list could not be read; then `names` is empty.
    """

    names: tuple[str, ...]
    url: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One published thing as a source shows it now.

    `title` and `summary` map ISO 639-1 codes to plain text; `text` is the body in `language`. `version` is
    the mark of the list row that a detail page was read for: the next assignment hands it back, and an
    unchanged row needs no second reading.
    """

    source: str
    key: str
    url: str
    kind: Kind
    title: Mapping[str, str]
    language: str
    published: date | None = None
    updated: datetime | None = None
    summary: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    text: str | None = None
    identifiers: tuple[Identifier, ...] | None = None
    steps: tuple[Step, ...] | None = None
    windows: tuple[Window, ...] | None = None
    subjects: tuple[str, ...] | None = None
    bodies: tuple[str, ...] | None = None
    attachments: tuple[tuple[str, str], ...] | None = None
    addressees: Addressees | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Seat:
    """A seat in a body that decides: `body` is its code ("ENVI").

    `role` is `chair`, `vice-chair`, `member` or `substitute`, else the source's own word. `until` is the last day;
    None while nobody has named one.
    """

    body: str
    role: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """A holder of public office with their seats, as a source shows them now. No other word about them is kept.

    `country` is the one they were elected in, by the source's code; `group` their political group. Whatever was
    known of the holder's seats is replaced by `seats`: each body, role and first day once, in that order.
    """

    key: str
    name: str
    url: str
    country: str
    group: str = ""
    seats: tuple[Seat, ...] = ()


@dataclass(frozen=True, slots=True)
class Capture:
    """A raw response as received. `sha256` is of the body before redaction; `stored` names the file."""

    url: str
    method: str
    status: int
    headers: Mapping[str, str]
    fetched_at: datetime
    sha256: str
    size: int
    redacted: bool
    stored: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one source's part of a scan went. `complete`: every page was read and the counts agree.

    `seen` holds the keys of a complete sweep (None: this attempt was no sweep, so it says nothing of absence).
    """

    source: str
    outcome: Outcome
    requests: int
    not_modified: int
    findings: int
    warnings: tuple[str, ...]
    error: str | None
    seconds: float
    newest: date | None = None
    complete: bool = False
    seen: frozenset[str] | None = None
