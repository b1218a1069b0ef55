"""Which documents make one file, as people decide it on the file's page: take apart, put together."""

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from monitor.archive.engine import reading, writing
from monitor.archive.web import record
from monitor.dossiers import filing
from monitor.dossiers.filing import DossierError
from monitor.search.lookup import NotFoundError, the_dossier
from monitor.web.forms import Sent, officer, text_of
from monitor.web.pages.dossier import shown, stands_for
from monitor.web.render import page
from monitor.web.site import site_of, visitor_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(officer)])


@router.post("/arende/{number}/dela")
def take_apart(request: Request, number: str, form: Sent) -> Response:
    """Take the chosen documents out of the file into one of their own."""
    chosen = [one for one in form.getlist("document") if isinstance(one, str)]
    documents = [int(one) for one in chosen if one.isascii() and one.isdecimal() and len(one) < 10]
    site, visitor = site_of(request), visitor_of(request)
    now = site.clock()

    def split(conn: Connection, stands: int) -> int:
        made = filing.split(conn, stands, documents, site.office.rules.model, who=visitor.name, at=now)
        said = {"documents": documents, "into": made}
        record(conn, visitor.name, now, action="split", about=f"dossier:{stands}", said=said)
        return made

    return _decided(request, number, split)


@router.post("/arende/{number}/sla-samman")
def put_together(request: Request, number: str, form: Sent) -> Response:
    """Make the file and another, called by any of its names, one."""
    site, visitor = site_of(request), visitor_of(request)
    name, now = text_of(form, "other"), site.clock()

    def join(conn: Connection, stands: int) -> int:
        other = the_dossier(conn, f"dossier:{name}" if name.isdecimal() else name, site.nicknames)
        if other == stands:
            raise DossierError(f"{name!r} is this dossier itself")
        made = filing.join(conn, stands, other, site.office.rules.model, who=visitor.name, at=now)
        said = {"with": other}
        record(conn, visitor.name, now, action="merge", about=f"dossier:{made}", said=said)
        return made

    return _decided(request, number, join)


def _decided(request: Request, number: str, decide: Callable[[Connection, int], int]) -> Response:
    """Carry a decision out and show the file that it leads to, or why it cannot be done."""
    site = site_of(request)
    try:
        with writing(site.engine) as conn:
            made = decide(conn, stands_for(conn, number))
    except (DossierError, NotFoundError) as error:
        with reading(site.engine) as conn:
            values = shown(request, conn, stands_for(conn, number))
        return page(request, "dossier.html", {**values, "refused": str(error)}, status=400)
    return RedirectResponse(f"/arende/{made}?saved=1", 303)
