"""Anything by the name that a source or a person gives it."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from monitor.archive.engine import reading
from monitor.search.lookup import NotFoundError, look_up
from spiders.finding import Identifier, Kind, Relation
from tests.monitor.file_room import finding, moment, take

CALL = Identifier("call", "LIFE-2026-CET-HEAT")
ROUND = Identifier("vinnova", "2026-01503")


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("LIFE-2026-CET-HEAT", "Värme"),
        ("life-2026-cet-heat", "Värme"),
        ("https://ec.europa.eu/x/topic-details/LIFE-2026-CET-HEAT", "Värme"),
        ("50000001", "Värme"),
        ("LIFE-2026-CET", "Värme"),
        ("2026-01503", "Omgång"),
        ("Vinnova 2026-01503", "Omgång"),
        ("2025-00042", "Omgång"),
    ],
)
def test_calls_are_found_by_their_names(sqlite_archive: Engine, name: str, title: str) -> None:
    topic = finding("eu-calls", "50000001", Kind.CALL, "Värme")
    around = finding("vinnova", "2026-01503", Kind.CALL, "Omgång")
    take(
        sqlite_archive,
        moment("2026-11-20"),
        replace(topic, identifiers=(CALL, Identifier("call", "LIFE-2026-CET", Relation.PACKAGE))),
        replace(around, identifiers=(ROUND, Identifier("vinnova", "2025-00042", Relation.PACKAGE))),
    )
    with reading(sqlite_archive) as conn:
        assert look_up(conn, name).document.titles == {"sv": title}
        with pytest.raises(NotFoundError):
            look_up(conn, "LIFE-2027-CET")
