"""Who decides on a file: offices, and office-holders in their role, as the sources name them (pure)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from monitor.core.stages import Standing
from spiders.finding import Kind

ADOPTED = "adopted"
"""The stage from which on a committee of the Parliament has nothing to decide any more."""

Role = Literal["committee", "rapporteur", "council", "commission", "ministry", "riksdag-committee"]

_SWEDISH = "utskott"
_LEAD = re.compile(r"(?P<name>[A-Z]{4}\b.*?) \((?:ansvarigt|gemensamt ansvarigt) utskott\)")
_BESIDE = re.compile(r"[A-Z]{4}\b.* \([^)]*utskott[^)]*\)")
_COMMITTEE = re.compile(r"[A-Z]{4}(?: \S.*)?")
_RAPPORTEUR = re.compile(r"(?:Co-)?[Rr]apporteur(?:s)?: (?P<name>.+ \([A-Z]{4}.*\))")
_PREFIX = re.compile(r"^(?:Council|Commission DG): ")
_PEOPLE = re.compile(r"Föredragande \((?P<name>[^)]+)\)")


@dataclass(frozen=True, slots=True, order=True)
class Decider:
    """An office, or a person in one. `source` is the archive's id of the source that says so."""

    role: Role
    name: str
    source: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a document says of who handles its file."""

    source: str
    kind: str
    bodies: tuple[str, ...] = ()
    summary: str = ""
    links: tuple[tuple[str, str], ...] = ()


def deciders_of(documents: Iterable[Said]) -> tuple[Decider, ...]:
    """Who decides, each office once. Committees that only give an opinion are left out where one is named lead.

    A committee of the Parliament is named in Swedish where a source does.
    """
    found: dict[tuple[str, str], Decider] = {}
    for document in documents:
        for one in _named(document):
            committee = one.role == "committee"
            key = (one.role, one.name.split()[0] if committee else one.name)
            if key not in found or (committee and _SWEDISH in one.name and _SWEDISH not in found[key].name):
                found[key] = one
    return tuple(found.values())


def committees_of(deciders: Iterable[Decider]) -> tuple[str, ...]:
    """Codes of the Parliament's committees that are responsible: "ENVI"."""
    return tuple(dict.fromkeys(one.name.split()[0] for one in deciders if one.role == "committee"))


def still_decides(standing: Standing | None) -> bool:
    """Whether a committee of the Parliament has something to decide yet on a file that stands there."""
    if standing is None:
        return True
    stages = standing.chain.stages
    until = stages.index(ADOPTED) + 1 if ADOPTED in stages else len(stages)
    return standing.number is not None and standing.number < until


def _named(document: Said) -> Iterator[Decider]:
    leads = [match["name"] for body in document.bodies if (match := _LEAD.fullmatch(body))]
    for name in leads:
        yield Decider("committee", name, document.source)
    for body in document.bodies:
        if (role := _role(body, document.kind)) is not None and not (role == "committee" and leads):
            yield Decider(role, _PREFIX.sub("", body), document.source)
    for line in document.summary.splitlines():
        if match := _RAPPORTEUR.fullmatch(line.strip()):
            yield Decider("rapporteur", match["name"], document.source)
    for label, url in document.links:
        if match := _PEOPLE.fullmatch(label):
            yield Decider("rapporteur", match["name"], document.source, url)


def _role(body: str, kind: str) -> Role | None:
    """Whose office a body is; None: nobody who decides, or a committee that only gives an opinion."""
    lowered = body.lower()
    signs: tuple[tuple[Role, bool], ...] = (
        ("council", body.startswith("Council: ")),
        ("commission", body.startswith("Commission DG: ") or kind == Kind.INITIATIVE),
        ("ministry", lowered.endswith("departementet")),
        ("committee", _COMMITTEE.fullmatch(body) is not None and _BESIDE.fullmatch(body) is None),
        ("riksdag-committee", lowered.endswith("utskottet")),
    )
    return next((role for role, holds in signs if holds), None)
