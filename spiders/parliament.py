"""The European Parliament: its Open Data API (procedures, documents, members) and single pages of its site.

What shapes this module:

- An error may come with status 200 and a key `error`; 204 means none. Feeds and long lists take minutes.
- List rows say little; the record behind a new row has titles, events, committees. A document's procedures are
  read with it, so that the lists of a few committees bring every file they work on.
- Members are read in three steps: today's bodies, one country's members, the record of each with its seats.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from config.errors import ConfigError
from config.sources import COUNTRY, Source
from spiders.fields import Audit, Fields
from spiders.finding import Finding
from spiders.identifiers import parse_identifier
from spiders.parliament_api import document_finding, procedure_finding, procedures_of, read_vocabulary
from spiders.parliament_lists import (
    ACCEPT,
    ACCEPT_FEED,
    API,
    FEEDS,
    LISTS,
    TIMEFRAMES,
    endpoint_of,
    list_ask,
    page_of,
    read_feed,
    read_list,
    record_ask,
    rows_of,
)
from spiders.parliament_members import REDACT, bodies_of, holder_of, members_of, written
from spiders.parliament_pages import read_press, read_report, read_votes, reader_of
from spiders.platform import Ask, Assignment, Drifted, Empty, Form, Page, Platform, Reading

HOST = "data.europarl.europa.eu"
_MEMBERS = "meps/show-current"
_BODIES = "corporate-bodies/show-current?limit=1000"
_OPTIONS = {"follow": list, "procedures": bool, "committees": list}
_TOLERATED = {"vocabulary": (), "document": (204, 404), "procedure": (204, 404)}
_PAGES = {"report": read_report, "votes": read_votes, "press": read_press}


class Parliament(Platform):
    """Lists and feeds of the API, the records behind them, members in their committees, and pages of the site.

    Options: `follow` (procedures read at every scan), `procedures` (read those that a new document belongs to;
    default yes), `committees` (of a feed: read the papers of these alone). `{year}` in the address is the year of
    the scan.
    """

    name: ClassVar[str] = "parliament"
    parser: ClassVar[str] = "parliament/2"
    follows: ClassVar[bool] = True
    redact: ClassVar[tuple[str, ...]] = REDACT

    def check(self, source: Source) -> None:
        """A list of the API with a limit, a feed with a timeframe or one country's members; options in order."""
        parts = urlsplit(source.url)
        path, query = parts.path.partition(API)[2], dict(parse_qsl(parts.query))
        endpoint, _, rest = path.partition("/")
        feed = rest == "feed" and endpoint in FEEDS
        if parts.hostname != HOST or not (path in LISTS or path == _MEMBERS or feed):
            raise ConfigError(f"source {source.id}: url: expected a list of https://{HOST}{API}, got {source.url}")
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
        if feed:
            if FEEDS[endpoint] and query.get("timeframe") not in TIMEFRAMES:
                raise ConfigError(
                    f"source {source.id}: url: expected timeframe={'|'.join(TIMEFRAMES)}, got {source.url}"
                )
        # Without a filter the endpoint gives every procedure since 1972; such a source only follows.
        elif parts.query and not query.get("limit", "").isdigit():
            raise ConfigError(f"source {source.id}: url: expected limit=N, got {source.url}")
        country = query.get("country-of-representation", "")
        if path == _MEMBERS and len(country) != 2 and country != COUNTRY:
            raise ConfigError(f"source {source.id}: url: expected country-of-representation=XX, got {source.url}")

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The first page of the list (if there is a filter), what is followed, what is to be read again."""
        source = assignment.source
        parts = urlsplit(source.url)
        if COUNTRY in source.url:
            return  # organisation.toml names no [country]: nothing to ask
        if parts.path.endswith(_MEMBERS):
            # A record that is as it was is not read again, but what it is read with is today's.
            bodies = f"{source.url.partition(API)[0]}{API}{_BODIES}"
            yield replace(list_ask(bodies, 0, "", "bodies"), always=True)
            return
        if parts.path.endswith("/feed"):
            yield Ask(source.url, "feed", headers=ACCEPT_FEED, tolerated=(204,))
        elif parts.query:
            yield list_ask(source.url.replace("{year}", str(assignment.now.year)), 0, "")
        for key in (*source.options.get("follow", ()), *assignment.reread):
            process = _process_id(key)
            if process is not None:
                yield record_ask(source, "procedure", "procedures", process)
            elif key in assignment.reread:
                yield record_ask(source, "document", endpoint_of(source.url), key)

    def expects(self, reader: str) -> Form:
        """JSON from the API (a feed may be Atom), HTML or XML from the site."""
        if reader == "feed":
            return "any"
        return "html" if reader in ("report", "press") else "xml" if reader == "votes" else "json"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """A list, a feed, a record or a page."""
        source = assignment.source.archive
        if page.reader in _PAGES:
            findings, warnings = _PAGES[page.reader](page, source)
            return Reading(findings, warnings=warnings)
        if page.status == 204:
            raise Empty(f"status 204, no content: {page.url}")
        if page.status == 404:
            return Reading(warnings=(f"not there (404): {page.url}",))
        audit = Audit()
        if page.reader == "feed":
            return read_feed(page, assignment, audit)
        rows = rows_of(page, audit)
        if page.reader == "member" and "bodies" not in page.context:
            return Reading(
                warnings=("a member's record, without the list that tells which bodies the seats are in",)
            )
        if page.reader in _LISTS:
            return _LISTS[page.reader](rows, page, assignment, audit)
        if len(rows) != 1:
            raise Drifted(f"data: expected one record, got {len(rows)}: {page.url}")
        return _read_record(rows[0], page, assignment, audit)

    def route(self, url: str) -> Ask | None:
        """Lists, feeds and records of API v2, reports, votes, press releases; API v1, roll calls never."""
        parts = urlsplit(url)
        if parts.hostname != HOST:
            reader = reader_of(parts.path) if parts.hostname == "www.europarl.europa.eu" else None
            return Ask(url, reader) if reader else None
        reader = _reader(parts.path.partition(API)[2])
        return Ask(url, reader, tolerated=_TOLERATED.get(reader, (204,))) if reader else None


def _reader(path: str) -> str | None:
    """Which reader an address of the API is for."""
    endpoint, _, rest = path.partition("/")
    fixed = {_MEMBERS: "members", _BODIES.partition("?")[0]: "bodies"}.get(path)
    if fixed or "/" in rest:
        return fixed
    if rest == "feed":
        return "feed" if endpoint in FEEDS else None
    if not rest:
        return "list" if endpoint in LISTS else None
    records = {**LISTS, "controlled-vocabularies": "vocabulary", "meps": "member" if rest.isdecimal() else None}
    return records.get(endpoint) if endpoint != "meetings" else None


def _read_record(record: Fields, page: Page, assignment: Assignment, audit: Audit) -> Reading:
    if page.reader == "vocabulary":
        read_vocabulary(record, audit)
        # A vocabulary describes itself in more fields than we use.
        record.ignore(*record.left())
        return Reading(warnings=audit.warnings())
    asked = page.context.get("id")
    if page.reader == "member":
        holder = holder_of(record, page, assignment.now.date(), audit)
        if holder.key != asked:
            raise Drifted(f"{asked} was asked, the record is {holder.key}: {page.url}")
        return Reading(warnings=audit.warnings(), holders=(holder,))
    read = procedure_finding if page.reader == "procedure" else document_finding
    finding = read(record, assignment.source.archive, page.context.get("version"), audit)
    if asked and not _is_of(finding, asked):
        raise Drifted(f"{asked} was asked, the record is {finding.key}: {page.url}")
    asks: list[Ask] = []
    source = assignment.source
    if page.reader == "document" and assignment.source.options.get("procedures", True) and asked:
        asks = [record_ask(source, "procedure", "procedures", one) for one in procedures_of(finding)]
    return Reading((finding,), tuple(asks), audit.warnings())


def _is_of(finding: Finding, asked: str) -> bool:
    return finding.key == asked or asked in procedures_of(finding)


def _read_bodies(rows: list[Fields], page: Page, assignment: Assignment, audit: Audit) -> Reading:
    """Today's committees; then the members, or first the rest of the bodies."""
    bodies = bodies_of(rows, audit)
    known = f"{page.context.get('bodies', '')} {written(bodies)}".strip()
    following = page_of(page, bodies, len(rows), audit)
    if following is not None:
        ask = list_ask(page.url, following, next(iter(bodies), ""), "bodies", bodies=known)
    elif known:
        ask = list_ask(assignment.source.url, 0, "", "members", bodies=known)
    else:
        raise Drifted(f"data[].classification: expected committees, got none in {len(rows)} bodies: {page.url}")
    return Reading(asks=(replace(ask, always=True),), warnings=audit.warnings())


def _read_members(rows: list[Fields], page: Page, assignment: Assignment, audit: Audit) -> Reading:
    """One country's members: the record of each, and the next page of them."""
    if not rows and "first" not in page.context:
        raise Empty(f"the list is empty: {page.url}")
    members = members_of(rows, page, audit)
    records = f"{assignment.source.url.partition(API)[0]}{API}meps"
    following = page_of(page, members, len(rows), audit)
    bodies = page.context.get("bodies", "")
    asks = [
        Ask(
            f"{records}/{key}?format=application/ld%2Bjson",
            "member",
            headers=ACCEPT,
            context={"id": key, "bodies": bodies, **member},
            key=key,
        )
        for key, member in members.items()
    ]
    if following is not None:
        asks.append(
            replace(list_ask(page.url, following, next(iter(members)), "members", bodies=bodies), always=True)
        )
    return Reading((), tuple(asks), audit.warnings(), listed=frozenset(members), last=following is None)


_LISTS = {"list": read_list, "bodies": _read_bodies, "members": _read_members}


def _process_id(reference: object) -> str | None:
    """`2025-0260` of any spelling of a procedure; None where it is none."""
    found = parse_identifier(reference) if isinstance(reference, str) else None
    return found.value.replace("/", "-").partition("(")[0] if found and found.scheme == "procedure" else None
