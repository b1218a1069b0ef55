from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from config.organisation import Organisation
from digests.briefing import Briefing, Case, Change, Item, Level, Theme, Window, WindowKind
from digests.compose import compose

TODAY = date(2026, 11, 23)
Make = Callable[..., Item]
MakeWindow = Callable[..., Window]


@pytest.fixture
def subject(organisation: Organisation, now: datetime) -> Callable[..., str]:
    def make(*items: Item, **options: Any) -> str:
        return compose(items, week="2026-W48", now=now, organisation=organisation, **options).subject

    return make


def test_two_consultations(item: Make, window: MakeWindow, subject: Callable[..., str]) -> None:
    items = (
        item("document:1", "upphandling", windows=(window(TODAY + timedelta(days=3), kind=WindowKind.FEEDBACK),)),
        item("document:2", windows=(window(TODAY + timedelta(days=9)),)),
    )
    assert subject(*items) == "v.48: 2 samråd stänger inom 14 dagar (upphandling, vatten) – EU-brevet"
    assert (
        subject(*items, language="en")
        == "w.48: 2 consultations closing within 14 days (procurement, water) – EU-brevet"
    )


def test_one_of_each_kind(item: Make, window: MakeWindow, subject: Callable[..., str]) -> None:
    items = [
        item(f"document:{n}", windows=(window(TODAY + timedelta(days=n), kind=kind),))
        for n, kind in enumerate((WindowKind.REMISS, WindowKind.CONSULTATION))
    ]
    assert subject(*items) == "v.48: 2 frister går ut inom 14 dagar (vatten) – EU-brevet"
    assert subject(items[0]) == "v.48: 1 remiss stänger inom 14 dagar (vatten) – EU-brevet"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"case": Case(decider="kommunstyrelsen")}, "v.48: 1 ärende kräver beslut (vatten) – EU-brevet"),
        ({"level": Level.ACT}, "v.48: 1 ärende kräver åtgärd (vatten) – EU-brevet"),
        ({}, "v.48: 1 nyhet (vatten), inget kräver åtgärd – EU-brevet"),
        (
            {"first_seen": date(2026, 1, 1), "changes": (Change("Läge", "a", "b"),)},
            "v.48: 1 ärende har ändrats (vatten), inget kräver åtgärd – EU-brevet",
        ),
        ({"level": Level.BACKGROUND}, "v.48: lugn vecka, inget kräver åtgärd – EU-brevet"),
    ],
)
def test_the_most_urgent_fact_comes_first(
    item: Make, subject: Callable[..., str], fields: dict[str, Any], expected: str
) -> None:
    assert subject(item(**fields)) == expected


def test_deadlines_within_thirty_days_and_calls(
    item: Make, window: MakeWindow, subject: Callable[..., str]
) -> None:
    later = item(windows=(window(TODAY + timedelta(days=20)),))
    assert subject(later) == "v.48: 1 samråd stänger inom 30 dagar (vatten) – EU-brevet"
    call = item(is_call=True, windows=(window(TODAY + timedelta(days=5), kind=WindowKind.CALL),))
    assert subject(call) == "v.48: 1 utlysning stänger inom 30 dagar (vatten) – EU-brevet"


def test_many_themes_are_cut(item: Make, window: MakeWindow, subject: Callable[..., str]) -> None:
    items = [
        item(f"document:{n}", themes=(Theme(f"t{n}", {"sv": f"Tema{n} och mer"}),), windows=(window(),))
        for n in range(9)
    ]
    assert subject(*items) == "v.48: 9 samråd stänger inom 14 dagar (tema0, tema1, tema2 m.m.) – EU-brevet"


def test_the_preheader_is_another_sentence(
    item: Make, window: MakeWindow, organisation: Organisation, now: datetime
) -> None:
    def briefing(*items: Item) -> Briefing:
        return compose(items, week="2026-W48", now=now, organisation=organisation)

    busy = briefing(item(windows=(window(),)))
    assert busy.preheader == (
        "Först: Svara på samråd senast torsdag 3 december – Ärende 1. 1 av 1 går fortfarande att påverka."
    )
    assert briefing().preheader == "Inget nytt att svara på eller besluta om sedan förra brevet."
    assert briefing().quiet
