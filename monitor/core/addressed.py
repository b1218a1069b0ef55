"""Whether a remiss is sent to us: the names on its list of addressed bodies against ours."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from spiders.finding import Addressees, Kind

_BRACKETS = re.compile(r"\([^)]*\)")
_NO_WORD = re.compile(r"[^\w&]+")


class Standing(StrEnum):
    """What a list of addressed bodies means for us."""

    OURS = "ours"
    """One of our names stands on it."""
    OTHERS = "others"
    """It was read, and names others only. Anybody may answer a remiss (SB PM 2021:1)."""
    UNREAD = "unread"
    """There is none, or it could not be read."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """What a remiss's list says to us; `names` are those of ours on it, as the list has them."""

    standing: Standing
    names: tuple[str, ...] = ()


def addressed(kind: str, addressees: Addressees | None, ours: Iterable[str]) -> Addressed | None:
    """What the list of a document means for us; None for what is sent to nobody in particular.

    Args:
        kind: the document's, a word of `spiders.finding.Kind`.
        addressees: its list, None where none is known.
        ours: the names that mean us.
    """
    if addressees is None or not addressees.names:
        return Addressed(Standing.UNREAD) if kind == Kind.REMISS else None
    wanted = {_bare(name) for name in ours}
    met = tuple(name for name in addressees.names if _bare(name) in wanted)
    return Addressed(Standing.OURS if met else Standing.OTHERS, met)


def _bare(name: str) -> str:
    """A name without what is written in many ways: case, dots, hyphens, short forms in brackets, aktiebolag."""
    folded = _BRACKETS.sub(" ", unicodedata.normalize("NFC", name)).casefold()
    words = _NO_WORD.sub(" ", folded).split()
    return " ".join("ab" if word in ("aktiebolag", "aktiebolaget") else word for word in words)
