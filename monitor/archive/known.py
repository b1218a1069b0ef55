"""The documents as intake compares and stores them. Nothing here commits; intake does."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, RowMapping, Table, bindparam, delete, func, insert, select, update

from monitor.archive.schema import document, document_identifier, document_step, document_window, revision
from monitor.core.decision import Action, Change, Decision, KnownWindow, Stored
from monitor.core.zone import ZONE
from spiders.finding import Addressees, Certainty, Identifier, Kind, Relation, Step, Window, WindowKind

CHUNK = 900
"""Values in one IN list: SQLite takes 32,766, but short statements are prepared once and reused."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Settled:
    """What one batch means for one document: its last decision, and every change on the way there.

    `capture` (sha256) and `parser` say where it was read.
    """

    key: str
    decision: Decision
    changes: tuple[Change, ...]
    capture: str | None
    parser: str | None


def load_stored(conn: Connection, source: str, keys: Iterable[str]) -> dict[str, Stored]:
    """What is known of each of the `keys` of `source`; a key never seen is left out."""
    known: dict[str, Stored] = {}
    for some in chunks(sorted(set(keys))):
        query = select(document).where(document.c.source == source, document.c.key.in_(some))
        rows = conn.execute(query).mappings().all()
        ids = [row["id"] for row in rows]
        identifiers, steps, windows = (
            grouped(conn, table, ids) for table in (document_identifier, document_step, document_window)
        )
        for row in rows:
            number = row["id"]
            known[row["key"]] = replace(
                stored_of(row),
                identifiers=tuple(
                    Identifier(one["scheme"], one["value"], Relation(one["relation"]))
                    for one in identifiers.get(number, ())
                ),
                steps=tuple(Step(one["date"], one["code"]) for one in steps.get(number, ())),
                windows=tuple(
                    KnownWindow(window_of(one), one["first_seen"], one["stated_at"], one["id"])
                    for one in windows.get(number, ())
                ),
            )
    return known


def store(
    conn: Connection, source: str, settled: Sequence[Settled], now: datetime, *, seen: bool = True
) -> list[tuple[int, Stored]]:
    """Store what a batch means for documents of one source, and note when each was seen.

    Args:
        conn: a writing connection.
        source: under whose id the documents are kept.
        settled: what was decided.
        now: the moment (aware).
        seen: whether the source showed them now; False: what it once showed was only read anew.

    Returns:
        What was said anew, by id: `monitor.archive.indexing.index_documents` makes it searchable.
    """
    new = [one for one in settled if one.decision.document.id is None]
    ids = _insert(conn, source, new, now)
    numbered = [(ids.get(one.key, one.decision.document.id or 0), one) for one in settled]
    said = [(number, one) for number, one in numbered if one.key in ids or one.decision.action is not Action.NONE]
    _update(conn, [(number, one) for number, one in said if one.key not in ids])
    _revise(conn, numbered, now)
    _touch(conn, numbered, now if seen else None)
    fresh = {number for number, one in numbered if one.key in ids}
    _replace_parts(conn, said, fresh)
    _store_windows(conn, said, fresh)
    return [(number, one.decision.document) for number, one in said]


def window_of(row: RowMapping) -> Window:
    """The window in a row of `document_window`."""
    return Window(
        kind=WindowKind(row["kind"]),
        opens=row["opens"],
        closes=row["closes"],
        certainty=Certainty(row["certainty"]),
        closes_at=row["closes_at"],
        label=row["label"],
        url=row["url"],
    )


def addressees_of(row: RowMapping) -> Addressees | None:
    """To whom the document in a row of `document` is sent; None where no list is known."""
    said = row["addressees"]
    return Addressees(tuple(said["names"]), said["url"], said["problem"]) if said else None


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """`items` in pieces that fit into one statement."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def grouped(conn: Connection, table: Table, ids: Sequence[int]) -> dict[int, list[RowMapping]]:
    """The rows of `table` that belong to the documents `ids`, by document, in a stable order."""
    by_document: dict[int, list[RowMapping]] = {}
    query = select(table).where(table.c.document.in_(ids)).order_by(*table.primary_key.columns)
    for row in conn.execute(query).mappings():
        by_document.setdefault(row["document"], []).append(row)
    return by_document


def stored_of(row: RowMapping) -> Stored:
    """The document in a row of `document`, without what stands in other tables."""
    return Stored(
        id=row["id"],
        kind=Kind(row["kind"]),
        url=row["url"],
        language=row["language"],
        titles=row["titles"],
        first_seen=row["first_seen"],
        summary=row["summary"],
        text=row["text"],
        published=row["published"],
        updated=row["updated"],
        subjects=tuple(row["subjects"]),
        bodies=tuple(row["bodies"]),
        attachments=tuple((name, url) for name, url in row["attachments"]),
        addressees=addressees_of(row),
        version=row["version"],
        gone_at=row["gone_at"],
    )


def _columns(one: Settled) -> dict[str, Any]:
    said = one.decision.document
    return {
        "kind": said.kind.value,
        "url": said.url,
        "language": said.language,
        "title_sv": said.titles.get("sv"),
        "title_en": said.titles.get("en"),
        "titles": dict(said.titles),
        "summary": dict(said.summary),
        "text": said.text,
        "published": said.published,
        "subjects": list(said.subjects),
        "bodies": list(said.bodies),
        "attachments": [list(pair) for pair in said.attachments],
        "addressees": asdict(said.addressees) if said.addressees else None,
        "parser": one.parser,
        "capture": one.capture,
        "fingerprint": one.decision.fingerprint,
        "gone_at": said.gone_at,
        "day": said.published or said.first_seen.astimezone(ZONE).date(),
    }


def _insert(conn: Connection, source: str, new: Sequence[Settled], now: datetime) -> dict[str, int]:
    """Insert new documents; gives their ids by key."""
    ids: dict[str, int] = {}
    if new:
        seen = {"source": source, "first_seen": now, "last_seen": now, "changed": now, "missing_sweeps": 0}
        conn.execute(insert(document), [_columns(one) | seen | {"key": one.key} for one in new])
    for some in chunks([one.key for one in new]):
        query = select(document.c.key, document.c.id).where(document.c.source == source, document.c.key.in_(some))
        ids |= {row.key: row.id for row in conn.execute(query)}
    return ids


def _update(conn: Connection, said: Sequence[tuple[int, Settled]]) -> None:
    rows = [_columns(one) | {"number": number} for number, one in said]
    if rows:
        values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "number"}
        conn.execute(_by_number().values(values), rows)


def _touch(conn: Connection, numbered: Sequence[tuple[int, Settled]], seen: datetime | None) -> None:
    """Note when the documents were seen, with the marks that are no statement about the thing itself."""
    if not numbered:
        return
    values: dict[str | Column[Any], Any] = {
        **({"last_seen": seen, "missing_sweeps": 0} if seen else {}),
        # A page read anew may be older than the row for which the details were read last.
        "version": bindparam("seen_version")
        if seen
        else func.coalesce(document.c.version, bindparam("seen_version")),
        "updated": bindparam("seen_updated"),
    }
    rows = [
        {
            "number": number,
            "seen_version": one.decision.document.version,
            "seen_updated": one.decision.document.updated,
        }
        for number, one in numbered
    ]
    conn.execute(_by_number().values(values), rows)
    windows = [
        {"window": known.id, "said": known.stated_at}
        for _, one in numbered
        for known in one.decision.document.windows
        if known.id is not None and seen
    ]
    if windows:
        stated = update(document_window).where(document_window.c.id == bindparam("window"))
        conn.execute(stated.values(stated_at=bindparam("said")), windows)


def _revise(conn: Connection, numbered: Sequence[tuple[int, Settled]], now: datetime) -> None:
    rows = [
        {
            "document": number,
            "seen_at": now,
            "field": change.field,
            "before": change.before,
            "after": change.after,
            "capture": one.capture,
        }
        for number, one in numbered
        for change in one.changes
    ]
    if rows:
        conn.execute(insert(revision), rows)
        changed = [{"number": number} for number in {row["document"] for row in rows}]
        conn.execute(_by_number().values(changed=now), changed)


def _replace_parts(conn: Connection, said: Sequence[tuple[int, Settled]], fresh: set[int]) -> None:
    known = [number for number, _ in said if number not in fresh]
    for table in (document_identifier, document_step):
        for some in chunks(known):
            conn.execute(delete(table).where(table.c.document.in_(some)))
    identifiers = [
        {"document": number, "scheme": name.scheme, "value": name.value, "relation": name.relation.value}
        for number, one in said
        for name in one.decision.document.identifiers
    ]
    steps = [
        {"document": number, "date": step.date, "code": step.code}
        for number, one in said
        for step in one.decision.document.steps
    ]
    for table, rows in ((document_identifier, identifiers), (document_step, steps)):
        if rows:
            conn.execute(insert(table), rows)


def _store_windows(conn: Connection, said: Sequence[tuple[int, Settled]], fresh: set[int]) -> None:
    """Keep the rows of windows that go on: others refer to them."""
    table = document_window
    windows = [(number, known) for number, one in said for known in one.decision.document.windows]
    kept = {known.id for _, known in windows if known.id is not None}
    stored = [number for number, _ in said if number not in fresh]
    for some in chunks(stored):
        before = conn.execute(select(table.c.id).where(table.c.document.in_(some))).scalars()
        if gone := [number for number in before if number not in kept]:
            conn.execute(delete(table).where(table.c.id.in_(gone)))
    if new := [_window_row(known) | {"document": number} for number, known in windows if known.id is None]:
        conn.execute(insert(table), new)
    if going_on := [_window_row(known) | {"window": known.id} for _, known in windows if known.id is not None]:
        values: dict[str, Any] = {name: bindparam(name) for name in going_on[0] if name != "window"}
        conn.execute(update(table).where(table.c.id == bindparam("window")).values(values), going_on)


def _window_row(known: KnownWindow) -> dict[str, Any]:
    window = known.window
    return {
        "kind": window.kind.value,
        "label": window.label,
        "opens": window.opens,
        "closes": window.closes,
        "closes_at": window.closes_at,
        "certainty": window.certainty.value,
        "url": window.url,
        "first_seen": known.first_seen,
        "stated_at": known.stated_at,
    }


def _by_number() -> Any:
    return update(document).where(document.c.id == bindparam("number"))
