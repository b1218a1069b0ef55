"""What an entry says of the state of its file: what comes next, what moved, what else is open."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from config.organisation import Organisation
from digests.briefing import (
    Briefing,
    Certainty,
    Change,
    Coming,
    Entry,
    Internal,
    Item,
    Level,
    Previous,
    Priority,
    Shown,
    Stage,
    Status,
    Text,
    Window,
    WindowKind,
)
from digests.compose import compose
from digests.facts import voice
from digests.words import catalogue

Tell = Callable[..., str]


@pytest.fixture
def tell(item: Callable[..., Item], organisation: Organisation, now: datetime) -> Tell:
    """The field of the only entry of a letter that has `label`."""

    def make(label: str, language: str = "sv", **fields: Any) -> str:
        briefing = compose(
            [item(**fields)], week="2026-W48", now=now, organisation=organisation, language=language
        )
        words = catalogue(language)
        rows = voice(briefing, words).facts(only(briefing))
        return next(fact.value for row in rows for fact in row if fact.label == words.labels[label])

    return make


def only(briefing: Briefing) -> Entry:
    (entry,) = (entry for section in briefing.sections for entry in section.entries)
    return entry


@pytest.mark.parametrize(
    ("coming", "swedish", "english"),
    [
        (Coming.EXPECTED, "Omröstning, väntas 20 januari 2027", "Omröstning, expected 20 January 2027"),
        (Coming.EARLIEST, "Omröstning, tidigast 20 januari 2027", "Omröstning, 20 January 2027 at the earliest"),
        (Coming.LATEST, "Omröstning, senast 20 januari 2027", "Omröstning, by 20 January 2027"),
        (Coming.SET, "Omröstning 20 januari 2027", "Omröstning on 20 January 2027"),
    ],
)
def test_a_coming_day_says_what_it_means(tell: Tell, coming: Coming, swedish: str, english: str) -> None:
    stage = Stage("Remiss", 3, 5, "Omröstning", date(2027, 1, 20), coming)
    assert tell("state", stage=stage) == f"Remiss (steg 3 av 5). Nästa steg: {swedish}"
    assert tell("state", "en", stage=stage).endswith(f"Next step: {english}")


def test_what_was_not_there_before_has_no_before(tell: Tell) -> None:
    changes = (Change("Svarstid", None, "3 december"), Change("Läge", "utskott", "plenum"), Change("X", "y", None))
    assert tell("state", changes=changes) == (
        "okänt. Ändrat: Svarstid: 3 december; Läge: utskott → plenum; X: y → –"
    )


def test_one_answers_oneself_before_one_asks_others_and_both_windows_are_told(tell: Tell) -> None:
    opened = date(2026, 10, 26)
    own = Window(WindowKind.FEEDBACK, opened, date(2027, 1, 28), Certainty.GIVEN)
    others = Window(WindowKind.SUBSIDIARITY, opened, date(2027, 1, 21), Certainty.ESTIMATED)
    nobody = Window(WindowKind.AMENDMENTS, opened, None, Certainty.UNKNOWN)
    assert tell("window", windows=(others, own)) == (
        "Synpunktsperiod, öppet till torsdag 28 januari 2027, 66 dagar kvar (angivet av källan). "
        "Även öppet: subsidiaritetsprövning, troligen till torsdag 21 januari 2027"
    )
    assert "Även öppet: ändringsperiod i EU-parlamentet utan känd sista dag" in tell(
        "window", windows=(own, nobody)
    )
    near = Window(WindowKind.SUBSIDIARITY, opened, date(2026, 12, 21), Certainty.GIVEN)
    assert tell("window", windows=(own, near)).startswith("Subsidiaritetsprövning")
    as_near = Window(WindowKind.FEEDBACK, opened, date(2026, 12, 23), Certainty.GIVEN)
    assert tell("window", windows=(as_near, near)).startswith("Synpunktsperiod")


def test_a_closed_window_stands_beside_nothing(tell: Tell) -> None:
    own = Window(WindowKind.FEEDBACK, date(2026, 10, 26), date(2027, 1, 28), Certainty.GIVEN)
    past = Window(WindowKind.CONSULTATION, date(2026, 3, 1), date(2026, 6, 1), Certainty.GIVEN)
    later = Window(WindowKind.REMISS, date(2026, 12, 1), date(2027, 3, 1), Certainty.GIVEN)
    assert "Även" not in tell("window", windows=(own, past, later, own))


def test_what_only_moved_asks_for_no_action_however_relevant(
    item: Callable[..., Item], organisation: Organisation, now: datetime
) -> None:
    def told(*windows: Window) -> tuple[str, Priority, str]:
        moved = item(level=Level.ACT, changes=(Change("Läge", "utskott", "plenum"),), windows=windows)
        before = Previous(
            "2026-W47", date(2026, 11, 16), (Shown(moved.id, Text("x", "sv"), None, None, Status.NEW),)
        )
        briefing = compose([moved], week="2026-W48", now=now, organisation=organisation, previous=before)
        (section,) = (section.id for section in briefing.sections if section.entries)
        return section, only(briefing).priority, briefing.fact

    law = Window(WindowKind.TRANSPOSITION, None, date(2028, 7, 31), Certainty.GIVEN)
    own = Window(WindowKind.REMISS, None, date(2027, 3, 1), Certainty.GIVEN)
    assert told() == ("changed", Priority.FYI, "1 ärende har ändrats (vatten), inget kräver åtgärd")
    assert told(law) == told()
    assert told(own) == ("decisions", Priority.ACTION, "1 ärende kräver åtgärd (vatten)")


def test_our_own_last_day_within_a_month_is_no_quiet_week(
    item: Callable[..., Item], organisation: Organisation, now: datetime
) -> None:
    own = Window(
        WindowKind.REMISS,
        None,
        date(2027, 3, 1),
        Certainty.GIVEN,
        internal=Internal(date(2026, 12, 12), "nämnd"),
    )
    briefing = compose([item(windows=(own,))], week="2026-W48", now=now, organisation=organisation)
    assert briefing.fact == "1 intern tidsgräns inom 30 dagar (vatten)"
