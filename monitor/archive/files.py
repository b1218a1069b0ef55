"""The tables of the file room: which documents make one dossier, what is proposed, and the organisation's cases.

A key is an identifier in the one form in which equal things are equal (`monitor.core.joining.key_of`). Events
and changes of cases are only ever added: they are the history.
"""

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from monitor.archive.base import PERSON, UtcDateTime, metadata
from monitor.archive.schema import Json

PROPOSAL_STATES: Final = ("proposed", "confirmed", "rejected")
CASE_STATES: Final = ("ny", "tilldelad", "bevakas", "agerar", "svarat", "avslutad")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


filing = Table(
    "filing",
    metadata,
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("fingerprint", String(64), nullable=False, doc="of the document when it was filed last"),
)

document_key = Table(
    "document_key",
    metadata,
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String, primary_key=True),
    Column("relation", String, nullable=False, doc="`spiders.finding.Relation`, after the rules of joining"),
    Index("ix_document_key_key", "key", "relation"),
)

dossier = Table(
    "dossier",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("merged_into", ForeignKey("dossier.id"), index=True, doc="proved to be one with it; None: stands"),
    Column("merged_at", UtcDateTime),
)

dossier_key = Table(
    "dossier_key",
    metadata,
    Column("key", String, primary_key=True),
    Column("dossier", ForeignKey("dossier.id"), nullable=False, index=True),
)

dossier_document = Table(
    "dossier_document",
    metadata,
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("dossier", ForeignKey("dossier.id"), primary_key=True, index=True),
    Column("relation", String, nullable=False, doc="subject or package; at most one subject for a document"),
)

dossier_event = Table(
    "dossier_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dossier", ForeignKey("dossier.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, doc="a person's name in the organisation; None: a rule", info=PERSON),
    Column("what", String, nullable=False, doc="merged, left, split, joined, confirmed, rejected or conflict"),
    Column("detail", Json, nullable=False),
)

join_verdict = Table(
    "join_verdict",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("key", String, nullable=False, index=True, doc="what the document is about, says a person"),
    Column("cut", Boolean, nullable=False, doc="its own identifiers join nothing any more"),
    Column("who", String, nullable=False, info=PERSON),
    Column("at", UtcDateTime, nullable=False),
)

join_proposal = Table(
    "join_proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), nullable=False),
    Column("dossier", ForeignKey("dossier.id"), nullable=False, index=True),
    Column("reasons", Json, nullable=False, doc="each with its kind and evidence"),
    Column("score", Float, nullable=False),
    Column("state", String(10), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("who", String, doc="who decided", info=PERSON),
    Column("decided_at", UtcDateTime),
    UniqueConstraint("document", "dossier"),
    _one_of("state", PROPOSAL_STATES),
)

unknown_code = Table(
    "unknown_code",
    metadata,
    Column("code", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, doc="when it was said, once"),
)

case_file = Table(
    "case",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dossier", ForeignKey("dossier.id"), nullable=False, unique=True),
    Column("opened", UtcDateTime, nullable=False),
    Column("status", String(10), nullable=False),
    Column("owner", String(200)),
    Column("priority", String(10), doc="decision, action or fyi; None: the letter decides"),
    Column("direction", String(12), doc="a person's choice, which outranks the model's"),
    Column("channel", String(200)),
    Column("decider", String(200), doc="the body that must decide"),
    Column("position", Text),
    Column("benefit_risk", Text),
    Column("due", Date, doc="a day of our own"),
    _one_of("status", CASE_STATES),
)

case_change = Table(
    "case_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case", ForeignKey("case.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, nullable=False, info=PERSON),
    Column("field", String, nullable=False),
    Column("before", Text),
    Column("after", Text),
)
