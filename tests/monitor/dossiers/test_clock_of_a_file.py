"""The clock of 2022/0345(COD), replayed day by day: one file, one line for each event, no guess, no repeat."""

from datetime import date, datetime, timedelta

import pytest

from config.lexicon import load_lexicon
from config.settings import Settings
from digests.briefing import Certainty, Item, WindowKind
from digests.weeks import week_of
from monitor.archive.engine import open_archive, reading, writing
from monitor.core.proposals import Nicknames
from monitor.dossiers.as_json import file_as_json
from monitor.dossiers.files import Rules, load_files
from monitor.dossiers.ours import Ours
from monitor.letters.briefing import Office, gather, publish
from monitor.search.lookup import NotFoundError, dossier_called
from spiders.finding import Certainty as Given
from spiders.finding import Finding, Kind, Window
from spiders.finding import WindowKind as Kinds
from tests.monitor.file_room import file, files, finding, moment

PROCEDURE = "procedure 2022/0345(COD)"
COM = "com COM(2022) 541"
TITLE = "Förslag till direktiv om rening av avloppsvatten från tätbebyggelse (omarbetning)"

MEMO = "Ett reviderat avloppsdirektiv"

EVENTS = (
    ("2022-10-26", "oeil:legislative-proposal-published"),
    ("2023-01-19", "oeil:committee-referral-announced-in-parliament-1st-reading"),
    ("2023-09-20", "oeil:vote-in-committee-1st-reading"),
    ("2023-10-05", "oeil:decision-by-parliament-1st-reading"),
    ("2023-10-05", "oeil:matter-referred-back-to-the-committee-responsible-for-interinstitutional-negotiations"),
    ("2024-03-11", "oeil:approval-in-committee-of-the-text-agreed-at-1st-reading-interinstitutional-negotiations"),
    ("2024-04-10", "oeil:decision-by-parliament-1st-reading"),
    ("2024-11-05", "oeil:act-adopted-by-council-after-parliaments-1st-reading"),
    ("2024-11-27", "oeil:final-act-signed"),
    ("2024-12-12", "oeil:final-act-published-in-official-journal"),
)
"""Key events as the Legislative Observatory words them, in its reader's codes."""

LINES = (
    ("2022-12-14", "Fakta-PM publicerad"),
    ("2023-01-19", "Remitterat till utskott i Europaparlamentet"),
    ("2023-03-27", "Föredragandens förslag till betänkande"),
    ("2023-05-09", "Ändringsförslag inlämnade i utskottet"),
    ("2023-09-20", "Omröstning i utskottet"),
    ("2023-10-05", "Plenum ger mandat att förhandla"),
    ("2024-03-11", "Utskottet godkänner överenskommelsen"),
    ("2024-04-10", "Europaparlamentet antar sin ståndpunkt"),
    ("2024-11-05", "Rådet antar rättsakten"),
    ("2024-11-27", "Rättsakten undertecknad"),
    ("2024-12-12", "Publicerad i EU:s officiella tidning"),
    ("2025-01-01", "I kraft"),
)
"""What each day's letter must say, and no other."""


def oeil(today: date) -> Finding:
    """The procedure file as it stood on `today`."""
    steps = tuple((day, code) for day, code in EVENTS if day <= today.isoformat())
    return finding(
        "oeil",
        "2022/0345(COD)",
        Kind.PROCEDURE,
        {"en": "Urban wastewater treatment. Recast"},
        PROCEDURE,
        COM,
        published="2022-10-26",
        steps=steps,
        mentions=("ep PE745.370",),
        version=today.isoformat(),
        bodies=(
            "ENVI Environment, Public Health and Food Safety",
            "Council: Environment",
            "Commission DG: Environment",
        ),
        summary={"en": "Status: Awaiting committee decision\nRapporteur: TORVALDS Nils (ENVI)"},
    )


def published_on(today: date) -> list[Finding]:
    """What the sources show on a day beside the procedure file."""
    found = {
        "2022-10-26": [
            finding(
                "have-your-say", "12405", Kind.INITIATIVE, TITLE, "hys 12405", "ares Ares(2020)3851490", COM,
                steps=(("2022-10-26", "hys:adoption/PROP_DIR"),),
                windows=(Window(Kinds.FEEDBACK, date(2022, 10, 28), date(2023, 3, 14), Given.GIVEN),),
            ),
            finding(
                "cellar-proposals", "52022PC0541", Kind.PROPOSAL, TITLE, "celex 52022PC0541", COM, PROCEDURE,
                published="2022-10-26", steps=(("2022-10-26", "cellar:PROP_DIR"),), mentions=("act 91/271/EEG",),
            ),
        ],
        "2022-11-02": [
            finding(
                "riksdagen-eu", "HAB6541", Kind.EU_DOCUMENT, "Rening av avloppsvatten",
                "dok-id HAB6541", COM, PROCEDURE,
                published="2022-11-02", steps=(("2022-11-02", "riksdagen:INL"), ("2022-12-27", "riksdagen:TFR")),
                mentions=("fpm 2022/23:FPM21",),
                bodies=("Europeiska kommissionen", "Miljö- och jordbruksutskottet"),
                windows=(Window(Kinds.SUBSIDIARITY, None, date(2022, 12, 27), Given.GIVEN),),
            )
        ],
        "2022-12-14": [
            finding(
                "g0v-faktapromemoria", "/faktapromemoria/2022/12/202223fpm21/", Kind.FPM, MEMO,
                "fpm 2022/23:FPM21", COM, published="2022-12-14", steps=(("2022-12-14", "g0v:fpm"),),
                bodies=("Klimat- och näringslivsdepartementet",),
            ),
            finding(
                "riksdagen-fpm", "HA06FPM21", Kind.FPM, MEMO, "dok-id HA06FPM21",
                "fpm 2022/23:FPM21", published="2022-11-29",
            ),
        ],
        "2023-03-27": [
            finding(
                "ep-committee-documents", "ENVI-PR-745370", Kind.COMMITTEE_REPORT, {"en": "DRAFT REPORT"},
                "ep PE745.370", PROCEDURE, published="2023-03-27",
            )
        ],
        "2023-05-09": [
            finding(
                "ep-procedures", "2022-0345", Kind.PROCEDURE, TITLE, PROCEDURE,
                steps=(("2023-05-09", "ep:COMMITTEE_TABLING_AMENDMENT"),),
                attachments=(("Föredragande (ENVI, Renew)", "https://www.europarl.europa.eu/meps/sv/1"),),
            )
        ],
        "2024-11-05": [
            finding("council-press", "p1", Kind.PRESS, {"en": "Urban wastewater"}, mentions=(PROCEDURE,))
        ],
        "2024-12-12": [
            finding(
                "cellar-acts", "32024L3019", Kind.ACT, "Direktiv om rening av avloppsvatten från tätbebyggelse",
                "celex 32024L3019", PROCEDURE, published="2024-11-27",
                steps=(
                    ("2024-11-27", "cellar:document"),
                    ("2025-01-01", "cellar:entry-into-force"),
                    ("2027-07-31", "cellar:transposition"),
                ),
            )
        ],
    }  # fmt: skip
    return found.get(today.isoformat(), [])


class Replay:
    """The archive week by week, with the letter of each Friday."""

    def __init__(self) -> None:
        self.engine = open_archive("sqlite://")
        self.office = Office.of(Settings(_env_file=None))  # type: ignore[call-arg]  # pydantic-settings
        self.letters: dict[date, list[Item]] = {}

    def run(self, first: date, last: date) -> None:
        """Scan on days with news; build and keep the letter of every Friday."""
        days = {date.fromisoformat(day) for day, _ in EVENTS}
        day = first
        while day <= last:
            news = published_on(day)
            if news or day in days:
                file(self.engine, moment(day), *news, oeil(day))
            if day.weekday() == 4:
                self.letters[day] = self.letter(moment(day, 7))
            day += timedelta(days=1)

    def letter(self, now: datetime) -> list[Item]:
        """The items of the week of `now`, whose edition is stored."""
        week = week_of(now.date())
        with reading(self.engine) as conn:
            material = gather(conn, self.office, week=week, now=now)
        with writing(self.engine) as conn:
            publish(conn, material)
        return material.items["sv"]

    def lines(self) -> list[tuple[date, str | None, str | None]]:
        """Every "var → är" of the stage that any letter had."""
        return [
            (day, change.before, change.after)
            for day, items in self.letters.items()
            for item in items
            for change in item.changes
            if change.field == "Läge"
        ]


@pytest.fixture(scope="module")
def replay() -> Replay:
    done = Replay()
    done.run(date(2022, 10, 24), date(2025, 1, 17))
    return done


def friday(day: str) -> date:
    moment = date.fromisoformat(day)
    return moment + timedelta(days=(4 - moment.weekday()) % 7)


def test_one_file_with_one_history(replay: Replay) -> None:
    (number,) = files(replay.engine)
    for items in replay.letters.values():
        assert {item.id for item in items} <= {f"dossier:{number}"}
        assert len(items) <= 1
    found = files(replay.engine)[number]
    happened = [(event.day.isoformat(), event.step.sv) for event in found.events if not event.step.quiet]
    memo = ("2022-11-29", "Fakta-PM publicerad")
    told = [("2022-10-26", "Förslag framlagt"), *LINES[1:], ("2027-07-31", "Genomförande i svensk rätt")]
    assert [event for event in happened if event[1] != memo[1]] == told
    assert sum(name == memo[1] for _, name in happened) == 1


def test_two_days_of_one_fact_are_kept_each_with_its_source(replay: Replay) -> None:
    (found,) = files(replay.engine).values()
    (memo,) = (event for event in found.events if event.step.id == "memo")
    assert memo.disputed
    assert {(day.source, day.date.isoformat()) for day in memo.dates} == {
        ("g0v-faktapromemoria", "2022-12-14"),
        ("riksdagen-fpm", "2022-11-29"),
    }
    (proposal,) = (event for event in found.events if event.step.id == "proposal")
    assert {day.source for day in proposal.dates} == {"oeil", "have-your-say", "cellar-proposals"}


def test_each_day_gives_one_line_in_its_week_and_none_in_the_next(replay: Replay) -> None:
    lines = replay.lines()
    assert [(day, after) for day, _, after in lines] == [(friday(day), name) for day, name in LINES]
    names = ["Förslag framlagt", *(name for _, name in LINES)]
    assert [before for _, before, _ in lines] == names[:-1]


def test_the_amendment_window_is_open_with_an_unknown_end(replay: Replay) -> None:
    (item,) = replay.letters[friday("2023-03-27")]
    (window,) = (window for window in item.windows if window.kind is WindowKind.AMENDMENTS)
    assert (window.opens, window.closes, window.certainty) == (date(2023, 3, 27), None, Certainty.UNKNOWN)
    assert window.url
    (later,) = replay.letters[friday("2023-05-09")]
    assert not [window for window in later.windows if window.kind is WindowKind.AMENDMENTS]


def test_the_transposition_day_is_given_and_counted(replay: Replay) -> None:
    today = date(2026, 11, 23)
    (number,) = files(replay.engine)
    with reading(replay.engine) as conn:
        rules = Rules.of().measured(conn, today)
        known = file_as_json(conn, load_files(conn, [number], rules, today)[number], today, Ours.of())
    (window,) = (window for window in known["windows"] if window["kind"] == "transposition")
    assert window["closes"] == "2027-07-31"
    assert date.fromisoformat(window["closes"]).isoweekday() == 6
    assert window["days_left"] == 250
    assert window["certainty"] == "given"
    assert known["stage"]["name"] == "I kraft"
    assert known["stage"]["next"]["name"] == "Genomförande i svensk rätt"
    assert known["stage"]["next"]["date"] == "2027-07-31"


def test_given_windows_are_not_doubled_by_rules(replay: Replay) -> None:
    (item,) = replay.letters[friday("2022-11-02")]
    found = [(window.kind.value, window.closes, window.certainty.value) for window in item.windows]
    assert found == [
        ("feedback", date(2023, 3, 14), "given"),
        ("subsidiarity", date(2022, 12, 27), "given"),
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("2022/0345(COD)", "2022-0345", "2022/0345/COD", "COM(2022) 541", "KOM(2022) 541 slutlig", "52022PC0541"),
        *("(EU) 2024/3019", "32024L3019", "2022/23:FPM21", "HA06FPM21", "HAB6541", "Ares(2020)3851490", "FPM21"),
        *("avloppsdirektivet", "Avloppsdirektiv", "UWWTD", "PE745.370", "12405", "dossier:1"),
    ],
)
def test_every_name_finds_the_same_file(replay: Replay, name: str) -> None:
    (number,) = files(replay.engine)
    with reading(replay.engine) as conn:
        assert dossier_called(conn, name, Nicknames.of(load_lexicon())) == number


def test_a_name_that_may_mean_two_files_asks(replay: Replay) -> None:
    with reading(replay.engine) as conn, pytest.raises(NotFoundError, match="may mean 2 files"):
        dossier_called(conn, "CRA", Nicknames.of(load_lexicon()))


def test_who_decides_is_named_by_office_and_role(replay: Replay) -> None:
    (found,) = files(replay.engine).values()
    assert {(one.role, one.name) for one in found.deciders} == {
        ("committee", "ENVI Environment, Public Health and Food Safety"),
        ("rapporteur", "TORVALDS Nils (ENVI)"),
        ("rapporteur", "ENVI, Renew"),
        ("council", "Environment"),
        ("commission", "Environment"),
        ("riksdag-committee", "Miljö- och jordbruksutskottet"),
        ("ministry", "Klimat- och näringslivsdepartementet"),
    }
