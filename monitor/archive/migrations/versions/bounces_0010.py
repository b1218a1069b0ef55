"""Letters that came back, and subscribers who are paused by them."""

import sqlalchemy as sa
from alembic import op

from monitor.archive.base import UtcDateTime

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table `bounce` of `monitor.archive.letters`, and two moments of a subscriber."""
    op.add_column("subscriber", sa.Column("paused_at", UtcDateTime(), nullable=True))
    op.add_column("subscriber", sa.Column("renewed_at", UtcDateTime(), nullable=True))
    op.create_table(
        "bounce",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_bounce_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", "permanent", name=op.f("pk_bounce")),
    )
