"""At which stage a document's dossier stands, and the covering index of facets with it.

Every dossier's stage is noted by `utblick db upgrade`, else by the next scan (`monitor.dossiers.standing`).
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and make the index anew."""
    op.add_column("document", sa.Column("stage", sa.String(), nullable=True))
    op.drop_index("ix_document_facets", "document")
    columns = ["id", "level", "direction", "kind", "source", "language", "stage", "day"]
    op.create_index("ix_document_facets", "document", columns)
