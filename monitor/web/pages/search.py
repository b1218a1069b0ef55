"""The search page: results as one types, filters and facets in the address, identifiers straight to their file."""

from fastapi import APIRouter, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from digests.briefing import Status
from monitor.archive.documents import ids_by_identifier
from monitor.archive.dossiers import dossier_by_keys
from monitor.archive.engine import reading
from monitor.archive.files import CASE_STATES
from monitor.core.joining import keys_of, weight
from monitor.dossiers.files import File, load_files
from monitor.search import search as find
from monitor.web.asking import FACETS, LAST_PAGE, PER_PAGE, Asked
from monitor.web.render import page, source_name, theme_name, words_of
from monitor.web.site import Site, site_of
from monitor.web.words import TABLES, Words
from spiders.identifiers import parse_identifier

router = APIRouter(include_in_schema=False)

SHOWN_FACETS = 8
"""Values of a facet that are shown at once; the rest unfolds."""


@router.get("/sok")
def search(request: Request) -> Response:
    """The page, or its results alone where htmx asks."""
    site, words = site_of(request), words_of(request)
    asked = Asked.of(request)
    live = request.headers.get("hx-request") == "true"
    with reading(site.engine) as conn:
        if not live and "list" not in request.query_params and (there := _straight_to(conn, asked)):
            return RedirectResponse(there, 303)
        files = _nicknamed(conn, site, asked)
        results = find(conn, asked.query(words.code, facets=True), site.today(), site.lexicon)
    pages = min(LAST_PAGE, -(-results.total // PER_PAGE))
    values = {
        "asked": asked,
        "results": results,
        "files": files,
        "pages": pages,
        "first": (asked.page - 1) * PER_PAGE + 1,
        "shown_facets": SHOWN_FACETS,
        "facet_names": FACETS,
        "value_name": lambda name, value: _value_name(site, words, name, value),
    }
    return page(request, "search_results.html" if live else "search.html", values)


def _value_name(site: Site, words: Words, name: str, value: str) -> str:
    """What a filter's value is called."""
    match name:
        case "theme":
            return theme_name(site, words, value)
        case "source":
            return source_name(site, value)
        case "stage":
            return site.office.rules.model.name_of(value)[0 if words.code == "sv" else 1]
        case "status":
            return words.letter.statuses[Status(value)] if value in CASE_STATES else value
        case _:
            return words.name(name, value) if name in TABLES else value


def _straight_to(conn: Connection, asked: Asked) -> str | None:
    """Where an identifier leads that is all that was asked for: to its dossier, else to the document it names."""
    if asked.filters or asked.page > 1 or not asked.text:
        return None
    identifier = parse_identifier(asked.text)
    if identifier is None:
        return None
    if (number := dossier_by_keys(conn, keys_of(identifier))) is not None:
        return f"/arende/{number}"
    ids = ids_by_identifier(conn, identifier)
    return f"/dokument/{ids[0]}" if ids else None


def _nicknamed(conn: Connection, site: Site, asked: Asked) -> list[File]:
    """The files that what was typed is a nickname of; an ambiguous one has several."""
    if not asked.text or asked.page > 1:
        return []
    numbers = [
        number
        for keys in site.nicknames.find(asked.text)
        if (number := dossier_by_keys(conn, sorted(keys, key=weight))) is not None
    ]
    return list(load_files(conn, numbers, site.office.rules, site.today()).values())
