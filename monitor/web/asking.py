"""A search as an address of the pages: shared, narrowed, widened."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Self

from fastapi import Request
from starlette.datastructures import ImmutableMultiDict

from monitor.search import asking
from monitor.search.asking import FACETS, LAST_PAGE, PER_PAGE
from monitor.web.render import address

__all__ = ["FACETS", "LAST_PAGE", "PER_PAGE", "Asked"]


@dataclass(frozen=True, slots=True)
class Asked(asking.Asked):
    """What an address asks for, and the addresses beside it."""

    @classmethod
    def of(cls, request: Request) -> Self:
        """What a request asks for."""
        return cls.sent(request.query_params)

    @classmethod
    def sent(cls, said: ImmutableMultiDict[str, Any]) -> Self:
        """What the fields of an address or a form ask for."""
        pairs = [(name, value) for name, value in said.multi_items() if isinstance(value, str)]
        return cls.read(asking.gathered(pairs))

    def address(self, path: str = "/sok", **changed: Any) -> str:
        """Where this search lies; `changed` fields differ, and the first page comes again."""
        return address(path, **replace(self, **{"page": 1, **changed}).fields())

    def hidden(self, besides: Collection[str]) -> list[tuple[str, str]]:
        """The fields that a form keeps without showing them."""
        return [(name, value) for name, value in self.pairs() if name != "page" and name not in besides]

    @property
    def filters(self) -> list[tuple[str, str]]:
        """The filters that are set, for showing and taking away; names are those of `Asked`."""
        names = {"from": "since", "to": "until"}
        shown = (pair for pair in self.pairs() if pair[0] not in ("q", "sort", "page"))
        return [(names.get(name, name), value) for name, value in shown]

    def has(self, name: str, value: str) -> bool:
        """Whether a facet's value is chosen."""
        return value in getattr(self, name)

    def with_(self, name: str, value: str) -> str:
        """The address with one more value of a facet."""
        changed: dict[str, Any] = {name: (*getattr(self, name), value)}
        return self.address(**changed)

    def without(self, name: str, value: str = "") -> str:
        """The address without one of `filters`."""
        changed: dict[str, Any] = {name: False if name == "open" else None}
        if name in FACETS:
            changed = {name: tuple(one for one in getattr(self, name) if one != value)}
        return self.address(**changed)
