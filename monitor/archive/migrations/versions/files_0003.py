"""The file room: dossiers, what joins them, what is proposed, and the organisation's cases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from monitor.archive.base import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON_TYPE = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Make the tables of `monitor.archive.files`."""
    op.create_table(
        "dossier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("merged_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["merged_into"], ["dossier.id"], name=op.f("fk_dossier_merged_into_dossier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
    )
    op.create_index(op.f("ix_dossier_merged_into"), "dossier", ["merged_into"], unique=False)
    op.create_table(
        "unknown_code",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unknown_code")),
    )
    op.create_table(
        "case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier", sa.Integer(), nullable=False),
        sa.Column("opened", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=True),
        sa.Column("priority", sa.String(length=10), nullable=True),
        sa.Column("direction", sa.String(length=12), nullable=True),
        sa.Column("channel", sa.String(length=200), nullable=True),
        sa.Column("decider", sa.String(length=200), nullable=True),
        sa.Column("position", sa.Text(), nullable=True),
        sa.Column("benefit_risk", sa.Text(), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "status IN ('ny', 'tilldelad', 'bevakas', 'agerar', 'svarat', 'avslutad')", name=op.f("ck_case_status")
        ),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.id"], name=op.f("fk_case_dossier_dossier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("dossier", name=op.f("uq_case_dossier")),
    )
    op.create_table(
        "document_key",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_document_key_document_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document", "key", name=op.f("pk_document_key")),
    )
    op.create_index("ix_document_key_key", "document_key", ["key", "relation"], unique=False)
    op.create_table(
        "dossier_document",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("dossier", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_dossier_document_document_document"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.id"], name=op.f("fk_dossier_document_dossier_dossier")),
        sa.PrimaryKeyConstraint("document", "dossier", name=op.f("pk_dossier_document")),
    )
    op.create_index(op.f("ix_dossier_document_dossier"), "dossier_document", ["dossier"], unique=False)
    op.create_table(
        "dossier_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dossier", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=True),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("detail", JSON_TYPE, nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.id"], name=op.f("fk_dossier_event_dossier_dossier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier_event")),
    )
    op.create_index(op.f("ix_dossier_event_dossier"), "dossier_event", ["dossier"], unique=False)
    op.create_table(
        "dossier_key",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("dossier", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.id"], name=op.f("fk_dossier_key_dossier_dossier")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_dossier_key")),
    )
    op.create_index(op.f("ix_dossier_key_dossier"), "dossier_key", ["dossier"], unique=False)
    op.create_table(
        "filing",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_filing_document_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_filing")),
    )
    op.create_table(
        "join_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("dossier", sa.Integer(), nullable=False),
        sa.Column("reasons", JSON_TYPE, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('proposed', 'confirmed', 'rejected')", name=op.f("ck_join_proposal_state")),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_join_proposal_document_document"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["dossier"], ["dossier.id"], name=op.f("fk_join_proposal_dossier_dossier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_proposal")),
        sa.UniqueConstraint("document", "dossier", name=op.f("uq_join_proposal_document_dossier")),
    )
    op.create_index(op.f("ix_join_proposal_dossier"), "join_proposal", ["dossier"], unique=False)
    op.create_table(
        "join_verdict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_join_verdict_document_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_verdict")),
    )
    op.create_index(op.f("ix_join_verdict_document"), "join_verdict", ["document"], unique=False)
    op.create_index(op.f("ix_join_verdict_key"), "join_verdict", ["key"], unique=False)
    op.create_table(
        "case_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["case.id"], name=op.f("fk_case_change_case_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_change")),
    )
    op.create_index(op.f("ix_case_change_case"), "case_change", ["case"], unique=False)
