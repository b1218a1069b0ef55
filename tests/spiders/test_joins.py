"""What follows from an identifier under another scheme."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.finding import Identifier
from spiders.identifiers import parse_identifier
from spiders.joins import celex_of, com_of, dok_id_of, of_dok_id, procedure_key


def named(text: str) -> Identifier:
    found = parse_identifier(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "celex"),
    [
        ("COM(2022) 541", ("52022PC0541", "52022DC0541")),
        ("JOIN(2025) 791", ("52025JC0791",)),
        ("SWD(2023) 141", ("52023SC0141",)),
        ("C(2023) 7019", ()),
        ("(EU) 2024/3019", ("32024R3019", "32024L3019", "32024D3019", "32024H3019")),
        ("(EU) nr 904/2010", ("32010R0904",)),
        ("(EEG) nr 2658/87", ("31987R2658",)),
        ("2008/98/EG", ("32008L0098", "32008D0098")),
        ("92/43/EEG", ("31992L0043", "31992D0043")),
        ("1313/2013/EU", ("32013D1313",)),
        ("2001/220/RIF", ("32001F0220", "32001D0220")),
        ("32024L3019", ("32024L3019",)),
        ("SOU 2026:9", ()),
    ],
)
def test_celex(text, celex):
    assert celex_of(named(text)) == celex


@pytest.mark.parametrize(
    ("text", "dok_id"),
    [  # seen: H706FPM51, H8B6447, H703181, HA01AU6, GIB472
        ("2019/20:FPM51", "H706FPM51"),
        ("2025/26:FPM52", "HD06FPM52"),
        ("COM(2020) 447", "H8B6447"),
        ("Prop. 2019/20:181", "H703181"),
        ("Bet. 2022/23:AU6", "HA01AU6"),
        ("Ds 1994:72", "GIB472"),
        ("SOU 2026:9", "HEB39"),
        ("JOIN(2025) 791", None),
        ("SFS 2026:12", None),
    ],
)
def test_dok_id(text, dok_id):
    assert dok_id_of(named(text)) == dok_id


@given(st.integers(2000, 2060), st.integers(1, 999), st.sampled_from(["fpm", "com", "sou", "ds", "dir"]))
def test_there_and_back(year, number, scheme):
    value = {
        "fpm": f"{year}/{(year + 1) % 100:02}:FPM{number}",
        "com": f"COM({year}) {number}",
        "sou": f"SOU {year}:{number}",
        "ds": f"Ds {year}:{number}",
        "dir": f"Dir. {year}:{number}",
    }[scheme]
    identifier = Identifier(scheme, value)
    dok_id = dok_id_of(identifier)
    assert dok_id is not None
    assert of_dok_id(dok_id) == identifier
    if scheme == "com":
        assert {com_of(celex) for celex in celex_of(identifier)} == {identifier}


def test_what_is_no_such_name():
    assert of_dok_id("HB0320") is None  # a bill or a communication: the id does not tell
    assert of_dok_id("sfs-1895-bih. 52 s. 1") is None
    assert com_of("32024L3019") is None


def test_procedures_are_the_same_by_year_and_number():
    spellings = ("2022/0345", "2022/0345(COD)", "2022-0345", "2022/0345/COD", "2022/0345A(COD)")
    assert {procedure_key(named(text)) for text in spellings} == {(2022, 345)}
    assert procedure_key(named("COM(2022) 541")) is None
