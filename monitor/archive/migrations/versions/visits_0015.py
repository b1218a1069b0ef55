"""When people were here last, and steps by their day."""

import sqlalchemy as sa
from alembic import op

from monitor.archive.base import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of visits; without the index, what nears its last day is looked for in every step."""
    op.create_table(
        "visit",
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("before", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_visit")),
    )
    op.create_index("ix_document_step_date", "document_step", ["date", "document"])
