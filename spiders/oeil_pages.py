"""Pages of the Legislative Observatory: a procedure file and a document summary as findings.

What shapes this module:

- A file is a page of sections, each with its heading; only "Basic information" is on every one.
- COM numbers are zero-padded (`COM(2025)0414`); a final act is named without its treaty, its link has the CELEX.
- `<time datetime>` of a summary is a constant of the template; the day stands in the text.
- Rapporteurs are named as holders of an office; shadow rapporteurs and photographs are left out.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, quote, urlsplit

from parsel import Selector

from spiders.fields import Audit
from spiders.finding import Finding, Identifier, Kind, Relation, Step
from spiders.identifiers import find_identifiers, parse_identifier
from spiders.markup import european_day, html_tree, words_of
from spiders.oeil_vocabulary import EVENTS, SECTIONS, STAGES, USUAL_SECTIONS
from spiders.platform import Drifted, Page
from spiders.sanitise import TEXT, cap, safe_link

SITE = "https://oeil.europarl.europa.eu"
FILE = "/oeil/en/procedure-file"

_TITLE = "//h2[contains(@class,'es_title-h2')][not(ancestor::div[contains(@class,'es_product-section')])]"
_SUBJECT = re.compile(r"(\d{1,2}(?:\.\d{2}){0,3})\s+(\S.{0,300})")
_NEXT_SUBJECT = re.compile(r"\s(?=\d{1,2}(?:\.\d{2}){1,3}\s)")
_REFINED = re.compile(r"\s*(?:,\s*(?:\d(?:st|nd|rd)|single|budget)\b.*|\(.{0,80}\))\s*$", re.IGNORECASE)
_SLUG = re.compile(r"[^a-z0-9]+")
_CELEX = re.compile(r"numdoc=(3\d{4}[A-Z]{1,2}\d{4})")


_COMMITTEE = re.compile(r"[A-Z]{3,4}\d?|CJ\d\d|[A-Z]{2}\d{2}")
_OTHER_BODIES = ("Council: ", "Commission DG: ")
_VOTED = ("oeil:vote-in-committee", "oeil:committee-report-tabled")


def procedure_link(reference: str) -> str:
    """The page of a procedure, for people and for us (English; there is no Swedish one)."""
    return f"{SITE}{FILE}?reference={quote(reference, safe='/()')}"


def procedure_of(reference: str) -> Identifier | None:
    """`2025/0229(NLE)` or any other spelling of a procedure; None where it is none. A star marks news."""
    found = parse_identifier(reference.replace("*", ""))
    return found if found is not None and found.scheme == "procedure" else None


def read_file(page: Page, source: str) -> tuple[Finding, tuple[str, ...]]:
    """A procedure file as a finding, and what somebody should know.

    Raises:
        Drifted: the page has no reference, no title, no basic information, or it is another procedure.
    """
    audit = Audit()
    tree = html_tree(page)
    heading = words_of(tree.css("h2.es_title-h1"))
    procedure = procedure_of(heading)
    if procedure is None:
        raise Drifted(f"h2.es_title-h1: expected a procedure, got {heading[:60]!r}: {page.url}")
    asked = procedure_of(parse_qs(urlsplit(page.url).query).get("reference", [""])[0])
    if asked is not None and asked != procedure:
        raise Drifted(f"{asked.value} was asked, the page is of {procedure.value}: {page.url}")
    # Sections have headings of the same class; the title is the one outside of them.
    title = words_of(tree.xpath(_TITLE)[:1])
    sections = _sections(tree)
    if not title:
        raise Drifted(f"h2.es_title-h2: expected a title: {page.url}")
    basics = sections.get("Basic information")
    if basics is None:
        raise Drifted(
            f"section 'Basic information' is missing, there are {', '.join(sections) or 'none'}: {page.url}"
        )
    for name in sections:
        if name.lower() not in SECTIONS:
            audit.note(f"unknown section {name!r}")
    for name in USUAL_SECTIONS:
        if name not in sections:
            audit.note(f"missing section {name!r}")

    subjects = _subjects(basics, audit)
    status = _stage(basics, sections.get("Technical information"), audit)
    players = sections.get("Key players")
    bodies, roles = _players(players, audit) if players is not None else ([], [])
    steps = [*_events(sections.get("Key events"), audit), *_forecasts(sections)]
    if players is not None and not roles and any(step.code.startswith(_VOTED) for step in steps):
        audit.note("Key players: a committee has voted, and no rapporteur (a.rapporteur) could be read")
    documents = list(_documents(sections.get("Documentation gateway"), audit))
    acts = _final_acts(sections.get("Final act"), audit)
    summary = [line for line in (f"Status: {status}" if status else "", *roles) if line]
    finding = Finding(
        source=source,
        key=procedure.value,
        url=procedure_link(procedure.value),
        kind=Kind.PROCEDURE,
        title={"en": title},
        language="en",
        published=min((step.date for step in steps if not step.code.startswith("oeil:forecast")), default=None),
        summary={"en": "\n".join(summary)} if summary else {},
        identifiers=_names(procedure, documents, acts, sections),
        steps=tuple(sorted(set(steps))),
        subjects=tuple(f"oeil:{code} {label}" for code, label in subjects),
        bodies=tuple(dict.fromkeys(bodies)),
        attachments=tuple(dict.fromkeys((f"{kind}: {name}", link) for kind, name, link in documents if link)),
        version=page.context.get("version") or status or "read",
    )
    return finding, audit.warnings()


def read_summary(page: Page, source: str) -> tuple[Finding, tuple[str, ...]]:
    """A document summary as a finding: what the Parliament's editors say of one document of a procedure.

    Raises:
        Drifted: the page has no title, no procedure or no text.
    """
    audit = Audit()
    tree = html_tree(page)
    number = parse_qs(urlsplit(page.url).query).get("id", [""])[0]
    title = words_of(tree.css(".es_product-name"))
    if not title:
        raise Drifted(f".es_product-name: expected a title: {page.url}")
    subtitle = tree.css(".es_product-subtitle")
    procedure = procedure_of(words_of(subtitle.xpath("./span[1]")))
    if procedure is None:
        raise Drifted(f".es_product-subtitle: expected a procedure, got {words_of(subtitle)[:60]!r}: {page.url}")
    # The attribute `datetime` is 2018-07-01 on every page.
    day = european_day(words_of(subtitle.css("time")))
    if day is None:
        audit.note("missing field .es_product-subtitle time")
    paragraphs = [words_of(part, 5_000) for part in tree.css(".es_product-content p")]
    text = cap("\n".join(part for part in paragraphs if part), TEXT)
    if not text:
        raise Drifted(f".es_product-content p: expected a text: {page.url}")
    own = {("procedure", procedure.value)}
    cited = [
        hit.identifier
        for hit in find_identifiers(text)
        if (hit.identifier.scheme, hit.identifier.value) not in own
    ]
    kind = words_of(tree.css(".es_product-content .es_links-list .t-x")[:1])
    if not kind:
        audit.note("missing field .es_product-content .es_links-list .t-x: the document's type")
    finding = Finding(
        source=source,
        key=f"summary-{number}" if number else f"summary of {procedure.value}",
        url=f"{SITE}/oeil/en/document-summary?id={quote(number)}" if number else page.url,
        kind=Kind.REPORT,
        title={"en": f"{title} ({kind})" if kind else title},
        language="en",
        published=day,
        text=text,
        identifiers=(procedure, *dict.fromkeys(cited)),
    )
    return finding, audit.warnings()


def _sections(tree: Selector) -> dict[str, Selector]:
    found: dict[str, Selector] = {}
    for part in tree.css("div.es_product-section"):
        heading = words_of(part.css("h2.es_title-h2")[:1])
        if heading:
            found.setdefault(heading, part)
    return found


def _labelled(section: Selector, label: str) -> Selector | None:
    """The paragraph after the bold paragraph `label`."""
    for bold in section.css("p.font-weight-bold"):
        if words_of(bold).lower() == label.lower():
            following = bold.xpath("./following-sibling::p[1][not(contains(@class,'font-weight-bold'))]")
            return following[0] if following else None
    return None


def _subjects(basics: Selector, audit: Audit) -> list[tuple[str, str]]:
    paragraph = _labelled(basics, "Subject")
    if paragraph is None:
        audit.note("missing field Basic information.Subject")
        return []
    found = []
    for text in paragraph.xpath("./text()").getall():
        for words in _NEXT_SUBJECT.split(" ".join(text.split())):
            match = _SUBJECT.fullmatch(words)
            if match:
                # A colon ends the scheme of a subject, so none stands in its label.
                found.append((match[1], match[2].replace(":", " –")))
            elif words:
                audit.note(f"Basic information.Subject: expected a code and a label, got {words[:60]!r}")
    if not found:
        audit.note("Basic information.Subject: no subject could be read")
    return found


def _stage(basics: Selector, technical: Selector | None, audit: Audit) -> str | None:
    paragraph = _labelled(basics, "Status")
    status = words_of(paragraph) if paragraph is not None else ""
    if not status:
        audit.note("missing field Basic information.Status")
        for row in technical.css("tr") if technical is not None else ():
            if words_of(row.css("th")).lower() == "stage reached in procedure":
                status = words_of(row.css("td"))
    if status and status.lower() not in STAGES:
        audit.note(f"unknown stage {status!r}")
    return status or None


def _players(section: Selector, audit: Audit) -> tuple[list[str], list[str]]:
    """Bodies (committees, Council, Directorates-General), and a line for each office-holder in the role."""
    bodies: list[str] = []
    roles: list[str] = []
    for table in section.css("table"):
        heads = [words_of(head) for head in table.css("thead th")]
        role = heads[0].lower() if heads else ""
        before = len(bodies)
        for row in table.xpath(".//tbody/tr"):
            name = words_of(row.xpath("./th[1]//*[contains(@class,'font-weight-normal')]"))
            if not name:
                continue
            if "committee" in role:
                code = words_of(row.css("th .es_badge-committee"))
                bodies.append(f"{code} {name}".strip())
                people = _rapporteurs(row, code, audit)
                if people:
                    what = heads[1] if len(heads) > 1 else "Rapporteur"
                    roles.append(f"{what}: {', '.join(people)} ({code or name})")
            elif role == "council configuration":
                bodies.append(f"Council: {name}")
            elif role == "commission dg":
                bodies.append(f"Commission DG: {name}")
            else:
                audit.note(f"unknown table of key players {role!r}")
        if len(bodies) == before:
            audit.note(f"Key players: no name (th .font-weight-normal) could be read under {role!r}")
    if not bodies:
        audit.note("Key players: no committee, Council configuration or DG could be read")
    elif all(one.startswith(_OTHER_BODIES) for one in bodies):
        audit.note("Key players: no committee could be read")
    return bodies, roles


def _rapporteurs(row: Selector, code: str, audit: Audit) -> list[str]:
    """Who reports for the committee of a row; the collapsed list of shadows stands in a row without one."""
    cell = row.xpath("./td[1]")
    found = [who for one in cell.xpath(".//a[contains(@class,'rapporteur')]") if (who := words_of(one))]
    # A sentence ("The committee decided not to give an opinion.") stands for nobody.
    said = words_of(cell)
    if not cell or (said and not found and not said.endswith(".")):
        audit.note("Key players: expected rapporteurs (a.rapporteur) in the cell beside a committee")
    if not _COMMITTEE.fullmatch(code):
        audit.note(f"Key players: expected a committee's code (.es_badge-committee), got {code[:20]!r}")
    return found


def _events(section: Selector | None, audit: Audit) -> Iterable[Step]:
    """Dated events; the code is the event's text in lower case with hyphens."""
    if section is None:
        return
    rows = section.xpath(".//tbody/tr")
    if not rows:
        audit.note("Key events: the table has no rows")
    for row in rows:
        day, event = _dated(row)
        if day is None or not event:
            audit.note(f"Key events: expected a day and an event, got {words_of(row)[:60]!r}")
            continue
        if _REFINED.sub("", _REFINED.sub("", event)).lower() not in EVENTS:
            audit.note(f"unknown event {event!r}")
        yield Step(day, f"oeil:{_slug(event)}")


def _forecasts(sections: dict[str, Selector]) -> Iterable[Step]:
    section = sections.get("Forecasts", sections.get("Forecast"))
    for row in section.xpath(".//tr[td]") if section is not None else ():
        day, event = _dated(row)
        if day is not None and event:
            yield Step(day, f"oeil:forecast/{_slug(event)}")


def _dated(row: Selector) -> tuple[date | None, str]:
    """The first two cells: a day and what happens."""
    cells = [words_of(cell) for cell in row.xpath("./td|./th")]
    return (european_day(cells[0]), cells[1]) if len(cells) > 1 else (None, "")


def _documents(section: Selector | None, audit: Audit) -> Iterable[tuple[str, str, str | None]]:
    """Type, reference and address of each document; rows without a reference (letters) are left out."""
    if section is None:
        return
    if not section.css("table"):
        audit.note("Documentation gateway: no table of documents")
    for table in section.css("table"):
        heads = [words_of(head).lower() for head in table.css("thead th")]
        if "document type" not in heads or "reference" not in heads:
            audit.note(f"unknown table of documents with columns {heads}")
            continue
        for row in table.xpath(".//tbody/tr"):
            cells = row.xpath("./td|./th")
            if len(cells) != len(heads):
                audit.note("a row of documents has another number of cells than its table has columns")
                continue
            kind, cell = words_of(cells[heads.index("document type")]), cells[heads.index("reference")]
            reference = words_of(cell)
            if reference:
                yield kind, reference, safe_link(cell.css("a::attr(href)").get(), SITE)


def _final_acts(section: Selector | None, audit: Audit) -> list[Identifier]:
    if section is None:
        return []
    acts = [
        Identifier("celex", found[1])
        for link in section.css("a::attr(href)").getall()
        if (found := _CELEX.search(link))
    ]
    if not acts:
        audit.note(f"Final act: no CELEX number in its links: {words_of(section)[:80]!r}")
    return list(dict.fromkeys(acts))


def _names(
    procedure: Identifier,
    documents: Iterable[tuple[str, str, str | None]],
    acts: Iterable[Identifier],
    sections: dict[str, Selector],
) -> tuple[Identifier, ...]:
    """The procedure, its proposal and its act are one file; what else belongs to it is mentioned."""
    named = [procedure, *acts]
    for kind, reference, _ in documents:
        proposal = "proposal" in kind.lower() or "basic document" in kind.lower()
        for hit in find_identifiers(reference):
            about = proposal and hit.identifier.scheme == "com"
            named.append(replace(hit.identifier, relation=Relation.SUBJECT) if about else hit.identifier)
    technical = sections.get("Technical information")
    for part in (sections["Basic information"], technical):
        if part is not None:
            named += [hit.identifier for hit in find_identifiers(words_of(part, 5_000))]
    once: dict[tuple[str, str], Identifier] = {}
    for name in named:
        once.setdefault((name.scheme, name.value), name)
    return tuple(once.values())


def _slug(text: str) -> str:
    return _SLUG.sub("-", text.lower().replace("'", "")).strip("-")[:120]
