"""Pages of the European Parliament's site: reports, lists of votes, press releases.

The site has been partly behind a bot wall since July 2026, `doceo` always: these pages are read when they are
at hand, and no list of ours depends on them. Press officers' contact blocks and members' names in roll calls are
never read.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit
from xml.etree import ElementTree

from spiders.fields import Audit, parse_day
from spiders.finding import Finding, Identifier, Kind, Relation, Step
from spiders.identifiers import find_identifiers, parse_identifier
from spiders.markup import element_words, european_day, html_tree, words_of, xml_tree
from spiders.parliament_vocabulary import COMMITTEES
from spiders.platform import Drifted, Page
from spiders.sanitise import TEXT, cap, line, plain

_DOCUMENT = re.compile(r"/doceo/document/([A-Z]{1,2}-\d{1,2}-\d{4}-\d{4})_([A-Z]{2})\.html$")
_VOTES = re.compile(r"/doceo/document/(PV-\d{1,2}-\d{4}-\d{2}-\d{2})-VOT_([A-Z]{2})\.xml$")
_PRESS = re.compile(r"/news/([a-z]{2})/press-room/(\d{8}[A-Z]{3}\d{5})(?:/|$)")
_VOTE_TYPES = frozenset(
    ("REPORT", "RESOLUTION", "PROPOSAL", "INTERIM_REPORT", "RECOMMENDATION", "OBJECTION", "EUGI", "ACTES", "INFO")
)


def reader_of(path: str) -> str | None:
    """Which reader a page of the site is for; None: it is never asked for (roll calls name every member)."""
    for reader, pattern in (("report", _DOCUMENT), ("votes", _VOTES), ("press", _PRESS)):
        if pattern.search(path):
            return reader
    return None


def read_report(page: Page, source: str) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The front page of a report: title, day, procedure, committee. Its annexes name lobbyists and stay out.

    Raises:
        Drifted: it has no title or no procedure.
    """
    audit = Audit()
    tree = html_tree(page)
    address = _DOCUMENT.search(urlsplit(page.url).path)
    title = words_of(tree.css("h1.es_title-h1")[:1])
    if not title:
        raise Drifted(f"h1.es_title-h1: expected a title: {page.url}")
    dated = words_of(tree.css("h1.es_title-h1 + p.text-muted")[:1])
    day = european_day(dated)
    named = [hit.identifier for hit in find_identifiers(dated)]
    procedures = [replace(name, relation=Relation.SUBJECT) for name in named if name.scheme == "procedure"]
    if not procedures:
        raise Drifted(f"h1.es_title-h1 + p.text-muted: expected a procedure, got {dated[:80]!r}: {page.url}")
    if day is None:
        audit.note("missing field h1.es_title-h1 + p.text-muted: a day")
    own = parse_identifier(words_of(tree.css(".doceo-ring .card-body .d-block div.mt-1")[:1]))
    if own is None and address:
        audit.note("missing field .doceo-ring: the document's own number; it is taken from the address")
        own = parse_identifier(address[1])
    # "Committee on …", a line break, "Rapporteur: …"
    committee = line(tree.xpath("//p[contains(text(),'Committee') or contains(text(),'tskottet')]/text()").get(""))
    if not committee:
        audit.note("missing field: the committee")
    language = address[2].lower() if address else "en"
    finding = Finding(
        source=source,
        key=address[1] if address else title,
        url=page.url,
        kind=Kind.COMMITTEE_REPORT,
        title={language: title},
        language=language,
        published=day,
        identifiers=tuple(dict.fromkeys([*([own] if own else []), *procedures])),
        bodies=(committee,) if committee else None,
    )
    return (finding,), audit.warnings()


def read_votes(page: Page, source: str) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """A sitting's list of votes: one finding for each file voted on, with its last result.

    Raises:
        Drifted: it is no list of votes of a day, or no vote could be read.
    """
    audit = Audit("votes")
    root = xml_tree(page)
    sitting = root.find("sitting")
    if root.tag != "file" or sitting is None:
        raise Drifted(f"expected <file><sitting>, got <{root.tag[:60]}>: {page.url}")
    day = parse_day(re.sub(r"[+-]\d\d:\d\d$", "", sitting.get("date", "")))
    if day is None:
        raise Drifted(f"sitting@date: expected a day, got {sitting.get('date', '')[:40]!r}: {page.url}")
    language = (root.get("language") or "").lower()
    if not language:
        audit.note("missing field file@language")
    votes = sitting.findall("votes/vote")
    if not votes:
        raise Drifted(f"sitting.votes.vote: expected votes, got none: {page.url}")
    findings: dict[str, Finding] = {}
    for vote in votes:
        number, title = vote.get("dlvId"), element_words(vote.find("title"))
        if not number or not title:
            audit.note("a vote without dlvId or title was left out")
            continue
        if vote.get("type") == "INFO":
            continue  # an announcement between votes
        if vote.get("type") not in _VOTE_TYPES:
            audit.note(f"unknown type of vote {vote.get('type')!r}")
        label = element_words(vote.find("label"))
        if vote.find("label") is None:
            audit.note("missing field vote.label")
        outcome = list(_results(vote, audit))
        findings[number] = Finding(
            source=source,
            key=f"vote-{day}-{number}",
            url=page.url,
            kind=Kind.EVENT,
            title={language or "en": title},
            language=language or "en",
            published=day,
            summary={language or "en": label} if label else {},
            text=cap("\n".join(outcome), TEXT) or None,
            identifiers=_voted(f"{title} ; {label}"),
            steps=(Step(day, "ep:PLENARY_VOTE"),),
        )
    if not findings:
        raise Drifted(f"none of {len(votes)} votes could be read; {'; '.join(audit.warnings())[:300]}: {page.url}")
    return tuple(findings.values()), audit.warnings()


def _results(vote: ElementTree.Element, audit: Audit) -> Iterable[str]:
    """What was voted on and how it ended, without the names of who asked for it."""
    votings = vote.findall("votings/voting")
    if not votings:
        audit.note("a vote without votings")
    for voting in votings:
        result = voting.get("result")
        if result is None:
            continue  # a heading between votings
        subject = element_words(voting.find("amendmentSubject")) or element_words(voting.find("title"))
        number = element_words(voting.find("amendmentNumber"))
        counted = [voting.get(name) for name in ("numberFavor", "numberAgainst", "numberAbstention")]
        said = " ".join(part for part in (subject, number) if part) or element_words(voting.find("label")) or "?"
        figures = f" ({', '.join(str(count) for count in counted)})" if all(counted) else ""
        yield f"{said}: {result}{figures}"


def _voted(text: str) -> tuple[Identifier, ...]:
    """A report, a proposal with its numbers, or several motions on one subject; acts in a title are mentioned."""
    names = list(dict.fromkeys(hit.identifier for hit in find_identifiers(text)))
    about = Relation.PACKAGE if sum(name.scheme == "procedure" for name in names) > 1 else Relation.SUBJECT
    return tuple(
        replace(name, relation=about) if name.scheme in ("ep", "com", "procedure") else name for name in names
    )


def read_press(page: Page, source: str) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """A press release. What links name as procedure files is what it is about; contacts are not looked at.

    Raises:
        Drifted: it has no title or no text.
    """
    audit = Audit()
    tree = html_tree(page)
    address = _PRESS.search(urlsplit(page.url).path)
    title = words_of(tree.css(".ep-m_header h1.ep_title")[:1])
    if not title:
        raise Drifted(f".ep-m_header h1.ep_title: expected a title: {page.url}")
    day = european_day(tree.css('meta[name="available"]::attr(content)').get(""))
    if day is None:
        audit.note('missing field meta[name="available"]')
        day = parse_day(tree.css(".ep-layout_date time::attr(datetime)").get(""))
    language = tree.css('meta[name="language"]::attr(content)').get("") or (address[1] if address else "en")
    keywords = tree.css('meta[name="keywords"]::attr(content)').get("")
    if not keywords:
        audit.note('missing field meta[name="keywords"]')
    committees = re.findall(r"(?:^|,)com:([A-Z]{4})", keywords)
    lead = words_of(tree.css(".ep-a_text.ep-layout_chapo")[:1], 4_000)
    if not lead:
        audit.note("missing field .ep-a_text.ep-layout_chapo")
    parts = [plain(part, TEXT) for part in tree.css(".ep-a_text:not(.ep-layout_chapo)").getall()]
    text = cap("\n".join(part for part in parts if part), TEXT)
    if not text:
        raise Drifted(f".ep-a_text: expected a text: {page.url}")
    named = [hit.identifier for hit in find_identifiers(f"{title}\n{lead}\n{text}")]
    links = " ; ".join(tree.css(".ep-a_links a::attr(href)").getall())
    linked = {hit.identifier for hit in find_identifiers(links) if hit.identifier.scheme == "procedure"}
    relation = Relation.PACKAGE if len(linked) > 1 else Relation.SUBJECT
    about = [replace(name, relation=relation) for name in sorted(linked)]
    known = {(name.scheme, name.value) for name in about}
    finding = Finding(
        source=source,
        key=address[2] if address else page.url,
        url=page.url,
        kind=Kind.PRESS,
        title={language: title},
        language=language,
        published=day,
        summary={language: lead} if lead else {},
        text=text,
        identifiers=(*about, *(name for name in dict.fromkeys(named) if (name.scheme, name.value) not in known)),
        bodies=tuple(f"{code} {COMMITTEES.get(code, '')}".strip() for code in dict.fromkeys(committees)) or None,
    )
    return (finding,), audit.warnings()
