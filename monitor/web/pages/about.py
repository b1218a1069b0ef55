"""Pages about the pages: how to search, accessibility, the interface for programs."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/om/sok")
def help_with_search(request: Request) -> Response:
    """The operators."""
    return page(request, "about_search.html")


@router.get("/om/tillganglighet")
def accessibility(request: Request) -> Response:
    """The accessibility statement."""
    return page(request, "about_accessibility.html")


@router.get("/om/api")
def interface(request: Request) -> Response:
    """What programs can ask for, from the same schema that they read."""
    schema = request.app.openapi()
    calls = [
        {"path": path, **call}
        for path, methods in schema["paths"].items()
        for name, call in methods.items()
        if name == "get"
    ]
    return page(request, "about_api.html", {"calls": calls})
