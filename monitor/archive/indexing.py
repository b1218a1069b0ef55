"""Make documents searchable: their words and stems, and the archive's vocabulary."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, select

from monitor.archive.known import CHUNK, stored_of
from monitor.archive.schema import document, search_text, vocabulary
from monitor.archive.upsert import upsert
from monitor.core.decision import Stored
from monitor.core.words import fold, joined, stems, words

LONGEST_INDEXED = 30_000
"""Words of a body that are searched; the longest inquiries have more, in their annexes."""


def index_documents(conn: Connection, documents: Sequence[tuple[int, Stored]]) -> None:
    """Put documents (by id) into the index, or anew if they are there."""
    if not documents:
        return
    before = _indexed_words(conn, [number for number, _ in documents])
    rows, seen = [], Counter[tuple[str, str]]()
    for number, said in documents:
        title = list(_words(said.titles))
        body = [
            *_words(said.summary),
            *_words({said.language: said.text or ""}),
            *_words({"": " ".join(said.bodies)}),
        ]
        body = body[:LONGEST_INDEXED]
        rows.append(
            {
                "document": number,
                "title": joined(word for word, _ in title),
                "body": joined(word for word, _ in body),
                "title_stems": joined(_stems(title)),
                "body_stems": joined(_stems(body)),
            }
        )
        old = before.get(number, frozenset())
        seen.update({pair for pair in (*title, *body) if pair[0] not in old and _is_word(pair[0])})
    statement = upsert(conn, search_text)
    changed = {name: statement.excluded[name] for name in ("title", "body", "title_stems", "body_stems")}
    conn.execute(statement.on_conflict_do_update(index_elements=["document"], set_=changed), rows)
    _count(conn, seen)


def index_missing(conn: Connection) -> int:
    """Index every document that the index lacks; gives how many. Emptying `search_text` first rebuilds it."""
    missing = select(document).where(document.c.id.not_in(select(search_text.c.document))).limit(CHUNK)
    indexed = 0
    while rows := conn.execute(missing).mappings().all():
        index_documents(conn, [(row["id"], stored_of(row)) for row in rows])
        indexed += len(rows)
    return indexed


def _words(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each word with its language; a text that stands in two languages alike is taken once."""
    taken: set[str] = set()
    for language, text in texts.items():
        if text not in taken:
            taken.add(text)
            for word in words(text):
                yield word, language


def _stems(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """The stem of each word in its own language, in place."""
    stemmed = [word for word, _ in pairs]
    for language in {language for _, language in pairs}:
        places = [place for place, (_, own) in enumerate(pairs) if own == language]
        for place, form in zip(places, stems([stemmed[place] for place in places], language), strict=True):
            stemmed[place] = form
    return stemmed


def _is_word(word: str) -> bool:
    return 2 < len(word) <= 40 and not word.isdecimal()


def _indexed_words(conn: Connection, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    columns = search_text.c
    query = select(columns.document, columns.title, columns.body).where(columns.document.in_(ids))
    return {row.document: frozenset(f"{row.title} {row.body}".split()) for row in conn.execute(query)}


def _count(conn: Connection, seen: Counter[tuple[str, str]]) -> None:
    """Add to the vocabulary; sorted, so that two writers take its rows in the same order."""
    if not seen:
        return
    by_language: dict[str, list[str]] = {}
    for word, language in sorted(seen):
        by_language.setdefault(language, []).append(word)
    rows = [
        {
            "word": word,
            "language": language,
            "folded": fold(word),
            "stem": root,
            "reversed": root[::-1],
            "documents": seen[word, language],
        }
        for language, some in by_language.items()
        for word, root in zip(some, stems(some, language), strict=True)
    ]
    statement = upsert(conn, vocabulary)
    more = {"documents": vocabulary.c.documents + statement.excluded.documents}
    conn.execute(statement.on_conflict_do_update(index_elements=["word", "language"], set_=more), rows)
