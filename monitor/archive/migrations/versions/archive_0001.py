"""The archive: what is collected, what was found, what it means, and the full-text index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from monitor.archive.base import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BYTE_ORDER = sa.String().with_variant(sa.String(collation="C"), "postgresql")
JSON_TYPE = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

# FTS5 reads its text from `search_text`; the triggers are the recipe of its documentation ("External Content
# Tables"). remove_diacritics 0: å, ä and ö are letters of their own; the vocabulary helps who types without them.
SQLITE_SEARCH = (
    """CREATE VIRTUAL TABLE search_index USING fts5(
        title, body, title_stems, body_stems,
        content='search_text', content_rowid='document', tokenize="unicode61 remove_diacritics 0")""",
    """CREATE TRIGGER search_text_insert AFTER INSERT ON search_text BEGIN
        INSERT INTO search_index(rowid, title, body, title_stems, body_stems)
        VALUES (new.document, new.title, new.body, new.title_stems, new.body_stems);
    END""",
    """CREATE TRIGGER search_text_delete AFTER DELETE ON search_text BEGIN
        INSERT INTO search_index(search_index, rowid, title, body, title_stems, body_stems)
        VALUES ('delete', old.document, old.title, old.body, old.title_stems, old.body_stems);
    END""",
    """CREATE TRIGGER search_text_update AFTER UPDATE ON search_text BEGIN
        INSERT INTO search_index(search_index, rowid, title, body, title_stems, body_stems)
        VALUES ('delete', old.document, old.title, old.body, old.title_stems, old.body_stems);
        INSERT INTO search_index(rowid, title, body, title_stems, body_stems)
        VALUES (new.document, new.title, new.body, new.title_stems, new.body_stems);
    END""",
)
# Words and stems apart and without weights: a weight in a query makes PostgreSQL unpack every match to check it.
# The stems of the title once more by themselves: small enough to rank by.
POSTGRESQL_SEARCH = (
    """ALTER TABLE search_text
        ADD COLUMN word_vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || body)) STORED,
        ADD COLUMN stem_vector tsvector
            GENERATED ALWAYS AS (to_tsvector('simple', title_stems || ' ' || body_stems)) STORED,
        ADD COLUMN title_vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', title_stems)) STORED""",
    "CREATE INDEX ix_search_text_word_vector ON search_text USING gin (word_vector)",
    "CREATE INDEX ix_search_text_stem_vector ON search_text USING gin (stem_vector)",
)


def upgrade() -> None:
    """Make every table of the first edition."""
    op.create_table(
        "capture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", JSON_TYPE, nullable=False),
        sa.Column("fetched_at", UtcDateTime(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("redacted", sa.Boolean(), nullable=False),
        sa.Column("stored", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
        sa.UniqueConstraint(
            "source", "url", "fetched_at", "sha256", name=op.f("uq_capture_source_url_fetched_at_sha256")
        ),
    )
    op.create_index(op.f("ix_capture_sha256"), "capture", ["sha256"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title_sv", sa.Text(), nullable=True),
        sa.Column("title_en", sa.Text(), nullable=True),
        sa.Column("titles", JSON_TYPE, nullable=False),
        sa.Column("summary", JSON_TYPE, nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("updated", UtcDateTime(), nullable=True),
        sa.Column("subjects", JSON_TYPE, nullable=False),
        sa.Column("bodies", JSON_TYPE, nullable=False),
        sa.Column("attachments", JSON_TYPE, nullable=False),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("parser", sa.String(), nullable=True),
        sa.Column("capture", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("first_seen", UtcDateTime(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=False),
        sa.Column("changed", UtcDateTime(), nullable=False),
        sa.Column("gone_at", UtcDateTime(), nullable=True),
        sa.Column("missing_sweeps", sa.Integer(), server_default="0", nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("relevance", sa.Float(), nullable=True),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("direction", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_document_source_key")),
    )
    op.create_index("ix_document_changed", "document", ["changed"], unique=False)
    op.create_index("ix_document_day", "document", ["day", "id"], unique=False)
    op.create_index("ix_document_first_seen", "document", ["first_seen"], unique=False)
    op.create_index(op.f("ix_document_kind"), "document", ["kind"], unique=False)
    op.create_index("ix_document_level_day", "document", ["level", "day"], unique=False)
    op.create_table(
        "page",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("remembered", JSON_TYPE, nullable=False),
        sa.Column("stored", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("source", "address", name=op.f("pk_page")),
    )
    op.create_table(
        "scan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started", UtcDateTime(), nullable=False),
        sa.Column("finished", UtcDateTime(), nullable=True),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan")),
    )
    op.create_table(
        "source_state",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("last_attempt", UtcDateTime(), nullable=True),
        sa.Column("last_good", UtcDateTime(), nullable=True),
        sa.Column("last_sweep", UtcDateTime(), nullable=True),
        sa.Column("failing", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_check_at", UtcDateTime(), nullable=True),
        sa.Column("newest", sa.Date(), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_state")),
    )
    op.create_table(
        "vocabulary",
        sa.Column("word", BYTE_ORDER, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("folded", BYTE_ORDER, nullable=False),
        sa.Column("stem", BYTE_ORDER, nullable=False),
        sa.Column("reversed", BYTE_ORDER, nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", "language", name=op.f("pk_vocabulary")),
    )
    op.create_index(op.f("ix_vocabulary_folded"), "vocabulary", ["folded"], unique=False)
    op.create_index(op.f("ix_vocabulary_reversed"), "vocabulary", ["reversed"], unique=False)
    op.create_index(op.f("ix_vocabulary_stem"), "vocabulary", ["stem"], unique=False)
    op.create_table(
        "assessment",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("relevance", sa.Float(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("reasons", JSON_TYPE, nullable=False),
        sa.Column("evidence", JSON_TYPE, nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_assessment_document_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document", "model", name=op.f("pk_assessment")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scan", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("finished", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("not_modified", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("warnings", JSON_TYPE, nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("newest", sa.Date(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["scan"], ["scan.id"], name=op.f("fk_attempt_scan_scan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
        sa.UniqueConstraint("scan", "source", name=op.f("uq_attempt_scan_source")),
    )
    op.create_index(op.f("ix_attempt_scan"), "attempt", ["scan"], unique=False)
    op.create_index("ix_attempt_source_finished", "attempt", ["source", "finished"], unique=False)
    op.create_table(
        "document_identifier",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"],
            ["document.id"],
            name=op.f("fk_document_identifier_document_document"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("document", "scheme", "value", "relation", name=op.f("pk_document_identifier")),
    )
    op.create_index(
        "ix_document_identifier_scheme_value", "document_identifier", ["scheme", "value"], unique=False
    )
    op.create_index("ix_document_identifier_value", "document_identifier", ["value"], unique=False)
    op.create_table(
        "document_step",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_document_step_document_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document", "date", "code", name=op.f("pk_document_step")),
    )
    op.create_table(
        "document_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("opens", sa.Date(), nullable=True),
        sa.Column("closes", sa.Date(), nullable=True),
        sa.Column("closes_at", UtcDateTime(), nullable=True),
        sa.Column("certainty", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("first_seen", UtcDateTime(), nullable=False),
        sa.Column("stated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_document_window_document_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_window")),
    )
    op.create_index("ix_document_window_closes", "document_window", ["closes", "document"], unique=False)
    op.create_index(op.f("ix_document_window_document"), "document_window", ["document"], unique=False)
    op.create_table(
        "judgement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("theme", sa.String(), nullable=True),
        sa.Column("holds", sa.Boolean(), nullable=True),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("direction", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_judgement_document_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgement")),
    )
    op.create_index(op.f("ix_judgement_document"), "judgement", ["document"], unique=False)
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", JSON_TYPE, nullable=True),
        sa.Column("after", JSON_TYPE, nullable=True),
        sa.Column("capture", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_revision_document_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
    )
    op.create_index("ix_revision_document_seen_at", "revision", ["document", "seen_at"], unique=False)
    op.create_index(op.f("ix_revision_seen_at"), "revision", ["seen_at"], unique=False)
    op.create_table(
        "search_text",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("title_stems", sa.Text(), nullable=False),
        sa.Column("body_stems", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_search_text_document_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_search_text")),
    )
    op.create_table(
        "tag",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("assigned", sa.Boolean(), nullable=False),
        sa.Column("judged", sa.Boolean(), nullable=True),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("evidence", JSON_TYPE, nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_tag_document_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document", "theme", name=op.f("pk_tag")),
    )
    op.create_index("ix_tag_theme", "tag", ["theme", "assigned", "document"], unique=False)
    for statement in POSTGRESQL_SEARCH if op.get_bind().dialect.name == "postgresql" else SQLITE_SEARCH:
        op.execute(sa.text(statement))
