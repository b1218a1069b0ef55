"""Who decides on a file, as far as it lies with the European Parliament, and how the letter says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from digests.tame import one_line

if TYPE_CHECKING:
    from digests.words import Catalogue

COMMITTEES = 2
MEMBERS = 3
"""Members that are named; of more only the number is said."""
_NAME = 140
_WORD = 60
_GROUP = 20
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a committee.

    `group` is the political group, short ("S&D"); `role` is `chair`, `vice-chair`, `member` or `substitute`, else
    a word of the source.
    """

    name: str
    group: str = ""
    role: str = "member"


@dataclass(frozen=True, slots=True)
class Decides:
    """The responsible committees of the European Parliament, and who of our country sits there."""

    committees: tuple[str, ...]
    """In words ("ENVI utskottet för miljö …")."""
    country: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    """Name of the country that the members come from, by language."""
    members: tuple[Member, ...] = ()
    """The weightiest first."""
    more: int = 0
    """Members that are not named."""


def few(said: Decides | None) -> Decides | None:
    """As few and as short names as fit a line."""
    if said is None:
        return None
    return Decides(
        committees=tuple(one_line(name, _NAME) for name in said.committees[:COMMITTEES]),
        country={code: one_line(name, _WORD) for code, name in said.country.items()},
        members=tuple(
            Member(one_line(one.name, _WORD), one_line(one.group, _GROUP), one_line(one.role, _GROUP))
            for one in said.members[:MEMBERS]
        ),
        more=len(said.members[MEMBERS:]) + said.more,
    )


def decides_says(said: Decides, words: "Catalogue") -> str:
    """The committees, and our country's members there with their group and role."""
    committees = words.listed(list(said.committees))
    country = said.country.get(words.code, "")
    if not said.members or not country:
        return committees
    named = [_member(one, words) for one in said.members]
    listed = ", ".join(named) if said.more else words.listed(named)
    more = words.say("members more", members=said.more) if said.more else ""
    return words.say("members", committees=committees, country=country, members=f"{listed}{more}")


def _member(one: Member, words: "Catalogue") -> str:
    # An ordinary member needs no word for it.
    role = "" if one.role == "member" else words.seats.get(one.role, one.role)
    beside = ", ".join(part for part in (one.group, role) if part)
    return f"{one.name} ({beside})" if beside else one.name
