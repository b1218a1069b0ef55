"""A search as the fields of an address: read forgivingly, written canonically, kept and repeated."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Self, cast

from monitor.archive.files import CASE_STATES
from monitor.search.query import LONGEST_QUERY
from monitor.search.results import Query, Values
from nlp.assessment import Direction, Level

PER_PAGE = 20
LAST_PAGE = 500
FACETS = ("theme", "level", "direction", "kind", "stage", "source", "language", "status", "owner")
"""Filters that take one value or several (either counts) and are offered with counts, in this order."""
SORTS = ("rank", "date", "deadline")
LONGEST_VALUE, MOST_VALUES = 100, 20

Fields = Mapping[str, str | Sequence[str]]
"""Fields of an address: each with its value, or its values."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the fields ask for. Wrong values count as absent: an old link still leads somewhere."""

    text: str = ""
    theme: Values = ()
    kind: Values = ()
    source: Values = ()
    level: Values = ()
    direction: Values = ()
    stage: Values = ()
    language: Values = ()
    status: Values = ()
    owner: Values = ()
    open: bool = False
    since: date | None = None
    until: date | None = None
    sort: Literal["rank", "date", "deadline"] = "rank"
    page: int = 1

    @classmethod
    def read(cls, said: Fields) -> Self:
        """From the fields of an address."""
        sort = _first(said, "sort")
        return cls(
            text=" ".join(_first(said, "q").split())[:LONGEST_QUERY],
            theme=_values(said, "theme"),
            kind=_values(said, "kind"),
            source=_values(said, "source"),
            level=_some_of(said, "level", tuple(Level)),
            direction=_some_of(said, "direction", tuple(Direction)),
            stage=_values(said, "stage"),
            language=_values(said, "language"),
            status=_some_of(said, "status", CASE_STATES),
            owner=_values(said, "owner"),
            open=_first(said, "open") in ("1", "on", "true"),
            since=_day(_first(said, "from")),
            until=_day(_first(said, "to")),
            sort=cast("Literal['rank', 'date', 'deadline']", sort) if sort in SORTS else "rank",
            page=_page(_first(said, "page")),
        )

    def query(
        self,
        language: str,
        *,
        limit: int = PER_PAGE,
        facets: bool = False,
        moved: datetime | None = None,
        exact: bool = False,
    ) -> Query:
        """As the search takes it; `moved`: only what came or changed since then, and has all that is asked."""
        return Query(
            text=self.text,
            theme=self.theme,
            source=self.source,
            kind=self.kind,
            level=self.level,
            direction=self.direction,
            stage=self.stage,
            written=self.language,
            status=self.status,
            owner=self.owner,
            open=self.open,
            since=self.since,
            until=self.until,
            moved=moved,
            exact=exact or moved is not None,
            sort=self.sort,
            limit=limit,
            after=(self.page - 1) * PER_PAGE,
            facets=facets,
            language=language,
        )

    def pairs(self) -> list[tuple[str, str]]:
        """What stands in the address, in one order, without what is usual; a field with several values repeats."""
        said: list[tuple[str, Any]] = [
            ("q", self.text),
            *((name, value) for name in FACETS for value in getattr(self, name)),
            ("open", "1" if self.open else None),
            ("from", self.since),
            ("to", self.until),
            ("sort", self.sort if self.sort != "rank" else None),
            ("page", self.page if self.page > 1 else None),
        ]
        return [(name, str(value)) for name, value in said if value]

    def fields(self) -> dict[str, str | list[str]]:
        """The same as `read` takes it: what is kept of a followed search."""
        return gathered(self.pairs())


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, str | list[str]]:
    """The fields of an address: a value, or a list where there are several."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _all(said: Fields, name: str) -> Sequence[str]:
    values = said.get(name, ())
    return (values,) if isinstance(values, str) else values


def _first(said: Fields, name: str) -> str:
    return next(iter(_all(said, name)), "")


def _values(said: Fields, name: str) -> Values:
    """The values of a filter, each once."""
    found = (value.strip()[:LONGEST_VALUE] for value in _all(said, name) if value.isprintable())
    return tuple(dict.fromkeys(value for value in found if value))[:MOST_VALUES]


def _some_of(said: Fields, name: str, known: Collection[str]) -> Values:
    return tuple(value for value in _values(said, name) if value in known)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _page(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdecimal() and len(text) < 6 else 1
