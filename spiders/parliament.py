"""The European Parliament: its Open Data API (procedures, documents) and single pages of its site.

What shapes this module:

- A list has no total; it ends with the page that has fewer rows than were asked for. 204 means none.
- An error may come with status 200 and a key `error`. Feeds and long lists take up to three minutes.
- List rows say little; the record behind a new row has titles, events, committees. A document's procedures are
  read with it, so that the lists of a few committees bring every file they work on.
"""

import re
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from config.errors import ConfigError
from config.sources import Source
from spiders.fields import Audit, Fields
from spiders.finding import Finding
from spiders.identifiers import parse_identifier
from spiders.markup import json_of
from spiders.parliament_api import (
    document_finding,
    meeting_finding,
    procedure_finding,
    procedures_of,
    read_vocabulary,
)
from spiders.parliament_pages import read_press, read_report, read_votes, reader_of
from spiders.platform import Ask, Assignment, Drifted, Empty, Failed, Form, Page, Platform, Reading

HOST = "data.europarl.europa.eu"
MOST_PAGES = 40
"""Pages after which a list is given up: the filter was ignored, and everything since 1972 is coming."""

_API = "/api/v2/"
_LISTS = {
    "procedures": "procedure",
    "adopted-texts": "document",
    "plenary-documents": "document",
    "committee-documents": "document",
    "documents": "document",
    "external-documents": "document",
    "meetings": "meeting",
}
"""Endpoint → what its rows are. Rows of the calendar say all that we want; the others lead to records."""
_ID = {"procedure": "process_id", "document": "identifier", "meeting": "activity_id"}
_OPTIONS = {"follow": list, "procedures": bool}
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_()-]{2,80}")
_ACCEPT = {"Accept": "application/ld+json"}
_PAGES = {"report": read_report, "votes": read_votes, "press": read_press}


class Parliament(Platform):
    """Lists of the API, the records behind them, and pages of the site.

    Options: `follow` (procedures read at every scan), `procedures` (read those that a new document belongs to;
    default yes). `{year}` in the address is the year of the scan.
    """

    name: ClassVar[str] = "parliament"
    parser: ClassVar[str] = "parliament/1"

    def check(self, source: Source) -> None:
        """A list of the API with a limit; procedures to follow are references."""
        parts = urlsplit(source.url)
        endpoint = parts.path.partition(_API)[2]
        if parts.hostname != HOST or endpoint not in _LISTS:
            raise ConfigError(
                f"source {source.id}: url: expected a list of https://{HOST}{_API}, got {source.url}"
            )
        for option, value in source.options.items():
            if option not in _OPTIONS:
                raise ConfigError(
                    f"source {source.id}: unknown option {option!r}; parliament has {', '.join(_OPTIONS)}"
                )
            if type(value) is not _OPTIONS[option]:
                raise ConfigError(f"source {source.id}: {option}: got {value!r}")
        for reference in source.options.get("follow", ()):
            if _process_id(reference) is None:
                raise ConfigError(f"source {source.id}: follow: expected procedures, got {reference!r}")
        # Without a filter the endpoint gives every procedure since 1972; such a source only follows.
        if parts.query and not dict(parse_qsl(parts.query)).get("limit", "").isdigit():
            raise ConfigError(f"source {source.id}: url: expected limit=N, got {source.url}")

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The first page of the list (if there is a filter), what is followed, what is to be read again."""
        source = assignment.source
        if urlsplit(source.url).query:
            yield _list_ask(source.url.replace("{year}", str(assignment.now.year)), 0, "")
        for key in (*source.options.get("follow", ()), *assignment.reread):
            process = _process_id(key)
            if process is not None:
                yield _record_ask(source, "procedure", "procedures", process)
            elif key in assignment.reread:
                yield _record_ask(source, "document", _endpoint(source.url), key)

    def expects(self, reader: str) -> Form:
        """JSON from the API, HTML or XML from the site."""
        return "html" if reader in ("report", "press") else "xml" if reader == "votes" else "json"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """A list, a record or a page."""
        source = assignment.source.archive
        if page.reader in _PAGES:
            findings, warnings = _PAGES[page.reader](page, source)
            return Reading(findings, warnings=warnings)
        if page.status == 204:
            raise Empty(f"status 204, no content: {page.url}")
        if page.status == 404:
            return Reading(warnings=(f"not there (404): {page.url}",))
        audit = Audit()
        rows = _rows(page, audit)
        if page.reader == "list":
            return _read_list(rows, page, assignment.source, audit)
        if len(rows) != 1:
            raise Drifted(f"data: expected one record, got {len(rows)}: {page.url}")
        return _read_record(rows[0], page, assignment, audit)

    def route(self, url: str) -> Ask | None:
        """Lists and records of API v2, reports, votes, press releases; API v1, feeds, roll calls never."""
        parts = urlsplit(url)
        if parts.hostname != HOST:
            reader = reader_of(parts.path) if parts.hostname == "www.europarl.europa.eu" else None
            return Ask(url, reader) if reader else None
        endpoint, _, rest = parts.path.partition(_API)[2].partition("/")
        if endpoint == "controlled-vocabularies" and rest and "/" not in rest:
            return Ask(url, "vocabulary")
        if endpoint not in _LISTS or rest == "feed" or "/" in rest:
            return None
        if not rest:
            return Ask(url, "list", tolerated=(204,))
        if endpoint == "meetings":
            return None
        return Ask(url, _LISTS[endpoint], tolerated=(204, 404))


def _rows(page: Page, audit: Audit) -> list[Fields]:
    envelope = audit.record(json_of(page))
    if "error" in envelope:
        raise Failed(f"the service says: {str(envelope.take('error'))[:300]}: {page.url}")
    envelope.ignore("@context", "included", "searchResults", "meta")
    return envelope.need_items("data")


def _read_record(record: Fields, page: Page, assignment: Assignment, audit: Audit) -> Reading:
    if page.reader == "vocabulary":
        read_vocabulary(record, audit)
        # A vocabulary describes itself in more fields than we use.
        record.ignore(*record.left())
        return Reading(warnings=audit.warnings())
    read = procedure_finding if page.reader == "procedure" else document_finding
    finding = read(record, assignment.source.archive, page.context.get("version"), audit)
    asked = page.context.get("id")
    if asked and not _is_of(finding, asked):
        raise Drifted(f"{asked} was asked, the record is {finding.key}: {page.url}")
    asks: list[Ask] = []
    source = assignment.source
    if page.reader == "document" and assignment.source.options.get("procedures", True) and asked:
        asks = [_record_ask(source, "procedure", "procedures", one) for one in procedures_of(finding)]
    return Reading((finding,), tuple(asks), audit.warnings())


def _is_of(finding: Finding, asked: str) -> bool:
    return finding.key == asked or asked in procedures_of(finding)


def _read_list(rows: list[Fields], page: Page, source: Source, audit: Audit) -> Reading:
    """One page of a list: its meetings or the records worth reading, and the next page."""
    endpoint = _endpoint(page.url)
    query = dict(parse_qsl(urlsplit(page.url).query))
    limit, offset = int(query.get("limit", "50")), int(query.get("offset", "0"))
    if not rows:
        if offset:
            return Reading(last=True)
        raise Empty(f"the list is empty: {page.url}")
    keys = []
    findings = []
    for row in rows:
        try:
            keys.append(_id(row, _ID[_LISTS[endpoint]]))
            if endpoint == "meetings" and (meeting := meeting_finding(row, keys[-1], source.archive)):
                findings.append(meeting)
        except Drifted as exc:
            audit.note(str(exc))
        row.ignore(*row.left())  # what a row says besides is in its record
    if not keys:
        raise Drifted(f"none of {len(rows)} rows could be read; {'; '.join(audit.warnings())[:300]}: {page.url}")
    if keys[0] == page.context.get("first"):
        raise Drifted(f"offset={offset} is not honoured: the first row is again {keys[0]}: {page.url}")
    asks = [_record_ask(source, _LISTS[endpoint], endpoint, key, "read") for key in keys if endpoint != "meetings"]
    if len(rows) > limit:
        audit.note(f"limit={limit} is not honoured: {len(rows)} rows")
    last = len(rows) < limit
    if not last and offset // limit + 1 >= MOST_PAGES:
        raise Drifted(f"{MOST_PAGES} pages and no end: the filter is not honoured: {page.url}")
    if not last:
        asks.append(_list_ask(page.url, offset + limit, keys[0]))
    return Reading(tuple(findings), tuple(asks), audit.warnings(), last=last)


def _id(row: Fields, key: str) -> str:
    """An id that may stand in an address.

    Raises:
        Drifted: it is none.
    """
    value = row.need_str(key)
    if not _PLAIN.fullmatch(value):
        raise Drifted(f"{row.where(key)}: expected an id, got {value[:40]!r}")
    return value


def _list_ask(url: str, offset: int, first: str) -> Ask:
    parts = urlsplit(url)
    query: dict[str, Any] = dict(parse_qsl(parts.query)) | {"offset": str(offset)}
    address = urlunsplit(parts._replace(query=urlencode(query, safe=",:")))
    return Ask(address, "list", headers=_ACCEPT, context={"first": first} if first else {}, tolerated=(204,))


def _record_ask(source: Source, reader: str, endpoint: str, key: str, version: str | None = None) -> Ask:
    context = {"id": key} | ({"version": version} if version else {})
    url = f"{source.url.partition(_API)[0]}{_API}{endpoint}/{key}?format=application/ld%2Bjson"
    # A document is read once; a procedure goes on, so it is read whenever something points to it.
    mark = version if reader == "document" else None
    return Ask(url, reader, context=context, headers=_ACCEPT, key=key, version=mark, tolerated=(204, 404))


def _endpoint(url: str) -> str:
    return urlsplit(url).path.partition(_API)[2].partition("/")[0]


def _process_id(reference: object) -> str | None:
    """`2025-0260` of any spelling of a procedure; None where it is none."""
    found = parse_identifier(reference) if isinstance(reference, str) else None
    return found.value.replace("/", "-").partition("(")[0] if found and found.scheme == "procedure" else None
