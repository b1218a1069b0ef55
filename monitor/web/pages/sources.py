"""How the sources fare."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from digests.briefing import HEALTHY
from monitor.archive.engine import reading
from monitor.archive.scans import source_health
from monitor.web.render import page
from monitor.web.site import site_of

router = APIRouter(include_in_schema=False)


@router.get("/kallor")
def sources(request: Request) -> Response:
    """Every declared source with its last attempt, those in trouble first."""
    site = site_of(request)
    with reading(site.engine) as conn:
        health = source_health(conn)
    rows = [(source, health.get(source.id)) for source in site.office.sources if source.enabled]
    rows.sort(key=lambda row: 0 if _troubled(row[1]) else 1 if row[1] else 2)
    values = {
        "rows": rows,
        "well": sum(1 for _, state in rows if state and state.outcome in HEALTHY),
        "checked": sum(1 for _, state in rows if state),
        "healthy": HEALTHY,
        "off": [source for source in site.office.sources if not source.enabled],
    }
    return page(request, "sources.html", values)


def _troubled(state: object) -> bool:
    outcome = getattr(state, "outcome", None)
    return outcome is not None and outcome not in HEALTHY
