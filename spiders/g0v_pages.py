"""A page of regeringen.se as g0v.se mirrors it: kind, heading and what is glued to it, text, names.

Lists and Markdown pages describe the same documents; what both state is decided here, so that they agree.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import unquote

from spiders.finding import Certainty, Identifier, Kind, Relation, Step, Window, WindowKind
from spiders.identifiers import find_identifiers, parse_identifier
from spiders.memos import memo_identifiers
from spiders.sanitise import TEXT, cap, line, safe_link
from spiders.swedish_dates import find_days, find_deadline

SITE = "https://www.regeringen.se"
"""The government's own site; the mirror's paths are its paths."""

KINDS = {
    "faktapromemoria": Kind.FPM,
    "remisser": Kind.REMISS,
    "kommenterade-dagordningar": Kind.AGENDA,
    "regeringsuppdrag": Kind.COMMISSION,
    "pressmeddelanden": Kind.PRESS,
    "artiklar": Kind.NEWS,
    "tal": Kind.NEWS,
    "sverige-i-eu": Kind.NEWS,
    "regeringens-politik": Kind.NEWS,
    "regeringsarenden": Kind.AGENDA,
    "rapporter": Kind.REPORT,
    "proposition": Kind.BILL,
    "skrivelse": Kind.COMMUNICATION,
    "lagradsremiss": Kind.DRAFT_BILL,
    "kommittedirektiv": Kind.DIRECTIVE,
    "statens-offentliga-utredningar": Kind.INQUIRY,
    "departementsserien-och-promemorior": Kind.MEMORANDUM,
    "forordningsmotiv": Kind.MEMORANDUM,
}
"""Kind by route; those under /rattsliga-dokument/ by their second part."""

_CODES = {
    "2540": Kind.FPM,
    "2099": Kind.REMISS,
    "2098": Kind.AGENDA,
    "1337": Kind.AGENDA,
    "1342": Kind.COMMISSION,
    "2085": Kind.DRAFT_BILL,
    "1329": Kind.BILL,
    "1330": Kind.COMMUNICATION,
    "1331": Kind.INQUIRY,
    "1325": Kind.MEMORANDUM,
    "1326": Kind.MEMORANDUM,
    "1327": Kind.DIRECTIVE,
    "1334": Kind.PRESS,
    "2097": Kind.NEWS,
    "1341": Kind.REPORT,
}
_BESIDE = frozenset({"1324", "1332", "2211", "2228", "2367", "2696"})
"""Codes that stand beside one of `_CODES` or say nothing about the kind."""

_EVENTS = frozenset(
    {Kind.FPM, Kind.REMISS, Kind.INQUIRY, Kind.MEMORANDUM, Kind.DIRECTIVE, Kind.DRAFT_BILL, Kind.BILL}
)
_OWN = {"sou", "ds", "dir", "prop", "skr", "diary"}
_ABOUT = {"sou", "ds", "com", "procedure"}
_SERIES = {
    Kind.INQUIRY: "SOU",
    Kind.MEMORANDUM: "Ds",
    Kind.DIRECTIVE: "Dir.",
    Kind.BILL: "Prop.",
    Kind.COMMUNICATION: "Skr.",
}
_NUMBER = re.compile(
    r"\W{0,3}(?:SOU|Ds|Dir|Prop|Skr)?[\s.:]{0,3}(\d{4}(?:/\d\d)?)\s?:\s?(\d{1,4})\W{0,3}", re.IGNORECASE
)
_DIARY = re.compile(r"\s*,?\s*Diarienummer:\s*(.*)$", re.DOTALL)
_MEMO_NUMBER = re.compile(
    r"[\s,]*(?:FPM\s)?(?:19|20)\d\d\s?/\s?(?:20)?\d\d\s?:?\s?FPM\s{0,2}\d{1,3}\s*$", re.IGNORECASE
)
_SLUG = re.compile(r"(20\d\d)(?:20)?(\d\d)-?fpm-?(\d{1,3})/?$")
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9_.,~%-][A-Za-z0-9_.,~%/-]{0,900}")
_PLACED = re.compile(r"/(20\d\d)/(\d\d)/")
_LINK = re.compile(r"!?\[([^\]\[]{0,300})\]\([^()\s]{0,2000}(?:\s\"[^\"]{0,300}\")?\)")
_MARKUP = re.compile(r"^(?:#{1,6}\s+|>\s?|\s{0,3}(?:-{3,}|\*{3,})\s*$)|\*\*|(?<=\s)__|__(?=\s)", re.MULTILINE)
_ESCAPE = re.compile(r"\\(?=[\\`*_{}\[\]()#+\-.!~|])")
# What stands at the end of a press release: names, numbers and addresses of press secretaries.
_CONTACT = re.compile(
    r"^[#*_\s]{0,8}(?:presskontakt\w{0,5}|presskontakt\b.{0,40}|kontakt(?:person(?:er)?|uppgifter)?|pressekreterare"
    r"|för mer information(?: kontakta)?|kontakta|press contacts?|contacts?)[*_:\s]{0,8}$",
    re.IGNORECASE | re.MULTILINE,
)
_PERSONAL_LINE = re.compile(
    r"^.*(?:pressekreterare|[\w.+-]{1,60}@(?:regeringskansliet|gov)\.se|(?:telefon|mobil|tfn|tel)[.:\s]{1,3}[+\d(]).*$",
    re.IGNORECASE | re.MULTILINE,
)


def kind_of(path: str, types: Sequence[str]) -> tuple[Kind, tuple[str, ...]]:
    """The kind of the document at `path`, and the type codes that nobody knows.

    The route decides (a communication has been filed as a bill); type codes do where the route says nothing.
    """
    unknown = tuple(code for code in types if code not in _CODES and code not in _BESIDE)
    named = (_CODES[code] for code in types if code in _CODES)
    kind = kind_of_path(path)
    return (next(named, Kind.OTHER) if kind is Kind.OTHER else kind, unknown)


def kind_of_path(path: str) -> Kind:
    """The kind that the route says; `other` for routes of no kind of ours."""
    parts = path.strip("/").split("/")
    route = parts[1] if parts[0] == "rattsliga-dokument" and len(parts) > 1 else parts[0]
    return KINDS.get(route, Kind.OTHER)


def link(path: str | None) -> str | None:
    """`path` on the government's own site; None where it leads nowhere that we link to."""
    if path and _PLAIN_PATH.fullmatch(path):
        return SITE + path  # nearly all: a list has thousands
    return safe_link(path, SITE)


def split_heading(heading: str) -> tuple[str, str]:
    """Title and what was glued to it: `Diarienummer: Ju2025/00874`, `2025/26:FPM33`."""
    title = line(heading)
    rest = []
    for pattern in (_DIARY, _MEMO_NUMBER):
        if match := pattern.search(title):
            rest.append(match.group().strip(" ,"))
            title = title[: match.start()].rstrip(" ,")
    return title, " ".join(rest)


def page_identifiers(kind: Kind, path: str, heading: str, own: str | None, text: str) -> tuple[Identifier, ...]:
    """Every name on a page with its relation, the document's own numbers first.

    Args:
        kind: what the page is.
        path: its path; says a memo's number where nothing else does.
        heading: the heading as it stands, with what is glued to it.
        own: the number field of a list row; None where there is none.
        text: the body, or a list row's summary.
    """
    title, glued = split_heading(heading)
    if kind is Kind.FPM:
        number = _memo_number(path, f"{glued} ", own or "")
        stated_about = memo_identifiers(title, text)
        return _once(
            [*number, *(name for name in stated_about if name.value not in {one.value for one in number})]
        )
    numbers = _own_number(kind, own or "") or [
        hit.identifier for hit in find_identifiers(f"{own or ''} ; {glued}") if hit.identifier.scheme in _OWN
    ]
    in_title = [hit.identifier for hit in find_identifiers(title)]
    if kind is Kind.REMISS:
        # A remiss is about the inquiry or the proposal that it sends out, named in the heading or the first lines.
        first = text.partition("Remissvar")[0][:1500]
        named = in_title + [hit.identifier for hit in find_identifiers(first)]
        about = [name for name in in_title if name.scheme in _ABOUT] or [
            name for name in dict.fromkeys(named) if name.scheme in _ABOUT
        ]
        relation = Relation.PACKAGE if len(set(about)) > 1 else Relation.SUBJECT
        stated = [replace(name, relation=relation) for name in about]
    else:
        # "Registrering av EES-medborgare, SOU 2026:9": the number at the end of a title is the document's own.
        scheme = _SERIES.get(kind, "").strip(".").lower()
        stated = [name for name in in_title if name.scheme == scheme][-1:] if not numbers else []
        stated = [replace(name, relation=Relation.SUBJECT) for name in stated]
    mentions = in_title + [hit.identifier for hit in find_identifiers(text)]
    return _once([*(replace(name, relation=Relation.SUBJECT) for name in numbers), *stated, *mentions])


def read_text(markdown: str, kind: Kind) -> tuple[str, str]:
    """Heading and plain body of a page; contact persons at the end are left out (personal data)."""
    first, _, body = markdown.lstrip("\ufeff\n ").partition("\n")
    body = _ESCAPE.sub("", _LINK.sub(r"\1", body[:TEXT]))
    if kind in (Kind.PRESS, Kind.NEWS):
        contact = next((hit for hit in _CONTACT.finditer(body) if _PERSONAL_LINE.search(body, hit.start())), None)
        body = _PERSONAL_LINE.sub("", body[: contact.start()] if contact else body)
    body = _MARKUP.sub("", body).replace("\xad", "").replace("\xa0", " ")
    body = re.sub(r"\n{3,}", "\n\n", re.sub(r"[^\S\n]+", " ", body))
    return first.removeprefix("#").strip(), cap(body.strip(), TEXT)


def remiss_windows(text: str, url: str, published: date | None) -> tuple[Window, ...] | None:
    """The period to answer a remiss; None where the page is silent: the sentence disappears after the day."""
    deadline = find_deadline(text, published)
    if deadline is None:
        return None
    certainty = Certainty.GIVEN if deadline.stated else Certainty.ESTIMATED
    return (Window(WindowKind.REMISS, None, deadline.day, certainty, url=url),)


def page_steps(kind: Kind, path: str, title: str, published: date | None) -> tuple[Step, ...] | None:
    """The Council's meeting days in the title of an agenda, the day of publication of documents that are steps."""
    if kind is Kind.AGENDA and path.startswith("/kommenterade-dagordningar"):
        near = published or placed(path)
        return tuple(Step(day, "g0v:meeting") for day in find_days(title, near)) or None
    if kind in _EVENTS and published:
        return (Step(published, f"g0v:{kind}"),)
    return None


def placed(path: str) -> date | None:
    """About when a page was published, by the year and month in its path."""
    match = _PLACED.search(path)
    return date(int(match[1]), int(match[2]), 15) if match and 1 <= int(match[2]) <= 12 else None


def _own_number(kind: Kind, own: str) -> list[Identifier]:
    """The number field where it is the kind's own: `SOU 2026:9`, also `2023:77`, `SOU:2014:91`, `Sou 2003:79`."""
    match = _NUMBER.fullmatch(own) if kind in _SERIES else None
    number = parse_identifier(f"{_SERIES[kind]} {match[1]}:{match[2]}") if match else None
    return [number] if number and number.scheme in _OWN else []


def _memo_number(path: str, heading: str, own: str) -> list[Identifier]:
    """A memo's own number: from its heading, its number field, at last its path.

    Heading and field have been plainly wrong (2020/21:FPM28 on a memo of September 2025) and so have paths: the
    first one stands whose session is that of the page's year or at most two years back.
    """
    slug = _SLUG.search(unquote(path))
    written = (heading, own, f"{slug[1]}/{slug[2]}:FPM{slug[3]}" if slug else "")
    found = [
        hit.identifier for text in written for hit in find_identifiers(text) if hit.identifier.scheme == "fpm"
    ]
    near = placed(path)
    likely = [name for name in found if near is None or near.year - 2 <= int(name.value[:4]) <= near.year]
    return [replace(name, relation=Relation.SUBJECT) for name in (likely or found)[:1]]


def _once(names: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Each name once, as first stated."""
    first: dict[tuple[str, str], Identifier] = {}
    for name in names:
        first.setdefault((name.scheme, name.value), name)
    return tuple(first.values())
