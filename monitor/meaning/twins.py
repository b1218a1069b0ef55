"""Compare what is new with what other sources show: one thing is shown once, with all its sources."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from monitor.archive.engine import reading, writing
from monitor.archive.twins import faces, leaders, members, named_alike, of_day, save_twins, unexamined
from monitor.core.alike import APART, Face, Titles, page_of, same

BATCH = 200
MOST_ALIKE = 100
"""Documents with which one is compared in full: the oldest, which lead the groups. A feed that says one thing in
ten thousand items would have each compared with each."""


def find_twins(engine: Engine) -> int:
    """Compare every document that is new or has changed; returns how many were found to be shown elsewhere.

    Idempotent. The first known document leads its group; one that is no longer the same leads itself.

    Raises:
        ArchiveError: the archive does not take it; what was compared before stays.
    """
    with reading(engine) as conn:
        waiting = unexamined(conn)
    known = _Known()
    found = 0
    for start in range(0, len(waiting), BATCH):
        with writing(engine) as conn:
            for number in waiting[start : start + BATCH]:
                found += _examine(conn, number, known)
    return found


@dataclass(slots=True)
class _Known:
    """What was fetched for one document and serves others of the same days."""

    faces: dict[int, Face] = field(default_factory=dict)
    titles: Titles = field(default_factory=Titles)
    days: set[tuple[str, date]] = field(default_factory=set)
    """Kinds and days whose titles are there."""

    def fetch(self, conn: Connection, ids: Sequence[int]) -> None:
        missing = [number for number in ids if number not in self.faces]
        self.faces |= {number: face for number, (face, _) in faces(conn, missing).items()}

    def titled_like(self, conn: Connection, one: Face) -> list[int]:
        """Earlier documents of other sources whose title may be the same."""
        for days in range(-APART.days, APART.days + 1):
            day = one.day + timedelta(days=days)
            if (one.kind, day) not in self.days:
                self.days.add((one.kind, day))
                for other in of_day(conn, one.kind, day):
                    self.titles.add(other)
        return self.titles.like(one, MOST_ALIKE)


def _examine(conn: Connection, number: int, known: _Known) -> bool:
    """Compare one document."""
    one, fingerprint = faces(conn, [number])[number]
    known.faces[number] = one
    leader, reason = number, None
    if len(members(conn, [number]).get(number, ())) <= 1:  # one that leads others goes on doing so
        leader, reason = _leader(conn, one, known)
    row: dict[str, Any] = {"document": number, "leader": leader, "reason": reason}
    save_twins(conn, [row | {"page": page_of(one.url), "fingerprint": fingerprint}])
    return reason is not None


def _leader(conn: Connection, one: Face, known: _Known) -> tuple[int, str | None]:
    """Who leads the document, and why; itself where it is alone."""
    others = named_alike(conn, one, MOST_ALIKE) | set(known.titled_like(conn, one))
    nearest = sorted(others)[:MOST_ALIKE]
    known.fetch(conn, nearest)
    alike = [other for other in nearest if same(one, known.faces[other])]
    heads = sorted(set(leaders(conn, alike).values()) - {one.id})
    groups = members(conn, heads)
    known.fetch(conn, sorted({*heads, *(own for group in groups.values() for own in group)}))
    for head in heads:
        # It must be the same as the first of the group, or chains of likeness would join what is different.
        reason = same(one, known.faces[head])
        if reason and _fits(one, groups.get(head, (head,)), known):
            return head, reason
    return one.id, None


def _fits(one: Face, group: Sequence[int], known: _Known) -> bool:
    """Whether nothing in the group comes from the same source: a source does not show one thing twice."""
    return all(known.faces[own].source != one.source for own in group if own != one.id)
