"""Documents as far as early signals need them: a few columns of many rows."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, func, select

from monitor.archive.dossiers import dossiers_of
from monitor.archive.schema import document, tag
from monitor.signals import Sighting
from monitor.words import stems, words

LEVELS = ("act", "brief", "background")


def began(conn: Connection) -> dict[str, date]:
    """Since which day each source has been read."""
    query = select(document.c.source, func.min(document.c.first_seen).label("first")).group_by(document.c.source)
    return {row.source: row.first.date() for row in conn.execute(query)}


def sightings(conn: Connection, since: date, until: date) -> tuple[Sighting, ...]:
    """The documents of these days (both included) that concern us at all."""
    chosen = document.c.day.between(since, until) & document.c.level.in_(LEVELS)
    columns = (document.c.id, document.c.day, document.c.source, document.c.language, document.c.titles)
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
        title = row.titles.get(row.language) or next(iter(row.titles.values()), "")
        said = words(title)
        found.append(
            Sighting(
                document=row.id,
                day=row.day,
                source=row.source,
                matter=_matter(dossiers.get(row.id), said),
                themes=tuple(themes.get(row.id, ())),
                words=dict(zip(stems(said, row.language), said, strict=True)),
                actors=frozenset(row.bodies),
            )
        )
    return tuple(found)


def _matter(dossier: int | None, title: Iterable[str]) -> str:
    """Its dossier; a document outside of dossiers is the same matter as every other with its title."""
    return f"dossier:{dossier}" if dossier is not None else " ".join(title)
