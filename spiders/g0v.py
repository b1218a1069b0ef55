"""regeringen.se through its static mirror g0v.se: whole lists as JSON, page texts as Markdown.

What shapes this module:

- The key is the page's path. The number field is missing, misspelt or even wrong; it is an identifier, no key.
- A list has everything since the beginning, so it is a sweep; texts are asked for young and changed rows only.
- A remiss states its last day in the body, and the sentence disappears when the day has passed. Open remisser
  are read again, and a page that is silent about the day says nothing about windows.
- The mirror is made anew each night; if it is not, it goes on answering 200 with what it has. So its own
  clock is read every time (`api/latest_updated.json`).
- Whether a remiss is sent to us stands in an attached PDF, which only regeringen.se itself has. It is asked for
  once; if it cannot be had, the remiss stands without it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo

from config.errors import ConfigError
from config.sources import Source
from spiders.addressees import is_list, names_in
from spiders.fields import Audit, Fields
from spiders.finding import NOTHING, Addressees, Certainty, Finding, Identifier, Kind, Relation
from spiders.g0v_addressees import list_asks, read_list
from spiders.g0v_pages import (
    SITE,
    kind_of,
    kind_of_path,
    link,
    page_identifiers,
    page_steps,
    placed,
    read_text,
    remiss_windows,
    split_heading,
)
from spiders.identifiers import find_identifiers
from spiders.platform import Ask, Assignment, Drifted, Empty, Form, Page, Platform, Reading
from spiders.regeringen_codes import COUNTRIES, NAMES, PERSONS
from spiders.sanitise import line, plain

ZONE = ZoneInfo("Europe/Stockholm")

STALE_AFTER = timedelta(days=3)
"""A mirror older than this has stopped (it is made every night)."""

TEXTS_SINCE_DAYS = 60
"""How old a row may be for its text to be asked for, unless the declaration says otherwise."""

_STATE = "/api/latest_updated.json"
_CODES = "/api/codes.json"


class G0v(Platform):
    """One source per route (`https://g0v.se/<route>.json`). Option `texts_since_days`: see `TEXTS_SINCE_DAYS`."""

    name: ClassVar[str] = "g0v"
    parser: ClassVar[str] = "g0v/2"

    def check(self, source: Source) -> None:
        """A list address; `texts_since_days` a whole number of days."""
        path = urlsplit(source.url).path
        if not path.endswith(".json") or path.startswith("/api/"):
            raise ConfigError(
                f"source {source.id}: url: expected the address of a list (….json), got {source.url}"
            )
        for option, value in source.options.items():
            if option != "texts_since_days":
                raise ConfigError(f"source {source.id}: unknown option {option!r}; g0v has texts_since_days")
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise ConfigError(f"source {source.id}: texts_since_days: expected days, got {value!r}")

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The mirror's clock, the list, and pages to read again."""
        base = _base(assignment.source.url)
        yield Ask(base + _STATE, "state", always=True, otherwise=())
        yield Ask(assignment.source.url, "list")
        for key in assignment.reread:
            yield Ask(_markdown(base, key), "page", context={"path": key}, key=key)

    def expects(self, reader: str) -> Form:
        """Markdown for pages, whatever comes for lists of addressed bodies, JSON for the rest."""
        forms: dict[str, Form] = {"page": "text", "addressees": "any"}
        return forms.get(reader, "json")

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """A list, a page, or one of the mirror's two small files."""
        match page.reader:
            case "state":
                return _read_state(page, assignment.now)
            case "codes":
                return _read_codes(page)
            case "page":
                return _read_page(page, assignment)
            case "addressees":
                return read_list(page, assignment.source)
        return _read_list(page, assignment)

    def route(self, url: str) -> Ask | None:
        """Lists, Markdown pages and the two files; the mirror's own pages and the whole `items.json` never."""
        path = urlsplit(url).path
        if path == _STATE:
            return Ask(url, "state", always=True)
        if path == _CODES:
            return Ask(url, "codes")
        if path.startswith("/api/"):
            return None
        if path.endswith(".pdf") and is_list("", path):
            return Ask(url, "addressees", to_file=True, otherwise=())
        if path.endswith(".md"):
            return Ask(url, "page", context={"path": unquote(path.removesuffix(".md")) + "/"})
        return Ask(url, "list") if path.endswith(".json") else None


def _read_state(page: Page, now: datetime) -> Reading:
    audit = Audit("latest_updated.json")
    state = audit.record(_json(page))
    state.ignore("items", "codes")
    updated = state.opt_moment("latest_updated", UTC)
    if updated is None:
        raise Drifted(f"latest_updated.json: latest_updated: expected a moment: {page.url}")
    age = now - updated
    stale = (f"stale mirror: g0v.se was last made {updated:%Y-%m-%d %H:%M}, {age.days} days ago",)
    return Reading(warnings=(*audit.warnings(), *(stale if age > STALE_AFTER else ())), last=True)


def _read_codes(page: Page) -> Reading:
    """The service's own names of its codes: only said where they differ from the ones that we keep."""
    codes = _json(page)
    if not isinstance(codes, Mapping) or not codes:
        raise Drifted(f"expected names by code: {page.url}")
    told = {code: line(name) for code, name in codes.items() if isinstance(name, str)}
    renamed = [code for code, name in NAMES.items() if code in told and told[code] != name]
    return Reading(
        warnings=tuple(f"code {code} is now called {told[code]!r}, we say {NAMES[code]!r}" for code in renamed),
        last=True,
    )


def _read_list(page: Page, assignment: Assignment) -> Reading:
    rows = _json(page)
    if not isinstance(rows, list):
        raise Drifted(f"expected a list of pages, got an object: {page.url}")
    if not rows:
        raise Empty(f"the list is empty: {page.url}")
    audit = Audit()
    base = _base(page.url)
    findings: dict[str, Finding] = {}
    asks = []
    for raw, row in zip(rows, audit.records(rows, "list"), strict=True):
        version = hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()[:16]
        try:
            finding, own = _read_row(row, assignment, audit)
        except Drifted as exc:
            audit.note(str(exc))
            continue
        if finding.key in findings:
            continue  # a page that is listed twice (seen 2026-01-23); the newer row stands first
        findings[finding.key] = finding
        if _is_wanted(finding, version, assignment):
            asks.append(_page_ask(base, finding, own, version))
        if _is_young(finding, assignment):
            asks.extend(list_asks(finding, assignment.source, audit))
    if not findings:
        raise Drifted(f"none of {len(rows)} rows could be read; {'; '.join(audit.warnings())[:300]}: {page.url}")
    return Reading(
        findings=tuple(
            # Once a page was read, it says better than its row what it is about.
            replace(finding, identifiers=None) if finding.key in assignment.known else finding
            for finding in findings.values()
        ),
        asks=tuple(asks),
        warnings=audit.warnings(),
        listed=frozenset(findings),
        last=True,
    )


def _read_row(row: Fields, assignment: Assignment, audit: Audit) -> tuple[Finding, str | None]:
    """A row as a finding, and its number field."""
    path = row.need_str("url")
    heading = row.need_str("title")
    published = row.opt_date("published")
    updated = row.opt_date("updated", nullable=True)
    own = row.opt_str("id", nullable=True)
    summary = plain(row.opt_str("summary", sometimes=True))
    types, senders = row.strings("types", alone=False), row.strings("senders", alone=False)
    # Until the spring of 2025 types and senders were repeated among the categories.
    told = row.strings("categories", alone=False)
    categories = tuple(code for code in told if code not in {*types, *senders})
    kind, unknown = kind_of(path, types)
    for code in unknown:
        audit.note(f"unknown type {code} ({NAMES.get(code, 'no name')}): {path}")
    title = split_heading(heading)[0]
    url = link(path)
    if not path.startswith("/") or url is None:
        raise Drifted(f"{row.where('url')}: expected a path, got {path[:80]!r}")
    finding = Finding(
        source=assignment.source.archive,
        key=path,
        url=url,
        kind=kind,
        title={"sv": title},
        language="sv",
        published=published,
        updated=datetime(updated.year, updated.month, updated.day, tzinfo=ZONE) if updated else None,
        summary={"sv": summary} if summary else NOTHING,
        identifiers=_with_links(row, page_identifiers(kind, path, heading, own, summary)),
        steps=page_steps(kind, path, title, published),
        subjects=_names(categories, audit),
        bodies=_names(senders, audit),
        # Empty lists came and went with a redesign of the site (autumn 2025): they say nothing.
        attachments=_attachments(row) or None,
    )
    return finding, own


def _with_links(row: Fields, stated: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    """With files that a row's shortcuts lead to (`CELEX:52023JC0009`), as mentions: the page states none of it."""
    known = {(name.scheme, name.value) for name in stated}
    linked: dict[tuple[str, str], Identifier] = {}
    for shortcut in row.items("shortcuts"):
        label, address = shortcut.opt_str("name"), shortcut.opt_str("url")
        for hit in find_identifiers(f"{label or ''} ; {unquote(address or '')[:2000]}"):
            linked.setdefault((hit.identifier.scheme, hit.identifier.value), hit.identifier)
    return (*stated, *(name for place, name in linked.items() if place not in known))


def _attachments(row: Fields) -> tuple[tuple[str, str], ...]:
    files = []
    for attachment in row.items("attachments"):
        address = link(attachment.opt_str("url"))
        if address:
            files.append((line(attachment.opt_str("name")), address))
    return tuple(files)


def _names(codes: tuple[str, ...], audit: Audit) -> tuple[str, ...]:
    """Codes by name; a code without a name stays a code, and is said unless it is a country."""
    for code in codes:
        if code not in NAMES and code not in COUNTRIES and code not in PERSONS:
            audit.note(f"unknown code {code}")
    return tuple(NAMES.get(code, code) for code in codes if code not in PERSONS)


def _is_wanted(finding: Finding, version: str, assignment: Assignment) -> bool:
    """Whether the page's text is worth a request: the row is young, or it changed since we read the page."""
    known = assignment.known.get(finding.key)
    return _is_young(finding, assignment) if known is None else known != version


def _is_young(finding: Finding, assignment: Assignment) -> bool:
    newest = max(filter(None, (finding.published, finding.updated and finding.updated.date())), default=None)
    if newest is None:
        return True
    days = assignment.source.options.get("texts_since_days", TEXTS_SINCE_DAYS)
    since = date.fromisoformat(assignment.since[:10]) if assignment.since else None
    return newest >= assignment.now.date() - timedelta(days=days) or (since is not None and newest >= since)


def _page_ask(base: str, finding: Finding, own: str | None, version: str) -> Ask:
    context = {
        "path": finding.key,
        "title": finding.title["sv"],
        "kind": finding.kind.value,
        "published": finding.published.isoformat() if finding.published else "",
        "own": own or "",
        "named": json.dumps([[name.scheme, name.value, name.relation] for name in finding.identifiers or ()]),
        "version": version,
    }
    # Read even where only the row changed: the new mark must be stored, or the page is asked for again each night.
    address = _markdown(base, finding.key)
    return Ask(address, "page", context=context, key=finding.key, version=version, always=True)


def _read_page(page: Page, assignment: Assignment) -> Reading:
    """A page's text. What its row said comes along in `context`; without a row its path and heading must do."""
    said = page.context
    path = said.get("path") or unquote(urlsplit(page.url).path.removesuffix(".md")) + "/"
    kind = Kind(said["kind"]) if "kind" in said else kind_of_path(path)
    heading, text = read_text(page.body.decode("utf-8", errors="replace"), kind)
    if not heading or not page.body.lstrip(b"\xef\xbb\xbf\n ").startswith(b"# "):
        raise Drifted(f"expected Markdown with a heading, got {heading[:60]!r}: {page.url}")
    published = date.fromisoformat(said["published"]) if said.get("published") else None
    title = said.get("title") or split_heading(heading)[0]
    url = link(path) or SITE
    stated = page_identifiers(kind, path, heading, said.get("own"), text)
    from_row = [
        Identifier(scheme, value, Relation(word)) for scheme, value, word in json.loads(said.get("named", "[]"))
    ]
    known = {(name.scheme, name.value) for name in stated}
    deadline_near = published or placed(path)
    windows = remiss_windows(text, url, deadline_near) if kind is Kind.REMISS else None
    sent_to = names_in(text, alone=False) if kind is Kind.REMISS else ()
    finding = Finding(
        source=assignment.source.archive,
        key=path,
        url=url,
        kind=kind,
        title={"sv": title},
        language="sv",
        published=published,
        text=text or None,
        identifiers=(*stated, *(name for name in from_row if (name.scheme, name.value) not in known)),
        steps=page_steps(kind, path, title, published),
        windows=windows,
        addressees=Addressees(sent_to, url) if sent_to else None,
        version=said.get("version") or assignment.known.get(path),
    )
    warnings = (
        ("a deadline without a year; the first such day after publication is taken",)
        if windows and windows[0].certainty is Certainty.ESTIMATED
        else ()
    )
    return Reading(findings=(finding,), warnings=warnings)


def _markdown(base: str, key: str) -> str:
    return f"{base}{quote(key.rstrip('/'))}.md"


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _json(page: Page) -> Any:
    try:
        return json.loads(page.body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        raise Drifted(f"not JSON: {exc}: {page.url}") from exc
