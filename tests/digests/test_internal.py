"""Days of our own beside those of others: which one an entry begins with, and what it says of delegation."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from digests.briefing import Briefing, Entry, Internal, Item, Level, Window, WindowKind
from digests.facts import voice
from digests.words.swedish import SWEDISH
from tests.digests.conftest import TODAY

Make = Callable[..., Item]
MakeWindow = Callable[..., Window]
Build = Callable[..., Briefing]
LATE = Internal(None, delegated=date(2026, 11, 27))


def entries(briefing: Briefing) -> list[Entry]:
    return [entry for section in briefing.sections for entry in section.entries]


def test_a_file_speaks_of_the_window_that_shuts_first_and_names_the_others(
    item: Make, window: MakeWindow, build: Build
) -> None:
    """The later one has a day of our own before; it must not hide a last day eleven days away."""
    remiss = window(TODAY + timedelta(days=11), kind=WindowKind.REMISS, internal=LATE)
    feedback = window(
        TODAY + timedelta(days=24), kind=WindowKind.FEEDBACK, internal=Internal(TODAY + timedelta(days=3), "KS")
    )
    (entry,) = entries(build(item(windows=(feedback, remiss))))
    assert entry.window is not None
    assert (entry.window.kind, entry.window.days_left) == (WindowKind.REMISS, 11)
    assert [(one.kind, one.days_left) for one in entry.beside] == [(WindowKind.FEEDBACK, 24)]


def test_what_shuts_within_14_days_comes_before_days_of_our_own(
    item: Make, window: MakeWindow, build: Build
) -> None:
    own = window(TODAY + timedelta(days=40), internal=Internal(TODAY + timedelta(days=1), "KS"))
    outer = window(TODAY + timedelta(days=13))
    items = [
        item("document:1", level=Level.ACT, windows=(own,)),
        item("document:2", level=Level.ACT, windows=(outer,)),
    ]
    assert [entry.item for entry in entries(build(*items))] == ["document:2", "document:1"]


def test_where_no_meeting_comes_in_time_delegation_has_its_own_last_day(
    item: Make, window: MakeWindow, build: Build
) -> None:
    def said(internal: Internal) -> Any:
        briefing = build(item(windows=(window(TODAY + timedelta(days=11), internal=internal),)))
        (entry,) = entries(briefing)
        return voice(briefing, SWEDISH).internal(entry.internal, entry.window)

    assert said(LATE) == "hinner inte nämnd – delegation krävs, underlag senast fredag 27 november 2026"
    assert said(Internal(None)) == "hinner inte nämnd – delegation krävs"
