from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar

from config.organisation import Organisation
from digests.briefing import Briefing, Certainty, Item, Window, WindowKind
from digests.calendar import entry_calendar, letter_calendar
from digests.compose import compose

Make = Callable[..., Item]
CLOSES = date(2026, 12, 3)


@pytest.fixture
def letter(organisation: Organisation, now: datetime) -> Callable[..., Briefing]:
    def make(*items: Item, days: int = 0) -> Briefing:
        moment = now + timedelta(days=days)
        return compose(items, week="2026-W48", now=moment, organisation=organisation)

    return make


def test_every_deadline_of_the_letter_is_an_all_day_event(
    week_48: list[Item], letter: Callable[..., Briefing]
) -> None:
    events = list(Calendar.from_ical(letter_calendar(letter(*week_48))).walk("VEVENT"))
    assert [event["SUMMARY"] for event in events] == [
        "Synpunktsperiod: Översyn av EU:s regler för offentlig upphandling",
        "Tidigt samråd: Evaluation of the Urban Wastewater Treatment rules on micropollutants",
        "Remiss (?): Remiss: föreskrifter om cybersäkerhet för kommuner",
        "Genomförandefrist: Avloppsdirektivet (omarbetning)",
        "Utlysning: Interreg: små projekt för hållbart vatten",
    ]
    first = events[0]
    assert first["DTSTART"].dt == CLOSES
    assert first["DTEND"].dt == CLOSES + timedelta(days=1)
    assert first["URL"] == "https://example.eu/feedback/1"
    assert "fredag 27 november 2026, sista dag för intern beredning" in first["DESCRIPTION"]


def test_a_moved_deadline_moves_the_event(item: Make, letter: Callable[..., Briefing]) -> None:
    window = Window(WindowKind.REMISS, date(2026, 11, 1), CLOSES, Certainty.GIVEN)
    uids = set()
    for closes in (CLOSES, CLOSES + timedelta(days=9)):
        briefing = letter(item(windows=(replace(window, closes=closes),)))
        (event,) = Calendar.from_ical(letter_calendar(briefing)).walk("VEVENT")
        uids.add(str(event["UID"]))
        assert event["DTSTART"].dt == closes
    assert len(uids) == 1


def test_hostile_titles_stay_titles(item: Make, letter: Callable[..., Briefing]) -> None:
    window = Window(WindowKind.REMISS, None, CLOSES, Certainty.GIVEN, url="javascript:alert(1)")
    title = "Titel\r\nATTACH:https://evil.example/;,\\ " + "x" * 10_000
    data = letter_calendar(letter(item(titles={"sv": title}, windows=(window,))))
    (event,) = Calendar.from_ical(data).walk("VEVENT")
    assert "ATTACH" not in event
    assert event["SUMMARY"].startswith("Remiss: Titel ATTACH:https://evil.example/;,\\")
    assert event["URL"] == "https://example.eu/1"
    assert max(len(line) for line in data.split(b"\r\n")) <= 75


def test_an_entry_alone(item: Make, letter: Callable[..., Briefing]) -> None:
    with_date = letter(item(windows=(Window(WindowKind.REMISS, None, CLOSES, Certainty.GIVEN),)))
    entry = with_date.sections[0].entries[0]
    data = entry_calendar(entry, with_date)
    assert data is not None
    assert len(Calendar.from_ical(data).walk("VEVENT")) == 1
    assert entry_calendar(replace(entry, window=None), with_date) is None
