"""Who logs in: one row per person, however the person is called today, and the logins in force.

A person is who vouches (an OpenID issuer, the proxy) and what that one calls the person: a new family name or
address makes nobody else, and two who are called alike never become one. What people do is signed with `name`,
which is given once and is one person's alone. Nothing here commits; its callers do.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Integer,
    RowMapping,
    String,
    Table,
    UniqueConstraint,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from monitor.archive import files, schema, tokens, web
from monitor.archive.base import PERSON, UtcDateTime, metadata
from monitor.archive.letters import PII, SECRET

HEADER: Final = "header"
"""Who vouches for people whom a proxy names."""
LOCAL: Final = "lokal"
"""What whoever sits at this machine is called."""
LONGEST_NAME: Final = 90
"""Characters; a number behind it must have room too."""
SEEN_NOTED: Final = timedelta(hours=1)
"""How often at most it is noted that somebody is here: reading shall not become writing."""
NAMELESS: Final = "namnlös"
_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    # Both are empty once the person is erased; the row stays, so that no other gets its number.
    Column("issuer", String(255), doc="who vouches: an OpenID issuer's address, or `header`"),
    Column("subject", String(255), doc="what the issuer calls the person, for ever", info=PII),
    Column("name", String(100), nullable=False, unique=True, doc="what the person's doings are signed with"),
    Column("shown", String(200), doc="what the directory calls the person now", info=PII),
    Column("email", String(254), info=PII),
    # What the directory said at the last login; which role that gives is the settings' word.
    Column("grants", JSON, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, doc="to the hour"),
    Column("erased_at", UtcDateTime),
    UniqueConstraint("issuer", "subject"),
)

login = Table(
    "login",
    metadata,
    Column("digest", String(64), primary_key=True, doc="sha256 of what the browser holds", info=SECRET),
    Column("person", ForeignKey(person.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("created", UtcDateTime, nullable=False),
    Column("expires", UtcDateTime, nullable=False),
)

NAMED: Final[tuple[Column[str], ...]] = tuple(
    column
    for module in (schema, files, tokens, web)
    for table in vars(module).values()
    if isinstance(table, Table)
    for column in table.c
    if PERSON.items() <= column.info.items()
)
"""Every column that holds the name of somebody who did something."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has logged in."""

    id: int
    issuer: str | None
    subject: str | None
    name: str
    shown: str | None
    email: str | None
    grants: tuple[str, ...]
    created: datetime
    seen_at: datetime
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class Said:
    """What the directory says of a person who logs in.

    `issuer` and `subject` are who it is; `name` is what the person would like to sign with.
    """

    issuer: str
    subject: str
    name: str
    shown: str | None = None
    email: str | None = None
    grants: tuple[str, ...] = ()


def people(conn: Connection) -> tuple[Person, ...]:
    """Everybody who has logged in and is not erased, by name."""
    query = select(person).where(person.c.erased_at.is_(None)).order_by(func.lower(person.c.name))
    return tuple(_person(row) for row in conn.execute(query).mappings())


def identified(conn: Connection, issuer: str, subject: str) -> Person | None:
    """Who it is that `issuer` calls `subject`; None: nobody who was here."""
    return _one(conn, person.c.issuer == issuer, person.c.subject == subject)


def named(conn: Connection, name: str) -> Person | None:
    """Who signs with this name; None: nobody who has logged in."""
    return _one(conn, person.c.name == name)


def namesake(conn: Connection, name: str) -> Person | None:
    """Who signs with this name, in whatever case; None: nobody who has logged in."""
    return _one(conn, func.lower(person.c.name) == name.lower())


def numbered(conn: Connection, number: int) -> Person | None:
    """The person with this number, also an erased one."""
    return _one(conn, person.c.id == number)


def mailed(conn: Connection, address: str) -> tuple[Person, ...]:
    """Everybody whom the directory gives this e-mail address."""
    rows = conn.execute(select(person).where(func.lower(person.c.email) == address.lower())).mappings()
    return tuple(_person(row) for row in rows)


def welcome(conn: Connection, said: Said, now: datetime) -> Person:
    """Note that somebody has come, for the first time or again.

    A name that stands in the archive already is nobody else's: who comes with it for the first time gets one with
    a number behind it, until somebody who runs the service decides otherwise (`rename`).
    """
    told = {"shown": said.shown, "email": said.email, "grants": list(said.grants), "seen_at": now}
    known = identified(conn, said.issuer, said.subject)
    if known is None:
        name = _free(conn, tidy_name(said.name))
        values = {"issuer": said.issuer, "subject": said.subject, "name": name, "created": now, **told}
        row = conn.execute(insert(person).values(**values).returning(person))
    else:
        row = conn.execute(update(person).where(person.c.id == known.id).values(**told).returning(person))
    return _person(row.mappings().one())


def is_news(known: Person, said: Said, now: datetime) -> bool:
    """Whether what is said of somebody is worth noting: it differs, or an hour has gone."""
    before = (known.shown, known.email, known.grants)
    return before != (said.shown, said.email, said.grants) or known.seen_at <= now - SEEN_NOTED


def rename(conn: Connection, number: int, name: str) -> None:
    """Let a person sign with another name from now on, and what the person signed before be signed so too.

    The caller has made sure that no other person has the name. Doings that are nobody's become the person's.
    """
    before = numbered(conn, number)
    if before is None or before.name == name:
        return
    for column in NAMED:
        if column.primary_key:  # one row for each person: the person's own counts
            conn.execute(delete(column.table).where(column == name))
    sign_anew(conn, before.name, name)
    conn.execute(update(person).where(person.c.id == number).values(name=name))


def sign_anew(conn: Connection, before: str, name: str) -> None:
    """Put `name` wherever `before` stands as the name of who did something."""
    for column in NAMED:
        conn.execute(update(column.table).where(column == before).values({column.name: name}))


def is_taken(conn: Connection, name: str) -> bool:
    """Whether somebody signs with this name, or somebody's doings are signed with it; case does not matter."""
    if name.lower() == LOCAL or _one(conn, func.lower(person.c.name) == name.lower()):
        return True
    return any(conn.scalar(select(exists().where(func.lower(column) == name.lower()))) for column in NAMED)


def tidy_name(text: str) -> str:
    """A name on one line without an address in it."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line.partition("@")[0][:LONGEST_NAME].strip() or NAMELESS


def erase_person(conn: Connection, number: int, name: str, now: datetime) -> None:
    """Nothing but the number and the pseudonym `name` is left of a person; logins end."""
    conn.execute(delete(login).where(login.c.person == number))
    gone: dict[str, object] = {
        "issuer": None,
        "subject": None,
        "shown": None,
        "email": None,
        "grants": [],
        "seen_at": now,
    }
    conn.execute(update(person).where(person.c.id == number).values(name=name, erased_at=now, **gone))


def add_erased(conn: Connection, now: datetime) -> int:
    """The number for somebody who never logged in and is erased."""
    values = {"name": f"?{secrets.token_hex(8)}", "grants": [], "created": now, "seen_at": now, "erased_at": now}
    return int(conn.execute(insert(person).values(**values).returning(person.c.id)).scalar_one())


# ---------------------------------------------------------------------------- logins


def begin_login(conn: Connection, number: int, now: datetime, lasts: timedelta) -> str:
    """A new login of a person; gives what the browser holds, which is kept nowhere else. Old ones are cleared."""
    conn.execute(delete(login).where(login.c.expires <= now))
    itself = secrets.token_urlsafe(32)
    values = {"digest": _digest(itself), "person": number, "created": now, "expires": now + lasts}
    conn.execute(insert(login).values(**values))
    return itself


def login_in_force(conn: Connection, itself: str, now: datetime) -> Person | None:
    """Whose login a browser holds; None: nobody's, or it has ended."""
    if not _SHAPE.fullmatch(itself):
        return None
    held = select(login.c.person).where(login.c.digest == _digest(itself), login.c.expires > now)
    return _one(conn, person.c.id == held.scalar_subquery())


def end_login(conn: Connection, itself: str) -> None:
    """What a browser holds no longer counts."""
    if _SHAPE.fullmatch(itself):
        conn.execute(delete(login).where(login.c.digest == _digest(itself)))


def _free(conn: Connection, name: str) -> str:
    number, found = 1, name
    while is_taken(conn, found):
        number += 1
        found = f"{name} ({number})"
    return found


def _one(conn: Connection, *conditions: ColumnElement[bool]) -> Person | None:
    row = conn.execute(select(person).where(*conditions)).mappings().first()
    return _person(row) if row else None


def _person(row: RowMapping) -> Person:
    return Person(**{**row, "grants": tuple(row["grants"])})


def _digest(itself: str) -> str:
    return hashlib.sha256(itself.encode()).hexdigest()
