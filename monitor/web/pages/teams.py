"""Groups: who is in them, which followed searches they share, and what those propose for a document."""

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from monitor.archive import teams
from monitor.archive.engine import writing
from monitor.archive.web import record
from monitor.dossiers.cases import CaseError
from monitor.labelling import label_new, take
from monitor.web.forms import Sent, officer, text_of
from monitor.web.pages.watches import own_search
from monitor.web.site import Role, site_of, visitor_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(officer)])

SAVED = "/bevakningar?saved=1"
LONGEST_OWNER = 200


@router.post("/grupper/ga-med")
def enter(request: Request, form: Sent) -> Response:
    """Become a member of a group; the first member makes it."""
    site, visitor = site_of(request), visitor_of(request)
    name = text_of(form, "team", teams.LONGEST_TEAM)
    if not name or not name.isprintable():
        raise HTTPException(400, "team")
    with writing(site.engine) as conn:
        teams.join_team(conn, name, visitor.name)
        record(conn, visitor.name, site.clock(), action="enter", about=f"team:{name}"[:200])
    return RedirectResponse(SAVED, 303)


@router.post("/grupper/lamna")
def leave(request: Request, form: Sent) -> Response:
    """Be a member of a group no longer."""
    site, visitor = site_of(request), visitor_of(request)
    name = text_of(form, "team", teams.LONGEST_TEAM)
    with writing(site.engine) as conn:
        if not teams.leave_team(conn, name, visitor.name):
            raise HTTPException(404)
        record(conn, visitor.name, site.clock(), action="leave", about=f"team:{name}"[:200])
    return RedirectResponse(SAVED, 303)


@router.post("/bevakningar/{number}/dela")
def share(request: Request, number: str, form: Sent) -> Response:
    """Let one of one's own groups have a search too, and propose an owner or a theme for what it finds."""
    site, visitor = site_of(request), visitor_of(request)
    team = text_of(form, "team", teams.LONGEST_TEAM) or None
    owner = text_of(form, "owner", LONGEST_OWNER) or None
    theme = text_of(form, "theme") or None
    if theme is not None and theme not in site.themes:
        raise HTTPException(400, "theme")
    with writing(site.engine) as conn:
        kept = own_search(conn, number, visitor.name)
        allowed = teams.teams(conn) if visitor.role >= Role.ADMIN else teams.teams_of(conn, visitor.name)
        if team is not None and team not in allowed:
            raise HTTPException(403, "team")
        teams.share(conn, kept.id, team, owner=owner, theme=theme)
        said = {"team": team, "owner": owner, "theme": theme}
        record(conn, visitor.name, site.clock(), action="share", about=f"search:{kept.id}", said=said)
    # At once, so that one sees what the rule does; from then on after every scan.
    label_new(site.engine, site.settings, site.clock)
    return RedirectResponse(SAVED, 303)


@router.post("/dokument/{number}/forslag/{search}")
def decide(request: Request, number: str, search: str, form: Sent) -> Response:
    """Take what a group's search proposes for a document, or refuse it."""
    site, visitor, now = site_of(request), visitor_of(request), site_of(request).clock()
    verdict = text_of(form, "verdict")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise HTTPException(404)
    if verdict not in ("yes", "no"):
        raise HTTPException(400, "verdict")
    try:
        with writing(site.engine) as conn:
            waiting = teams.proposals(conn, document=int(number))
            one = next((each for each in waiting if str(each.search) == search), None)
            if one is None:
                raise HTTPException(404)
            if verdict == "yes":
                take(conn, one, visitor.name, now)
            else:
                teams.decide(conn, one, visitor.name, now, taken=False)
            said = {"search": one.search, "verdict": verdict, "owner": one.owner, "theme": one.theme}
            record(conn, visitor.name, now, action="rule", about=f"document:{one.document}", said=said)
    except CaseError as error:
        raise HTTPException(400, str(error)) from error
    return RedirectResponse(f"/dokument/{int(number)}?saved=1#bedomning", 303)
