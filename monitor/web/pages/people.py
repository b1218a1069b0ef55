"""Who has logged in, and what is kept of a person: taken out, or erased after a page that says what will go."""

import json
from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from monitor.archive import people
from monitor.archive.engine import reading, writing
from monitor.people import personal
from monitor.people.personal import KEPT_BECAUSE, Meant, PersonError
from monitor.web.forms import Sent, admin, text_of
from monitor.web.render import page, words_of
from monitor.web.roles import present_role
from monitor.web.site import Role, site_of, visitor_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(admin)])

LONGEST = 254
Found = TypeVar("Found")


@router.get("/personer")
def listed(request: Request) -> Response:
    """Who has logged in, and a form about one person."""
    return _page(request)


@router.post("/personer/uttag")
def export(request: Request, form: Sent) -> Response:
    """Everything that is kept of a person, as a file (GDPR, article 15)."""
    site, visitor = site_of(request), visitor_of(request)

    def taken(conn: Connection, whom: Meant) -> dict[str, object]:
        return personal.export(conn, whom, by=visitor.name, now=site.clock())

    found = _about(request, text_of(form, "who", LONGEST), taken)
    if found is None:
        return _page(request, unknown=True)
    headers = {"Content-Disposition": 'attachment; filename="personuppgifter.json"', "Cache-Control": "no-store"}
    body = json.dumps(found, ensure_ascii=False, indent=1, default=str).encode()
    return Response(body, media_type="application/json", headers=headers)


@router.post("/personer/radera")
def ask(request: Request, form: Sent) -> Response:
    """What erasing a person would delete and leave; nothing happens yet."""
    who, words = text_of(form, "who", LONGEST), words_of(request)
    site = site_of(request)
    try:
        with reading(site.engine) as conn:
            whom = personal.meant(conn, who)
            gone, stays = personal.weighed(conn, whom)
            mentions = personal.mentions(conn, whom)
    except PersonError:
        return _page(request, unknown=True)
    exact = f"person:{whom.person.id}" if whom.person else whom.name or whom.reference
    values = {
        "who": who,
        "exact": exact,
        "gone": gone,
        "stays": stays,
        "mentions": mentions,
        "because": KEPT_BECAUSE[words.code],
    }
    return page(request, "erase.html", values, headers={"Cache-Control": "no-store"})


@router.post("/personer/radera/ja")
def erase(request: Request, form: Sent) -> Response:
    """Erase a person as far as the law lets us (GDPR, article 17)."""
    site, visitor = site_of(request), visitor_of(request)

    def erased(conn: Connection, whom: Meant) -> personal.Erased:
        return personal.erase(conn, whom, by=visitor.name, now=site.clock())

    if _about(request, text_of(form, "who", LONGEST), erased) is None:
        return _page(request, unknown=True)
    return RedirectResponse("/personer?erased=1", 303)


def _about(request: Request, who: str, do: Callable[[Connection, Meant], Found]) -> Found | None:
    """Do something about a person; None: nobody, or nobody certain, is meant."""
    try:
        with writing(site_of(request).engine) as conn:
            return do(conn, personal.meant(conn, who))
    except PersonError:
        return None


def _page(request: Request, *, unknown: bool = False) -> Response:
    site = site_of(request)
    with reading(site.engine) as conn:
        known = people.people(conn)
    rows = [(one, int(present_role(site.settings, one) or Role.NOBODY)) for one in known]
    values = {"rows": rows, "unknown": unknown, "erased": request.query_params.get("erased") == "1"}
    headers = {"Cache-Control": "no-store"}
    return page(request, "people.html", values, status=400 if unknown else 200, headers=headers)
