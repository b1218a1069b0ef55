"""To whom a remiss is sent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON_TYPE = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Add `document.addressees` of `monitor.archive.schema`."""
    op.add_column("document", sa.Column("addressees", JSON_TYPE, nullable=True))
