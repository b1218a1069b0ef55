"""The Commission's press corner: releases, statements, questions and answers, by a window of days.

What shapes this module:

- Reference numbers are not chronological, so lists are asked for by day, with days of overlap.
- A failed page is never the end of a list: others lost 3,700 documents that way. Rows are counted.
- The web page is an empty shell with status 200; a document may answer with an empty body.
- A list in Swedish may lack what has no Swedish version: Swedish is read first, then English, one key for both.
- Spokespersons' names, telephones and addresses stand in `contactsResource` and may stand at the end of a text.

No answer of the service was ever recorded: shapes follow the notes of a client that read 130,544 documents.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from config.errors import ConfigError
from config.sources import Source
from spiders.fields import Audit, Fields
from spiders.finding import NOTHING, Finding, Identifier, Kind, Relation
from spiders.identifiers import find_identifiers, parse_identifier
from spiders.markup import json_of
from spiders.platform import Ask, Assignment, Drifted, Empty, Failed, Form, Page, Platform, Reading
from spiders.sanitise import TEXT, line, plain, safe_link

ZONE = ZoneInfo("Europe/Brussels")
SITE = "https://ec.europa.eu/commission/presscorner"
OVERLAP_DAYS = 3
"""Days read again before the last good scan: documents are dated back."""
WINDOW_DAYS = 7
"""How far back a list looks at least; a working week without any document is a failure."""
MOST_PAGES = 60

_SEARCH = "/commission/presscorner/api/search"
_DOCUMENT = "/commission/presscorner/api/documents"
_KINDS = {
    **dict.fromkeys(("IP", "STATEMENT", "READ", "MEX", "AC"), Kind.PRESS),
    **dict.fromkeys(("QANDA", "FS", "INF", "SPEECH"), Kind.NEWS),
}
_REFERENCE = re.compile(r"[A-Z]{1,12}/\d{2}/\d{1,5}")
_CONTACTS = re.compile(
    r"(?im)^\W*(?:(?:press |media )?contacts?(?: for (?:the )?(?:media|press))?|contacts presse"
    r"|(?:press)?kontakt(?:er|personer)?)\b[^\n]{0,40}$"
)
_PERSONAL_LINE = re.compile(r"[\w.+-]+@[\w-]+\.\w|\(?\+\s?\d{2}\)?[\s\d()-]{6,}|\bTel\.?\s?[:+(]")
_OPTIONS = {"window_days": int, "texts": bool, "languages": list}


class PressCorner(Platform):
    """Searches by day, and documents by reference.

    Options: `window_days` (see `WINDOW_DAYS`), `languages` (default sv, en), `texts` (read the text of each new
    document; default no: then only of those that are to be read again).
    """

    name: ClassVar[str] = "press-corner"
    parser: ClassVar[str] = "press-corner/1"
    redact: ClassVar[tuple[str, ...]] = ("**.contactsResource",)

    def check(self, source: Source) -> None:
        """A search address with a page size, and without what each request adds."""
        parts = urlsplit(source.url)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        if parts.path != _SEARCH:
            raise ConfigError(f"source {source.id}: url: expected an address of {_SEARCH}, got {source.url}")
        if added := asked.keys() & {"language", "pagenumber", "datefrom", "dateto"}:
            raise ConfigError(f"source {source.id}: url: {min(added)!r} is added to each request")
        if not asked.get("pagesize", "").isdigit() or not 1 <= int(asked["pagesize"]) <= 100:
            raise ConfigError(f"source {source.id}: url: expected pagesize=1 to 100, got {source.url}")
        for option, value in source.options.items():
            if option not in _OPTIONS:
                known = ", ".join(_OPTIONS)
                raise ConfigError(f"source {source.id}: unknown option {option!r}; press-corner has {known}")
            if type(value) is not _OPTIONS[option]:
                raise ConfigError(f"source {source.id}: {option}: got {value!r}")
        for language in source.options.get("languages", ()):
            if not isinstance(language, str) or not re.fullmatch("[a-z]{2}", language):
                raise ConfigError(f"source {source.id}: languages: expected two letters, got {language!r}")

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The first page in each language, and documents to read again."""
        today = assignment.now.astimezone(ZONE).date()
        since = today - timedelta(days=int(assignment.source.options.get("window_days", WINDOW_DAYS)))
        if assignment.since:
            since = min(since, date.fromisoformat(assignment.since[:10]) - timedelta(days=OVERLAP_DAYS))
        for language in _languages(assignment.source):
            yield _page_ask(assignment.source.url, language, (since, today), 1, 0)
        for key in assignment.reread:
            if _REFERENCE.fullmatch(key):
                yield _document_ask(assignment.source, key, None)

    def expects(self, reader: str) -> Form:  # noqa: ARG002  # both readers read JSON
        """JSON, for lists and documents; a page for people in its place is drift."""
        return "json"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """A page of a list or a document."""
        return (_read_document if page.reader == "document" else _read_list)(page, assignment)

    def route(self, url: str) -> Ask | None:
        """Searches and documents; the web pages are empty shells, the RSS feed is read as one."""
        path = urlsplit(url).path
        if path == _SEARCH:
            return Ask(url, "list")
        return Ask(url, "document") if path == _DOCUMENT else None


# --- Lists


def _page_ask(url: str, language: str, days: tuple[date, date], number: int, read: int) -> Ask:
    since, until = days
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query)) | {
        "language": language,
        "datefrom": f"{since:%d%m%Y}",
        "dateto": f"{until:%d%m%Y}",
        "pagenumber": str(number),
    }
    context = {
        "language": language,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "page": str(number),
        "read": str(read),
    }
    return Ask(urlunsplit(parts._replace(query=urlencode(query, safe=","))), "list", context=context)


def _read_list(page: Page, assignment: Assignment) -> Reading:
    """One page of a list, counted from 1."""
    audit = Audit()
    body = audit.record(json_of(page))
    total, size = body.need_int("totalNumber"), body.need_int("pageSize")
    number = body.need_int("pageNumber")
    rows = body.need_items("docuLanguageListResources")
    due, before = int(page.context.get("page", number)), int(page.context.get("read", "0"))
    if number != due:
        raise Drifted(f"page {due} was asked, page {number} came: {page.url}")
    if not rows:
        if total == 0:
            raise Empty(f"no document in these days: {page.url}")
        raise Failed(f"page {number} has no rows, {before} of {total} were read: {page.url}")
    asked = dict(parse_qsl(urlsplit(page.url).query))
    findings = [found for row in rows if (found := _row(row, asked.get("language", "en"), assignment, audit))]
    if not findings:
        raise Drifted(f"none of {len(rows)} rows could be read; {'; '.join(audit.warnings())[:300]}: {page.url}")
    _check_filters(findings, page, asked, audit)
    asks: list[Ask] = []
    if assignment.source.options.get("texts"):
        asks += [_document_ask(assignment.source, one.key, _version(one)) for one in findings]
    read = before + len(rows)
    last = number * size >= total if size else True
    if last:
        if read < total and page.context:
            raise Failed(f"the list ends with {read} of {total} documents: {page.url}")
        if read > total:
            audit.note(f"{total} documents are announced, {read} came")
    elif number >= MOST_PAGES:
        raise Drifted(f"{MOST_PAGES} pages and no end: the days are not honoured: {page.url}")
    elif page.context:
        asks.append(_page_ask(assignment.source.url, page.context["language"], _days(page), number + 1, read))
    return Reading(tuple(findings), tuple(asks), audit.warnings(), last=last)


def _row(row: Fields, asked: str, assignment: Assignment, audit: Audit) -> Finding | None:
    """A row; None (and a warning) where it has no reference or no title."""
    try:
        reference = _reference(row, "refCode")
        title = line(row.need_str("title"))
    except Drifted as exc:
        audit.note(str(exc))
        return None
    language = (row.opt_str("languageCode") or asked).lower()
    day = row.opt_date("eventDate")
    lead = plain(row.opt_str("leadText", sometimes=True))
    kind = _kind(row.opt_record("docutype"), audit)
    # One language states what a document names: two that differ would look like a change at every scan.
    states = language == "en"
    return Finding(
        source=assignment.source.archive,
        key=reference,
        url=_link(reference),
        kind=kind,
        title={language: title},
        language=language,
        published=day,
        summary={language: lead} if lead else NOTHING,
        identifiers=(_own(reference), *_mentions(f"{title}\n{lead}", reference)) if states else None,
    )


def _check_filters(findings: list[Finding], page: Page, asked: dict[str, str], audit: Audit) -> None:
    """That the rows are of the days and types that were asked for; services ignore what they do not know."""
    if "since" in page.context:
        since, until = _days(page)
        outside = sum(1 for one in findings if one.published and not since <= one.published <= until)
        if outside == len(findings):
            raise Drifted(f"datefrom={since} dateto={until} was asked, no row is of these days: {page.url}")
        if outside:
            audit.note(f"{outside} of {len(findings)} rows lie outside {since} to {until}")
    codes = set(asked.get("documentTypeCodes", "").split(",")) - {""}
    other = [one.key for one in findings if codes and one.key.partition("/")[0] not in codes]
    if len(other) == len(findings):
        wanted = ",".join(sorted(codes))
        raise Drifted(f"documentTypeCodes={wanted} was asked, {other[0]} came: {page.url}")
    if other:
        audit.note(f"{len(other)} of {len(findings)} rows are not of the types asked for, such as {other[0]}")


def _days(page: Page) -> tuple[date, date]:
    return date.fromisoformat(page.context["since"]), date.fromisoformat(page.context["until"])


def _version(finding: Finding) -> str:
    """Does not depend on the language of the row."""
    said = f"{finding.key} {finding.published} {finding.kind}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


# --- Documents


def _document_ask(source: Source, key: str, version: str | None) -> Ask:
    """The document in the first language, else (empty body, error) in the next; none is a warning."""
    parts = urlsplit(source.url)
    context = {"reference": key} | ({"version": version} if version else {})
    following: tuple[Ask, ...] = ()
    for language in reversed(_languages(source)):
        query = f"reference={quote(key, safe='/')}&language={language}"
        url = f"{parts.scheme}://{parts.netloc}{_DOCUMENT}?{query}"
        ask = Ask(url, "document", context=context, key=key, version=version, otherwise=following)
        following = (ask,)
    return following[0]


def _read_document(page: Page, assignment: Assignment) -> Reading:
    audit = Audit()
    body = audit.record(json_of(page))
    body.ignore(
        *("contactsResource", "commissionerResource", "placeResource", "countriesResource", "originalLanguage"),
        *("languages", "publishDate"),
    )
    reference = _reference(body, "refCd")
    asked = page.context.get("reference") or dict(parse_qsl(urlsplit(page.url).query)).get("reference", reference)
    if reference != asked.upper():
        raise Drifted(f"{asked} was asked, the document is {reference}: {page.url}")
    day = body.opt_date("eventDate")
    kind = _kind(body.opt_record("docutypeResource"), audit)
    policies = [name for one in body.items("policiesResource") if (name := _coded(one)) is not None]
    told = body.need_record("docuLanguageResource")
    told.ignore("original", "linkResources")
    title = line(told.need_str("title"))
    language = (told.opt_str("language") or "").lower()
    if not re.fullmatch("[a-z]{2}", language):
        audit.note("docuLanguageResource.language: no language; English is taken")
        language = "en"
    subtitle = plain(told.opt_str("subtitle", nullable=True))
    text = _without_contacts(plain(told.need_str("htmlContent"), TEXT))
    files = tuple(_files(told, audit))
    finding = Finding(
        source=assignment.source.archive,
        key=reference,
        url=_link(reference),
        kind=kind,
        title={language: title},
        language=language,
        published=day,
        summary={language: subtitle} if subtitle else NOTHING,
        text=text or None,
        identifiers=(_own(reference), *_mentions(f"{title}\n{subtitle}\n{text}", reference)),
        subjects=tuple(f"press-policy:{name}" for name in dict.fromkeys(policies)) or None,
        attachments=files or None,
        version=page.context.get("version"),
    )
    if not text:
        audit.note(f"the text of {reference} is nothing but contacts")
    return Reading((finding,), warnings=audit.warnings())


def _files(told: Fields, audit: Audit) -> Iterable[tuple[str, str]]:
    """Attached files; how an entry names its file is documented nowhere, so likely names are tried."""
    for file in told.items("attachmentResources", nullable=True):
        values = {name: value for name in file.left() if isinstance(value := file.take(name), str) and value}
        label, address = (
            next((values[name] for name in names if name in values), None)
            for names in (("title", "name"), ("url", "link", "href"))
        )
        link = safe_link(address, SITE)
        if label is None or link is None:
            audit.note("attachmentResources[]: expected title or name, and url, link or href")
        if link:
            yield line(label), link


def _coded(fields: Fields) -> str | None:
    """The description of a code, else the code; a colon ends the scheme of a subject."""
    code, description = fields.opt_str("code"), fields.opt_str("description")
    return line(description or code).replace(":", " –") or None


def _kind(fields: Fields | None, audit: Audit) -> Kind:
    code = fields.opt_str("code") if fields else None
    if fields:
        fields.ignore("description")
    if code and code not in _KINDS:
        audit.note(f"unknown document type {code!r}")
    return _KINDS.get(code or "", Kind.PRESS)


def _without_contacts(text: str) -> str:
    """`text` up to its contact block, without lines that hold an address or a telephone number."""
    contacts = _CONTACTS.search(text)
    kept = text[: contacts.start()] if contacts else text
    return "\n".join(one for one in kept.splitlines() if not _PERSONAL_LINE.search(one)).strip()


# --- What both share


def _reference(fields: Fields, key: str) -> str:
    """`IP/26/301`; it goes into addresses, so nothing else may.

    Raises:
        Drifted: it is none.
    """
    reference = fields.need_str(key).upper()
    if not _REFERENCE.fullmatch(reference):
        raise Drifted(f"{fields.where(key)}: expected a reference such as IP/26/301, got {reference[:40]!r}")
    return reference


def _own(reference: str) -> Identifier:
    found = parse_identifier(reference)
    return found if found and found.scheme == "press" else Identifier("press", reference)


def _mentions(text: str, reference: str) -> tuple[Identifier, ...]:
    """Files that the text names: joins, but no proof that it is about them."""
    own = _own(reference)
    found = dict.fromkeys((hit.identifier.scheme, hit.identifier.value) for hit in find_identifiers(text))
    return tuple(
        Identifier(scheme, value, Relation.MENTION)
        for scheme, value in found
        if (scheme, value) != (own.scheme, own.value)
    )


def _link(reference: str) -> str:
    """The page for people, in Swedish where it exists; a script fills it, so it is never asked for."""
    return f"{SITE}/detail/sv/{quote(reference.lower().replace('/', '_'))}"


def _languages(source: Source) -> tuple[str, ...]:
    return tuple(source.options.get("languages", ())) or ("sv", "en")
