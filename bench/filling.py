"""Archives of any size for measuring: made up one by one to `MADE_UP` documents, beyond that copied.

Copies are quick to make and change nothing that is measured: words stay as unevenly common, filters as selective.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    case,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from bench.search import NOW, fill, made_up, tag_all
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.files import document_key, dossier, dossier_document, dossier_key, filing
from monitor.archive.schema import document, document_window, search_text, tag, vocabulary
from monitor.dossiers.filing import join_new

MADE_UP = 100_000
"""More documents than this are copies of these."""
COPIED: Sequence[Table] = (
    document,
    document_window,
    tag,
    dossier,
    dossier_document,
    dossier_key,
    document_key,
    filing,
    search_text,
)
"""What a document of the measurements consists of; what is referred to comes first."""


def fill_archive(engine: Engine, count: int) -> None:
    """Make the archive, unless it holds as many documents already."""
    held = _held(engine)
    if held >= count:
        return
    if held < (own := min(count, MADE_UP)):
        fill(engine, made_up(own))
        tag_all(engine)
        place = document.c.id % 20
        level = case((place == 0, "act"), (place < 4, "brief"), (place < 8, "background"), else_="none")
        with writing(engine) as conn:
            conn.execute(update(document).values(level=level, relevance=0.5, direction="unclear"))
        join_new(engine, lambda: NOW)
    if count > MADE_UP:
        _copy(engine, -(-count // MADE_UP))


def scan_on(database: str, seconds: float) -> None:
    """Store documents as a running scan does, twice a second some, and file them at the end."""
    engine = open_archive(database)
    ends = time.monotonic() + seconds
    start = int(time.time())
    new = (replace(one, key=f"scan-{start}-{one.key}") for one in made_up(100_000, seed=start))
    while time.monotonic() < ends:
        fill(engine, islice(new, 10))
        time.sleep(0.5)
    join_new(engine, lambda: NOW)
    engine.dispose()


def _held(engine: Engine) -> int:
    with reading(engine) as conn:
        return conn.execute(select(func.count()).select_from(document)).scalar_one()


def _copy(engine: Engine, times: int) -> None:
    """As many copies as it takes to have everything `times` times; one that was cut off goes on."""
    done = _held(engine) // MADE_UP
    with reading(engine) as conn:
        lengths = {table: _length(conn, table) for table in COPIED if "id" in table.c}
    for number in range(done, times):
        started = time.perf_counter()
        with writing(engine) as conn:
            for table in COPIED:
                copied = [_copied(column, number, lengths).label(column.name) for column in table.c]
                own, last = next((one, lengths[to]) for one in table.c if (to := _points_to(one)) in lengths)
                first = select(*copied).where(own <= last)
                conn.execute(insert(table).from_select(list(table.c), first))
            more = vocabulary.c.documents * (number + 1) / number
            conn.execute(update(vocabulary).values(documents=more))
        sys.stdout.write(f"{(number + 1) * MADE_UP} documents, {time.perf_counter() - started:.0f} s\n")
        sys.stdout.flush()
    with writing(engine) as conn:
        if conn.dialect.name == "postgresql":
            for table in lengths:
                sequence = func.pg_get_serial_sequence(table.name, "id")
                conn.execute(select(func.setval(sequence, func.max(table.c.id))))
        conn.execute(text("ANALYZE"))


def _length(conn: Connection, table: Table) -> int:
    """Its largest number among what was made up: the step from one copy to the next."""
    query = select(func.max(table.c.id))
    if table is not dossier:
        own = table.c.id if table is document else table.c.document
        query = query.where(own <= MADE_UP)
    else:
        query = query.join(dossier_document, dossier_document.c.dossier == dossier.c.id)
        query = query.where(dossier_document.c.document <= MADE_UP)
    return int(conn.execute(query).scalar_one())


def _points_to(column: "Column[int]") -> Table | None:
    """The table whose rows a column numbers: its own, or the one it refers to."""
    for key in column.foreign_keys:
        return key.column.table
    return column.table if column.name == "id" else None


def _copied(column: "Column[int]", number: int, lengths: dict[Table, int]) -> ColumnElement[Any]:
    if (table := _points_to(column)) is not None:
        return column + number * lengths[table]
    if column.name == "key":
        return column + literal(f"+{number}")
    return column
