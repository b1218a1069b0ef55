"""How PostgreSQL goes about a search where many documents match: by its index, not through every text."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, event, text

from monitor.archive.engine import open_archive, reading, writing
from monitor.search.expressions import Words
from monitor.search.index import Filters, Index

DOCUMENTS = 8_000
OFTEN = 6
"""One document in so many has the word."""

FILL = (
    # Search alone is looked at: what else a document has is left out.
    "SET LOCAL session_replication_role = replica",
    f"""INSERT INTO search_text (document, title, body, title_stems, body_stems)
        SELECT n, 'title', '', 'title', CASE n % {OFTEN} WHEN 0 THEN 'water ' ELSE '' END
            || (SELECT string_agg('w' || (n * 7 + m) % 5000, ' ') FROM generate_series(1, 60) AS m)
        FROM generate_series(1, {DOCUMENTS}) AS n""",
)


@pytest.fixture
def planned(made_in_postgres: Callable[[], str]) -> Iterator[Callable[..., str]]:
    """Gives the plan of a search, in an archive where its word is common."""
    engine = open_archive(made_in_postgres())
    with writing(engine) as conn:
        for statement in FILL:
            conn.execute(text(statement))
    with writing(engine) as conn:
        conn.execute(text("ANALYZE search_text"))
    told: list[str] = []

    def listen(conn: Connection, cursor: Any, statement: str, parameters: Sequence[Any], *_: object) -> None:
        if statement.startswith("SELECT"):
            with conn.connection.cursor() as other:
                other.execute(f"EXPLAIN {statement}", parameters)
                told.extend(row[0] for row in other.fetchall())

    def plan(settings: Sequence[str] = ()) -> str:
        told.clear()
        with reading(engine) as conn:
            for setting in settings:
                conn.execute(text(f"SET LOCAL {setting}"))
            event.listen(conn, "before_cursor_execute", listen)
            found, total = Index(conn, Filters(), date(2026, 11, 23)).best(Words(("water",)), 200)
        assert (len(found), total) == (200, DOCUMENTS // OFTEN)
        return "\n".join(told)

    yield plan
    engine.dispose()


def test_a_common_word_is_looked_up(planned: Callable[..., str]) -> None:
    assert "ix_search_text_stem_vector" in planned()


def test_without_our_settings_every_text_would_be_read(planned: Callable[..., str]) -> None:
    """The day this fails, PostgreSQL has learned what a match costs, and the settings can go."""
    assert "Seq Scan on search_text" in planned(["cpu_operator_cost TO DEFAULT"])
