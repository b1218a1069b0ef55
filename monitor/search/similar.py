"""Documents that speak of much the same as one document, by the telling words of its titles."""

import math
from datetime import date

from sqlalchemy import Connection

from monitor.archive.documents import Document, get_documents
from monitor.archive.dossiers import dossiers_of
from monitor.archive.twins import leaders
from monitor.core.words import stems, words
from monitor.search.concepts import COMMON, Concept
from monitor.search.expressions import any_of
from monitor.search.index import Filters, Index
from monitor.search.query import STOPWORDS
from monitor.search.ranking import rank
from monitor.search.vocabulary import Vocabulary

MOST_WORDS, POOL = 10, 60
LEAST = 0.35
"""The share of the titles' weight that a similar document has."""


def similar(conn: Connection, one: Document, today: date, most: int = 5) -> tuple[Document, ...]:
    """The most similar first; never the same thing at another source, nor a document of the same dossier."""
    vocabulary = Vocabulary(conn)
    roots = {
        root
        for language, title in one.titles.items()
        for root in stems([word for word in words(title) if word not in STOPWORDS and len(word) > 2], language)
    }
    seen = vocabulary.stems(roots)
    telling = sorted((root for root in seen if 1 < seen[root] < COMMON), key=lambda root: (seen[root], root))
    concepts = [
        Concept(root, {root: 1.0}, documents=seen[root], weight=math.log(vocabulary.size / seen[root] + 1))
        for root in telling[:MOST_WORDS]
    ]
    wanted = any_of(part for concept in concepts if (part := concept.expression()) is not None)
    if wanted is None:
        return ()
    index = Index(conn, Filters(), today)
    pool, _ = index.best(wanted, POOL)
    near = [scored.id for scored in rank(index.candidates(pool), concepts, today) if scored.coverage >= LEAST]
    heads, files = leaders(conn, [one.id, *near]), dossiers_of(conn, [one.id, *near])
    kept: dict[int, int] = {}
    for number in near:
        other_file = files.get(number) is None or files.get(number) != files.get(one.id)
        if heads[number] != heads[one.id] and other_file:
            kept.setdefault(heads[number], number)
    return get_documents(conn, list(kept.values())[:most])
