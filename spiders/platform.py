"""The form of a platform: a protocol that we can speak, written as pure functions over pages.

A platform asks (`start`), reads (`read`) and recognises addresses (`route`). It knows neither Scrapy, the
network, the clock nor the database: `spiders.crawl` drives every platform with one Scrapy spider, the `parse`
command and the tests drive it with recorded pages.
"""

import hashlib
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar, Literal

from config.sources import Source
from spiders.finding import NOTHING, Finding, Holder

Form = Literal["json", "xml", "html", "text", "any"]
"""What a reader expects a body to be; `spiders.walls` holds pages of another form back."""


class SourceError(Exception):
    """A source did not answer as declared; the subclass says how, the message says what and where."""


class Blocked(SourceError):
    """A bot wall, a login page, a refusal by robots.txt: we are not let in."""


class Drifted(SourceError):
    """The source answers in another shape than declared: a needed key, element or type is not there."""


class Failed(SourceError):
    """The source did not deliver: time-out, server error, fewer rows than declared."""


class Empty(SourceError):
    """The source says by itself that it has nothing (an empty result in the declared shape)."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. `reader` names the part of the platform that reads the answer.

    `context` travels to the reader. `key` and `version` mark a detail request: it is left out where the
    assignment already knows that version of the key. `tolerated` lists statuses that the reader wants to see.
    `always`: the answer is read even if it is the one we know, because what it means depends on the day.
    `otherwise`: what is asked in its place when this request comes to nothing, which then is only a warning;
    None: it is a failure.
    `to_file` (GET only): the answer is too large for memory; it goes to a file as it arrives (`Page.file`).
    `once`: asked until it is answered, and then never again; what comes to nothing is asked again after a time
    that doubles from one day to thirty.
    """

    url: str
    reader: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    body: str | None = None
    context: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    key: str | None = None
    version: str | None = None
    tolerated: tuple[int, ...] = ()
    always: bool = False
    otherwise: "tuple[Ask, ...] | None" = None
    to_file: bool = False
    once: bool = False


def address_of(ask: Ask) -> str:
    """The name under which the answer to `ask` is remembered: what was asked, and by which reader."""
    name = f"{ask.reader} {ask.method} {ask.url}"
    if not ask.body and not ask.headers:
        return name
    rest = json.dumps([ask.body, sorted(ask.headers.items())])
    return f"{name} {hashlib.sha256(rest.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer as received. `body` is decompressed; `url` is the final address.

    `file` is where the answer to an `Ask.to_file` lies; `body` then holds only its beginning. Readers of such
    answers use `open`, which serves both.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    reader: str
    context: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    file: Path | None = None

    def open(self) -> io.BufferedIOBase:
        """The whole body, to be read from its beginning."""
        return io.BytesIO(self.body) if self.file is None else self.file.open("rb")

    def sha256(self) -> str:
        """Of the whole body, in hexadecimal."""
        with self.open() as body:
            return hashlib.file_digest(body, "sha256").hexdigest()

    @property
    def size(self) -> int:
        """Of the whole body, in bytes."""
        return len(self.body) if self.file is None else self.file.stat().st_size

    @property
    def content_type(self) -> str:
        """Media type in lower case without parameters; "" where the server gave none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one page says: findings, the requests that follow from it, and what somebody should know.

    `listed` holds the keys that a list page shows (for sweeps). `last` is true on the page that ends a
    complete list whose counts agree. `holders` are people in their office; they are no documents.
    """

    findings: tuple[Finding, ...] = ()
    asks: tuple[Ask, ...] = ()
    warnings: tuple[str, ...] = ()
    listed: frozenset[str] = frozenset()
    last: bool = False
    holders: tuple[Holder, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """Of everything that the page says something about."""
        return frozenset(one.key for one in self.findings) | {one.key for one in self.holders}


@dataclass(frozen=True, slots=True)
class Remembered:
    """What we keep of an address to ask conditionally: validators, body hash, and what followed from it.

    `keys` are those of its findings, so that expectations hold for pages that were not read again too;
    `newest` is the youngest day among them; `empty` says that the source itself said it has nothing. `refused`
    counts how often an `Ask.once` came to nothing in a row; it is not made before `again`.
    """

    parser: str
    etag: str | None = None
    last_modified: str | None = None
    sha256: str | None = None
    asks: tuple[Ask, ...] = ()
    listed: frozenset[str] = frozenset()
    last: bool = False
    keys: frozenset[str] = frozenset()
    newest: date | None = None
    empty: bool = False
    refused: int = 0
    again: datetime | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Everything a spider may know beyond its declaration, given before it starts.

    `known` maps a document's key to the version last read in detail; `reread` holds keys to read again even
    if no list shows them (open windows); `since` is the day from which lists are wanted. `remembered` maps
    addresses as `address_of` names them.
    """

    source: Source
    now: datetime
    known: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    reread: tuple[str, ...] = ()
    since: str | None = None
    remembered: Mapping[str, Remembered] = field(default_factory=dict)


class Platform(ABC):
    """A protocol that we can speak; one instance serves every source of its kind."""

    name: ClassVar[str]
    """As in `platform = "…"` of a declaration."""
    parser: ClassVar[str]
    """`name/N`; N rises when the same bytes would be read differently; remembered pages are read anew."""
    follows: ClassVar[bool] = False
    """Whether it reads a procedure named in `Assignment.reread`, so that a source may declare `follows`."""
    redact: ClassVar[tuple[str, ...]] = ()
    """JSON paths (`publications[].authorMail`) removed from a capture before it is stored."""

    @abstractmethod
    def check(self, source: Source) -> None:
        """Raise `config.errors.ConfigError` if the declaration's options make no sense to this platform."""

    @abstractmethod
    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The first requests of an attempt."""

    def expects(self, reader: str) -> Form:  # noqa: ARG002  # platforms with several readers look at it
        """The form of the pages that `reader` reads."""
        return "any"

    @abstractmethod
    def read(self, page: Page, assignment: Assignment) -> Reading:
        """What `page` says.

        Raises:
            Drifted, Blocked, Failed, Empty: as their names say; anything else is a bug.
        """

    @abstractmethod
    def route(self, url: str) -> Ask | None:
        """The request that this platform would make for a recorded address; None if it would never ask."""
