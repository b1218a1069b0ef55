"""Dates in Swedish running text: days, days of meetings, and the last day to answer a remiss."""

import re
from dataclasses import dataclass
from datetime import date

MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)

_MONTH = r"(jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec)[a-zåäö]{0,7}\.?"
_DAY = re.compile(
    rf"(?<![\d:])(\d{{1,2}})(?:\s?[–—-]\s?|\s(?:och|till)\s(?:den\s)?|,\s)?(?:(?<=\D)(\d{{1,2}}))?\s?{_MONTH}(?:\s((?:19|20)\d\d))?",
    re.IGNORECASE,
)
_WEEKDAY = r"(?:(?:mån|tis|ons|tors|fre|lör|sön)dag(?:en)?\s)?"
_DEADLINE = re.compile(
    rf"(?:\bsenast|\bsista\s(?:dag(?:en)?|svarsdag(?:en)?|svarsdatum)[^.!?]{{0,60}}?\s(?:är|var))"
    rf"(?:\skl(?:ockan|\.)?\s?[\d.:]{{1,5}})?\s{_WEEKDAY}(?:den\s){{0,2}}(\d{{1,2}})\s?{_MONTH}(?:\s(20\d\d))?(?!\d)",
    re.IGNORECASE,
)
_ANSWERING = re.compile(
    r"(?i)\b(?:remiss\w*|svar\w*|besvar\w*|yttrande\w*|synpunkt\w*|inkom\w*|kom\w*\sin|skickas\sin)\b"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÅÄÖ])")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day to answer. `stated` is false where the text leaves the year out."""

    day: date
    stated: bool


def find_deadline(text: str, near: date | None = None) -> Deadline | None:
    """The last day to answer that a remiss page states; None where it states none.

    Two wordings are usual, `… ska ha kommit in … senast den 25 augusti 2025` and `Sista dag att svara på remissen
    är den 30 mars 2026`, both with non-breaking and double spaces. A day about something else (when a law is to
    enter into force) stands in a sentence that does not speak of answers.

    Args:
        text: the page's text.
        near: when the page was published: `senast den 10 mars` is the first 10 March from then on.
    """
    for sentence in _SENTENCE.split(" ".join(text.split())):
        if not _ANSWERING.search(sentence):
            continue
        for match in _DEADLINE.finditer(sentence):
            if match[3]:
                day = _day(int(match[3]), match[2], match[1])
            else:
                day = _first_from(near, match[2], match[1]) if near else None
            if day:
                return Deadline(day, stated=bool(match[3]))
    return None


def find_days(text: str, near: date | None = None) -> tuple[date, ...]:
    """Every day named in `text`: `12–13 maj 2025` are two; in order, each once.

    Args:
        text: one line.
        near: stands in for a year left out: the day of that name nearest to it. None: such days are skipped.
    """
    matches = list(_DAY.finditer(" ".join(text.split())))
    days: dict[date, None] = {}
    for ordinal, match in enumerate(matches):
        # "30 juni–1 juli 2025": the year is said once.
        year = next((later[4] for later in matches[ordinal:] if later[4]), None)
        for number in (match[1], match[2]):
            if number is None:
                continue
            day = _day(int(year), match[3], number) if year else _nearest(near, match[3], number) if near else None
            if day:
                days.setdefault(day)
    return tuple(sorted(days))


def _day(year: int, month: str, number: str) -> date | None:
    place = next(place for place, name in enumerate(MONTHS, 1) if name.startswith(month.lower()))
    try:
        return date(year, place, int(number))
    except ValueError:
        return None


def _first_from(near: date, month: str, number: str) -> date | None:
    days = [_day(year, month, number) for year in (near.year, near.year + 1)]
    return next((day for day in days if day and day >= near), None)


def _nearest(near: date, month: str, number: str) -> date | None:
    days = [day for year in (near.year - 1, near.year, near.year + 1) if (day := _day(year, month, number))]
    return min(days, key=lambda day: abs((day - near).days), default=None)
