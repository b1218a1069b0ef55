"""Answers of the SPARQL endpoint as rows, and rows as findings.

What shapes this module:

- An unbound optional column is an absent key; a column that no row has is warned of.
- A document comes once for each of its types and dossiers: rows are merged by CELEX number.
- Errors and refusals come as text or HTML with status 200.
- Documents and flags have sentinel dates (1001-01-01, 9999-12-31) and `1` or `true` for yes.
- Titles in Swedish, EuroVoc descriptors and procedures may come later than the document.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import unquote

from spiders.cellar_vocabulary import BODIES, CELEX, KINDS, is_corrigendum, kind_of_celex, page_of
from spiders.fields import SENTINELS, Audit, Fields
from spiders.finding import Finding, Identifier, Kind, Relation, Step
from spiders.identifiers import find_identifiers, parse_identifier
from spiders.joins import celex_of, com_of
from spiders.markup import json_of
from spiders.oeil_pages import procedure_link
from spiders.platform import Drifted, Failed, Page
from spiders.sanitise import line

_NUMBER = re.compile(r"[a-z_]{2,12}:[A-Za-z0-9_()%./-]{3,80}")
_TITLES = {"sv": "title_sv", "en": "title_en"}
_LATER = {"in_force": "cellar:entry-into-force", "transposition": "cellar:transposition"}
"""Columns of an act that give days of its own future, with the code of the step."""


def rows_of(page: Page, due: Sequence[str], audit: Audit) -> list[Fields]:
    """The rows of a result, each with the plain values of its bound columns.

    Args:
        page: an answer in the form of SPARQL results in JSON.
        due: the columns that the query selects.
        audit: where surplus columns are noted.

    Raises:
        Failed: the endpoint says in words that it could not.
        Drifted: another form; a column that the query selects is not announced; no column is known.
    """
    try:
        answer = json_of(page)
    except Drifted as exc:
        said = " ".join(page.body[:600].decode("utf-8", errors="replace").split())
        if "virtuoso" in said.lower() or "estimated to be too expensive" in said:
            raise Failed(f"the endpoint says: {line(said, 300)}: {page.url}") from exc
        raise Drifted(f"expected SPARQL results in JSON, got {said[:120]!r}: {page.url}") from exc
    whole = audit.record(answer)
    head = whole.need_record("head")
    head.ignore("link")
    announced = head.strings("vars", alone=False)
    missing = [name for name in due if name not in announced]
    if missing:
        told = ", ".join(announced) or "nothing"
        raise Drifted(f"head.vars: {', '.join(missing)} expected, the answer has {told}: {page.url}")
    for name in announced:
        if name not in due:
            audit.note(f"unexpected column {name}")
    results = whole.need_record("results")
    results.ignore("distinct", "ordered")
    bindings = results.need_items("bindings")
    return [Fields(_values(binding, announced), "row", audit) for binding in bindings]


def _values(binding: Fields, announced: Iterable[str]) -> dict[str, Any]:
    values = {}
    for name in announced:
        if name not in binding:
            continue
        cell = binding.need_record(name)
        cell.ignore("type", "datatype", "xml:lang")
        values[name] = cell.take("value")
        if not isinstance(values[name], str):
            raise Drifted(f"{cell.where('value')}: expected text, got {type(values[name]).__name__}")
    return values


@dataclass(frozen=True, slots=True)
class Document:
    """A document as its rows say together."""

    key: str
    day: date | None
    types: tuple[str, ...]
    titles: Mapping[str, str]
    procedures: tuple[str, ...] = field(default=())
    later: tuple[Step, ...] = field(default=())
    """Of an act: in force, national law. Parts of an act may enter into force on several days."""

    @property
    def kind(self) -> Kind:
        """By the first type that is known, else by the CELEX number."""
        return next((KINDS[one] for one in self.types if one in KINDS), kind_of_celex(self.key))

    @property
    def code(self) -> str:
        """The code of the step that the document is."""
        return f"cellar:{self.types[0] if self.types else 'document'}"


def documents(rows: Iterable[Fields], key: str, audit: Audit, due: Sequence[str] = ()) -> dict[str, Document]:
    """The documents of a list by key, in its order; corrigenda belong to their base and go.

    Args:
        rows: as `rows_of` gives them.
        key: the column that names a document, `celex` or `id`.
        audit: where what is missing or odd is noted.
        due: the columns that the query selects.

    Raises:
        Drifted: there are rows, and not one could be read.
    """
    found: dict[str, Document] = {}
    count = 0
    for row in rows:
        count += 1
        try:
            name = row.need_str(key)
        except Drifted as exc:
            audit.note(str(exc))
            continue
        if not (CELEX if key == "celex" else _NUMBER).fullmatch(name):
            audit.note(f"row.{key}: expected a number of a document, got {name[:40]!r}")
            continue
        row.ignore("work")
        day = _day(row, "date", audit)
        titles = {
            code: title for code, column in _TITLES.items() if (title := line(row.opt_str(column, sometimes=True)))
        }
        sort = _last(row.opt_str("type")) if "type" in row or key == "celex" else None
        if sort and sort not in KINDS:
            audit.note(f"unknown resource type {sort!r}")
        procedure = row.opt_str("procedure", sometimes=True) if "procedure" in due else None
        if is_corrigendum(name):
            continue
        known = found.get(name, Document(name, None, (), {}))
        found[name] = Document(
            key=name,
            day=known.day or day,
            types=tuple(dict.fromkeys((*known.types, *([sort] if sort else [])))),
            titles={**titles, **known.titles},
            procedures=tuple(dict.fromkeys((*known.procedures, *([procedure] if procedure else [])))),
            later=tuple(sorted({*known.later, *_later(row, sort, due, audit)})),
        )
    if count and not found and audit.warnings():
        raise Drifted(f"none of {count} rows could be read; {'; '.join(audit.warnings())[:300]}")
    return found


def document_finding(document: Document, source: str, audit: Audit) -> Finding:
    """A document as a finding: proposal, communication, opinion, act."""
    celex = document.key
    own = Identifier("celex", celex)
    com = com_of(celex)
    procedures = [name for one in document.procedures if (name := _procedure(one, audit))]
    if len(procedures) > 1:
        procedures = [replace(name, relation=Relation.PACKAGE) for name in procedures]
    title = dict(document.titles)
    if not title:
        audit.note("documents without a title in Swedish or English are shown by their number")
        title = {"en": com.value if com else celex}
    return Finding(
        source=source,
        key=celex,
        url=page_of(celex),
        kind=document.kind,
        title={language: title[language] for language in ("sv", "en") if language in title},
        language="sv" if "sv" in title else "en",
        # The day on the document: of an act its signature, weeks before the Official Journal.
        published=document.day,
        identifiers=_once([own, *([com] if com else []), *procedures, *_named(celex, title.values())]),
        steps=(Step(document.day, document.code), *document.later) if document.day else document.later or None,
        bodies=tuple(dict.fromkeys(BODIES[one] for one in document.types if one in BODIES)) or None,
    )


def named_finding(document: Document, source: str, kind: Kind, audit: Audit) -> Finding | None:
    """A document known by another number: the Council's (`consil:ST_…`) or an initiative's (`pi_com:Ares(…)`).

    None where it has no title: it could only be shown by its number.
    """
    number = unquote(document.key.partition(":")[2])
    own = parse_identifier(number.replace("_", " ", 1).replace("_", "/", 1).replace("_", " "))
    if own is None:
        audit.note(f"unknown form of number {document.key[:60]!r}")
    if not document.titles:
        audit.note("documents without a title were left out")
        return None
    return Finding(
        source=source,
        key=own.value if own else number,
        url=f"https://eur-lex.europa.eu/legal-content/SV/TXT/?uri={document.key.replace(':', '%3A')}",
        kind=kind,
        title=document.titles,
        language="sv" if "sv" in document.titles else "en",
        published=document.day,
        identifiers=_once([*([own] if own else []), *_cited(document.titles.values())]),
    )


def descriptors(rows: Iterable[Fields], audit: Audit) -> dict[str, tuple[str, ...]]:
    """EuroVoc descriptors by CELEX number, as subjects `eurovoc:<descriptor in English>`."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        row.ignore("l")
        work, concept = row.need_str("u"), row.need_str("concept")
        label = line(row.opt_str("label", sometimes=True)).replace(":", " –")
        subject = f"eurovoc:{label}" if label else f"eurovoc-id:{_last(concept)}"
        if not label:
            audit.note("descriptors without a label are kept by their number")
        found.setdefault(_last(work) or "", {})[subject] = None
    return {celex: tuple(subjects) for celex, subjects in found.items()}


def dossier_finding(rows: Sequence[Fields], procedure: Identifier, source: str, audit: Audit) -> Finding:
    """A procedure with all its documents.

    Raises:
        Drifted: no document of it could be read.
    """
    titles: dict[str, str] = {}
    flags: dict[str, bool] = {}
    for row in rows:
        row.ignore("dossier")
        for code in ("sv", "en"):
            if named := line(row.opt_str(f"dossier_title_{code}", sometimes=True)):
                titles.setdefault(code, named)
        for name in ("adopted", "pending", "withdrawn"):
            flag = row.opt_str(name, sometimes=True)
            if flag is not None:
                flags[name] = flags.get(name, False) or flag in ("1", "true")
                if flag not in ("0", "1", "true", "false"):
                    audit.note(f"unknown flag {name} {flag[:20]!r}")
    members = documents(rows, "celex", audit)
    if not members:
        raise Drifted("dossier: none of its documents could be read")
    proposal = next((one for one in members.values() if one.kind is Kind.PROPOSAL), None)
    title = titles or dict((proposal or next(iter(members.values()))).titles) or {"en": procedure.value}
    status = [name for name, is_so in flags.items() if is_so]
    names = [procedure]
    for member in members.values():
        about = member.kind in (Kind.PROPOSAL, Kind.ACT)
        relation = Relation.SUBJECT if about else Relation.MENTION
        com = com_of(member.key)
        names += [Identifier("celex", member.key, relation)]
        names += [replace(com, relation=relation)] if com else []
    steps = [Step(one.day, one.code) for one in members.values() if one.day]
    return Finding(
        source=source,
        key=procedure.value,
        url=procedure_link(procedure.value),
        kind=Kind.PROCEDURE,
        title=title,
        language="sv" if "sv" in title else "en",
        published=min((step.date for step in steps), default=None),
        summary={"en": f"Status: {', '.join(status)}"} if status else {},
        identifiers=_once(names),
        steps=tuple(sorted(set(steps))),
        attachments=tuple(
            (next(iter(one.titles.values()), one.key), page_of(one.key)) for one in members.values()
        ),
    )


def event_steps(rows: Iterable[Fields], audit: Audit) -> tuple[Step, ...]:
    """Dated events of a procedure; events without a day are counted in one warning."""
    steps = []
    undated = 0
    for row in rows:
        row.ignore("evt")
        sort = _last(row.opt_str("evtType", sometimes=True))
        day = _day(row, "date", audit) if "date" in row else None
        if day is None:
            undated += 1
        else:
            steps.append(Step(day, f"cellar:event/{sort or 'unknown'}"))
    if undated:
        audit.note(f"{undated} events without a day (?date)")
    return tuple(sorted(set(steps)))


def _later(row: Fields, sort: str | None, due: Sequence[str], audit: Audit) -> Iterable[Step]:
    for column, code in _LATER.items():
        if column in row and (day := _day(row, column, audit)):
            yield Step(day, code)
        elif column in due and column not in row and (column == "in_force" or sort == "DIR"):
            # Only a directive becomes national law.
            audit.note(f"an act of type {sort} without a day in row.{column}")


def _day(row: Fields, key: str, audit: Audit) -> date | None:
    """`2026-11-09`, also with a zone (`2026-11-09Z`); a sentinel is none."""
    text = row.opt_str(key, sometimes=True)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        audit.note(f"row.{key}: expected a date, got {text[:40]!r}")
        return None
    return None if day in SENTINELS else day


def _procedure(reference: str, audit: Audit) -> Identifier | None:
    """`2025/0260/COD` as `2025/0260(COD)`."""
    name = parse_identifier(reference)
    if name is None or name.scheme != "procedure":
        audit.note(f"row.procedure: expected a procedure, got {reference[:40]!r}")
        return None
    return name


def _cited(titles: Iterable[str]) -> list[Identifier]:
    return [hit.identifier for title in titles for hit in find_identifiers(title)]


def _named(celex: str, titles: Iterable[str]) -> list[Identifier]:
    """What titles name: an act's own number, which people use rather than its CELEX, and other files."""
    return [
        replace(name, relation=Relation.SUBJECT) if name.scheme == "act" and celex in celex_of(name) else name
        for name in _cited(titles)
    ]


def _once(names: Iterable[Identifier]) -> tuple[Identifier, ...]:
    first: dict[tuple[str, str], Identifier] = {}
    for name in names:
        first.setdefault((name.scheme, name.value), name)
    return tuple(first.values())


def _last(uri: str | None) -> str | None:
    return uri.rpartition("/")[2] if uri else None
