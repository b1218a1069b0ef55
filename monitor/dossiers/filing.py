"""Keep the file room: file what is new, propose what may belong together, and do what people decide."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from config.lexicon import load_lexicon
from config.stages import load_stages
from monitor.archive import dossiers as room
from monitor.archive.engine import reading, writing
from monitor.archive.files import dossier_key, join_proposal, join_verdict, unknown_code
from monitor.archive.known import chunks, grouped
from monitor.archive.schema import document, document_identifier, document_step
from monitor.core.joining import Conflict, Partition, kind_of_key, names_file, partition, relations
from monitor.core.proposals import Candidate, Loose, Nicknames, propose
from monitor.core.stages import Dated, Model, unknown_codes
from monitor.dossiers.standing import due, forget_stages, note_stages
from monitor.errors import MonitorError
from spiders.finding import Identifier, Kind, Relation

OWN = frozenset(
    {
        *(
            Kind.INITIATIVE,
            Kind.PROPOSAL,
            Kind.COMMUNICATION,
            Kind.ACT,
            Kind.EU_DOCUMENT,
            Kind.PROCEDURE,
            Kind.FPM,
        ),
        *(Kind.REMISS, Kind.INQUIRY, Kind.DIRECTIVE, Kind.MEMORANDUM, Kind.BILL, Kind.DRAFT_BILL, Kind.LAW),
        *(Kind.COMMISSION, Kind.CALL),
    }
)
"""Kinds of document that are files by themselves, also without a number; news and reports are not."""
SEEKING = frozenset(
    {Kind.FPM, Kind.REMISS, Kind.INQUIRY, Kind.DIRECTIVE, Kind.MEMORANDUM, Kind.BILL, Kind.DRAFT_BILL}
)
"""Swedish kinds that are often about an EU file without naming it."""
_OPENS = frozenset({Kind.PROPOSAL, Kind.COMMUNICATION, Kind.EU_DOCUMENT, Kind.PROCEDURE})
_READ = 6_000
"""Characters of a text in which a proposal's date is looked for."""


class DossierError(MonitorError):
    """A decision about dossiers that cannot be carried out; one line."""


@dataclass(frozen=True, slots=True)
class JoinReport:
    """What filing did.

    `unjoined` counts Swedish documents that are tied to no EU file, by kind; `unknown_codes` are those said for
    the first time.
    """

    filed: int = 0
    made: int = 0
    merged: tuple[tuple[int, int], ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    proposed: int = 0
    unjoined: Mapping[str, int] = field(default_factory=dict)
    unknown_codes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The keys of `filing` in `scan --json` (docs/cli.md)."""
        return {
            "filed": self.filed,
            "made": self.made,
            "merged": [list(pair) for pair in self.merged],
            "conflicts": [str(conflict) for conflict in self.conflicts],
            "proposed": self.proposed,
            "unjoined": dict(self.unjoined),
            "unknown_codes": list(self.unknown_codes),
        }

    def lines(self) -> tuple[str, ...]:
        """What a person should know of it, one line each."""
        said = [f"dossier {other} is now part of dossier {survivor}" for other, survivor in self.merged]
        said += [str(conflict) for conflict in self.conflicts]
        said += [f"unknown code {code}: no step in stages.toml" for code in self.unknown_codes]
        return tuple(said)


def join_new(engine: Engine, clock: Callable[[], datetime], *, overlay: Path | None = None) -> JoinReport:
    """File every document that is new or has changed, and propose joins for those that name no file.

    Idempotent; the dossiers are the same whatever order documents came in.

    Args:
        engine: the archive.
        clock: gives the present moment (aware).
        overlay: the organisation's configuration (nicknames, stages).

    Raises:
        ArchiveError: the archive does not take it; nothing is changed.
        ConfigError: nicknames or stages are broken.
    """
    nicknames, model = Nicknames.of(load_lexicon(overlay)), Model(load_stages(overlay))
    now = clock()
    with reading(engine) as conn:
        waiting, moved = room.unfiled(conn), due(conn, now)
        if not (waiting or moved):
            return JoinReport(unjoined=_unjoined(conn))
    with writing(engine) as conn:
        unknown = _file(conn, waiting, model, now)
        settled, conflicts, documents = _join(conn, waiting, now, model)
        note_stages(conn, moved, model, now)
        proposed = _propose(conn, documents, nicknames, now)
        return JoinReport(
            filed=len(waiting),
            made=settled.made,
            merged=settled.merged,
            conflicts=conflicts,
            proposed=proposed,
            unjoined=_unjoined(conn),
            unknown_codes=unknown,
        )


def _file(conn: Connection, documents: Sequence[int], model: Model, now: datetime) -> tuple[str, ...]:
    """Store the keys of documents; gives codes of steps that nobody knows and that were not said before."""
    told = set(conn.execute(select(unknown_code.c.code)).scalars())
    unknown: dict[str, Dated] = {}
    for some in chunks(documents):
        columns = (document.c.id, document.c.source, document.c.key, document.c.kind, document.c.fingerprint)
        rows = {row.id: row for row in conn.execute(select(*columns).where(document.c.id.in_(some)))}
        identifiers = grouped(conn, document_identifier, some)
        steps = grouped(conn, document_step, some)
        filed = []
        for number, row in rows.items():
            names = [
                Identifier(one["scheme"], one["value"], Relation(one["relation"]))
                for one in identifiers.get(number, ())
            ]
            own = f"own {row.source}/{row.key}" if row.kind in OWN else None
            filed.append((number, row.fingerprint, _joining(relations(names, own))))
            dated = [Dated(one["date"], one["code"], row.source, row.kind) for one in steps.get(number, ())]
            unknown |= unknown_codes(dated, model, told | unknown.keys())
        room.file_documents(conn, filed)
    if unknown:
        said = [{"code": code, "source": one.source, "seen_at": now} for code, one in sorted(unknown.items())]
        conn.execute(insert(unknown_code), said)
    return tuple(sorted(unknown))


def _joining(keys: Mapping[str, Relation]) -> dict[str, Relation]:
    """A package of files; the call that a topic belongs to is no file."""
    return {
        key: Relation.MENTION if relation is Relation.PACKAGE and not names_file(key) else relation
        for key, relation in keys.items()
    }


def _join(
    conn: Connection, changed: Collection[int], now: datetime, model: Model
) -> tuple[room.Settled, tuple[Conflict, ...], frozenset[int]]:
    """Put the documents and all whose place hangs on theirs into dossiers."""
    documents = room.neighbourhood(conn, changed)
    found = partition(room.papers_of(conn, documents))
    groups = sorted(found.groups, key=lambda group: (min(group.documents | group.packages), sorted(group.keys)))
    settled = room.settle(conn, groups, documents, now)
    homes = room.dossiers_of(conn, sorted(documents))
    note_stages(conn, set(homes.values()), model, now)
    forget_stages(conn, documents - homes.keys())
    return settled, _note_conflicts(conn, found, now), documents


def _note_conflicts(conn: Connection, found: Partition, now: datetime) -> tuple[Conflict, ...]:
    """Keep each conflict in the history of its dossier, once; gives the new ones."""
    told = [(one["key"], tuple(one["claims"])) for one in room.noted(conn, "conflict")] if found.conflicts else []
    fresh = tuple(one for one in found.conflicts if (one.key, one.claims) not in told)
    for one in fresh:
        keys = [key for key in (one.key, *one.claims) if key]
        number = room.dossier_by_keys(conn, keys)
        if number is not None:
            detail = {"key": one.key, "claims": list(one.claims), "documents": list(one.documents)}
            room.note(conn, number, "conflict", detail, now)
    return fresh


# ---------------------------------------------------------------------------- proposing


def _propose(conn: Connection, touched: Collection[int], nicknames: Nicknames, now: datetime) -> int:
    """Propose joins: what was touched with everything else, each pair of document and dossier once for ever."""
    loose, candidates = _loose(conn), _candidates(conn)
    numbers = room.dossiers_of(conn, sorted(touched))
    moved = frozenset(numbers.values())
    new = [one for one in loose if one.id in touched]
    known = [one for one in loose if one.id not in touched]
    found = [*propose(new, candidates, nicknames)]
    found += propose(known, [one for one in candidates if one.id in moved], nicknames)
    pairs = {(row.document, row.dossier) for row in conn.execute(select(join_proposal))}
    rows = [
        {
            "document": one.document,
            "dossier": one.dossier,
            "reasons": [{"sort": why.sort, "evidence": why.evidence, "score": why.score} for why in one.reasons],
            "score": one.score,
            "state": "proposed",
            "made_at": now,
        }
        for one in found
        if (one.document, one.dossier) not in pairs
    ]
    if rows:
        conn.execute(insert(join_proposal), rows)
    return len(rows)


def unjoined(conn: Connection) -> dict[int, str]:
    """Swedish documents that are tied to no EU file, with their kind."""
    rows = conn.execute(select(document.c.id, document.c.kind).where(document.c.kind.in_(SEEKING))).all()
    numbers = room.dossiers_of(conn, [row.id for row in rows])
    tied = {row.dossier for row in conn.execute(select(dossier_key)) if names_file(row.key)}
    packaged = {
        number
        for number, keys in room.keys_of_documents(conn, [row.id for row in rows]).items()
        if any(relation is Relation.PACKAGE for relation in keys.values())
    }
    return {row.id: row.kind for row in rows if numbers.get(row.id) not in tied and row.id not in packaged}


def _unjoined(conn: Connection) -> dict[str, int]:
    return dict(sorted(Counter(unjoined(conn).values()).items()))


def _loose(conn: Connection) -> list[Loose]:
    """The documents that joins are sought for."""
    numbers = sorted(unjoined(conn))
    keys, dossiers = room.keys_of_documents(conn, numbers), room.dossiers_of(conn, numbers)
    found = []
    for some in chunks(numbers):
        columns = (document.c.id, document.c.kind, document.c.titles, document.c.published)
        query = select(*columns, func.substr(document.c.text, 1, _READ).label("text"))
        for row in conn.execute(query.where(document.c.id.in_(some))):
            own, mentions = _by_relation(keys.get(row.id, {}))
            title = row.titles.get("sv") or next(iter(row.titles.values()), "")
            text, home = row.text or "", dossiers.get(row.id)
            found.append(Loose(row.id, row.kind, title, row.published, own, mentions, text, home))
    return found


def _by_relation(keys: Mapping[str, Relation]) -> tuple[frozenset[str], frozenset[str]]:
    own = frozenset(key for key, relation in keys.items() if relation is Relation.SUBJECT)
    return own, frozenset(keys) - own


def _candidates(conn: Connection) -> list[Candidate]:
    """The dossiers that documents may be joined to: EU files, and Swedish inquiries."""
    wanted = {
        row.dossier
        for row in conn.execute(select(dossier_key))
        if names_file(row.key) or kind_of_key(row.key) in ("sou", "ds")
    }
    dossiers = room.load_dossiers(conn, wanted)
    owner = {one: number for number, found in dossiers.items() for one in found.documents}
    keys = room.keys_of_documents(conn, owner)
    rows: dict[int, list[Any]] = defaultdict(list)
    for some in chunks(sorted(owner)):
        columns = (document.c.id, document.c.kind, document.c.titles, document.c.published)
        for row in conn.execute(select(*columns).where(document.c.id.in_(some))):
            rows[owner[row.id]].append(row)
    return [_candidate(found, rows[number], keys) for number, found in dossiers.items()]


def _candidate(one: room.Dossier, rows: Iterable[Any], keys: Mapping[int, Mapping[str, Relation]]) -> Candidate:
    rows = list(rows)
    opening = [row.published for row in rows if row.kind in _OPENS and row.published]
    tied = [row.id for row in rows if row.kind == Kind.EU_DOCUMENT]
    titles = dict.fromkeys(title for row in rows for title in row.titles.values() if title)
    return Candidate(
        id=one.id,
        titles=tuple(titles),
        keys=frozenset(one.keys),
        day=_earliest(opening),
        tied=frozenset(key for number in tied for key in keys.get(number, {})) - frozenset(one.keys),
        acts=frozenset(
            key for row in rows if row.kind in _OPENS for key in keys.get(row.id, {}) if kind_of_key(key) == "act"
        ),
    )


def _earliest(days: Sequence[date]) -> date | None:
    return min(days) if days else None


# ---------------------------------------------------------------------------- what people decide


def confirm(conn: Connection, proposal: int, model: Model, *, who: str, at: datetime) -> int:
    """Join the document of a proposal to its dossier; gives the dossier.

    Raises:
        DossierError: no such proposal, one already decided, or two procedures would meet.
    """
    row = _open_proposal(conn, proposal)
    number = _stands(conn, row.dossier)
    _together(conn, [row.document], number, model, who=who, at=at)
    _decide(conn, proposal, "confirmed", who, at)
    joined = room.dossiers_of(conn, [row.document])[row.document]
    room.note(conn, joined, "confirmed", {"document": row.document, "reasons": row.reasons}, at, who=who)
    return joined


def reject(conn: Connection, proposal: int, *, who: str, at: datetime) -> None:
    """Turn a proposal down; it is not made again.

    Raises:
        DossierError: no such proposal, or one already decided.
    """
    row = _open_proposal(conn, proposal)
    _decide(conn, proposal, "rejected", who, at)
    room.note(conn, row.dossier, "rejected", {"document": row.document, "reasons": row.reasons}, at, who=who)


def join(conn: Connection, one: int, other: int, model: Model, *, who: str, at: datetime) -> int:
    """Make two dossiers one; gives its number, to which the other leads from now on.

    Raises:
        DossierError: no such dossier, or they have different procedures.
    """
    first, second = _stands(conn, one), _stands(conn, other)
    if first == second:
        return first
    documents = room.load_dossiers(conn, [second])[second].documents
    if not documents:
        raise DossierError(f"dossier {second} has no document of its own to join by")
    _together(conn, documents[:1], first, model, who=who, at=at)
    number = _stands(conn, first)
    room.note(conn, number, "joined", {"dossiers": [first, second]}, at, who=who)
    return number


def split(conn: Connection, number: int, documents: Sequence[int], model: Model, *, who: str, at: datetime) -> int:
    """Take documents out of a dossier into one of their own, whatever identifiers they state; gives its number.

    Raises:
        DossierError: no such dossier, or not all the documents are about it, or nothing would be left.
    """
    stands = _stands(conn, number)
    own = set(room.load_dossiers(conn, [stands])[stands].documents)
    if not documents or not set(documents) < own:
        raise DossierError(f"dossier {stands}: give some, but not all, of its documents {sorted(own)}")
    key = f"split {min(documents)}-{at:%Y%m%dT%H%M%S}"
    rows = [{"document": one, "key": key, "cut": True, "who": who, "at": at} for one in sorted(set(documents))]
    conn.execute(join_verdict.delete().where(join_verdict.c.document.in_(sorted(set(documents)))))
    conn.execute(insert(join_verdict), rows)
    _join(conn, own, at, model)
    room.note(conn, stands, "split", {"documents": sorted(set(documents))}, at, who=who)
    return room.dossiers_of(conn, list(documents))[documents[0]]


def _together(
    conn: Connection, documents: Sequence[int], number: int, model: Model, *, who: str, at: datetime
) -> None:
    """Let documents be about a dossier by its weightiest key."""
    target = room.load_dossiers(conn, [number])[number]
    present = room.dossiers_of(conn, list(documents))
    others = room.load_dossiers(conn, set(present.values()) - {number})
    for other in others.values():
        procedures = {key for key in (*target.keys, *other.keys) if kind_of_key(key) == "procedure"}
        if len(procedures) > 1:
            named = " and ".join(sorted(key.partition(" ")[2] for key in procedures))
            raise DossierError(f"{named} are two procedures; two procedures are never one dossier")
    key = target.keys[0]
    rows = [{"document": one, "key": key, "cut": False, "who": who, "at": at} for one in documents]
    conn.execute(insert(join_verdict), rows)
    _join(conn, [*documents, *target.documents], at, model)


def _stands(conn: Connection, number: int) -> int:
    stands = room.standing_id(conn, number)
    if stands is None or stands not in room.load_dossiers(conn, [stands]):
        raise DossierError(f"there is no dossier {number}")
    return stands


def waiting(conn: Connection) -> list[dict[str, Any]]:
    """The proposals that nobody has decided yet, the likeliest first, as plain JSON.

    Without those that came true by themselves: a document that is in the dossier already.
    """
    query = (
        select(join_proposal, document.c.titles, document.c.key)
        .join(document, document.c.id == join_proposal.c.document)
        .where(join_proposal.c.state == "proposed")
        .order_by(join_proposal.c.score.desc(), join_proposal.c.id)
    )
    rows = conn.execute(query).all()
    homes = room.dossiers_of(conn, [row.document for row in rows])
    return [
        {
            "proposal": row.id,
            "document": row.document,
            "title": row.titles.get("sv") or next(iter(row.titles.values()), row.key),
            "dossier": row.dossier,
            "score": row.score,
            "reasons": row.reasons,
        }
        for row in rows
        if homes.get(row.document) != room.standing_id(conn, row.dossier)
    ]


def _open_proposal(conn: Connection, number: int) -> Any:
    row = conn.execute(select(join_proposal).where(join_proposal.c.id == number)).first()
    if row is None:
        raise DossierError(f"there is no proposal {number}")
    if row.state != "proposed":
        raise DossierError(f"proposal {number} was {row.state} by {row.who}")
    return row


def _decide(conn: Connection, number: int, state: str, who: str, at: datetime) -> None:
    values = {"state": state, "who": who, "decided_at": at}
    conn.execute(update(join_proposal).where(join_proposal.c.id == number).values(**values))
