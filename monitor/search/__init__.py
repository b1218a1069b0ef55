"""Search the archive: what a person types becomes documents, best first.

`search` is the whole of it. The database finds candidates (`index`), the query is widened by what the archive's
vocabulary and the lexicon know (`concepts`), one pure function ranks (`ranking`), the snippets come from the
original text (`snippets`). Whatever is typed is a query, never an error.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection

from config.lexicon import Lexicon
from monitor.archive.documents import Document, get_documents, ids_by_identifier
from monitor.search.concepts import Concept, understand
from monitor.search.expressions import AllOf, Expression, Words, all_of, any_of
from monitor.search.index import Filters, Index
from monitor.search.query import LONGEST_QUERY, Parsed, Term, parse
from monitor.search.ranking import Scored, rank
from monitor.search.snippets import Span, cut
from monitor.search.vocabulary import Vocabulary
from monitor.words import query_stems
from spiders.identifiers import parse_identifier

Sort = Literal["rank", "date", "deadline"]
POOL = 200
"""Candidates that are weighed; of more matches the rest keeps the database's order."""
COVERED = 0.25
"""The share of a query's weight that a document must cover where few have all of it."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked. `after` is the number of results already seen; `facets` costs a second look at all matches."""

    text: str = ""
    theme: str | None = None
    source: str | None = None
    kind: str | None = None
    level: str | None = None
    open: bool = False
    since: date | None = None
    until: date | None = None
    sort: Sort = "rank"
    limit: int = 20
    after: int = 0
    facets: bool = False
    language: str = "sv"


@dataclass(frozen=True, slots=True)
class Result:
    """One document. `closes` is its next last day (else the last that passed); `marks` are places in the snippet."""

    id: int
    title: str
    kind: str
    source: str
    published: date | None
    level: str | None
    themes: tuple[str, ...]
    closes: date | None
    url: str
    snippet: str
    score: float
    title_language: str = ""
    marks: tuple[Span, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The keys that `search --json` promises."""
        return {
            "id": self.id,
            "title": self.title,
            "kind": self.kind,
            "source": self.source,
            "published": self.published.isoformat() if self.published else None,
            "level": self.level,
            "themes": list(self.themes),
            "closes": self.closes.isoformat() if self.closes else None,
            "url": self.url,
            "snippet": self.snippet,
            "score": round(self.score, 4),
        }


@dataclass(frozen=True, slots=True)
class Results:
    """What was found. `facets` maps theme, kind, source, level, year to counts; `did_you_mean` a better spelling."""

    total: int
    results: tuple[Result, ...]
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    did_you_mean: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The keys that `search --json` promises."""
        return {"total": self.total, "results": [result.as_json() for result in self.results]}


@dataclass(frozen=True, slots=True)
class _Found:
    """Ids of one page with their scores, and what the whole answer is made of."""

    total: int
    page: list[Scored]
    expression: Expression | None
    ids: list[int] | None = None


def search(conn: Connection, query: Query, today: date, lexicon: Lexicon | None = None) -> Results:
    """The documents that answer a query.

    Args:
        conn: a reading connection.
        query: what is asked.
        today: the day, in the organisation's zone.
        lexicon: nicknames and translations (`config.lexicon.load_lexicon`); None: none.
    """
    filters = Filters(query.theme, query.source, query.kind, query.level, query.open, query.since, query.until)
    index = Index(conn, filters, today)
    text = query.text[:LONGEST_QUERY]
    parsed = parse(text)
    identifier = parse_identifier(text) if text.strip() else None
    if identifier is not None and (ids := ids_by_identifier(conn, identifier)):
        found = _named(index, ids, query)
        return _shown(conn, query, today, index, found, (), None)
    if not parsed.groups:
        # Signs without a word match nothing; an empty query is everything that passes the filters.
        if text.strip() or parsed.without:
            return Results(0, ())
        found = _everything(index, query)
        return _shown(conn, query, today, index, found, (), None)
    meaning = understand(parsed, Vocabulary(conn), lexicon or Lexicon())
    found = _matching(index, query, parsed, meaning.concepts, today)
    return _shown(conn, query, today, index, found, meaning.concepts, meaning.suggestion)


def _everything(index: Index, query: Query) -> _Found:
    sort = "date" if query.sort == "rank" else query.sort
    ids = index.ordered(None, sort, query.limit, query.after)
    return _Found(index.count(None), [Scored(number, 0.0, 0.0) for number in ids], None)


def _named(index: Index, ids: tuple[int, ...], query: Query) -> _Found:
    """Documents that carry the identifier that was typed, in the order of their relation to it."""
    allowed = index.arrange(ids, query.sort)
    order = allowed if query.sort != "rank" else [number for number in ids if number in set(allowed)]
    page = [Scored(number, 1.0, 1.0) for number in order[query.after : query.after + query.limit]]
    return _Found(len(order), page, None, order)


def _matching(index: Index, query: Query, parsed: Parsed, concepts: tuple[Concept, ...], today: date) -> _Found:
    without = [_plain(term) for term in parsed.without]
    asked = [concept for concept in concepts if concept.year is None] or list(concepts)
    parts = [part for concept in asked if (part := concept.expression()) is not None]
    strict = all_of(parts, without)
    if strict is None:
        return _Found(0, [], None, [])
    total = index.count(strict)
    if total > POOL or (parsed.strict and total):
        if query.sort != "rank":
            ids = index.ordered(strict, query.sort, query.limit, query.after)
            return _Found(total, [Scored(number, 0.0, 1.0) for number in ids], strict)
        return _Found(total, _ranked_page(index, query, strict, concepts, today), strict)
    wide = any_of(parts)
    pool = index.best(strict, POOL)
    if wide is not None and not parsed.strict:
        pool += index.best(all_of([wide], without) or wide, POOL)
        pool += index.named([name for concept in concepts for name in concept.identifiers])
    scored = rank(index.candidates(list(dict.fromkeys(pool))), concepts, today)
    exact = set(pool[:total])
    kept = [one for one in scored if one.id in exact or one.coverage >= COVERED]
    order = kept
    if query.sort != "rank":
        scores = {one.id: one for one in kept}
        order = [scores[number] for number in index.arrange(list(scores), query.sort)]
    page = order[query.after : query.after + query.limit]
    return _Found(len(kept), page, None, [one.id for one in kept])


def _ranked_page(
    index: Index, query: Query, strict: Expression, concepts: tuple[Concept, ...], today: date
) -> list[Scored]:
    """One page of very many matches: the first `POOL` weighed, the rest as the database has them."""
    weighed = rank(index.candidates(index.best(strict, POOL)), concepts, today)
    page = weighed[query.after : query.after + query.limit]
    missing = query.limit - len(page)
    if missing:
        offset = max(POOL, query.after)
        page += [Scored(number, 0.0, 1.0) for number in index.best(strict, missing, offset)]
    return page


def _plain(term: Term) -> Expression:
    """A term as it is excluded: a word in every inflection, a phrase and a beginning as written."""
    if term.quoted or term.beginning:
        return Words(term.words, stemmed=False, beginning=term.beginning)
    return any_of(Words((root,)) for root in query_stems(term.words[0])) or Words(term.words)


def _shown(
    conn: Connection,
    query: Query,
    today: date,
    index: Index,
    found: _Found,
    concepts: tuple[Concept, ...],
    suggestion: str | None,
) -> Results:
    documents = {one.id: one for one in get_documents(conn, [scored.id for scored in found.page])}
    roots = frozenset(root for concept in concepts for root in concept.singles)
    roots |= {root for concept in concepts for group in concept.groups for root in group}
    roots |= {
        root for concept in concepts for said in concept.quoted for word in said for root in query_stems(word)
    }
    beginnings = tuple(beginning for concept in concepts for beginning in concept.beginnings)
    results = tuple(
        _result(documents[scored.id], scored, query.language, today, roots, beginnings)
        for scored in found.page
        if scored.id in documents
    )
    facets = index.facets(found.expression, found.ids) if query.facets else {}
    return Results(found.total, results, facets, suggestion)


def _result(
    one: Document, scored: Scored, language: str, today: date, roots: frozenset[str], beginnings: tuple[str, ...]
) -> Result:
    title, title_language = one.title(language)
    told = [
        one.summary.get(language) or one.summary.get("en") or next(iter(one.summary.values()), ""),
        one.text or "",
    ]
    snippet = cut("\n".join(text for text in told if text), roots, beginnings)
    return Result(
        id=one.id,
        title=title,
        kind=one.kind,
        source=one.source,
        published=one.published,
        level=one.level,
        themes=one.themes,
        closes=one.closes(today),
        url=one.url,
        snippet=snippet.text,
        score=scored.score,
        title_language=title_language,
        marks=snippet.marks,
    )
