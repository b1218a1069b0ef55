"""Early signals: what rises across sources, on what evidence; and what people added themselves."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from digests.words import catalogue
from monitor.archive.documents import OWN, get_documents
from monitor.archive.engine import reading
from monitor.letters.briefing import SIGNAL_DOCUMENTS, rising
from monitor.letters.signal_items import signal_items
from monitor.search import Query, search
from monitor.web.render import page, words_of
from monitor.web.site import site_of

router = APIRouter(include_in_schema=False)

MOST, MOST_OWN = 20, 20
"""The page shows more than the letter has room for."""


@router.get("/signaler")
def signals(request: Request) -> Response:
    """What rises now, and the signals of our own."""
    site, words = site_of(request), words_of(request)
    rules = site.office.signals.model_copy(update={"most": MOST})
    with reading(site.engine) as conn:
        found = site.kept.get(("rising", MOST, site.today()), lambda: rising(conn, rules, site.today()))
        numbers = [number for one in found for number in one.documents[:SIGNAL_DOCUMENTS]]
        documents = {one.id: one for one in get_documents(conn, numbers)}
        own = search(conn, Query(source=(OWN,), sort="date", limit=MOST_OWN, language=words.code), site.today())
    items = signal_items(found, documents, site.desk(words.code), rules)
    rows = [
        (one, item, [documents[number] for number in one.documents if number in documents])
        for one, item in zip(found, items, strict=True)
    ]
    said = catalogue(words.code).phrases
    values = {
        "rows": rows,
        "own": own,
        "strengths": {one.strength: said[f"signal {one.strength}"] for one in found},
        "rules": rules,
    }
    return page(request, "signals.html", values)
