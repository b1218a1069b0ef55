"""Composing a letter: sections, order, what is new and what is left out."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.briefing import (
    Case,
    Certainty,
    Change,
    Direction,
    Internal,
    Item,
    Level,
    Previous,
    SourceStatus,
    Status,
    Window,
    WindowKind,
)
from digests.compose import remember
from digests.weeks import week_of
from tests.digests.sections import ORDER, TODAY, Build, Make, MakeWindow, homes, section


def test_a_week_like_many(week_48: list[Item], build: Build, sources: list[SourceStatus]) -> None:
    briefing = build(*week_48, sources=sources)
    assert [part.id for part in briefing.sections] == ORDER
    assert homes(briefing) == {
        "dossier:1": "deadlines",
        "dossier:2": "deadlines",
        "document:3": "deadlines",
        "document:4": "decisions",
        "dossier:5": "changed",
        "document:6": "funding",
        "document:7": "signals",
        **{f"document:{number}": "fyi" for number in range(10, 14)},
    }
    assert [entry.item for entry in section(briefing, "deadlines").entries] == [
        "dossier:1",
        "dossier:2",
        "document:3",
    ]
    assert briefing.counts.entries == 7
    assert briefing.counts.influenceable == 3
    assert briefing.counts.directions == {Direction.BOTH: 1, Direction.UNCLEAR: 6}
    assert not briefing.quiet


def test_the_order_of_the_items_does_not_matter(week_48: list[Item], build: Build) -> None:
    assert build(*week_48) == build(*reversed(week_48))


@pytest.mark.parametrize(
    ("level", "fields", "home"),
    [
        (Level.NONE, {}, None),
        (Level.BACKGROUND, {}, "fyi"),
        (Level.BRIEF, {}, "new"),
        (Level.ACT, {}, "decisions"),
        (Level.BRIEF, {"case": Case(decider="kommunstyrelsen")}, "decisions"),
        (Level.BRIEF, {"is_signal": True}, "signals"),
        (Level.BACKGROUND, {"is_signal": True}, "signals"),
        (Level.ACT, {"is_call": True}, "funding"),
        (Level.ACT, {"case": Case(Status.ANSWERED)}, None),
        (Level.ACT, {"case": Case(Status.CLOSED), "changes": (Change("Läge", "a", "b"),)}, "changed"),
        (Level.BRIEF, {"first_seen": date(2026, 9, 1)}, None),
        (Level.BRIEF, {"first_seen": date(2026, 9, 1), "changes": (Change("Läge", "a", "b"),)}, "changed"),
        (Level.BACKGROUND, {"first_seen": date(2026, 9, 1), "changes": (Change("Läge", "a", "b"),)}, "fyi"),
        (Level.BRIEF, {"published": date(2024, 1, 1)}, None),
    ],
)
def test_the_level_and_the_kind_choose_the_section(
    item: Make, build: Build, level: Level, fields: dict[str, Any], home: str | None
) -> None:
    assert homes(build(item(level=level, **fields))).get("document:1") == home


@pytest.mark.parametrize(
    ("days", "home", "urgent"),
    [
        (0, "deadlines", True),
        (14, "deadlines", True),
        (15, "deadlines", False),
        (30, "deadlines", False),
        (31, "new", False),
        (-1, "new", False),
    ],
)
def test_a_deadline_presses_within_thirty_days(
    item: Make, window: MakeWindow, build: Build, *, days: int, home: str, urgent: bool
) -> None:
    briefing = build(item(windows=(window(TODAY + timedelta(days=days)),)))
    assert homes(briefing) == {"document:1": home}
    assert ("inom 14 dagar" in briefing.subject) is urgent


def test_our_own_last_day_presses_before_the_outer_one(item: Make, window: MakeWindow, build: Build) -> None:
    late = window(date(2027, 1, 20), internal=Internal(date(2026, 12, 1), "nämnd"))
    briefing = build(item(windows=(late,)))
    assert homes(briefing) == {"document:1": "deadlines"}
    assert briefing.fact == "1 intern tidsgräns inom 14 dagar (vatten)"


def test_a_background_item_never_gets_more_than_a_line(item: Make, window: MakeWindow, build: Build) -> None:
    briefing = build(item(level=Level.BACKGROUND, windows=(window(TODAY + timedelta(days=3)),)))
    assert homes(briefing) == {"document:1": "fyi"}
    assert not section(briefing, "fyi").entries
    assert "stänger 26 nov" in section(briefing, "fyi").lines[0].detail


def test_old_documents_found_late_are_news_only_while_one_can_act(
    item: Make, window: MakeWindow, build: Build
) -> None:
    old = item(published=date(2025, 1, 1), windows=(window(date(2027, 3, 1)),))
    assert homes(build(old)) == {"document:1": "new"}
    assert homes(build(replace(old, windows=()))) == {}


def test_the_quota_goes_to_the_most_urgent(item: Make, window: MakeWindow, build: Build) -> None:
    items = [item(f"document:{n}", relevance=n / 100) for n in range(40)]
    items += [item(f"document:{n}", windows=(window(TODAY + timedelta(days=n - 90)),)) for n in range(100, 103)]
    items += [item("document:200", level=Level.ACT)]
    briefing = build(*items)
    full = [entry.item for part in briefing.sections for entry in part.entries]
    assert full == [
        *("document:100", "document:101", "document:102"),
        "document:200",
        *("document:39", "document:38", "document:37", "document:36"),
    ]
    news = section(briefing, "new")
    assert len(news.lines) == 12
    assert news.lines[0].item == "document:35"
    assert news.omitted == 40 - 4 - 12
    assert briefing.counts.omitted == 24


@pytest.mark.parametrize(("density", "entries", "lines"), [("short", 5, 5), ("normal", 8, 12), ("full", 16, 40)])
def test_density_is_the_readers_choice(item: Make, build: Build, density: str, entries: int, lines: int) -> None:
    briefing = build(*(item(f"document:{n}") for n in range(100)), density=density)
    assert (briefing.counts.entries, briefing.counts.lines) == (entries, lines)


def test_only_the_themes_asked_for(week_48: list[Item], build: Build) -> None:
    briefing = build(*week_48, themes_filter={"upphandling", "fonder-styrning"})
    assert set(homes(briefing)) == {"dossier:1", "document:6"}
    assert homes(build(*week_48, themes_filter=set())) == {}


# ── From week to week ─────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_told_twice(item: Make, build: Build, now: datetime) -> None:
    first = build(item(level=Level.ACT), item("document:2", level=Level.BACKGROUND))
    second = build(
        item(level=Level.ACT),
        item("document:2", level=Level.BACKGROUND),
        week="2026-W49",
        now=now + timedelta(days=7),
        previous=remember(first),
    )
    assert homes(second) == {}
    assert second.quiet
    assert [line.title.text for line in section(second, "outcomes").lines] == ["Oförändrat sedan v.48: 2 ärenden."]


def test_what_came_after_the_last_edition_of_the_same_day_is_still_new(item: Make, build: Build) -> None:
    same_day = item(first_seen=TODAY)
    assert homes(build(same_day, previous=Previous("2026-W47", TODAY))) == {"document:1": "new"}
    assert homes(build(same_day, previous=remember(build(same_day)))) == {}


def test_a_change_brings_it_back_once(item: Make, build: Build, now: datetime) -> None:
    first = remember(build(item()))
    moved = item(changes=(Change("Läge", "förslag", "utskott"),))
    briefing = build(moved, week="2026-W49", now=now + timedelta(days=7), previous=first)
    assert homes(briefing) == {"document:1": "changed"}
    third = build(item(), week="2026-W50", now=now + timedelta(days=14), previous=remember(briefing))
    assert homes(third) == {}


def test_a_deadline_is_told_in_full_when_it_comes_nearer_and_reminded_of_between(
    item: Make, window: MakeWindow, build: Build, now: datetime
) -> None:
    pressing = item(windows=(window(TODAY + timedelta(days=29)),))
    previous, told = None, []
    for week in range(5):
        moment = now + timedelta(days=7 * week)
        briefing = build(pressing, week=week_of(moment.date()), now=moment, previous=previous)
        deadlines = section(briefing, "deadlines")
        told.append((len(deadlines.entries), len(deadlines.lines)))
        previous = remember(briefing)
    # 29, 22, 15, 8 and 1 days left.
    assert told == [(1, 0), (0, 1), (0, 1), (1, 0), (1, 0)]


def test_what_became_of_last_weeks_items(item: Make, window: MakeWindow, build: Build, now: datetime) -> None:
    shown = remember(
        build(
            item(windows=(window(TODAY + timedelta(days=3)),)),
            item("document:2", case=Case(Status.NEW)),
            item("document:3"),
        )
    )
    briefing = build(
        item(case=Case(Status.ANSWERED), windows=(window(TODAY + timedelta(days=3)),)),
        item("document:2", case=Case(Status.WATCHED)),
        week="2026-W49",
        now=now + timedelta(days=7),
        previous=shown,
    )
    lines = [(line.title.text, line.detail) for line in section(briefing, "outcomes").lines]
    assert lines == [
        ("Ärende 1", "stängde 26 nov; vårt ärende: svarat"),
        ("Ärende 2", "vårt ärende är nu: bevakas"),
        ("Oförändrat sedan v.48: 1 ärende.", ""),
    ]


# ── Sources ───────────────────────────────────────────────────────────────────────────────────────────


def test_failing_sources_are_named_with_their_last_good_day(build: Build) -> None:
    good = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)  # already the 21st in Stockholm
    briefing = build(
        sources=[
            SourceStatus("a", "Källa A", "changed", last_good=good),
            SourceStatus("b", "Källa B", "blocked", "403", good),
            SourceStatus("c", "Källa C", "failed"),
            SourceStatus("d", "Källa D", "exploded"),
        ]
    )
    lines = [(line.title.text, line.detail) for line in section(briefing, "sources").lines]
    assert lines == [
        ("1 av 4 källor svarade som väntat.", ""),
        ("Källa B", "släppte inte in oss (403); senast bra för 2 dagar sedan"),
        ("Källa C", "svarade inte som väntat; senast bra aldrig"),
        ("Källa D", "exploded; senast bra aldrig"),
    ]


def test_a_letter_without_checked_sources_says_so(build: Build) -> None:
    assert [line.title.text for line in section(build(), "sources").lines] == [
        "Inga källor är kontrollerade inför brevet."
    ]


# ── Whatever comes ────────────────────────────────────────────────────────────────────────────────────


@st.composite
def any_item(draw: st.DrawFn) -> dict[str, Any]:
    days = st.integers(-40, 400).map(lambda n: TODAY + timedelta(days=n))
    window = st.builds(
        Window,
        st.sampled_from(WindowKind),
        st.none() | days,
        st.none() | days,
        st.sampled_from(Certainty),
        internal=st.none() | st.builds(Internal, st.none() | days),
    )
    return draw(
        st.fixed_dictionaries(
            {
                "level": st.sampled_from(Level),
                "relevance": st.floats(0, 1),
                "first_seen": st.integers(-90, 0).map(lambda n: TODAY + timedelta(days=n)),
                "published": st.none() | days,
                "windows": st.lists(window, max_size=4).map(tuple),
                "changes": st.sampled_from([(), (Change("Läge", None, "b"),)]),
                "is_call": st.booleans(),
                "is_signal": st.booleans(),
                "case": st.none() | st.builds(Case, st.sampled_from(Status), decider=st.sampled_from(["", "KS"])),
            }
        )
    )


@given(st.lists(any_item(), max_size=25), st.integers(0, 10), st.sampled_from(["sv", "en"]))
def test_rules_that_always_hold(
    item: Make, build: Build, fields: list[dict[str, Any]], quota: int, language: str
) -> None:
    items = [item(f"document:{n}", **given_fields) for n, given_fields in enumerate(fields)]
    briefing = build(*items, quota=quota, language=language)
    found = homes(briefing)
    assert [part.id for part in briefing.sections] == ORDER
    assert sum(len(part.entries) for part in briefing.sections) == briefing.counts.entries <= quota
    assert briefing.counts.influenceable <= briefing.counts.entries
    by_id = {i.id: i for i in items}
    assert not [name for name in found if by_id[name].level is Level.NONE]
    assert all(by_id[e.item].level in (Level.ACT, Level.BRIEF) for part in briefing.sections for e in part.entries)
    days = [e.window.closes for e in section(briefing, "deadlines").entries if e.window and e.window.closes]
    assert days == sorted(days)
    assert len(briefing.subject) <= 110
    assert briefing.subject not in briefing.preheader
    again = build(*items, quota=quota, language=language, previous=remember(briefing))
    returned = set(homes(again)) & set(found)
    assert all(by_id[n].changes or homes(again)[n] in ("deadlines", "funding") for n in returned)


@pytest.mark.parametrize("week", ["2026-W54", "2026-48", "v48", "", "2025-W53"])
def test_a_week_that_does_not_exist_is_refused(build: Build, week: str) -> None:
    with pytest.raises(ValueError):
        build(week=week)


def test_a_naive_moment_is_refused(build: Build) -> None:
    with pytest.raises(ValueError, match="aware"):
        build(now=datetime(2026, 11, 23))  # noqa: DTZ001  # what is tested


@pytest.mark.parametrize(
    ("moment", "today"),
    [
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29)),  # the night to summer time
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), date(2026, 10, 25)),  # the night to winter time
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_days_begin_at_midnight_in_the_organisations_zone(
    item: Make, window: MakeWindow, build: Build, moment: datetime, today: date
) -> None:
    briefing = build(item(windows=(window(today),), first_seen=today), week=week_of(today), now=moment)
    entry = section(briefing, "deadlines").entries[0]
    assert entry.window is not None
    assert entry.window.days_left == 0
    assert remember(briefing).day == today
