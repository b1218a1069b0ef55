"""RSS, Atom and RDF feeds, whoever publishes them; what differs is declared.

feedparser reads only bytes that we downloaded, wrapped so that it cannot take them for a file name or an
address. A feed is a window over the newest items: absence from it says nothing.
"""

import io
import re
import zlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import ConfigError
from config.sources import Source
from spiders.feed_items import PARTS, ZONE, Item, about_one_file, identifiers_of, item_of, keys_of, parts_of
from spiders.finding import Finding, Kind, Step
from spiders.platform import Ask, Assignment, Drifted, Empty, Failed, Page, Platform, Reading
from spiders.sanitise import line
from spiders.walls import is_html

ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.8"
"""Some servers answer 406 when only RSS is accepted (Eurostat)."""

MOST_ITEMS = 5_000
"""The longest feed seen has 1,522 (Eurostat)."""

AHEAD = timedelta(days=400)
"""A date further in the future than this is a slip."""

_FEED_ADDRESS = re.compile(r"[/=.](?:rss|atom|feed)s?\b|\brss|/notification/ingestion", re.IGNORECASE)

_FEED_ROOT = re.compile(
    rb"<(?:\w{1,20}:)?(?:rss|feed)[\s>]|://purl\.org/rss/|://my\.netscape\.com/rdf/", re.IGNORECASE
)

_TITLE = re.compile(rb"<(?:\w{1,20}:)?title[\s>]", re.IGNORECASE)
_BESIDE = re.compile(rb"<(image|textinput)[\s>].{0,5000}?</\1\s{0,5}>", re.IGNORECASE | re.DOTALL)
"""Parts of a channel that have titles of their own."""

Words = Annotated[tuple[str, ...], Field(max_length=100)]

Part = Literal[
    "guid", "link", "title", "date", "published", "updated", "text", "summary", "content", "categories", "language"
]

EXPECTED: tuple[Part, ...] = ("guid", "link", "title", "date", "text")
"""What nearly every feed has: of 57 recorded ones 8 lack guids, 4 dates, 3 any text."""


class FeedOptions(BaseModel):
    """What a declaration may say under `options`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = Kind.NEWS
    """What sort of document the items are."""
    include: Words = ()
    """Keep only items with one of these in title, summary or categories (any case, also within words)."""
    exclude: Words = ()
    """Leave out items with one of these."""
    subjects: Words = ()
    """Added to every item's own categories."""
    channel: str = ""
    """Beginning of the channel's title; another one is warned of: the address may lead elsewhere."""
    expected: tuple[Part, ...] = EXPECTED
    """What at least one item must have (`spiders.feed_items.PARTS`); a feed that has lost it has changed."""
    link: Literal["link", "guid"] = "link"
    """Which element is the page that people read."""
    days: int = Field(60, ge=1, le=3650)
    """How far back `{start}` in the address lies; `{end}` is the day of the scan."""
    day_format: str = "%Y-%m-%d"
    """Form of `{start}` and `{end}`."""
    steps: Annotated[tuple[tuple[str, str], ...], Field(max_length=100)] = ()
    """Words of a title (any case) and the code of the step that it reports; the first that fits counts.

    An item that reports a step and names exactly one file is about that file.
    """


class Feed(Platform):
    """Feeds of any owner."""

    name: ClassVar[str] = "feed"
    parser: ClassVar[str] = "feed/2"

    def check(self, source: Source) -> None:
        """The options of `FeedOptions`."""
        _options(source)

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The feed itself."""
        options, today = _options(assignment.source), assignment.now.astimezone(ZONE).date()
        start = today - timedelta(days=options.days)
        address = assignment.source.url
        for mark, day in (("{start}", start), ("{end}", today)):
            address = address.replace(mark, day.strftime(options.day_format))
        yield _ask(address)

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """The items of the feed."""
        source, options, warnings = assignment.source, _options(assignment.source), []
        body = _unpacked(page, source.max_bytes)
        parsed = _parse(body, page)
        entries: list[Any] = parsed.entries
        _check_root(parsed, body, page)
        if parsed.bozo:
            warnings.append(
                f"not well-formed, {len(entries)} items could be read: {_reason(parsed.bozo_exception)}"
            )
        channel = line(_text(parsed.feed, "title"))
        if options.channel and not channel.casefold().startswith(options.channel.casefold()):
            warnings.append(f"the channel's title is {channel!r}, declared is {options.channel!r}")
        if len(entries) > MOST_ITEMS:
            warnings.append(f"{len(entries)} items; read the first {MOST_ITEMS}")

        items = [item_of(entry, page.url, options.link) for entry in entries[:MOST_ITEMS]]
        readable = [item for item in items if item is not None]
        if not readable:
            raise Drifted(
                f"none of {len(items)} items has a title, a text or an address to know it by: {page.url}"
            )
        if len(readable) < len(items):
            warnings.append(f"{len(items) - len(readable)} items without title and text were left out")
        warnings += _lacking(parsed, items, options)
        language = _language(parsed.feed, source, warnings)
        kept = _distinct(readable, warnings)
        latest = page.fetched_at.astimezone(ZONE).date() + AHEAD
        slips = sum(1 for item in kept.values() if item.published and item.published > latest)
        if slips:
            warnings.append(f"{slips} items are dated after {latest}; their dates were left out")
        findings = [
            Finding(
                source=source.archive,
                key=key,
                url=item.link or page.url,
                kind=options.kind,
                title={language: item.title},
                language=language,
                published=item.published if item.published is None or item.published <= latest else None,
                updated=item.updated,
                summary={language: item.summary} if item.summary else {},
                text=item.text,
                identifiers=identifiers_of(item),
                subjects=tuple(dict.fromkeys((*item.subjects, *options.subjects))),
            )
            for key, item in kept.items()
            if _wanted(item, options)
        ]
        return Reading(tuple(_reporting(one, options) for one in findings), warnings=tuple(warnings))

    def route(self, url: str) -> Ask | None:
        """Addresses that name themselves a feed; of others only the content tells (`looks_like_feed`)."""
        return _ask(url) if _FEED_ADDRESS.search(url) else None


def _reporting(finding: Finding, options: FeedOptions) -> Finding:
    """With the step that its title reports, if it reports one."""
    title = next(iter(finding.title.values())).casefold()
    code = next((code for words, code in options.steps if words.casefold() in title), None)
    if code is None or finding.published is None:
        return finding
    return replace(
        finding,
        steps=(Step(finding.published, code),),
        identifiers=about_one_file(finding.identifiers or ()),
    )


def looks_like_feed(body: bytes) -> bool:
    """Whether the root element of `body` is that of a feed."""
    return _FEED_ROOT.search(body[:4_000]) is not None


def _ask(address: str) -> Ask:
    return Ask(address, "feed", headers={"Accept": ACCEPT})


def _options(source: Source) -> FeedOptions:
    try:
        return FeedOptions.model_validate(dict(source.options))
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"source {source.id}: options.{place}: {first['msg']}") from exc


def _unpacked(page: Page, most: int) -> bytes:
    """The body; gzip that a server sent without saying so is taken off, and never more than `most` bytes."""
    body = page.body
    if body.startswith(b"\x1f\x8b"):
        unpacker = zlib.decompressobj(wbits=31)
        try:
            body = unpacker.decompress(body, most)
        except zlib.error as exc:
            raise Failed(f"gzip that cannot be unpacked: {page.url}") from exc
        if unpacker.unconsumed_tail:
            raise Failed(f"larger than {most} bytes when unpacked: {page.url}")
        if not unpacker.eof:
            raise Failed(f"gzip that was cut off: {page.url}")
    if not body.strip():
        raise Failed(f"empty body when unpacked: {page.url}")
    if len(body) > most:
        raise Failed(f"{len(body)} bytes, more than {most}: {page.url}")
    return body


def _parse(body: bytes, page: Page) -> Any:
    """The result of feedparser. It is given a stream because it would open `b"/etc/hostname"` as a file."""
    import feedparser

    charset = page.headers.get("content-type", "").partition("charset=")[2].partition(";")[0].strip("\"' ")
    # The media type is judged by us; as `text/xml` without charset it would count as us-ascii (RFC 3023).
    content_type = f"application/xml; charset={charset}" if charset.isascii() and charset else "application/xml"
    # No content-location: it would turn every guid into an address. Links are made absolute by us.
    headers = {"content-type": content_type}
    try:
        # Text is cleaned once, by us (`spiders.sanitise`); relative links in it are not kept anyway.
        return feedparser.parse(
            io.BytesIO(body), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
        )
    except Exception as exc:  # a library's parser on hostile bytes: whatever it trips over, the feed is unreadable
        raise Failed(f"unreadable as a feed ({type(exc).__name__}): {page.url}") from exc


def _check_root(parsed: Any, body: bytes, page: Page) -> None:
    kind = page.content_type or "no content type"
    # A feed within an HTML page is still a feed (recorded once): what counts is whether one was recognised.
    if is_html(body) and not parsed.get("version"):
        raise Drifted(f"an HTML page where a feed was due ({kind}): {page.url}")
    if parsed.entries:
        return
    if parsed.bozo:
        raise Failed(f"not well-formed and without items: {_reason(parsed.bozo_exception)}: {page.url}")
    if not parsed.get("version"):
        raise Drifted(
            f"the root element is that of no feed ({page.content_type or 'no content type'}): {page.url}"
        )
    titles = len(_TITLE.findall(_BESIDE.sub(b"", body)))
    if titles > 1:
        # The channel has one. So there are things with titles that are called neither item nor entry.
        raise Drifted(f"no item or entry, but {titles - 1} other things with a title: {page.url}")
    raise Empty(f"the feed has no items: {page.url}")


def _lacking(parsed: Any, items: list[Item | None], options: FeedOptions) -> list[str]:
    """Warnings of what is expected and no item has."""
    # EUR-Lex's items need no date: theirs is never used.
    dated = [item is None or item.name is None for item in items]
    there = {"language"} if _text(parsed.feed, "language") else set()
    for entry, needs_date in zip(parsed.entries, dated, strict=False):
        there |= parts_of(entry)
        if not needs_date:
            there |= {"date", "published", "updated"}
    return [
        f"no item has {PARTS[part]} (options.expected: {part})" for part in options.expected if part not in there
    ]


def _distinct(items: list[Item], warnings: list[str]) -> dict[str, Item]:
    """The items by key; of several with one key the newest, else the first, stands."""
    kept: dict[str, Item] = {}
    keyed = keys_of(items)
    for key, item in keyed:
        other = kept.get(key)
        if other is None or (item.published and other.published and item.published > other.published):
            kept[key] = item
    if len(kept) < len(keyed):
        warnings.append(f"{len(keyed) - len(kept)} items repeat another one")
    shared = {item.guid for key, item in keyed if item.guid and key not in (item.guid, item.name)}
    if shared:
        warnings.append(
            f"{len(shared)} guids or ids stand for several different items; those are known by address or text"
        )
    links: dict[str, set[str]] = {}
    for _, item in keyed:
        links.setdefault(item.link or "", set()).add(item.title)
    if double := sum(len(titles) > 1 for link, titles in links.items() if link):
        warnings.append(f"{double} links stand for several different items")
    return kept


def _wanted(item: Item, options: FeedOptions) -> bool:
    text = " ".join((item.title, item.summary, *item.subjects)).casefold()
    if options.include and not any(word.casefold() in text for word in options.include):
        return False
    return not any(word.casefold() in text for word in options.exclude)


def _language(feed: Any, source: Source, warnings: list[str]) -> str:
    """The feed's own language where the declaration names it, else the declared one; "und" where nobody says."""
    own = _text(feed, "language")[:2].lower()
    own = own if own.isascii() and own.isalpha() and len(own) == 2 else ""
    if not source.languages:
        return own or "und"
    if own and own not in source.languages:
        warnings.append(f"the feed says that its language is {own!r}, declared is {', '.join(source.languages)}")
    return own if own in source.languages else source.languages[0]


def _reason(error: object) -> str:
    return f"{type(error).__name__}: {line(str(error), 120)}"


def _text(mapping: Any, name: str) -> str:
    value = mapping.get(name)
    return value if isinstance(value, str) else ""
