"""Which documents of different sources show one thing."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of `monitor.archive.twins`."""
    op.create_table(
        "twin",
        sa.Column("document", sa.Integer(), nullable=False),
        sa.Column("leader", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=True),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["document.id"], name=op.f("fk_twin_document_document"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["leader"], ["document.id"], name=op.f("fk_twin_leader_document"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document", name=op.f("pk_twin")),
    )
    op.create_index(op.f("ix_twin_leader"), "twin", ["leader"], unique=False)
    op.create_index("ix_twin_page", "twin", ["page"], unique=False)
