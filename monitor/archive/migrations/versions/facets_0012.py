"""What search counts matches by, read without the texts beside it."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the covering indexes of facets."""
    columns = ["id", "level", "direction", "kind", "source", "language", "day"]
    op.create_index("ix_document_facets", "document", columns)
    op.create_index("ix_tag_document", "tag", ["document", "assigned", "theme"])
