"""Which procedures the organisation follows, so that their pages are read even if no list names them."""

from datetime import date

from sqlalchemy import Connection, and_, exists, or_, select

from monitor.archive.files import case_file, dossier_document
from monitor.archive.schema import document_identifier, document_window
from spiders.finding import Relation

CLOSED = "avslutad"
MOST_FOLLOWED = 30
"""Procedures read again in one scan of a source; the others have their turn in the next."""


def followed(conn: Connection, today: date, limit: int = MOST_FOLLOWED) -> tuple[str, ...]:
    """References of procedures whose dossier has a case that is not closed, or a window that is.

    Args:
        conn: a reading connection.
        today: the day, in the organisation's zone. Of more than `limit` another part has its turn each day, so
            that none waits for ever.
        limit: at most so many.
    """
    papers, names, window = dossier_document.c, document_identifier.c, document_window.c
    about = papers.relation == Relation.SUBJECT.value
    handled = exists().where(case_file.c.dossier == papers.dossier, case_file.c.status != CLOSED)
    others = dossier_document.alias().c
    open_still = exists().where(
        and_(others.dossier == papers.dossier, others.document == window.document, window.closes >= today)
    )
    # One procedure in two spellings (`2022/0345` beside `2022/0345(COD)`): registers want the whole.
    query = (
        select(names.value)
        .distinct()
        .join(dossier_document, and_(papers.document == names.document, about))
        .where(names.scheme == "procedure", names.relation == Relation.SUBJECT.value, names.value.contains("("))
        .where(or_(handled, open_still))
        .order_by(names.value)
    )
    found = list(conn.execute(query).scalars())
    if len(found) <= limit:
        return tuple(found)
    start = today.toordinal() * limit % len(found)
    return tuple((found[start:] + found[:start])[:limit])
