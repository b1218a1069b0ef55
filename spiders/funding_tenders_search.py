"""The portal's search service (SEDIA): text and budget of topics, as pages of results.

What shapes this module:

- The question is a multipart form whose parts are JSON with a media type and a file name of their own. In any
  other form the service ignores it and answers with millions of rows; so rows are compared with the question.
- In `metadata` every value is a list of texts; some texts are JSON again. The shape of 2023 differs a little.
- Several rows share one identifier, some of them stubs.
- `deadlineDate` has lost its hour: days only.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from spiders.fields import Audit, Fields, parse_day
from spiders.finding import Finding, Kind, Step
from spiders.funding_tenders_budget import budget_lines, embedded, summary_of
from spiders.funding_tenders_words import (
    PROGRAMMES,
    TOPIC_PAGE,
    TYPES,
    ZONE,
    Deadline,
    names,
    status_of,
    windows,
)
from spiders.platform import Ask, Assignment, Drifted, Empty, Page, Reading
from spiders.sanitise import TEXT, line, plain

BULK = "bulk"
"""`Finding.version` of what the bulk file has told."""

MOST_RESULTS = 5_000
"""About 700 topics are open or forthcoming; many more mean that the question was ignored."""

_BOUNDARY = "utblick-4f1c6e0b"
"""Fixed, so that the same question is the same request."""

_UNUSED = (
    *("DATASOURCE", "cenTagsA", "cftId", "destination", "destinationDetails", "destinationGroup", "focusArea"),
    *("es_ContentType", "es_SortDate", "esDA_IngestDate", "esDA_QueueDate", "esST_checksum", "esST_FileName"),
    *("esST_URL", "programmePeriod", "sortStatus", "typeOfMGAs", "actions", "crossCuttingPriorities"),
    *("callccm2Id", "language"),
)


def ask_search(
    url: str, types: Iterable[str], statuses: Iterable[str], context: Mapping[str, str] | None = None
) -> Ask:
    """The request for one page of results in English."""
    terms = {"type": [*types], "status": [*statuses], "DATASOURCE": ["SEDIA"], "language": ["en"]}
    query = {"bool": {"must": [{"terms": {name: values}} for name, values in terms.items()]}}
    body = "".join(_part(name, value) for name, value in (("query", query), ("languages", ["en"])))
    return Ask(
        url,
        "search",
        method="POST",
        headers={"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"},
        body=f"{body}--{_BOUNDARY}--\r\n",
        context=context or {},
    )


def _part(name: str, value: object) -> str:
    head = f'Content-Disposition: form-data; name="{name}"; filename="blob"\r\nContent-Type: application/json'
    return f"--{_BOUNDARY}\r\n{head}\r\n\r\n{json.dumps(value)}\r\n"


def read_search(
    page: Page,
    assignment: Assignment,
    types: tuple[str, ...],
    statuses: tuple[str, ...],
    programmes: tuple[str, ...],
) -> Reading:
    """One page of results; `context` carries the number of the `page` asked for and the rows `read` before."""
    audit = Audit()
    body = audit.record(_json(page))
    if "results" not in body and "metadata" in body:
        # One element of `results` recorded by itself.
        rows, total, number = [_readable(body, audit)], 1, 1
    else:
        rows, total, number = _results(body, page, audit)
    readable = [row for row in rows if row is not None]
    if not readable:
        raise Drifted(
            f"none of {len(rows)} results could be read; {'; '.join(audit.warnings())[:300]}: {page.url}"
        )
    _compare(readable, types, statuses, page, audit)
    before = int(page.context.get("read", "0")) + len(rows)
    asks = []
    if before < total:
        asks.append(ask_search(_at(page.url, number + 1), types, statuses, _context(number + 1, before)))
    wanted = {programme.casefold() for programme in programmes}
    findings = [
        _finding(row, page, assignment)
        for row in _distinct(readable)
        if not wanted or wanted & {word.casefold() for word in row.programme}
    ]
    return Reading(tuple(findings), tuple(asks), audit.warnings())


def _context(number: int, read: int) -> dict[str, str]:
    return {"page": str(number), "read": str(read)}


def _results(body: Fields, page: Page, audit: Audit) -> tuple[list["_Row | None"], int, int]:
    total, number = body.need_int("totalResults"), body.need_int("pageNumber")
    items = body.need_items("results")
    body.ignore(
        *("apiVersion", "terms", "responseTime", "pageSize", "sort", "groupByField", "queryLanguage", "bestBets"),
        "spellingSuggestion",
    )
    for said in body.strings("warnings", sometimes=True) if "warnings" in body else ():
        audit.note(f"the service warns: {line(said, 200)}")
    if total > MOST_RESULTS:
        raise Drifted(f"{total} results: the question was ignored: {page.url}")
    if number != int(page.context.get("page", number)):
        raise Drifted(f"page {page.context['page']} was asked, page {number} came: {page.url}")
    if not items:
        if total == 0:
            raise Empty(f"no topic is listed: {page.url}")
        raise Drifted(f"results: page {number} has none although {total} are announced: {page.url}")
    return [_readable(item, audit) for item in items], total, number


@dataclass(frozen=True, slots=True)
class _Row:
    """What one result says."""

    key: str
    identifier: str
    title: str
    call: str | None
    call_title: str
    status: str | None
    codes: tuple[str | None, str | None]
    programme: tuple[str, ...]
    subjects: tuple[str, ...]
    opens: date | None
    deadlines: tuple[Deadline, ...]
    single: bool
    text: str
    budget: str

    @property
    def weight(self) -> tuple[bool, bool]:
        """Of several rows of one identifier the one with status and text counts; the others are stubs."""
        return (self.status is not None, bool(self.text))


def _readable(item: Fields, audit: Audit) -> _Row | None:
    try:
        return _row(item, audit)
    except Drifted as exc:
        audit.note(str(exc))
        return None


def _row(item: Fields, audit: Audit) -> _Row:
    item.ignore(
        *("url", "weight", "checksum", "groupById", "apiVersion", "title", "contentType", "databaseLabel"),
        *("database", "accessRestriction", "pages", "children", "language", "content", "summary"),
    )
    reference = item.need_str("reference")
    meta = item.need_record("metadata")
    meta.ignore(*_UNUSED)
    identifier = line(_need(meta, "identifier"), 200)
    # `50138952TOPICSen` = ccm2Id + TOPICS + language; in 2023 `45646358HORIZON…`.
    key = _one(meta, "ccm2Id", sometimes=True) or (re.match(r"\d+", reference) or [""])[0]
    if not key.isdigit():
        raise Drifted(f"{item.where('reference')}: no ccm2Id in {line(reference, 60)!r}")
    code, sort = _one(meta, "status"), _one(meta, "type")
    programme = _programme(_one(meta, "frameworkProgramme"), audit)
    subjects = [*programme, *_words(meta, "programmeDivision"), *_words(meta, "keywords"), *_words(meta, "tags")]
    opens = _days(meta, "startDate", audit)
    deadlines = tuple(Deadline(day) for day in _days(meta, "deadlineDate", audit))
    actions = tuple(_words(meta, "typesOfAction"))
    model = _one(meta, "deadlineModel")
    return _Row(
        key=str(int(key)),
        identifier=identifier,
        title=line(_need(meta, "title")),
        call=_one(meta, "callIdentifier"),
        call_title=line(_one(meta, "callTitle", sometimes=True)),
        status=status_of(code, None, audit) if code else None,
        codes=(code, sort),
        programme=programme,
        subjects=tuple(dict.fromkeys(subjects))[:100],
        opens=min(opens, default=None),
        deadlines=deadlines,
        single=model == "single-stage",
        text=plain(_one(meta, "descriptionByte", sometimes=True), TEXT),
        budget=summary_of(
            budget_lines(_one(meta, "budgetOverview", sometimes=True), str(int(key)), identifier, audit),
            actions,
            model,
        ),
    )


def _finding(row: _Row, page: Page, assignment: Assignment) -> Finding:
    """Of a topic that the bulk file has told only text and budget; of any other everything."""
    told = assignment.known.get(row.key) == BULK
    today = page.fetched_at.astimezone(ZONE).date()
    return Finding(
        source=assignment.source.archive,
        key=row.key,
        url=f"{TOPIC_PAGE}{row.identifier}",
        kind=Kind.CALL,
        title={"en": row.title},
        language="en",
        summary={"en": row.budget} if row.budget else {},
        text=row.text or None,
        identifiers=None if told else names(row.identifier, row.call, (row.title, row.call_title)),
        steps=None if told else tuple(Step(day, "funding-tenders:opens") for day in (row.opens,) if day),
        windows=None if told else windows(row.status, row.opens, row.deadlines, today, single=row.single),
        subjects=None if told else row.subjects,
        version=BULK if told else "search",
    )


def _compare(
    rows: Iterable[_Row], types: tuple[str, ...], statuses: tuple[str, ...], page: Page, audit: Audit
) -> None:
    """That the rows are what was asked for; unknown codes are warned of elsewhere."""
    wanted = [
        (code is None or code in statuses) and (sort is None or sort in types)
        for row in rows
        for code, sort in (row.codes,)
    ]
    if not any(wanted):
        raise Drifted(f"none of {len(wanted)} results has the status and type asked for: {page.url}")
    if not all(wanted):
        audit.note(f"{wanted.count(False)} of {len(wanted)} results have another status or type than asked for")
    for sort in {row.codes[1] for row in rows} - TYPES.keys() - {None}:
        audit.note(f"unknown type {sort!r}")


def _distinct(rows: Iterable[_Row]) -> list[_Row]:
    best: dict[str, _Row] = {}
    for row in rows:
        name = row.identifier.upper()
        if name not in best or row.weight > best[name].weight:
            best[name] = row
    return list({row.key: row for row in best.values()}.values())


# --- Metadata: lists of texts


def _one(meta: Fields, key: str, *, sometimes: bool = False) -> str | None:
    return next(iter(meta.strings(key, sometimes=sometimes, alone=False)), None)


def _need(meta: Fields, key: str) -> str:
    value = _one(meta, key)
    if value is None:
        raise Drifted(f"{meta.where(key)}: expected a text, got none")
    return value


def _words(meta: Fields, key: str) -> Iterator[str]:
    """Texts; in 2023 all of them stood in one, as JSON."""
    for text in meta.strings(key, sometimes=True, alone=False):
        inner = embedded(text) if text.startswith("[") else None
        for word in inner if isinstance(inner, list) else [text]:
            if isinstance(word, str) and (shown := line(word, 100)):
                yield shown


def _days(meta: Fields, key: str, audit: Audit) -> list[date]:
    days = []
    for text in meta.strings(key, alone=False):
        day = parse_day(text)
        if day is None:
            audit.note(f"field {meta.path.partition('[')[0]}.{key}: expected a date, got {line(text, 40)!r}")
        else:
            days.append(day)
    return days


def _programme(code: str | None, audit: Audit) -> tuple[str, ...]:
    if code is None:
        return ()
    if code not in PROGRAMMES:
        audit.note(f"unknown programme {code!r}")
        return (code,)
    return (code, PROGRAMMES[code])


# --- The answer as a whole


def _json(page: Page) -> object:
    try:
        return json.loads(page.body)
    except (ValueError, RecursionError) as exc:
        raise Drifted(f"not readable as JSON ({type(exc).__name__}): {page.url}") from exc


def _at(url: str, number: int) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {"pageNumber": str(number)}
    return urlunsplit(parts._replace(query=urlencode(query, safe="*")))
