"""One entry of a feed as an item, and the key by which it is known.

Feeds are written by many hands: entries without guid, date, title or address, with one guid for all of them,
with links that work only beside the feed. Each rule here was forced by a recorded feed.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from spiders.finding import Identifier, Relation
from spiders.identifiers import find_identifiers, parse_identifier
from spiders.sanitise import TEXT, cap, line, plain, safe_link

ZONE = ZoneInfo("Europe/Stockholm")
"""Days are counted here. The think tank of the Parliament writes 22:00 GMT of the evening before."""

OLDEST = date(1990, 1, 1)
LONGEST_GUID = 500
MOST_SUBJECTS = 30
MOST_IDENTIFIERS = 60

_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|mc_[ce]id)$")
# CELLAR's notification feed has been sent with unrendered templates (`$item.title`, seen 2026-08-05).
_TEMPLATE = re.compile(r"^\$\{?item\.")
_EUR_LEX_TITLE = re.compile(r"^(?:CELEX|OJ|CONSIL|PI_COM|IMMC):\S+?(?::\s+(?P<title>.+))?$", re.DOTALL)
_EUR_LEX_NAME = re.compile(r"^[A-Z_]{2,10}:[^\s&]{3,80}$")


PARTS = {
    "guid": "guid, id or rdf:about",
    "link": "link",
    "title": "title",
    "date": "pubDate, dc:date, published or updated",
    "published": "pubDate, dc:date or published",
    "updated": "updated",
    "text": "description, summary, content:encoded or content",
    "summary": "description or summary",
    "content": "content:encoded or content",
    "categories": "category or dc:subject",
    "language": "language of the channel, or xml:lang",
}
"""What an entry may have, and the elements in which it stands."""


@dataclass(frozen=True, slots=True)
class Item:
    """What an entry says, cleaned. `name` is EUR-Lex's own (`CELEX:52025PC0555`), where the entry has one."""

    guid: str | None
    link: str | None
    title: str
    summary: str
    text: str | None
    published: date | None
    updated: datetime | None
    subjects: tuple[str, ...]
    name: str | None

    @property
    def digest(self) -> str:
        """A key made of title and date, for want of a better one."""
        return hashlib.sha256(f"{self.title}\n{self.published or ''}".encode()).hexdigest()[:32]


def item_of(entry: Mapping[str, Any], base: str, link_from: str = "link") -> Item | None:
    """The entry as an item; None where it says neither what it is nor where.

    Args:
        entry: as feedparser gives it, unsanitised.
        base: address of the feed; relative links are resolved against it.
        link_from: `guid` for feeds whose `link` is a detour and whose guid is the page.
    """
    guid = _text(entry, "id").strip()[:LONGEST_GUID] or None
    link = canonical(_own_link(entry), base)
    if link_from == "guid" or link is None:
        link = canonical(guid, base) if guid and guid.startswith(("http://", "https://")) else link
    title = line(_untemplated(_text(entry, "title")))
    summary = plain(_untemplated(_text(entry, "summary")))
    text = plain(_content(entry), TEXT)
    name = _eur_lex_name(link)
    if name is not None:
        title = _eur_lex_title(title)
        link = f"https://eur-lex.europa.eu/legal-content/SV/TXT/?uri={name}"
    title = title or cap(" ".join((summary or text).split()), 120) or (name or "")
    if not title:
        return None
    # EUR-Lex's pubDate lags by weeks; the date of an act comes from CELLAR.
    published = _moment(entry, "published_parsed", "created_parsed", "updated_parsed") if name is None else None
    updated = _moment(entry, "updated_parsed")
    return Item(
        guid=guid if guid is None or not _TEMPLATE.match(guid) else None,
        link=link,
        title=title,
        summary=summary,
        text=text if text and text != summary else None,
        published=published.astimezone(ZONE).date() if published else None,
        updated=updated if name is None and updated != published else None,
        subjects=_subjects(entry),
        name=name,
    )


def parts_of(entry: Mapping[str, Any]) -> frozenset[str]:
    """Which of `PARTS` an entry has in a form that can be read; `language` belongs to the feed as a whole."""
    published = _moment(entry, "published_parsed", "created_parsed") is not None
    updated = _moment(entry, "updated_parsed") is not None
    # feedparser gives the content as the summary where there is none.
    summary, content = _text(entry, "summary").strip(), _content(entry).strip()
    told = {
        "guid": bool(_text(entry, "id").strip()),
        "link": bool(_own_link(entry)),
        "title": bool(line(_text(entry, "title"))),
        "date": published or updated,
        "published": published,
        "updated": updated,
        "summary": bool(summary) and summary != content,
        "content": bool(content),
        "text": bool(summary or content),
        "categories": bool(_subjects(entry)),
    }
    return frozenset(name for name, there in told.items() if there)


def canonical(link: str | None, base: str = "") -> str | None:
    """`link` as a safe absolute address without tracking parameters and fragment; None where it is none."""
    address = safe_link(link, base)
    if address is None:
        return None
    parts = urlsplit(address)
    query = parts.query
    if any(_TRACKING.match(name) for name, _ in parse_qsl(query, keep_blank_values=True)):
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([(name, value) for name, value in pairs if not _TRACKING.match(name)])
    return urlunsplit(parts._replace(query=query, fragment="", path=parts.path.replace("/./", "/")))


def keys_of(items: Iterable[Item]) -> list[tuple[str, Item]]:
    """Each item with its key, in order: EUR-Lex's name, guid, canonical link, digest; the first that identifies.

    A guid or link that stands for items with different titles identifies none of them (a ministry has given
    its four news one guid). With equal titles they are one item, listed twice.
    """
    found = list(items)
    by_guid = _titles((item.guid, item.title) for item in found)
    by_link = _titles((item.link, item.title) for item in found)
    keyed = []
    for item in found:
        if item.name:
            key = item.name
        elif item.guid and len(by_guid[item.guid]) == 1:
            key = item.guid
        elif item.link and len(by_link[item.link]) == 1:
            key = item.link
        else:
            key = item.digest
        keyed.append((key, item))
    return keyed


def identifiers_of(item: Item) -> tuple[Identifier, ...]:
    """What the title names is the subject; what summary, address and text name is mentioned."""
    found: dict[tuple[str, str], Relation] = {}
    if item.name:
        scheme, _, value = item.name.partition(":")
        known = parse_identifier(unquote(value))
        named = (known.scheme, known.value) if known else (scheme.lower().replace("_", "-"), unquote(value))
        found[named] = Relation.SUBJECT
    for text, relation in (
        (item.title, Relation.SUBJECT),
        (item.summary, Relation.MENTION),
        (unquote(item.link or ""), Relation.MENTION),
        (item.text or "", Relation.MENTION),
    ):
        for place in find_identifiers(text):
            found.setdefault((place.identifier.scheme, place.identifier.value), relation)
    return tuple(Identifier(scheme, value, relation) for (scheme, value), relation in found.items())[
        :MOST_IDENTIFIERS
    ]


def about_one_file(named: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """`named` with the only procedure among them as the subject; of several, or none, nothing changes."""
    found = tuple(named)
    files = [name for name in found if name.scheme == "procedure"]
    if len(files) != 1:
        return found
    return tuple(replace(name, relation=Relation.SUBJECT) if name is files[0] else name for name in found)


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _own_link(entry: Mapping[str, Any]) -> str:
    """The link, but for a guid that feedparser takes for one: `g1` is no address beside the feed."""
    own = _text(entry, "link").strip()
    links = entry.get("links")
    hrefs = [one.get("href") for one in links if isinstance(one, Mapping)] if isinstance(links, list) else []
    return own if own in hrefs or own.startswith(("http://", "https://")) else ""


def _untemplated(text: str) -> str:
    return "" if _TEMPLATE.match(text) else text


def _content(entry: Mapping[str, Any]) -> str:
    parts = entry.get("content")
    if not isinstance(parts, list):
        return ""
    values = [part.get("value") for part in parts if isinstance(part, Mapping)]
    return max((value for value in values if isinstance(value, str)), key=len, default="")


def _subjects(entry: Mapping[str, Any]) -> tuple[str, ...]:
    tags = entry.get("tags")
    terms = [tag.get("term") for tag in tags if isinstance(tag, Mapping)] if isinstance(tags, list) else []
    names = (line(term, 100) for term in terms[:MOST_SUBJECTS] if isinstance(term, str))
    return tuple(dict.fromkeys(name for name in names if name))


def _moment(entry: Mapping[str, Any], *names: str) -> datetime | None:
    """The first of the dates that is there and can be true."""
    for name in names:
        # `in` first: asking for `updated` falls back to `published` with a warning.
        if name not in entry:
            continue
        try:
            year, month, day, hour, minute, second = entry[name][:6]
            moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        except (TypeError, ValueError):  # None: a date that nobody could read
            continue
        if OLDEST <= moment.date() <= date(9000, 1, 1):
            return moment
    return None


def _titles(pairs: Iterable[tuple[str | None, str]]) -> dict[str, set[str]]:
    titles: dict[str, set[str]] = {}
    for name, title in pairs:
        if name:
            titles.setdefault(name, set()).add(title)
    return titles


def _eur_lex_name(link: str | None) -> str | None:
    if link is None or urlsplit(link).hostname != "eur-lex.europa.eu":
        return None
    name = parse_qs(urlsplit(link).query).get("uri", [""])[0].strip()
    return name if _EUR_LEX_NAME.match(name) else None


def _eur_lex_title(title: str) -> str:
    found = _EUR_LEX_TITLE.match(title)
    return (found["title"] or "").strip() if found else title
