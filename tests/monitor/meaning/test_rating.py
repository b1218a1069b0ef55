"""What the model reads of a document."""

import pytest
from sqlalchemy import Engine

from config.organisation import load_organisation
from monitor.archive.documents import Document, get_documents, unassessed
from monitor.archive.engine import reading
from monitor.archive.ratings import newest_assessment
from monitor.meaning.rating import LITTLE, own_text, rate_new, text_of
from nlp.model import load
from spiders.finding import Kind
from tests.monitor.file_room import finding, moment, take

NOW = moment("2026-11-23")
SWEDISH, ENGLISH = "Livsmedelsavfall – minskningsmål", "Food waste – reduction targets"
BOTH = {"sv": SWEDISH, "en": ENGLISH}


def documents(engine: Engine) -> list[Document]:
    with reading(engine) as conn:
        return list(get_documents(conn, unassessed(conn, None)))


def test_what_is_hardly_more_than_a_title_is_read_in_both_languages(archive: Engine) -> None:
    long = {"sv": "Avfall. " * LITTLE}
    take(
        archive,
        NOW,
        finding("hys-open", "both", Kind.INITIATIVE, BOTH),
        finding("hys-open", "alone", Kind.INITIATIVE, SWEDISH),
        finding("hys-open", "long", Kind.INITIATIVE, BOTH, summary=long),
    )
    read = {one.key: text_of(one, NOW.date()) for one in documents(archive)}
    assert {one.title for one in read.values()} == {SWEDISH}
    assert (read["both"].body, read["alone"].body) == (ENGLISH, "")
    assert ENGLISH not in read["long"].body


@pytest.mark.parametrize("archive_url", ["sqlite"], indirect=True)
def test_the_other_title_raises_the_score_and_is_pointed_at_nowhere(archive: Engine) -> None:
    take(
        archive,
        NOW,
        finding("hys-open", "both", Kind.INITIATIVE, BOTH),
        finding("hys-open", "alone", Kind.INITIATIVE, SWEDISH),
    )
    found = {one.key: one for one in documents(archive)}
    rate_new(archive, load(), load_organisation(None), lambda: NOW)
    with reading(archive) as conn:
        rated = {key: newest_assessment(conn, one.id) for key, one in found.items()}
        again = {one.key: one for one in get_documents(conn, [one.id for one in found.values()])}
    both, alone = rated["both"], rated["alone"]
    assert both is not None and alone is not None
    assert both.relevance > alone.relevance
    for one in again.values():
        title, _, body = own_text(one)
        evidence = [*one.evidence, *(each for tag in one.tags for each in tag.evidence)]
        assert evidence
        assert all((each["end"] or 0) <= len(title) + 1 + len(body) for each in evidence)
