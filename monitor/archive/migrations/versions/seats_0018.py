"""Who holds a seat in a body that decides."""

import sqlalchemy as sa
from alembic import op

from monitor.archive.base import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of seats."""
    op.create_table(
        "seat",
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("political_group", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=10), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("capture", sa.String(length=64), nullable=True),
        sa.Column("read_at", UtcDateTime(), nullable=False),
        sa.Column("gone_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("source", "holder", "body", "role", "since", name=op.f("pk_seat")),
    )
    op.create_index("ix_seat_body", "seat", ["body"])
