"""What an entry says: its window, priority, title, reason and channels."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from digests.briefing import (
    Case,
    Certainty,
    Change,
    Grounds,
    Level,
    Matter,
    Priority,
    Window,
    WindowKind,
)
from tests.digests.sections import TODAY, Build, Make, MakeWindow, section

# ── The clock of 2022/0345(COD) ───────────────────────────────────────────────────────────────────────


def test_an_open_window_without_a_last_day_is_said_to_be_so(item: Make, build: Build) -> None:
    amendments = Window(WindowKind.AMENDMENTS, date(2023, 3, 27), None, Certainty.UNKNOWN)
    briefing = build(
        item(first_seen=date(2023, 3, 27), published=date(2022, 10, 26), windows=(amendments,)),
        week="2023-W13",
        now=datetime(2023, 3, 27, 6, tzinfo=UTC),
    )
    entry = section(briefing, "new").entries[0]
    assert entry.lead == "Påverka ändringsförslag i EU-parlamentet: öppet, slutdatum okänt"
    assert entry.window is not None
    assert (entry.window.closes, entry.window.days_left, entry.window.is_open) == (None, None, True)
    assert briefing.counts.influenceable == 1


def test_rules_that_apply_next_year_do_not_lead(item: Make, build: Build) -> None:
    applies = Window(WindowKind.TRANSPOSITION, None, date(2027, 7, 31), Certainty.GIVEN)
    briefing = build(item(changes=(Change("Läge", "utredning", "remiss"),), windows=(applies,)))
    entry = section(briefing, "new").entries[0]
    assert entry.lead == "Notera ändrat läge"
    assert entry.window is not None
    assert entry.window.days_left == 250
    assert briefing.counts.influenceable == 0


# ── Entries ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_open_window_outranks_the_coming_and_the_distant(item: Make, window: MakeWindow, build: Build) -> None:
    windows = (
        Window(WindowKind.TRANSPOSITION, None, date(2027, 7, 31), Certainty.GIVEN),
        window(date(2027, 5, 1), opens=date(2027, 2, 1)),
        window(date(2026, 10, 1), kind=WindowKind.CALL_FOR_EVIDENCE),
        window(date(2027, 2, 1), kind=WindowKind.FEEDBACK),
    )
    for count, kind in ((4, WindowKind.FEEDBACK), (3, WindowKind.CONSULTATION), (1, WindowKind.TRANSPOSITION)):
        briefing = build(item(windows=windows[:count]))
        entry = section(briefing, "new").entries[0]
        assert entry.window is not None
        assert entry.window.kind is kind


@pytest.mark.parametrize(
    ("fields", "priority"),
    [
        ({"level": Level.BRIEF}, Priority.FYI),
        ({"level": Level.ACT}, Priority.ACTION),
        ({"level": Level.BRIEF, "case": Case(decider="kommunstyrelsen")}, Priority.DECISION),
        ({"level": Level.BRIEF, "case": Case(priority=Priority.ACTION)}, Priority.ACTION),
        ({"level": Level.BRIEF, "case": Case(decider="KS", priority=Priority.ACTION)}, Priority.ACTION),
        ({"level": Level.BRIEF, "case": Case(priority=Priority.DECISION)}, Priority.DECISION),
    ],
)
def test_priority(item: Make, build: Build, fields: dict[str, Any], priority: Priority) -> None:
    briefing = build(item(**fields))
    assert [entry.priority for part in briefing.sections for entry in part.entries] == [priority]


def test_a_cases_priority_comes_first_among_equals_and_low_gets_a_line(
    item: Make, build: Build, window: Make
) -> None:
    fyi, high = Case(priority=Priority.FYI, owner="Anna Ek"), Case(priority=Priority.DECISION)
    briefing = build(
        item("document:1", level=Level.ACT, relevance=0.99, case=fyi),
        item("document:2", level=Level.ACT, relevance=0.8),
        item("document:3", level=Level.ACT, relevance=0.5, case=high),
        item("document:4", relevance=0.4, case=fyi, windows=(window(TODAY + timedelta(days=5)),)),
        quota=3,
    )
    entries = {part.id: [entry.item for entry in part.entries] for part in briefing.sections if part.entries}
    assert entries == {"deadlines": ["document:4"], "decisions": ["document:3", "document:2"]}
    (low,) = section(briefing, "new").lines
    assert (low.item, low.detail) == ("document:1", "nytt EU-initiativ; ägare: Anna Ek")


def test_titles_prefer_the_letters_language_and_say_theirs(item: Make, build: Build) -> None:
    titles = {"en": "Water", "fr": "Eau"}
    entry = section(build(item(titles=titles)), "new").entries[0]
    assert (entry.title.text, entry.title.language) == ("Water", "en")
    entry = section(build(item(titles=titles | {"sv": "Vatten"})), "new").entries[0]
    assert (entry.title.text, entry.title.language) == ("Vatten", "sv")
    assert section(build(item(titles={"fr": "Eau"})), "new").entries[0].title.language == "fr"
    assert section(build(item(titles={"sv": "\x00"})), "new").entries[0].title.text == "document:1"


def test_an_entry_without_reasons_says_so(item: Make, build: Build) -> None:
    entry = section(build(item(themes=())), "new").entries[0]
    assert entry.why == "Ingen lokal koppling hittad; bedömt på innehållet."


def test_the_reason_is_a_plain_sentence_from_the_words_of_the_text(item: Make, build: Build) -> None:
    two = item(theme="va-vatten").themes + item(theme="upphandling").themes
    tasks = {Matter.SERVICE: ("dricksvatten", "avloppsvatten"), Matter.MUNICIPALITY: ("kommuner",)}
    for fields, why in (
        (
            {"grounds": Grounds(tasks, ("dricksvatten", "slam"), ("Ekholmens vattenverk", "Storstad"))},
            "Rör kommunens uppgifter (dricksvatten, avloppsvatten) och nämner kommuner eller regioner. "
            "Tema: Vatten, avlopp och Vänern. Lokalt: Ekholmens vattenverk och Storstad.",
        ),
        ({"grounds": Grounds(words=("slam", "fosfor"))}, "Tema: Vatten, avlopp och Vänern (slam, fosfor)."),
        ({"grounds": Grounds({Matter.MONEY: ("bidrag",)}), "themes": ()}, "Rör pengar."),
        ({"reasons": ("Vi bygger ett nytt verk",)}, "Tema: Vatten, avlopp och Vänern. Vi bygger ett nytt verk."),
        (
            {"themes": two, "grounds": Grounds(words=("slam",))},
            "Tema: Vatten, avlopp och Vänern (slam); Offentlig upphandling.",
        ),
    ):
        assert section(build(item(**fields)), "new").entries[0].why == why


def test_channels_come_from_case_theme_or_organisation(item: Make, window: MakeWindow, build: Build) -> None:
    base = item(windows=(window(),))
    for fields, actions in (
        ({}, ("svara själv", "via SKR")),
        ({"channels": ("CEMR", "LRF")}, ("svara själv", "via CEMR", "via LRF")),
        ({"channels": ("CEMR",), "case": Case(channel="Regionen")}, ("svara själv", "via Regionen")),
        ({"windows": ()}, ("inget nu, bevaka",)),
    ):
        briefing = build(replace(base, **fields))
        assert [entry.actions for part in briefing.sections for entry in part.entries] == [actions]
