"""Web pages for people: declared lists, or a page watched as a whole where it has no list that can be read.

What a page looks like is declared with CSS selectors, so that a new source is one entry. A redesign empties the
selectors without an error; so a list without rows has drifted, and so has one of which no row has what was
declared of each. Nobody ever says "no calls" because a page could not be read.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from parsel import Selector, SelectorList
from w3lib.encoding import html_to_unicode

from config.sources import Source
from spiders.finding import Certainty, Finding, Step, Window
from spiders.identifiers import find_identifiers
from spiders.listing_dates import When, find_when, read_stamp
from spiders.listing_options import PageOptions, Parts, options_of
from spiders.markup import words_of
from spiders.platform import Ask, Assignment, Drifted, Empty, Form, Page, Platform, Reading
from spiders.sanitise import SUMMARY, TEXT, cap, line, plain, safe_link

LEAST_TEXT = 80
"""Characters of a watched part below which it is a shell whose text a script would bring."""

_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
# A day as 09-10-2026 is none.
_PHONE = re.compile(r"(?<![\w/.-])(?!\d\d-\d\d-\d{4})(?:\+\d{2}[\s(-]{0,2}\d?|0\d)[\d\s()-]{6,14}\d(?![\w/])")


class Listing(Platform):
    """Pages of any owner; options as in `spiders.listing_options`."""

    name: ClassVar[str] = "page"
    parser: ClassVar[str] = "page/1"

    def check(self, source: Source) -> None:
        """The options of `PageOptions`, with selectors and forms of dates that can be used."""
        options_of(source)

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The page itself."""
        # The mark of the options is part of the name: after a change of them what is remembered no longer counts.
        options = options_of(assignment.source)
        yield Ask(assignment.source.url, f"{'watch' if options.watch else 'list'} {options.mark}")

    def expects(self, reader: str) -> Form:  # noqa: ARG002  # all readers read HTML
        """HTML, always."""
        return "html"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """A list, a page behind one of its rows, or a watched page."""
        source, options = assignment.source, options_of(assignment.source)
        tree = _tree(page, options.without)
        match page.reader.partition(" ")[0]:
            case "watch":
                return _read_watched(tree, page, source, options)
            case "detail":
                return _read_detail(tree, page, source, options)
            case _:
                return _read_list(tree, page, source, options)

    def route(self, url: str) -> Ask | None:  # noqa: ARG002  # only a declaration knows what its page looks like
        """None: no address tells by itself what its page looks like."""
        return None


# --- Lists


@dataclass(frozen=True, slots=True)
class _Row:
    """What one row says; None where the declaration has no selector for it."""

    key: str
    title: str
    url: str
    day: When | None
    deadline: tuple[When, ...] | None
    summary: str

    def version(self, options: PageOptions) -> str:
        """A mark of all of it, and of how its page would be read."""
        said = json.dumps([self.title, str(self.day), str(self.deadline), self.summary, options.mark])
        return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _read_list(tree: Selector, page: Page, source: Source, options: PageOptions) -> Reading:
    nodes = tree.css(options.row)
    if not nodes:
        _no_rows(tree, page, source, options)
    today = page.fetched_at.astimezone(options.clock).date()
    missing: Counter[str] = Counter()
    rows: dict[str, _Row] = {}
    for node in nodes:
        row = _row(node, page, options, today, missing)
        if row is not None:
            rows.setdefault(row.key, row)
    warnings = _missed(missing, len(nodes), page, options)
    if repeated := len(nodes) - missing["title"] - missing["link"] - len(rows):
        warnings.append(f"{repeated} rows repeat another one's address")
    warnings += _language(tree, source)
    findings = tuple(_row_finding(row, source, options) for row in rows.values())
    asks = _details(rows.values(), source, options) if options.detail else ()
    return Reading(findings, asks, tuple(warnings))


def _no_rows(tree: Selector, page: Page, source: Source, options: PageOptions) -> None:
    said_empty = options.empty and options.empty.casefold() in words_of(tree, TEXT).casefold()
    if source.expect.may_be_empty and (said_empty or not options.empty):
        raise Empty(f"no rows ({options.empty or options.row}): {page.url}")
    raise Drifted(f"options.row: {options.row!r} matches nothing: {page.url}")


def _row(node: Selector, page: Page, options: PageOptions, today: date, missing: Counter[str]) -> _Row | None:
    titles = node.css(options.title)
    title = words_of(titles[:1])
    if not title:
        missing["title"] += 1
        return None
    url = safe_link(_href(node, titles[0], options.link), page.url)
    if url is None:
        missing["link"] += 1
        return None
    summary = words_of(node.css(options.summary)[:1], SUMMARY) if options.summary else ""
    missing["summary"] += bool(options.summary and not summary)
    day, deadlines = _dates(node, options, options, today, missing)
    return _Row(_key(url, options.keep_query), title, url, day, deadlines, _without_contacts(summary))


def _missed(missing: Counter[str], rows: int, page: Page, options: PageOptions) -> list[str]:
    """Warnings of what some rows lack.

    Raises:
        Drifted: not one row has a title, a link, or the date that was declared of each.
    """
    if missing["title"] + missing["link"] == rows:
        name = "title" if missing["title"] else "link"
        shown = getattr(options, name) or "a link in the title"
        raise Drifted(f"options.{name}: {shown!r} gives nothing in any of {rows} rows: {page.url}")
    readable = rows - missing["title"] - missing["link"]
    if options.date and missing["date"] >= readable:
        raise Drifted(f"options.date: {options.date!r} gives no day in any of {readable} rows: {page.url}")
    warnings = []
    for name, count in missing.items():
        # Not every call has a last day, not every item a lead; that none has is a sign.
        if count and (name not in ("deadline", "summary") or count >= readable):
            warnings.append(f"options.{name}: nothing in {count} of {rows} rows")
    return warnings


def _row_finding(row: _Row, source: Source, options: PageOptions) -> Finding:
    language = source.languages[0]
    published = row.day.day if row.day and options.date_is == "published" else None
    return Finding(
        source=source.archive,
        key=row.key,
        url=row.url,
        kind=options.kind,
        title={language: row.title},
        language=language,
        published=published,
        summary={language: row.summary} if row.summary else {},
        identifiers=tuple(dict.fromkeys(hit.identifier for hit in find_identifiers(f"{row.title} {row.summary}"))),
        steps=_steps(row.day, options),
        windows=_windows(row.deadline, options),
        subjects=options.subjects or None,
    )


def _details(rows: Iterable[_Row], source: Source, options: PageOptions) -> tuple[Ask, ...]:
    """The pages behind the rows, as far as they lie at the same host."""
    host = urlsplit(source.url).hostname
    asks = []
    for row in rows:
        if urlsplit(row.url).hostname == host:
            version = row.version(options)
            context = {"key": row.key, "title": row.title, "version": version}
            asks.append(Ask(row.url, f"detail {options.mark}", context=context, key=row.key, version=version))
    return tuple(asks[: options.most_details])


# --- Pages behind rows, and watched ones


def _read_detail(tree: Selector, page: Page, source: Source, options: PageOptions) -> Reading:
    parts, language = options.detail or Parts(), source.languages[0]
    today = page.fetched_at.astimezone(options.clock).date()
    missing: Counter[str] = Counter()
    text = _without_contacts(_text(tree, parts.text)) if parts.text else ""
    missing["text"] += bool(parts.text and not text)
    summary = words_of(tree.css(parts.summary)[:1], SUMMARY) if parts.summary else ""
    missing["summary"] += bool(parts.summary and not summary)
    day, deadlines = _dates(tree, parts, options, today, missing)
    title = page.context["title"]
    finding = Finding(
        source=source.archive,
        key=page.context["key"],
        url=page.url,
        kind=options.kind,
        title={language: title},
        language=language,
        published=day.day if day and options.date_is == "published" else None,
        summary={language: _without_contacts(summary)} if summary else {},
        text=text or None,
        identifiers=tuple(dict.fromkeys(hit.identifier for hit in find_identifiers(f"{title} {text}"))),
        steps=_steps(day, options),
        windows=_windows(deadlines, options),
        subjects=options.subjects or None,
        version=page.context["version"],
    )
    if missing["text"]:
        raise Drifted(f"options.detail.text: {parts.text!r} gives nothing: {page.url}")
    warnings = [f"options.detail.{name}: nothing on the page of a row" for name, count in missing.items() if count]
    return Reading((finding,), warnings=tuple(warnings))


def _read_watched(tree: Selector, page: Page, source: Source, options: PageOptions) -> Reading:
    """The page as one document whose text changes: what is new shows in its revisions."""
    text = _without_contacts(_text(tree, options.watch))
    if len(text) < LEAST_TEXT:
        raise Drifted(f"options.watch: {options.watch!r} gives {len(text)} characters of text: {page.url}")
    language = source.languages[0]
    finding = Finding(
        source=source.archive,
        key=_key(source.url, options.keep_query),
        url=page.url,
        kind=options.kind,
        title={language: line(source.title)},
        language=language,
        text=text,
        subjects=options.subjects or None,
    )
    return Reading((finding,), warnings=tuple(_language(tree, source)))


# --- What a page is made of


def _tree(page: Page, without: tuple[str, ...]) -> Selector:
    _, text = html_to_unicode(page.headers.get("content-type"), page.body)
    tree = Selector(text=text.replace("\x00", "") or "<html/>", type="html", huge_tree=False)
    for selector in ("script", "style", "noscript", "template", *without):
        for node in tree.css(selector):
            node.drop()
    return tree


def _href(node: Selector, title: Selector, link: str) -> str | None:
    """The address of a row: of the declared link, else of the title, else of the row."""
    usual = (title, title.xpath("ancestor::a[1]"), title.css("a"), node, node.css("a"))
    places: Iterable[Selector | SelectorList[Selector]] = node.css(link) if link else usual
    for place in places:
        address: str | None = place.xpath("@href").get()
        if address:
            return address
    return None


def _dates(
    node: Selector, parts: Parts, options: PageOptions, today: date, missing: Counter[str]
) -> tuple[When | None, tuple[When, ...] | None]:
    day = _when(node, parts.date, options.date_format, options, today) if parts.date else None
    missing["date"] += bool(parts.date and day is None)
    if not parts.deadline:
        return day, None
    deadline = _when(
        node, parts.deadline, options.deadline_format or options.date_format, options, today, last=True
    )
    missing["deadline"] += deadline is None
    return day, (deadline,) if deadline else ()


def _when(
    node: Selector, selector: str, form: str, options: PageOptions, today: date, *, last: bool = False
) -> When | None:
    found = node.css(selector)[:1]
    stamp = found.xpath("@datetime").get() or found.xpath(".//@datetime").get()
    if stamp and (when := read_stamp(stamp, options.clock)):
        return when
    return find_when(words_of(found), form, options.clock, today, last=last)


def _steps(day: When | None, options: PageOptions) -> tuple[Step, ...] | None:
    return (Step(day.day, "page:event"),) if day and options.date_is == "event" else None


def _windows(deadlines: tuple[When, ...] | None, options: PageOptions) -> tuple[Window, ...] | None:
    if deadlines is None:
        return None
    return tuple(Window(options.window, None, one.day, Certainty.GIVEN, one.at) for one in deadlines)


def _text(tree: Selector, selector: str) -> str:
    return cap("\n".join(text for node in tree.css(selector).getall() if (text := plain(node, TEXT))), TEXT)


def _without_contacts(text: str) -> str:
    """Officers' addresses and numbers stand on many pages; they are not kept."""
    return _PHONE.sub("…", _MAIL.sub("…", text))


def _key(url: str, keep_query: tuple[str, ...]) -> str:
    """The address as a key: host in lower case, no fragment, of the query only what is declared to count."""
    parts = urlsplit(url)
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name in keep_query])
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", query, ""))


def _language(tree: Selector, source: Source) -> list[str]:
    said = (tree.xpath("/html/@lang").get() or "").strip()[:2].lower()
    if said and said not in source.languages:
        return [f"the page says that it is in {line(said, 10)!r}, declared is {', '.join(source.languages)}"]
    return []
