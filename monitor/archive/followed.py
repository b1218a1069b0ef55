"""Which procedures the organisation follows, so that their pages are read even if no list names them."""

from datetime import date

from sqlalchemy import Connection, and_, case, exists, func, or_, select

from monitor.archive.files import case_file, dossier_document
from monitor.archive.schema import document, document_identifier, document_window
from spiders.finding import Relation

CLOSED = "avslutad"
MOST_FOLLOWED = 30
"""Procedures read again in one scan of a source; the others have their turn in the next."""


def followed(conn: Connection, source: str, today: date, limit: int = MOST_FOLLOWED) -> tuple[str, ...]:
    """References of procedures whose dossier has a case that is not closed, or a window that is.

    Args:
        conn: a reading connection.
        source: where they are to be read; what it has not shown for the longest time comes first.
        today: the day, in the organisation's zone.
        limit: at most so many.
    """
    papers, names, window = dossier_document.c, document_identifier.c, document_window.c
    about = papers.relation == Relation.SUBJECT.value
    handled = exists().where(case_file.c.dossier == papers.dossier, case_file.c.status != CLOSED)
    others = dossier_document.alias().c
    open_still = exists().where(
        and_(others.dossier == papers.dossier, others.document == window.document, window.closes >= today)
    )
    seen = func.max(case((document.c.source == source, document.c.last_seen)))
    # One procedure in two spellings (`2022/0345` beside `2022/0345(COD)`): registers want the whole.
    query = (
        select(names.value)
        .join(dossier_document, and_(papers.document == names.document, about))
        .join(document, document.c.id == names.document)
        .where(names.scheme == "procedure", names.relation == Relation.SUBJECT.value, names.value.contains("("))
        .where(or_(handled, open_still))
        .group_by(names.value)
        .order_by(seen.is_not(None), seen, names.value)
        .limit(limit)
    )
    return tuple(conn.execute(query).scalars())
