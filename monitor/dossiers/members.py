"""Our country's members of the committees that a file lies with: who votes there, in which role."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from monitor.archive.seats import seats_in
from monitor.core.deciders import committees_of, still_decides
from monitor.dossiers.files import File

ROLES = ("chair", "vice-chair", "member", "substitute")
"""In the order in which members are named; other roles come last."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a committee in their role. `confirmed`: the last day on which the source showed them."""

    body: str
    role: str
    name: str
    group: str
    country: str
    url: str
    since: date
    source: str
    confirmed: date


def members_of(
    conn: Connection, files: Iterable[File], country: str | None, today: date
) -> dict[int, tuple[Member, ...]]:
    """The members of each file's responsible committees; none where the committee has nothing to decide any more.

    Args:
        conn: a reading connection.
        files: dossiers.
        country: whose members, by code; None: nobody's.
        today: the day seen from.
    """
    bodies = {one.id: committees_of(one.deciders) for one in files if still_decides(one.standing)}
    wanted = {body for some in bodies.values() for body in some}
    seats = seats_in(conn, wanted, country, today) if country else []
    by_body: dict[str, dict[str, Member]] = {}
    for one in seats:
        found = Member(
            body=one.seat.body,
            role=one.seat.role,
            name=one.holder.name,
            group=one.holder.group,
            country=one.holder.country,
            url=one.holder.url,
            since=one.seat.since,
            source=one.source,
            confirmed=one.confirmed.date(),
        )
        # Who is chair is a member as well: a person is named once, in the weightiest role.
        known = by_body.setdefault(found.body, {})
        known[found.url] = min(known.get(found.url, found), found, key=_weight)
    return {
        number: tuple(sorted((one for body in some for one in by_body.get(body, {}).values()), key=_weight))
        for number, some in bodies.items()
    }


def _weight(one: Member) -> tuple[int, str, str, str]:
    return ROLES.index(one.role) if one.role in ROLES else len(ROLES), one.role, one.name, one.body


def members_as_json(members: Iterable[Member]) -> list[dict[str, Any]]:
    """The key `members` of `show --json` (docs/cli.md)."""
    return [
        {
            "body": one.body,
            "role": one.role,
            "name": one.name,
            "group": one.group or None,
            "country": one.country,
            "url": one.url,
            "since": one.since.isoformat(),
            "source": one.source,
            "confirmed": one.confirmed.isoformat(),
        }
        for one in members
    ]
