"""Records of the European Parliament's Open Data API v2 as findings.

What shapes this module:

- Ids are relative (`eli/dl/doc/A-9-2024-0163`, `def/ep-roles/RAPPORTEUR`); their last part is what people use.
- `current_stage` says RDG1 even of acts that are long since in the Official Journal: a stage is read from events.
- Events are not sorted, some have no type, and one entry was a bare id instead of an object.
- A plenary activity lists every document of its day, so only `created_a_realization_of` belongs to a file.
- Persons come as ids. Rapporteurs are linked as holders of an office; authors, signatories, shadows are left out.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from spiders.fields import Audit, Fields, parse_day
from spiders.finding import Finding, Identifier, Kind, Relation, Step
from spiders.identifiers import parse_identifier
from spiders.oeil_pages import procedure_link
from spiders.parliament_vocabulary import ACTIVITIES, COMMITTEES, DOCUMENT_KINDS, PROCEDURE_TYPES, ROLES
from spiders.platform import Drifted
from spiders.sanitise import line, safe_link

BASE = "https://data.europarl.europa.eu/"
_DOCEO = "https://www.europarl.europa.eu/doceo/document/"

_COMMITTEE_PAPER = re.compile(r"[A-Z]{3,4}[0-9]{0,2}-(?:PR|AM|PA|AD|AL|AG)-(\d{3})(\d{3})")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_()-]{2,80}")
_SITTING = re.compile(r"MTG-PL-(\d{4}-\d{2}-\d{2})")
_PROCESS = re.compile(r"(\d{4})-(\d{4})([A-Z]?)")
# Ids without labels: not `eurovoc:`, which is followed by a descriptor.
_SUBJECTS = {
    "eurovoc-id": "is_about",
    "subject-matter": "isAboutSubjectMatter",
    "directory-code": "isAboutDirectoryCode",
}
_LANGUAGES = {"SWE": "sv", "ENG": "en"}
_UNUSED_OF_DOCUMENTS = (
    *("adopts", "parliamentary_term", "based_on", "is_derivative_of", "publisher", "identifierYear"),
    *("epNumberVersion", "originalLanguage", "inverse_foresees_change_of", "inverse_based_on_a_realization_of"),
    *("inverse_decided_on_a_realization_of", "inverse_recorded_in_a_realization_of", "workHadParticipation"),
    *("numbering", "itemNumberBegin", "itemNumberEnd", "foresees_change_of", "title_alternative"),
)


def procedure_finding(fields: Fields, source: str, version: str | None, audit: Audit) -> Finding:
    """A procedure with its events, committees and documents.

    Raises:
        Drifted: there is no id, no title in Swedish or English, or no list of events.
    """
    process = fields.need_str("process_id")
    title = _titles(fields, "process_title")
    kind = _last(fields.opt_str("process_type"))
    label = fields.opt_str("label")
    if kind and kind not in PROCEDURE_TYPES:
        audit.note(f"unknown procedure type {kind!r}")
    procedure = parse_identifier(label or "") or _procedure(process, kind)
    if procedure is None or procedure.scheme != "procedure":
        raise Drifted(f"{fields.where('process_id')}: expected a procedure, got {process[:40]!r}")
    # The stage is RDG1 in every recorded procedure, whatever has become of it.
    fields.ignore("id", "type", "current_stage", "identifierYear")
    steps = [*_events(fields, "consists_of", "", audit), *_events(fields, "was_scheduled_in", "foreseen/", audit)]
    bodies, people = _participants(fields, audit)
    documents = _uris(fields, "created_a_realization_of", audit, sometimes=True)
    return Finding(
        source=source,
        key=procedure.value,
        url=procedure_link(procedure.value),
        kind=Kind.PROCEDURE,
        title=title,
        language=_language(title),
        published=min((step.date for step in steps if not step.code.startswith("ep:foreseen")), default=None),
        identifiers=_once([procedure, *(name for one in documents if (name := document_name(_last(one) or "")))]),
        steps=tuple(sorted(set(steps))),
        bodies=bodies or None,
        attachments=people or None,
        version=version or "read",
    )


def document_finding(fields: Fields, source: str, version: str | None, audit: Audit) -> Finding:
    """A document: report, adopted text, opinion, motion. Its text stays with the Parliament.

    Raises:
        Drifted: there is no identifier or no title in Swedish or English.
    """
    identifier = fields.need_str("identifier")
    if not _IDENTIFIER.fullmatch(identifier):
        raise Drifted(f"{fields.where('identifier')}: expected an identifier, got {identifier[:40]!r}")
    title = _titles(fields, "title_dcterms")
    sort = _last(fields.opt_str("work_type"))
    if sort and sort not in DOCUMENT_KINDS:
        audit.note(f"unknown document type {sort!r}")
    day = fields.opt_date("document_date")
    fields.ignore("id", "type", *_UNUSED_OF_DOCUMENTS)
    # Joint motions have no label; committee papers are known by their PE number.
    own = [
        document_name(text)
        for key in ("label", "notation_publicRegister", "epNumber")
        if (text := fields.opt_str(key, sometimes=True) if key in fields else None)
    ]
    own.insert(0, document_name(identifier))
    processes = [
        _procedure(_last(one) or "", None) for one in _uris(fields, "inverse_created_a_realization_of", audit)
    ]
    procedures = [one for one in processes if one is not None]
    if len(procedures) > 1:
        procedures = [Identifier(one.scheme, one.value, Relation.PACKAGE) for one in procedures]
    creators = (_last(one) or "" for one in _uris(fields, "creator", audit) if one.startswith("org/"))
    return Finding(
        source=source,
        key=identifier,
        url=f"{_DOCEO}{identifier}_SV.html",
        kind=DOCUMENT_KINDS.get(sort or "", Kind.OTHER),
        title=title,
        language=_language(title),
        published=day,
        identifiers=_once([*(Identifier(one.scheme, one.value) for one in own if one), *procedures]),
        subjects=tuple(
            f"{scheme}:{_last(one)}"
            for scheme, key in _SUBJECTS.items()
            for one in _uris(fields, key, audit, sometimes=True)
        ),
        bodies=tuple(dict.fromkeys(_committee(code) for code in creators)) or None,
        attachments=tuple(_files(fields.take("is_realized_by"), audit)) or None,
        version=version or "read",
    )


def meeting_finding(fields: Fields, key: str, source: str) -> Finding | None:
    """A day of the plenary; None for parts of it and other meetings.

    The day is in the id: the dates of API v1 are midnights in Brussels written in UTC, the evening before.

    Raises:
        Drifted: it has no label in Swedish or English.
    """
    match = _SITTING.fullmatch(key)
    day = parse_day(match[1]) if match else None
    if day is None:
        return None
    titles = _titles(fields, "activity_label")
    words = {"sv": "Europaparlamentets plenarsammanträde", "en": "European Parliament plenary sitting"}
    return Finding(
        source=source,
        key=key,
        url=f"https://www.europarl.europa.eu/plenary/sv/agendas.html?date={day.isoformat()}",
        kind=Kind.EVENT,
        title={code: f"{words[code]}: {title}" for code, title in titles.items()},
        language=_language(titles),
        published=None,
        identifiers=(),
        steps=(Step(day, "ep:PLENARY_SITTING"),),
    )


def procedures_of(finding: Finding) -> tuple[str, ...]:
    """The process ids (`2024-2006`) that a document belongs to."""
    return tuple(
        name.value.replace("/", "-")[:9]
        for name in finding.identifiers or ()
        if name.scheme == "procedure" and name.relation in (Relation.SUBJECT, Relation.PACKAGE)
    )


def read_vocabulary(fields: Fields, audit: Audit) -> None:
    """Compare a controlled vocabulary with what we know of it; new terms are warned of.

    Raises:
        Drifted: it has no name or no terms.
    """
    name = fields.need_str("identifier")
    terms = fields.take("inverse_inScheme")
    if not isinstance(terms, list) or not terms:
        raise Drifted(f"{fields.where('inverse_inScheme')}: expected terms, got none")
    codes = {term.get("identifier") for term in terms if isinstance(term, Mapping)} - {None}
    if not codes:
        raise Drifted(f"{fields.where('inverse_inScheme')}[].identifier: expected codes, got none")
    audit.note(f"vocabulary {name}: {len(codes)} terms, no documents")
    known = {"ep-document-types": DOCUMENT_KINDS.keys(), "ep-procedure-types": PROCEDURE_TYPES}.get(name)
    for code in sorted(known - codes) if known is not None else ():
        audit.note(f"vocabulary {name} has no term {code!r} any more")


def document_name(text: str) -> Identifier | None:
    """`A-10-2026-0070`, `A9-0163/2024`, `INTA-PR-779298` (PE779.298) as a mention; None for parts and minutes."""
    paper = _COMMITTEE_PAPER.fullmatch(text)
    name = parse_identifier(f"PE{paper[1]}.{paper[2]}" if paper else text)
    if name is None or name.scheme != "ep" or "-AM-" in text:
        return None
    return Identifier(name.scheme, name.value, Relation.MENTION)


def _events(fields: Fields, key: str, prefix: str, audit: Audit) -> Iterable[Step]:
    if key not in fields and prefix:
        return  # nothing is scheduled
    value = fields.take(key)
    if not prefix and not isinstance(value, list):
        raise Drifted(f"{fields.where(key)}: expected a list of events")
    # A bare id stood among the objects once; it says nothing of the event.
    objects = [one for one in value or () if not isinstance(one, str)] if isinstance(value, list) else []
    if value is not None and not isinstance(value, list):
        audit.note(f"field {key}: expected a list, got {type(value).__name__}")
    for event in audit.records(objects, fields.where(key)):
        day = event.opt_date("activity_date")
        sort = _last(event.opt_str("had_activity_type", sometimes=True))
        general = event.opt_str("type")
        event.ignore(
            *("id", "activity_id", "occured_at_stage", "notation_agendaPoint", "documented_by_a_realization_of"),
            *("based_on_a_realization_of", "recorded_in_a_realization_of", "decided_on_a_realization_of"),
        )
        if sort and sort not in ACTIVITIES:
            audit.note(f"unknown activity {sort!r}")
        if day:
            yield Step(day, f"ep:{prefix}{sort or (general or 'unknown').upper()}")


def _participants(fields: Fields, audit: Audit) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Committees in their role, the responsible ones first; rapporteurs as links to their pages."""
    bodies: list[tuple[int, str]] = []
    people: list[tuple[str, str]] = []
    # A resolution without a committee has no such key.
    for one in fields.items("had_participation") if "had_participation" in fields else ():
        role = _last(one.opt_str("participation_role")) or ""
        organisations = one.strings("had_participant_organization", sometimes=True)
        persons = one.strings("had_participant_person", sometimes=True)
        group = _last(one.opt_str("politicalGroup", sometimes=True))
        committee = _last(one.opt_str("participation_in_name_of", sometimes=True))
        one.ignore("id", "type", "activity_date", "occured_at_stage", "parliamentary_term", "precedenceOrder")
        if role not in ROLES:
            audit.note(f"unknown role {role!r}")
        named = ROLES.get(role, role)
        for organisation in organisations:
            bodies.append((role != "COMMITTEE_LEAD", f"{_committee(_last(organisation) or '')} ({named})"))
        for person in persons if named and role.startswith("RAPPORTEUR") else ():
            number = _last(person) or ""
            if number.isdigit():
                who = ", ".join(part for part in (committee, group) if part)
                people.append((f"{named} ({who})", f"https://www.europarl.europa.eu/meps/sv/{number}"))
    return tuple(dict.fromkeys(body for _, body in sorted(bodies))), tuple(dict.fromkeys(people))


def _files(value: Any, audit: Audit) -> Iterable[tuple[str, str]]:
    """The PDF in Swedish, else in English."""
    found: dict[str, tuple[str, str]] = {}
    for expression in value if isinstance(value, list) else ():
        if not isinstance(expression, Mapping):
            continue
        code = _LANGUAGES.get(_last(str(expression.get("language", ""))) or "")
        forms = expression.get("is_embodied_by")
        for form in forms if code and isinstance(forms, list) else ():
            address = form.get("is_exemplified_by") if isinstance(form, Mapping) else None
            if isinstance(address, str) and address.endswith(".pdf") and (link := safe_link(address, BASE)):
                found[str(code)] = (f"PDF ({code})", link)
    if not found:
        audit.note("is_realized_by: no PDF in Swedish or English")
    best = found.get("sv") or found.get("en")
    return [best] if best else []


def _titles(fields: Fields, key: str) -> dict[str, str]:
    value = fields.take(key)
    if not isinstance(value, Mapping):
        raise Drifted(f"{fields.where(key)}: expected titles by language, got {type(value).__name__}")
    titles = {code: line(value[code]) for code in ("sv", "en") if isinstance(value.get(code), str)}
    titles = {code: title for code, title in titles.items() if title}
    if not titles:
        raise Drifted(f"{fields.where(key)}: no title in Swedish or English")
    return titles


def _procedure(process: str, kind: str | None) -> Identifier | None:
    match = _PROCESS.fullmatch(process)
    if match is None:
        return None
    return Identifier("procedure", f"{match[1]}/{match[2]}{match[3]}" + (f"({kind})" if kind else ""))


def _committee(code: str) -> str:
    return f"{code} {COMMITTEES[code]}" if code in COMMITTEES else code


def _uris(fields: Fields, key: str, audit: Audit, *, sometimes: bool = False) -> tuple[str, ...]:
    """Ids with a path (`org/AFCO`); what is none is left out and said."""
    values = fields.strings(key, sometimes=sometimes)
    for value in values:
        if "/" not in value:
            audit.note(f"field {key}: expected an id with a path, got {value[:40]!r}")
    return tuple(value for value in values if "/" in value)


def _last(uri: str | None) -> str | None:
    return uri.rpartition("/")[2] if uri else None


def _language(title: Mapping[str, str]) -> str:
    return "sv" if "sv" in title else "en"


def _once(names: Iterable[Identifier]) -> tuple[Identifier, ...]:
    first: dict[tuple[str, str], Identifier] = {}
    for name in names:
        first.setdefault((name.scheme, name.value), name)
    return tuple(first.values())
