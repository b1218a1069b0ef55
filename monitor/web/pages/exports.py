"""Search results to take along: CSV, Excel, JSON."""

import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from monitor.archive.engine import reading
from monitor.search import Results
from monitor.search import search as find
from monitor.spreadsheet import as_csv, as_workbook
from monitor.web.asking import Asked
from monitor.web.render import source_name, theme_name, words_of
from monitor.web.site import site_of

router = APIRouter(include_in_schema=False)

MOST = 5_000
"""Results in one file; more are said to be left out in the file's own words."""
COLUMNS = ("id", "title", "kind", "source", "published", "level", "themes", "closes", "url")


@router.get("/sok.{form}")
def export(request: Request, form: str) -> Response:
    """Everything that the search finds, up to `MOST`."""
    if form not in ("csv", "xlsx", "json"):
        raise HTTPException(404)
    site, words = site_of(request), words_of(request)
    asked = Asked.of(request)
    with reading(site.engine) as conn:
        results = find(conn, asked.query(words.code, limit=MOST), site.today(), site.lexicon)
    headings = [words.say(f"column {name}") for name in COLUMNS]
    if form == "json":
        found = {"total": results.total, "query": asked.fields(), **results.as_json()}
        return _file(json.dumps(found, ensure_ascii=False, indent=1).encode(), "application/json", form)
    rows = _rows(request, results)
    if form == "csv":
        # The mark in front tells Excel that it is UTF-8.
        return _file(as_csv(headings, rows).encode("utf-8-sig"), "text/csv; charset=utf-8", form)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _file(as_workbook("Utblick", headings, rows), kind, form)


def _rows(request: Request, results: Results) -> Iterator[list[Any]]:
    site, words = site_of(request), words_of(request)
    for one in results.results:
        yield [
            one.id,
            one.title,
            words.name("kind", one.kind),
            source_name(site, one.source),
            one.published,
            words.name("level", one.level) if one.level else "",
            ", ".join(theme_name(site, words, name) for name in one.themes),
            one.closes,
            one.url,
        ]
    if results.total > len(results.results):
        left = results.total - len(results.results)
        yield ["", words.say("left out", number=words.number(left)), "", "", None, "", "", None, ""]


def _file(body: bytes, kind: str, form: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="utblick.{form}"'}
    return Response(body, media_type=kind, headers=headers)
