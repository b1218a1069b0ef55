"""Tokens with which a person's programs read the JSON interface and feeds.

A token is a random value of 256 bits, so its sha256 is kept and nothing slower: guessing is hopeless, and who
reads the archive's file gets no token from it. Nothing here commits; its callers do.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Integer, String, Table, insert, or_, select, update

from monitor.archive.base import PERSON, UtcDateTime, metadata
from monitor.errors import MonitorError

PREFIX = "utblick_"
"""What every token begins with, so that programs that look for leaked credentials know one."""
USUAL_DAYS, MOST_DAYS = 365, 730
"""How long a token lasts, and may last."""
MOST = 20
"""Tokens in force that one person may have."""
LONGEST_NAME = 100
USE_NOTED = timedelta(hours=1)
"""How often at most it is noted that a token was used: reading shall not become writing."""
_SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")

access_token = Table(
    "access_token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(LONGEST_NAME), nullable=False, doc="what it is for, in its owner's words"),
    Column("who", String(200), nullable=False, doc="whose it is: the person's name", index=True, info=PERSON),
    Column("digest", String(64), nullable=False, unique=True, doc="sha256 of the token", info={"secret": True}),
    Column("created", UtcDateTime, nullable=False),
    Column("expires", UtcDateTime, nullable=False),
    Column("last_used", UtcDateTime, doc="to the hour; None: never"),
    Column("revoked", UtcDateTime, doc="None: it is in force until it expires"),
)


class TokenError(MonitorError):
    """A token cannot be made as asked for."""


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; itself it is not kept."""

    id: int
    name: str
    who: str
    created: datetime
    expires: datetime
    last_used: datetime | None
    revoked: datetime | None

    def state(self, now: datetime) -> str:
        """`active`, `expired` or `revoked`."""
        if self.revoked is not None:
            return "revoked"
        return "active" if now < self.expires else "expired"


def make_token(conn: Connection, name: str, who: str, now: datetime, days: int = USUAL_DAYS) -> tuple[Token, str]:
    """A new token, and what nobody can read again: the token itself.

    Args:
        conn: a writing connection.
        name: what it is for.
        who: whose it is.
        now: the moment (aware).
        days: how long it lasts.

    Raises:
        TokenError: without a name or a person, too many, or too long.
    """
    name, who = " ".join(name.split()), who.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise TokenError(f"a token needs a name of at most {LONGEST_NAME} characters, such as what it is for")
    if not 0 < len(who) <= LONGEST_NAME or not who.isprintable():
        raise TokenError(f"a token needs a person: a name of at most {LONGEST_NAME} characters")
    if not 1 <= days <= MOST_DAYS:
        raise TokenError(f"a token lasts 1 to {MOST_DAYS} days, not {days}")
    if sum(one.state(now) == "active" for one in tokens(conn, who)) >= MOST:
        raise TokenError(f"{who} has {MOST} tokens in force; revoke one first")
    itself = PREFIX + secrets.token_urlsafe(32)
    values = {"name": name, "who": who, "created": now, "expires": now + timedelta(days=days)}
    made = insert(access_token).values(digest=_digest(itself), **values).returning(*_SHOWN)
    return Token(**conn.execute(made).mappings().one()), itself


def tokens(conn: Connection, who: str | None = None) -> tuple[Token, ...]:
    """Every token of one person, or of all; the newest first."""
    query = select(*_SHOWN).order_by(access_token.c.id.desc())
    if who is not None:
        query = query.where(access_token.c.who == who)
    return tuple(Token(**row) for row in conn.execute(query).mappings())


def token_in_force(conn: Connection, itself: str, now: datetime) -> Token | None:
    """The token that somebody shows; None: nobody's, expired or revoked."""
    if not _SHAPE.fullmatch(itself):
        return None
    row = conn.execute(select(*_SHOWN).where(access_token.c.digest == _digest(itself))).mappings().first()
    found = Token(**row) if row else None
    return found if found and found.state(now) == "active" else None


def is_use_due(token: Token, now: datetime) -> bool:
    """Whether it is time to note again that a token is used."""
    return token.last_used is None or token.last_used <= now - USE_NOTED


def note_use(conn: Connection, number: int, now: datetime) -> None:
    """A token was used now; within the hour nothing is written again."""
    used = access_token.c.last_used
    due = or_(used.is_(None), used <= now - USE_NOTED)
    conn.execute(update(access_token).where(access_token.c.id == number, due).values(last_used=now))


def revoke_token(conn: Connection, number: int, now: datetime, who: str | None = None) -> bool:
    """A token no longer counts, from now on.

    Args:
        conn: a writing connection.
        number: the token's.
        now: the moment (aware).
        who: only if it is this person's; None: anybody's.

    Returns:
        Whether there was one that was not revoked yet.
    """
    table = access_token.c
    wanted = [table.id == number, table.revoked.is_(None), *([table.who == who] if who is not None else [])]
    return conn.execute(update(access_token).where(*wanted).values(revoked=now)).rowcount == 1


_SHOWN = tuple(access_token.c[name] for name in Token.__slots__)


def _digest(itself: str) -> str:
    return hashlib.sha256(itself.encode()).hexdigest()
