"""To whom an alert goes: a subscriber who is known, or a new one who is asked to confirm first.

A new one has asked for alerts and so gets nothing else; `utblick subscribers edit NO --letter` adds the letter.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from monitor.delivery import addresses, subscribers
from monitor.delivery.subscribers import Subscriber, SubscriberError, Wishes


class RecipientError(SubscriberError):
    """Nobody to whom an alert may go; `why` says it in a word."""

    def __init__(self, why: Literal["no address", "not work", "has left"]) -> None:
        super().__init__(f"no alert to this address: {why}")
        self.why = why


def recipient(
    conn: Connection, address: str, *, language: str, allowed_domains: Collection[str], now: datetime
) -> tuple[Subscriber, bool]:
    """The subscriber at an address, and whether it is a new one: pending until the person confirms.

    Raises:
        RecipientError: no address, not one at a domain that is allowed, or a person who has left.
    """
    try:
        canonical = addresses.canonical(address)
    except ValueError as exc:
        raise RecipientError("no address") from exc
    if not addresses.within(canonical, allowed_domains):
        raise RecipientError("not work")
    known = next((one for one in subscribers.listed(conn) if one.address == canonical), None)
    if known is None:
        wishes = Wishes(language=language, letter=False)
        return subscribers.add(conn, canonical, now=now, wishes=wishes, confirmed=False), True
    if known.state == "unsubscribed":
        raise RecipientError("has left")
    return known, False
