"""Whatever a reader uses and a source changes is heard, on every platform: drift, or a warning that names it.

`Case.meant` lists what may change in silence, each with its reason; a list that is longer or shorter than what
really happens fails, so that no new silence slips in.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from spiders.cellar_queries import columns
from spiders.platform import Ask, Reading
from spiders.reading import read_page
from spiders.registry import platform
from tests.spiders import cellar_pages, cellar_reading, feed_pages, g0v_pages
from tests.spiders import funding_pages as portal
from tests.spiders import have_your_say_pages as hys
from tests.spiders import test_listing as listing
from tests.spiders import test_oeil as oeil
from tests.spiders import test_press_corner as press
from tests.spiders import test_search_api as search
from tests.spiders import test_vinnova as vinnova
from tests.spiders.mutations import Mutant, html_mutants, json_mutants, silent, unnamed, xml_mutants
from tests.spiders.pages import assignment, page

Read = Callable[[bytes], Reading]


@dataclass(frozen=True)
class Case:
    """A page with the way to read it; `meant` are mutants that may be silent."""

    name: str
    body: object
    read: Read
    mutants: Callable[[bytes], Iterator[Mutant]] = json_mutants
    meant: frozenset[str] = frozenset()


def reader(name: str, url: str, reader: str, **context: str) -> Read:
    about = assignment(name, url)
    return lambda body: read_page(
        platform(name), page(body, url, reader=reader, context=context), about, (300, 404, 406)
    )


# --- Constructed pages

_PUBLICATION = hys.publication(
    1,
    adoptionDate="2026/12/10 10:00:00",
    plannedStartDate="2027/01/10 10:00:00",
    attachments=[
        {
            "documentId": "090166e5",
            "title": "Utkast",
            "filename": "utkast.pdf",
            "workType": "ISC",
            "type": "MAIN",
            "language": "SV",
            "published": True,
        }
    ],
)
_DOCUMENT = press.document()
_DOCUMENT["docuLanguageResource"]["subtitle"] = "Färre deponier"
_CALL = {
    name: value
    for name, value in vinnova.ROUND.items()
    if name not in ("DiarienummerUtlysning", "Oppningsdatum", "Stangningsdatum", "UppskattatBeslutsdatum")
}


def _sparql(name: str, row: dict[str, str]) -> Case:
    """The answer to a query, read as its first page or as what follows from one."""
    due = {column: value for column, value in row.items() if column in columns(name)}
    if name in ("proposals", "opinions", "acts", "council", "initiatives"):
        ask = cellar_reading.first(cellar_reading.told(name))
    else:
        works = {"52026PC0321": {"title": "Avfall", "title_language": "sv", "kind": "proposal"}}
        context = {"works": json.dumps(works), "procedure": "2026/0160(COD)", "seen": ""}
        ask = Ask(cellar_pages.ENDPOINT, name, context=context)
    told = cellar_reading.told(name if ask.reader == "list" else "proposals")

    def read(body: bytes) -> Reading:
        return read_page(cellar_reading.PLATFORM, cellar_reading.answer(ask, body), told)

    return Case(f"cellar {name}", cellar_pages.result(name, due), read)


_PROPOSAL = cellar_pages.proposal()
_ROWS = {
    "proposals": _PROPOSAL,
    "opinions": _PROPOSAL,
    "acts": cellar_pages.proposal("32026L0321", type="DIR")
    | {"in_force": "2026-12-01", "transposition": "2028-01-01"},
    "council": _PROPOSAL | {"id": "consil:ST_15875_2025_INIT"},
    "initiatives": _PROPOSAL | {"id": "pi_com:Ares(2026)7019293"},
    "eurovoc": {
        "u": "http://publications.europa.eu/resource/celex/52026PC0321",
        "concept": "http://eurovoc.europa.eu/2470",
        "label": "waste",
    },
    "dossier": _PROPOSAL
    | {
        "dossier_title_sv": "Avfall",
        "dossier_title_en": "Waste",
        "pending": "1",
        "adopted": "0",
        "withdrawn": "0",
    },
    "events": {"evtType": "http://publications.europa.eu/resource/authority/event/ADP", "date": "2026-11-01"},
    "census": {"celex": "52026PC0321"},
}

_RSS = """<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Kanal</title>
<language>sv</language>{}</channel></rss>"""
_RSS_ITEM = """<item><title>Nyhet {n} om 2025/0260(COD)</title><link>https://a.example/{n}</link>
<guid isPermaLink='false'>g{n}</guid><pubDate>Mon, 23 Nov 2026 05:00:00 GMT</pubDate>
<description>Kort {n}</description><content:encoded>Hela texten {n}</content:encoded>
<category>Vatten</category></item>"""
_ATOM = "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='sv'><title>Kanal</title>{}</feed>"
_ATOM_ITEM = """<entry><title>Nyhet {n}</title><link href='https://a.example/{n}' rel='alternate'/><id>g{n}</id>
<published>2026-11-20T05:00:00Z</published><updated>2026-11-21T05:00:00Z</updated><summary>Kort {n}</summary>
<content>Hela texten {n}</content><category term='Vatten'/></entry>"""
_RDF = """<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'
xmlns:dc='http://purl.org/dc/elements/1.1/'><channel rdf:about='https://a.example/'><title>Kanal</title>
<link>https://a.example/</link><dc:language>sv</dc:language></channel>{}</rdf:RDF>"""
_RDF_ITEM = """<item rdf:about='https://a.example/{n}'><title>Nyhet {n}</title><link>https://a.example/{n}</link>
<description>Kort {n}</description><dc:date>2026-11-20</dc:date><dc:subject>Vatten</dc:subject></item>"""
_PARTS = ("guid", "link", "title", "date", "summary", "categories", "language")
_FREE = (
    *(f"rss/channel/item/{name}" for name in ("title", "description", "encoded", "category")),
    *(f"feed/entry/{name}" for name in ("title", "summary", "content", "category@term")),
    *(f"RDF/item/{name}" for name in ("title", "description", "subject")),
)


def _feed(name: str, around: str, item: str, *parts: str) -> Case:
    options = {"expected": (*_PARTS, *parts), "channel": "Kanal"}
    return Case(
        f"feed {name}",
        around.format("".join(item.format(n=number) for number in (1, 2))),
        lambda body: feed_pages.read(body, languages=("en", "sv"), options=options),
        lambda body: xml_mutants(body, _FREE),
    )


_DETAIL = {"date": ".publicerad", "deadline": ".sista-dag", "summary": ".ingress", "text": ".innehall"}
_LISTED = (".utlysning", "h3", ".publicerad", ".sista-dag", ".ingress", "a", "a@href", "ul")
_DETAILED = (".publicerad", ".sista-dag", ".ingress", ".innehall")
_BEHIND = listing.ROW.format(link="/bidrag/1", n=1) + "<div class='innehall'>Så söker man.</div>"


def _detail(body: bytes) -> Reading:
    told = listing.told(options=listing.OPTIONS | {"detail": _DETAIL})
    [ask] = listing.read(listing.html(listing.row()), told).asks
    return listing.read(body, told, ask)


CASES = [
    Case(
        "have-your-say list",
        hys.listing([hys.row(1, hys.status("OPEN")), hys.row(2, hys.status("OPEN"))]),
        reader("have-your-say", hys.LIST, "list"),
    ),
    Case(
        "have-your-say detail",
        hys.detail(_PUBLICATION),
        reader("have-your-say", f"{hys.BASE}/groupInitiatives/19293", "detail"),
        # Recorded with null: not adopted yet, not planned.
        meant=frozenset({"publications.[].adoptionDate null", "publications.[].plannedStartDate null"}),
    ),
    Case(
        "g0v list",
        [g0v_pages.row(), g0v_pages.row(url="/remisser/2026/11/b/", updated="2026-11-21")],
        reader("g0v", g0v_pages.LIST, "list"),
        # Recorded with null in every row: never updated, without a number.
        meant=frozenset({"[].updated null", "[].id null"}),
    ),
    Case(
        "g0v clock",
        {"latest_updated": "2026-11-23T03:00:00", "items": 1, "codes": 2},
        reader("g0v", "https://g0v.se/api/latest_updated.json", "state"),
    ),
    Case(
        "funding-tenders bulk",
        portal.bulk(portal.topic(), portal.topic(2)),
        reader("funding-tenders", portal.BULK, "bulk"),
    ),
    Case(
        "funding-tenders bulk, deadlines of actions",
        portal.bulk(portal.topic(deadlineDatesLong=[]), portal.topic(2, deadlineDatesLong=[])),
        reader("funding-tenders", portal.BULK, "bulk"),
    ),
    Case(
        "funding-tenders search",
        portal.results(portal.result(), portal.result(2)),
        reader("funding-tenders", portal.SEARCH, "search"),
    ),
    Case("press-corner list", press.listing(press.row()), press.read_list),
    Case(
        "press-corner document",
        _DOCUMENT,
        press.read_document,
        # Not every release has one, nor files.
        meant=frozenset({"docuLanguageResource.subtitle null", "docuLanguageResource.attachmentResources null"}),
    ),
    Case("vinnova round", vinnova.changed(), vinnova.read),
    Case(
        "vinnova call",
        [_CALL | {"DiarienummerProgram": "2025-00043"}],
        lambda body: vinnova.read(body, f"{vinnova.BASE}/utlysningar/2026-11-09"),
    ),
    Case("vinnova programme", [_CALL], lambda body: vinnova.read(body, f"{vinnova.BASE}/program/2026-11-09")),
    Case(
        "search-api JSON",
        search.hits(search.HIT, search.HIT | {"number": "B 2/2026"}),
        search.read,
        # A declared place may hold one text or a list of them, and an id is written as a number or as text.
        meant=frozenset(
            f"result.hits.[].{place}"
            for place in ("version number → text", "tags list → text", "title.swe list → text")
        ),
    ),
    *(_sparql(name, row) for name, row in _ROWS.items()),
    _feed("RSS", _RSS, _RSS_ITEM, "published", "content"),
    _feed("Atom", _ATOM, _ATOM_ITEM, "published", "updated", "content"),
    _feed("RDF", _RDF, _RDF_ITEM),
    Case(
        "oeil export",
        oeil.export(oeil.ITEM, oeil.ITEM.replace("0123", "0124")),
        lambda body: oeil.read_list(body.decode()),
        lambda body: xml_mutants(
            body, ("procedureList/items/item/title", "procedureList/items/item/committee/committee")
        ),
    ),
    Case(
        "page list",
        listing.html(listing.row(1), listing.row(2)),
        listing.read,
        lambda body: unnamed(html_mutants(body, ("h3", ".ingress"), _LISTED)),
    ),
    Case(
        "page behind a row",
        listing.html(_BEHIND),
        _detail,
        lambda body: unnamed(html_mutants(body, (".ingress", ".innehall"), _DETAILED)),
    ),
    Case(
        "page watched",
        listing.html(f"<li class='allt'>{'Så söker man stöd till lokala vattenåtgärder. ' * 4}</li>"),
        lambda body: listing.read(body, listing.told(options={"watch": ".allt"})),
        lambda body: unnamed(html_mutants(body, only=(".allt",))),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_change_of_a_constructed_page_is_silent(case: Case) -> None:
    body = case.body.encode() if isinstance(case.body, str) else json.dumps(case.body).encode()
    assert {line.partition(":")[0] for line in silent(case.read, case.mutants(body), body)} == case.meant


# --- The engine itself


def test_the_engine_hears_what_is_said_and_finds_what_is_not() -> None:
    def deaf(body: bytes) -> Reading:
        return Reading(warnings=tuple(sorted(json.loads(body)["rows"][0])))

    def mute(body: bytes) -> Reading:
        return Reading(listed=frozenset(str(row.get("a")) for row in json.loads(body)["rows"]))

    whole: Any = json.dumps({"rows": [{"a": "x", "b": 1}]}).encode()
    found = silent(mute, iter([one for one in json_mutants(whole) if one.place == "rows.[].a"]), whole)
    assert [line.partition(":")[0] for line in found] == [
        f"rows.[].a {change}" for change in ("removed", "renamed", "null", "text → number", "text → object")
    ]
    assert silent(deaf, iter([one for one in json_mutants(whole) if one.place == "rows.[].b"]), whole) == []
