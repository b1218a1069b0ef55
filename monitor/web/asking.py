"""A search as an address: read forgivingly, written canonically, so that it can be kept, shared and repeated."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, cast

from monitor.archive.files import CASE_STATES
from monitor.search import Query
from monitor.search.query import LONGEST_QUERY
from monitor.web.render import address
from monitor.web.words import DIRECTIONS, LEVELS

PER_PAGE = 20
LAST_PAGE = 500
FACETS = ("theme", "kind", "source", "level", "direction", "language", "status", "owner")
"""Filters that take one value and are offered with counts."""
SORTS = ("rank", "date", "deadline")
LONGEST_VALUE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. Wrong values count as absent: an old link still leads somewhere."""

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
    def read(cls, said: Mapping[str, str]) -> "Asked":
        """From the fields of an address."""
        sort = said.get("sort", "")
        return cls(
            text=" ".join(said.get("q", "").split())[:LONGEST_QUERY],
            theme=_value(said, "theme"),
            kind=_value(said, "kind"),
            source=_value(said, "source"),
            level=_one_of(said, "level", LEVELS),
            direction=_one_of(said, "direction", DIRECTIONS),
            language=_value(said, "language"),
            status=_one_of(said, "status", CASE_STATES),
            owner=_value(said, "owner"),
            open=said.get("open") in ("1", "on", "true"),
            since=_day(said.get("from")),
            until=_day(said.get("to")),
            sort=cast("Literal['rank', 'date', 'deadline']", sort) if sort in SORTS else "rank",
            page=_page(said.get("page", "")),
        )

    def query(self, language: str, *, limit: int = PER_PAGE, facets: bool = False) -> Query:
        """As the search takes it."""
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

    def address(self, path: str = "/sok", **changed: Any) -> str:
        """Where this search lies; `changed` fields differ, and the first page comes again."""
        return address(path, **replace(self, **{"page": 1, **changed}).fields())

    def hidden(self, besides: Iterable[str]) -> list[tuple[str, str]]:
        """The fields that a form keeps without showing them."""
        out = {"page", *besides}
        return [(name, value) for name, value in self.fields().items() if name not in out]

    @property
    def filters(self) -> dict[str, str]:
        """The filters that are set, for showing and taking away; keys are those of `Asked`."""
        names = {"from": "since", "to": "until"}
        return {
            names.get(name, name): value
            for name, value in self.fields().items()
            if name not in ("q", "sort", "page")
        }

    def without(self, name: str) -> str:
        """The address without one of `filters`."""
        changed: dict[str, Any] = {name: False if name == "open" else None}
        return self.address(**changed)


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
