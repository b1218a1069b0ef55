"""Dossiers as the archive keeps them: what belongs to which, and how what joining decided is stored.

Nothing here commits; the use cases in `monitor.dossiers.filing` do.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from monitor.archive.files import (
    case_change,
    case_file,
    document_key,
    dossier,
    dossier_document,
    dossier_event,
    dossier_key,
    filing,
    join_proposal,
    join_verdict,
)
from monitor.archive.known import chunks
from monitor.archive.schema import document
from monitor.core.joining import Group, Paper, names_file, weight
from spiders.finding import Relation

_JOINING = (Relation.SUBJECT.value, Relation.PACKAGE.value)


@dataclass(frozen=True, slots=True)
class Dossier:
    """One file seen whole: its keys, the documents about it and those that cover it in a package."""

    id: int
    keys: tuple[str, ...]
    documents: tuple[int, ...]
    packages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """Something in the history of a dossier; `who` None: a rule."""

    at: datetime
    who: str | None
    what: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settled:
    """What storing groups did: dossiers made, and (merged, survivor) pairs."""

    made: int
    merged: tuple[tuple[int, int], ...]


# ---------------------------------------------------------------------------- reading


def standing_id(conn: Connection, number: int) -> int | None:
    """The dossier that `number` is now, following merges; None: there never was one."""
    seen: set[int] = set()
    while number not in seen:
        seen.add(number)
        row = conn.execute(select(dossier.c.merged_into).where(dossier.c.id == number)).first()
        if row is None:
            return None
        if row.merged_into is None:
            return number
        number = row.merged_into
    return number


def dossiers_of(conn: Connection, documents: Sequence[int]) -> dict[int, int]:
    """The dossier that each document is about; documents about none are left out."""
    found: dict[int, int] = {}
    table = dossier_document
    for some in chunks(list(documents)):
        query = select(table.c.document, table.c.dossier).where(
            table.c.document.in_(some), table.c.relation == Relation.SUBJECT.value
        )
        found |= {row.document: row.dossier for row in conn.execute(query)}
    return found


def packages_of(conn: Connection, documents: Sequence[int]) -> set[int]:
    """The dossiers that the documents cover among others."""
    found: set[int] = set()
    table = dossier_document
    for some in chunks(list(documents)):
        query = select(table.c.dossier).where(
            table.c.document.in_(some), table.c.relation == Relation.PACKAGE.value
        )
        found.update(conn.execute(query).scalars())
    return found


def mentioned_by(conn: Connection, documents: Sequence[int]) -> dict[int, set[int]]:
    """The dossiers that each document mentions by a name of their file."""
    found: dict[int, set[int]] = defaultdict(set)
    for some in chunks(list(documents)):
        query = (
            select(document_key.c.document, dossier_key.c.dossier, dossier_key.c.key)
            .join(dossier_key, dossier_key.c.key == document_key.c.key)
            .where(document_key.c.document.in_(some), document_key.c.relation == Relation.MENTION.value)
        )
        for row in conn.execute(query):
            if names_file(row.key):
                found[row.document].add(row.dossier)
    return found


def dossier_by_keys(conn: Connection, keys: Sequence[str]) -> int | None:
    """The dossier with the first of the keys that any has."""
    query = select(dossier_key.c.key, dossier_key.c.dossier).where(dossier_key.c.key.in_(keys))
    found = {row.key: row.dossier for row in conn.execute(query)}
    return next((found[key] for key in keys if key in found), None)


def dossiers_by_pattern(conn: Connection, pattern: str) -> tuple[int, ...]:
    """Dossiers with a key like `pattern` (SQL LIKE), the newest first."""
    query = select(dossier_key.c.dossier).where(dossier_key.c.key.like(pattern)).distinct()
    return tuple(sorted(conn.execute(query).scalars(), reverse=True))


def load_dossiers(conn: Connection, numbers: Collection[int]) -> dict[int, Dossier]:
    """The dossiers of these numbers that stand."""
    keys: dict[int, list[str]] = defaultdict(list)
    documents: dict[tuple[int, str], list[int]] = defaultdict(list)
    for some in chunks(sorted(set(numbers))):
        for row in conn.execute(select(dossier_key).where(dossier_key.c.dossier.in_(some))):
            keys[row.dossier].append(row.key)
        for row in conn.execute(select(dossier_document).where(dossier_document.c.dossier.in_(some))):
            documents[row.dossier, row.relation].append(row.document)
    return {
        number: Dossier(
            number,
            tuple(sorted(keys[number], key=weight)),
            tuple(sorted(documents[number, Relation.SUBJECT.value])),
            tuple(sorted(documents[number, Relation.PACKAGE.value])),
        )
        for number in sorted({*keys, *(number for number, _ in documents)})
    }


def linked(conn: Connection, one: Dossier) -> tuple[tuple[int, Relation], ...]:
    """Documents that implement or mention the dossier, by its keys; they are never part of it."""
    own = {*one.documents, *one.packages}
    found: dict[int, Relation] = {}
    for some in chunks(list(one.keys)):
        query = select(document_key.c.document, document_key.c.relation).where(
            document_key.c.key.in_(some), document_key.c.relation.not_in(_JOINING)
        )
        for row in conn.execute(query.order_by(document_key.c.relation)):
            if row.document not in own:
                found.setdefault(row.document, Relation(row.relation))
    return tuple(sorted(found.items()))


def happened(conn: Connection, number: int) -> tuple[Happened, ...]:
    """The history of a dossier, with that of those merged into it, oldest first."""
    merged = select(dossier.c.id).where(or_(dossier.c.id == number, dossier.c.merged_into == number))
    query = select(dossier_event).where(dossier_event.c.dossier.in_(merged)).order_by(dossier_event.c.id)
    return tuple(Happened(row.at, row.who, row.what, row.detail) for row in conn.execute(query))


# ---------------------------------------------------------------------------- filing


def unfiled(conn: Connection) -> tuple[int, ...]:
    """Documents that were never filed, or have changed since."""
    query = (
        select(document.c.id)
        .outerjoin(filing, filing.c.document == document.c.id)
        .where(or_(filing.c.document.is_(None), filing.c.fingerprint != document.c.fingerprint))
    )
    return tuple(conn.execute(query.order_by(document.c.id)).scalars())


def file_documents(conn: Connection, filed: Sequence[tuple[int, str, Mapping[str, Relation]]]) -> None:
    """Store the keys of documents: number, fingerprint, key → relation."""
    for some in chunks(filed):
        ids = [number for number, _, _ in some]
        for table in (document_key, filing):
            conn.execute(delete(table).where(table.c.document.in_(ids)))
        conn.execute(insert(filing), [{"document": number, "fingerprint": mark} for number, mark, _ in some])
        rows = [
            {"document": number, "key": key, "relation": relation.value}
            for number, _, keys in some
            for key, relation in keys.items()
        ]
        if rows:
            conn.execute(insert(document_key), rows)


def neighbourhood(conn: Connection, documents: Collection[int]) -> frozenset[int]:
    """All documents whose place may change with these: reached over keys, packages and present dossiers."""
    seen_documents, seen_keys, seen_dossiers = set(documents), set[str](), set[int]()
    front = set(documents)
    while front:
        dossiers = _select(conn, dossier_document.c.dossier, dossier_document.c.document, front) - seen_dossiers
        keys = _select(conn, document_key.c.key, document_key.c.document, front, joining=True)
        keys |= _select(conn, join_verdict.c.key, join_verdict.c.document, front)
        keys |= _select(conn, dossier_key.c.key, dossier_key.c.dossier, dossiers)
        keys -= seen_keys
        reached = _select(conn, document_key.c.document, document_key.c.key, keys, joining=True)
        reached |= _select(conn, join_verdict.c.document, join_verdict.c.key, keys)
        reached |= _select(conn, dossier_document.c.document, dossier_document.c.dossier, dossiers)
        front = reached - seen_documents
        seen_documents |= front
        seen_keys |= keys
        seen_dossiers |= dossiers
    return frozenset(seen_documents)


def _select(conn: Connection, wanted: Any, by: Any, values: Collection[Any], *, joining: bool = False) -> set[Any]:
    found: set[Any] = set()
    for some in chunks(sorted(values)):
        query = select(wanted).where(by.in_(some))
        if joining:
            query = query.where(document_key.c.relation.in_(_JOINING))
        found.update(conn.execute(query).scalars())
    return found


def papers_of(conn: Connection, documents: Collection[int]) -> list[Paper]:
    """The documents as joining sees them, with what people decided."""
    subjects: dict[int, set[str]] = defaultdict(set)
    packages: dict[int, set[str]] = defaultdict(set)
    told: dict[int, set[str]] = defaultdict(set)
    cut: set[int] = set()
    for some in chunks(sorted(documents)):
        keys = select(document_key).where(document_key.c.document.in_(some), document_key.c.relation.in_(_JOINING))
        for row in conn.execute(keys):
            (subjects if row.relation == Relation.SUBJECT.value else packages)[row.document].add(row.key)
        for row in conn.execute(select(join_verdict).where(join_verdict.c.document.in_(some))):
            told[row.document].add(row.key)
            if row.cut:
                cut.add(row.document)
    return [
        Paper(
            number,
            frozenset(told[number] | (set() if number in cut else subjects[number])),
            frozenset(packages[number]),
        )
        for number in sorted(documents)
    ]


# ---------------------------------------------------------------------------- storing what joining decided


def settle(conn: Connection, groups: Sequence[Group], documents: Collection[int], at: datetime) -> Settled:
    """Make the dossiers of `documents` what `groups` say; dossiers that are one now are merged, none is lost.

    A dossier lives on in the group that has most of it, the oldest of several in one group; the numbers of the
    others lead to it. What was split off gets a number of its own.
    """
    keys = frozenset(key for group in groups for key in group.keys)
    before = _present(conn, documents, keys)
    owners = _owners(groups, before)
    new = [place for place in range(len(groups)) if not owners[place]]
    numbers = {place: min(own) for place, own in owners.items() if own}
    rows = [{"made_at": at} for _ in new]
    if rows:
        made = conn.execute(insert(dossier).returning(dossier.c.id, sort_by_parameter_order=True), rows)
        numbers |= dict(zip(new, sorted(made.scalars()), strict=True))
    _rewrite(conn, groups, numbers, before, documents)
    merged = [
        (other, numbers[place])
        for place, own in owners.items()
        for other in sorted(own)
        if other != numbers[place]
    ]
    for other, survivor in merged:
        place = next(place for place, number in numbers.items() if number == survivor)
        shared = sorted(groups[place].keys, key=weight)[:5]
        _merge(conn, other, survivor, shared, at)
    _note_left(conn, groups, numbers, before, at)
    return Settled(len(new), tuple(merged))


Present = dict[int, tuple[set[int], set[str]]]


def _present(conn: Connection, documents: Collection[int], keys: Collection[str]) -> Present:
    """The dossiers as they were: documents about them, and keys."""
    numbers = _select(conn, dossier_document.c.dossier, dossier_document.c.document, documents)
    numbers |= _select(conn, dossier_key.c.dossier, dossier_key.c.key, keys)
    return {number: (set(one.documents), set(one.keys)) for number, one in load_dossiers(conn, numbers).items()}


def _owners(groups: Sequence[Group], before: Present) -> dict[int, set[int]]:
    """Place of each group → the dossiers that live on in it."""
    by_document = {number: place for place, group in enumerate(groups) for number in group.documents}
    by_key = {key: place for place, group in enumerate(groups) for key in group.keys}
    owners: dict[int, set[int]] = {place: set() for place in range(len(groups))}
    for number, (documents, keys) in before.items():
        shares: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        for key in keys & by_key.keys():
            shares[by_key[key]][0 if names_file(key) else 2] += 1
        for one in documents & by_document.keys():
            shares[by_document[one]][1] += 1
        if shares:
            best = max(shares, key=lambda place: (*shares[place], -min(groups[place].documents, default=0)))
            owners[best].add(number)
    return owners


def _rewrite(
    conn: Connection,
    groups: Sequence[Group],
    numbers: Mapping[int, int],
    before: Present,
    documents: Collection[int],
) -> None:
    for some in chunks(sorted(before)):
        conn.execute(delete(dossier_document).where(dossier_document.c.dossier.in_(some)))
        conn.execute(delete(dossier_key).where(dossier_key.c.dossier.in_(some)))
    for some_documents in chunks(sorted(documents)):
        conn.execute(delete(dossier_document).where(dossier_document.c.document.in_(some_documents)))
    belongings = [
        {"document": one, "dossier": numbers[place], "relation": relation.value}
        for place, group in enumerate(groups)
        for ones, relation in ((group.documents, Relation.SUBJECT), (group.packages, Relation.PACKAGE))
        for one in sorted(ones)
    ]
    names = [{"key": key, "dossier": numbers[place]} for place, group in enumerate(groups) for key in group.keys]
    for table, rows in ((dossier_document, belongings), (dossier_key, names)):
        if rows:
            conn.execute(insert(table), rows)


def _merge(conn: Connection, other: int, survivor: int, because: Sequence[str], at: datetime) -> None:
    """Let `other` lead to `survivor`; its proposals and its case go along."""
    values = {"merged_into": survivor, "merged_at": at}
    conn.execute(update(dossier).where(dossier.c.id == other).values(**values))
    conn.execute(update(dossier).where(dossier.c.merged_into == other).values(merged_into=survivor))
    note(conn, survivor, "merged", {"dossier": other, "by": list(because)}, at)
    known = select(join_proposal.c.document).where(join_proposal.c.dossier == survivor)
    conn.execute(
        update(join_proposal)
        .where(join_proposal.c.dossier == other, join_proposal.c.document.not_in(known))
        .values(dossier=survivor)
    )
    cases = {
        row.dossier: row
        for row in conn.execute(select(case_file).where(case_file.c.dossier.in_((other, survivor))))
    }
    if other in cases and survivor not in cases:
        conn.execute(update(case_file).where(case_file.c.dossier == other).values(dossier=survivor))
    elif other in cases:
        own, others = cases[survivor], cases[other]
        said = ", ".join(
            f"{name}: {getattr(others, name)}" for name in ("status", "owner") if getattr(others, name)
        )
        row = {"case": own.id, "at": at, "who": "", "field": "merged", "before": None}
        conn.execute(insert(case_change).values(**row, after=f"dossier {other} ({said})"))


def _note_left(
    conn: Connection, groups: Sequence[Group], numbers: Mapping[int, int], before: Present, at: datetime
) -> None:
    now = {one: numbers[place] for place, group in enumerate(groups) for one in group.documents}
    merged = {number for number in before if number not in numbers.values()}
    for number, (documents, _) in before.items():
        gone = sorted(one for one in documents if now.get(one) not in (number, None))
        if gone and number not in merged:
            note(conn, number, "left", {"documents": gone, "dossiers": sorted({now[one] for one in gone})}, at)


def note(
    conn: Connection, number: int, what: str, detail: Mapping[str, Any], at: datetime, *, who: str | None = None
) -> None:
    """Add to the history of a dossier."""
    row = {"dossier": number, "at": at, "who": who, "what": what, "detail": dict(detail)}
    conn.execute(insert(dossier_event).values(**row))


def noted(conn: Connection, what: str) -> list[Mapping[str, Any]]:
    """The details of every event of a sort."""
    return list(conn.execute(select(dossier_event.c.detail).where(dossier_event.c.what == what)).scalars())


def keys_of_documents(conn: Connection, documents: Iterable[int]) -> dict[int, dict[str, Relation]]:
    """The keys of documents as they were filed."""
    found: dict[int, dict[str, Relation]] = defaultdict(dict)
    for some in chunks(sorted(documents)):
        for row in conn.execute(select(document_key).where(document_key.c.document.in_(some))):
            found[row.document][row.key] = Relation(row.relation)
    return found
