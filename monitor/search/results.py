"""What is asked of search, and what it answers: pages of documents with their snippets."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection

from monitor.archive.documents import Document, get_documents
from monitor.archive.twins import leaders, members
from monitor.core.words import query_stems
from monitor.search.concepts import Concept
from monitor.search.ranking import Scored
from monitor.search.snippets import Span, cut

Sort = Literal["rank", "date", "deadline"]
Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked; None or no value = anything, several values = either.

    `open`: a window closes today or later. `since` and `until` are included and compared with the day published
    (else first seen). `after` is the number of results already seen. `facets` costs a second look at all matches.
    `language` is that of titles and snippets, where there is a choice.
    """

    text: str = ""
    theme: Values = ()
    source: Values = ()
    kind: Values = ()
    level: Values = ()
    direction: Values = ()
    stage: Values = ()
    """At which the dossier stands that a document is about."""
    written: Values = ()
    """The document's own language; `language` is that of what is shown."""
    status: Values = ()
    owner: Values = ()
    open: bool = False
    since: date | None = None
    until: date | None = None
    moved: datetime | None = None
    """First seen, or changed in any way, after this moment."""
    exact: bool = False
    """All that is asked, also where that is found seldom; what means the same still counts."""
    sort: Sort = "rank"
    limit: int = 20
    after: int = 0
    facets: bool = False
    language: str = "sv"


@dataclass(frozen=True, slots=True)
class Also:
    """The same thing, as another source shows it."""

    id: int
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class Result:
    """One document.

    `closes` is its next last day to act, else the last that passed. `marks` say from which character to which each
    matched word of the snippet goes.
    """

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
    also: tuple[Also, ...] = ()
    """The same thing at other sources; of several that match only the best is a result."""

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
            "also": [{"id": one.id, "source": one.source, "url": one.url} for one in self.also],
        }


@dataclass(frozen=True, slots=True)
class Results:
    """What was found.

    `facets` maps each of `monitor.search.facets.FACETS` to its values' counts; where a facet is filtered by, to
    those that its other values would have. `did_you_mean` is the query as it was understood, where a word was
    unknown.
    """

    total: int
    results: tuple[Result, ...]
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    did_you_mean: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The keys that `search --json` promises."""
        return {"total": self.total, "results": [result.as_json() for result in self.results]}

    def in_full(self) -> dict[str, Any]:
        """The same with what the whole answer is made of."""
        return {**self.as_json(), "facets": self.facets, "did_you_mean": self.did_you_mean}


def show(
    conn: Connection, query: Query, today: date, page: Sequence[Scored], concepts: Sequence[Concept]
) -> tuple[Result, ...]:
    """One page of what was found, with snippets that show why; what several sources show stands there once."""
    marked = _Marked.of(concepts)
    heads = leaders(conn, [scored.id for scored in page])
    groups = members(conn, heads.values())
    first = {heads[scored.id]: scored for scored in reversed(page)}
    wanted = [number for head, scored in first.items() for number in (scored.id, *groups.get(head, ()))]
    documents = {one.id: one for one in get_documents(conn, wanted)}
    results = []
    for scored in page:
        head = heads[scored.id]
        if first[head] is scored and scored.id in documents:
            others = [documents[number] for number in groups.get(head, ()) if number != scored.id]
            one = _result(documents[scored.id], scored, query.language, today, marked)
            results.append(replace(one, also=tuple(Also(other.id, other.source, other.url) for other in others)))
    return tuple(results)


@dataclass(frozen=True, slots=True)
class _Marked:
    """What is marked in a snippet: words with these stems or beginnings."""

    roots: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, concepts: Sequence[Concept]) -> "_Marked":
        roots = {root for concept in concepts for root in concept.singles}
        roots |= {root for concept in concepts for group in concept.groups for root in group}
        roots |= {
            root for concept in concepts for said in concept.quoted for word in said for root in query_stems(word)
        }
        return cls(frozenset(roots), tuple(one for concept in concepts for one in concept.beginnings))


def _result(one: Document, scored: Scored, language: str, today: date, marked: _Marked) -> Result:
    title, title_language = one.title(language)
    summary = one.summary.get(language) or one.summary.get("en") or next(iter(one.summary.values()), "")
    snippet = cut("\n".join(text for text in (summary, one.text) if text), marked.roots, marked.beginnings)
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
