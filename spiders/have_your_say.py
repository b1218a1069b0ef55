"""Have your say: the Commission's calls for evidence and public consultations, with the days they close.

An undocumented JSON service behind the portal. What shapes this module:

- A filter that the service does not know is ignored: everything comes back with 200. So rows are counted here.
- A list row says that something changed; only the detail has every publication with its own period.
- `id` is a float in the list and an int in the detail; `reference` changes with the stage. The key is the id.
- Wrong paths answer 200 with the portal's HTML shell (`expects` holds them back).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from config.errors import ConfigError
from config.sources import Source
from spiders.fields import Audit, Fields
from spiders.finding import Finding, Identifier, Kind, Relation, Step
from spiders.have_your_say_periods import ZONE, Period, as_windows, known
from spiders.identifiers import find_identifiers, parse_identifier
from spiders.platform import Ask, Assignment, Drifted, Empty, Form, Page, Platform, Reading
from spiders.sanitise import line, plain

PORTAL = "https://ec.europa.eu/info/law/better-regulation/have-your-say/initiatives"

PERSONAL = ("authorName", "authorSurname", "authorMail", "authorPhoneNumber", "surveyContactMail")
"""An official's contact data: never read, never stored."""

_LIST = "/brpapi/searchInitiatives"
_DETAIL = "/brpapi/groupInitiatives/"


class HaveYourSay(Platform):
    """Lists of initiatives (`searchInitiatives`) and their details (`groupInitiatives/{id}`)."""

    name: ClassVar[str] = "have-your-say"
    parser: ClassVar[str] = "have-your-say/1"
    redact: ClassVar[tuple[str, ...]] = (*(f"publications[].{field}" for field in PERSONAL), "surveyContactMail")

    def check(self, source: Source) -> None:
        """A list address, and no options."""
        if not urlsplit(source.url).path.endswith(_LIST):
            raise ConfigError(f"source {source.id}: url: expected an address of {_LIST}, got {source.url}")
        if source.options:
            raise ConfigError(
                f"source {source.id}: unknown option {min(source.options)!r}; have-your-say has none"
            )

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The first page of the declared list."""
        yield _list_ask(assignment.source.url, 0, 0, assignment.reread)

    def expects(self, reader: str) -> Form:  # noqa: ARG002  # both readers read JSON
        """JSON, for lists and details."""
        return "json"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """A list page or a detail."""
        return (_read_detail if page.reader == "detail" else _read_list)(page, assignment)

    def route(self, url: str) -> Ask | None:
        """Lists and details; feedback (personal data) and downloads are never asked for."""
        path = urlsplit(url).path
        if path.endswith(_LIST):
            return Ask(url, "list")
        if re.search(rf"{_DETAIL}\d{{1,9}}$", path):
            return Ask(url, "detail", tolerated=(404,))
        return None


# --- Lists


def _read_list(page: Page, assignment: Assignment) -> Reading:
    """One page of a list: its rows, the details worth reading, the next page.

    `context` carries the address and `page` asked for, the rows `read` on the pages before, and the keys to read
    again that are `missing` so far. Only the last page of a list whose counts agree lets those be asked for.
    """
    audit = Audit()
    body = audit.record(_json(page))
    if "_embedded" in body:
        raise Drifted(f"the old shape with `_embedded` in place of `initiativeResultDtoPage`: {page.url}")
    body.ignore("exactMatch")
    result = body.need_record("initiativeResultDtoPage")
    rows = result.need_items("content")
    total = result.need_int("totalElements")
    pages = result.need_int("totalPages")
    number = result.need_int("number")
    count = result.opt_int("numberOfElements")
    result.opt_int("size")
    result.ignore("pageable", "last", "first", "empty", "sort")
    if count is not None and count != len(rows):
        audit.note(f"numberOfElements says {count}, the page has {len(rows)} rows")
    if not rows:
        if total == 0:
            raise Empty(f"no initiative is listed: {page.url}")
        raise Drifted(f"page {number + 1} of {pages} has no rows although {total} are announced: {page.url}")

    if number != int(page.context.get("page", number)):
        raise Drifted(f"page {page.context['page']} was asked, page {number} came: {page.url}")
    read_rows = [row for fields in rows if (row := _row(fields, audit))]
    if not read_rows:
        raise Drifted(f"none of {len(rows)} rows could be read; {'; '.join(audit.warnings())[:300]}")
    # The address asked, not the one a redirect led to: that may have lost the filter.
    asked = page.context.get("asked", page.url)
    filters = dict(parse_qsl(urlsplit(asked).query)).keys() & {"feedbackStatus", "topic", "text"}
    if "feedbackStatus" in filters:
        _check_filter(page, sum(row.has("OPEN") for row in read_rows), len(rows), total)

    before = int(page.context.get("read", "0"))
    listed = frozenset(row.key for row in read_rows)
    missing = [key for key in page.context.get("missing", "").split() if key not in listed]
    asks = [_detail_ask(assignment.source, row.key, row.version) for row in read_rows if row.is_worth(assignment)]
    last = number + 1 >= pages
    complete = last and before + len(rows) == total and len(read_rows) == len(rows)
    if not last:
        asks.append(_list_ask(asked, number + 1, before + len(rows), missing))
    elif complete:
        asks += [_again(assignment, key) for key in missing]
    elif "read" in page.context:
        audit.note(f"the list is not complete: {before + len(read_rows)} rows were read of {total}")
    findings = tuple(_row_finding(row, page, assignment, audit) for row in read_rows)
    if filters:
        # Only a list of everything can say that something is gone; one of the open ones cannot.
        return Reading(findings, tuple(asks), audit.warnings())
    return Reading(findings, tuple(asks), audit.warnings(), listed, complete)


@dataclass(frozen=True, slots=True)
class _Row:
    """What a list row says."""

    key: str
    title: dict[str, str]
    reference: str | None
    topics: tuple[str, ...]
    periods: tuple[Period, ...]
    version: str

    def has(self, *statuses: str) -> bool:
        return any(period.status in statuses for period in self.periods)

    def is_worth(self, assignment: Assignment) -> bool:
        """Whether the detail is wanted: a period is open or coming, or was when we last looked."""
        return self.has("OPEN", "UPCOMING") or self.key in assignment.known


def _row(fields: Fields, audit: Audit) -> _Row | None:
    """A row; None (and a warning) where it has no id or no title. One bad row does not spoil a page."""
    try:
        key = str(fields.need_int("id"))
        title = _title(fields, _translations(fields, audit))
    except Drifted as exc:
        audit.note(str(exc))
        return None
    known(audit, "initiative status", fields.opt_str("initiativeStatus"))
    known(audit, "act type", fields.opt_str("foreseenActType", sometimes=True))
    reference = fields.opt_str("reference")
    fields.ignore("snippet")  # only with `text=`
    periods = []
    for place, status in enumerate(fields.items("currentStatuses", sometimes=True)):
        status.ignore("isCurrent")
        periods.append(
            Period(
                label=str(place),
                stage=known(audit, "stage", status.opt_str("frontEndStage")) or "",
                status=known(audit, "feedback status", status.opt_str("receivingFeedbackStatus")) or "",
                opens=status.opt_moment("feedbackStartDate", ZONE, sometimes=True),
                closes=status.opt_moment("feedbackEndDate", ZONE, sometimes=True, nullable=True),
            )
        )
    topics = _codes(fields, "topics", audit, "topic")
    mark = json.dumps([key, title, reference, topics, [str(period) for period in periods]], sort_keys=True)
    version = hashlib.sha256(mark.encode()).hexdigest()[:16]
    return _Row(key, title, reference, topics, tuple(periods), version)


def _row_finding(row: _Row, page: Page, assignment: Assignment, audit: Audit) -> Finding:
    """A row as a finding. Of an initiative whose detail was read it only repeats the title: that knows better.

    At first sight it says all it can: if the detail fails, the deadline is not lost.
    """
    unread = row.key not in assignment.known
    return Finding(
        source=assignment.source.archive,
        key=row.key,
        url=_link(row.key),
        kind=Kind.INITIATIVE,
        title=row.title,
        language=_language(row.title),
        identifiers=(_hys(row.key), *_references([row.reference], audit)) if unread else None,
        windows=as_windows(row.periods, _link(row.key), _today(page), audit) if unread else None,
        subjects=row.topics if unread else None,
    )


def _check_filter(page: Page, matching: int, rows: int, total: int) -> None:
    if matching != rows:
        raise Drifted(
            f"the filter feedbackStatus=OPEN is not honoured: {matching} of {rows} rows are OPEN, "
            f"totalElements is {total}: {page.url}"
        )


def _list_ask(url: str, number: int, read: int, missing: Iterable[str]) -> Ask:
    parts = urlsplit(url)
    query = [(name, str(number) if name == "page" else value) for name, value in parse_qsl(parts.query)]
    if "page" not in dict(query):
        query.append(("page", str(number)))
    address = urlunsplit(parts._replace(query=urlencode(query)))
    context = {"asked": address, "page": str(number), "read": str(read), "missing": " ".join(missing)}
    return Ask(address, "list", context=context)


def _detail_ask(source: Source, key: str, version: str | None) -> Ask:
    address = f"{source.url.partition('/brpapi/')[0]}{_DETAIL}{key}"
    return Ask(address, "detail", context={"version": version or ""}, key=key, version=version, tolerated=(404,))


def _again(assignment: Assignment, key: str) -> Ask:
    """The detail whatever its version: no list shows the initiative any more."""
    ask = _detail_ask(assignment.source, key, assignment.known.get(key))
    return replace(ask, version=None)


# --- Details


def _read_detail(page: Page, assignment: Assignment) -> Reading:
    """One initiative with all its publications."""
    if page.status == 404:
        # Initiatives leave the portal (18657 did); that says nothing about the policy.
        return Reading(warnings=(f"no longer at its address (404), kept as it was: {page.url}",))
    audit = Audit()
    fields = audit.record(_json(page))
    key = str(fields.need_int("id"))
    translations = _translations(fields, audit)
    title = _title(fields, translations)
    summary = {code: text for code, markup in translations["SUMMARY"].items() if (text := plain(markup))}
    if (dossier := plain(fields.opt_str("dossierSummary"))) and "en" not in summary:
        summary["en"] = dossier
    known(audit, "stage", fields.opt_str("stage"))
    known(audit, "feedback status", fields.opt_str("receivingFeedbackStatus"))
    known(audit, "initiative status", fields.opt_str("initiativeStatus"))
    known(audit, "act type", fields.opt_str("foreseenActType"))
    published = fields.opt_date("publishedDate")
    updated = fields.opt_moment("modifiedDate", ZONE)
    references = [fields.opt_str("reference")]
    body = line(fields.opt_str("dg"), 60)
    subjects = (*_codes(fields, "topics", audit, "topic"), *_codes(fields, "policyAreas", audit))
    fields.ignore(
        *("unit", "orderDate", "isMajor", "isEvaluation", "initiativeCategory", "createdDate", "committee"),
        *("betterRegulationRequirement", "expertGroup", "legalBasis", "isGroupedCfe", *PERSONAL),
    )
    publications = [_publication(item, audit) for item in fields.need_items("publications")]
    publications.sort(key=lambda publication: publication.number)
    for publication in publications:
        references += publication.references
    names = [_hys(key), *_references(references, audit)]
    finding = Finding(
        source=assignment.source.archive,
        key=key,
        url=_link(key),
        kind=Kind.INITIATIVE,
        title=title,
        language=_language(title),
        published=published,
        updated=updated,
        summary=summary,
        identifiers=(*names, *_mentions([*title.values(), *summary.values()], names)),
        steps=tuple(sorted({step for publication in publications for step in publication.steps})),
        windows=as_windows([item.period for item in publications], _link(key), _today(page), audit),
        subjects=tuple(dict.fromkeys(subjects)),
        bodies=(body,) if body else None,
        attachments=tuple(link for item in publications for link in item.attachments),
        version=page.context.get("version") or None,
    )
    return Reading((finding,), warnings=audit.warnings())


@dataclass(frozen=True, slots=True)
class _Publication:
    number: int
    period: Period
    steps: tuple[Step, ...]
    references: tuple[str | None, ...]
    attachments: tuple[tuple[str, str], ...]


def _publication(fields: Fields, audit: Audit) -> _Publication:
    number = fields.need_int("id")
    stage = known(audit, "stage", fields.opt_str("frontEndStage"))
    workflow = known(audit, "stage", fields.opt_str("stage"))
    kind = known(audit, "publication type", fields.opt_str("type")) or "?"
    status = known(audit, "feedback status", fields.opt_str("receivingFeedbackStatus"))
    known(audit, "initiative status", fields.opt_str("initiativeStatus"))
    opens = fields.opt_moment("publishedDate", ZONE)
    closes = fields.opt_moment("endDate", ZONE, nullable=True)
    dated = (
        (opens, f"hys:{stage or workflow}/{kind}"),
        (fields.opt_moment("adoptionDate", ZONE, nullable=True), f"hys:adoption/{kind}"),
        # A plan is a quarter (`Q-2028-1`); its first day tells when to look.
        (fields.opt_moment("plannedStartDate", ZONE, nullable=True), f"hys:planned/{kind}"),
    )
    fields.ignore(
        *("createdDate", "modifiedDate", "translationEndDate", "decideSendDate", "title", "feedbackPeriod"),
        *("totalFeedback", "targetGroups", "consultationObjective", "publicationTranslations", "plannedEndDate"),
        *("plannedPeriod", "groupId", "isCurrent", "usefulLinks", "isComplete", *PERSONAL),
    )
    return _Publication(
        number=number,
        period=Period(str(number), stage or workflow or "", status or "", opens, closes),
        steps=tuple(Step(moment.date(), code) for moment, code in dated if moment),
        references=(fields.opt_str("reference"), fields.opt_str("referenceNumber")),
        attachments=tuple(_attachments(fields)),
    )


def _attachments(fields: Fields) -> Iterator[tuple[str, str]]:
    """Title and address of each document, in Swedish where it exists, else in English, else as it was written."""
    by_sort: dict[tuple[str, str], dict[str, list[tuple[str, str]]]] = {}
    for item in fields.items("attachments"):
        item.ignore(
            *("category", "createdDate", "date", "ersFileName", "id", "index", "isOriginal", "modifiedDate"),
            *("pages", "reference", "registrationNumber", "size", "takeTheOriginal", "workGroup"),
        )
        document = item.need_str("documentId")
        title = line(item.opt_str("title") or item.opt_str("filename"))
        item.ignore("filename")
        sort = (item.opt_str("workType") or "", item.opt_str("type") or "")
        language = item.opt_str("language") or ""
        if item.opt_bool("published") is False or not re.fullmatch(r"\w{1,64}", document, re.ASCII):
            continue
        address = f"{PORTAL.partition('/have-your-say')[0]}/brpapi/download/{document}"
        by_sort.setdefault(sort, {}).setdefault(language, []).append((title or document, address))
    for languages in by_sort.values():
        yield from languages.get("SV") or languages.get("EN") or next(iter(languages.values()))


# --- What both share


def _json(page: Page) -> object:
    try:
        return json.loads(page.body)
    except (ValueError, RecursionError) as exc:
        raise Drifted(f"not readable as JSON ({type(exc).__name__}): {page.url}") from exc


def _title(fields: Fields, translations: dict[str, dict[str, str]]) -> dict[str, str]:
    """Official titles in Swedish and English; the English short title stands in for a missing translation."""
    title = {code: text for code, value in translations["SHORT_TITLE"].items() if (text := line(value))}
    short = line(fields.opt_str("shortTitle"))
    # The short title may differ from the English translation (14778): the translation is shown.
    if "en" not in title and short:
        title["en"] = short
    if not title:
        raise Drifted(f"{fields.where('shortTitle')}: no title in Swedish or English")
    return title


def _translations(fields: Fields, audit: Audit) -> dict[str, dict[str, str]]:
    """Field → language → value, of the Swedish and English translations; of equal ones the first counts."""
    found: dict[str, dict[str, str]] = {"SHORT_TITLE": {}, "SUMMARY": {}}
    for item in fields.items("initiativeTranslations"):
        name, language, value = item.opt_str("field"), item.opt_str("language"), item.opt_str("value")
        if name not in found:
            audit.note(f"unknown translated field {name!r}")
        elif language in ("SV", "EN") and value:
            found[name].setdefault(language.lower(), value)
    return {
        name: {code: values[code] for code in ("sv", "en") if code in values} for name, values in found.items()
    }


def _codes(fields: Fields, key: str, audit: Audit, vocabulary: str | None = None) -> tuple[str, ...]:
    codes = []
    for item in fields.items(key):
        item.ignore("id", "label")
        if code := line(item.opt_str("code"), 60):
            codes.append(known(audit, vocabulary, code) or code if vocabulary else code)
    return tuple(codes)


def _hys(key: str) -> Identifier:
    return Identifier("hys", key, Relation.SUBJECT)


def _references(values: Iterable[str | None], audit: Audit) -> list[Identifier]:
    """The names that the Commission's services give an initiative: `Ares(…)…`, `PLAN/2026/1655`, `COM(…)`."""
    found = []
    for value in dict.fromkeys(value for value in values if value):
        identifier = parse_identifier(value)
        if identifier is None:
            audit.note(f"unknown form of reference {value[:60]!r}")
        found.append(identifier or Identifier("reference", line(value, 100)))
    return list(dict.fromkeys(found))


def _mentions(texts: Iterable[str], subjects: Iterable[Identifier]) -> list[Identifier]:
    """What title and summary cite; the initiative changes or supplements it, it is not the same file."""
    own = {(identifier.scheme, identifier.value) for identifier in subjects}
    found = (place.identifier for text in texts for place in find_identifiers(text))
    cited = dict.fromkeys((item.scheme, item.value) for item in found)
    return [Identifier(scheme, value, Relation.MENTION) for scheme, value in cited if (scheme, value) not in own]


def _today(page: Page) -> date:
    return page.fetched_at.astimezone(ZONE).date()


def _link(key: str) -> str:
    return f"{PORTAL}/{key}_sv"


def _language(title: dict[str, str]) -> str:
    return "sv" if "sv" in title else "en"
