"""Searches of other services, as JSON or RSS, whose question and shape are declared.

A new one is one entry: where the hits stand, where a hit has its title, link, date. Searches match loosely and
ignore what they do not understand, so words may be declared that a hit must have. A declared place that is empty
in every hit is drift; a key of a hit that nobody declared is a warning.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from config.sources import Source
from spiders.feed import ACCEPT, Feed
from spiders.feed_items import OLDEST
from spiders.finding import Certainty, Finding, Step, Window
from spiders.identifiers import find_identifiers
from spiders.listing_dates import When, read_stamp
from spiders.platform import Ask, Assignment, Drifted, Empty, Form, Page, Platform, Reading
from spiders.sanitise import line, plain, safe_link
from spiders.search_api_options import PLACE, Fields, SearchOptions, search_options

_FEED = Feed()
_OF_A_FEED = ("kind", "include", "exclude", "subjects", "expected")


class SearchApi(Platform):
    """Declared searches; options as in `spiders.search_api_options`."""

    name: ClassVar[str] = "search-api"
    parser: ClassVar[str] = "search-api/1"

    def check(self, source: Source) -> None:
        """The options of `SearchOptions`."""
        search_options(source)

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The first page, of each term where there are several."""
        options = search_options(assignment.source)
        since = assignment.now.astimezone(ZoneInfo(options.zone)).date() - timedelta(days=options.days)
        day = since.strftime(options.day_format)
        for term in options.terms or ("",):
            url = assignment.source.url.replace("{term}", quote_plus(term)).replace("{since}", day)
            body = json.dumps(options.body).replace("{since}", day) if options.body is not None else None
            yield _ask(url, body, options, options.page.first if options.page else 0)

    def expects(self, reader: str) -> Form:
        """JSON, or whatever a feed may be."""
        return "json" if reader.startswith("json") else "any"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """One page of hits."""
        options = search_options(assignment.source)
        read = _read_json if page.reader.startswith("json") else _read_rss
        return read(page, assignment, options)

    def route(self, url: str) -> Ask | None:  # noqa: ARG002  # only a declaration knows what an answer looks like
        """None: no address tells by itself what its answer looks like."""
        return None


def _ask(url: str, body: str | None, options: SearchOptions, number: int) -> Ask:
    paging = options.page
    if paging and options.method == "POST" and options.body is not None and paging.name in options.body:
        body = json.dumps(json.loads(body or "{}") | {paging.name: number})
    elif paging:
        url = _with(url, paging.name, str(number))
    headers = {"Accept": ACCEPT if options.form == "rss" else "application/json"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    context = {"page": str(number), "body": body or ""}
    # The mark of the options is part of the name: after a change of them what is remembered no longer counts.
    return Ask(
        url, f"{options.form} {options.mark}", method=options.method, headers=headers, body=body, context=context
    )


def _with(url: str, name: str, value: str) -> str:
    parts = urlsplit(url)
    query = [(key, old) for key, old in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return urlunsplit(parts._replace(query=urlencode([*query, (name, value)])))


def _next(page: Page, options: SearchOptions) -> tuple[Ask, ...]:
    if options.page is None:
        return ()
    number = int(page.context.get("page", options.page.first)) + 1
    if number - options.page.first >= options.page.most:
        return ()
    return (_ask(page.url, page.context.get("body") or None, options, number),)


# --- RSS


def _read_rss(page: Page, assignment: Assignment, options: SearchOptions) -> Reading:
    """The hits as the platform `feed` reads them; a further page without any is the end."""
    told = {name: value for name, value in options.model_dump().items() if name in _OF_A_FEED}
    source = assignment.source.model_copy(update={"options": told})
    try:
        reading = _FEED.read(page, Assignment(source, assignment.now))
    except Empty:
        if options.page and int(page.context.get("page", options.page.first)) > options.page.first:
            return Reading()
        raise
    return Reading(reading.findings, _next(page, options), reading.warnings)


# --- JSON


def _read_json(page: Page, assignment: Assignment, options: SearchOptions) -> Reading:
    fields = options.fields
    if fields is None:
        raise Drifted(f"options.fields: nothing is declared for JSON: {page.url}")
    data = _json(page)
    hits = _hits(data, options, page)
    missing: Counter[str] = Counter()
    unexpected: Counter[str] = Counter()
    warnings: list[str] = []
    findings: dict[str, Finding] = {}
    used, repeated = _used(fields), 0
    for hit in hits:
        unexpected.update(hit.keys() - used)
        finding = _finding(hit, fields, assignment.source, options, base=page.url, missing=missing)
        if finding is not None:
            repeated += finding.key in findings
            if _wanted(finding, options):
                findings.setdefault(finding.key, finding)
    warnings += _missed(missing, len(hits), fields, page)
    if repeated:
        warnings.append(
            f"options.fields.id ({', '.join(fields.id) or fields.link}): {repeated} hits repeat another one's"
        )
    warnings += [f"unexpected field {line(key, 60)} ({count} times)" for key, count in sorted(unexpected.items())]
    asks = _next(page, options) if options.page and len(hits) >= options.page.size else ()
    return Reading(tuple(findings.values()), asks, tuple(warnings))


def _hits(data: Any, options: SearchOptions, page: Page) -> list[Mapping[str, Any]]:
    found = _at(data, options.items) if options.items else data
    where = options.items or "the answer"
    total = _at(data, options.total) if options.total else None
    if options.total and not isinstance(total, int):
        raise Drifted(f"options.total: {options.total!r} is no number: {page.url}")
    if not isinstance(found, list):
        raise Drifted(f"options.items: {where} is no list: {page.url}")
    later = options.page is not None and int(page.context.get("page", "0")) > options.page.first
    if not found and not later:
        if total:
            raise Drifted(f"options.items: {where} is empty although {total} hits are announced: {page.url}")
        raise Empty(f"no hits: {page.url}")
    if not all(isinstance(hit, Mapping) for hit in found):
        raise Drifted(f"options.items: not every hit in {where} is an object: {page.url}")
    return found


def _finding(
    hit: Mapping[str, Any],
    fields: Fields,
    source: Source,
    options: SearchOptions,
    *,
    base: str,
    missing: Counter[str],
) -> Finding | None:
    """A hit as a finding; None, counted under what it lacks, where nobody could know it by it."""
    title = {code: text for code, path in fields.title.items() if (text := line(_text(hit, path)))}
    url = _link(hit, fields.link, base)
    named = [_name(hit, path) for path in fields.id]
    key = "/".join(filter(None, named)) if all(named) else None
    key = key if fields.id else url
    for name, value in (("title", title), ("link", url), ("id", key)):
        if not value:
            missing[name] += 1
            return None
    if url is None or not key:
        return None
    for code in fields.title:
        missing[f"title.{code}"] += code not in title
    zone, language = ZoneInfo(options.zone), next(iter(title))
    summary = plain(_text(hit, fields.summary)) if fields.summary else ""
    missing["summary"] += bool(fields.summary and not summary)
    day = _day(hit, fields.date, zone)
    missing["date"] += bool(fields.date and day is None)
    closes = _day(hit, fields.deadline, zone)
    missing["deadline"] += bool(fields.deadline and closes is None)
    steps = [(code, _day(hit, path, zone)) for code, path in fields.steps.items()]
    for code, step in steps:
        missing[f"steps.{code}"] += step is None
    windows = None
    if fields.deadline:
        given = Certainty.GIVEN
        windows = (Window(options.window, None, closes.day, given, closes.at),) if closes else ()
    subjects = _texts(hit, fields.subjects) if fields.subjects else ()
    missing["subjects"] += bool(fields.subjects and not subjects)
    cited = (found.identifier for found in find_identifiers(" ".join((*title.values(), summary))))
    return Finding(
        source=source.archive,
        key=line(key, 300),
        url=url,
        kind=options.kind,
        title=title,
        language=language,
        published=day.day if day else None,
        summary={language: summary} if summary else {},
        identifiers=tuple(dict.fromkeys(cited)),
        steps=tuple(sorted(Step(step.day, code) for code, step in steps if step)) if fields.steps else None,
        windows=windows,
        subjects=tuple(dict.fromkeys((*subjects, *options.subjects))),
    )


def _missed(missing: Counter[str], hits: int, fields: Fields, page: Page) -> list[str]:
    """Warnings of what hits lack.

    Raises:
        Drifted: no hit could be known by title, link and id, or none has the declared date.
    """
    lost = missing["title"] + missing["link"] + missing["id"]
    if hits and lost == hits:
        name = next(name for name in ("title", "link", "id") if missing[name])
        raise Drifted(f"options.fields.{name}: {getattr(fields, name)!r} gives nothing in {hits} hits: {page.url}")
    if hits and fields.date and missing["date"] >= hits - lost:
        raise Drifted(f"options.fields.date: {fields.date!r} gives no day in {hits - lost} hits: {page.url}")
    always = ("title", "link", "id", "date")
    return [
        f"options.fields.{name} ({_declared(fields, name)}): nothing in {count} of {hits} hits"
        for name, count in missing.items()
        if count and (name in always or count >= hits - lost)
    ]


def _declared(fields: Fields, name: str) -> str:
    """The path, or paths, declared under `name`; `title.sv` and `steps.…` are those of one language or step."""
    whole, _, part = name.partition(".")
    told = getattr(fields, whole)
    if isinstance(told, dict):
        return str(told[part]) if part else ", ".join(told.values())
    return ", ".join(told) if isinstance(told, tuple) else str(told)


def _wanted(finding: Finding, options: SearchOptions) -> bool:
    text = " ".join((*finding.title.values(), *finding.summary.values(), *(finding.subjects or ()))).casefold()
    if options.include and not any(word.casefold() in text for word in options.include):
        return False
    return not any(word.casefold() in text for word in options.exclude)


def _used(fields: Fields) -> set[str]:
    paths = [*fields.title.values(), *fields.id, fields.date, fields.summary, fields.deadline, fields.subjects]
    paths += [*fields.steps.values(), *(PLACE.findall(fields.link) or [fields.link])]
    return {path.partition(".")[0] for path in paths} | set(fields.ignore)


# --- Values by their path


def _at(value: Any, path: str) -> Any:
    """What stands at `path`; of a list on the way its first element counts. None where nothing does."""
    for step in path.split("."):
        while isinstance(value, list):
            value = value[0] if value else None
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _text(hit: Mapping[str, Any], path: str) -> str | None:
    return next(iter(_texts(hit, path)), None)


def _texts(hit: Mapping[str, Any], path: str) -> tuple[str, ...]:
    value = _at(hit, path) if path else None
    values = value if isinstance(value, list) else [value]
    return tuple(text for one in values if isinstance(one, str) and (text := one.strip()))


def _name(hit: Mapping[str, Any], path: str) -> str | None:
    """What an id, an address or a time is written with: text or a number."""
    value = _at(hit, path)
    while isinstance(value, list):
        value = value[0] if value else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else _text(hit, path)


def _link(hit: Mapping[str, Any], link: str, base: str) -> str | None:
    paths = PLACE.findall(link)
    if not paths:
        return safe_link(_text(hit, link), base)
    values = {path: _name(hit, path) for path in paths}
    if not all(values.values()):
        return None
    return safe_link(PLACE.sub(lambda match: quote(values[match[1]] or "", safe=""), link))


def _day(hit: Mapping[str, Any], path: str, zone: ZoneInfo) -> When | None:
    """ISO 8601 (also `2026-04-20+02:00`), the form of mail headers, or seconds or milliseconds since 1970."""
    text = _name(hit, path) if path else None
    if text is None:
        return None
    try:
        if text.isdecimal():
            seconds = int(text) / (1000 if len(text) > 11 else 1)
            day = datetime.fromtimestamp(seconds, UTC).astimezone(zone).date()
            return When(day) if day >= OLDEST else None
        if when := read_stamp(text, zone):
            return when
        if text[10:11] in ("+", "-", "Z"):
            return When(date.fromisoformat(text[:10]))
        return When(parsedate_to_datetime(text).astimezone(zone).date())
    except (ValueError, OverflowError, OSError):
        return None


def _json(page: Page) -> Any:
    try:
        return json.loads(page.body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        raise Drifted(f"not readable as JSON ({type(exc).__name__}): {page.url}") from exc
