"""What a reader of the letter needs from outside, by unguessable token and without login.

Leave, confirm, stop an alert, the letter's web copy, one's own calendar, the feeds of followed searches.

`create` serves these alone, so that they can stand on the open internet while the archive stays inside.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request
from sqlalchemy import Connection, Engine, select
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp

from config.settings import Settings
from monitor.archive.alerts import alert_by_token, stop_alert
from monitor.archive.documents import get_documents
from monitor.archive.engine import reading, writing
from monitor.archive.letters import subscriber
from monitor.archive.overview import closing_between
from monitor.archive.web import SavedSearch, search_by_token
from monitor.delivery import subscribers
from monitor.letters.briefing import LEVELS, find
from monitor.search import search
from monitor.web import assets
from monitor.web.asking import Asked
from monitor.web.feeds import atom_of, calendar_of
from monitor.web.guard import LARGEST_BODY, Guard
from monitor.web.matters import matters
from monitor.web.render import page
from monitor.web.site import Site, site_of
from monitor.web.words import WORDS

router = APIRouter(include_in_schema=False)

AHEAD = timedelta(days=200)
MOST_IN_FEED = 50
COPY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin"
)
"""A letter brings its styles with it, as mail programs need them; it may run nothing."""


def create(settings: Settings, engine: Engine, clock: Callable[[], datetime]) -> ASGIApp:
    """The public pages alone.

    Args:
        settings: those in force.
        engine: the archive.
        clock: gives the present moment (aware).

    Raises:
        ConfigError: a broken file of the configuration.
    """
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, max_body_size=LARGEST_BODY
    )
    app.state.site = Site.of(settings, engine, clock)
    app.include_router(router)
    app.include_router(assets.router)
    app.add_exception_handler(StarletteHTTPException, _nothing_here)
    return Guard(app, settings, None)


def copy_of(html: str) -> HTMLResponse:
    """A published letter, under a policy of its own."""
    return HTMLResponse(html, headers={"Content-Security-Policy": COPY_POLICY})


@router.get("/leave/{token}")
def ask_to_leave(request: Request, token: str) -> Response:
    """A page with a button: programs that follow links in mail must not unsubscribe anybody."""
    site = site_of(request)
    with reading(site.engine) as conn:
        _known(conn, token)
    return page(request, "public_ask.html", {"what": "leave", "action": f"/leave/{token}"})


@router.post("/leave/{token}")
def leave(request: Request, token: str) -> Response:
    """No more letters: from the page's button, or in one click from a mail program (RFC 8058)."""
    site = site_of(request)
    with writing(site.engine) as conn:
        found = subscribers.unsubscribe(conn, token)
    if found is None:
        raise HTTPException(404)
    return page(request, "public_done.html", {"what": "left"})


@router.get("/alert/{token}")
def ask_to_stop(request: Request, token: str) -> Response:
    """A page with a button, as for leaving."""
    with reading(site_of(request).engine) as conn:
        if alert_by_token(conn, token) is None:
            raise HTTPException(404)
    return page(request, "public_ask.html", {"what": "stop", "action": f"/alert/{token}"})


@router.post("/alert/{token}")
def stop(request: Request, token: str) -> Response:
    """No more mail about one search; the letter and other alerts still come (RFC 8058, as for leaving)."""
    site = site_of(request)
    with writing(site.engine) as conn:
        if stop_alert(conn, token, site.clock()) is None:
            raise HTTPException(404)
    return page(request, "public_done.html", {"what": "stopped"})


@router.get("/confirm/{token}")
def ask_to_confirm(request: Request, token: str) -> Response:
    """A page with a button, as for leaving."""
    site = site_of(request)
    with reading(site.engine) as conn:
        wants_letter = _known(conn, token).letter
    what = "confirm" if wants_letter else "confirm alerts"
    return page(request, "public_ask.html", {"what": what, "action": f"/confirm/{token}"})


@router.post("/confirm/{token}")
def confirm(request: Request, token: str) -> Response:
    """The address is the person's own and wants the letter, or alerts."""
    site = site_of(request)
    with writing(site.engine) as conn:
        found = subscribers.confirm(conn, token, now=site.clock())
    if found is None:
        raise HTTPException(404)
    what = "confirmed" if found.wishes.letter else "confirmed alerts"
    return page(request, "public_done.html", {"what": what if found.state == "active" else "not active"})


@router.get("/letter/{week}/{token}")
def web_copy(request: Request, week: str, token: str) -> Response:
    """A released letter, for those who got it."""
    site = site_of(request)
    with reading(site.engine) as conn:
        _known(conn, token)
        found = find(conn, site.organisation.letter.name, week)
    if found is None or found.state != "released":
        raise HTTPException(404)
    return copy_of(found.html)


@router.get("/calendar/{token}.ics")
def calendar(request: Request, token: str) -> Response:
    """A subscriber's calendar: what closes within their themes."""
    site = site_of(request)
    today = site.today()
    with reading(site.engine) as conn:
        reader = _known(conn, token)
        words = WORDS[reader.language]
        wanted = None
        if reader.themes is not None:
            wanted = {*reader.themes, *(theme.id for theme in site.office.themes if theme.lens)}
        found = matters(conn, site, words.code, closing_between(conn, today, today + AHEAD, levels=LEVELS))
    mine = [one for one in found if wanted is None or any(theme.id in wanted for theme in one.item.themes)]
    return calendar_of(site, words, site.organisation.letter.name, mine, None)


@router.get("/follow/{token}.atom")
def followed_feed(request: Request, token: str) -> Response:
    """A followed search as a feed, the newest first."""
    site = site_of(request)
    words = WORDS[site.organisation.letter.language]
    with reading(site.engine) as conn:
        kept = _followed(conn, token)
        asked = Asked.read({**kept.query, "sort": "date"})
        results = search(conn, asked.query(words.code, limit=MOST_IN_FEED), site.today(), site.lexicon)
        documents = get_documents(conn, [one.id for one in results.results])
    return atom_of(
        site,
        words,
        name=kept.name,
        identity=f"search/{kept.id}",
        own=f"{site.address(request)}/follow/{token}.atom",
        base=site.settings.web_address,
        documents=documents,
    )


@router.get("/follow/{token}.ics")
def followed_calendar(request: Request, token: str) -> Response:
    """The windows of a followed search."""
    site = site_of(request)
    words = WORDS[site.organisation.letter.language]
    today = site.today()
    with reading(site.engine) as conn:
        kept = _followed(conn, token)
        asked = Asked.read({**kept.query, "open": "1", "sort": "deadline"})
        results = search(conn, asked.query(words.code, limit=500), today, site.lexicon)
        ids = {one.id for one in results.results}
        closing = [one for one in closing_between(conn, today, today + AHEAD) if one.document in ids]
        found = matters(conn, site, words.code, closing)
    return calendar_of(site, words, kept.name, found, site.settings.web_address)


def _known(conn: Connection, token: str) -> Any:
    """The subscriber behind a token, whatever the state.

    Raises:
        HTTPException: 404 for a token that is nobody's.
    """
    row = conn.execute(
        select(*(subscriber.c[name] for name in ("id", "language", "themes", "letter", "token"))).where(
            subscriber.c.token == token
        )
    ).one_or_none()
    if row is None or not secrets.compare_digest(str(row.token).encode(), token.encode()):
        raise HTTPException(404)
    return row


def _followed(conn: Connection, token: str) -> SavedSearch:
    kept = search_by_token(conn, token)
    if kept is None:
        raise HTTPException(404)
    return kept


def _nothing_here(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, StarletteHTTPException) else 500
    return page(request, "public_done.html", {"what": "nothing here"}, status=status)
