"""Which procedures the organisation follows, so that their pages are read even if no list names them."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from monitor.archive.files import case_file, dossier_document
from monitor.archive.letters import edition, entry
from monitor.archive.schema import document, document_identifier, document_window
from spiders.finding import Relation

CLOSED = "avslutad"
MOST_FOLLOWED = 30
"""Procedures read again in one scan of a source; the others have their turn in the next."""
IN_LETTERS = timedelta(weeks=8)
"""How long a file is followed after a letter told of it: whoever read of it expects to hear on."""
ENDLESS = timedelta(days=365)
"""How long a window without an end counts as open, from the day of its document."""


def followed(
    conn: Connection, today: date, limit: int = MOST_FOLLOWED, *, windows: Collection[int] = ()
) -> tuple[str, ...]:
    """References of procedures to read again.

    First those whose dossier has a case that is not closed or stood in a letter lately, then those with a window
    that is open, also one without an end.

    Args:
        conn: a reading connection.
        today: the day, in the organisation's zone. Of more than `limit` another part has its turn each day, so
            that none waits for ever.
        limit: at most so many.
        windows: dossiers with a window that no document states, because a rule estimates it.
    """
    papers, window = dossier_document.c, document_window.c
    others = dossier_document.alias().c
    same = others.dossier == papers.dossier
    handled = exists().where(case_file.c.dossier == papers.dossier, case_file.c.status != CLOSED)
    endless = and_(
        window.closes.is_(None),
        or_(window.opens.is_(None), window.opens <= today),
        document.c.id == window.document,
        document.c.gone_at.is_(None),
        document.c.day >= today - ENDLESS,
    )
    dated = exists().where(same, others.document == window.document, window.closes >= today)
    undated = exists().where(same, others.document == window.document, endless)
    own = _references(conn, or_(handled, _told(same, others.document, today)))
    open_ones = _references(conn, or_(dated, undated, papers.dossier.in_(sorted(windows))))
    first = _turn(own, today, limit)
    return (*first, *_turn([one for one in open_ones if one not in own], today, limit - len(first)))


def _told(same: ColumnElement[bool], paper: ColumnElement[int], today: date) -> ColumnElement[bool]:
    """Whether a letter has told lately of the dossier, by any name of its own (`entry.ref`)."""
    names = document_identifier.alias().c
    since = datetime.combine(today - IN_LETTERS, time(), UTC)
    return exists().where(
        same,
        names.document == paper,
        names.relation == Relation.SUBJECT.value,
        names.value == entry.c.ref,
        entry.c.edition_id == edition.c.id,
        edition.c.built_at >= since,
    )


def _references(conn: Connection, wanted: ColumnElement[bool]) -> list[str]:
    papers, names = dossier_document.c, document_identifier.c
    about = papers.relation == Relation.SUBJECT.value
    # One procedure in two spellings (`2022/0345` beside `2022/0345(COD)`): registers want the whole.
    query = (
        select(names.value)
        .distinct()
        .join(dossier_document, and_(papers.document == names.document, about))
        .where(names.scheme == "procedure", names.relation == Relation.SUBJECT.value, names.value.contains("("))
        .where(wanted)
        .order_by(names.value)
    )
    return list(conn.execute(query).scalars())


def _turn(found: Sequence[str], today: date, limit: int) -> tuple[str, ...]:
    """At most `limit` of them, other ones each day."""
    if len(found) <= limit:
        return tuple(found)
    start = today.toordinal() * limit % len(found)
    return tuple([*found[start:], *found[:start]][:limit])
