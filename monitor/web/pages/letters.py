"""The letters as they were published, without recipients."""

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import PlainTextResponse, Response

from monitor.archive.engine import reading
from monitor.letters.briefing import Edition, editions, find
from monitor.web.public import copy_of
from monitor.web.render import page
from monitor.web.site import site_of

router = APIRouter(include_in_schema=False)


@router.get("/brev")
def letters(request: Request) -> Response:
    """Every edition, the newest first."""
    site = site_of(request)
    with reading(site.engine) as conn:
        return page(request, "letters.html", {"editions": editions(conn, site.organisation.letter.name)})


@router.get("/brev/{week}")
def letter(request: Request, week: str) -> Response:
    """One edition as it was sent."""
    return copy_of(_edition(request, week).html)


@router.get("/brev/{week}/text")
def letter_text(request: Request, week: str) -> Response:
    """Its plain text."""
    return PlainTextResponse(_edition(request, week).text)


def _edition(request: Request, week: str) -> Edition:
    site = site_of(request)
    with reading(site.engine) as conn:
        found = find(conn, site.organisation.letter.name, week)
    if found is None:
        raise HTTPException(404)
    return found
