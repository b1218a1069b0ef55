"""Constructed items for the letter: real files and dates as facts, everything else invented."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from config.organisation import Organisation
from digests.briefing import (
    Briefing,
    Case,
    Certainty,
    Change,
    Direction,
    Grounds,
    Internal,
    Item,
    Level,
    Matter,
    Note,
    Reference,
    Risk,
    SourceStatus,
    Stage,
    Status,
    Theme,
    Window,
    WindowKind,
)
from digests.compose import compose
from digests.deciding import Decides, Member
from tests.golden import check

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)

THEMES = {
    "va-vatten": Theme(
        "va-vatten", {"sv": "Vatten, avlopp och Vänern", "en": "Water, wastewater and Lake Vänern"}
    ),
    "upphandling": Theme(
        "upphandling",
        {"sv": "Offentlig upphandling", "en": "Public procurement"},
        {"sv": "upphandling", "en": "procurement"},
    ),
    "energi-biogas": Theme(
        "energi-biogas", {"sv": "Energi, biogas och fjärrvärme", "en": "Energy, biogas and district heating"}
    ),
    "digital-cyber": Theme(
        "digital-cyber",
        {"sv": "Digitalisering, AI och cybersäkerhet", "en": "Digitalisation, AI and cybersecurity"},
    ),
    "fonder-styrning": Theme(
        "fonder-styrning", {"sv": "EU-budget, fonder, styrning och självstyre", "en": "EU budget, funds"}
    ),
}


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    return Organisation.model_validate(
        {
            "name": "Storstads kommun",
            "short_name": "Storstad",
            "contact": "eu@storstad.example.se",
            "website": "https://storstad.example.se",
            "channels": [{"name": "SKR"}],
            "letter": {
                "name": "EU-brevet",
                "sender": "EU-brevet, Storstads kommun",
                "purpose": "Du får brevet för att du arbetar i Storstads kommun. Vi sparar bara din adress och "
                "dina val och följer inte vad du öppnar eller klickar på.",
                "list_id": "eu-brevet.storstad.example.se",
                "colour": "#17475A",
            },
        }
    )


@pytest.fixture(scope="session")
def window() -> Callable[..., Window]:
    """A consultation that is open until the given day."""

    def make(closes: date | None = date(2026, 12, 3), **fields: Any) -> Window:
        certainty = Certainty.GIVEN if closes else Certainty.UNKNOWN
        return Window(
            **{"kind": WindowKind.CONSULTATION, "opens": date(2026, 9, 10), "certainty": certainty} | fields,
            closes=closes,
        )

    return make


@pytest.fixture(scope="session")
def item() -> Callable[..., Item]:
    """An item as `compose` takes it; every field can be set."""

    def make(id: str = "document:1", theme: str = "va-vatten", **fields: Any) -> Item:
        number = id.rpartition(":")[2]
        defaults: Mapping[str, Any] = {
            "kind": "initiative",
            "titles": {"sv": f"Ärende {number}"},
            "level": Level.BRIEF,
            "relevance": 0.6,
            "first_seen": date(2026, 11, 19),
            "sources": (Reference("Have Your Say", f"https://example.eu/{number}", date(2026, 11, 19), "sv"),),
            "themes": (THEMES[theme],),
            "published": date(2026, 11, 18),
        }
        return Item(id, **{**defaults, **fields})

    return make


@pytest.fixture(scope="session")
def week_48(item: Callable[..., Item]) -> list[Item]:
    """A week like many: two consultations press, a file moves, money is open, much is for information."""
    seen = date(2026, 11, 20)
    return [
        item(
            "dossier:1",
            "upphandling",
            kind="dossier",
            titles={"sv": "Översyn av EU:s regler för offentlig upphandling", "en": "Public Procurement Act"},
            summary={
                "sv": "Kommissionen vill samla tre direktiv i en akt och pröva europeisk preferens. "
                "Kommunens inköp berörs."
            },
            level=Level.ACT,
            relevance=0.91,
            grounds=Grounds(
                {
                    Matter.SERVICE: ("upphandlande myndighet",),
                    Matter.DUTY: ("krav",),
                    Matter.MUNICIPALITY: ("kommuner",),
                },
                ("upphandlande myndighet", "tröskelvärden"),
                ("Ängens reningsverk",),
            ),
            certainty_reason="tre termer i titel och sammanfattning",
            direction=Direction.BOTH,
            direction_reason="enklare regler men krav på europeisk preferens",
            identifiers=("COM(2026) 480", "2026/0198(COD)"),
            stage=Stage("Kommissionens förslag", 4, 12, "utskottsbehandling i EU-parlamentet", date(2027, 1, 20)),
            windows=(
                Window(
                    WindowKind.FEEDBACK,
                    date(2026, 10, 8),
                    date(2026, 12, 3),
                    Certainty.GIVEN,
                    url="https://example.eu/feedback/1",
                    internal=Internal(date(2026, 11, 27), "tjänsteperson"),
                ),
            ),
            channels=("SKR", "CEMR", "Regionkommittén"),
            decides=Decides(
                ("IMCO utskottet för den inre marknaden och konsumentskydd",),
                {"sv": "Sverige", "en": "Sweden"},
                (
                    Member("Ada Konstruerad", "PPE", "vice-chair"),
                    Member("Bo Konstruerad", "S&D"),
                    Member("Cilla Konstruerad", "Verts/ALE", "substitute"),
                    Member("Dan Konstruerad", "Renew", "substitute"),
                ),
            ),
            case=Case(
                Status.ASSIGNED,
                owner="upphandlingschefen",
                note=Note("Vi stöder SKR:s svar; egna rader om livsmedel.", "Anna Ek", date(2026, 11, 18)),
            ),
            sources=(
                Reference("Have Your Say", "https://example.eu/initiatives/1_sv", seen, "sv"),
                Reference("EUR-Lex", "https://example.eu/eli/1", seen, "en"),
            ),
        ),
        item(
            "dossier:2",
            titles={"en": "Evaluation of the Urban Wastewater Treatment rules on micropollutants"},
            summary={"en": "The Commission gathers evidence on the costs of quaternary treatment."},
            relevance=0.83,
            grounds=Grounds(words=("quaternary treatment", "micropollutants")),
            windows=(
                Window(
                    WindowKind.CALL_FOR_EVIDENCE,
                    date(2026, 11, 9),
                    date(2026, 12, 7),
                    Certainty.GIVEN,
                    internal=Internal(None, "nämnd"),
                ),
            ),
        ),
        item(
            "document:3",
            "digital-cyber",
            kind="remiss",
            titles={"sv": "Remiss: föreskrifter om cybersäkerhet för kommuner"},
            level=Level.ACT,
            relevance=0.78,
            windows=(Window(WindowKind.REMISS, date(2026, 11, 2), date(2026, 12, 18), Certainty.ESTIMATED),),
            case=Case(Status.NEW, decider="kommunstyrelsen"),
        ),
        item(
            "document:4",
            "energi-biogas",
            kind="fpm",
            titles={"sv": "Elnätspaketet"},
            relevance=0.74,
            level=Level.ACT,
        ),
        item(
            "dossier:5",
            kind="dossier",
            titles={"sv": "Avloppsdirektivet (omarbetning)"},
            first_seen=date(2026, 3, 1),
            published=date(2022, 10, 26),
            changes=(Change("Läge", "Svensk utredning", "Remiss"),),
            windows=(Window(WindowKind.TRANSPOSITION, None, date(2027, 7, 31), Certainty.GIVEN),),
            identifiers=("2022/0345(COD)", "(EU) 2024/3019"),
        ),
        item(
            "document:6",
            "fonder-styrning",
            kind="call",
            titles={"sv": "Interreg: små projekt för hållbart vatten"},
            is_call=True,
            risk=Risk(("Serbien",), "V-Dem 2025"),
            windows=(Window(WindowKind.CALL, date(2026, 11, 1), date(2027, 1, 15), Certainty.GIVEN),),
        ),
        item(
            "document:7",
            "energi-biogas",
            titles={"sv": "Fler medlemsstater nämner flytande biogas"},
            is_signal=True,
            kind="news",
            relevance=0.5,
        ),
        *(
            item(f"document:{number}", level=Level.BACKGROUND, kind="news", relevance=0.3)
            for number in range(10, 14)
        ),
        item("document:20", level=Level.NONE),
    ]


@pytest.fixture(scope="session")
def sources() -> list[SourceStatus]:
    good = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    return [
        SourceStatus("have-your-say", "Have Your Say", "changed", last_good=good),
        SourceStatus("riksdagen", "Riksdagen", "unchanged", last_good=good),
        SourceStatus(
            "eur-lex-feed", "EUR-Lex nyhetsflöde", "blocked", "202 challenge", datetime(2026, 11, 20, tzinfo=UTC)
        ),
    ]


@pytest.fixture(scope="session")
def golden() -> Callable[[str, str], None]:
    """Compare a text with `golden/NAME`; `UPDATE_GOLDEN=1` writes it anew, to be read before it is committed."""
    return lambda name, content: check(Path(__file__).parent / "golden" / name, content)


@pytest.fixture(scope="session")
def build(organisation: Organisation, now: datetime) -> Callable[..., Briefing]:
    """A letter of week 48 made of the given items."""

    def make(*items: Item, **options: Any) -> Briefing:
        return compose(items, **{"week": "2026-W48", "now": now, "organisation": organisation} | options)

    return make
