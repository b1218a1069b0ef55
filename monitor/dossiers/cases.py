"""Cases: how the organisation handles a dossier. Every change is kept with who made it and when.

What stands here is people's; nothing of it is ever written by a rule or a model.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from monitor.archive.dossiers import standing_id
from monitor.archive.files import CASE_STATES, case_change, case_file
from monitor.archive.known import chunks
from monitor.errors import MonitorError

FIELDS = (*("status", "owner", "priority", "direction", "channel", "decider", "position", "benefit_risk", "due"),)
"""What can be set; all but `status` may be empty."""
PRIORITIES = ("decision", "action", "fyi")
DIRECTIONS = ("restricting", "enabling", "both", "unclear")
NEW = "ny"
LONGEST = {"position": 4_000, "benefit_risk": 4_000}
"""Characters; other fields take 200."""


class CaseError(MonitorError):
    """A case cannot be found or set so; one line."""


@dataclass(frozen=True, slots=True)
class CaseChange:
    """One change: what was and what is. `field` `merged`: another dossier with a case proved to be the same."""

    at: datetime
    who: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """The organisation's handling of a dossier as it stands."""

    dossier: int
    opened: datetime
    status: str
    owner: str | None = None
    priority: str | None = None
    direction: str | None = None
    channel: str | None = None
    decider: str | None = None
    position: str | None = None
    benefit_risk: str | None = None
    due: date | None = None
    changes: tuple[CaseChange, ...] = ()

    def last(self, name: str) -> CaseChange | None:
        """The newest change of a field; None: it was never set."""
        return next((one for one in reversed(self.changes) if one.field == name), None)


def set_case(
    conn: Connection, dossier: int, values: Mapping[str, str | date | None], *, who: str, at: datetime
) -> Case:
    """Set fields of a dossier's case, which is opened if there is none; what is equal already is no change.

    Args:
        conn: a writing connection.
        dossier: its number.
        values: field → value; None or "" empties a field.
        who: the person's name in the organisation (not an address).
        at: the moment (aware).

    Raises:
        CaseError: no such dossier, an unknown field or value, or nobody named.
    """
    number = standing_id(conn, dossier)
    if number is None:
        raise CaseError(f"there is no dossier {dossier}")
    wanted = _checked(values)
    who = " ".join(who.split())
    if not who or "@" in who or len(who) > 100:
        raise CaseError("who: give the person's name in the organisation, not an address")
    known = cases_of(conn, [number]).get(number)
    if known is None:
        opened = {"dossier": number, "opened": at, "status": NEW}
        conn.execute(insert(case_file).values(**opened))
        known = Case(number, at, NEW)
    row = conn.execute(select(case_file.c.id).where(case_file.c.dossier == number)).scalar_one()
    changed = {name: value for name, value in wanted.items() if getattr(known, name) != value}
    if changed:
        conn.execute(update(case_file).where(case_file.c.id == row).values(**changed))
        conn.execute(
            insert(case_change),
            [
                {
                    "case": row,
                    "at": at,
                    "who": who,
                    "field": name,
                    "before": _text(getattr(known, name)),
                    "after": _text(value),
                }
                for name, value in changed.items()
            ],
        )
    return cases_of(conn, [number])[number]


def cases_of(conn: Connection, dossiers: Collection[int]) -> dict[int, Case]:
    """The cases of these dossiers, by dossier."""
    found: dict[int, Case] = {}
    for some in chunks(sorted(set(dossiers))):
        rows = conn.execute(select(case_file).where(case_file.c.dossier.in_(some))).mappings().all()
        changes = _changes(conn, [row["id"] for row in rows])
        for row in rows:
            fields = {name: row[name] for name in FIELDS}
            found[row["dossier"]] = Case(
                row["dossier"], row["opened"], **fields, changes=changes.get(row["id"], ())
            )
    return found


def list_cases(
    conn: Connection, *, status: str | None = None, owner: str | None = None, closed: bool = False
) -> tuple[Case, ...]:
    """The cases, those first whose own day comes first.

    Args:
        conn: a reading connection.
        status: only of this status.
        owner: only of this owner (letter case does not matter).
        closed: also those that are closed.

    Raises:
        CaseError: no such status.
    """
    if status is not None and status not in CASE_STATES:
        raise CaseError(f"status: expected one of {', '.join(CASE_STATES)}, got {status!r}")
    found = cases_of(conn, conn.execute(select(case_file.c.dossier)).scalars().all())
    wanted = [
        one
        for one in found.values()
        if (status is None or one.status == status)
        and (owner is None or (one.owner or "").casefold() == owner.casefold())
        and (closed or status is not None or one.status != CASE_STATES[-1])
    ]
    return tuple(sorted(wanted, key=lambda one: (one.due or date.max, one.dossier)))


def as_json(one: Case) -> dict[str, Any]:
    """The keys of a case in `case … --json` and `show --json` (docs/cli.md)."""
    fields = {name: getattr(one, name) for name in FIELDS}
    return {
        "dossier": one.dossier,
        "opened": one.opened.isoformat(),
        **fields,
        "due": one.due.isoformat() if one.due else None,
        "changes": [
            {
                "at": change.at.isoformat(),
                "who": change.who,
                "field": change.field,
                "before": change.before,
                "after": change.after,
            }
            for change in one.changes
        ],
    }


def _changes(conn: Connection, ids: Sequence[int]) -> dict[int, tuple[CaseChange, ...]]:
    found: dict[int, tuple[CaseChange, ...]] = {}
    query = select(case_change).where(case_change.c.case.in_(ids)).order_by(case_change.c.id)
    for row in conn.execute(query).mappings():
        one = CaseChange(row["at"], row["who"], row["field"], row["before"], row["after"])
        found[row["case"]] = (*found.get(row["case"], ()), one)
    return found


def _checked(values: Mapping[str, str | date | None]) -> dict[str, str | date | None]:
    allowed = {"status": CASE_STATES, "priority": PRIORITIES, "direction": DIRECTIONS}
    wanted: dict[str, str | date | None] = {}
    for name, value in values.items():
        if name not in FIELDS:
            raise CaseError(f"there is no field {name!r}; there are {', '.join(FIELDS)}")
        text = value.strip() if isinstance(value, str) else value
        if name in allowed and text and text not in allowed[name]:
            raise CaseError(f"{name}: expected one of {', '.join(allowed[name])}, got {text!r}")
        if name == "status" and not text:
            raise CaseError(f"status: expected one of {', '.join(CASE_STATES)}, got nothing")
        if name == "due" and text and not isinstance(text, date):
            raise CaseError("due: expected a day")
        if isinstance(text, str) and len(text) > LONGEST.get(name, 200):
            raise CaseError(f"{name}: at most {LONGEST.get(name, 200)} characters")
        wanted[name] = text or None
    return wanted


def _text(value: str | date | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value
