"""Search the archive: what a person types becomes documents, best first.

`search` is the whole of it. The database finds candidates (`index`), the query is widened by what the archive's
vocabulary and the lexicon know (`concepts`), one pure function ranks (`ranking`), the snippets come from the
original text (`snippets`). Whatever is typed is a query, never an error.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from config.lexicon import Lexicon
from monitor.archive.documents import ids_by_identifier
from monitor.search.concepts import Concept
from monitor.search.expressions import Expression, Words, all_of, any_of
from monitor.search.index import Filters, Index
from monitor.search.query import LONGEST_QUERY, Term, parse
from monitor.search.ranking import Scored, rank
from monitor.search.relatives import inflections
from monitor.search.results import Query, Result, Results, Sort, show
from monitor.search.understanding import understand
from monitor.search.vocabulary import Vocabulary
from spiders.identifiers import parse_identifier

__all__ = ["Query", "Result", "Results", "Sort", "search"]

POOL = 200
"""Candidates that are weighed; of more matches the rest keeps the database's order."""
MOST_READ = 10_000
"""Occurrences that are read to find documents with a part of a query."""
COVERED = 0.25
"""The share of a query's weight that a document must cover where few have all of it."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Ids of one page with their scores, and what the whole answer is made of.

    `base` is what matches whatever the filters say (None: everything); `ids` is the whole answer, where it was put
    together here.
    """

    total: int
    page: list[Scored]
    base: Expression | tuple[int, ...] | None
    ids: list[int] | None = None


def search(conn: Connection, query: Query, today: date, lexicon: Lexicon | None = None) -> Results:
    """The documents that answer a query.

    Args:
        conn: a reading connection.
        query: what is asked.
        today: the day, in the organisation's zone.
        lexicon: nicknames and translations (`config.lexicon.load_lexicon`); None: none.
    """
    filters = Filters(
        theme=query.theme,
        source=query.source,
        kind=query.kind,
        level=query.level,
        direction=query.direction,
        stage=query.stage,
        language=query.written,
        status=query.status,
        owner=query.owner,
        open=query.open,
        since=query.since,
        until=query.until,
        moved=query.moved,
    )
    index = Index(conn, filters, today)
    text = query.text[:LONGEST_QUERY]
    parsed = parse(text)
    identifier = parse_identifier(text) if text.strip() else None
    concepts: tuple[Concept, ...] = ()
    suggestion = None
    if identifier is not None and (ids := ids_by_identifier(conn, identifier)):
        found = _named(index, ids, query)
    elif parsed.groups:
        vocabulary = Vocabulary(conn)
        meaning = understand(parsed, vocabulary, lexicon or Lexicon())
        concepts, suggestion = meaning.concepts, meaning.suggestion
        without = [_excluded(term, vocabulary) for term in parsed.without]
        found = _matching(index, query, concepts, without, exact=query.exact or parsed.strict, today=today)
    elif text.strip():
        # Signs without a word match nothing; only an empty query is everything that passes the filters.
        return Results(0, ())
    else:
        found = _everything(index, query)
    facets = {}
    if query.facets:
        # Brings numpy, for which a command that shows none should not wait.
        from monitor.search.facets import count

        base = found.base if found.base is None or isinstance(found.base, tuple) else index.matching(found.base)
        facets = count(conn, filters, today, base, found.ids)
    results = show(conn, query, today, found.page, concepts)
    # What several sources show counts once, as far as this page tells.
    return Results(found.total - (len(found.page) - len(results)), results, facets, suggestion)


def _everything(index: Index, query: Query) -> _Found:
    sort = "date" if query.sort == "rank" else query.sort
    ids = index.ordered(None, sort, query.limit, query.after)
    return _Found(index.count(None), [Scored(number, 0.0, 0.0) for number in ids], None)


def _named(index: Index, ids: tuple[int, ...], query: Query) -> _Found:
    """Documents that carry the identifier that was typed, in the order of their relation to it."""
    allowed = index.arrange(ids, query.sort)
    order = allowed if query.sort != "rank" else [number for number in ids if number in set(allowed)]
    page = [Scored(number, 1.0, 1.0) for number in order[query.after : query.after + query.limit]]
    return _Found(len(order), page, ids, order)


def _matching(
    index: Index,
    query: Query,
    concepts: tuple[Concept, ...],
    without: list[Expression],
    *,
    exact: bool,
    today: date,
) -> _Found:
    """Documents with all that is asked; where they are few and nobody insisted, also with a part of it."""
    asked = [concept for concept in concepts if concept.year is None] or list(concepts)
    parts = [part for concept in asked if (part := concept.expression()) is not None]
    strict = all_of(parts, without)
    if strict is None:
        return _Found(0, [], (), [])
    if query.sort != "rank" and (total := index.count(strict)) > POOL:
        ids = index.ordered(strict, query.sort, query.limit, query.after)
        return _Found(total, [Scored(number, 0.0, 1.0) for number in ids], strict)
    pool, total = index.best(strict, POOL)
    if total > POOL:
        weighed = rank(index.candidates(pool), concepts, today)
        return _Found(total, _page(index, query, strict, weighed), strict)
    complete = frozenset(pool)
    if not exact:
        if (some := any_of(_affordable(asked))) and (wide := all_of([some], without)) and wide != strict:
            pool += index.best(wide, POOL)[0]
        pool += index.named([name for concept in concepts for name in concept.identifiers])
    scored = rank(index.candidates(list(dict.fromkeys(pool))), concepts, today)
    kept = [one for one in scored if one.id in complete or one.coverage >= COVERED]
    order = kept
    if query.sort != "rank":
        scores = {one.id: one for one in kept}
        order = [scores[number] for number in index.arrange(list(scores), query.sort)]
    page = order[query.after : query.after + query.limit]
    return _Found(len(kept), page, strict, [one.id for one in kept])


def _affordable(concepts: Sequence[Concept]) -> Iterator[Expression]:
    """The rarest concepts, as many as the index can be asked for by "or" without reading half of it."""
    read = 0
    for concept in sorted(concepts, key=lambda one: one.documents):
        part = concept.expression()
        if part is None or (read and read + concept.documents > MOST_READ):
            continue
        read += concept.documents
        yield part


def _page(index: Index, query: Query, strict: Expression, weighed: list[Scored]) -> list[Scored]:
    """One page of very many matches: the first `POOL` weighed, the rest as the database has them."""
    page = weighed[query.after : query.after + query.limit]
    if missing := query.limit - len(page):
        further, _ = index.best(strict, missing, max(POOL, query.after))
        page += [Scored(number, 0.0, 1.0) for number in further]
    return page


def _excluded(term: Term, vocabulary: Vocabulary) -> Expression:
    """A term as it is excluded: a word in every inflection, a phrase and a beginning as written."""
    if term.quoted or term.beginning:
        return Words(term.words, stemmed=False, beginning=term.beginning)
    return any_of(Words((root,)) for root in inflections(term.words[0], vocabulary)) or Words(term.words)
