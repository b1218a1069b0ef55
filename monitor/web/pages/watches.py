"""Followed searches: each with its feed, its calendar and, if wanted, alerts by mail."""

from collections.abc import Sequence

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from monitor.archive import teams
from monitor.archive.alerts import INTERVALS, alerts, end_alert, set_alert
from monitor.archive.documents import Document, get_documents
from monitor.archive.engine import reading, writing
from monitor.archive.web import SavedSearch, forget_search, record, save_search, saved_searches
from monitor.delivery import subscribers
from monitor.delivery.inviting import invite
from monitor.delivery.recipients import RecipientError, recipient
from monitor.errors import MonitorError
from monitor.search import search
from monitor.web.asking import Asked
from monitor.web.forms import Sent, officer, text_of
from monitor.web.render import page, words_of
from monitor.web.site import Role, site_of, visitor_of

router = APIRouter(include_in_schema=False)

MOST = 100
"""Searches that one person may follow."""
LONGEST_ADDRESS = 254
MOST_PROPOSED = 5
"""Documents that are named of those for which a search proposes something."""


@router.get("/bevakningar")
def watches(request: Request) -> Response:
    """One's own followed searches with their latest results."""
    return _page(request)


@router.post("/bevakningar", dependencies=[Depends(officer)])
def follow(request: Request, form: Sent) -> Response:
    """Follow a search."""
    site, visitor, now = site_of(request), visitor_of(request), site_of(request).clock()
    asked = Asked.sent(form)
    fields = {name: value for name, value in asked.fields().items() if name not in ("page", "sort")}
    name = text_of(form, "name") or asked.text
    if not fields or not name:
        raise HTTPException(400, "search")
    with writing(site.engine) as conn:
        if len(saved_searches(conn, visitor.name)) >= MOST:
            raise HTTPException(400, "too many")
        kept = save_search(conn, name, visitor.name, fields, now)
        record(conn, visitor.name, now, action="follow", about=f"search:{kept.id}", said={"name": name, **fields})
    return RedirectResponse("/bevakningar?saved=1", 303)


@router.post("/bevakningar/{number}/avsluta", dependencies=[Depends(officer)])
def unfollow(request: Request, number: str, form: Sent) -> Response:  # noqa: ARG001  # reading the form checks its token
    """No longer follow a search of one's own, nor get alerts about it."""
    site, visitor = site_of(request), visitor_of(request)
    with writing(site.engine) as conn:
        kept = own_search(conn, number, visitor.name)
        end_alert(conn, kept.id)
        forget_search(conn, kept.id, visitor.name)
        record(conn, visitor.name, site.clock(), action="unfollow", about=f"search:{kept.id}")
    return RedirectResponse("/bevakningar", 303)


@router.post("/bevakningar/{number}/larm", dependencies=[Depends(officer)])
def alert(request: Request, number: str, form: Sent) -> Response:
    """Get alerts about a search of one's own, otherwise than before, or no longer.

    A new address is asked to confirm; until then nothing is sent. What people changed names it by number.
    """
    site, visitor, now = site_of(request), visitor_of(request), site_of(request).clock()
    interval = text_of(form, "interval")
    if text_of(form, "do") == "end":
        with writing(site.engine) as conn:
            kept = own_search(conn, number, visitor.name)
            if end_alert(conn, kept.id):
                record(conn, visitor.name, now, action="alert", about=f"search:{kept.id}", said={"interval": None})
        return RedirectResponse("/bevakningar?saved=1", 303)
    if interval not in INTERVALS:
        raise HTTPException(400, "interval")
    letter = site.organisation.letter
    try:
        with writing(site.engine) as conn:
            kept = own_search(conn, number, visitor.name)
            person, new = recipient(
                conn,
                text_of(form, "address", LONGEST_ADDRESS + 1),
                language=letter.language,
                allowed_domains=letter.recipient_domains,
                now=now,
            )
            set_alert(conn, kept.id, person.id, interval, now)
            said = {"interval": interval, "subscriber": person.id}
            record(conn, visitor.name, now, action="alert", about=f"search:{kept.id}", said=said)
            token = subscribers.token(conn, person.id)
    except RecipientError as exc:
        return _page(request, refused=exc.why, about=number)
    if new:
        try:
            invite(person, token, site.organisation, site.settings, now)
        except MonitorError:
            return RedirectResponse("/bevakningar?saved=1&asked=0", 303)
    return RedirectResponse("/bevakningar?saved=1", 303)


def _page(request: Request, *, refused: str | None = None, about: str = "") -> Response:
    """The page; `refused` says why an alert about the search numbered `about` cannot be had."""
    site, words, visitor = site_of(request), words_of(request), visitor_of(request)
    rows = []
    with reading(site.engine) as conn:
        told = {
            one.search: (one, subscribers.get(conn, one.subscriber).address)
            for one in alerts(conn, who=visitor.name)
        }
        shared = teams.shared_with(conn, visitor.name)
        kept_by_anyone = (*saved_searches(conn, visitor.name), *shared)
        proposed = _proposed(conn, [kept.id for kept in kept_by_anyone if kept.team])
        for kept in kept_by_anyone:
            asked = Asked.read({**kept.query, "sort": "date"})
            results = search(conn, asked.query(words.code, limit=3), site.today(), site.lexicon)
            rows.append((kept, Asked.read(kept.query), results, *told.get(kept.id, (None, ""))))
        own_teams = teams.teams_of(conn, visitor.name)
        all_teams = tuple(teams.teams(conn))
    values = {
        "rows": rows[: len(rows) - len(shared)],
        "shared": rows[len(rows) - len(shared) :],
        "proposed": proposed,
        "own_teams": own_teams,
        "all_teams": all_teams,
        "may_share_with": all_teams if visitor.role >= Role.ADMIN else own_teams,
        "owners": site.organisation.bodies,
        "themes": site.themes,
        "saved": request.query_params.get("saved") == "1",
        "not_asked": request.query_params.get("asked") == "0",
        "refused": refused,
        "about": about,
        "intervals": INTERVALS,
        "domains": ", ".join(site.organisation.letter.recipient_domains),
        "letter": site.organisation.letter.name,
    }
    return page(request, "watches.html", values, status=400 if refused else 200)


def _proposed(conn: Connection, searches: Sequence[int]) -> dict[int, tuple[int, tuple[Document, ...]]]:
    """Of each of these searches how many documents wait for a person, and the first of them."""
    waiting: dict[int, list[int]] = {}
    for one in teams.proposals(conn, searches=searches):
        waiting.setdefault(one.search, []).append(one.document)
    return {
        number: (len(documents), get_documents(conn, documents[:MOST_PROPOSED]))
        for number, documents in waiting.items()
    }


def own_search(conn: Connection, number: str, who: str) -> SavedSearch:
    """A search that `who` follows.

    Raises:
        HTTPException: 404 for another's, or none.
    """
    found = next((one for one in saved_searches(conn, who) if str(one.id) == number), None)
    if found is None:
        raise HTTPException(404)
    return found
