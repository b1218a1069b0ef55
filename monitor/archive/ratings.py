"""What documents mean: the models' assessments, people's judgements, and which of them counts.

A person's judgement outranks every model, also a later one. Judgements are only ever added.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from monitor.archive.documents import Document
from monitor.archive.known import chunks
from monitor.archive.schema import assessment, document, judgement, tag
from monitor.archive.upsert import upsert
from nlp.assessment import Assessment, Direction, Evidence, Level

FAINTEST = 0.05
"""Themes that the model finds less probable are not stored."""
PERSON = "person"
"""Stands for the model of a tag that only a person gave."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The newest verdicts of people about one document; None and {}: nobody said."""

    themes: Mapping[str, bool]
    level: str | None
    direction: str | None


NOBODY = Judged({}, None, None)


def save_assessments(conn: Connection, assessed: Sequence[tuple[Document, Assessment]], at: datetime) -> None:
    """Store what a model says of documents, and let it count where no person has judged.

    Args:
        conn: a writing connection.
        assessed: the document as it was read, and the assessment.
        at: the moment of the assessment (aware).
    """
    for some in chunks(assessed):
        ids = [read.id for read, _ in some]
        judged = judgements_of(conn, ids)
        statement = upsert(conn, assessment)
        said = {
            column.name: statement.excluded[column.name] for column in assessment.columns if not column.primary_key
        }
        rows = [_assessment_row(read, one, at) for read, one in some]
        conn.execute(statement.on_conflict_do_update(index_elements=["document", "model"], set_=said), rows)
        conn.execute(delete(tag).where(tag.c.document.in_(ids)))
        tags = [row for read, one in some for row in _tag_rows(read.id, one, judged.get(read.id, NOBODY))]
        if tags:
            conn.execute(insert(tag), tags)
        standing = [_standing(read.id, one, judged.get(read.id, NOBODY)) for read, one in some]
        values: dict[str, Any] = {name: bindparam(name) for name in ("relevance", "level", "direction")}
        conn.execute(update(document).where(document.c.id == bindparam("number")).values(**values), standing)


def judge(
    conn: Connection,
    number: int,
    who: str,
    at: datetime,
    *,
    themes: Mapping[str, bool] | None = None,
    level: Level | None = None,
    direction: Direction | None = None,
) -> None:
    """Store a person's judgement of a document and let it count at once.

    Args:
        conn: a writing connection.
        number: the document.
        who: the person's name in the organisation (not an address).
        at: the moment (aware).
        themes: theme → whether it holds.
        level: how much it matters.
        direction: which way it moves the organisation's room for action.
    """
    about = {"document": number, "who": who, "at": at}
    rows: list[dict[str, Any]] = [
        about | {"theme": theme, "holds": holds, "level": None, "direction": None}
        for theme, holds in (themes or {}).items()
    ]
    if level or direction:
        rows.append(
            about
            | {
                "theme": None,
                "holds": None,
                "level": level.value if level else None,
                "direction": direction.value if direction else None,
            }
        )
    if rows:
        conn.execute(insert(judgement), rows)
    for theme, holds in (themes or {}).items():
        given = {"assigned": holds, "judged": holds}
        new = {"score": float(holds), "model": PERSON, "evidence": [], **given}
        statement = upsert(conn, tag).values(document=number, theme=theme, **new)
        conn.execute(statement.on_conflict_do_update(index_elements=["document", "theme"], set_=given))
    standing = {name: value.value for name, value in (("level", level), ("direction", direction)) if value}
    if standing:
        conn.execute(update(document).where(document.c.id == number).values(**standing))


def judged_ids(conn: Connection) -> tuple[int, ...]:
    """The documents that anybody judged, in the order of their ids."""
    return tuple(conn.execute(select(judgement.c.document).distinct().order_by(judgement.c.document)).scalars())


def unjudged(conn: Connection, limit: int) -> tuple[int, ...]:
    """The newest documents that a model has rated and nobody has judged."""
    said = exists().where(judgement.c.document == document.c.id)
    query = select(document.c.id).where(document.c.relevance.is_not(None), ~said)
    return tuple(conn.execute(query.order_by(document.c.day.desc(), document.c.id.desc()).limit(limit)).scalars())


def judgements_of(conn: Connection, ids: Sequence[int]) -> dict[int, Judged]:
    """The newest verdicts about each of the documents that anybody judged."""
    found: dict[int, Judged] = {}
    query = select(judgement).where(judgement.c.document.in_(ids)).order_by(judgement.c.id)
    for row in conn.execute(query):
        before = found.get(row.document, NOBODY)
        themes = {**before.themes, row.theme: row.holds} if row.theme else before.themes
        found[row.document] = Judged(themes, row.level or before.level, row.direction or before.direction)
    return found


def _assessment_row(read: Document, said: Assessment, at: datetime) -> dict[str, Any]:
    return {
        "document": read.id,
        "model": said.model,
        "at": at,
        "fingerprint": read.fingerprint,
        "language": said.language,
        "relevance": said.relevance,
        "level": said.level.value,
        "direction": said.direction.value,
        "reasons": list(said.reasons),
        "evidence": [_evidence(one) for one in said.evidence],
    }


def _tag_rows(number: int, said: Assessment, judged: Judged) -> Iterator[dict[str, Any]]:
    """The tags worth keeping: assigned, probable or judged."""
    scores = {one.theme: one for one in said.tags}
    for theme in dict.fromkeys((*scores, *judged.themes)):
        one, verdict = scores.get(theme), judged.themes.get(theme)
        if verdict is None and (one is None or not (one.assigned or one.score >= FAINTEST)):
            continue
        yield {
            "document": number,
            "theme": theme,
            "score": one.score if one else float(bool(verdict)),
            "assigned": verdict if verdict is not None else one is not None and one.assigned,
            "judged": verdict,
            "model": said.model if one else PERSON,
            "evidence": [_evidence(piece) for piece in one.evidence] if one else [],
        }


def _standing(number: int, said: Assessment, judged: Judged) -> dict[str, Any]:
    """What counts now of level and direction."""
    return {
        "number": number,
        "relevance": said.relevance,
        "level": judged.level or said.level.value,
        "direction": judged.direction or said.direction.value,
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {"kind": one.kind.value, "text": one.text, "weight": one.weight, "start": one.start, "end": one.end}


@dataclass(frozen=True, slots=True)
class Rated:
    """The newest assessment of a document, as stored; `evidence` as plain JSON (`nlp.assessment.Evidence`)."""

    model: str
    at: datetime
    language: str
    relevance: float
    level: str
    direction: str
    reasons: tuple[str, ...]
    evidence: tuple[Mapping[str, Any], ...]


def newest_assessment(conn: Connection, number: int) -> Rated | None:
    """What the newest model said of a document; None where none has read it."""
    query = select(assessment).where(assessment.c.document == number).order_by(assessment.c.at.desc()).limit(1)
    row = conn.execute(query).mappings().first()
    if row is None:
        return None
    return Rated(**{name: row[name] for name in Rated.__slots__})
