"""Days in Swedish text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.swedish_dates import MONTHS, Deadline, find_days, find_deadline


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Remissvaren ska ha kommit in till Finansdepartementet senast den 25 augusti 2025.", date(2025, 8, 25)),
        ("Sista dag att svara på remissen är den\xa030  mars 2026.", date(2026, 3, 30)),
        ("Sista dag att svara på remissen är den den 8 augusti 2025.", date(2025, 8, 8)),
        ("Svaren ska ha inkommit senast fredagen den 1 december 2026 och gärna i Word.", date(2026, 12, 1)),
        ("Övriga yttranden finns tillgängliga i departementet.", None),
        ("Lagen ska träda i kraft senast den 1 juli 2027.", None),
        ("Remissvaren ska ha kommit in senast den 31 februari 2026.", None),
        ("Lagen gäller senast den 1 juli 2027. Svaren ska ha kommit in senast den 2 maj 2026.", date(2026, 5, 2)),
    ],
)
def test_deadline(text, day):
    assert find_deadline(text) == (Deadline(day, stated=True) if day else None)


def test_a_deadline_without_a_year_is_the_next_such_day_and_marked():
    text = "Remissvaren ska ha kommit in senast den 10 mars."
    assert find_deadline(text, date(2025, 12, 20)) == Deadline(date(2026, 3, 10), stated=False)
    assert find_deadline(text) is None


@pytest.mark.parametrize(
    ("title", "days"),
    [
        ("Allmänna rådets möte den 26 januari 2026", [(2026, 1, 26)]),
        ("jordbruks- och fiskerådet 11–12 december 2025", [(2025, 12, 11), (2025, 12, 12)]),
        ("inrikes frågor (RIF) den 5 och 7 mars 2025", [(2025, 3, 5), (2025, 3, 7)]),
        ("videomöte den 30 juni–1 juli 2025", [(2025, 6, 30), (2025, 7, 1)]),
        ("Allmänna rådet den 12 dec 2023", [(2023, 12, 12)]),
        ("miljörådet den 16 december", [(2025, 12, 16)]),
        ("rådet för utrikes frågor (handel)", []),
    ],
)
def test_days_of_a_meeting(title, days):
    assert find_days(title, near=date(2025, 12, 10)) == tuple(date(*day) for day in days)


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)))
def test_every_day_is_read_back(day):
    text = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    assert find_days(text) == (day,)
    assert find_deadline(f"Svaren ska ha kommit in senast den {text}.") == Deadline(day, stated=True)


@given(st.text())
def test_any_text(text):
    assert isinstance(find_days(text, date(2026, 1, 1)), tuple)
    find_deadline(text, date(2026, 1, 1))
