"""Groups that share followed searches, and what a shared search proposes for the documents it finds."""

import sqlalchemy as sa
from alembic import op

from monitor.archive.base import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; every search stays its follower's own."""
    for name, kind in (("team", sa.String(100)), ("owner", sa.String(200)), ("theme", sa.String(100))):
        op.add_column("saved_search", sa.Column(name, kind, nullable=True))
    op.add_column("saved_search", sa.Column("labelled_at", UtcDateTime(), nullable=True))
    op.create_index(op.f("ix_saved_search_team"), "saved_search", ["team"])
    op.create_table(
        "team_member",
        sa.Column("team", sa.String(length=100), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("team", "who", name=op.f("pk_team_member")),
    )
    op.create_table(
        "rule_match",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("search", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_rule_match_document_document"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["search"], ["saved_search.id"], name=op.f("fk_rule_match_search_saved_search"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document", "search", name=op.f("pk_rule_match")),
    )
    op.create_index(op.f("ix_rule_match_search"), "rule_match", ["search"])
