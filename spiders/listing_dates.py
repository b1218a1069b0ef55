"""Days and times as pages for people write them; which form a page uses is declared."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from spiders.fields import parse_day
from spiders.markup import european_day
from spiders.swedish_dates import find_days

FORMS = ("iso", "swedish", "english", "european")
"""`2026-12-15` · `15 december 2026` (or iso) · `15 December 2026`, `December 15, 2026` · `15/12/2026`."""

_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905  # reads better
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_ENGLISH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH},?\s(\d{{4}})\b|\b{_MONTH}\s(\d{{1,2}})(?:st|nd|rd|th)?,?\s(\d{{4}})\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b(?:kl(?:ockan|\.)?|at)\s{0,2}(\d{1,2})[.:](\d{2})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class When:
    """A day, and the moment where a time of day stands beside it."""

    day: date
    at: datetime | None = None


def is_form(form: str) -> bool:
    """Whether `form` is one of `FORMS` or a format of `strptime` that holds a whole day."""
    if form in FORMS:
        return True
    try:
        return datetime.strptime(date(2026, 12, 15).strftime(form), form).date() == date(2026, 12, 15)  # noqa: DTZ007  # a day has no zone
    except ValueError:
        return False


def find_when(text: str, form: str, zone: ZoneInfo, near: date, *, last: bool = False) -> When | None:
    """The day that `text` states; None where it states none in this form.

    Args:
        text: as a person sees it.
        form: see `is_form`.
        zone: whose clock a time of day is of.
        near: stands in for a year left out (Swedish only): the day of that name nearest to it.
        last: of several days the last one counts (a period's end); otherwise the first.
    """
    words = " ".join(text.split())
    days = _days(words, form, near)
    if not days:
        return None
    day = max(days) if last else days[0]
    clock = _CLOCK.search(words)
    return When(day, _moment(day, clock, zone) if clock else None)


def read_stamp(stamp: str, zone: ZoneInfo) -> When | None:
    """What a `datetime` attribute says; None where it says nothing readable. Midnight is a day."""
    try:
        moment = datetime.fromisoformat(stamp.strip())
    except ValueError:
        day = parse_day(stamp)
        return When(day) if day else None
    moment = moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)
    if time(0) in (moment.time(), datetime.fromisoformat(stamp.strip()).time()):
        return When(moment.date())
    return When(moment.date(), moment)


def _days(words: str, form: str, near: date) -> list[date]:
    match form:
        case "iso":
            return _iso(words)
        case "swedish":
            return _iso(words) or list(find_days(words, near))
        case "english":
            return [day for match in _ENGLISH.finditer(words) if (day := _english(match))]
        case "european":
            return [day for day in (european_day(words),) if day]
        case _:
            try:
                return [datetime.strptime(words, form).date()]  # noqa: DTZ007  # a day has no zone
            except ValueError:
                return []


def _iso(words: str) -> list[date]:
    return [day for match in _ISO.finditer(words) if (day := parse_day(match[0]))]


def _english(match: re.Match[str]) -> date | None:
    number, month, year = match[1] or match[5], match[2] or match[4], match[3] or match[6]
    try:
        return date(int(year), _MONTHS.index(month[:3].lower()) + 1, int(number))
    except ValueError:
        return None


def _moment(day: date, clock: re.Match[str], zone: ZoneInfo) -> datetime | None:
    try:
        return datetime(day.year, day.month, day.day, int(clock[1]), int(clock[2]), tzinfo=zone)
    except ValueError:
        return None
