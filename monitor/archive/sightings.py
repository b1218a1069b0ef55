"""Documents as far as early signals need them: a few columns of many rows."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, func, select

from monitor.archive.dossiers import dossiers_of
from monitor.archive.schema import document, tag
from monitor.core.signals import Sighting
from monitor.core.words import stems, words

LEVELS = ("act", "brief", "background")


def began(conn: Connection) -> dict[str, date]:
    """Since which day each source has been read."""
    query = select(document.c.source, func.min(document.c.first_seen).label("first")).group_by(document.c.source)
    return {row.source: row.first.date() for row in conn.execute(query)}


def sightings(conn: Connection, since: date, until: date) -> tuple[Sighting, ...]:
    """The documents of these days (both included) that concern us at all."""
    chosen = document.c.day.between(since, until) & document.c.level.in_(LEVELS)
    # The titles in their own columns: reading the JSON of them all would take as long as everything else.
    columns = (document.c.id, document.c.day, document.c.source, document.c.title_sv, document.c.title_en)
    rows = conn.execute(select(*columns, document.c.bodies).where(chosen)).all()
    themes: dict[int, list[str]] = {}
    assigned = select(tag.c.document, tag.c.theme).join(document, document.c.id == tag.c.document)
    for tagged in conn.execute(
        assigned.where(chosen, tag.c.assigned).order_by(tag.c.document, tag.c.score.desc())
    ):
        themes.setdefault(tagged.document, []).append(tagged.theme)
    dossiers = dossiers_of(conn, [row.id for row in rows])
    found = []
    for row in rows:
        title, language = (row.title_sv, "sv") if row.title_sv else (row.title_en or "", "en")
        said = words(title)
        found.append(
            Sighting(
                document=row.id,
                day=row.day,
                source=row.source,
                matter=_matter(row.id, dossiers.get(row.id), said),
                themes=tuple(themes.get(row.id, ())),
                words=dict(zip(stems(said, language), said, strict=True)),
                actors=frozenset(row.bodies),
            )
        )
    return tuple(found)


def _matter(number: int, dossier: int | None, title: Sequence[str]) -> str:
    """Its dossier; a document outside of dossiers is the same matter as every other with its title."""
    if dossier is not None:
        return f"dossier:{dossier}"
    return " ".join(title) or f"document:{number}"
