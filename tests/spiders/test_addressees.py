"""Lists of addressed bodies in the forms that ministries give them, and whatever else a text may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.addressees import LONGEST_NAME, MOST_NAMES, is_list, names_in

NUMBERED = """
Klimat- och näringslivsdepartementet                                   2026-11-11
Remissinstanser
1. Arbetsgivarverket
2. Götene kommun
3. Havs- och vatten-
myndigheten
4. Länsstyrelsen i Västra
Götalands län
5. Sveriges Kommuner och Regioner (SKR)
Sida 1 (2)
6. Västra Götalandsregionen
Remissvaren ska ha kommit in senast den 26 februari 2027. Svaren lämnas som fil.
"""
PLAIN = """
Sändlista

Göteborgs universitet
Lantbrukarnas Riksförbund, LRF
Lidköpings kommun
Myndigheten för
civilt försvar
Tillväxtverket m.fl.
Postadress 103 33 Stockholm
Remissvaren ska ha kommit in till departementet senast den 26 februari 2027.
Råd om hur remissyttranden utformas finns i en promemoria.
Kopia till
"""


def test_numbered_lists_are_read_by_their_numbers() -> None:
    assert names_in(NUMBERED, alone=True) == (
        "Arbetsgivarverket",
        "Götene kommun",
        "Havs- och vattenmyndigheten",
        "Länsstyrelsen i Västra Götalands län",
        "Sveriges Kommuner och Regioner (SKR)",
        "Västra Götalandsregionen",
    )


def test_a_plain_list_ends_where_prose_begins() -> None:
    assert names_in(PLAIN, alone=True) == (
        "Göteborgs universitet",
        "Lantbrukarnas Riksförbund, LRF",
        "Lidköpings kommun",
        "Myndigheten för civilt försvar",
        "Tillväxtverket",
    )


def test_two_columns_and_tabs() -> None:
    rows = ("1. Ale kommun      4. Malmö stad", "2. Borås stad\t5. Tjörns kommun", "3. Ekerö kommun 6. Åre kommun")
    text = "\n".join(("Remissinstanser", *rows))
    assert names_in(text, alone=True) == (
        "Ale kommun",
        "Malmö stad",
        "Borås stad",
        "Tjörns kommun",
        "Ekerö kommun",
        "Åre kommun",
    )


def test_one_sentence_after_the_heading() -> None:
    text = (
        "Den remitteras.\nRemissinstanser: Boverket, Lidköping Miljö och Teknik AB; Umeå kommun samt Åre kommun."
    )
    assert names_in(text, alone=False) == (
        "Boverket",
        "Lidköping Miljö och Teknik AB",
        "Umeå kommun",
        "Åre kommun",
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Här kan du ta del av till vilka remissinstanser som regeringen har remitterat promemorian.",
        "Remissvaren ska ha kommit in senast den 24 juni 2025.",
    ],
)
def test_a_page_without_a_list_has_none(text: str) -> None:
    assert names_in(text, alone=False) == ()


@pytest.mark.parametrize(
    ("label", "address", "holds"),
    [
        ("Remissinstanser (pdf 139 kB)", "", True),
        ("Sändlista (pdf 80 kB)", "", True),
        ("Remissmissiv (pdf 80 kB)", "", True),
        ("Bilaga", "/contentassets/ab/sandlista.pdf", True),
        ("Promemoria om slam (pdf 2 MB)", "/contentassets/ab/slam.pdf", False),
    ],
)
def test_which_attachments_hold_a_list(label: str, address: str, holds: bool) -> None:
    assert is_list(label, address) is holds


@given(st.text(max_size=2000), st.booleans())
def test_any_text_gives_tame_names(text: str, alone: bool) -> None:
    names = names_in(text, alone=alone)
    assert len(names) <= MOST_NAMES
    assert all(1 < len(name) <= LONGEST_NAME and name == " ".join(name.split()) for name in names)
    assert len({name.casefold() for name in names}) == len(names)


@given(
    st.lists(st.sampled_from(["Ale kommun", "Boverket", "Malmö stad", "Åre kommun", "Svenskt Vatten"]), min_size=3)
)
def test_numbers_names_and_breaks_bring_every_name_back(names: list[str]) -> None:
    text = "\n".join(f"{number}. {name}" for number, name in enumerate(names, 1))
    assert names_in(f"Remissinstanser\n{text}", alone=False) == tuple(dict.fromkeys(names))
