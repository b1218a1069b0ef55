"""CELLAR's notification feed: which works were created or changed, by identifier.

Titles, summaries and links of its Atom form are templates that nobody rendered (seen 2026-08-05), so it is no feed
for readers. What it names is looked up: each proposal or act leads to its notice, which has the Swedish title.
"""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree

from spiders.cellar_vocabulary import CELEX, is_corrigendum
from spiders.fields import Audit
from spiders.markup import element_words, xml_tree
from spiders.platform import Ask, Drifted, Page, Reading

PATH = "/webapi/notification/ingestion"
_TYPES = frozenset({"create", "update", "delete"})
_SECTORS = "35"
"""Acts and preparatory documents; case-law (6) names parties."""


def first_page(url: str, day: datetime) -> Ask:
    """The log since the midnight that `day` begins with."""
    return Ask(url.replace("{start}", f"{day:%Y-%m-%d}"), "log", headers={"Accept": "application/atom+xml"})


def read_log(page: Page) -> Reading:
    """One page of the log in either form: notices to ask for, the next page, what else was named.

    Raises:
        Drifted: neither form, or no entry could be read.
    """
    audit = Audit()
    root = xml_tree(page)
    channel = root.find("channel") if root.tag == "rss" else root
    if channel is None or _local(root) not in ("rss", "feed"):
        raise Drifted(f"expected <feed>, or <rss> with a <channel>, got <{_local(root)[:60]}>: {page.url}")
    more = _text(channel, "moreEntries")
    if more not in ("true", "false"):
        raise Drifted(f"moreEntries: expected true or false, got {more[:20]!r}: {page.url}")
    entries = [child for child in channel if _local(child) in ("entry", "item")]
    wanted: dict[str, None] = {}
    others: dict[str, None] = {}
    for entry in entries:
        names = [unquote(element_words(one)) for one in entry.iter() if _local(one) == "identifier"]
        kind = _text(entry, "type")
        if kind not in _TYPES:
            audit.note(f"unknown type of notification {kind[:20]!r}")
        if not _text(entry, "cellarId") or not names:
            audit.note("missing field entry.cellarId or entry.identifiers.identifier")
            continue
        celex = next((value for value in _celex(names) if kind != "delete"), None)
        (wanted if celex else others)[celex or names[0]] = None
    if entries and not wanted and not others:
        raise Drifted(
            f"none of {len(entries)} entries could be read; {'; '.join(audit.warnings())[:300]}: {page.url}"
        )
    named = f": {', '.join(list(others)[:10])}" if others else ""
    audit.note(f"{len(entries)} changes, {len(wanted)} of them acts or proposals; others{named}")
    base = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    asks = [
        Ask(
            f"{base}/resource/celex/{celex}",
            "text",
            headers={"Accept": "application/xml;notice=tree", "Accept-Language": "swe"},
            key=celex,
            tolerated=(404, 406),
        )
        for celex in wanted
    ]
    if more == "true":
        asks.append(_following(page.url))
    return Reading(asks=tuple(asks), warnings=audit.warnings(), last=more == "false")


def _celex(names: list[str]) -> Iterator[str]:
    for name in names:
        scheme, _, value = name.partition(":")
        if scheme == "celex" and value[:1] in _SECTORS and CELEX.fullmatch(value) and not is_corrigendum(value):
            yield value


def _following(url: str) -> Ask:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    number = query.get("page", "1")
    query["page"] = str(int(number) + 1 if number.isdigit() else 2)
    address = urlunsplit(parts._replace(query=urlencode(query, safe=":")))
    return Ask(address, "log", headers={"Accept": "application/atom+xml"})


def _text(element: ElementTree.Element, name: str) -> str:
    return next((element_words(child) for child in element if _local(child) == name), "")


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
