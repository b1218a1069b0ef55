"""What people changed, for those who answer for it; as a page and as a table for the public record."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from monitor.archive.engine import reading
from monitor.archive.web import recorded
from monitor.spreadsheet import as_csv
from monitor.web.forms import admin
from monitor.web.render import page
from monitor.web.site import site_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(admin)])

PER_PAGE, MOST = 100, 100_000


@router.get("/andringar")
def changes(request: Request) -> Response:
    """The latest changes."""
    before = request.query_params.get("before", "")
    last = int(before) if before.isascii() and before.isdecimal() and len(before) < 10 else None
    with reading(site_of(request).engine) as conn:
        rows = recorded(conn, PER_PAGE, last)
    return page(request, "audit.html", {"rows": rows, "more": len(rows) == PER_PAGE})


@router.get("/andringar.csv")
def changes_file(request: Request) -> Response:
    """Every change."""
    with reading(site_of(request).engine) as conn:
        rows = recorded(conn, MOST)
    names = ("id", "at", "who", "action", "object", "said")
    body = as_csv(
        names, ([one.id, one.at.isoformat(), one.who, one.action, one.object, str(dict(one.said))] for one in rows)
    )
    headers = {"Content-Disposition": 'attachment; filename="andringar.csv"'}
    return Response(body.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=headers)
