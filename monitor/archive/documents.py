"""Documents as others show them: one by id or identifier, those to assess, those of a week."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, or_, select

from monitor.archive.known import addressees_of, chunks, grouped, window_of
from monitor.archive.schema import (
    assessment,
    document,
    document_identifier,
    document_step,
    document_window,
    revision,
    tag,
)
from spiders.finding import Addressees, Identifier, Relation, Step, Window, WindowKind

OWN = "own"
"""The source of what people add by hand; it is declared nowhere and never scanned."""
DEADLINES_AHEAD = timedelta(days=30)
"""How far ahead the letter looks for windows that close."""
_STRENGTH = {Relation.SUBJECT: 0, Relation.PACKAGE: 1, Relation.IMPLEMENTS: 2, Relation.MENTION: 3}


@dataclass(frozen=True, slots=True)
class Revision:
    """What was and what is ("var → är") in one field, as plain JSON values; field `gone` holds moments."""

    seen_at: datetime
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Tagged:
    """A theme of a document; `assigned` is what counts, `judged` a person's verdict (None: nobody's)."""

    theme: str
    score: float
    assigned: bool
    judged: bool | None
    model: str
    evidence: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document with all that belongs to it. Titles and summaries map ISO 639-1 codes to text.

    `relevance`, `level`, `direction` and the assigned `tags` are what counts now (a person's judgement, else the
    model's; None: not assessed). `reasons` are the newest assessment's sentences.
    """

    id: int
    source: str
    key: str
    kind: str
    url: str
    language: str
    titles: Mapping[str, str]
    summary: Mapping[str, str]
    text: str | None
    published: date | None
    updated: datetime | None
    subjects: tuple[str, ...]
    bodies: tuple[str, ...]
    attachments: tuple[tuple[str, str], ...]
    first_seen: datetime
    last_seen: datetime
    changed: datetime
    gone_at: datetime | None
    fingerprint: str
    capture: str | None
    parser: str | None
    day: date
    relevance: float | None
    level: str | None
    direction: str | None
    identifiers: tuple[Identifier, ...]
    steps: tuple[Step, ...]
    windows: tuple[Window, ...]
    tags: tuple[Tagged, ...]
    reasons: tuple[str, ...]
    revisions: tuple[Revision, ...]
    addressees: Addressees | None = None
    evidence: tuple[Mapping[str, Any], ...] = ()
    """What the newest assessment rests level and direction on, as stored (`nlp.assessment.Evidence`)."""

    def title(self, language: str = "sv") -> tuple[str, str]:
        """The title to show and its language: the wanted one, else English, else any, else the key."""
        for code in (language, "en", *self.titles):
            if self.titles.get(code):
                return self.titles[code], code
        return self.key, ""

    @property
    def themes(self) -> tuple[str, ...]:
        """Assigned themes, the most certain first."""
        return tuple(one.theme for one in self.tags if one.assigned)

    def closes(self, today: date) -> date | None:
        """The next last day to act; where all have passed, the newest of them."""
        days = sorted(window.closes for window in self.windows if window.closes is not None)
        return next((day for day in days if day >= today), days[-1] if days else None)


def get_documents(conn: Connection, ids: Sequence[int], *, since: datetime | None = None) -> tuple[Document, ...]:
    """The documents with these ids, in that order; an id that does not exist is left out.

    Args:
        conn: a reading connection.
        ids: rows of `document`.
        since: only revisions seen after this moment.
    """
    found: dict[int, Document] = {}
    for some in chunks(list(dict.fromkeys(ids))):
        rows = conn.execute(select(document).where(document.c.id.in_(some))).mappings().all()
        parts = {
            table.name: grouped(conn, table, some)
            for table in (document_identifier, document_step, document_window, tag)
        }
        assessed = _assessed(conn, some)
        revisions = _revisions(conn, some, since)
        for row in rows:
            number = row["id"]
            own = {name: by_document.get(number, []) for name, by_document in parts.items()}
            found[number] = _document(row, own, assessed.get(number), tuple(revisions.get(number, ())))
    return tuple(found[number] for number in dict.fromkeys(ids) if number in found)


def get_document(conn: Connection, number: int) -> Document | None:
    """The document with this id; None where there is none."""
    return next(iter(get_documents(conn, [number])), None)


def ids_by_identifier(conn: Connection, identifier: Identifier) -> tuple[int, ...]:
    """Documents that carry an identifier: those about it first, then packages, then mentions; newest first.

    A procedure typed without its type (`2022/0345`) and a memo typed without its session (`FPM52`) mean any.
    """
    columns = document_identifier.c
    match: ColumnElement[bool] = columns.value == identifier.value
    if identifier.scheme == "procedure" and "(" not in identifier.value:
        match = columns.value.like(f"{identifier.value}(%")
    elif identifier.scheme == "fpm" and ":" not in identifier.value:
        match = columns.value.like(f"%:{identifier.value}")
    query = (
        select(document.c.id, columns.relation, document.c.day)
        .join(document, document.c.id == columns.document)
        .where(columns.scheme == identifier.scheme, match)
    )
    rows = conn.execute(query).all()
    best = {row.id: (_STRENGTH[Relation(row.relation)], -row.day.toordinal(), row.id) for row in rows}
    for row in rows:
        best[row.id] = min(best[row.id], (_STRENGTH[Relation(row.relation)], -row.day.toordinal(), row.id))
    return tuple(sorted(best, key=best.__getitem__))


def id_by_key(conn: Connection, key: str) -> int | None:
    """The newest document with a source's own key (a HYS id, a dok_id); None where there is none."""
    query = select(document.c.id).where(document.c.key == key).order_by(document.c.first_seen.desc()).limit(1)
    return conn.execute(query).scalar_one_or_none()


def id_of(conn: Connection, source: str, key: str) -> int | None:
    """The document that a source calls `key`; None where there is none."""
    query = select(document.c.id).where(document.c.source == source, document.c.key == key)
    return conn.execute(query).scalar_one_or_none()


def unassessed(conn: Connection, model: str | None = None, limit: int | None = None) -> tuple[int, ...]:
    """Ids of documents that the model of this version (None: any model) has not read as they are, newest first.

    What another model has read since does not count: its tags are those that stand.
    """
    read = [assessment.c.document == document.c.id, assessment.c.fingerprint == document.c.fingerprint]
    if model is not None:
        later = assessment.alias("later")
        since = exists().where(later.c.document == assessment.c.document, later.c.at > assessment.c.at)
        read += [assessment.c.model == model, ~since]
    done = exists().where(*read)
    query = select(document.c.id).where(~done).order_by(document.c.day.desc(), document.c.id.desc()).limit(limit)
    return tuple(conn.execute(query).scalars())


def for_letter(
    conn: Connection,
    since: datetime,
    today: date,
    *,
    levels: Collection[str] | None = None,
    answers: timedelta = DEADLINES_AHEAD,
) -> tuple[Document, ...]:
    """What a weekly letter is put together from, newest first.

    Documents first seen or changed after `since`, with their revisions after it, and every document with a window
    that closes within `DEADLINES_AHEAD` from `today`; one that can be answered, within `answers`.

    Args:
        conn: a reading connection.
        since: end of the last letter's week (aware).
        today: the day of the letter, in the organisation's zone.
        levels: only documents of these levels (None: all, also those not assessed).
        answers: how far ahead windows close whose last day for our own handling may be near. Not calls: there are
            thousands, and nobody's meeting decides on them.
    """
    closes, kind = document_window.c.closes, document_window.c.kind
    closing = exists().where(
        document_window.c.document == document.c.id,
        or_(
            closes.between(today, today + DEADLINES_AHEAD),
            and_(closes.between(today, today + answers), kind != WindowKind.CALL.value),
        ),
    )
    moved = or_(document.c.first_seen > since, document.c.changed > since)
    query = select(document.c.id).where(or_(moved, closing))
    if levels is not None:
        query = query.where(document.c.level.in_(levels))
    ids = conn.execute(query.order_by(document.c.day.desc(), document.c.id.desc())).scalars().all()
    return get_documents(conn, ids, since=since)


def count_documents(conn: Connection) -> int:
    """How many documents the archive holds."""
    return conn.execute(select(func.count()).select_from(document)).scalar_one()


def _assessed(conn: Connection, ids: Sequence[int]) -> dict[int, RowMapping]:
    """The newest assessment's reasons and evidence of each document."""
    columns = assessment.c
    query = select(columns.document, columns.reasons, columns.evidence).where(columns.document.in_(ids))
    return {row["document"]: row for row in conn.execute(query.order_by(columns.at)).mappings()}


def _revisions(conn: Connection, ids: Sequence[int], since: datetime | None) -> dict[int, list[Revision]]:
    query = select(revision).where(revision.c.document.in_(ids)).order_by(revision.c.id)
    if since is not None:
        query = query.where(revision.c.seen_at > since)
    found: dict[int, list[Revision]] = {}
    for row in conn.execute(query):
        found.setdefault(row.document, []).append(Revision(row.seen_at, row.field, row.before, row.after))
    return found


_AS_THEY_ARE = [
    name
    for name in Document.__slots__
    if name in document.c and name not in ("subjects", "bodies", "attachments", "addressees")
]


def _document(
    row: RowMapping,
    parts: Mapping[str, Iterable[RowMapping]],
    assessed: RowMapping | None,
    revisions: tuple[Revision, ...],
) -> Document:
    tags = [
        Tagged(one["theme"], one["score"], one["assigned"], one["judged"], one["model"], tuple(one["evidence"]))
        for one in parts["tag"]
    ]
    return Document(
        **{name: row[name] for name in _AS_THEY_ARE},
        subjects=tuple(row["subjects"]),
        bodies=tuple(row["bodies"]),
        attachments=tuple((name, url) for name, url in row["attachments"]),
        addressees=addressees_of(row),
        identifiers=tuple(
            Identifier(one["scheme"], one["value"], Relation(one["relation"]))
            for one in parts["document_identifier"]
        ),
        steps=tuple(Step(one["date"], one["code"]) for one in parts["document_step"]),
        windows=tuple(window_of(one) for one in parts["document_window"]),
        tags=tuple(sorted(tags, key=lambda one: (-one.score, one.theme))),
        reasons=tuple(assessed["reasons"]) if assessed else (),
        revisions=revisions,
        evidence=tuple(assessed["evidence"]) if assessed else (),
    )
