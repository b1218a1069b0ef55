"""A search as the fields of an address: read forgivingly, written canonically, kept and repeated."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Self, cast

from monitor.archive.files import CASE_STATES
from monitor.search.query import LONGEST_QUERY
from monitor.search.results import Query
from nlp.assessment import Direction, Level

PER_PAGE = 20
LAST_PAGE = 500
FACETS = ("theme", "kind", "source", "level", "direction", "language", "status", "owner")
"""Filters that take one value and are offered with counts."""
SORTS = ("rank", "date", "deadline")
LONGEST_VALUE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What the fields ask for. Wrong values count as absent: an old link still leads somewhere."""

    text: str = ""
    theme: str | None = None
    kind: str | None = None
    source: str | None = None
    level: str | None = None
    direction: str | None = None
    language: str | None = None
    status: str | None = None
    owner: str | None = None
    open: bool = False
    since: date | None = None
    until: date | None = None
    sort: Literal["rank", "date", "deadline"] = "rank"
    page: int = 1

    @classmethod
    def read(cls, said: Mapping[str, str]) -> Self:
        """From the fields of an address."""
        sort = said.get("sort", "")
        return cls(
            text=" ".join(said.get("q", "").split())[:LONGEST_QUERY],
            theme=_value(said, "theme"),
            kind=_value(said, "kind"),
            source=_value(said, "source"),
            level=_one_of(said, "level", tuple(Level)),
            direction=_one_of(said, "direction", tuple(Direction)),
            language=_value(said, "language"),
            status=_one_of(said, "status", CASE_STATES),
            owner=_value(said, "owner"),
            open=said.get("open") in ("1", "on", "true"),
            since=_day(said.get("from")),
            until=_day(said.get("to")),
            sort=cast("Literal['rank', 'date', 'deadline']", sort) if sort in SORTS else "rank",
            page=_page(said.get("page", "")),
        )

    def query(
        self, language: str, *, limit: int = PER_PAGE, facets: bool = False, moved: datetime | None = None
    ) -> Query:
        """As the search takes it; `moved`: only what came or changed since then, and has all that is asked."""
        return Query(
            text=self.text,
            theme=self.theme,
            source=self.source,
            kind=self.kind,
            level=self.level,
            direction=self.direction,
            written=self.language,
            status=self.status,
            owner=self.owner,
            open=self.open,
            since=self.since,
            until=self.until,
            moved=moved,
            exact=moved is not None,
            sort=self.sort,
            limit=limit,
            after=(self.page - 1) * PER_PAGE,
            facets=facets,
            language=language,
        )

    def fields(self) -> dict[str, str]:
        """What stands in the address, in one order, without what is usual."""
        said: list[tuple[str, Any]] = [
            ("q", self.text),
            *((name, getattr(self, name)) for name in FACETS),
            ("open", "1" if self.open else None),
            ("from", self.since),
            ("to", self.until),
            ("sort", self.sort if self.sort != "rank" else None),
            ("page", self.page if self.page > 1 else None),
        ]
        return {name: str(value) for name, value in said if value}


def _value(said: Mapping[str, str], name: str) -> str | None:
    value = said.get(name, "").strip()
    return value[:LONGEST_VALUE] if value and value.isprintable() else None


def _one_of(said: Mapping[str, str], name: str, known: Collection[str]) -> str | None:
    value = _value(said, name)
    return value if value in known else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
