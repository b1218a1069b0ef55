"""Look a thing up by whatever a person calls it, and tell all that is known of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from monitor.archive.documents import Document, get_document, get_documents, id_by_key, ids_by_identifier
from monitor.archive.dossiers import (
    dossier_by_keys,
    dossiers_by_pattern,
    dossiers_of,
    load_dossiers,
    standing_id,
)
from monitor.archive.ratings import Rated, newest_assessment
from monitor.core.joining import keys_of, weight
from monitor.core.proposals import Nicknames
from monitor.dossiers.ours import Ours, addressees_as_json, partners_as_json, ways_as_json
from monitor.errors import MonitorError
from spiders.identifiers import parse_identifier

DOSSIER, DOCUMENT = "dossier:", "document:"
"""How a number is written that can mean nothing else."""


class NotFoundError(MonitorError):
    """Nothing in the archive has this name; the message says what was tried."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document, and the others that carry the name it was asked for by."""

    document: Document
    others: tuple[Document, ...]
    rated: Rated | None


def look_up(conn: Connection, name: str) -> Found:
    """What `name` means: a number of the archive, an identifier in any spelling, or a source's own key.

    Raises:
        NotFoundError: nothing.
    """
    documents = get_documents(conn, _ids(conn, name.strip()))
    if not documents:
        raise NotFoundError(f"nothing in the archive is called {name!r}; `utblick search` looks for words")
    first, *others = documents
    return Found(first, tuple(others), newest_assessment(conn, first.id))


def dossier_called(conn: Connection, name: str, nicknames: Nicknames) -> int | None:
    """The dossier that `name` means: its number (`dossier:4`), any identifier in any spelling, a nickname.

    None: a number of a document, or something that only documents outside of dossiers are called.

    Raises:
        NotFoundError: there is no dossier of this number, or a nickname that may mean several files.
    """
    name = name.strip()
    if name.lower().startswith(DOSSIER):
        number = name[len(DOSSIER) :].strip()
        stands = standing_id(conn, int(number)) if _numbered(number) else None
        if stands is None or stands not in load_dossiers(conn, [stands]):
            raise NotFoundError(f"there is no dossier {number!r}")
        return stands
    if name.lower().startswith(DOCUMENT) or (_numbered(name) and get_document(conn, int(name)) is not None):
        return None
    identifier = parse_identifier(name)
    if identifier is not None and (found := dossier_by_keys(conn, keys_of(identifier))) is not None:
        return found
    if identifier is not None and identifier.scheme == "fpm" and ":" not in identifier.value:
        # A memo's number without its session: the newest one.
        return next(iter(dossiers_by_pattern(conn, f"fpm %:{identifier.value}")), None)
    meanings = nicknames.find(name)
    meant = [found for keys in meanings if (found := dossier_by_keys(conn, sorted(keys, key=weight))) is not None]
    if len(meanings) > 1:
        known = ", ".join(f"{DOSSIER}{number}" for number in meant) or "none of them in the archive"
        raise NotFoundError(f"{name!r} may mean {len(meanings)} files ({known}); give a number")
    if meant:
        return meant[0]
    own = id_by_key(conn, name)
    return dossiers_of(conn, [own]).get(own) if own is not None else None


def the_dossier(conn: Connection, name: str, nicknames: Nicknames) -> int:
    """The dossier that `name` means, also by the number of a document in it.

    Raises:
        NotFoundError: nothing has this name, or it stands outside of dossiers.
    """
    called = dossier_called(conn, name, nicknames)
    if called is not None:
        return called
    documents = _ids(conn, name.strip())
    if not documents:
        raise NotFoundError(f"nothing in the archive is called {name!r}; `utblick search` looks for words")
    own = dossiers_of(conn, documents[:1]).get(documents[0])
    if own is None:
        raise NotFoundError(f"document {documents[0]} belongs to no dossier; `utblick show` shows it")
    return own


def _numbered(name: str) -> bool:
    return name.isdecimal() and len(name) < 10


def _ids(conn: Connection, name: str) -> tuple[int, ...]:
    if name.lower().startswith(DOSSIER) and _numbered(name[len(DOSSIER) :].strip()):
        stands = standing_id(conn, int(name[len(DOSSIER) :]))
        found = load_dossiers(conn, [stands] if stands is not None else [])
        return next((one.documents for one in found.values()), ())
    if name.lower().startswith(DOCUMENT):
        name = name[len(DOCUMENT) :].strip()
    if _numbered(name) and get_documents(conn, [int(name)]):
        return (int(name),)
    identifier = parse_identifier(name)
    if identifier is not None and (ids := ids_by_identifier(conn, identifier)):
        return ids
    own = id_by_key(conn, name)
    return (own,) if own is not None else ()


def as_json(found: Found, today: date, ours: Ours) -> dict[str, Any]:
    """The keys of `show --json` (docs/cli.md)."""
    one = found.document
    title, language = one.title()
    return {
        "type": "document",
        "id": one.id,
        "identifiers": [
            {"scheme": name.scheme, "value": name.value, "relation": name.relation.value}
            for name in one.identifiers
        ],
        "title": title,
        "title_language": language,
        "titles": dict(one.titles),
        "kind": one.kind,
        "source": one.source,
        "url": one.url,
        "published": one.published.isoformat() if one.published else None,
        "first_seen": one.first_seen.isoformat(),
        "level": one.level,
        "relevance": one.relevance,
        "direction": one.direction,
        "themes": list(one.themes),
        "summary": dict(one.summary),
        "steps": [{"date": step.date.isoformat(), "code": step.code} for step in one.steps],
        "windows": [
            {
                "kind": window.kind.value,
                "opens": window.opens.isoformat() if window.opens else None,
                "closes": window.closes.isoformat() if window.closes else None,
                "certainty": window.certainty.value,
                "open": window.closes is not None and window.closes >= today,
                "internal": ways_as_json(window.closes, today, ours.calendar),
            }
            for window in one.windows
        ],
        "case": None,
        "partners": partners_as_json([one], None, ours.partners),
        "addressees": addressees_as_json([one], ours.names),
        "revisions": [
            {
                "seen_at": change.seen_at.isoformat(),
                "field": change.field,
                "before": change.before,
                "after": change.after,
            }
            for change in one.revisions
        ],
        "documents": [
            {
                "id": other.id,
                "title": other.title()[0],
                "kind": other.kind,
                "source": other.source,
                "url": other.url,
            }
            for other in (one, *found.others)
        ],
        "proof": {"capture": one.capture, "parser": one.parser},
    }


def explained(found: Found) -> dict[str, Any]:
    """The keys of `explain --json` (docs/cli.md).

    Raises:
        NotFoundError: no model has read the document yet.
    """
    one, rated = found.document, found.rated
    if rated is None:
        raise NotFoundError(f"document {one.id} has not been rated yet; the next `utblick scan` does it")
    return {
        "id": one.id,
        "title": one.title()[0],
        "model": rated.model,
        "at": rated.at.isoformat(),
        "language": rated.language,
        "level": one.level,
        "relevance": rated.relevance,
        "direction": one.direction,
        "reasons": list(rated.reasons),
        "themes": [
            {
                "theme": tag.theme,
                "score": round(tag.score, 3),
                "assigned": tag.assigned,
                "judged": tag.judged,
                "model": tag.model,
                "evidence": [_plain(evidence) for evidence in tag.evidence],
            }
            for tag in one.tags
        ],
        "evidence": [_plain(evidence) for evidence in rated.evidence],
    }


def _plain(evidence: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in evidence.items()}
