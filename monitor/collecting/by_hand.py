"""A signal by hand: what a strategist heard or read becomes a document like any other."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from monitor.archive.documents import OWN, id_of
from monitor.archive.engine import reading, writing
from monitor.archive.scans import finish_scan, start_scan
from monitor.collecting.intake import Intake
from monitor.errors import MonitorError
from spiders.events import PageRead
from spiders.finding import Certainty, Finding, Identifier, Kind, Relation, Window, WindowKind
from spiders.identifiers import find_identifiers
from spiders.sanitise import line, plain, safe_link

_WINDOWS = {Kind.CALL: WindowKind.CALL, Kind.REMISS: WindowKind.REMISS}


class SignalError(MonitorError):
    """Nothing was added; the message says why."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What a person says.

    `url` None: it was heard, not read. `about` are identifiers of the file that it concerns; what the text names
    besides is only mentioned. `language` is that of title and note (ISO 639-1).
    """

    title: str
    url: str | None = None
    deadline: date | None = None
    note: str = ""
    kind: Kind = Kind.OTHER
    about: tuple[Identifier, ...] = ()
    language: str = "sv"


def add(engine: Engine, signal: Signal, *, zone: ZoneInfo, clock: Callable[[], datetime]) -> int:
    """Store the signal; gives the number of its document.

    Saying something again of the same address, or under the same title where there is none, changes that document.

    Args:
        engine: the archive.
        signal: what is said.
        zone: in which today is a day.
        clock: gives the present moment (aware).

    Raises:
        SignalError: no title, or an address that is none.
        ArchiveError: the archive does not take it.
    """
    now = clock()
    finding = finding_of(signal, now.astimezone(zone).date())
    with writing(engine) as conn:
        number = start_scan(conn, now, "hand")
        if id_of(conn, OWN, finding.key) is not None:
            finding = replace(finding, published=None)  # it keeps the day on which it was first said
    Intake(engine, number).take([PageRead(OWN, f"hand {finding.key}", None, (finding,))], now)
    with writing(engine) as conn:
        finish_scan(conn, number, clock())
    with reading(engine) as conn:
        found = id_of(conn, OWN, finding.key)
    if found is None:
        raise SignalError("the archive did not keep it")
    return found


def finding_of(signal: Signal, today: date) -> Finding:
    """The signal as a source would show it.

    Raises:
        SignalError: no title, or an address that is none.
    """
    title = line(signal.title)
    if not title:
        raise SignalError("a signal needs a title")
    url = safe_link(signal.url) if signal.url else ""
    if url is None:
        raise SignalError(f"{signal.url!r} is no http(s) address; `-` says that there is none")
    note = plain(signal.note)
    named = (one.identifier for one in find_identifiers(f"{title}\n{note}\n{url}"))
    about = {(one.scheme, one.value) for one in signal.about}
    mentioned = tuple(dict.fromkeys(one for one in named if (one.scheme, one.value) not in about))
    subject = tuple(Identifier(one.scheme, one.value, Relation.SUBJECT) for one in signal.about)
    window = Window(
        _WINDOWS.get(signal.kind, WindowKind.CONSULTATION), None, signal.deadline, Certainty.GIVEN, url=url or None
    )
    return Finding(
        source=OWN,
        key=url or f"said:{hashlib.sha256(title.casefold().encode()).hexdigest()[:16]}",
        url=url,
        kind=signal.kind,
        title={signal.language: title},
        language=signal.language,
        published=today,
        summary={signal.language: note} if note else {},
        identifiers=(*subject, *mentioned),
        windows=(window,) if signal.deadline else None,
    )
