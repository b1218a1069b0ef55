"""What a finding means for what we know: pure decisions, without database and clock.

Three rules shape this module. Silence keeps what was known: a list row and a detail page are two findings of one
document. Given beats estimated, and a known deadline is never overwritten by nothing. What merely flickers
(blanks, order of subjects, soft hyphens, click tracking in addresses) is no change.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from monitor.core.zone import ZONE
from spiders.finding import NOTHING, Addressees, Certainty, Finding, Identifier, Kind, Relation, Step, Window

_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_TRACKING = frozenset({"fbclid", "gclid", "mc_cid", "mc_eid", "pk_campaign", "wt.mc_id", "cmpid", "at_medium"})
_STRENGTH = {Relation.SUBJECT: 3, Relation.PACKAGE: 2, Relation.IMPLEMENTS: 1, Relation.MENTION: 0}

Item = TypeVar("Item")


class Action(StrEnum):
    """What becomes of a finding."""

    INSERT = "insert"
    UPDATE = "update"
    NONE = "none"
    REAPPEARED = "reappeared"


@dataclass(frozen=True, slots=True)
class KnownWindow:
    """A window as the archive holds it; `stated_at` is the last time the source said it.

    `id` is its row, None before it is stored.
    """

    window: Window
    first_seen: datetime
    stated_at: datetime
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as the archive holds it, as far as findings speak of it; `id` is None before it is stored."""

    kind: Kind
    url: str
    language: str
    titles: Mapping[str, str]
    first_seen: datetime
    summary: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    text: str | None = None
    published: date | None = None
    updated: datetime | None = None
    identifiers: tuple[Identifier, ...] = ()
    steps: tuple[Step, ...] = ()
    windows: tuple[KnownWindow, ...] = ()
    subjects: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    attachments: tuple[tuple[str, str], ...] = ()
    addressees: Addressees | None = None
    version: str | None = None
    gone_at: datetime | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What was and what is ("var → är") in one field, as plain JSON values; None = nothing was said."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do, the document as it stands afterwards, and what a reader should hear about.

    `changes` is empty for an insert, and where details only fill in what had never been read: that is an
    update, but no news.
    """

    action: Action
    document: Stored
    fingerprint: str
    changes: tuple[Change, ...] = ()


def decide(known: Stored | None, finding: Finding, now: datetime, *, fresh: bool = False) -> Decision:
    """What `finding` means for the document `known` (None: never seen).

    Args:
        known: the document as stored.
        finding: what a page says of it.
        now: the moment of reading (aware).
        fresh: the document was first seen in this very scan, so what else the scan learns is no change.
    """
    if known is None:
        document = _merge(_blank(finding, now), finding, now)
        return Decision(Action.INSERT, document, fingerprint(document))
    document = replace(_merge(known, finding, now), gone_at=None)
    before, after = _comparable(known), _comparable(document)
    # Details read for the first time tell us more about the document; nothing about it has changed. A list of
    # addressed bodies comes with a page of its own, perhaps in a later scan than the rest.
    silent = fresh or (known.version is None and finding.version is not None)
    changes = tuple(
        Change(field, _shown(known, field), _shown(document, field))
        for field in after
        if before[field] != after[field] and not silent and not (field == "addressees" and before[field] is None)
    )
    if known.gone_at is not None:
        gone = Change("gone", known.gone_at.isoformat(), None)
        return Decision(Action.REAPPEARED, document, fingerprint(document), (gone, *changes))
    if before == after:
        # Keep the known spelling of what flickers, and only note what is no statement about the thing itself.
        same = replace(known, version=document.version, updated=document.updated, windows=document.windows)
        return Decision(Action.NONE, same, fingerprint(same))
    return Decision(Action.UPDATE, document, fingerprint(document), changes)


def fingerprint(document: Stored) -> str:
    """A hash of what the document says; equal for two statements that differ only in what flickers."""
    said = _comparable(document)
    if said["addressees"] is None:
        # Most documents have no such list; what they said before there were any is said still.
        del said["addressees"]
    plain = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def _blank(finding: Finding, now: datetime) -> Stored:
    return Stored(finding.kind, finding.url, finding.language, {}, now)


# ---------------------------------------------------------------------------- merging


def _merge(known: Stored, finding: Finding, now: datetime) -> Stored:
    # A list row about a document whose details were read adds to them; it never takes away what it cannot show.
    whole = finding.version is not None or known.version is None
    text = finding.text if finding.text and finding.text.strip() else None
    summary = _filled(finding.summary)
    return replace(
        known,
        kind=known.kind if finding.kind is Kind.OTHER else finding.kind,
        url=finding.url,
        language=known.language if text is None and known.text is not None else finding.language,
        titles={**known.titles, **_filled(finding.title)},
        summary={**known.summary, **summary} if whole else {**summary, **known.summary},
        text=text or known.text,
        published=finding.published or known.published,
        updated=finding.updated or known.updated,
        identifiers=_identifiers(known.identifiers, finding.identifiers, whole=whole),
        steps=_listed(known.steps, finding.steps, whole=whole),
        windows=_windows(known.windows, finding.windows, now, whole=whole),
        subjects=_listed(known.subjects, finding.subjects, whole=whole),
        bodies=_listed(known.bodies, finding.bodies, whole=whole),
        attachments=_listed(known.attachments, finding.attachments, whole=whole),
        addressees=_addressees(known.addressees, finding.addressees),
        version=finding.version or known.version,
    )


def _addressees(known: Addressees | None, stated: Addressees | None) -> Addressees | None:
    """The list that has names: a remiss may have a readable list beside a covering letter without one."""
    if stated is None or (known and known.names and not stated.names):
        return known
    return stated


def _filled(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text.strip()}


def _listed(known: tuple[Item, ...], stated: tuple[Item, ...] | None, *, whole: bool) -> tuple[Item, ...]:
    if stated is None:
        return known
    return tuple(dict.fromkeys(stated if whole else (*known, *stated)))


def _identifiers(
    known: tuple[Identifier, ...], stated: tuple[Identifier, ...] | None, *, whole: bool
) -> tuple[Identifier, ...]:
    """One relation for each identifier, the strongest of those stated."""
    strongest: dict[tuple[str, str], Identifier] = {}
    for identifier in _listed(known, stated, whole=whole):
        name = (identifier.scheme, identifier.value)
        if name not in strongest or _STRENGTH[identifier.relation] > _STRENGTH[strongest[name].relation]:
            strongest[name] = identifier
    return tuple(strongest.values())


def _windows(
    known: tuple[KnownWindow, ...], stated: tuple[Window, ...] | None, now: datetime, *, whole: bool
) -> tuple[KnownWindow, ...]:
    if stated is None:
        return known
    today = now.astimezone(ZONE).date()
    left = list(known)
    merged = []
    for window in dict.fromkeys(stated):
        match = _match(left, window)
        if match is None:
            merged.append(KnownWindow(window, now, now))
        else:
            left.remove(match)
            merged.append(replace(match, window=_dated(match.window, window), stated_at=now))
    for other in left:
        closes = other.window.closes
        withdrawn = whole and (closes is None or (bool(stated) and closes >= today))
        if not withdrawn:
            merged.append(other)
    return tuple(merged)


def _match(known: Iterable[KnownWindow], window: Window) -> KnownWindow | None:
    """The known window that `window` speaks of: same kind and label, or same kind and last day."""
    same_kind = [other for other in known if other.window.kind is window.kind]
    labelled = [other for other in same_kind if other.window.label == window.label]
    for other in labelled:
        if other.window.closes == window.closes:
            return other
    for other in same_kind:
        if window.closes is not None and other.window.closes == window.closes:
            return other
    return labelled[0] if labelled else None


def _dated(known: Window, stated: Window) -> Window:
    """The new statement, with known days where it has none or only an estimate."""
    weaker = known.certainty is Certainty.GIVEN and stated.certainty is not Certainty.GIVEN
    keep = known.closes is not None and (stated.closes is None or weaker)
    silent = stated.closes_at is None and known.closes == stated.closes
    return replace(
        stated,
        opens=(known.opens if weaker else None) or stated.opens or known.opens,
        closes=known.closes if keep else stated.closes,
        closes_at=known.closes_at if keep or silent else stated.closes_at,
        certainty=known.certainty if keep else stated.certainty,
        label=stated.label or known.label,
        url=stated.url or known.url,
    )


# ---------------------------------------------------------------------------- comparing


def _comparable(document: Stored) -> dict[str, Any]:
    """What counts as said, in a form in which equal statements are equal."""
    return {
        "title": {language: _plain(text) for language, text in document.titles.items()},
        "kind": document.kind.value,
        "url": _address(document.url),
        "published": _iso(document.published),
        "summary": {language: _plain(text) for language, text in document.summary.items()},
        "text": _plain(document.text or ""),
        "identifiers": sorted([one.scheme, one.value, one.relation.value] for one in document.identifiers),
        "steps": sorted([step.date.isoformat(), step.code] for step in document.steps),
        "windows": sorted((_window(known.window) for known in document.windows), key=json.dumps),
        "subjects": sorted({_plain(subject).casefold() for subject in document.subjects}),
        "bodies": sorted({_plain(body).casefold() for body in document.bodies}),
        "attachments": sorted([_plain(label), _address(url)] for label, url in document.attachments),
        "addressees": _sent_to(document.addressees),
    }


def _shown(document: Stored, name: str) -> Any:
    """The value of a field as a revision keeps it: as written, as JSON."""
    match name:
        case "title":
            return dict(document.titles)
        case "summary":
            return dict(document.summary)
        case "text" | "url":
            return getattr(document, name)
        case "subjects" | "bodies":
            return list(getattr(document, name))
        case "addressees":
            return list(document.addressees.names) if document.addressees else None
        case _:
            return _comparable(document)[name]


def _sent_to(addressees: Addressees | None) -> list[str] | None:
    """The names, in the order of the alphabet; [] for a list that cannot be read, None where none is known."""
    return None if addressees is None else sorted({_plain(name).casefold() for name in addressees.names})


def _window(window: Window) -> dict[str, str | None]:
    return {
        "kind": window.kind.value,
        "label": window.label,
        "opens": _iso(window.opens),
        "closes": _iso(window.closes),
        # The archive gives moments back in UTC; a source writes them in its own zone.
        "closes_at": _iso(window.closes_at.astimezone(UTC)) if window.closes_at else None,
        "certainty": window.certainty.value,
    }


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _plain(text: str) -> str:
    """Text without what flickers: NFC, one blank between words, no invisible characters."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def _address(url: str) -> str:
    """An address without fragment and click tracking; host in lower case."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # "http://[" and the like
        return url
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not name.lower().startswith("utm_") and name.lower() not in _TRACKING
    ]
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), parts.path, urlencode(query), ""))
