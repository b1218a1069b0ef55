"""The tables of the archive, except those of the outbox (`monitor.archive.letters`).

Rules that hold for all: moments are UTC (`UtcDateTime`); a mapping or a list of the outside world is JSON;
what belongs to a document disappears with it, and nothing else is ever deleted.
"""

from sqlalchemy import (
    JSON,
    Boolean,
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
from sqlalchemy.dialects.postgresql import JSONB

from monitor.archive.base import PERSON, UtcDateTime, metadata

ByteOrder = String().with_variant(String(collation="C"), "postgresql")
"""Text that is looked up by its beginning: an index serves that only in byte order, which SQLite has by itself."""
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def _document() -> Column[int]:
    """The document that a row belongs to, first part of the row's key."""
    return Column("document", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)


# ---------------------------------------------------------------------------- collecting

source_state = Table(
    "source_state",
    metadata,
    Column("source", String, primary_key=True),
    Column("outcome", String, doc="of the last attempt"),
    Column("error", Text, doc="of the last attempt, if it was not good"),
    Column("last_attempt", UtcDateTime),
    Column("last_good", UtcDateTime, doc="end of the last attempt that was changed, unchanged or empty"),
    Column("last_sweep", UtcDateTime, doc="end of the last complete sweep"),
    Column("failing", Integer, nullable=False, server_default="0", doc="attempts in a row that were not good"),
    Column("next_check_at", UtcDateTime, doc="not before this moment; None = due"),
    Column("newest", Date, doc="newest item seen in a good attempt"),
    Column("claimed_by", String, doc="who scans it now"),
    Column("claimed_until", UtcDateTime, doc="when the claim is stale"),
)

scan = Table(
    "scan",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started", UtcDateTime, nullable=False),
    Column("finished", UtcDateTime, doc="None: still running, or killed"),
    Column("trigger", String, nullable=False, doc="command, due or replay"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scan", ForeignKey("scan.id"), nullable=False, index=True),
    Column("source", String, nullable=False),
    Column("finished", UtcDateTime, nullable=False),
    Column("outcome", String, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("not_modified", Integer, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Column("warnings", Json, nullable=False),
    Column("error", Text),
    Column("seconds", Float, nullable=False),
    Column("newest", Date),
    Column("complete", Boolean, nullable=False),
    UniqueConstraint("scan", "source"),
    Index("ix_attempt_source_finished", "source", "finished"),
)

page = Table(
    "page",
    metadata,
    Column("source", String, primary_key=True),
    Column("address", String, primary_key=True, doc="address and reader, as the crawl names them"),
    Column("remembered", Json, nullable=False, doc="`spiders.platform.Remembered`"),
    Column("stored", UtcDateTime, nullable=False),
)

capture = Table(
    "capture",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("url", Text, nullable=False),
    Column("method", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Column("sha256", String(64), nullable=False, index=True, doc="of the body as received"),
    Column("size", Integer, nullable=False, doc="bytes as received"),
    Column("redacted", Boolean, nullable=False),
    Column("stored", String, doc="file below the captures' folder; None once retention has removed it"),
    UniqueConstraint("source", "url", "fetched_at", "sha256"),
)

# ---------------------------------------------------------------------------- what was found

document = Table(
    "document",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", String, nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("language", String, nullable=False),
    Column("title_sv", Text),
    Column("title_en", Text),
    Column("titles", Json, nullable=False, doc="language -> title, all of them"),
    Column("summary", Json, nullable=False, doc="language -> summary"),
    Column("text", Text, doc="body in `language`"),
    Column("published", Date),
    Column("updated", UtcDateTime),
    Column("subjects", Json, nullable=False),
    Column("bodies", Json, nullable=False),
    Column("attachments", Json, nullable=False),
    Column("addressees", Json, doc="names, url, problem of the list of addressed bodies; null: none known"),
    Column("version", String, doc="mark of the list row for which the details were read last"),
    Column("parser", String),
    Column("capture", String(64), doc="sha256 of the response that said it last"),
    Column("fingerprint", String(64), nullable=False, doc="of what is said, without what merely flickers"),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
    Column("changed", UtcDateTime, nullable=False, doc="newest revision; first_seen where there is none"),
    Column("gone_at", UtcDateTime),
    Column("missing_sweeps", Integer, nullable=False, server_default="0"),
    Column("day", Date, nullable=False, doc="published, else the day first seen: the order of lists"),
    # What counts now: a person's judgement, else the newest model's. `monitor.archive.ratings` keeps them.
    Column("relevance", Float),
    Column("level", String),
    Column("direction", String),
    Column("stage", String, doc="at which the dossier that it is about stands; None: nothing has moved it"),
    UniqueConstraint("source", "key"),
    Index("ix_document_day", "day", "id"),
    Index("ix_document_level_day", "level", "day"),
    Index("ix_document_first_seen", "first_seen"),
    Index("ix_document_changed", "changed"),
    # What matches are counted by, without the texts beside it.
    Index("ix_document_facets", "id", "level", "direction", "kind", "source", "language", "stage", "day"),
)

revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False, index=True),
    Column("field", String, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("capture", String(64)),
    Index("ix_revision_document_seen_at", "document", "seen_at"),
)

document_identifier = Table(
    "document_identifier",
    metadata,
    _document(),
    Column("scheme", String, primary_key=True),
    Column("value", String, primary_key=True),
    Column("relation", String, primary_key=True),
    Index("ix_document_identifier_scheme_value", "scheme", "value"),
    Index("ix_document_identifier_value", "value"),
)

document_step = Table(
    "document_step",
    metadata,
    _document(),
    Column("date", Date, primary_key=True),
    Column("code", String, primary_key=True),
    Index("ix_document_step_date", "date", "document"),
)

document_window = Table(
    "document_window",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("label", String, nullable=False),
    Column("opens", Date),
    Column("closes", Date),
    Column("closes_at", UtcDateTime),
    Column("certainty", String, nullable=False),
    Column("url", Text),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("stated_at", UtcDateTime, nullable=False, doc="last time that the source said it so"),
    Index("ix_document_window_closes", "closes", "document"),
)

# ---------------------------------------------------------------------------- what it means

assessment = Table(
    "assessment",
    metadata,
    _document(),
    Column("model", String, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("fingerprint", String(64), nullable=False, doc="of the document that was read"),
    Column("language", String, nullable=False),
    Column("relevance", Float, nullable=False),
    Column("level", String, nullable=False),
    Column("direction", String, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("evidence", Json, nullable=False),
)

tag = Table(
    "tag",
    metadata,
    _document(),
    Column("theme", String, primary_key=True),
    Column("score", Float, nullable=False),
    Column("assigned", Boolean, nullable=False, doc="`judged`, else the model's"),
    Column("judged", Boolean, doc="a person's verdict"),
    Column("model", String, nullable=False),
    Column("evidence", Json, nullable=False),
    Index("ix_tag_theme", "theme", "assigned", "document"),
    Index("ix_tag_document", "document", "assigned", "theme"),
)

judgement = Table(
    "judgement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("who", String, nullable=False, info=PERSON),
    Column("at", UtcDateTime, nullable=False),
    Column("theme", String),
    Column("holds", Boolean, doc="whether the theme does"),
    Column("level", String),
    Column("direction", String),
)

# ---------------------------------------------------------------------------- search

search_text = Table(
    "search_text",
    metadata,
    Column("document", ForeignKey("document.id", ondelete="CASCADE"), primary_key=True),
    Column("title", Text, nullable=False, doc="words as written, lower case, one blank between"),
    Column("body", Text, nullable=False),
    Column("title_stems", Text, nullable=False, doc="the same words stemmed, place by place"),
    Column("body_stems", Text, nullable=False),
)
"""What is searched. SQLite keeps the FTS5 index `search_index` in step with triggers, PostgreSQL the generated
columns `word_vector`, `stem_vector` and `title_vector`; the migrations make both, because neither is portable."""

vocabulary = Table(
    "vocabulary",
    metadata,
    Column("word", ByteOrder, primary_key=True),
    Column("language", String, primary_key=True),
    Column("folded", ByteOrder, nullable=False, index=True, doc="without diacritics"),
    Column("stem", ByteOrder, nullable=False, index=True),
    Column(
        "reversed", ByteOrder, nullable=False, index=True, doc="the stem backwards: compounds by their last part"
    ),
    Column("documents", Integer, nullable=False, doc="how many documents were seen with it"),
)
"""Every word of the archive, for spelling, compounds and the weight of a word. Counts only grow."""
