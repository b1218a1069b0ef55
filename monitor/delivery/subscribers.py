"""Who gets the letter: added, changed, confirmed, unsubscribed. `monitor.delivery.personal` shows and erases.

An address identifies a person and is kept in one place, the table `subscriber`. Everything else speaks of a
subscriber by number.
"""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select, update

from monitor.archive.letters import (
    CADENCES,
    DENSITIES,
    LANGUAGES,
    SUBSCRIBER_STATES,
    delivery,
    message,
    subscriber,
)
from monitor.delivery import addresses
from monitor.errors import MonitorError

PAUSED: Final = "paused"
SHOWN_STATES: Final = (*SUBSCRIBER_STATES, PAUSED)
_LONGEST_NAME: Final = 200


class SubscriberError(MonitorError):
    """What was asked of a subscriber cannot be done; one line."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person may choose about the letter.

    `themes` holds ids of configured themes; None = every theme. `letter` False: alerts alone, about followed
    searches.
    """

    language: str = "sv"
    themes: tuple[str, ...] | None = None
    density: str = "normal"
    cadence: str = "weekly"
    letter: bool = True

    def check(self, known_themes: Collection[str] | None = None) -> None:
        """Raise `SubscriberError` for a wish that no letter can meet; None = themes are not checked."""
        _among("language", self.language, LANGUAGES)
        _among("density", self.density, DENSITIES)
        _among("cadence", self.cadence, CADENCES)
        if self.themes is not None and not self.themes:
            raise SubscriberError("no theme given; leave themes out for every theme")
        if known_themes is not None:
            for theme in self.themes or ():
                _among("theme", theme, known_themes)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person who gets the letter, or did."""

    id: int
    address: str
    name: str | None
    wishes: Wishes
    state: str
    """`pending`, `active`, `unsubscribed`, or `paused`: active, but the last letters all came back."""
    created: datetime
    confirmed_at: datetime | None
    paused_at: datetime | None = None
    renewed_at: datetime | None = None
    """When a person brought the subscriber back, last."""


def add(
    conn: Connection,
    address: str,
    *,
    now: datetime,
    name: str | None = None,
    wishes: Wishes | None = None,
    allowed_domains: Collection[str] = (),
    known_themes: Collection[str] | None = None,
    confirmed: bool = True,
) -> Subscriber:
    """A new subscriber; `confirmed` False leaves it pending until `confirm` (double opt-in).

    `allowed_domains` empty means any domain.

    Raises:
        SubscriberError: the address is no address, outside the allowed domains or already known; a wrong wish.
    """
    chosen = wishes or Wishes()
    chosen.check(known_themes)
    canonical = _address(address, allowed_domains)
    _refuse_known(conn, canonical)
    row = conn.execute(
        subscriber.insert()
        .values(
            address=canonical,
            name=_name(name),
            **stored(chosen),
            state="active" if confirmed else "pending",
            token=secrets.token_urlsafe(32),
            created=now,
            confirmed_at=now if confirmed else None,
        )
        .returning(*subscriber.c)
    ).one()
    return _subscriber(row)


def listed(conn: Connection, *, state: str | None = None) -> tuple[Subscriber, ...]:
    """Every subscriber who is not forgotten, in order of arrival; `state` narrows.

    Raises:
        SubscriberError: an unknown state.
    """
    query = select(subscriber).where(subscriber.c.address.is_not(None)).order_by(subscriber.c.id)
    found = tuple(_subscriber(row) for row in conn.execute(query))
    if state is None:
        return found
    wanted = _among("state", state, SHOWN_STATES)
    return tuple(one for one in found if one.state == wanted)


def find(conn: Connection, who: str) -> Subscriber:
    """The subscriber with the number or the address `who`.

    Raises:
        SubscriberError: there is none.
    """
    key = who.strip()
    known = (
        subscriber.c.id == int(key)
        if re.fullmatch(r"[0-9]{1,9}", key)
        else subscriber.c.address == addresses.folded(key)
    )
    row = conn.execute(select(subscriber).where(known, subscriber.c.address.is_not(None))).one_or_none()
    if row is None:
        raise SubscriberError("no such subscriber; `utblick subscribers list` shows their numbers and addresses")
    return _subscriber(row)


def edit(
    conn: Connection,
    subscriber_id: int,
    *,
    now: datetime,
    address: str | None = None,
    name: str | None = None,
    wishes: Wishes | None = None,
    state: str | None = None,
    allowed_domains: Collection[str] = (),
    known_themes: Collection[str] | None = None,
) -> Subscriber:
    """Change what is given and leave the rest. Copies already queued go to the new address.

    Raises:
        SubscriberError: no such subscriber, or what `add` would refuse.
    """
    current = get(conn, subscriber_id)
    changes: dict[str, Any] = {}
    if wishes is not None:
        wishes.check(known_themes if wishes.themes != current.wishes.themes else None)
        changes |= stored(wishes)
    if address is not None:
        changes["address"] = _address(address, allowed_domains)
        if changes["address"] != current.address:
            _refuse_known(conn, changes["address"])
    if name is not None:
        changes["name"] = _name(name)
    if state is not None:
        changes["state"] = _among("state", state, SUBSCRIBER_STATES)
        if state == "active":
            changes |= {"confirmed_at": current.confirmed_at or now, "paused_at": None, "renewed_at": now}
        if state != "active":
            cancel_queued(conn, subscriber_id)
    return _change(conn, subscriber_id, changes) if changes else current


def remove(conn: Connection, subscriber_id: int) -> Subscriber:
    """No more letters, also none that is queued. What is kept of the person stays until `forget`.

    Raises:
        SubscriberError: no such subscriber.
    """
    get(conn, subscriber_id)
    cancel_queued(conn, subscriber_id)
    return _change(conn, subscriber_id, {"state": "unsubscribed"})


def confirm(conn: Connection, token: str, *, now: datetime) -> Subscriber | None:
    """The pending subscriber behind `token` becomes active; None if the token is nobody's.

    Asking twice changes nothing, and a person who has unsubscribed is not brought back.
    """
    conn.execute(
        update(subscriber)
        .where(subscriber.c.token == token, subscriber.c.state == "pending")
        .values(state="active", confirmed_at=now)
    )
    return _by_token(conn, token)


def unsubscribe(conn: Connection, token: str) -> Subscriber | None:
    """No more letters for the subscriber behind `token`; None if the token is nobody's."""
    found = _by_token(conn, token)
    return remove(conn, found.id) if found else None


def token(conn: Connection, subscriber_id: int) -> str:
    """The unguessable token that stands for a subscriber in links.

    Raises:
        SubscriberError: no such subscriber, or a forgotten one.
    """
    value = conn.scalar(select(subscriber.c.token).where(subscriber.c.id == subscriber_id))
    if value is None:
        raise SubscriberError(f"no subscriber {subscriber_id}")
    return str(value)


def as_json(one: Subscriber) -> dict[str, Any]:
    """The keys that `subscribers list --json` documents."""
    return {
        "id": one.id,
        "address": one.address,
        "name": one.name,
        "language": one.wishes.language,
        "themes": list(one.wishes.themes) if one.wishes.themes is not None else None,
        "density": one.wishes.density,
        "cadence": one.wishes.cadence,
        "letter": one.wishes.letter,
        "state": one.state,
        "created": one.created.isoformat(),
        "confirmed_at": one.confirmed_at.isoformat() if one.confirmed_at else None,
        "paused_at": one.paused_at.isoformat() if one.paused_at else None,
        "renewed_at": one.renewed_at.isoformat() if one.renewed_at else None,
    }


def _address(text: str, allowed_domains: Collection[str]) -> str:
    # The message does not repeat the address: it may end in a log.
    try:
        address = addresses.canonical(text)
    except ValueError as exc:
        raise SubscriberError(str(exc)) from exc
    if not addresses.within(address, allowed_domains):
        raise SubscriberError(f"not a work address: allowed are those at {', '.join(sorted(allowed_domains))}")
    return address


def _among(field: str, value: str, known: Collection[str]) -> str:
    if value not in known:
        raise SubscriberError(f"{field} {_short(value)} is not one of {', '.join(sorted(known))}")
    return value


def _name(text: str | None) -> str | None:
    """A name in one line; an empty one is none."""
    name = " ".join("".join(c if c.isprintable() else " " for c in text or "").split())
    return name[:_LONGEST_NAME] or None


def _short(text: str) -> str:
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return repr(shown if len(shown) <= 60 else shown[:59] + "…")


def stored(wishes: Wishes) -> dict[str, Any]:
    """The columns of what a person chose."""
    return {
        "language": wishes.language,
        "themes": list(dict.fromkeys(wishes.themes)) if wishes.themes is not None else None,
        "density": wishes.density,
        "cadence": wishes.cadence,
        "letter": wishes.letter,
    }


def _change(conn: Connection, subscriber_id: int, values: dict[str, Any]) -> Subscriber:
    statement = update(subscriber).where(subscriber.c.id == subscriber_id).values(**values)
    return _subscriber(conn.execute(statement.returning(*subscriber.c)).one())


def _refuse_known(conn: Connection, address: str) -> None:
    row = conn.execute(
        select(subscriber.c.id, subscriber.c.state).where(subscriber.c.address == address)
    ).one_or_none()
    if row is not None:
        back = (
            "" if row.state == "active" else f"; `utblick subscribers edit {row.id} --state active` brings it back"
        )
        raise SubscriberError(f"that address is subscriber {row.id} already ({row.state}){back}")


def cancel_queued(conn: Connection, subscriber_id: int) -> None:
    """Nothing that waits for the subscriber leaves any more."""
    cancelled = conn.execute(
        update(delivery)
        .where(delivery.c.subscriber_id == subscriber_id, delivery.c.state == "queued")
        .values(state="cancelled")
        .returning(delivery.c.id)
    ).scalars()
    conn.execute(delete(message).where(message.c.delivery_id.in_(cancelled.all())))


def get(conn: Connection, subscriber_id: int) -> Subscriber:
    """The subscriber with this number.

    Raises:
        SubscriberError: no such subscriber, or a forgotten one.
    """
    row = conn.execute(
        select(subscriber).where(subscriber.c.id == subscriber_id, subscriber.c.address.is_not(None))
    ).one_or_none()
    if row is None:
        raise SubscriberError(f"no subscriber {subscriber_id}")
    return _subscriber(row)


def _by_token(conn: Connection, value: str) -> Subscriber | None:
    row = conn.execute(select(subscriber).where(subscriber.c.token == value)).one_or_none()
    return _subscriber(row) if row is not None and value else None


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        id=row.id,
        address=row.address,
        name=row.name,
        wishes=Wishes(
            language=row.language,
            themes=tuple(row.themes) if row.themes is not None else None,
            density=row.density,
            cadence=row.cadence,
            letter=row.letter,
        ),
        state=PAUSED if row.state == "active" and row.paused_at is not None else row.state,
        created=row.created,
        confirmed_at=row.confirmed_at,
        paused_at=row.paused_at,
        renewed_at=row.renewed_at,
    )
