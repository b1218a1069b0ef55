"""The acceptance file 2022/0345(COD), from constructed answers of every service to the letter of each Friday.

`UPDATE_GOLDEN=1 pytest tests/monitor/acceptance` writes the letters in `golden/` anew (docs/letter.md).
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from config.sources import load_sources
from config.stages import load_stages
from monitor.cli import context
from monitor.core.joining import names_file
from monitor.core.stages import Model
from tests import golden
from tests.monitor.acceptance import library
from tests.monitor.acceptance.replay import LETTERS, NEARING, OFFICER, REFERENCE, Replay, told
from tests.monitor.file_room import files
from tests.monitor.mail_server import running

GOLDEN = Path(__file__).parent / "golden"

STEPS = (
    ("2020-07-20", "planned", "idea", {"hys-open"}),
    ("2020-07-21", "call-for-evidence", "call-for-evidence", {"hys-open"}),
    ("2021-04-28", "consultation", "consultation", {"hys-open"}),
    ("2022-10-26", "proposal", "proposal", {"hys-open", "cellar-proposals", "oeil-latest"}),
    ("2022-11-29", "memo", "memo", {"riksdagen-fpm", "g0v-faktapromemoria"}),
    ("2023-01-19", "referral", "committee", {"oeil-latest", "ep-procedures", "ep-committees"}),
    ("2023-03-27", "draft-report", "committee", {"ep-committees", "ep-procedures"}),
    ("2023-05-09", "amendments", "committee", {"ep-procedures"}),
    ("2023-09-20", "committee-vote", "committee", {"oeil-latest", "ep-procedures"}),
    ("2023-10-05", "mandate", "plenary", {"oeil-latest", "ep-procedures"}),
    ("2023-10-16", "council-position", "council", {"council-press"}),
    ("2024-01-29", "trilogue", "trilogue", {"ep-procedures"}),
    ("2024-01-29", "agreement", "trilogue", {"council-press"}),
    ("2024-03-11", "deal", "trilogue", {"oeil-latest", "ep-procedures"}),
    ("2024-04-10", "ep-position", "plenary", {"oeil-latest", "ep-procedures"}),
    ("2024-11-05", "council-adoption", "adopted", {"oeil-latest", "council-press"}),
    ("2024-11-27", "signed", "adopted", {"oeil-latest", "ep-procedures", "cellar-acts"}),
    ("2024-12-12", "published", "adopted", {"oeil-latest", "ep-procedures"}),
    ("2025-01-01", "in-force", "in-force", {"cellar-acts"}),
    ("2025-03-06", "directive", "inquiry", {"g0v-direktiv"}),
    ("2026-02-26", "inquiry", "inquiry", {"g0v-sou"}),
    ("2026-03-19", "remiss", "remiss", {"g0v-remisser"}),
    ("2026-12-17", "draft-bill", "draft-bill", {"g0v-lagradsremiss"}),
    ("2027-02-18", "bill", "bill", {"g0v-proposition", "riksdagen-prop"}),
    ("2027-07-31", "transposition", "law", {"cellar-acts"}),
)
"""Every step that is news: its day, its stage, and the sources that give it."""

NAMES = (
    *("2022/0345(COD)", "2022-0345", "2022/0345/COD", "COM(2022) 541", "KOM(2022) 541 slutlig", "52022PC0541"),
    *("2022/23:FPM21", "FPM21", "HA06FPM21", "HAB6541", "12405", "Ares(2020)3851490", "PE745.370"),
    *("(EU) 2024/3019", "32024L3019", "Dir. 2025:900", "SOU 2026:900", "KN2026/90100", "Prop. 2026/27:900"),
    *("HE03900", "avloppsdirektivet", "UWWTD"),
)


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replay]:
    with pytest.MonkeyPatch.context() as patch, running() as server:
        replay = Replay(tmp_path_factory.mktemp("years"), server, patch)
        replay.run()
        yield replay


def test_the_sources_are_asked_where_the_shipped_ones_are() -> None:
    shipped = {source.id: source for source in load_sources()}
    for source in load_sources(library.OVERLAY):
        if source.id in library.sources():
            same = shipped[source.id]
            assert (source.platform, source.archive) == (same.platform, same.archive)
            assert re.sub(r"term=\d+", "", source.url) == re.sub(r"term=\d+", "", same.url)
            assert source.options.get("steps") == same.options.get("steps")


@pytest.mark.parametrize("day", LETTERS, ids=str)
def test_the_letter_of_the_week_is_the_one_that_was_read(years: Replay, day: date) -> None:
    year, week, _ = day.isocalendar()
    golden.check(GOLDEN / f"{year}-W{week:02}.txt", years.letters[day])


@pytest.mark.parametrize("year", range(LETTERS[0].year, LETTERS[-1].year + 1))
def test_a_week_without_news_tells_of_a_last_day_that_nears_or_of_nothing(years: Replay, year: int) -> None:
    for day, edition in years.others.items():
        if day.year == year:
            told = {one["id"]: (one["entries"], one["lines"]) for one in edition.json["sections"]}
            assert told.pop("sources")[1], day  # how the sources fare is said every week
            entries, lines = told.pop("deadlines")
            # How last week's matters fared is told once, and only where there were some.
            outcomes = [one["title"]["text"] for one in told.pop("outcomes")[1]]
            assert all(one.startswith("Oförändrat sedan v.") for one in outcomes), day
            assert not any(entries or lines for entries, lines in told.values()), day
            assert len(entries) + len(lines) == (day in NEARING), day
            assert edition.json["quiet"] is (day not in NEARING), day
            assert ("lugn vecka" in edition.subject) is (day not in NEARING), day
            assert edition.text.count("\nInget att notera.\n") == 8 - bool(outcomes) - (day in NEARING), day
            assert all(one["days_left"] >= 0 for one in (*(one["window"] for one in entries), *lines)), day


def test_every_friday_has_its_letter(years: Replay) -> None:
    fridays = [LETTERS[0] + timedelta(weeks=week) for week in range((LETTERS[-1] - LETTERS[0]).days // 7 + 1)]
    assert sorted([*years.letters, *years.others]) == fridays
    assert not set(years.letters) & set(years.others)
    assert set(NEARING) <= set(years.others)


def test_every_golden_letter_is_one_of_these_weeks(years: Replay) -> None:
    weeks = {"{}-W{:02}.txt".format(*day.isocalendar()) for day in years.letters}
    assert {path.name for path in GOLDEN.iterdir()} == weeks


def test_every_subscriber_got_every_letter_once(years: Replay) -> None:
    assert len(years.server.handler.taken) == len(LETTERS)


def test_one_file_has_every_step_in_order_with_its_day_stage_and_sources(years: Replay) -> None:
    known = told("show", REFERENCE, "--now", "2027-08-13")
    model = Model(load_stages())
    found = []
    for step in known["steps"]:
        of_model = model.by_id(step["step"])
        assert of_model is not None
        if not of_model.quiet and not of_model.forecast:
            sources = {day["source"] for day in step["dates"]}
            found.append((step["date"], of_model.id, of_model.stage, sources))
    assert [step[:3] for step in found] == [step[:3] for step in STEPS]
    for (_, name, _, sources), (_, _, _, expected) in zip(found, STEPS, strict=True):
        assert expected <= sources, name
    assert all(step["happened"] for step in known["steps"] if step["step"] != "forecast-adoption")


def test_whatever_was_a_file_of_its_own_is_part_of_it_now(years: Replay) -> None:
    with context.archive() as engine:
        keys = {number: {key for key in one.keys if names_file(key)} for number, one in files(engine).items()}
    own, other = told("show", REFERENCE)["id"], told("show", "COM(2022) 540")["id"]
    assert keys == {
        own: {"act 2024/3019", "com COM(2022) 541", "procedure 2022/0345"},
        other: {"com COM(2022) 540", "procedure 2022/0344"},
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_number_and_name_opens_the_same_file(years: Replay, name: str) -> None:
    assert told("show", name)["id"] == told("show", REFERENCE)["id"]


def test_the_neighbour_in_the_package_is_another_file(years: Replay) -> None:
    other = told("show", "COM(2022) 540")
    assert other["id"] != told("show", REFERENCE)["id"]
    assert [one["value"] for one in other["identifiers"] if one["scheme"] == "procedure"] == ["2022/0344(COD)"]


def test_two_sources_may_disagree_on_the_day_of_the_memorandum(years: Replay) -> None:
    (memo,) = (step for step in told("show", REFERENCE)["steps"] if step["step"] == "memo")
    assert {(one["source"], one["date"]) for one in memo["dates"]} == {
        ("riksdagen-fpm", "2022-11-29"),
        ("g0v-faktapromemoria", "2022-12-14"),
    }


def test_swedish_papers_waited_for_a_person(years: Replay) -> None:
    titles = [re.sub(r" \(konstruerat exempel\)", "", title) for title, _ in years.confirmed]
    assert titles == [
        "Genomförande av det omarbetade avloppsdirektivet, Dir. 2025:900",
        "Renare vatten – det omarbetade avloppsdirektivet i svensk rätt, SOU 2026:900",
        "Genomförande av det omarbetade avloppsdirektivet",
        "Genomförande av det omarbetade avloppsdirektivet, Prop. 2026/27:900",
    ]
    assert all("avloppsdirektiv" in reasons for _, reasons in years.confirmed)
    history = told("show", REFERENCE)["history"]
    assert [event["who"] for event in history if event["what"] == "confirmed"] == [OFFICER] * len(titles)


def test_the_day_for_national_law_is_given_and_counted(years: Replay) -> None:
    known = told("show", REFERENCE, "--now", "2026-11-23")
    (window,) = (one for one in known["windows"] if one["kind"] == "transposition")
    assert (window["closes"], window["days_left"], window["certainty"]) == ("2027-07-31", 250, "given")
    assert date.fromisoformat(window["closes"]).isoweekday() == 6
