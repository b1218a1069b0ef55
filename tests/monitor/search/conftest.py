"""A small archive to search in, once for each kind of database."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update

from monitor.archive import schema
from monitor.archive.dossiers import dossiers_of
from monitor.archive.engine import writing
from monitor.archive.scans import start_scan
from monitor.collecting.intake import Intake
from monitor.dossiers.cases import set_case
from monitor.dossiers.filing import join_new
from spiders.events import PageRead
from spiders.finding import Certainty, Finding, Identifier, Kind, Window, WindowKind

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def finding(key: str, title: str, text: str = "", language: str = "sv", **more: Any) -> Finding:
    values: dict[str, Any] = {"kind": Kind.NEWS, "published": date(2026, 1, 1), "source": "prov"} | more
    titles = {language: title} | values.pop("titles", {})
    return Finding(
        key=key, url=f"https://x.se/{key}", title=titles, language=language, text=text or None, **values
    )


DOCUMENTS = (
    finding(
        "direktivet",
        "Urban wastewater treatment. Recast",
        language="en",
        kind=Kind.PROCEDURE,
        published=date(2022, 10, 26),
        identifiers=(Identifier("procedure", "2022/0345(COD)"), Identifier("com", "COM(2022) 541")),
    ),
    finding(
        "avlopp",
        "Små avlopp i kommunen",
        "Kommunen har tillsyn över enskilda avlopp. Reningen måste bli bättre.",
        kind=Kind.REMISS,
        published=date(2026, 11, 1),
        source="remisser",
        windows=(Window(WindowKind.REMISS, date(2026, 11, 1), date(2026, 12, 15), Certainty.GIVEN),),
    ),
    finding("rening", "Avloppsreningsverket byggs ut", "Reningsverket får ett fjärde steg."),
    finding("lidkoping", "Lidköping bygger om hamnen", "Hamnen vid Vänern."),
    finding(
        "fpm", "Nytt direktiv, 2025/26:FPM52", kind=Kind.FPM, identifiers=(Identifier("fpm", "2025/26:FPM52"),)
    ),
    finding("ai", "Kommuner och artificiell intelligens", "Regler för artificiell intelligens i skolan."),
    finding(
        "boende", "Fler platser", "Kvinnor i skyddat boende och barn. Boende som är skyddat finns.", published=None
    ),
    finding(
        "vatten",
        "Vattenprogram 2024",
        "Vatten " * 30,
        kind=Kind.REPORT,
        published=date(2024, 5, 5),
        windows=(Window(WindowKind.CONSULTATION, None, date(2024, 6, 1), Certainty.GIVEN),),
    ),
    finding("hal", "Hal väg", "Vägen är hal."),
    finding("hall", "Hål i vägen", "Ett hål."),
    finding("elev", "Biblioteken i skolan", "Skolbiblioteket ska ha personal."),
    finding("fartyg", "Upphandling av färja", "Offentlig upphandling av en färja till skolan."),
    finding("tva", "Nya regler", titles={"en": "New rules for data centres"}),
)


@pytest.fixture(scope="module")
def searched(lasting_archive: Engine) -> Engine:
    """The documents above, with a theme and a level here and there."""
    archive = lasting_archive
    with writing(archive) as conn:
        number = start_scan(conn, NOW, "command")
    pages = [PageRead(one.source, one.key, None, (one,)) for one in DOCUMENTS]
    Intake(archive, number).take(pages, NOW)
    document = schema.document
    with writing(archive) as conn:
        keyed = {row.key: row.id for row in conn.execute(document.select())}
        about = [("avlopp", True), ("rening", True), ("vatten", False)]
        rows = [
            {
                "document": keyed[key],
                "theme": "va-vatten",
                "score": 0.9,
                "assigned": yes,
                "model": "m",
                "evidence": [],
            }
            for key, yes in about
        ]
        conn.execute(insert(schema.tag), rows)
        conn.execute(update(document).where(document.c.key == "avlopp").values(level="act", direction="enabling"))
    join_new(archive, lambda: NOW)
    with writing(archive) as conn:
        number = dossiers_of(conn, [keyed["direktivet"]])[keyed["direktivet"]]
        set_case(conn, number, {"status": "agerar", "owner": "VA-enheten"}, who="Bo", at=NOW)
    return archive
