"""What only the pages keep: searches that people follow, what they changed, and when they were here.

Nothing here commits; the pages do.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, String, Table, delete, insert, select

from monitor.archive.base import PERSON, UtcDateTime, metadata
from monitor.archive.schema import Json
from monitor.archive.upsert import upsert

PAUSE = timedelta(hours=4)
"""Who comes back after so long makes another visit."""

saved_search = Table(
    "saved_search",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column(
        "who",
        String(200),
        nullable=False,
        doc="who follows it: the name in the organisation",
        index=True,
        info=PERSON,
    ),
    Column("query", Json, nullable=False, doc="fields of the search's address"),
    # Whoever has it may read the search's feeds: programs that read feeds cannot log in.
    Column("token", String(43), nullable=False, unique=True, info={"secret": True}),
    Column("created", UtcDateTime, nullable=False),
    Column("team", String(100), doc="the group that has it too; None: nobody else", index=True),
    # What is proposed for each document that it finds, while a group has it.
    Column("owner", String(200), doc="of the case of its dossier"),
    Column("theme", String(100)),
    Column("labelled_at", UtcDateTime, doc="up to when documents were looked through for that; None: none yet"),
)

team_member = Table(
    "team_member",
    metadata,
    Column("team", String(100), primary_key=True, doc="a group's name: an office, a project"),
    Column("who", String(200), primary_key=True, doc="the name in the organisation", info=PERSON),
)

rule_match = Table(
    "rule_match",
    metadata,
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("search", ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("at", UtcDateTime, nullable=False, doc="when it was found"),
    Column("state", String(10), nullable=False, doc="proposed, taken or refused"),
    Column("who", String(200), doc="who decided", info=PERSON),
    Column("decided_at", UtcDateTime),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(200), nullable=False, info=PERSON),
    Column("action", String(40), nullable=False),
    Column("object", String(200), nullable=False, doc="what was changed: document:17"),
    Column("said", Json, nullable=False, doc="what was given"),
    Index("ix_audit_object", "object"),
)

visit = Table(
    "visit",
    metadata,
    Column("who", String(200), primary_key=True, doc="the name in the organisation", info=PERSON),
    Column("seen_at", UtcDateTime, nullable=False, doc="of the visit that goes on, or of the last one"),
    Column("before", UtcDateTime, doc="end of the visit before that; None: it is the first"),
)


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that somebody follows."""

    id: int
    name: str
    who: str
    query: Mapping[str, str | Sequence[str]]
    token: str
    created: datetime
    team: str | None = None
    """The group that has it too."""
    owner: str | None = None
    """Proposed for what it finds, as `theme`, while a group has it."""
    theme: str | None = None
    labelled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a person changed, and when."""

    id: int
    at: datetime
    who: str
    action: str
    object: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Visit:
    """When somebody was here: `seen_at` in the visit that goes on, `before` at the end of the one before."""

    seen_at: datetime
    before: datetime | None

    def at(self, now: datetime) -> "Visit":
        """The same somebody here now: after a pause of `PAUSE` it is another visit."""
        return Visit(now, self.seen_at if now - self.seen_at >= PAUSE else self.before)


def visit_of(conn: Connection, who: str) -> Visit | None:
    """When somebody was here; None: never."""
    row = conn.execute(select(visit.c.seen_at, visit.c.before).where(visit.c.who == who)).first()
    return Visit(row.seen_at, row.before) if row else None


def keep_visit(conn: Connection, who: str, here: Visit) -> None:
    """Keep when somebody was here; nothing older is kept."""
    values = {"seen_at": here.seen_at, "before": here.before}
    kept = upsert(conn, visit).values(who=who, **values)
    conn.execute(kept.on_conflict_do_update(index_elements=[visit.c.who], set_=values))


def save_search(
    conn: Connection, name: str, who: str, query: Mapping[str, str | Sequence[str]], now: datetime
) -> SavedSearch:
    """Follow a search from now on."""
    values = {"name": name, "who": who, "query": dict(query), "token": secrets.token_urlsafe(32), "created": now}
    row = conn.execute(insert(saved_search).values(**values).returning(saved_search)).mappings().one()
    return SavedSearch(**row)


def saved_searches(conn: Connection, who: str) -> tuple[SavedSearch, ...]:
    """The searches that somebody follows, by name."""
    query = select(saved_search).where(saved_search.c.who == who)
    rows = conn.execute(query.order_by(saved_search.c.name, saved_search.c.id)).mappings()
    return tuple(SavedSearch(**row) for row in rows)


def search_by_token(conn: Connection, token: str) -> SavedSearch | None:
    """The search whose feeds have this token; None: nobody's."""
    row = conn.execute(select(saved_search).where(saved_search.c.token == token)).mappings().first()
    return SavedSearch(**row) if row and token else None


def forget_search(conn: Connection, number: int, who: str) -> bool:
    """No longer follow a search of one's own; whether there was one."""
    gone = delete(saved_search).where(saved_search.c.id == number, saved_search.c.who == who)
    return conn.execute(gone).rowcount == 1


def record(
    conn: Connection, who: str, at: datetime, *, action: str, about: str, said: Mapping[str, Any] | None = None
) -> None:
    """Note what a person changed, in the same transaction as the change.

    Args:
        conn: a writing connection.
        who: the person's name in the organisation.
        at: the moment (aware).
        action: what was done: judge, follow, unfollow.
        about: with what: document:17.
        said: what was given, as JSON.
    """
    conn.execute(insert(audit).values(at=at, who=who, action=action, object=about, said=dict(said or {})))


def recorded(conn: Connection, limit: int, before: int | None = None) -> tuple[Recorded, ...]:
    """What people changed, the latest first, before the number of the last one already seen."""
    wanted = [audit.c[name] for name in Recorded.__slots__]
    query = select(*wanted).order_by(audit.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.id < before)
    return tuple(Recorded(**row) for row in conn.execute(query).mappings())
