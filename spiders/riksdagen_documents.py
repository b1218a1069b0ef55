"""A document of the Riksdag: from a list row or a `dokumentstatus` record to what it is about and its dates.

Every value of the service is a string; a block is an object, a list, null or absent. An EU document is the best
single record of a file in Swedish: it joins the COM number, the procedure and the government's memo, and says
until when the Riksdag may object on grounds of subsidiarity.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from spiders.fields import Audit, Fields
from spiders.finding import (
    NOTHING,
    Certainty,
    Finding,
    Identifier,
    Kind,
    Relation,
    Step,
    Window,
    WindowKind,
)
from spiders.identifiers import find_identifiers, parse_identifier
from spiders.memos import memo_identifiers
from spiders.sanitise import TEXT, line, plain, safe_link


def words(text: str) -> frozenset[str]:
    """The words of `text`: long lists of field names read better as lines."""
    return frozenset(text.split())


ZONE = ZoneInfo("Europe/Stockholm")
HOST = "https://data.riksdagen.se"

KINDS = {
    "fpm": Kind.FPM,
    "eu-dokument": Kind.EU_DOCUMENT,
    "kom": Kind.EU_DOCUMENT,
    "prop": Kind.BILL,
    "skr": Kind.COMMUNICATION,
    "sou": Kind.INQUIRY,
    "utr": Kind.INQUIRY,
    "ds": Kind.MEMORANDUM,
    "dir": Kind.DIRECTIVE,
    "bet": Kind.COMMITTEE_REPORT,
    "utl": Kind.COMMITTEE_REPORT,
    "yttr": Kind.OPINION,
    "sfs": Kind.LAW,
    "frsrdg": Kind.REPORT,
    "kf-lista": Kind.AGENDA,
    "f-lista": Kind.AGENDA,
    "kalla": Kind.AGENDA,
    "eunprot": Kind.REPORT,
}
"""Kind by `doktyp`."""

_OTHER = words("rskr mot ip fr frs prot eundok eunbil rir rfr t-lista votering samtr minråd")
_OTHER_PREFIXES = ("kam-", "komm", "eun")
_CODES = words("INL B BESU HÄN TFR MOT UBE JUS TRY BEH BES ANM BESV SISVA MOTT Överlämnad")
_UNUSED = words(
    "hangar_id publicerad dokumentnamn debattnamn tempbeteckning slutnummer subtitel status htmlformat"
    " relaterat_id source sourceid metadata dokument_url_text dokument_url_html dokumentstatus_url_xml"
    " utskottsforslag_url_xml images pretext rubriker"
)
_HAPPENED = frozenset({None, "inträffat", "klart"})
_PLANNED = frozenset({"planerat", "preliminärt"})
_CANCELLED = frozenset({"inställt", "utgår", "struket"})

_TREATS = "behandlar"
_SHARED = frozenset({"1", "99", "100"})
"""Numbers of the budget bills: every committee reports on its part of them."""

_HEAD = 300
"""Characters within which a Commission document names itself."""
_MENTIONS = 20_000
"""Characters within which files are looked for; beyond it an act cites half of the law."""
_TIED = words("fpm eu-dokument kom prop skr bet utl yttr sou ds dir")
"""Types of document that are worth a reference: no motions, minutes or lists of speakers."""

_ENGLISH = re.compile(r"EUROPEAN\s+COMMISSION\b")
# The printed memo (its form since 2010): number and title of the EU document stand between these headings.
_MEMO_HEAD = re.compile(r"(?s)Dokumentbeteckning\s(.{1,3000}?)\sSammanfattning\b")


@dataclass(frozen=True, slots=True)
class Document:
    """What list rows and records say alike."""

    dok_id: str
    title: str
    doktyp: str
    subtyp: str
    rm: str
    beteckning: str
    nummer: str
    organ: str | None
    day: date | None
    changed: datetime | None
    heading: str = ""
    """`typrubrik` of a record: `EU-dokument COM(2020) 447`."""

    @property
    def kind(self) -> Kind:
        """By type and subtype; `other` for types that are none of ours."""
        return KINDS.get("skr" if self.subtyp == "skr" else self.doktyp, Kind.OTHER)


def read_document(fields: Fields, audit: Audit) -> Document:
    """The part of `fields` that list rows and records share.

    Raises:
        Drifted: there is no `dok_id`.
    """
    dok_id = fields.need_str("dok_id")
    doktyp = (fields.opt_str("doktyp") or fields.opt_str("typ") or "").lower()
    fields.ignore("typ")
    rm, beteckning = fields.opt_str("rm") or "", fields.opt_str("beteckning") or ""
    if doktyp not in KINDS and doktyp not in _OTHER and not doktyp.startswith(_OTHER_PREFIXES):
        audit.note(f"unknown doktyp {doktyp!r}: {dok_id}")
    title = line(fields.opt_str("titel", nullable=doktyp == "kom"))
    return Document(
        dok_id=dok_id,
        # Old Commission documents have no title (seen: H2B643).
        title=title or (f"COM({rm}) {beteckning}" if doktyp == "kom" else f"{doktyp} {rm}:{beteckning}"),
        doktyp=doktyp,
        subtyp=(fields.opt_str("subtyp", nullable=True) or "").lower(),
        rm=rm,
        beteckning=beteckning,
        nummer=fields.opt_str("nummer") or "",
        organ=fields.opt_str("organ", nullable=True),
        day=fields.opt_date("datum"),
        changed=fields.opt_moment("systemdatum", ZONE),
    )


def page_of(dok_id: str) -> str:
    """The page for people; the public site's own addresses carry a slug that the service does not give."""
    return f"{HOST}/dokument/{quote(dok_id)}.html"


def record_of(dok_id: str) -> str:
    """The address of a document's record."""
    return f"{HOST}/dokumentstatus/{quote(dok_id)}.json"


def row_finding(document: Document, source: str, summary: str | None, files: Iterable[Fields]) -> Finding:
    """A list row as a finding."""
    short = plain(summary)
    return Finding(
        source=source,
        key=document.dok_id,
        url=page_of(document.dok_id),
        kind=document.kind,
        title={"sv": document.title},
        language="sv",
        published=document.day,
        updated=document.changed,
        summary={"sv": short} if short and short != document.title else NOTHING,
        identifiers=_once([*_own(document), *_titled(document)]),
        bodies=(document.organ,) if document.organ else None,
        attachments=_attachments(files, "namn", "url") or None,
    )


def record_finding(status: Fields, source: str, version: str | None, audit: Audit) -> Finding:
    """A `dokumentstatus` record as a finding."""
    fields = status.need_record("dokument")
    fields.ignore(*_UNUSED)
    document = read_document(fields, audit)
    document = replace(document, heading=line(fields.opt_str("typrubrik")))
    committee = fields.opt_str("mottagare", nullable=True)
    # Old documents (ds, kom before 2015) carry plain text beside or in place of HTML.
    markup = fields.opt_str("html")
    bare = fields.opt_str("text") if "text" in fields else None
    body = plain(markup, TEXT) or plain(bare, TEXT)
    activities = list(_activities(_block(status, "dokaktivitet", "aktivitet"), audit))
    facts = {
        fact.need_str("kod"): line(fact.opt_str("text"))
        for fact in _block(status, "dokuppgift", "uppgift", ("namn", "dok_id", "systemdatum"))
    }
    references = _references(_block(status, "dokreferens", "referens"), document.kind)
    files = _block(status, "dokbilaga", "bilaga", ("dok_id", "subtitel", "filnamn", "filstorlek", "filtyp"))
    is_eu = document.kind is Kind.EU_DOCUMENT
    procedure = parse_identifier(facts.get("DossierNummer", ""))
    if is_eu and facts.get("DossierNummer") and (procedure is None or procedure.scheme != "procedure"):
        audit.note(f"DossierNummer {facts['DossierNummer']!r} is no procedure: {document.dok_id}")
    stated = [procedure] if is_eu and procedure and procedure.scheme == "procedure" else []
    if is_eu and not stated:
        # Beside the COM number at the head of the document: "COM(2014) 43 final 2014/0020 (COD)".
        head = [hit.identifier for hit in find_identifiers(body[:_HEAD]) if hit.identifier.scheme == "procedure"]
        stated = [replace(name, relation=Relation.SUBJECT) for name in head[:1]]
    memo = _memo(document, body) if document.kind is Kind.FPM else []
    mentions = (
        [hit.identifier for hit in find_identifiers(body[:_MENTIONS])] if document.kind is not Kind.FPM else []
    )
    return Finding(
        source=source,
        key=document.dok_id,
        url=page_of(document.dok_id),
        kind=document.kind,
        title={"sv": document.title},
        # Until 2015 some were filed in English (seen: H2B643).
        language="en" if _ENGLISH.match(body) else "sv",
        published=document.day,
        updated=document.changed,
        text=body or None,
        identifiers=_once([*_own(document), *stated, *memo, *references, *_titled(document), *mentions]),
        steps=tuple(sorted({Step(day, f"riksdagen:{code}") for code, day in activities})) or None,
        windows=_windows(document, activities, facts, audit) if is_eu else None,
        bodies=_bodies(document, facts, committee),
        attachments=_attachments(files, "titel", "fil_url") or None,
        version=version or (document.changed.isoformat() if document.changed else None),
    )


def _block(status: Fields, name: str, child: str, unused: tuple[str, ...] = ()) -> list[Fields]:
    """The elements of `name.child`: an object, a list, null, or the whole block null."""
    block = status.opt_record(name, nullable=True)
    elements = block.items(child, sometimes=True) if block else []
    for element in elements:
        element.ignore(*unused)
    return elements


def _activities(elements: Iterable[Fields], audit: Audit) -> Iterable[tuple[str, date]]:
    for activity in elements:
        activity.ignore("namn", "ordning", "process")
        code, day, status = (
            activity.need_str("kod"),
            activity.opt_date("datum"),
            activity.opt_str("status", nullable=True),
        )
        if code not in _CODES:
            audit.note(f"unknown activity {code!r}")
        if status not in _HAPPENED | _PLANNED | _CANCELLED:
            audit.note(f"unknown activity status {status!r}")
        # What was planned stands beside what happened (seen: GY02A1); a plan is no event.
        if day and (status in _HAPPENED or code == "TFR"):
            yield code, day


def _windows(
    document: Document, activities: Iterable[tuple[str, date]], facts: dict[str, str], audit: Audit
) -> tuple[Window, ...] | None:
    """The subsidiarity check's last day (TFR); None where there is none, for it may only not be known yet."""
    days = [day for code, day in activities if code == "TFR"]
    if not days:
        return None
    kind = facts.get("ärendetyp", "")
    if kind and "subsidiaritet" not in kind.lower():
        audit.note(f"a deadline (TFR) of ärendetyp {kind!r} is taken for no subsidiarity check: {document.dok_id}")
        return None
    return (Window(WindowKind.SUBSIDIARITY, None, max(days), Certainty.GIVEN, url=page_of(document.dok_id)),)


def _own(document: Document) -> list[Identifier]:
    """The document's own names: its dok_id, and its number in the scheme of its type."""
    rm, number = document.rm, document.beteckning or document.nummer
    match document.doktyp:
        case "fpm":
            text = f"{rm}:{number if 'FPM' in number.upper() else f'FPM{number}'}"
        case "eu-dokument":
            in_heading = [hit.identifier.value for hit in find_identifiers(document.heading)]
            text = in_heading[0] if in_heading else f"{document.subtyp.upper()}({rm}) {number}"
        case "kom":
            text = f"COM({rm}) {number}"
        case "prop" | "skr":
            text = f"{'Skr.' if document.subtyp == 'skr' else 'Prop.'} {rm}:{number}"
        case "sou" | "ds" | "dir":
            text = (
                f"{document.doktyp}. {rm}:{number}"
                if document.doktyp == "dir"
                else f"{document.doktyp} {rm}:{number}"
            )
        case "bet" | "utl":
            text = f"Bet. {rm}:{number}"
        case "sfs":
            text = f"SFS {number}"
        case _:
            text = ""
    own = parse_identifier(text)
    return [Identifier("dok-id", document.dok_id.upper()), *([own] if own else [])]


def _titled(document: Document) -> list[Identifier]:
    """Files named in the title: the subject of a committee's statement on an EU document, else mentions."""
    named = [hit.identifier for hit in find_identifiers(document.title)]
    if document.doktyp in ("bet", "utl") and document.subtyp.startswith("utl"):
        files = {name for name in named if name.scheme in ("com", "procedure")}
        relation = Relation.SUBJECT if len(files) == 1 else Relation.PACKAGE
        return [replace(name, relation=relation) if name in files else name for name in named]
    return named


def _memo(document: Document, body: str) -> list[Identifier]:
    """What a memo is about, by its head if it has the printed form, else by its opening statement."""
    head = _MEMO_HEAD.search(body)
    if head is None:
        return list(memo_identifiers(document.title, body))
    stated = memo_identifiers(document.title, f"Faktapromemoria {head[1]}")
    known = {(name.scheme, name.value) for name in stated}
    story = [hit.identifier for hit in find_identifiers(body[head.end() :])]
    return [*stated, *(name for name in story if (name.scheme, name.value) not in known)]


def _references(elements: Iterable[Fields], kind: Kind) -> list[Identifier]:
    """Documents that the Riksdag ties to this one, as mentions: a memo may be about several EU documents.

    But a committee's report is about the one bill that it treats, so that the Riksdag's decision on the report is
    known as that on the bill; of several they are a package. Only types of `_TIED`.
    """
    named = []
    treated = []
    for reference in elements:
        sort = reference.opt_str("referenstyp", nullable=kind is not Kind.COMMITTEE_REPORT)
        reference.ignore("uppgift", "ref_dok_titel", "ref_dok_subtitel", "ref_dok_dokumentnamn")
        dok_id, type_ = reference.opt_str("ref_dok_id"), (reference.opt_str("ref_dok_typ") or "").lower()
        subtype = reference.opt_str("ref_dok_subtyp", nullable=True) or ""
        rm, number = reference.opt_str("ref_dok_rm") or "", reference.opt_str("ref_dok_bet") or ""
        if not dok_id or type_ not in _TIED:
            continue
        other = Document(dok_id, "", type_, subtype.lower(), rm, number, number, None, None, None)
        if kind is Kind.COMMITTEE_REPORT and sort == _TREATS and type_ == "prop" and number not in _SHARED:
            treated.append(other)
        else:
            named += [replace(name, relation=Relation.MENTION) for name in _own(other)]
    about = Relation.SUBJECT if len(treated) == 1 else Relation.PACKAGE
    for bill in treated:
        # The number joins; the bill's dok_id is the bill's own.
        names = _own(bill)
        named += [replace(name, relation=about if name.scheme != "dok-id" else Relation.MENTION) for name in names]
    return named


def _bodies(document: Document, facts: dict[str, str], committee: str | None) -> tuple[str, ...] | None:
    """Who sent it and the committee that handles it, in full where the record says so."""
    handler = facts.get("mottagare") or facts.get("tilldelat") or committee
    return tuple(dict.fromkeys(filter(None, (document.organ, handler)))) or None


def _attachments(files: Iterable[Fields], name: str, address: str) -> tuple[tuple[str, str], ...]:
    found = []
    for file in files:
        link = safe_link(file.opt_str(address), HOST)
        if link:
            found.append((line(file.opt_str(name, nullable=True)), link))
    return tuple(found)


def _once(names: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Each name once, as first stated."""
    first: dict[tuple[str, str], Identifier] = {}
    for name in names:
        first.setdefault((name.scheme, name.value), name)
    return tuple(first.values())
