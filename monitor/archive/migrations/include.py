"""What Alembic does not compare: what only one database has."""

from sqlalchemy.sql.schema import SchemaItem


def include_object(
    _object: SchemaItem, name: str | None, kind: str, reflected: bool, _compare_to: SchemaItem | None
) -> bool:
    """Leave out FTS5's own tables, PostgreSQL's search columns and their indexes, which the models do not name."""
    if not reflected or name is None:
        return True
    return not (
        (kind == "table" and name.startswith("search_index"))
        or (kind == "column" and name in ("word_vector", "stem_vector", "title_vector"))
        or (kind == "index" and name in ("ix_search_text_word_vector", "ix_search_text_stem_vector"))
    )
