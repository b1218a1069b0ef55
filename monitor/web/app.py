"""Put the application together: the door, the pages, the public pages, the interface."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy import Engine
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from config.settings import Settings
from monitor.archive.engine import ArchiveError
from monitor.web import api, assets, public
from monitor.web.door import Doorkeeper
from monitor.web.guard import LARGEST_BODY, Guard
from monitor.web.pages import (
    about,
    audit,
    binder,
    calendar,
    document,
    dossier,
    exports,
    joining,
    letters,
    people,
    records,
    search,
    signals,
    sources,
    start,
    statistics,
    teams,
    tokens,
    watches,
)
from monitor.web.render import page
from monitor.web.site import Site

log = logging.getLogger(__name__)

TITLES = {400: "error 400", 403: "error 403", 404: "error 404", 405: "error 404", 503: "error 503"}
"""Statuses with a page text of their own."""


def create(settings: Settings, engine: Engine, clock: Callable[[], datetime]) -> ASGIApp:
    """The whole application.

    Serve it without the server's own proxy headers (uvicorn: `proxy_headers=False`): whose word counts is decided
    here, by the address that really connected.

    Args:
        settings: those in force.
        engine: the archive.
        clock: gives the present moment (aware).

    Raises:
        ConfigError: a broken file of the configuration.
    """
    app = _Described(
        title="Utblick",
        version=version("utblick"),
        summary="What the pages show, as JSON",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
        max_body_size=LARGEST_BODY,
    )
    site = Site.of(settings, engine, clock)
    pages = (
        start,
        search,
        dossier,
        joining,
        binder,
        document,
        signals,
        letters,
        calendar,
        sources,
        statistics,
        watches,
        teams,
        exports,
        about,
        audit,
        tokens,
        people,
        records,
    )
    for module in (*pages, assets, public, api):
        app.include_router(module.router)
    if settings.web_login == "oidc":
        # Loaded here: others need neither what asks the provider nor what verifies its word.
        from monitor.web.pages import login
        from monitor.web.provider import Provider

        site = replace(site, provider=Provider(settings, clock))
        app.include_router(login.router)
    app.state.site = site
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(ArchiveError, _archive_down)
    return Guard(app, settings, Doorkeeper(settings, engine, clock))


class _Described(FastAPI):
    """Says in its schema how a program logs in: the door asks for it, so no route declares it."""

    def openapi(self) -> dict[str, Any]:
        said = super().openapi()
        said["components"]["securitySchemes"] = {"token": api.TOKEN}
        # Also without: whom the proxy names, or who sits at this machine, needs no token.
        said["security"] = [{}, {"token": []}]
        return said


def wants_json(request: Request) -> bool:
    """Whether a program asks."""
    return request.url.path.startswith("/api/")


def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException | StarletteHTTPException) else 500
    if wants_json(request):
        detail = error.detail if isinstance(error, HTTPException | StarletteHTTPException) else ""
        return JSONResponse({"detail": detail}, status)
    return page(
        request, "error.html", {"phrase": TITLES.get(status, "error 400"), "status": status}, status=status
    )


def _misread(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for nothing else
    if not wants_json(request):
        return _refused(request, HTTPException(400))
    problems = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": problems}, 422)


def _archive_down(request: Request, error: Exception) -> Response:
    log.error("%s", error)
    return _refused(request, HTTPException(503, "The archive cannot be read now."))
