"""Rate what came in: documents that the model has not read as they are now go to `nlp`, in batches."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import Engine

from config.organisation import Organisation
from monitor.archive.documents import Document, get_documents, unassessed
from monitor.archive.engine import reading, writing
from monitor.archive.ratings import save_assessments
from monitor.core.zone import ZONE
from monitor.meaning.addressing import heed
from nlp.assessment import Assessor, Text

BATCH = 200
"""Documents rated and stored in one transaction; an interruption loses at most one batch of work."""


def rate_new(
    engine: Engine,
    assessor: Assessor,
    organisation: Organisation,
    clock: Callable[[], datetime],
    *,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Rate every document that `assessor` has not read in its present form; returns how many.

    Args:
        engine: the archive.
        assessor: the model in force.
        organisation: whose name on a list of addressed bodies outranks the model.
        clock: gives the present moment (aware).
        progress: hears (done, all) after each batch.

    Raises:
        ArchiveError: the archive does not take it; what was rated before stays.
    """
    with reading(engine) as conn:
        waiting = unassessed(conn, assessor.version)
    for start in range(0, len(waiting), BATCH):
        now = clock()
        with reading(engine) as conn:
            documents = get_documents(conn, waiting[start : start + BATCH])
        texts = [text_of(one, now.astimezone(ZONE).date()) for one in documents]
        read = zip(documents, assessor.assess(texts), strict=True)
        assessed = [(one, heed(said, one, organisation)) for one, said in read]
        with writing(engine) as conn:
            save_assessments(conn, assessed, now)
        if progress:
            progress(min(start + BATCH, len(waiting)), len(waiting))
    return len(waiting)


def text_of(one: Document, today: date) -> Text:
    """What the model reads of a document: title and body in its own language, publisher's subjects, windows."""
    title, language = one.title(one.language)
    parts = [one.summary.get(language) or next(iter(one.summary.values()), ""), one.text or ""]
    return Text(
        id=str(one.id),
        title=title,
        body="\n\n".join(part for part in parts if part),
        language=language or None,
        genre=one.kind,
        subjects=one.subjects,
        date=one.published,
        window_open=any(window.closes and window.closes >= today for window in one.windows)
        if one.windows
        else None,
    )
