"""A search as an address of the pages: shared, narrowed, widened."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from monitor.search import asking
from monitor.search.asking import FACETS, LAST_PAGE, PER_PAGE
from monitor.web.render import address

__all__ = ["FACETS", "LAST_PAGE", "PER_PAGE", "Asked"]


@dataclass(frozen=True, slots=True)
class Asked(asking.Asked):
    """What an address asks for, and the addresses beside it."""

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
