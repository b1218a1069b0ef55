"""The dossier page: one file seen whole, with the organisation's own handling of it."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from digests.briefing import Status
from monitor.archive.documents import get_documents
from monitor.archive.dossiers import happened, standing_id
from monitor.archive.engine import reading, writing
from monitor.archive.files import CASE_STATES
from monitor.archive.web import record
from monitor.core.estimates import DossierWindow
from monitor.core.stages import Event
from monitor.dossiers import filing as dossiers
from monitor.dossiers.cases import DIRECTIONS, LONGEST, PRIORITIES, CaseError, cases_of, set_case
from monitor.dossiers.files import File, load_files, mentions
from monitor.dossiers.filing import DossierError
from monitor.dossiers.members import members_of
from monitor.web.forms import Sent, officer, text_of
from monitor.web.matters import Timed, changes, timed, titled, ways_say
from monitor.web.plots import timeline
from monitor.web.render import page, words_of
from monitor.web.site import Site, site_of, visitor_of

router = APIRouter(include_in_schema=False)

SWEDISH = ("riksdagen", "g0v", "regeringen")
"""Platforms that tell of the Swedish way of a file; all others tell of the EU's."""
SHORT_FIELDS = ("status", "owner", "priority", "direction", "channel", "decider")
LONG_FIELDS = ("position", "benefit_risk")
MOST_CHANGES = 30


@router.get("/arende/{number}")
def dossier(request: Request, number: str) -> Response:
    """One file with all that is known of it and what we do about it."""
    site = site_of(request)
    with reading(site.engine) as conn:
        stands = stands_for(conn, number)
        if str(stands) != number:  # merged into another since, or written with zeros
            return RedirectResponse(f"/arende/{stands}", 301)
        values = shown(request, conn, stands)
    return page(request, "dossier.html", values)


@router.post("/arende/{number}/handlaggning", dependencies=[Depends(officer)])
def handle(request: Request, number: str, form: Sent) -> Response:
    """What the organisation does about a file: every field of the form."""
    site, visitor, now = site_of(request), visitor_of(request), site_of(request).clock()
    try:
        values = _case_values(form)
        with writing(site.engine) as conn:
            stands = stands_for(conn, number)
            set_case(conn, stands, values, who=visitor.name, at=now)
            said = {name: str(value) for name, value in values.items() if value}
            record(conn, visitor.name, now, action="case", about=f"dossier:{stands}", said=said)
    except CaseError as error:
        with reading(site.engine) as conn:
            values_now = shown(request, conn, stands_for(conn, number))
        return page(request, "dossier.html", {**values_now, "refused": str(error)}, status=400)
    return RedirectResponse(f"/arende/{stands}?saved=1#handlaggning", 303)


@router.post("/arende/{number}/forslag/{proposal}", dependencies=[Depends(officer)])
def decide(request: Request, number: str, proposal: str, form: Sent) -> Response:
    """Say whether a document belongs to the file."""
    site, visitor, now = site_of(request), visitor_of(request), site_of(request).clock()
    verdict = text_of(form, "verdict")
    if not _decimal(proposal) or verdict not in ("yes", "no"):
        raise HTTPException(400)
    try:
        with writing(site.engine) as conn:
            stands = stands_for(conn, number)
            if verdict == "yes":
                stands = dossiers.confirm(conn, int(proposal), site.office.rules.model, who=visitor.name, at=now)
            else:
                dossiers.reject(conn, int(proposal), who=visitor.name, at=now)
            said = {"proposal": int(proposal), "verdict": verdict}
            record(conn, visitor.name, now, action="join", about=f"dossier:{stands}", said=said)
    except DossierError as error:
        raise HTTPException(400, str(error)) from error
    return RedirectResponse(f"/arende/{stands}?saved=1", 303)


def shown(request: Request, conn: Connection, number: int) -> dict[str, Any]:
    """What the page of a dossier shows."""
    site, words = site_of(request), words_of(request)
    today = site.today()
    one = load_files(conn, [number], site.rules(conn), today)[number]
    proposed = [row for row in dossiers.waiting(conn) if row["dossier"] == number]
    documents = (*one.documents, *one.packages)
    title, language = titled(
        {**one.best.titles, **({"sv": one.title[0]} if one.title[1] == "sv" else {})}, words.code
    )
    moved = sorted(
        (change for each in one.documents for change in changes(site, words, each)), key=lambda c: c.seen
    )
    return {
        "one": one,
        "title": title if title != "–" else one.title[0],
        "title_language": language,
        "stages": _stages(site, one, words.code),
        "drawn": timeline([(event.day, _track(event)) for event in one.events], today, 2),
        "windows": _windows(site, one),
        "ways_say": lambda ways: ways_say(words, ways),
        "changes": list(reversed(moved))[:MOST_CHANGES],
        "mentions": mentions(conn, one)[:MOST_CHANGES],
        "members": members_of(conn, [one], site.organisation.country_code, today).get(number, ()),
        "country": site.organisation.country.named(words.code) if site.organisation.country else "",
        "case": cases_of(conn, [number]).get(number),
        "proposed": proposed,
        "candidates": {each.id: each for each in get_documents(conn, [row["document"] for row in proposed])},
        "history": happened(conn, number),
        "statuses": {state: words.letter.statuses[Status(state)] for state in CASE_STATES},
        "priorities": PRIORITIES,
        "directions": DIRECTIONS,
        "longest": LONGEST,
        "channels": _channels(site, documents),
        "by_id": {each.id: each for each in documents},
        "track": _track,
        "saved": request.query_params.get("saved") == "1",
        "refused": "",
    }


def _stages(site: Site, one: File, language: str) -> list[tuple[str, str]]:
    """The stages of the file's chain with their state: past, now, ahead, or silent: no source tells."""
    reached = one.standing.number if one.standing and one.standing.number else 0
    today = site.today()
    passed = {event.step.stage for event in one.events if event.day <= today and not event.step.forecast}
    found = []
    for place, stage in enumerate(one.chain.stages, 1):
        swedish, english = site.office.rules.model.name_of(stage)
        # A stage before the present one of which no source tells is not said to be passed.
        state = (
            "now" if place == reached else "past" if stage in passed else "ahead" if place > reached else "silent"
        )
        found.append((swedish if language == "sv" else english, state))
    return found


def _windows(site: Site, one: File) -> list[tuple[DossierWindow, Timed]]:
    """The windows with our own last days, open ones first, the first to close first."""
    pairs = [(each, timed(site, [each.window])[0]) for each in one.windows]
    return sorted(pairs, key=lambda pair: (not pair[1].is_open, pair[0].window.closes or date.max))


def _track(event: Event) -> int:
    """0: the EU's way; 1: the Swedish one."""
    return 1 if event.dates[0].code.partition(":")[0] in SWEDISH or event.dates[0].source in SWEDISH else 0


def _channels(site: Site, documents: Any) -> list[str]:
    """Through whom we may act: the themes' channels, then the organisation's."""
    themes = [site.themes[name] for each in documents for name in each.themes if name in site.themes]
    own = [channel.name for channel in site.organisation.channels]
    return list(dict.fromkeys([*(channel for theme in themes for channel in theme.channels), *own]))


def _case_values(form: FormData) -> dict[str, str | date | None]:
    values: dict[str, str | date | None] = {name: text_of(form, name, 1_000) for name in SHORT_FIELDS}
    for name in LONG_FIELDS:
        value = form.get(name)
        values[name] = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
    due = text_of(form, "due")
    try:
        values["due"] = date.fromisoformat(due) if due else None
    except ValueError as error:
        raise CaseError("due: expected a day such as 2026-11-23") from error
    return values


def stands_for(conn: Connection, text: str) -> int:
    """The dossier that stands for a number in an address.

    Raises:
        HTTPException: 404 where there is none.
    """
    stands = standing_id(conn, int(text)) if _decimal(text) else None
    if stands is None:
        raise HTTPException(404)
    return stands


def _decimal(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
