from datetime import UTC, date, datetime

from sqlalchemy import Engine

from monitor.archive.documents import get_documents, id_by_key
from monitor.archive.engine import reading
from monitor.meaning.twins import find_twins
from monitor.search.similar import similar
from spiders.finding import Kind
from tests.monitor.file_room import finding, take

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
TITLE = "Nya krav på kvartärrening av avloppsvatten i mindre tätorter"


def near(archive: Engine, key: str) -> list[str]:
    with reading(archive) as conn:
        number = id_by_key(conn, key)
        assert number is not None
        (one,) = get_documents(conn, [number])
        return [other.key for other in similar(conn, one, date(2026, 11, 23))]


def test_similar_is_what_speaks_of_the_same_and_never_the_same_thing_itself(archive: Engine) -> None:
    day = "2026-11-20"
    take(
        archive,
        NOW,
        finding("a", "one", Kind.NEWS, TITLE, published=day),
        finding("b", "twin", Kind.NEWS, TITLE, published=day),
        finding("a", "near", Kind.REPORT, "Rapport om kvartärrening av avloppsvatten", published="2026-05-01"),
        finding("a", "far", Kind.NEWS, "Skolmat med mera ekologiskt", published=day),
        finding("b", "other", Kind.NEWS, "Mindre ekologiskt i affären", published=day),
    )
    find_twins(archive)
    assert near(archive, "one") == ["near"]
    assert near(archive, "twin") == ["near"]
    assert near(archive, "far") == ["other"] or near(archive, "far") == []


def test_a_document_of_words_that_nobody_else_uses_has_none(archive: Engine) -> None:
    take(archive, NOW, finding("a", "alone", Kind.NEWS, "Xylofonkvartett"))
    assert near(archive, "alone") == []
