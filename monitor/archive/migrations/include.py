"""What Alembic does not compare: what only one database has."""

from sqlalchemy.sql.schema import SchemaItem


def include_object(
    _object: SchemaItem, name: str | None, kind: str, reflected: bool, _compare_to: SchemaItem | None
) -> bool:
    """Leave out FTS5's own tables, PostgreSQL's search column and its index, which the models do not name."""
    if not reflected or name is None:
        return True
    return not (
        (kind == "table" and name.startswith("search_index"))
        or (kind == "column" and name == "vector")
        or (kind == "index" and name == "ix_search_text_vector")
    )
