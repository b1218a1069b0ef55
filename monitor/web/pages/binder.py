"""A dossier on paper, for the binder of a meeting: where it stands, until when, what has happened, what we do."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from digests.tame import one_line
from monitor.archive.engine import reading
from monitor.web.pages.dossier import shown, stands_for
from monitor.web.paper import Block, as_pdf
from monitor.web.render import source_name, words_of
from monitor.web.site import Site, site_of
from monitor.web.words import Words

router = APIRouter(include_in_schema=False)

CASE_FIELDS = ("owner", "channel", "decider", "position", "benefit_risk")
LONGEST = 4_000
MOST_DOCUMENTS = 200


@router.get("/arende/{number}/underlag.pdf")
def binder(request: Request, number: str) -> Response:
    """The dossier as a PDF."""
    site, words = site_of(request), words_of(request)
    with reading(site.engine) as conn:
        stands = stands_for(conn, number)
        values = shown(request, conn, stands)
    now, title = site.clock(), one_line(values["title"], 300)
    day = words.letter.plain_date(site.today())
    body = as_pdf(
        _blocks(site, words, values),
        title=title,
        language=words.code,
        foot=f"{site.organisation.name}  ·  {words.say('name')}  ·  {day}",
        now=now,
    )
    headers = {"Content-Disposition": f'attachment; filename="arende-{stands}.pdf"'}
    return Response(body, media_type="application/pdf", headers=headers)


def _blocks(site: Site, words: Words, values: dict[str, Any]) -> Iterator[Block]:
    one, plain, swedish = values["one"], words.letter.plain_date, words.code == "sv"
    yield Block("title", one_line(values["title"], 400))
    yield Block("small", " · ".join(one_line(name.value, 60) for name in one.identifiers[:8]))
    if one.standing:
        step = one.standing.event.step
        name = step.sv if swedish else step.en
        yield Block("text", words.say("stage now", name=name, day=plain(one.standing.event.day)) + ".")
    else:
        yield Block("text", words.say("stage unknown"))
    yield Block("heading", words.say("windows"))
    if not values["windows"]:
        yield Block("text", words.say("windows none"))
    for each, clock in values["windows"]:
        window = each.window
        closes = words.letter.long_date(window.closes) if window.closes else words.say("day unknown")
        certainty = words.letter.certainties[window.certainty]
        kind = words.window(window.kind.value)
        yield Block("item", f"{kind[:1].upper()}{kind[1:]}: {closes} ({certainty})")
        for names, said in values["ways_say"](clock.ways):
            yield Block("small", f"{words.say('internal')}: {names}: {said}")
    yield from _case(words, values)
    yield Block("heading", words.say("timeline"))
    for event in one.events:
        name = event.step.sv if swedish else event.step.en
        ahead = f", {words.say('expected')}" if event.day > site.today() else ""
        told = source_name(site, event.dates[0].source)
        yield Block("item", f"{plain(event.day)}: {name} ({one_line(told, 80)}{ahead})")
    if not one.events:
        yield Block("text", words.say("stage unknown"))
    yield Block("heading", words.say("file documents"))
    for document in (*one.documents, *one.packages)[:MOST_DOCUMENTS]:
        published = f", {plain(document.published)}" if document.published else ""
        kind = one_line(words.name("kind", document.kind), 60)
        yield Block("item", one_line(document.title(words.code)[0], 400))
        yield Block("small", f"{kind}, {source_name(site, document.source)}{published}")
        yield Block("small", one_line(document.url, 300))


def _case(words: Words, values: dict[str, Any]) -> Iterator[Block]:
    case = values["case"]
    yield Block("heading", words.say("case"))
    if case is None:
        yield Block("text", words.say("case none"))
        return
    yield Block("item", f"{words.say('status')}: {values['statuses'][case.status]}")
    for name in CASE_FIELDS:
        if said := getattr(case, name):
            first, *others = [one_line(line, LONGEST) for line in said.split("\n") if line.strip()] or [""]
            yield Block("item", f"{words.say(name)}: {first}")
            yield from (Block("text", line) for line in others)
    if case.due:
        yield Block("item", f"{words.say('due')}: {words.letter.plain_date(case.due)}")
