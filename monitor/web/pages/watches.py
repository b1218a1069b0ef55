"""Followed searches: each with its feed and its calendar."""

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from monitor.archive.engine import reading, writing
from monitor.archive.web import forget_search, record, save_search, saved_searches
from monitor.search import search
from monitor.web.asking import Asked
from monitor.web.forms import Sent, officer, text_of
from monitor.web.render import page, words_of
from monitor.web.site import site_of, visitor_of

router = APIRouter(include_in_schema=False)

MOST = 100
"""Searches that one person may follow."""


@router.get("/bevakningar")
def watches(request: Request) -> Response:
    """One's own followed searches with their latest results."""
    site, words, visitor = site_of(request), words_of(request), visitor_of(request)
    rows = []
    with reading(site.engine) as conn:
        for kept in saved_searches(conn, visitor.name):
            asked = Asked.read({**kept.query, "sort": "date"})
            results = search(conn, asked.query(words.code, limit=3), site.today(), site.lexicon)
            rows.append((kept, Asked.read(kept.query), results))
    values = {"rows": rows, "base": site.address(request), "saved": request.query_params.get("saved") == "1"}
    return page(request, "watches.html", values)


@router.post("/bevakningar", dependencies=[Depends(officer)])
def follow(request: Request, form: Sent) -> Response:
    """Follow a search."""
    site, visitor, now = site_of(request), visitor_of(request), site_of(request).clock()
    asked = Asked.read({name: value for name, value in form.items() if isinstance(value, str)})
    fields = {name: value for name, value in asked.fields().items() if name not in ("page", "sort")}
    name = text_of(form, "name") or asked.text
    if not fields or not name:
        raise HTTPException(400, "search")
    with writing(site.engine) as conn:
        if len(saved_searches(conn, visitor.name)) >= MOST:
            raise HTTPException(400, "too many")
        kept = save_search(conn, name, visitor.name, fields, now)
        record(conn, visitor.name, now, action="follow", about=f"search:{kept.id}", said={"name": name, **fields})
    return RedirectResponse("/bevakningar?saved=1", 303)


@router.post("/bevakningar/{number}/avsluta", dependencies=[Depends(officer)])
def unfollow(request: Request, number: str, form: Sent) -> Response:  # noqa: ARG001  # reading the form checks its token
    """No longer follow a search of one's own."""
    site, visitor = site_of(request), visitor_of(request)
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise HTTPException(404)
    with writing(site.engine) as conn:
        if not forget_search(conn, int(number), visitor.name):
            raise HTTPException(404)
        record(conn, visitor.name, site.clock(), action="unfollow", about=f"search:{number}")
    return RedirectResponse("/bevakningar", 303)
