"""What people send: read once, and only if it comes from a page of ours.

The token of a form is a signature over the visitor's session mark and name. The mark is a random cookie that
only this host can set in a browser; it grants nothing by itself, so nothing is gained by planting one.
"""

import hashlib
import hmac
import re
import secrets
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from monitor.web.site import Role, Site, site_of, visitor_of

FIELD = "token"
_MARK = re.compile(r"[A-Za-z0-9_-]{43}")
MOST_FIELDS = 100


def cookie_name(site: Site) -> str:
    """The session mark's name: with https the browser itself then refuses one from a neighbouring host."""
    return "__Host-utblick" if _secure(site) else "utblick"


def session_mark(request: Request) -> str:
    """The visitor's mark; a new one where there is none. One request sees one mark."""
    kept = getattr(request.state, "mark", None) or request.cookies.get(cookie_name(site_of(request)), "")
    mark = kept if _MARK.fullmatch(kept) else secrets.token_urlsafe(32)
    request.state.mark = mark
    return mark


def form_token(request: Request) -> str:
    """What a form must send back."""
    said = f"form\0{session_mark(request)}\0{visitor_of(request).name}".encode()
    return hmac.new(site_of(request).key, said, hashlib.sha256).hexdigest()


def keep_mark(request: Request, response: Response) -> None:
    """Give the browser the mark that this page's forms are signed for."""
    site = site_of(request)
    name = cookie_name(site)
    if request.cookies.get(name) != session_mark(request):
        response.set_cookie(
            name, session_mark(request), secure=_secure(site), httponly=True, samesite="lax", path="/"
        )


def _secure(site: Site) -> bool:
    return bool(site.settings.web_address and site.settings.web_address.startswith("https:"))


async def sent(request: Request) -> FormData:
    """The fields of a form of ours.

    Raises:
        HTTPException: 403 where its token is missing or another's.
    """
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    token = form.get(FIELD)
    if not isinstance(token, str) or not hmac.compare_digest(token.encode(), form_token(request).encode()):
        raise HTTPException(403, "form")
    return form


def officer(request: Request) -> None:
    """Only for those who may change things.

    Raises:
        HTTPException: 403 for readers.
    """
    if visitor_of(request).role < Role.OFFICER:
        raise HTTPException(403, "officer")


def admin(request: Request) -> None:
    """Only for those who may see what everybody did.

    Raises:
        HTTPException: 403 for all others.
    """
    if visitor_of(request).role < Role.ADMIN:
        raise HTTPException(403, "admin")


Sent = Annotated[FormData, Depends(sent)]


def text_of(form: FormData, name: str, most: int = 200) -> str:
    """One field on one line; empty where it is missing."""
    value = form.get(name)
    return " ".join(value.split())[:most] if isinstance(value, str) else ""
