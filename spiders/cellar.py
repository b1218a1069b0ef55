"""CELLAR, the Publications Office's store: proposals, communications, opinions and acts with Swedish titles.

What shapes this module:

- A list is a declared SPARQL query over a window of days; a page of exactly `LIMIT` rows is followed by another.
- EuroVoc descriptors come later than documents. What has none yet is asked for again at every scan while the
  window holds it; the mark that it has them is its version.
- Texts are asked for in Swedish, then in English; fresh documents answer 404 for days, missing formats 406.
- EUR-Lex itself stands behind a bot wall: its pages are links for people, never requests.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from config.errors import ConfigError
from config.sources import Source
from spiders.cellar_notifications import PATH, first_page, read_log
from spiders.cellar_queries import LIMIT, LISTS, columns, form, query
from spiders.cellar_rows import (
    Document,
    descriptors,
    document_finding,
    documents,
    dossier_finding,
    event_steps,
    named_finding,
    rows_of,
)
from spiders.cellar_texts import address_of_resource, carried, marked, marks, read_text, text_ask
from spiders.cellar_vocabulary import CELEX, is_corrigendum
from spiders.fields import Audit
from spiders.finding import Finding, Identifier, Kind, Step
from spiders.identifiers import parse_identifier
from spiders.oeil_pages import procedure_link
from spiders.platform import Ask, Assignment, Drifted, Empty, Form, Page, Platform, Reading

ZONE = ZoneInfo("Europe/Brussels")
HOST = "publications.europa.eu"
ENDPOINT = "/webapi/rdf/sparql"
BATCH = 15
"""Works in one question about descriptors."""
MOST_PAGES = 20
"""Pages of a list after which it is given up."""

_KEYS = {"council": ("id", Kind.EU_DOCUMENT), "initiatives": ("id", Kind.INITIATIVE)}
_OPTIONS = {"query": str, "window_days": int, "texts": bool, "dossiers": bool, "census": bool, "follow": list}


class Cellar(Platform):
    """Lists by SPARQL, descriptors, dossiers, texts.

    Options: `query` (which list), `window_days` (how far back; default by query), `texts` (the text of each new
    document), `dossiers` (the dossier of each procedure in the list), `census` (compare with the wider net),
    `follow` (procedures whose dossier is read at every scan).
    """

    name: ClassVar[str] = "cellar"
    parser: ClassVar[str] = "cellar/2"
    follows: ClassVar[bool] = True

    def check(self, source: Source) -> None:
        """The endpoint's address and a declared query, or the address of the log."""
        parts = urlsplit(source.url)
        if parts.hostname == HOST and parts.path == PATH:
            if "startDate={start}" not in source.url or source.options:
                raise ConfigError(f"source {source.id}: the log needs startDate={{start}} and has no options")
            return
        if parts.hostname != HOST or parts.path != ENDPOINT or parts.query:
            raise ConfigError(f"source {source.id}: url: expected https://{HOST}{ENDPOINT}, got {source.url}")
        for option, value in source.options.items():
            if option not in _OPTIONS:
                raise ConfigError(
                    f"source {source.id}: unknown option {option!r}; cellar has {', '.join(_OPTIONS)}"
                )
            if type(value) is not _OPTIONS[option]:
                raise ConfigError(f"source {source.id}: {option}: got {value!r}")
        if source.options.get("query") not in LISTS:
            known = ", ".join(LISTS)
            raise ConfigError(
                f"source {source.id}: query: expected one of {known}, got {source.options.get('query')!r}"
            )
        if not 1 <= source.options.get("window_days", 1) <= 400:
            raise ConfigError(f"source {source.id}: window_days: expected 1 to 400 days")
        for reference in source.options.get("follow", ()):
            if _procedure(reference) is None:
                raise ConfigError(f"source {source.id}: follow: expected procedures, got {reference!r}")

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The log of a day; or the list of the window, dossiers that are followed, what is to be read again."""
        source = assignment.source
        if urlsplit(source.url).path == PATH:
            yield first_page(source.url, assignment.now.astimezone(ZONE) - timedelta(days=1))
            return
        yield _list_ask(source, _since(assignment), 0, "")
        for key in (*source.options.get("follow", ()), *assignment.reread):
            procedure = _procedure(key)
            if procedure is not None:
                yield _dossier_ask(source, procedure, None)
            elif CELEX.fullmatch(key):
                yield text_ask(source, key, 0, {})

    def expects(self, reader: str) -> Form:  # noqa: ARG002  # errors come as text, and texts in several forms
        """Anything: the readers sniff."""
        return "any"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """A page of a list, an answer about one procedure or some works, or a document."""
        if page.reader in _ALONE:
            return _ALONE[page.reader](page)
        return _READERS.get(page.reader, _read_list)(page, assignment)

    def route(self, url: str) -> Ask | None:
        """The endpoint (by POST), documents and the log; archives never."""
        parts = urlsplit(url)
        if parts.hostname != HOST:
            return None
        if parts.path == ENDPOINT and not parts.query:
            return Ask(url, "list", method="POST")
        if parts.path == PATH:
            return Ask(url, "log")
        if address_of_resource(url) and not parts.fragment:
            return Ask(url, "text", tolerated=(300, 404, 406))
        return None


# --- Lists


def _since(assignment: Assignment) -> date:
    options = assignment.source.options
    days = int(options.get("window_days", LISTS.get(str(options.get("query")), 28)))
    since = assignment.now.astimezone(ZONE).date() - timedelta(days=days)
    return min(since, date.fromisoformat(assignment.since[:10])) if assignment.since else since


def _sparql(source: Source, text: str, reader: str, context: Mapping[str, str]) -> Ask:
    headers = {
        "Accept": "application/sparql-results+json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return Ask(source.url, reader, method="POST", headers=headers, body=form(text), context=context)


def _list_ask(source: Source, since: date, offset: int, seen: str) -> Ask:
    name = str(source.options.get("query", "proposals"))
    text = query(name, since=since.isoformat(), offset=str(offset))
    context = {"query": name, "since": since.isoformat(), "offset": str(offset), "seen": seen}
    return _sparql(source, text, "list", context)


def _read_list(page: Page, assignment: Assignment) -> Reading:
    """One page of a list. Without a context (a recorded answer) it is read as a list of proposals."""
    audit = Audit()
    name = page.context.get("query", "proposals")
    offset = int(page.context.get("offset", "0"))
    rows = rows_of(page, columns(name), audit)
    if not rows and not offset:
        raise Empty(f"no rows: {page.url}")
    key, kind = _KEYS.get(name, ("celex", None))
    found = documents(rows, key, audit, columns(name))
    source = assignment.source
    findings = [
        finding
        for document in found.values()
        if (
            finding := named_finding(document, source.archive, kind, audit)
            if kind
            else document_finding(document, source.archive, audit)
        )
    ]
    seen = [*page.context.get("seen", "").split(), *found]
    asks: list[Ask] = []
    if kind is None and page.context:
        asks += _late_asks(assignment, found, findings)
    last = len(rows) < LIMIT
    if not last:
        if offset // LIMIT + 1 >= MOST_PAGES:
            raise Drifted(f"{MOST_PAGES} pages of {LIMIT} rows and no end: {page.url}")
        since = date.fromisoformat(page.context.get("since", _since(assignment).isoformat()))
        asks.append(_list_ask(source, since, offset + LIMIT, " ".join(seen)))
    elif name == "proposals" and source.options.get("census") and page.context:
        text = query("census", since=page.context["since"])
        asks.append(replace(_sparql(source, text, "census", {"seen": " ".join(seen)}), otherwise=()))
    return Reading(tuple(findings), tuple(asks), audit.warnings(), last=last)


def _late_asks(
    assignment: Assignment, found: Mapping[str, Document], findings: Iterable[Finding]
) -> Iterator[Ask]:
    """Descriptors, texts and dossiers of what has none yet."""
    source = assignment.source
    shown = {finding.key: finding for finding in findings}
    untagged = [celex for celex in found if "eurovoc" not in marks(assignment, celex)]
    for start in range(0, len(untagged), BATCH):
        batch = untagged[start : start + BATCH]
        works = " ".join(f"<http://{HOST}/resource/celex/{celex}>" for celex in batch)
        context = {"works": json.dumps({celex: carried(shown[celex]) for celex in batch}, ensure_ascii=False)}
        yield replace(_sparql(source, query("eurovoc", works=works), "eurovoc", context), otherwise=())
    if source.options.get("texts"):
        for celex in found:
            if "text" not in marks(assignment, celex):
                yield text_ask(source, celex, 0, carried(shown[celex]))
    if source.options.get("dossiers"):
        members: dict[str, list[str]] = {}
        for document in found.values():
            for reference in document.procedures:
                members.setdefault(reference, []).append(document.key)
        for reference, keys in members.items():
            procedure = _procedure(reference)
            if procedure is not None:
                mark = hashlib.sha256(" ".join(sorted(keys)).encode()).hexdigest()[:16]
                yield _dossier_ask(source, procedure, mark)


def _read_descriptors(page: Page, assignment: Assignment) -> Reading:
    audit = Audit()
    tagged = descriptors(rows_of(page, columns("eurovoc"), audit), audit)
    works = json.loads(page.context.get("works", "{}"))
    findings = []
    for celex, subjects in tagged.items():
        if celex not in works:
            audit.note(f"descriptors of a work that was not asked for: {celex[:40]}")
            continue
        row = works[celex]
        document = Document(celex, None, (), {row["title_language"]: row["title"]})
        finding = document_finding(document, assignment.source.archive, audit)
        findings.append(
            replace(
                finding,
                kind=Kind(row["kind"]),
                identifiers=None,
                subjects=subjects,
                version=marked(assignment, celex, "eurovoc"),
            )
        )
    return Reading(tuple(findings), warnings=audit.warnings())


def _read_census(page: Page) -> Reading:
    """Warn of what the wider net holds and the list does not."""
    audit = Audit()
    rows = rows_of(page, columns("census"), audit)
    if len(rows) >= LIMIT:
        audit.note(f"the wider net is cut off at {LIMIT} rows")
    held = {celex for row in rows if not is_corrigendum(celex := row.need_str("celex"))}
    if not held:
        audit.note("the wider net holds nothing: a code in it may be unknown to the service")
    missing = sorted(held - set(page.context.get("seen", "").split()))
    if missing:
        some = ", ".join(missing[:10])
        audit.note(f"{len(missing)} of {len(held)} documents of the wider net are not in the list: {some}")
    return Reading(warnings=audit.warnings())


# --- Dossiers


def _dossier_ask(source: Source, procedure: Identifier, version: str | None) -> Ask:
    text = query("dossier", procedure=_reference(procedure))
    context = {"procedure": procedure.value} | ({"version": version} if version else {})
    return replace(_sparql(source, text, "dossier", context), key=procedure.value, version=version)


def _read_dossier(page: Page, assignment: Assignment) -> Reading:
    audit = Audit()
    rows = rows_of(page, columns("dossier"), audit)
    procedure = _procedure(page.context.get("procedure", ""))
    if procedure is None or not rows:
        return Reading(warnings=(f"no dossier of {page.context.get('procedure', '?')}: {page.url}",))
    if len(rows) >= LIMIT:
        audit.note(f"the dossier of {procedure.value} is cut off at {LIMIT} rows")
    finding = dossier_finding(rows, procedure, assignment.source.archive, audit)
    context = {
        "procedure": procedure.value,
        "version": page.context.get("version", "read"),
        "steps": json.dumps([[step.date.isoformat(), step.code] for step in finding.steps or ()]),
        **carried(finding),
    }
    text = query("events", procedure=_reference(procedure))
    events = replace(_sparql(assignment.source, text, "events", context), key=procedure.value, otherwise=())
    return Reading((finding,), (events,), audit.warnings())


def _read_events(page: Page, assignment: Assignment) -> Reading:
    """The steps of a procedure: its documents, which come along in `context`, and its events."""
    audit = Audit()
    events = event_steps(rows_of(page, columns("events"), audit), audit)
    procedure = page.context.get("procedure", "")
    if not procedure:
        return Reading(warnings=audit.warnings())
    documents = [Step(date.fromisoformat(day), code) for day, code in json.loads(page.context.get("steps", "[]"))]
    language = page.context.get("title_language", "en")
    finding = Finding(
        source=assignment.source.archive,
        key=procedure,
        url=procedure_link(procedure),
        kind=Kind.PROCEDURE,
        title={language: page.context.get("title", procedure)},
        language=language,
        steps=tuple(sorted({*documents, *events})),
        # Only now the procedure is read whole: a version on its documents alone would take the events away.
        version=page.context.get("version"),
    )
    return Reading((finding,), warnings=audit.warnings())


def _procedure(reference: object) -> Identifier | None:
    found = parse_identifier(reference) if isinstance(reference, str) else None
    return found if found is not None and found.scheme == "procedure" else None


def _reference(procedure: Identifier) -> str:
    """`2025/0260(COD)` as it is written here: `2025/0260/COD`, without the letter of a split file."""
    return re.sub(r"^(\d{4}/\d{4})[A-Z]?(?:\(([A-Z]{3})\))?$", r"\1/\2", procedure.value).rstrip("/")


_ALONE = {"census": _read_census, "log": read_log}
_READERS = {"eurovoc": _read_descriptors, "dossier": _read_dossier, "events": _read_events, "text": read_text}
