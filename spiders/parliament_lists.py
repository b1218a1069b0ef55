"""Lists and feeds of the European Parliament's Open Data API: which records are worth reading, what to ask next.

What shapes this module:

- A list has no total; it ends with the page that has fewer rows than were asked for.
- A feed names what is new or changed in a timeframe, all of it at once. The service documents Atom and, asked for
  JSON-LD, answers as a list does: both are read. A row has a number and hardly ever a title.
- A feed does not say what changed, so what it names is read again, at most once a week where it names no moment.
- A feed may answer with others' papers: `committees` keeps those of our own.
"""

import re
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from config.sources import Source
from spiders.fields import Audit, Fields, parse_day
from spiders.markup import element_words, json_of, xml_tree
from spiders.parliament_api import meeting_finding
from spiders.platform import Ask, Assignment, Drifted, Empty, Failed, Page, Reading

API = "/api/v2/"
MOST_PAGES = 40
"""Pages after which a list is given up: the filter was ignored, and everything since 1972 is coming."""
TIMEFRAMES = ("today", "one-day", "one-week", "one-month")

LISTS = {
    "procedures": "procedure",
    "adopted-texts": "document",
    "plenary-documents": "document",
    "committee-documents": "document",
    "documents": "document",
    "external-documents": "document",
    "meetings": "meeting",
}
"""Endpoint → what its rows are. Rows of the calendar say all that we want; the others lead to records."""
FEEDS = {
    "procedures": True,
    "adopted-texts": True,
    "external-documents": True,
    "committee-documents": False,
    "plenary-documents": False,
    "documents": False,
}
"""Endpoint with a feed → whether it takes a timeframe. Documents disagree on its default, so it is always sent."""
ACCEPT = {"Accept": "application/ld+json"}
ACCEPT_FEED = {"Accept": "application/ld+json, application/atom+xml;q=0.5"}

_ATOM = "{http://www.w3.org/2005/Atom}"
_ID = {"procedure": "process_id", "document": "identifier", "meeting": "activity_id"}
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_()-]{2,80}")


def endpoint_of(url: str) -> str:
    """The first part of an address of the API: `committee-documents`."""
    return urlsplit(url).path.partition(API)[2].partition("/")[0]


def list_ask(url: str, offset: int, first: str, reader: str = "list", **context: str) -> Ask:
    """One page of a list; `first` is the first key of the page before."""
    parts = urlsplit(url)
    query: dict[str, Any] = dict(parse_qsl(parts.query)) | {"offset": str(offset)}
    address = urlunsplit(parts._replace(query=urlencode(query, safe=",:")))
    return Ask(
        address, reader, headers=ACCEPT, context=context | ({"first": first} if first else {}), tolerated=(204,)
    )


def record_ask(source: Source, reader: str, endpoint: str, key: str, version: str | None = None) -> Ask:
    """The record behind a row. A document with a `version` is read once for it; a procedure goes on, so always."""
    context = {"id": key} | ({"version": version} if version else {})
    url = f"{source.url.partition(API)[0]}{API}{endpoint}/{key}?format=application/ld%2Bjson"
    mark = version if reader == "document" else None
    return Ask(url, reader, context=context, headers=ACCEPT, key=key, version=mark, tolerated=(204, 404))


def rows_of(page: Page, audit: Audit) -> list[Fields]:
    """The rows or the record in the envelope of an answer.

    Raises:
        Failed: the service says that something went wrong, with status 200.
        Drifted: it is no such envelope.
    """
    envelope = audit.record(json_of(page))
    if "error" in envelope:
        raise Failed(f"the service says: {str(envelope.take('error'))[:300]}: {page.url}")
    envelope.ignore("@context", "included", "searchResults", "meta")
    return envelope.need_items("data")


def page_of(page: Page, keys: Collection[str], rows: int, audit: Audit) -> int | None:
    """Where the page after this one begins; None: this was the last.

    Raises:
        Drifted: the list does not go on as asked, or does not end.
    """
    query = dict(parse_qsl(urlsplit(page.url).query))
    limit, offset = int(query.get("limit", "50")), int(query.get("offset", "0"))
    first = next(iter(keys), "")
    if first == page.context.get("first"):
        raise Drifted(f"offset={offset} is not honoured: the first row is again {first}: {page.url}")
    if rows > limit:
        audit.note(f"limit={limit} is not honoured: {rows} rows")
    if rows < limit:
        return None
    if offset // limit + 1 >= MOST_PAGES:
        raise Drifted(f"{MOST_PAGES} pages and no end: the filter is not honoured: {page.url}")
    return offset + limit


def read_list(rows: list[Fields], page: Page, assignment: Assignment, audit: Audit) -> Reading:
    """One page of a list: its meetings or the records worth reading, and the next page.

    Raises:
        Empty: there is no row at all.
        Drifted: no row could be read, or as `page_of`.
    """
    source, endpoint = assignment.source, endpoint_of(page.url)
    if not rows:
        if "first" in page.context or int(dict(parse_qsl(urlsplit(page.url).query)).get("offset", "0")):
            return Reading(last=True)
        raise Empty(f"the list is empty: {page.url}")
    keys = []
    findings = []
    for row in rows:
        try:
            keys.append(_id(row, _ID[LISTS[endpoint]]))
            if endpoint == "meetings" and (meeting := meeting_finding(row, keys[-1], source.archive)):
                findings.append(meeting)
        except Drifted as exc:
            audit.note(str(exc))
        row.ignore(*row.left())  # what a row says besides is in its record
    if not keys:
        raise Drifted(f"none of {len(rows)} rows could be read; {'; '.join(audit.warnings())[:300]}: {page.url}")
    following = page_of(page, keys, len(rows), audit)
    # A document is read once, by whichever of the lists and feeds of one register saw it first.
    asks = [
        record_ask(source, LISTS[endpoint], endpoint, key, assignment.known.get(key) or "read")
        for key in keys
        if endpoint != "meetings"
    ]
    if following is not None:
        asks.append(list_ask(page.url, following, keys[0]))
    return Reading(tuple(findings), tuple(asks), audit.warnings(), last=following is None)


def read_feed(page: Page, assignment: Assignment, audit: Audit) -> Reading:
    """A feed of what is new or changed: the records to read, those of others' committees left out.

    Raises:
        Empty: it names nothing.
        Failed, Drifted: as `rows_of`; no entry could be read.
    """
    source, endpoint = assignment.source, endpoint_of(page.url)
    atom = page.body.lstrip()[:1] == b"<"
    entries = list(_entries_of_atom(page, audit) if atom else _entries_of_rows(page, LISTS[endpoint], audit))
    if not any(entries):
        if entries:
            raise Drifted(
                f"none of {len(entries)} entries could be read; {'; '.join(audit.warnings())[:300]}: {page.url}"
            )
        raise Empty(f"the feed is empty: {page.url}")
    ours = source.options.get("committees", ())
    year, number, _ = assignment.now.isocalendar()
    asks = [
        record_ask(source, LISTS[endpoint], endpoint, key, f"read {moment or f'{year}-W{number:02d}'}")
        for key, moment in dict(entry for entry in entries if entry).items()
        if not ours or key.partition("-")[0] in ours
    ]
    return Reading((), tuple(asks), audit.warnings(), last=True)


Entry = tuple[str, str | None] | None
"""Key, and the moment of the change where the feed names one; None: it could not be read, and that was said."""


def _entries_of_rows(page: Page, sort: str, audit: Audit) -> Iterator[Entry]:
    for row in rows_of(page, audit):
        try:
            yield _id(row, _ID[sort]), None
        except Drifted as exc:
            audit.note(str(exc))
            yield None
        row.ignore(*row.left())


def _entries_of_atom(page: Page, audit: Audit) -> Iterator[Entry]:
    root = xml_tree(page)
    if root.tag != f"{_ATOM}feed":
        raise Drifted(f"expected an Atom feed, got <{root.tag[:60]}>: {page.url}")
    for entry in root.iter(f"{_ATOM}entry"):
        name = element_words(entry.find(f"{_ATOM}id"))
        moment = element_words(entry.find(f"{_ATOM}updated"))
        key = name.rpartition("/")[2]
        if not _PLAIN.fullmatch(key):
            audit.note(f"entry.id: expected an id, got {name[:60]!r}")
            yield None
            continue
        if parse_day(moment) is None:
            audit.note(f"entry.updated: expected a moment, got {moment[:40]!r}")
        yield key, moment if parse_day(moment) else None


def _id(row: Fields, key: str) -> str:
    """An id that may stand in an address.

    Raises:
        Drifted: it is none.
    """
    value = row.need_str(key)
    if not _PLAIN.fullmatch(value):
        raise Drifted(f"{row.where(key)}: expected an id, got {value[:40]!r}")
    return value
