import string
from datetime import date

import pytest

from digests import briefing
from digests.briefing import Certainty, Direction, Priority, Status, WindowKind
from digests.words import CATALOGUES, Catalogue, catalogue
from spiders import finding

SV, EN = catalogue("sv"), catalogue("en")


@pytest.mark.parametrize(
    ("day", "swedish", "english"),
    [
        (date(2026, 11, 24), "tisdag 24 november 2026", "Tuesday 24 November 2026"),
        (date(2027, 1, 1), "fredag 1 januari 2027", "Friday 1 January 2027"),
        (date(2028, 2, 29), "tisdag 29 februari 2028", "Tuesday 29 February 2028"),
        (date(2027, 7, 31), "lördag 31 juli 2027", "Saturday 31 July 2027"),
    ],
)
def test_dates_are_written_as_people_write_them(day: date, swedish: str, english: str) -> None:
    assert SV.long_date(day) == swedish
    assert EN.long_date(day) == english


def test_short_dates_name_the_year_only_where_it_is_another() -> None:
    today = date(2026, 11, 23)
    assert SV.short_date(date(2026, 12, 3), today) == "3 dec"
    assert SV.short_date(date(2027, 1, 3), today) == "3 jan 2027"
    assert SV.near_date(date(2026, 12, 3), today) == "torsdag 3 december"
    assert SV.near_date(date(2027, 1, 3), today) == "söndag 3 januari 2027"


@pytest.mark.parametrize(
    ("days", "swedish", "english"),
    [
        (-1, "stängt", "closed"),
        (0, "sista dagen är i dag", "today is the last day"),
        (1, "1 dag kvar", "1 day left"),
        (18, "18 dagar kvar", "18 days left"),
    ],
)
def test_days_left(days: int, swedish: str, english: str) -> None:
    assert SV.days_left(days) == swedish
    assert EN.days_left(days) == english


def test_enumerations() -> None:
    assert SV.listed([]) == ""
    assert SV.listed(["vatten"]) == "vatten"
    assert SV.listed(["vatten", "avfall", "energi"]) == "vatten, avfall och energi"


@pytest.mark.parametrize("words", CATALOGUES.values(), ids=lambda words: words.code)
def test_every_language_says_everything(words: Catalogue) -> None:
    assert set(words.windows) == set(words.acts) == set(words.answers) == set(WindowKind)
    assert set(words.directions) == set(Direction)
    assert set(words.priorities) == set(Priority)
    assert set(words.statuses) == set(Status)
    assert set(words.certainties) == set(Certainty)
    assert set(words.sections) == set(briefing.SectionId.__args__)
    assert (len(words.weekdays), len(words.months)) == (7, 12)
    assert words.confidence[-1][0] == 0
    assert {kind.value for kind in finding.Kind} <= set(words.news)
    assert {outcome.value for outcome in finding.Outcome} - briefing.HEALTHY <= set(words.outcomes)


def test_languages_have_the_same_phrases_with_the_same_gaps() -> None:
    def gaps(text: str) -> set[str]:
        return {field for _, field, _, _ in string.Formatter().parse(text) if field}

    for group in ("phrases", "labels", "news", "outcomes", "languages", "nouns", "sections"):
        assert set(getattr(SV, group)) == set(getattr(EN, group)), group
    for name, text in SV.phrases.items():
        assert gaps(text) == gaps(EN.phrases[name]), name


def test_the_letter_speaks_the_spiders_words() -> None:
    assert {kind.value for kind in WindowKind} == {kind.value for kind in finding.WindowKind}
    assert {word.value for word in Certainty} == {word.value for word in finding.Certainty}
    assert {outcome.value for outcome in finding.Outcome} >= briefing.HEALTHY


def test_an_unknown_language_is_said() -> None:
    with pytest.raises(KeyError):
        catalogue("de")
