"""Rate what came in: documents that the model has not read as they are now go to `nlp`, in batches."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from config.organisation import Organisation
from monitor.archive.documents import Document, get_documents, unassessed
from monitor.archive.engine import reading, writing
from monitor.archive.ratings import save_assessments
from monitor.core.zone import ZONE
from monitor.meaning.addressing import heed
from monitor.meaning.likeness import judged_documents, precedents
from nlp.assessment import Assessment, Assessor, Evidence, Text

if TYPE_CHECKING:
    from nlp.judge import Floats

Assessed = list[tuple[Document, Assessment]]
Likener = Callable[[Assessed, Sequence[Text]], Assessed]

LANGUAGES = ("sv", "en")
"""Those that the model has learned."""
LITTLE = 600
"""Characters of a body up to which a document is little more than its title."""
BATCH = 200
"""Documents rated and stored in one transaction; an interruption loses at most one batch of work."""


def is_unrated(engine: Engine) -> bool:
    """Whether any document waits for its first rating in its present form."""
    with reading(engine) as conn:
        return bool(unassessed(conn, None))


def rate_new(
    engine: Engine,
    assessor: Assessor,
    organisation: Organisation,
    clock: Callable[[], datetime],
    *,
    again: bool = False,
    batch: int = BATCH,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Rate every document that no model has read in its present form; returns how many.

    Each batch is stored by itself: what is interrupted goes on where it stopped.

    Args:
        engine: the archive.
        assessor: the model in force.
        organisation: whose name on a list of addressed bodies outranks the model.
        clock: gives the present moment (aware).
        again: also those that only an earlier model has read.
        batch: documents rated and stored in one transaction.
        progress: hears (done, all) after each batch.

    Raises:
        ArchiveError: the archive does not take it; what was rated before stays.
    """
    with reading(engine) as conn:
        waiting = unassessed(conn, assessor.version if again else None)
    today = clock().astimezone(ZONE).date()
    liken = _likener(engine, assessor, today) if waiting else None
    for start in range(0, len(waiting), batch):
        now = clock()
        with reading(engine) as conn:
            documents = get_documents(conn, waiting[start : start + batch])
        texts = [text_of(one, now.astimezone(ZONE).date()) for one in documents]
        read = zip(documents, assessor.assess(texts), strict=True)
        assessed = [(one, heed(_in_sight(said, one), one, organisation)) for one, said in read]
        if liken is not None:
            assessed = liken(assessed, texts)
        with writing(engine) as conn:
            save_assessments(conn, assessed, now)
        if progress:
            progress(min(start + batch, len(waiting)), len(waiting))
    return len(waiting)


def _likener(engine: Engine, assessor: Assessor, today: date) -> Likener | None:
    """What names the judged documents that a batch is like; None where nothing was judged or can be compared."""
    from nlp.local import features
    from nlp.model import PipelineAssessor

    if not isinstance(assessor, PipelineAssessor):
        return None
    with reading(engine) as conn:
        judged = judged_documents(conn)
    if not judged:
        return None
    model = assessor

    def lie(texts: Sequence[Text]) -> "Floats":
        return features(list(model.documents(texts)), model.pipeline)

    known = precedents(judged, lie([text_of(one, today) for one, _ in judged]))

    def liken(assessed: Assessed, texts: Sequence[Text]) -> Assessed:
        places = lie(texts)[:, 1:]
        both = zip(assessed, places, strict=True)
        return [(one, known.named_in(said, one.id, place)) for (one, said), place in both]

    return liken


def text_of(one: Document, today: date) -> Text:
    """What the model reads of a document: title and body in its own language, publisher's subjects, windows.

    Where that is little more than a title, its title in the other language that the model has learned stands
    behind it: judged consultations and procedures were English, while the archive shows their Swedish titles.
    """
    title, language, body = own_text(one)
    others = [text for code in LANGUAGES if code != language and (text := one.titles.get(code))]
    parts = (body, *others) if len(body) <= LITTLE else (body,)
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


def own_text(one: Document) -> tuple[str, str, str]:
    """Title, its language and body as a page shows them."""
    title, language = one.title(one.language)
    summary = one.summary.get(language) or next(iter(one.summary.values()), "")
    return title, language, "\n\n".join(part for part in (summary, one.text or "") if part)


def _in_sight(said: Assessment, one: Document) -> Assessment:
    """Without evidence that stands in the title of another language, where nobody would find it."""
    title, _, body = own_text(one)
    end = len(title) + 1 + len(body)

    def shown(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        return tuple(each for each in evidence if each.end is None or each.end <= end)

    tags = tuple(replace(tag, evidence=shown(tag.evidence)) for tag in said.tags)
    return replace(said, tags=tags, evidence=shown(said.evidence))
