"""Alerts: mail about what is new in a followed search."""

import sqlalchemy as sa
from alembic import op

from monitor.archive.base import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of `monitor.archive.alerts`."""
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("search", sa.Integer(), nullable=False),
        sa.Column("subscriber", sa.Integer(), nullable=False),
        sa.Column("interval", sa.String(length=12), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("created", UtcDateTime(), nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("interval IN ('immediate', 'daily', 'weekly')", name=op.f("ck_alert_interval")),
        sa.ForeignKeyConstraint(
            ["search"], ["saved_search.id"], name=op.f("fk_alert_search_saved_search"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["subscriber"], ["subscriber.id"], name=op.f("fk_alert_subscriber_subscriber")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("key", name=op.f("uq_alert_key")),
        sa.UniqueConstraint("search", name=op.f("uq_alert_search")),
        sa.UniqueConstraint("token", name=op.f("uq_alert_token")),
    )
    op.create_index(op.f("ix_alert_subscriber"), "alert", ["subscriber"])
