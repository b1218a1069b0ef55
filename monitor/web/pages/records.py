"""What people wrote, to hand out as a public record."""

from datetime import date

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from monitor.archive.engine import writing
from monitor.archive.web import record
from monitor.people.public_record import RecordError, Scope, as_zip
from monitor.search.lookup import NotFoundError, the_dossier
from monitor.web.forms import Sent, admin, text_of
from monitor.web.render import page
from monitor.web.site import site_of, visitor_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(admin)])


@router.get("/handlingar")
def ask(request: Request) -> Response:
    """What to take out."""
    return page(request, "records.html", {"refused": False})


@router.post("/handlingar")
def take_out(request: Request, form: Sent) -> Response:
    """The file; that it was taken out is noted."""
    site, visitor, now = site_of(request), visitor_of(request), site_of(request).clock()
    name, first, last = (text_of(form, field) for field in ("dossier", "from", "to"))
    try:
        with writing(site.engine) as conn:
            called = f"dossier:{name}" if name.isdecimal() else name
            number = the_dossier(conn, called, site.nicknames) if name else None
            scope = Scope(number, _day(first), _day(last), site.organisation.zone)
            made = as_zip(conn, scope, organisation=site.organisation.name, now=now)
            about = f"dossier:{number}" if number else "period"
            said = {"from": first or None, "to": last or None}
            record(conn, visitor.name, now, action="public-record", about=about, said=said)
    except (RecordError, NotFoundError, ValueError):
        return page(request, "records.html", {"refused": True}, status=400)
    headers = {"Content-Disposition": 'attachment; filename="utblick-uttag.zip"', "Cache-Control": "no-store"}
    return Response(made, media_type="application/zip", headers=headers)


def _day(text: str) -> date | None:
    """A day.

    Raises:
        ValueError: it is none.
    """
    return date.fromisoformat(text) if text else None
