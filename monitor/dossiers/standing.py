"""Keep with each document at which stage its dossier stands, so that search can filter and count by it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, select, update

from config.stages import load_stages
from monitor.archive.dossiers import load_dossiers
from monitor.archive.engine import writing
from monitor.archive.files import dossier, dossier_document
from monitor.archive.known import chunks, grouped
from monitor.archive.schema import document, document_identifier, document_step, scan
from monitor.core.stages import Model, chain_of, history, standing
from monitor.core.zone import ZONE
from monitor.dossiers.files import dated, stepping, traits_of
from spiders.finding import Identifier, Relation, Step

MARGIN = timedelta(days=7)
"""How far before the last scan is looked again for days that have come, lest one that was cut off miss some."""


@dataclass(frozen=True, slots=True)
class _Paper:
    """A document as far as the stage of its dossier hangs on it (`monitor.dossiers.files.Stepped`)."""

    source: str
    key: str
    kind: str
    published: date | None
    identifiers: tuple[Identifier, ...]
    steps: tuple[Step, ...]


def keep_stages(engine: Engine, now: datetime, *, overlay: Path | None = None) -> int:
    """Note anew where every dossier stands; gives how many documents have another stage than was noted.

    Args:
        engine: the archive.
        now: the present moment (aware).
        overlay: the organisation's configuration (stages).

    Raises:
        ArchiveError: the archive does not take it; nothing is changed.
        ConfigError: the stages are broken.
    """
    model = Model(load_stages(overlay))
    with writing(engine) as conn:
        return note_stages(conn, _all(conn), model, now)


def due(conn: Connection, now: datetime) -> set[int]:
    """Dossiers whose stage may be another only because a day has come, or was never noted (all of them)."""
    noted = select(document.c.id).where(document.c.stage.is_not(None)).limit(1)
    if conn.execute(noted).first() is None:
        return _all(conn)
    before = select(func.max(scan.c.started)).where(scan.c.finished.is_not(None), scan.c.started < now - MARGIN)
    last: datetime | None = conn.execute(before).scalar()
    return stepping(conn, (last or now).astimezone(ZONE).date() - MARGIN, now.astimezone(ZONE).date())


def note_stages(conn: Connection, numbers: Collection[int], model: Model, now: datetime) -> int:
    """Note with the documents about these dossiers where those stand now; gives how many differ from before."""
    today = now.astimezone(ZONE).date()
    differ = 0
    for some in chunks(sorted(numbers)):
        stages = _stages(conn, some, model, today)
        table = dossier_document.c
        own = select(table.document, table.dossier, document.c.stage)
        own = own.join(document, document.c.id == table.document)
        own = own.where(table.dossier.in_(some), table.relation == Relation.SUBJECT.value)
        rows = [
            {"number": row.document, "found": stages.get(row.dossier)}
            for row in conn.execute(own)
            if row.stage != stages.get(row.dossier)
        ]
        if rows:
            is_it = document.c.id == bindparam("number")
            conn.execute(update(document).where(is_it).values(stage=bindparam("found")), rows)
        differ += len(rows)
    return differ


def forget_stages(conn: Connection, documents: Collection[int]) -> None:
    """These documents are about no dossier."""
    for some in chunks(sorted(documents)):
        held = document.c.id.in_(some) & document.c.stage.is_not(None)
        conn.execute(update(document).where(held).values(stage=None))


def _all(conn: Connection) -> set[int]:
    return set(conn.execute(select(dossier.c.id).where(dossier.c.merged_into.is_(None))).scalars())


def _stages(conn: Connection, numbers: Sequence[int], model: Model, today: date) -> dict[int, str]:
    """The stage of each of these dossiers on `today`; those that nothing has moved are left out."""
    dossiers = load_dossiers(conn, numbers)
    papers = _papers(conn, {one for found in dossiers.values() for one in (*found.documents, *found.packages)})
    stages = {}
    for number, found in dossiers.items():
        own, packages = ([papers[one] for one in ones] for ones in (found.documents, found.packages))
        events, _ = history((day for each in (*own, *packages) for day in dated(each, model)), model)
        if events and (stands := standing(events, chain_of(traits_of(found.keys, own or packages), model), today)):
            stages[number] = stands.stage
    return stages


def _papers(conn: Connection, numbers: Collection[int]) -> dict[int, _Paper]:
    columns = (document.c.id, document.c.source, document.c.key, document.c.kind, document.c.published)
    found: dict[int, _Paper] = {}
    for some in chunks(sorted(numbers)):
        names, steps = (grouped(conn, table, some) for table in (document_identifier, document_step))
        for row in conn.execute(select(*columns).where(document.c.id.in_(some))):
            found[row.id] = _Paper(
                row.source,
                row.key,
                row.kind,
                row.published,
                tuple(_identifier(one) for one in names.get(row.id, ())),
                tuple(Step(one["date"], one["code"]) for one in steps.get(row.id, ())),
            )
    return found


def _identifier(row: Mapping[Any, Any]) -> Identifier:
    return Identifier(row["scheme"], row["value"], Relation(row["relation"]))
