"""One person's everything: shown whole (GDPR, article 15), and erased (article 17) as far as the law lets us.

What a person did is found by the columns that are marked as a person's name (`monitor.archive.base.PERSON`), so
that no table can be forgotten here. Both are noted among the changes, without the name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    delete,
    false,
    func,
    or_,
    select,
    true,
    update,
)

from monitor.archive import people
from monitor.archive.alerts import alert, forget_told, told_by
from monitor.archive.files import case_change, case_file
from monitor.archive.people import NAMED, Person, login
from monitor.archive.tokens import access_token
from monitor.archive.web import audit, record, saved_search
from monitor.delivery import personal as subscription
from monitor.delivery import subscribers
from monitor.delivery.subscribers import Subscriber, SubscriberError
from monitor.errors import MonitorError

KEPT_BECAUSE: Final[Mapping[str, str]] = {
    "sv": "Det som är allmän handling finns kvar, men utan namnet: vem som ändrade ett ärende eller rättade en "
    "bedömning, och när. Rätten till radering gäller inte det som en myndighet enligt lag ska bevara "
    "(dataskyddsförordningen artikel 17.3 b och d, arkivlagen 1990:782 3 §, tryckfrihetsförordningen 2 kap.). "
    "Utsända brev finns kvar som de skickades.",
    "en": "What is public record stays, without the name: who changed a case or corrected a judgement, and when. "
    "The right to erasure does not cover what the law requires an authority to preserve (GDPR article 17(3)(b) "
    "and (d); the Swedish Archives Act 1990:782, section 3; the Freedom of the Press Act, chapter 2). Letters "
    "stay as they were sent.",
}
"""Why something is left when a person is erased, by language; shown with every erasure."""
OWN_BUSINESS: Final = frozenset({"follow", "unfollow", "alert", "token", "revoke"})
"""Changes of what was the person's own: that there was one stays, what it said goes."""
SHORTEST_SOUGHT: Final = 4
"""Characters of a name that free text is searched for; a shorter one stands in half the words."""


class PersonError(MonitorError):
    """Nobody, or nobody certain, is meant; one line."""


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a request is about: who logged in, a name that doings are signed with, a subscriber; at least one."""

    person: Person | None
    name: str | None
    subscriber: Subscriber | None

    @property
    def reference(self) -> str:
        """How the changes speak of the person: by number, never by name."""
        if self.person:
            return f"person:{self.person.id}"
        return f"subscriber:{self.subscriber.id}" if self.subscriber else "person"


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of a person's data: rows by table. `mentions`: dossiers whose free text still has the name."""

    reference: str
    deleted: Mapping[str, int]
    kept: Mapping[str, int]
    mentions: tuple[str, ...]


def meant(conn: Connection, who: str) -> Meant:
    """Whom `who` means: a name, an e-mail address, `person:4` or `subscriber:3`.

    Raises:
        PersonError: nobody, or several with that address.
    """
    key = who.strip()
    kind, _, number = key.partition(":")
    if kind in ("person", "subscriber") and number.isascii() and number.isdecimal() and len(number) < 10:
        if kind == "subscriber":
            return Meant(None, None, _subscriber(conn, number))
        one = people.numbered(conn, int(number))
        if one is None or one.erased_at:
            raise PersonError(f"there is no person {number}")
        return Meant(one, one.name, _subscriber(conn, one.email))
    if "@" in key:
        return _mailed(conn, key)
    one = people.named(conn, key)
    if one is not None and not one.erased_at:
        return Meant(one, one.name, _subscriber(conn, one.email))
    if key and any(conn.scalar(_count(column, key)) for column in NAMED):
        return Meant(None, key, None)
    raise PersonError("nobody of that name or address; `utblick people list` shows who has logged in")


def export(conn: Connection, whom: Meant, *, by: str, now: datetime) -> dict[str, Any]:
    """Everything that is kept of a person, ready for JSON; secrets are left out, as they open doors.

    Args:
        conn: a writing connection: that it was taken out is noted.
        whom: the person.
        by: who takes it out.
        now: the moment (aware).
    """
    one, name = whom.person, whom.name
    logins = select(login.c.created, login.c.expires).where(login.c.person == (one.id if one else None))
    found = {
        "made": now.isoformat(),
        "person": _plain({at: getattr(one, at) for at in Person.__slots__}) if one else None,
        "logins": _rows(conn, logins),
        "doings": {column.table.name: _doings(conn, column, name) for column in NAMED} if name else {},
        "cases_owned": _rows(conn, _owned(name)) if name else [],
        "subscription": subscription.export(conn, whom.subscriber.id) if whom.subscriber else None,
        "mentions": mentions(conn, whom),
    }
    record(conn, by, now, action="export-person", about=whom.reference)
    return found


def weighed(conn: Connection, whom: Meant) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """How many rows of each table erasing would delete, and how many would stay without the name."""
    gone: dict[str, int] = {"subscriber": 1} if whom.subscriber else {}
    stays: dict[str, int] = {}
    for column in NAMED if whom.name else ():
        own, others = _is_own(column), ~_is_own(column)
        for rows, whose in ((gone, own), (stays, others)):
            if number := conn.scalar(_count(column, whom.name or "").where(whose)):
                rows[column.table.name] = number
    return gone, stays


def erase(conn: Connection, whom: Meant, *, by: str, now: datetime) -> Erased:
    """Delete what was the person's own; what is public record stays, signed with a number instead.

    Args:
        conn: a writing connection.
        whom: the person.
        by: who erases; if it is the person, the note of it carries the number too.
        now: the moment (aware).
    """
    gone, stays = weighed(conn, whom)
    named_in, reference = mentions(conn, whom), whom.reference
    if whom.name is not None:
        number = whom.person.id if whom.person else people.add_erased(conn, now)
        reference, pseudonym = f"person:{number}", f"raderad person {number}"
        _delete_own(conn, whom.name)
        _unsign(conn, whom.name, pseudonym)
        people.erase_person(conn, number, pseudonym, now)
        by = pseudonym if by == whom.name else by
    if whom.subscriber is not None:
        subscription.forget(conn, whom.subscriber.id)
    said = {"deleted": dict(gone), "kept": dict(stays)}
    record(conn, by, now, action="erase-person", about=reference, said=said)
    return Erased(reference, gone, stays, named_in)


def _mailed(conn: Connection, address: str) -> Meant:
    found, reader = people.mailed(conn, address), _subscriber(conn, address)
    if len(found) > 1:
        numbers = ", ".join(f"person:{one.id}" for one in found)
        raise PersonError(f"several log in with that address: {numbers}")
    if not found and reader is None:
        raise PersonError("nobody of that name or address; `utblick subscribers list` shows who gets the letter")
    one = found[0] if found else None
    return Meant(one, one.name if one else None, reader)


def _subscriber(conn: Connection, key: str | None) -> Subscriber | None:
    if not key:
        return None
    try:
        return subscribers.find(conn, key)
    except SubscriberError:
        if key.isdecimal():
            raise
        return None


def _is_own(column: Column[str]) -> ColumnElement[bool]:
    """Which rows are about the person alone: keyed by the person, tokens, followed searches of no group."""
    if column.table is saved_search:
        return saved_search.c.team.is_(None)
    return true() if column.primary_key or column.table is access_token else false()


def _delete_own(conn: Connection, name: str) -> None:
    own = select(saved_search.c.id).where(saved_search.c.who == name, _is_own(saved_search.c.who))
    for key in conn.execute(select(alert.c.key).where(alert.c.search.in_(own))).scalars().all():
        forget_told(conn, told_by(key))
    conn.execute(delete(alert).where(alert.c.search.in_(own)))
    for column in NAMED:
        conn.execute(delete(column.table).where(column == name, _is_own(column)))


def _unsign(conn: Connection, name: str, pseudonym: str) -> None:
    own = audit.c.who == name
    conn.execute(update(audit).where(own, audit.c.action.in_(OWN_BUSINESS)).values(said={}))
    for row in conn.execute(select(audit.c.id, audit.c.said)).all():
        if (said := _replaced(row.said, name, pseudonym)) != row.said:
            conn.execute(update(audit).where(audit.c.id == row.id).values(said=said))
    people.sign_anew(conn, name, pseudonym)
    conn.execute(update(case_file).where(case_file.c.owner == name).values(owner=pseudonym))
    for column in (case_change.c.before, case_change.c.after):
        was = update(case_change).where(case_change.c.field == "owner", column == name)
        conn.execute(was.values({column.name: pseudonym}))


def _replaced(said: Any, name: str, pseudonym: str) -> Any:
    if isinstance(said, dict):
        return {key: _replaced(value, name, pseudonym) for key, value in said.items()}
    if isinstance(said, list):
        return [_replaced(value, name, pseudonym) for value in said]
    return pseudonym if said == name else said


def mentions(conn: Connection, whom: Meant) -> tuple[str, ...]:
    """Dossiers whose free text has one of the person's names; only people can say what to do about that."""
    names = {
        whom.name,
        whom.person.shown if whom.person else None,
        whom.subscriber.name if whom.subscriber else None,
    }
    texts = (case_file.c.position, case_file.c.benefit_risk, case_change.c.before, case_change.c.after)
    sought = [
        func.lower(text).contains(name.lower(), autoescape=True)
        for name in names
        if name and len(name) >= SHORTEST_SOUGHT
        for text in texts
    ]
    if not sought:
        return ()
    joined = case_file.outerjoin(case_change, case_change.c.case == case_file.c.id)
    query = select(case_file.c.dossier).select_from(joined).where(or_(*sought)).distinct()
    return tuple(f"dossier:{number}" for number in conn.execute(query.order_by(case_file.c.dossier)).scalars())


def _owned(name: str) -> Any:
    return select(case_file.c.dossier, case_file.c.opened, case_file.c.status).where(case_file.c.owner == name)


def _count(column: Column[str], name: str) -> Any:
    return select(func.count()).select_from(column.table).where(column == name)


def _doings(conn: Connection, column: Column[str], name: str) -> list[dict[str, Any]]:
    table: Table = column.table
    shown = [one for one in table.c if not one.info.get("secret")]
    return _rows(conn, select(*shown).where(column == name).order_by(*table.primary_key.columns))


def _rows(conn: Connection, query: Any) -> list[dict[str, Any]]:
    return [_plain(row) for row in conn.execute(query).mappings()]


def _plain(row: Any) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
