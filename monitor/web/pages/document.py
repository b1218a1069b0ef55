"""The document page: what it says, where it comes from, why it was rated so; and a person's correction."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from monitor.archive.documents import Document, get_document, get_documents, ids_by_identifier
from monitor.archive.dossiers import dossiers_of
from monitor.archive.engine import reading, writing
from monitor.archive.overview import captures_of
from monitor.archive.ratings import Rated, judge, judgements_of, newest_assessment
from monitor.archive.web import record
from monitor.labelling import still_open
from monitor.meaning.rating import own_text
from monitor.search.similar import similar
from monitor.web.forms import Sent, officer
from monitor.web.forms import text_of as field
from monitor.web.matters import changes, step_name, timed, ways_say
from monitor.web.render import Span, page, words_of
from monitor.web.site import Site, site_of, visitor_of
from nlp.assessment import Direction, Level
from spiders.finding import Relation

router = APIRouter(include_in_schema=False)

MOST_OTHERS = 20


@router.get("/dokument/{number}")
def document(request: Request, number: str) -> Response:
    """One document with all that is known of it."""
    site, words = site_of(request), words_of(request)
    chosen = request.query_params.get("theme", "")
    with reading(site.engine) as conn:
        one = _existing(conn, number)
        rated = newest_assessment(conn, one.id)
        values: dict[str, Any] = {
            "one": one,
            "rated": rated,
            "judged": judgements_of(conn, [one.id]).get(one.id),
            "captures": captures_of(conn, one.id, one.capture),
            "others": _others(conn, one),
            "similar": similar(conn, one, site.today()),
            "proposed": still_open(conn, one.id),
            "dossier": dossiers_of(conn, [one.id]).get(one.id),
        }
    title, language = one.title(words.code)
    own_title, _, body = own_text(one)
    places = _places(own_title, body, _evidence(one, rated, chosen))
    values |= {
        "title": title,
        "title_language": language,
        "own_title": own_title,
        "title_marks": [span for where, span in places if where == "title"],
        "body": body,
        "body_marks": [span for where, span in places if where == "body"],
        "chosen": chosen if chosen in site.themes else "",
        "windows": timed(site, one.windows),
        "ways_say": lambda ways: ways_say(words, ways),
        "changes": changes(site, words, one),
        "step_name": lambda code: step_name(site, words, code, one.kind),
        "saved": request.query_params.get("saved") == "1",
    }
    return page(request, "document.html", values)


@router.post("/dokument/{number}/bedom", dependencies=[Depends(officer)])
def correct(request: Request, number: str, form: Sent) -> Response:
    """A person's judgement: one theme yes or no, the level, or the direction."""
    site, visitor, now = site_of(request), visitor_of(request), site_of(request).clock()
    verdict = _verdict(
        site, field(form, "theme"), field(form, "holds"), field(form, "level"), field(form, "direction")
    )
    with writing(site.engine) as conn:
        one = _existing(conn, number)
        judge(conn, one.id, visitor.name, now, **verdict)
        said = {name: getattr(value, "value", value) for name, value in verdict.items()}
        record(conn, visitor.name, now, action="judge", about=f"document:{one.id}", said=said)
    return RedirectResponse(f"/dokument/{one.id}?saved=1#bedomning", 303)


def _verdict(site: Site, theme: str, holds: str, level: str, direction: str) -> dict[str, Any]:
    if theme in site.themes and holds in ("yes", "no"):
        return {"themes": {theme: holds == "yes"}}
    if level in set(Level):
        return {"level": Level(level)}
    if direction in set(Direction) - {Direction.NA}:
        return {"direction": Direction(direction)}
    raise HTTPException(400, "verdict")


def _existing(conn: Connection, number: str) -> Document:
    one = get_document(conn, int(number)) if number.isascii() and number.isdecimal() and len(number) < 10 else None
    if one is None:
        raise HTTPException(404, "document")
    return one


def _others(conn: Connection, one: Document) -> list[tuple[Document, str]]:
    """Documents that are about the same thing, and in which relation we carry the name that joins them."""
    found: dict[int, str] = {}
    for identifier in one.identifiers:
        if identifier.relation is not Relation.MENTION:
            for number in ids_by_identifier(conn, identifier):
                found.setdefault(number, identifier.value)
    found.pop(one.id, None)
    numbers = list(found)[:MOST_OTHERS]
    return [(other, found[other.id]) for other in get_documents(conn, numbers)]


def _evidence(one: Document, rated: Rated | None, theme: str) -> Iterable[Mapping[str, Any]]:
    """What the judgement rests on: of one theme, or of all that count and of the level."""
    for tag in one.tags:
        if tag.theme == theme or (not theme and tag.assigned):
            yield from tag.evidence
    if rated is not None and not theme:
        yield from rated.evidence


def _places(title: str, body: str, evidence: Iterable[Mapping[str, Any]]) -> list[tuple[str, Span]]:
    """Where the evidence stands. What no longer stands there (the text has changed since) is left out."""
    whole = f"{title}\n{body}"
    spans = {
        (one["start"], one["end"])
        for one in evidence
        if one["start"] is not None and whole[one["start"] : one["end"]].casefold() == str(one["text"]).casefold()
    }
    shift = len(title) + 1
    return [
        ("title", (start, end)) if end < shift else ("body", (start - shift, end - shift))
        for start, end in sorted(spans)
    ]
