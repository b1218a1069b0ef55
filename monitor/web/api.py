"""The interface for programs: what the pages show, as JSON, described by `/api/openapi.json`.

Lists go on by a key, not by a page number, so that what comes in meanwhile moves nothing. Every answer carries an
ETag; `If-None-Match` spares its body.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BeforeValidator, StringConstraints
from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from monitor.archive.documents import get_documents
from monitor.archive.dossiers import standing_id
from monitor.archive.engine import reading
from monitor.archive.overview import captures_of, closing_between, page_of_documents
from monitor.archive.ratings import newest_assessment
from monitor.archive.scans import source_health
from monitor.dossiers.as_json import file_as_json
from monitor.dossiers.files import load_files
from monitor.letters.briefing import editions, find, rising
from monitor.search import Query as Wanted
from monitor.search import search as run
from monitor.search.lookup import Found, NotFoundError, as_json, dossier_called, explained, look_up
from monitor.search.query import LONGEST_QUERY
from monitor.search.similar import similar
from monitor.web.answers import (
    DocumentPage,
    LetterRow,
    MeetingRow,
    Problem,
    SearchAnswer,
    SignalRow,
    SourceRow,
    StatisticsAnswer,
    WindowRow,
)
from monitor.web.figures import figures
from monitor.web.site import Site, site_of
from monitor.web.whole import Capture, DocumentAnswer, DossierAnswer, LetterAnswer, WholeDocument, WhyAnswer

AT_THE_DOOR: dict[int | str, dict[str, Any]] = {
    status: {"description": why, "content": {"text/plain": {"schema": {"type": "string"}}}}
    for status, why in (
        (401, "nobody is logged in, or the token is unknown, expired or revoked; WWW-Authenticate says which"),
        (403, "not through the declared proxy, or not allowed"),
        (414, "the address is too long"),
        (421, "not the host of these pages"),
        (429, "too many requests; Retry-After says how long to wait"),
    )
}
"""Refusals of `monitor.web.guard`."""
TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "A personal token, made at /nycklar or by `utblick tokens add`; it reads, and it expires.",
}
"""How a program logs in."""
KNOWN: dict[int | str, dict[str, Any]] = {304: {"description": "nothing new since the ETag in If-None-Match"}}

router = APIRouter(prefix="/api", tags=["archive"], responses={**AT_THE_DOOR, **KNOWN})

MOST = 200


Number = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]
NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Problem}}
REFUSED: dict[int | str, dict[str, Any]] = {400: {"model": Problem}}

WRITTEN_OUT = re.compile(r"\d{4}-\d\d-\d\d(?![\d.])", re.ASCII)


def _written_out(value: Any) -> Any:
    """Refuses the numbers that pydantic takes for seconds since 1970.

    Raises:
        ValueError: not written as ISO 8601.
    """
    if isinstance(value, str) and not WRITTEN_OUT.match(value):
        raise ValueError("expected ISO 8601, such as 2026-11-23")
    return value


Day = Annotated[date | None, BeforeValidator(_written_out), Query(description="ISO 8601 day, included")]
Moment = Annotated[
    datetime | None,
    BeforeValidator(_written_out),
    Query(description="with a zone", examples=["2026-11-23T07:00:00Z"]),
]
Filter = Annotated[str | None, Query(max_length=100)]
Values = list[Annotated[str, StringConstraints(max_length=100)]]
Either = Annotated[Values, Query(default_factory=list, max_length=20, description="may be repeated: either")]
OfStage = Annotated[Values, Query(default_factory=list, max_length=20, description="at which its dossier stands")]
OfCase = Annotated[Values, Query(default_factory=list, max_length=20, description="of the case of its dossier")]


@router.get("/search", response_model=SearchAnswer, responses=REFUSED)
def search(
    request: Request,
    *,
    q: Annotated[str, Query(max_length=LONGEST_QUERY, description="words, operators, an identifier")] = "",
    theme: Either,
    source: Either,
    kind: Either,
    level: Either,
    direction: Either,
    stage: OfStage,
    language: Either,
    status: OfCase,
    owner: OfCase,
    open: Annotated[bool, Query(description="a window closes today or later")] = False,
    since: Day = None,
    until: Day = None,
    sort: Literal["rank", "date", "deadline"] = "rank",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    after: Annotated[int, Query(ge=0, le=100_000, description="results already seen")] = 0,
    facets: Annotated[bool, Query(description="count what matches by each filter's values")] = True,
) -> Response:
    """Search the archive."""
    site = site_of(request)
    wanted = Wanted(
        q,
        theme=tuple(theme),
        source=tuple(source),
        kind=tuple(kind),
        level=tuple(level),
        direction=tuple(direction),
        stage=tuple(stage),
        written=tuple(language),
        status=tuple(status),
        owner=tuple(owner),
        open=open,
        since=since,
        until=until,
        sort=sort,
        limit=limit,
        after=after,
        facets=facets,
    )
    with reading(site.engine) as conn:
        found = run(conn, wanted, site.today(), site.lexicon)
    return _answer(request, found.in_full())


@router.get("/documents", response_model=DocumentPage, responses=REFUSED)
def documents(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
    after: Annotated[str | None, Query(max_length=100, description="`next` of the page before")] = None,
    changed_since: Moment = None,
) -> Response:
    """Every document, the newest first."""
    if changed_since is not None and changed_since.tzinfo is None:
        raise HTTPException(400, "changed_since needs a zone, such as 2026-11-23T07:00:00Z")
    site = site_of(request)
    with reading(site.engine) as conn:
        ids = page_of_documents(conn, limit + 1, _key(after), changed_since)
        found = get_documents(conn, ids[:limit])
    rows = []
    for one in found:
        rows.append(
            {
                **{name: getattr(one, name) for name in ("id", "kind", "source", "url", "published")},
                **{name: getattr(one, name) for name in ("first_seen", "changed", "level", "direction")},
                "title": one.title()[0],
                "themes": list(one.themes),
                "closes": one.closes(site.today()),
            }
        )
    last = found[-1] if found and len(ids) > limit else None
    return _answer(request, {"documents": rows, "next": _written(last.day, last.id) if last else None})


@router.get("/documents/{number}", response_model=WholeDocument, responses=NOT_FOUND)
def document(request: Request, number: Number) -> Response:
    """One document with all that is known of it (the keys of `utblick show --json`) and its text."""
    site = site_of(request)
    found = _found(request, str(number))
    one = found.document
    with reading(site.engine) as conn:
        captures = captures_of(conn, one.id, one.capture)
        alike = similar(conn, one, site.today())
    more = {
        "text": one.text,
        "captures": [{name: getattr(each, name) for name in Capture.model_fields} for each in captures],
        "similar": [
            {**{name: getattr(each, name) for name in ("id", "kind", "source", "url")}, "title": each.title()[0]}
            for each in alike
        ],
    }
    return _answer(request, as_json(found, site.today(), site.office.ours) | more)


@router.get("/documents/{number}/why", response_model=WhyAnswer, responses=NOT_FOUND)
def why(request: Request, number: Number) -> Response:
    """Why a document was tagged and rated as it was (the keys of `utblick explain --json`)."""
    try:
        return _answer(request, explained(_found(request, str(number))))
    except NotFoundError as error:
        raise HTTPException(404, str(error)) from error


@router.get("/dossiers/{number}", response_model=DossierAnswer, responses=NOT_FOUND)
def dossier(request: Request, number: Number) -> Response:
    """One dossier with all that is known of it (the keys of `utblick show --json`)."""
    site = site_of(request)
    with reading(site.engine) as conn:
        stands = standing_id(conn, number)
        if stands is None:
            raise HTTPException(404, "no such dossier")
        return _answer(request, _dossier(conn, site, stands))


@router.get("/lookup", response_model=DossierAnswer | DocumentAnswer, responses=NOT_FOUND)
def lookup(
    request: Request, name: Annotated[str, Query(min_length=1, max_length=200, examples=["2022/0345(COD)"])]
) -> Response:
    """The dossier, else the document, that an identifier or nickname stands for: 2022/0345(COD), FPM21."""
    site = site_of(request)
    try:
        with reading(site.engine) as conn:
            stands = dossier_called(conn, name, site.nicknames)
            if stands is not None:
                return _answer(request, _dossier(conn, site, stands))
            return _answer(request, as_json(look_up(conn, name), site.today(), site.office.ours))
    except NotFoundError as error:
        raise HTTPException(404, str(error)) from error


@router.get("/windows", response_model=list[WindowRow], responses=REFUSED)
def windows(
    request: Request,
    since: Day = None,
    until: Day = None,
    theme: Filter = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = MOST,
) -> Response:
    """Windows by last day; without days those that close from today on."""
    site = site_of(request)
    with reading(site.engine) as conn:
        found = closing_between(conn, since or site.today(), until or date.max, theme=theme, limit=limit)
    return _answer(request, [{name: getattr(one, name) for name in one.__slots__} for one in found])


@router.get("/meetings", response_model=list[MeetingRow])
def meetings(request: Request) -> Response:
    """Our own meetings from today on, as the configuration names them."""
    calendar, today = site_of(request).office.calendar, site_of(request).today()
    names = {way.body: (way.sv, way.en) for way in calendar.way if way.body}
    rows = []
    for day, body in sorted((one.day, one.body) for one in calendar.meeting if one.day >= today):
        name, name_en = names.get(body, (body, body))
        rows.append({"day": day, "body": body, "name": name, "name_en": name_en})
    return _answer(request, rows)


@router.get("/statistics", response_model=StatisticsAnswer)
def statistics(request: Request) -> Response:
    """How much there is, of what, and how early it was seen."""
    return _answer(request, figures(site_of(request)).as_json())


@router.get("/signals", response_model=list[SignalRow])
def signals(request: Request) -> Response:
    """Early signals of the day: topics, words and actors that rise across sources."""
    site = site_of(request)
    rules = site.office.signals.model_copy(update={"most": 20})
    with reading(site.engine) as conn:
        found = site.kept.get(("rising", rules.most, site.today()), lambda: rising(conn, rules, site.today()))
    return _answer(request, [{name: getattr(one, name) for name in SignalRow.model_fields} for one in found])


@router.get("/sources", response_model=list[SourceRow])
def sources(request: Request) -> Response:
    """Every declared source that is switched on, and how it fares."""
    site = site_of(request)
    with reading(site.engine) as conn:
        health = source_health(conn)
    rows = []
    for one in site.office.sources:
        if one.enabled:
            state = health.get(one.id)
            named = {name: getattr(one, name) for name in ("id", "title", "owner", "url", "licence")}
            fares = {
                name: getattr(state, name, None) for name in ("outcome", "error", "last_attempt", "last_good")
            }
            rows.append({**named, **fares, "documents": state.documents if state else 0})
    return _answer(request, rows)


@router.get("/letters", response_model=list[LetterRow])
def letters(request: Request) -> Response:
    """Every published letter, the newest first."""
    site = site_of(request)
    with reading(site.engine) as conn:
        found = editions(conn, site.organisation.letter.name)
    return _answer(request, [{name: getattr(one, name) for name in LetterRow.model_fields} for one in found])


@router.get("/letters/{week}", response_model=LetterAnswer, responses=NOT_FOUND)
def letter(request: Request, week: Annotated[str, Path(max_length=20, examples=["2026-W48"])]) -> Response:
    """One letter (the keys of `utblick brief preview --format json`)."""
    site = site_of(request)
    with reading(site.engine) as conn:
        found = find(conn, site.organisation.letter.name, week)
    if found is None:
        raise HTTPException(404, "no such letter")
    return _answer(request, found.json)


def _dossier(conn: Connection, site: Site, number: int) -> dict[str, Any]:
    file = load_files(conn, [number], site.rules(conn), site.today())[number]
    return file_as_json(conn, file, site.today(), site.office.ours)


def _found(request: Request, number: str) -> Found:
    with reading(site_of(request).engine) as conn:
        one = next(iter(get_documents(conn, [int(number)])), None)
        if one is None:
            raise HTTPException(404, "no such document")
        return Found(one, (), newest_assessment(conn, one.id))


def _answer(request: Request, data: Any) -> Response:
    """The data, or nothing where the program has it already."""
    body = json.dumps(data, ensure_ascii=False, default=_plain).encode()
    mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if mark in [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers={"ETag": mark})
    return _Json(body, headers={"ETag": mark})


class _Json(JSONResponse):
    """JSON that is written already."""

    def render(self, content: Any) -> bytes:
        return bytes(content)


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        raise TypeError("a mapping that is no dict")
    return str(value)


def _written(day: date, number: int) -> str:
    return base64.urlsafe_b64encode(f"{day.isoformat()} {number}".encode()).decode().rstrip("=")


def _key(text: str | None) -> tuple[date, int] | None:
    """The key that `_written` wrote.

    Raises:
        HTTPException: 400 for anything else.
    """
    if text is None:
        return None
    try:
        said = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        day, number = said.split(" ")
        return date.fromisoformat(day), int(number)
    except ValueError as error:
        raise HTTPException(400, "after: not the `next` of a page") from error
