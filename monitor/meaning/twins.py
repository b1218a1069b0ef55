"""Compare what is new with what other sources show: one thing is shown once, with all its sources."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine

from monitor.archive.engine import reading, writing
from monitor.archive.twins import faces, leaders, members, near, save_twins, unexamined
from monitor.core.alike import APART, Face, page_of, same

BATCH = 200


def find_twins(engine: Engine) -> int:
    """Compare every document that is new or has changed; returns how many were found to be shown elsewhere.

    Idempotent. The first known document leads its group; one that is no longer the same leads itself.

    Raises:
        ArchiveError: the archive does not take it; what was compared before stays.
    """
    with reading(engine) as conn:
        waiting = unexamined(conn)
    known: dict[int, Face] = {}
    found = 0
    for start in range(0, len(waiting), BATCH):
        with writing(engine) as conn:
            for number in waiting[start : start + BATCH]:
                found += _examine(conn, number, known)
    return found


def _examine(conn: Connection, number: int, known: dict[int, Face]) -> bool:
    """Compare one document; `known` keeps what was fetched for others of the same days."""
    one, fingerprint = faces(conn, [number])[number]
    known[number] = one
    leader, reason = number, None
    if len(members(conn, [number]).get(number, ())) <= 1:  # one that leads others goes on doing so
        leader, reason = _leader(conn, one, known)
    row: dict[str, Any] = {"document": number, "leader": leader, "reason": reason}
    save_twins(conn, [row | {"page": page_of(one.url), "fingerprint": fingerprint}])
    return reason is not None


def _leader(conn: Connection, one: Face, known: dict[int, Face]) -> tuple[int, str | None]:
    """Who leads the document, and why; itself where it is alone."""
    others = near(conn, one, one.day - APART, one.day + APART)
    _fetch(conn, others, known)
    alike = [other for other in others if same(one, known[other])]
    heads = sorted(set(leaders(conn, alike).values()) - {one.id})
    _fetch(conn, heads, known)
    for head in heads:
        # It must be the same as the first of the group, or chains of likeness would join what is different.
        reason = same(one, known[head])
        if reason and _fits(conn, one, head):
            return head, reason
    return one.id, None


def _fetch(conn: Connection, ids: Sequence[int], known: dict[int, Face]) -> None:
    missing = [number for number in ids if number not in known]
    known |= {number: face for number, (face, _) in faces(conn, missing).items()}


def _fits(conn: Connection, one: Face, head: int) -> bool:
    """Whether nothing in the group comes from the same source: a source does not show one thing twice."""
    group = members(conn, [head]).get(head, (head,))
    return all(
        face.source != one.source for face, _ in faces(conn, [own for own in group if own != one.id]).values()
    )
