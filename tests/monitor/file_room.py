"""Fill an archive with findings as the platforms hand them over, file them, and look at the result."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine

from monitor.archive.documents import Document, get_documents, unassessed
from monitor.archive.engine import reading, writing
from monitor.archive.ratings import save_assessments
from monitor.archive.scans import start_scan
from monitor.collecting.intake import Intake
from monitor.dossiers.files import File, Rules, load_files
from monitor.dossiers.filing import JoinReport, join_new
from nlp.assessment import Assessment, Direction, Evidence, EvidenceKind, Level, Tag
from spiders.events import PageRead
from spiders.finding import Finding, Identifier, Kind, Relation, Step

MODEL = "test-1"


def moment(day: date | str, hour: int = 6) -> datetime:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def ident(text: str, relation: Relation = Relation.SUBJECT) -> Identifier:
    """`procedure 2022/0345(COD)`."""
    scheme, _, value = text.partition(" ")
    return Identifier(scheme, value, relation)


def finding(
    source: str,
    key: str,
    kind: Kind,
    title: str | Mapping[str, str],
    *names: str,
    published: str | None = None,
    steps: tuple[tuple[str, str], ...] = (),
    mentions: tuple[str, ...] = (),
    packages: tuple[str, ...] = (),
    **more: Any,
) -> Finding:
    titles = {"sv": title} if isinstance(title, str) else dict(title)
    return Finding(
        source=source,
        key=key,
        url=f"https://example.eu/{source}/{key}".replace(" ", "%20"),
        kind=kind,
        title=titles,
        language=next(iter(titles)),
        published=date.fromisoformat(published) if published else None,
        identifiers=(
            *(ident(name) for name in names),
            *(ident(name, Relation.MENTION) for name in mentions),
            *(ident(name, Relation.PACKAGE) for name in packages),
        ),
        steps=tuple(Step(date.fromisoformat(day), code) for day, code in steps) or None,
        **more,
    )


def take(engine: Engine, now: datetime, *findings: Finding) -> None:
    """Intake of one scan."""
    with writing(engine) as conn:
        number = start_scan(conn, now, "command")
    intake = Intake(engine, number)
    for source in dict.fromkeys(one.source for one in findings):
        own = tuple(one for one in findings if one.source == source)
        intake.take([PageRead(source, "list", None, own)], now)


def file(engine: Engine, now: datetime, *findings: Finding) -> JoinReport:
    """Intake, an even rating, and filing."""
    take(engine, now, *findings)
    rate(engine, now)
    return join_new(engine, lambda: now)


def rate(engine: Engine, now: datetime, theme: str = "va-vatten") -> None:
    """Give every new document the same assessment: relevant, about `theme`."""
    with writing(engine) as conn:
        documents = get_documents(conn, unassessed(conn, MODEL))
        save_assessments(conn, [(one, _assessment(one, theme)) for one in documents], now)


def _assessment(one: Document, theme: str) -> Assessment:
    evidence = (Evidence(EvidenceKind.TERM, "avlopp", 1.5, 0, 6),)
    return Assessment(
        id=str(one.id),
        language="sv",
        tags=(Tag(theme, 0.9, assigned=True, evidence=evidence),),
        relevance=0.8,
        level=Level.BRIEF,
        direction=Direction.RESTRICTING,
        reasons=("Handlar om avlopp.",),
        evidence=evidence,
        model=MODEL,
    )


def files(engine: Engine, today: str = "2026-11-23") -> dict[int, File]:
    """Every dossier as people see it."""
    from monitor.archive.files import dossier

    with reading(engine) as conn:
        numbers = conn.execute(dossier.select().where(dossier.c.merged_into.is_(None))).scalars().all()
        return load_files(conn, numbers, Rules.of(), date.fromisoformat(today))


def contents(engine: Engine) -> set[frozenset[str]]:
    """The keys of the documents about each dossier."""
    return {
        frozenset(f"{one.source}/{one.key}" for one in found.documents)
        for found in files(engine).values()
        if found.documents
    }
