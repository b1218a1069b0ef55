"""Lists and figures that the interface for programs answers: forms that `/api/openapi.json` describes.

`monitor.web.whole` has the forms of single things. Answers are written as plain data, not through these forms;
tests hold the one against the other.
"""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel


class Problem(BaseModel):
    """Why a call was refused."""

    detail: Any


class Also(BaseModel):
    """The same thing as another source shows it."""

    id: int
    source: str
    url: str


class SearchResult(BaseModel):
    """One document as search shows it."""

    id: int
    title: str
    kind: str
    source: str
    published: date | None
    level: str | None
    themes: list[str]
    closes: date | None
    url: str
    snippet: str
    score: float
    also: list[Also]


class SearchAnswer(BaseModel):
    """What a search found."""

    total: int
    results: list[SearchResult]
    facets: dict[str, dict[str, int]]
    """Of each filter its values with how many matches have them; of one that is set, what another would bring."""
    did_you_mean: str | None


class DocumentRow(BaseModel):
    """One document in a list."""

    id: int
    title: str
    kind: str
    source: str
    url: str
    published: date | None
    first_seen: datetime
    changed: datetime
    level: str | None
    direction: str | None
    themes: list[str]
    closes: date | None


class DocumentPage(BaseModel):
    """A part of the archive, the newest first; `next` goes on, None: this was the last."""

    documents: list[DocumentRow]
    next: str | None


class WindowRow(BaseModel):
    """A window's last day and whose it is."""

    document: int
    kind: str
    opens: date | None
    closes: date
    certainty: str


class SourceRow(BaseModel):
    """A source and how it fares; `outcome` None: never read."""

    id: str
    title: str
    owner: str
    url: str
    licence: str
    outcome: str | None
    error: str | None
    last_attempt: datetime | None
    last_good: datetime | None
    documents: int


class LetterRow(BaseModel):
    """A published letter."""

    week: str
    subject: str
    built_at: datetime
    state: str


class SignalRow(BaseModel):
    """Something that rises; `documents` are those of the recent days, the newest first."""

    sort: str
    subject: str
    theme: str
    strength: str
    matters: int
    sources: int
    expected: float
    before: int
    weeks: int
    documents: list[int]


class MeetingRow(BaseModel):
    """One of our own meetings, from the calendar of the configuration."""

    day: date
    body: str
    name: str
    name_en: str


class WindowCount(BaseModel):
    """How many windows of a kind are open, and how many have closed."""

    open: int
    closed: int


class StatisticsAnswer(BaseModel):
    """How much there is, of what, and how early it was seen."""

    total: int
    months: dict[str, dict[str, int]]
    """Documents per month ("2026-11") and theme, the last twelve months."""
    levels: dict[str, int]
    directions: dict[str, int]
    sources: dict[str, int]
    lead_days: dict[str, list[int]]
    """Days from first seen to the last day, per kind of window, of the same months."""
    windows: dict[str, WindowCount]
