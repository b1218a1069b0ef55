"""Vinnova's open data: programmes, calls, and the rounds in which one can apply.

What shapes this module:

- An address ends in a day and gives everything changed since then; a long time takes minutes, so the declared
  window is short. Named records (at most 20 at a time) are asked for where no list shows them any more.
- Only rounds have dates to apply by: Stockholm's clock, without zone, and 1900-01-01 for "none".
- `KontaktLista` names officers: never read, never stored.
- Of programmes and calls nothing is recorded: they are read like rounds; what they lack or have besides is said.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from config.errors import ConfigError
from config.sources import Source
from spiders.fields import Audit, Fields
from spiders.finding import Certainty, Finding, Identifier, Kind, Relation, Step, Window, WindowKind
from spiders.identifiers import find_identifiers
from spiders.platform import Ask, Assignment, Drifted, Empty, Form, Page, Platform, Reading
from spiders.sanitise import SUMMARY, TEXT, cap, line, plain, safe_link

ZONE = ZoneInfo("Europe/Stockholm")

DAYS = 14
"""How far back a list asks."""

AT_A_TIME = 20
"""Named records that one request may ask for."""

SINCE = "{since}"
"""Stands in a declared address for the day from which changes are wanted."""

_KINDS = {"ansokningsomgangar": Kind.CALL, "utlysningar": Kind.CALL, "program": Kind.OTHER}
_ADDRESS = re.compile(r"/api/(ansokningsomgangar|utlysningar|program)/([^/]+)$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBERS = re.compile(r"\d{4}-\d{5}(,\d{4}-\d{5}){0,19}")
_UNTRANSLATED = "x"


class Vinnova(Platform):
    """Lists of what has changed, and named records; the address says of what.

    Options: `days` (see `DAYS`).
    """

    name: ClassVar[str] = "vinnova"
    parser: ClassVar[str] = "vinnova/1"
    redact: ClassVar[tuple[str, ...]] = ("**.KontaktLista",)

    def check(self, source: Source) -> None:
        """An address of one sort of record that ends in `{since}`, and `days`."""
        match = _ADDRESS.search(urlsplit(source.url).path)
        if match is None or match[2] != SINCE:
            raise ConfigError(
                f"source {source.id}: url: expected …/api/ansokningsomgangar/{SINCE}, …/utlysningar/{SINCE} or"
                f" …/program/{SINCE}, got {source.url}"
            )
        for option, value in source.options.items():
            if option != "days":
                raise ConfigError(f"source {source.id}: unknown option {option!r}; vinnova has days")
            if type(value) is not int or not 1 <= value <= 2000:
                raise ConfigError(f"source {source.id}: days: expected 1 to 2000, got {value!r}")

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        """What has changed in the last days (or since the assignment's day, if earlier); what to read again."""
        source = assignment.source
        since = assignment.now.astimezone(ZONE).date() - timedelta(days=int(source.options.get("days", DAYS)))
        if assignment.since:
            since = min(since, datetime.fromisoformat(assignment.since[:10]).date())
        yield Ask(source.url.replace(SINCE, since.isoformat()), "list")
        again = [key for key in assignment.reread if _NUMBERS.fullmatch(key)]
        for first in range(0, len(again), AT_A_TIME):
            named = ",".join(again[first : first + AT_A_TIME])
            yield Ask(source.url.replace(SINCE, named), "named", key=named)

    def expects(self, reader: str) -> Form:  # noqa: ARG002  # both readers read JSON
        """JSON, always."""
        return "json"

    def read(self, page: Page, assignment: Assignment) -> Reading:
        """The records of a list."""
        audit = Audit()
        match = _ADDRESS.search(urlsplit(page.url).path)
        if match is None:
            raise Drifted(f"sent to an address that is none of the service: {page.url}")
        sort = match[1]
        records = audit.records(_json(page), sort)
        if not records:
            raise Empty(f"nothing has changed: {page.url}")
        findings: dict[str, Finding] = {}
        for record in records:
            try:
                finding = _finding(record, sort, page, assignment, audit)
            except Drifted as exc:
                audit.note(str(exc))
            else:
                findings[finding.key] = finding
        if not findings:
            raise Drifted(f"none of {len(records)} records could be read; {'; '.join(audit.warnings())[:300]}")
        return Reading(tuple(findings.values()), warnings=audit.warnings())

    def route(self, url: str) -> Ask | None:
        """Lists and named records; never projects (they name persons)."""
        match = _ADDRESS.search(urlsplit(url).path)
        if match is None:
            return None
        if _DAY.fullmatch(match[2]):
            return Ask(url, "list")
        return Ask(url, "named") if _NUMBERS.fullmatch(match[2]) else None


def _finding(record: Fields, sort: str, page: Page, assignment: Assignment, audit: Audit) -> Finding:
    key = line(record.need_str("Diarienummer"), 40)
    swedish, english = line(record.opt_str("Titel")), line(record.opt_str("TitelEngelska"))
    title = {"sv": swedish, "en": "" if english == _UNTRANSLATED else english}
    title = {code: text for code, text in title.items() if text}
    if not title:
        raise Drifted(f"{record.where('Titel')}: no title in Swedish or English")
    texts = _texts(record)
    links = list(_links(record))
    names = [Identifier("vinnova", key, Relation.SUBJECT), *_belongs_to(record, sort)]
    cited = (found.identifier for found in find_identifiers(" ".join((*title.values(), *texts.values()))))
    windows, steps = _dates(record, audit) if sort == "ansokningsomgangar" else (None, None)
    public = record.opt_int("Publik", sometimes=sort != "ansokningsomgangar")
    if public not in (0, 1, None):
        audit.note(f"unknown value of Publik: {public}")
    record.ignore("Webbsida", "KontaktLista")
    return Finding(
        source=assignment.source.archive,
        key=key,
        url=links[0][1] if links else f"{page.url.rpartition('/')[0]}/{key}",
        kind=_KINDS[sort],
        title=title,
        language="sv" if "sv" in title else "en",
        summary={code: cap(text, SUMMARY // 4) for code, text in texts.items()},
        text=texts.get("sv") or texts.get("en"),
        identifiers=tuple(dict.fromkeys((*names, *cited))),
        steps=steps,
        # Who is not invited cannot apply.
        windows=() if public == 0 and windows else windows,
        subjects=("endast inbjudna",) if public == 0 else () if public == 1 else None,
        bodies=("Vinnova",),
        attachments=tuple(dict.fromkeys((*links[1:], *_documents(record)))),
    )


def _belongs_to(record: Fields, sort: str) -> Iterator[Identifier]:
    """A round belongs to a call, a call to a programme."""
    for name, owner in (("DiarienummerUtlysning", "ansokningsomgangar"), ("DiarienummerProgram", "utlysningar")):
        if (sort == owner or name in record) and (number := record.opt_str(name)):
            yield Identifier("vinnova", line(number, 40), Relation.PACKAGE)


def _dates(record: Fields, audit: Audit) -> tuple[tuple[Window, ...], tuple[Step, ...]]:
    opens = record.opt_moment("Oppningsdatum", ZONE)
    closes = record.opt_moment("Stangningsdatum", ZONE)
    decided = record.opt_moment("UppskattatBeslutsdatum", ZONE)
    dated = ((opens, "vinnova:opens"), (closes, "vinnova:closes"), (decided, "vinnova:decision-expected"))
    steps = tuple(sorted(Step(moment.date(), code) for moment, code in dated if moment))
    if opens and closes and opens > closes:
        audit.note(f"opens {opens.date()} after it closes {closes.date()}; the opening was left out")
        opens = None
    if opens is None and closes is None:
        return (), steps
    window = Window(
        WindowKind.CALL,
        opens.date() if opens else None,
        closes.date() if closes else None,
        Certainty.GIVEN if closes else Certainty.UNKNOWN,
        # Midnight is how the service writes a day without a time.
        closes if closes and closes.time() != time(0) else None,
    )
    return (window,), steps


def _texts(record: Fields) -> dict[str, str]:
    parts: dict[str, list[str]] = {"sv": [], "en": []}
    for item in record.items("WebTextLista"):
        item.ignore("TextID")
        for code, name in (("sv", "TextSv"), ("en", "TextEn")):
            text = plain(item.opt_str(name), TEXT)
            if text and text != _UNTRANSLATED:
                parts[code].append(text)
    return {code: cap("\n".join(texts), TEXT) for code, texts in parts.items() if texts}


def _links(record: Fields) -> Iterator[tuple[str, str]]:
    for item in record.items("LankLista"):
        label, address = line(item.opt_str("Beskrivning")), safe_link(item.opt_str("URL"))
        if address:
            yield label or address, address


def _documents(record: Fields) -> Iterator[tuple[str, str]]:
    for item in record.items("DokumentLista"):
        item.ignore("Lang", "Primary")
        label, address = line(item.opt_str("Titel")), safe_link(item.opt_str("fileURL"))
        if address:
            yield label or address, address


def _json(page: Page) -> object:
    try:
        return json.loads(page.body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as exc:
        raise Drifted(f"not readable as JSON ({type(exc).__name__}): {page.url}") from exc
