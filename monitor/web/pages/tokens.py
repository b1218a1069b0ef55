"""One's own tokens, with which programs read the JSON interface and feeds; an admin sees everybody's."""

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from monitor.archive.engine import reading, writing
from monitor.archive.tokens import LONGEST_NAME, USUAL_DAYS, TokenError, make_token, revoke_token, tokens
from monitor.archive.web import record
from monitor.web.forms import Sent, officer, text_of
from monitor.web.render import page
from monitor.web.site import Role, site_of, visitor_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(officer)])

DAYS = (30, 90, 180, USUAL_DAYS)
"""How long a token may last, as the page offers it."""


@router.get("/nycklar")
def listed(request: Request) -> Response:
    """The tokens, and a form for another."""
    return _page(request)


@router.post("/nycklar")
def make(request: Request, form: Sent) -> Response:
    """Make a token; this answer is the only one that ever holds it."""
    site, visitor = site_of(request), visitor_of(request)
    now, days = site.clock(), text_of(form, "days")
    if days not in map(str, DAYS):
        raise HTTPException(400, "days")
    try:
        with writing(site.engine) as conn:
            made, itself = make_token(conn, text_of(form, "name"), visitor.name, now, int(days))
            said = {"name": made.name, "expires": made.expires.isoformat()}
            record(conn, visitor.name, now, action="token", about=f"token:{made.id}", said=said)
    except TokenError as error:
        raise HTTPException(400, str(error)) from error
    return _page(request, itself)


@router.post("/nycklar/{number}/avsluta")
def revoke(request: Request, number: str, form: Sent) -> Response:  # noqa: ARG001  # reading the form checks its token
    """A token of one's own, or anybody's for who runs the service, no longer counts."""
    site, visitor = site_of(request), visitor_of(request)
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise HTTPException(404)
    now, whose = site.clock(), None if visitor.role >= Role.ADMIN else visitor.name
    with writing(site.engine) as conn:
        if not revoke_token(conn, int(number), now, whose):
            raise HTTPException(404)
        record(conn, visitor.name, now, action="revoke", about=f"token:{number}")
    return RedirectResponse("/nycklar", 303)


def _page(request: Request, itself: str | None = None) -> Response:
    site, visitor = site_of(request), visitor_of(request)
    everybody = visitor.role >= Role.ADMIN
    with reading(site.engine) as conn:
        rows = tokens(conn, None if everybody else visitor.name)
    now = site.clock()
    values = {
        "rows": [(one, one.state(now)) for one in rows],
        "everybody": everybody,
        "made": itself,
        "usual": USUAL_DAYS,
        "days": DAYS,
        "longest": LONGEST_NAME,
        "base": site.address(request),
    }
    return page(request, "tokens.html", values, headers={"Cache-Control": "no-store"})
