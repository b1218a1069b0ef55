"""The Legislative Observatory of the European Parliament (OEIL): who decides what on a file, and when.

Lists are the site's own exports as XML, files are HTML pages. An unknown reference answers 404 with JSON and asks
to be tried again in a few hours. Part of the site has stood behind a bot wall: no challenge is solved, the
attempt ends as blocked.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from config.errors import ConfigError
from config.sources import Source
from spiders.fields import Audit
from spiders.finding import Finding, Kind
from spiders.markup import element_words, european_day, json_of, xml_tree
from spiders.oeil_pages import FILE, procedure_link, procedure_of, read_file, read_summary
from spiders.platform import Ask, Assignment, Drifted, Empty, Failed, Form, Page, Platform, Reading

MOST_ROWS = 500
"""Rows at which an export is taken to be cut off (reported by others, no export is recorded)."""

_EXPORT = re.compile(r"/oeil/en/(?:search|predefined-search/[\w-]+)/export/XML$")
_OPTIONS = {"details": bool, "follow": list}
_ITEM = {"reference", "link", "title", "lastpubdate", "committee", "rapporteur"}


class Oeil(Platform):
    """Search exports, procedure files and document summaries.

    Options: `details` (read the file of each new or changed row of a list; default yes), `follow` (references of
    procedures whose files are read at every scan). `{year}` in the address is the year of the scan.
    """

    name: ClassVar[str] = "oeil"
    parser: ClassVar[str] = "oeil/1"
    follows: ClassVar[bool] = True

    def check(self, source: Source) -> None:
        """An export as XML, or the address of files, which are then only read again by key."""
        path = urlsplit(source.url).path
        if not _EXPORT.search(path) and path != FILE:
            raise ConfigError(f"source {source.id}: url: expected …/export/XML or {FILE}, got {source.url}")
        for option, value in source.options.items():
            if option not in _OPTIONS:
                raise ConfigError(f"source {source.id}: unknown option {option!r}; oeil has {', '.join(_OPTIONS)}")
            if type(value) is not _OPTIONS[option]:
                raise ConfigError(f"source {source.id}: {option}: got {value!r}")
        for reference in source.options.get("follow", ()):
            if not isinstance(reference, str) or procedure_of(reference) is None:
                raise ConfigError(f"source {source.id}: follow: expected procedures, got {reference!r}")

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The declared list or file, and files to read again."""
        url = assignment.source.url
        if _EXPORT.search(urlsplit(url).path):
            yield Ask(url.replace("{year}", str(assignment.now.year)), "list")
        elif urlsplit(url).query:
            yield Ask(url, "file", tolerated=(404,))
        wanted = (procedure_of(key) for key in (*assignment.source.options.get("follow", ()), *assignment.reread))
        for procedure in dict.fromkeys(wanted):
            if procedure is not None:
                yield _file_ask(procedure.value, None)

    def expects(self, reader: str) -> Form:
        """XML for lists; a file may be JSON where there is none."""
        return "xml" if reader == "list" else "html" if reader == "summary" else "any"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """A list, a file or a summary."""
        if page.reader == "list":
            return _read_list(page, assignment)
        if page.reader == "summary":
            finding, warnings = read_summary(page, assignment.source.archive)
            return Reading((finding,), warnings=warnings)
        if page.status == 404:
            return _unknown(page)
        finding, warnings = read_file(page, assignment.source.archive)
        return Reading((finding,), warnings=warnings, last=True)

    def route(self, url: str) -> Ask | None:
        """Exports as XML, files and summaries; PDFs and the search pages never."""
        parts = urlsplit(url)
        if _EXPORT.search(parts.path):
            return Ask(url, "list")
        if parts.path == FILE and "reference" in parse_qs(parts.query):
            return Ask(url, "file", tolerated=(404,))
        return Ask(url, "summary") if parts.path.endswith("/document-summary") else None


def _file_ask(reference: str, version: str | None) -> Ask:
    context = {"version": version} if version else {}
    return Ask(
        procedure_link(reference), "file", context=context, key=reference, version=version, tolerated=(404,)
    )


def _unknown(page: Page) -> Reading:
    """A reference that the site does not know (yet)."""
    try:
        answer = json_of(page)
    except Drifted:
        answer = None
    if not isinstance(answer, dict) or "message" not in answer:
        raise Failed(f"status 404 without the site's own message: {page.url}")
    return Reading(
        warnings=(f"not there yet (404: {' '.join(str(answer['message']).split())[:200]}): {page.url}",)
    )


def _read_list(page: Page, assignment: Assignment) -> Reading:
    """An export: `/procedureList/items[@count]/item` (the shape that three public clients read)."""
    root = xml_tree(page)
    if root.tag != "procedureList":
        raise Drifted(f"expected <procedureList>, got <{root.tag[:60]}>: {page.url}")
    items = root.find("items")
    if items is None:
        raise Drifted(f"procedureList.items is missing: {page.url}")
    audit = Audit()
    rows = items.findall("item")
    announced = items.get("count")
    if announced is None:
        audit.note("missing field procedureList.items@count")
    if not rows:
        if announced in (None, "0"):
            raise Empty(f"no procedure is listed: {page.url}")
        raise Drifted(f"items.item: {announced} items are announced, none is there: {page.url}")
    if announced is not None and announced != str(len(rows)):
        audit.note(f"items@count says {announced}, there are {len(rows)}")
    if len(rows) >= MOST_ROWS:
        audit.note(f"{len(rows)} items: the export is probably cut off")
    findings: dict[str, Finding] = {}
    asks = []
    for row in rows:
        finding = _row(row, assignment, audit)
        if finding is None:
            continue
        findings[finding.key] = finding
        if assignment.source.options.get("details", True):
            asks.append(_file_ask(finding.key, _version(row)))
    _note_empty(rows, audit)
    if not findings:
        raise Drifted(f"none of {len(rows)} items could be read; {'; '.join(audit.warnings())[:300]}: {page.url}")
    return Reading(tuple(findings.values()), tuple(asks), audit.warnings())


def _note_empty(rows: list[ElementTree.Element], audit: Audit) -> None:
    for name in ("lastpubdate", "committee/committee"):
        if not any(element_words(row.find(name)) for row in rows):
            audit.note(f"item.{name} is empty or missing in every item")


def _row(row: ElementTree.Element, assignment: Assignment, audit: Audit) -> Finding | None:
    for child in row:
        if child.tag not in _ITEM:
            audit.note(f"unexpected field item.{child.tag}")
    for name in _ITEM - {"committee", "rapporteur"}:
        if row.find(name) is None:
            audit.note(f"missing field item.{name}")
    reference, title = element_words(row.find("reference")), element_words(row.find("title"))
    procedure = procedure_of(reference)
    if procedure is None or not title:
        got = f"{reference[:40]!r} and {title[:40]!r}"
        audit.note(f"item.reference, item.title: expected a procedure and a title, got {got}")
        return None
    written = element_words(row.find("lastpubdate"))
    day = _day(written)
    if written and day is None:
        audit.note(f"field item.lastpubdate: expected a day, got {written[:40]!r}")
    committees = tuple(dict.fromkeys(element_words(one) for one in row.findall("committee/committee")))
    return Finding(
        source=assignment.source.archive,
        key=procedure.value,
        url=procedure_link(procedure.value),
        kind=Kind.PROCEDURE,
        title={"en": title},
        language="en",
        # The day of the latest document says when there is news, not when the file began.
        updated=datetime(day.year, day.month, day.day, tzinfo=assignment.now.tzinfo) if day else None,
        identifiers=(procedure,),
        # Once the file was read, it says better who is responsible.
        bodies=committees if committees and procedure.value not in assignment.known else None,
    )


def _version(row: ElementTree.Element) -> str:
    """Changes when any field of the row does."""
    said = json.dumps([(child.tag, element_words(child)) for child in row])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _day(text: str) -> date | None:
    """`Fri Jan 23 2026` (as one client reads it), `23/01/2026` or `2026-01-23…`."""
    for form, part in (("%a %b %d %Y", text[:15]), ("%Y-%m-%d", text[:10])):
        try:
            return datetime.strptime(part, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    return european_day(text)
