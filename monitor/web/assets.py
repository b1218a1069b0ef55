"""The files that pages load, and the choice of language."""

import mimetypes
from functools import cache
from urllib.parse import urlsplit

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from monitor.web.render import LANGUAGE_COOKIE, STATIC
from monitor.web.site import site_of
from monitor.web.words import LANGUAGES

router = APIRouter(include_in_schema=False)

YEAR = 365 * 24 * 3600


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    """Every file that may be asked for, by name; nothing else can be reached."""
    kinds = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
    return {
        entry.name: (
            entry.read_bytes(),
            next((kind for end, kind in kinds.items() if entry.name.endswith(end)), None)
            or mimetypes.guess_type(entry.name)[0]
            or "text/plain; charset=utf-8",
        )
        for entry in STATIC.iterdir()
        if entry.is_file()
    }


@router.get("/static/{name}")
def static_file(request: Request, name: str) -> Response:
    """One file; its address names its content, so it may be kept for a year."""
    found = _files().get(name)
    if found is None:
        raise HTTPException(404)
    body, kind = found
    kept = f"public, max-age={YEAR}, immutable" if "v" in request.query_params else "public, max-age=300"
    return Response(body, media_type=kind, headers={"Cache-Control": kept})


@router.get("/farg.css")
def colour(request: Request) -> Response:
    """The organisation's colour, which the style sheet builds on."""
    css = f":root {{ --brand: {site_of(request).organisation.letter.colour}; }}\n"
    return Response(css, media_type="text/css", headers={"Cache-Control": "public, max-age=300"})


@router.get("/sprak/{code}")
def language(request: Request, code: str) -> Response:
    """Choose the language and go back to the page."""
    if code not in LANGUAGES:
        raise HTTPException(404)
    answer = RedirectResponse(own_path(request.query_params.get("to", "/")), 303)
    secure = site_of(request).settings.web_address or ""
    answer.set_cookie(
        LANGUAGE_COOKIE,
        code,
        max_age=YEAR,
        samesite="lax",
        httponly=True,
        secure=secure.startswith("https:"),
    )
    return answer


def own_path(text: str) -> str:
    """A path of ours, or the start page: never another site's address."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    harmless = text.isprintable() and text.startswith("/") and not text.startswith("//") and "\\" not in text
    return text if harmless and not parts.netloc and not parts.scheme else "/"
