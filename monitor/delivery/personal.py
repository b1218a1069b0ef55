"""What is kept of one person: shown whole, and erased. Whoever keeps more of a subscriber adds it here."""

from typing import Any

from sqlalchemy import Connection, delete, select, update

from monitor.archive.alerts import alert, alerts, forget_told, told_to
from monitor.archive.letters import bounce, delivery, edition, message, subscriber
from monitor.delivery.subscribers import Wishes, as_json, cancel_queued, get, stored


def export(conn: Connection, subscriber_id: int) -> dict[str, Any]:
    """Everything kept of one person, ready for JSON: the register entry, alerts, and what became of each copy.

    Raises:
        SubscriberError: no such subscriber.
    """
    found = get(conn, subscriber_id)
    copies = conn.execute(
        select(edition.c.letter, edition.c.week, delivery, message.c.body)
        .join(edition, delivery.c.edition_id == edition.c.id)
        .outerjoin(message, message.c.delivery_id == delivery.c.id)
        .where(delivery.c.subscriber_id == subscriber_id)
        .order_by(edition.c.week)
    )
    own = select(delivery.c.id).where(delivery.c.subscriber_id == subscriber_id)
    returned: dict[int, list[dict[str, Any]]] = {}
    for row in conn.execute(select(bounce).where(bounce.c.delivery_id.in_(own)).order_by(bounce.c.at)):
        told = {"at": row.at.isoformat(), "permanent": row.permanent, "reason": row.reason}
        returned.setdefault(row.delivery_id, []).append(told)
    return {
        **as_json(found),
        "alerts": [
            {
                "search": one.name,
                "query": dict(one.query),
                "followed_by": one.who,
                "interval": one.interval,
                "created": one.created.isoformat(),
                "told_at": one.told_at.isoformat(),
                "stopped_at": one.stopped_at.isoformat() if one.stopped_at else None,
            }
            for one in alerts(conn, recipient=subscriber_id)
        ],
        "deliveries": [
            {
                "letter": copy.letter,
                "week": copy.week,
                "state": copy.state,
                "message_id": copy.message_id,
                "attempts": copy.attempts,
                "error": copy.error,
                "sent_at": copy.sent_at.isoformat() if copy.sent_at else None,
                "message": copy.body.decode("utf-8", "replace") if copy.body else None,
                "bounces": returned.get(copy.id, []),
            }
            for copy in copies
        ],
    }


def forget(conn: Connection, subscriber_id: int) -> None:
    """Erase the person: address, name, wishes, token, alerts and what they told, stored copies.

    That letters were sent stays counted.

    Raises:
        SubscriberError: no such subscriber.
    """
    get(conn, subscriber_id)
    cancel_queued(conn, subscriber_id)
    conn.execute(delete(alert).where(alert.c.subscriber == subscriber_id))
    forget_told(conn, told_to(subscriber_id))
    copies = select(delivery.c.id).where(delivery.c.subscriber_id == subscriber_id)
    conn.execute(delete(message).where(message.c.delivery_id.in_(copies)))
    conn.execute(delete(bounce).where(bounce.c.delivery_id.in_(copies)))
    conn.execute(update(delivery).where(delivery.c.subscriber_id == subscriber_id).values(error=None))
    conn.execute(
        update(subscriber)
        .where(subscriber.c.id == subscriber_id)
        .values(
            address=None,
            name=None,
            token=None,
            state="unsubscribed",
            paused_at=None,
            renewed_at=None,
            **stored(Wishes()),
        )
    )
