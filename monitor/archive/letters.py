"""Tables of the letter: who gets it, what an edition showed, and what became of each copy.

Personal data is marked on its column (`info={"pii": True}`), credentials likewise (`info={"secret": True}`):
neither may reach a log, an export or another table (docs/architecture.md, Promises 8).
"""

from typing import Any, Final

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    true,
)

from monitor.archive.base import UtcDateTime, metadata

PII: Final[dict[str, Any]] = {"pii": True}
SECRET: Final[dict[str, Any]] = {"secret": True}

LANGUAGES: Final = ("sv", "en")
DENSITIES: Final = ("short", "normal", "full")
CADENCES: Final = ("weekly", "fortnightly", "monthly")
SUBSCRIBER_STATES: Final = ("pending", "active", "unsubscribed")
EDITION_STATES: Final = ("built", "released")
DELIVERY_STATES: Final = ("queued", "sending", "sent", "failed", "unknown", "cancelled")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Integer, primary_key=True),
    # Empty once the person is forgotten; the row stays so that deliveries can still be counted.
    Column("address", String(254), unique=True, info=PII),
    Column("name", String(200), info=PII),
    Column("language", String(2), nullable=False),
    # False: alerts alone.
    Column("letter", Boolean, nullable=False, server_default=true()),
    # Ids of config/themes.toml; null = every theme.
    Column("themes", JSON(none_as_null=True)),
    Column("density", String(10), nullable=False),
    Column("cadence", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    # Stands for the person in links (confirm, unsubscribe, calendar); whoever has it may use them.
    Column("token", String(43), unique=True, info=SECRET),
    Column("created", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    # While it is set no letter goes out: the last ones all came back (`monitor.delivery.bounces`).
    Column("paused_at", UtcDateTime),
    # When a person brought the subscriber back; what came back before no longer counts.
    Column("renewed_at", UtcDateTime),
    _one_of("language", LANGUAGES),
    _one_of("density", DENSITIES),
    _one_of("cadence", CADENCES),
    _one_of("state", SUBSCRIBER_STATES),
)

edition = Table(
    "edition",
    metadata,
    Column("id", Integer, primary_key=True),
    # The letter's name as the organisation's configuration gives it; with the week it is the edition's identity.
    Column("letter", String(120), nullable=False),
    Column("week", String(8), nullable=False),
    Column("built_at", UtcDateTime, nullable=False),
    Column("subject", Text, nullable=False),
    # What was published, without any recipient: kept as a public record.
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("json", JSON, nullable=False),
    # built: may still be built anew; released: copies are queued and the edition no longer changes.
    Column("state", String(10), nullable=False),
    Column("released_at", UtcDateTime),
    UniqueConstraint("letter", "week"),
    _one_of("state", EDITION_STATES),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition_id", ForeignKey(edition.c.id, ondelete="CASCADE"), nullable=False),
    Column("section", String(40), nullable=False),
    Column("position", Integer, nullable=False),
    # As `utblick show` takes it. An identifier, not a row number: dossiers are merged and split later.
    Column("ref", String(200), nullable=False, index=True),
    # Hash of the facts in `shown`: the next edition repeats the entry only if it differs.
    Column("fingerprint", String(64), nullable=False),
    Column("shown", JSON, nullable=False),
    UniqueConstraint("edition_id", "section", "ref"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("edition_id", ForeignKey(edition.c.id), nullable=False),
    Column("subscriber_id", ForeignKey(subscriber.c.id), nullable=False),
    Column("state", String(10), nullable=False),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("attempts", Integer, nullable=False),
    Column("next_try_at", UtcDateTime, nullable=False),
    Column("claimed_by", String(200)),
    Column("claimed_at", UtcDateTime),
    # The mail server's code and words; every address in them is blanked.
    Column("error", Text),
    Column("sent_at", UtcDateTime),
    # The guarantee of "at most once": a second copy of an edition cannot be queued.
    UniqueConstraint("edition_id", "subscriber_id"),
    Index("ix_delivery_state_next_try_at", "state", "next_try_at"),
    Index("ix_delivery_subscriber_id", "subscriber_id"),
    _one_of("state", DELIVERY_STATES),
)

# Apart from `delivery`, because SQLite rewrites a whole row for each change of state. The rendered copy without
# its To header (the address stands in `subscriber` only); the row is deleted once the copy is sent.
message = Table(
    "message",
    metadata,
    Column("delivery_id", ForeignKey(delivery.c.id, ondelete="CASCADE"), primary_key=True),
    Column("body", LargeBinary, nullable=False, info=PII),
)

# What mail servers reported after they had taken a copy; the same is kept once.
bounce = Table(
    "bounce",
    metadata,
    Column("delivery_id", ForeignKey(delivery.c.id, ondelete="CASCADE"), primary_key=True),
    Column("permanent", Boolean, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("status", String(20), nullable=False),
    # The server's words; every address in them is blanked.
    Column("reason", Text, nullable=False),
)
