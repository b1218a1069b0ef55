"""EU Funding & Tenders portal: calls for proposals of the programmes that the Commission manages itself.

Two ways in, and they complete each other:

- the bulk file `grantsTenders.json` (125 MB, made every night) says what is open and until when, to the minute. It
  goes to a file and is read as a stream (`spiders.platform.Ask.to_file`);
- the search service (`spiders.funding_tenders_search`) has the text and the budget, but only days. Of a topic that
  the bulk file has told it adds these and is silent about everything else: the bulk file decides.

Both know a topic by its `ccm2Id`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import ijson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import ConfigError
from config.sources import Source
from spiders.fields import Audit, Fields
from spiders.finding import Finding, Kind, Step
from spiders.funding_tenders_search import BULK, ask_search, read_search
from spiders.funding_tenders_words import (
    STATUSES,
    TOPIC_PAGE,
    TYPES,
    ZONE,
    Deadline,
    deadline_of,
    moment_of,
    names,
    status_of,
    windows,
)
from spiders.platform import Ask, Assignment, Drifted, Form, Page, Platform, Reading
from spiders.sanitise import line

_BULK_FILE = "/grantsTenders.json"
_SEARCH = "/rest/search"
_OBJECTS = "fundingData.GrantTenderObj"

Status = Literal["open", "forthcoming", "closed"]


class FundingOptions(BaseModel):
    """What a declaration may say under `options`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    statuses: tuple[Status, ...] = Field(("open", "forthcoming"), min_length=1)
    """Topics to keep, by status."""
    types: tuple[Literal["tender", "topic", "other action", "cascade funding"], ...] = Field(
        ("topic", "other action", "cascade funding"), min_length=1
    )
    """Rows to keep, by sort."""
    programmes: tuple[str, ...] = ()
    """Programmes to keep, by the portal's id (`43252405`) or abbreviation; none = all."""


class FundingTenders(Platform):
    """The bulk file and the search service; a declaration's address says which."""

    name: ClassVar[str] = "funding-tenders"
    parser: ClassVar[str] = "funding-tenders/1"

    def check(self, source: Source) -> None:
        """An address of either way in, and the options of `FundingOptions`."""
        if self.route(source.url) is None:
            raise ConfigError(f"source {source.id}: url: expected …{_BULK_FILE} or …{_SEARCH}?…, got {source.url}")
        _options(source)

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """The bulk file, or the first page of the search."""
        source, options = assignment.source, _options(assignment.source)
        if urlsplit(source.url).path.endswith(_BULK_FILE):
            yield Ask(source.url, "bulk", to_file=True)
        else:
            yield ask_search(source.url, _codes(TYPES, options.types), _codes(STATUSES, options.statuses))

    def expects(self, reader: str) -> Form:  # noqa: ARG002  # both readers read JSON
        """JSON, for both."""
        return "json"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """The bulk file or a page of results."""
        options = _options(assignment.source)
        if page.reader == "bulk":
            return _read_bulk(page, assignment, options)
        statuses, types = _codes(STATUSES, options.statuses), _codes(TYPES, options.types)
        return read_search(page, assignment, types, statuses, options.programmes)

    def route(self, url: str) -> Ask | None:
        """Both ways in; persons (`SEDIA_PERSON`) and projects are never asked for."""
        parts = urlsplit(url)
        if parts.path.endswith(_BULK_FILE):
            return Ask(url, "bulk", to_file=True)
        if parts.path.endswith(_SEARCH) and "apiKey=SEDIA&" in f"{parts.query}&":
            return ask_search(
                url, _codes(TYPES, FundingOptions().types), _codes(STATUSES, FundingOptions().statuses)
            )
        return None


def _options(source: Source) -> FundingOptions:
    try:
        return FundingOptions.model_validate(dict(source.options))
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"source {source.id}: options.{place}: {first['msg']}") from exc


def _codes(vocabulary: Mapping[str, str], words: Iterable[str]) -> tuple[str, ...]:
    wanted = frozenset(words)
    return tuple(code for code, word in vocabulary.items() if word in wanted)


# --- The bulk file


def _read_bulk(page: Page, assignment: Assignment, options: FundingOptions) -> Reading:
    """Every wanted topic. Only one object at a time is held; the others are passed over.

    A topic that is no longer there is not called gone: the file has fewer sorts of rows than the search, whose
    documents are the same, and a call does not vanish but closes.
    """
    audit, today = Audit(), page.fetched_at.astimezone(ZONE).date()
    findings: dict[str, Finding] = {}
    total = unreadable = 0
    for total, value in enumerate(_objects(page), start=1):  # noqa: B007  # the count is wanted
        if _is_unwanted(value, options):
            continue
        try:
            finding = _topic(Fields(value, "GrantTenderObj", audit), assignment, today, audit)
        except Drifted as exc:
            unreadable += 1
            audit.note(str(exc))
        else:
            if _is_of(options.programmes, finding.subjects or ()):
                if finding.key in findings:
                    audit.note("a ccm2Id stands for several objects; the last one counts")
                findings[finding.key] = finding
        audit.settle()
    if not total:
        raise Drifted(f"{_OBJECTS}: expected a list of objects, got nothing: {page.url}")
    if unreadable and not findings:
        raise Drifted(f"none of {unreadable} wanted topics could be read; {'; '.join(audit.warnings())[:300]}")
    return Reading(tuple(findings.values()), warnings=audit.warnings())


def _objects(page: Page) -> Iterator[Any]:
    with page.open() as body:
        try:
            yield from ijson.items(body, f"{_OBJECTS}.item", use_float=True)
        except ijson.JSONError as exc:
            raise Drifted(f"not readable as JSON ({line(str(exc), 120)}): {page.url}") from exc


def _is_unwanted(value: object, options: FundingOptions) -> bool:
    """Whether an object is surely none that is wanted; whatever is odd about it is looked at closely."""
    if not isinstance(value, Mapping):
        return False
    status = value.get("status")
    said = STATUSES.get(str(status.get("id"))) if isinstance(status, Mapping) else None
    sort = TYPES.get(str(value.get("type")))
    return (said is not None and said not in options.statuses) or (sort is not None and sort not in options.types)


def _is_of(programmes: tuple[str, ...], subjects: Iterable[str]) -> bool:
    wanted = {programme.casefold() for programme in programmes}
    return not wanted or any(subject.casefold() in wanted for subject in subjects)


def _topic(fields: Fields, assignment: Assignment, today: date, audit: Audit) -> Finding:
    key = str(fields.need_int("ccm2Id"))
    identifier = line(fields.need_str("identifier"), 200)
    title = line(fields.need_str("title"))
    if (sort := fields.opt_str("type", numbers=True)) not in TYPES:
        audit.note(f"unknown type {sort!r}")
    status = _status(fields, audit)
    published = _day(fields, "publicationDateLong")
    opens = _day(fields, "plannedOpeningDateLong")
    deadlines = _deadlines(fields, audit)
    call, call_title = fields.opt_str("callIdentifier"), line(fields.opt_str("callTitle"))
    subjects = [*_programme(fields, "frameworkProgramme", "id"), *_programme(fields, "programmeDivision")]
    subjects += [line(word, 100) for name in ("keywords", "tags") for word in fields.strings(name, alone=False)]
    fields.ignore("flags", "sme", "links")
    dated = ((published, "funding-tenders:published"), (opens, "funding-tenders:opens"))
    return Finding(
        source=assignment.source.archive,
        key=key,
        url=f"{TOPIC_PAGE}{identifier}",
        kind=Kind.CALL,
        title={"en": title},
        language="en",
        published=published,
        identifiers=names(identifier, call, (title, call_title)),
        steps=tuple(sorted(Step(day, code) for day, code in dated if day)),
        windows=windows(status, opens, deadlines, today),
        subjects=tuple(dict.fromkeys(subjects))[:100],
        version=BULK,
    )


def _status(fields: Fields, audit: Audit) -> str | None:
    said = fields.need_record("status")
    said.ignore("abbreviation")
    return status_of(said.opt_str("id", numbers=True), said.opt_str("description"), audit)


def _programme(fields: Fields, key: str, *codes: str) -> Iterator[str]:
    """The abbreviation, and what else it goes by. `frameworkProgramme` is an object, or a list with one."""
    for programme in fields.items(key):
        said = [*(programme.opt_int(name) for name in codes), programme.opt_str("abbreviation")]
        yield from (line(str(word), 100) for word in said if word)
        programme.ignore("id", "description")


def _day(fields: Fields, key: str) -> date | None:
    stamp = fields.opt_int(key)
    moment = moment_of(stamp) if stamp is not None else None
    return moment.date() if moment else None


def _deadlines(fields: Fields, audit: Audit) -> list[Deadline]:
    """All deadlines; where the topic has none of its own, those of its actions (there the stamps are texts)."""
    own = fields.strings("deadlineDatesLong", numbers=True, alone=False)
    of_actions: list[str] = []
    for action in fields.items("actions"):
        action.ignore("types", "plannedOpeningDate")
        of_actions += action.strings("deadlineDates", numbers=True, alone=False)
    found = []
    for stamp in own or of_actions:
        try:
            moment = moment_of(int(float(stamp)))
        except (ValueError, OverflowError):
            moment = None
        if moment is None:
            audit.note(f"{'deadlineDatesLong' if own else 'actions[].deadlineDates'}: a deadline is no time stamp")
        else:
            found.append(deadline_of(moment))
    return found
