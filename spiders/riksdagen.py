"""Open data of the Riksdag (data.riksdagen.se): lists by type of document, and the records behind them.

What shapes this module:

- An unknown parameter is ignored: `to=` in place of `tom=` gave everything. So rows are checked against the
  dates and the type that were asked for, and the service's own words (`@q`, `@varning`) are compared.
- `@nasta_sida` leads on until it is absent; it has come with http and https, and the same one twice.
- A list asks for the last `window_days` by date of document; it is no sweep of everything.
- Persons (`dokintressent`, speakers, contact fields of parties) are dropped and never stored.
"""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree

from config.errors import ConfigError
from config.sources import Source
from spiders.fields import Audit, Fields, parse_day
from spiders.finding import Finding
from spiders.platform import Ask, Assignment, Drifted, Empty, Form, Page, Platform, Reading
from spiders.riksdagen_documents import (
    ZONE,
    Document,
    read_document,
    record_finding,
    record_of,
    row_finding,
    words,
)
from spiders.sanitise import line

WINDOW_DAYS = 30
"""How far back a list asks; late publication and corrections fall within it."""

_LIST = "/dokumentlista/"
_RECORD = "/dokumentstatus/"
_PARAMETERS = words(
    "sok doktyp typ subtyp rm bet tempbeteckning nummer organ mottagare iid parti talare from tom status"
    " relaterat_id avd exakt facets rapport sort sortorder sz p a utformat cmskategori aktuelltnotistomdatum lang"
)
_OPTIONS = {"window_days": int, "detail": bool}
_UNUSED = words(
    "ardometyp audio avdelning avdelningar beredningsdag beslutad beslutsdag database debatt debattdag debattgrupp"
    " debattnamn debattsekunder dokintressent dokument_url_html dokument_url_text dokumentformat dokumentnamn"
    " dokumentstatus_url_xml domain id inlamnad justeringsdag kall_id kalla klockslag lang motionstid notisrubrik"
    " plats publicerad rddata rdrest relaterat_id relurl reservationer score slutdatum sokdata status struktur"
    " tempbeteckning tilldelat traff undertitel url video"
)


class Riksdagen(Platform):
    """Lists (`dokumentlista`) and records (`dokumentstatus`).

    Options: `window_days` (see `WINDOW_DAYS`), `detail` (read the record of each new or changed row; default no).
    """

    name: ClassVar[str] = "riksdagen"
    parser: ClassVar[str] = "riksdagen/2"
    redact: ClassVar[tuple[str, ...]] = (
        "**.dokintressent",
        "**.anforande",
        "**.parti_epost",
        "**.parti_telefon",
    )

    def check(self, source: Source) -> None:
        """A list address of one type of document, with parameters that the service knows."""
        parts = urlsplit(source.url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if not parts.path.endswith(_LIST):
            raise ConfigError(f"source {source.id}: url: expected an address of {_LIST}, got {source.url}")
        for name in query:
            if name not in _PARAMETERS:
                raise ConfigError(f"source {source.id}: url: the Riksdag ignores the parameter {name!r}")
        if "doktyp" not in query or query.get("utformat") != "json":
            raise ConfigError(f"source {source.id}: url: doktyp=… and utformat=json are needed, got {source.url}")
        for option, value in source.options.items():
            if option not in _OPTIONS:
                known = ", ".join(_OPTIONS)
                raise ConfigError(f"source {source.id}: unknown option {option!r}; riksdagen has {known}")
            if type(value) is not _OPTIONS[option]:
                raise ConfigError(f"source {source.id}: {option}: got {value!r}")

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The first page since `window_days` (or the assignment's day, if earlier), and what to read again."""
        days = int(assignment.source.options.get("window_days", WINDOW_DAYS))
        since = assignment.now.astimezone(ZONE).date() - timedelta(days=days)
        if assignment.since:
            since = min(since, date.fromisoformat(assignment.since[:10]))
        yield Ask(_with(assignment.source.url, {"from": since.isoformat(), "p": "1"}), "list")
        for key in assignment.reread:
            yield Ask(record_of(key), "record", key=key)

    def expects(self, reader: str) -> Form:
        """JSON, except for the XML forms of the same, which are only read when recorded."""
        return "xml" if reader.endswith("-xml") else "json"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """A list page or a record."""
        data = _from_xml(page) if page.reader.endswith("-xml") else _from_json(page)
        reader = _read_record if page.reader.startswith("record") else _read_list
        return reader(data, page, assignment)

    def route(self, url: str) -> Ask | None:
        """Lists and records; never the catalogue of bulk files, nor single texts (the record has them)."""
        parts = urlsplit(url)
        if parts.path.endswith(_LIST):
            return Ask(url, "list-xml" if dict(parse_qsl(parts.query)).get("utformat") == "xml" else "list")
        if _RECORD in parts.path:
            return Ask(url, "record-xml" if parts.path.endswith(".xml") else "record")
        return None


def _read_list(data: Any, page: Page, assignment: Assignment) -> Reading:
    """One page of a list; `context` says which `page` is due."""
    audit = Audit()
    result = audit.record(data).need_record("dokumentlista")
    result.ignore("@dDt", "@dPre", "@dR", "@dSol", "@datum", "@ms", "@version", "facettlista")
    total, number, pages = (result.need_int(f"@{name}") for name in ("traffar", "sida", "sidor"))
    # Absent, not empty, on the last or only page.
    following = result.opt_str("@nasta_sida") if number < pages else None
    result.ignore("@nasta_sida")
    rows = result.items("dokument") if total or "dokument" in result else []
    asked = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
    _compare_question(result, asked, audit)
    first, until = result.opt_int("@traff_fran"), result.opt_int("@traff_till")
    if not rows:
        if total == 0:
            raise Empty(f"no hits: {page.url}")
        raise Drifted(f"dokumentlista.dokument: {total} hits are announced, page {number} has none: {page.url}")
    if number != int(page.context.get("page", number)):
        raise Drifted(f"page {page.context['page']} was asked, page {number} came: {page.url}")
    if first is not None and until is not None and until - first + 1 != len(rows):
        audit.note(f"hits {first} to {until} are announced, page {number} has {len(rows)} rows")

    documents = [(row, document) for row in rows if (document := _row(row, audit))]
    if not documents:
        raise Drifted(f"none of {len(rows)} rows could be read; {'; '.join(audit.warnings())[:300]}: {page.url}")
    _check_filter([document for _, document in documents], asked, audit)
    findings = tuple(_row_finding(row, document, assignment) for row, document in documents)
    asks = [_record_ask(document) for _, document in documents] if assignment.source.options.get("detail") else []
    following_ask = _next(following, page, number, audit)
    if following_ask:
        asks.append(following_ask)
    complete = following_ask is None and until == total
    if following_ask is None and not complete:
        audit.note(f"the list ends at hit {until} of {total}")
    return Reading(findings, tuple(asks), audit.warnings(), last=complete)


def _compare_question(result: Fields, asked: dict[str, str], audit: Audit) -> None:
    """What the service says that it was asked; parameters that it does not know are ignored without a word."""
    for name in sorted(asked.keys() - _PARAMETERS):
        audit.note(f"the parameter {name!r} is none of the service's and is ignored")
    understood = result.opt_str("@q")
    if understood is not None:
        told = dict(parse_qsl(understood, keep_blank_values=True))
        for name in sorted(name for name in asked.keys() | told.keys() if asked.get(name) != told.get(name)):
            audit.note(f"asked {name}={asked.get(name)!r}, the service says it was {told.get(name)!r}")
    if "@varning" in result and (said := result.opt_str("@varning")):
        audit.note(f"the service warns: {line(said)}")


def _check_filter(documents: list[Document], asked: dict[str, str], audit: Audit) -> None:
    """That the rows are what was asked for.

    Raises:
        Drifted: not one of them is of the type that was asked for.
    """
    wanted = asked.get("doktyp", "").lower()
    if wanted:
        other = [document for document in documents if document.doktyp != wanted]
        if len(other) == len(documents):
            raise Drifted(f"doktyp={wanted} was asked, the rows are {other[0].doktyp!r}: the filter was ignored")
        if other:
            audit.note(f"{len(other)} of {len(documents)} rows are not of doktyp={wanted}")
    first, last = (parse_day(asked.get(name, "")) for name in ("from", "tom"))
    days = [document.day for document in documents if document.day]
    outside = sum(bool((first and day < first) or (last and day > last)) for day in days)
    if outside:
        audit.note(
            f"{outside} of {len(documents)} rows lie outside from={first} tom={last}: the filter was ignored"
        )


def _row(row: Fields, audit: Audit) -> Document | None:
    """A row; None (and a warning) where it has no id. One bad row does not spoil a page."""
    row.ignore(*_UNUSED)
    try:
        return read_document(row, audit)
    except Drifted as exc:
        audit.note(str(exc))
        return None


def _row_finding(row: Fields, document: Document, assignment: Assignment) -> Finding:
    summary, note = row.opt_str("summary"), row.opt_str("notis")
    attached = row.opt_record("filbilaga", nullable=True)
    files = attached.items("fil", sometimes=True) if attached else []
    for file in files:
        file.ignore("typ", "storlek")
    return row_finding(document, assignment.source.archive, summary or note, files)


def _record_ask(document: Document) -> Ask:
    """The record of a row; `systemdatum` is the service's own mark of a change."""
    version = document.changed.isoformat() if document.changed else None
    context = {"version": version} if version else {}
    # Always read: a record may be as it was although its row has a new mark, which must be stored.
    address = record_of(document.dok_id)
    return Ask(
        address, "record", context=context, key=document.dok_id, version=version, always=version is not None
    )


def _next(following: str | None, page: Page, number: int, audit: Audit) -> Ask | None:
    """The next page, over https, if it is one that was not read yet."""
    if following is None:
        return None
    parts, here = urlsplit(following), urlsplit(page.url)
    due = dict(parse_qsl(parts.query)).get("p")
    if parts.hostname != here.hostname or due != str(number + 1):
        audit.note(f"@sida {number}: @nasta_sida leads to {following[:200]!r}; it is not followed")
        return None
    return Ask(urlunsplit(parts._replace(scheme=here.scheme)), "list", context={"page": str(number + 1)})


def _read_record(data: Any, page: Page, assignment: Assignment) -> Reading:
    audit = Audit()
    status = audit.record(data).need_record("dokumentstatus")
    status.ignore(
        "dokintressent",
        "debatt",
        "webbmedia",
        "dokforslag",
        "dokmotforslag",
        "dokumentuppgift",
        "dokutskottsforslag",
    )
    finding = record_finding(status, assignment.source.archive, page.context.get("version"), audit)
    asked = unquote(urlsplit(page.url).path.partition(_RECORD)[2]).removesuffix(".json").removesuffix(".xml")
    if asked and finding.key.lower() != asked.lower():
        raise Drifted(f"{asked} was asked, the record is {finding.key}: {page.url}")
    return Reading((finding,), warnings=audit.warnings(), last=True)


def _with(url: str, changes: dict[str, str]) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | changes
    return urlunsplit(parts._replace(query=urlencode(query)))


def _from_json(page: Page) -> Any:
    try:
        return json.loads(page.body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        raise Drifted(f"not JSON: {exc}: {page.url}") from exc


def _from_xml(page: Page) -> Any:
    """XML in the shape of the JSON: attributes as `@name`, repeated elements as a list, an empty one as null."""
    try:
        # expat bounds the expansion of entities and loads nothing from outside.
        root = ElementTree.fromstring(page.body)  # noqa: S314  # expat limits entity growth; the size is capped
    except ElementTree.ParseError as exc:
        raise Drifted(f"not XML: {exc}: {page.url}") from exc
    return {root.tag: _element(root)}


def _element(element: ElementTree.Element) -> Any:
    found: dict[str, Any] = {f"@{name}": value for name, value in element.attrib.items()}
    for child in element:
        value = _element(child)
        if child.tag not in found:
            found[child.tag] = value
        elif isinstance(found[child.tag], list):
            found[child.tag].append(value)
        else:
            found[child.tag] = [found[child.tag], value]
    return found or element.text
