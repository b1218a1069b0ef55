"""Partner countries that are not democracies: named where a text speaks of partners, and nowhere else."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.loading import shipped
from config.partners import load_partners
from monitor.core.partners import NOTHING, Partners

PARTNERS = Partners(load_partners())


def codes(*head: str, body: str = "", call: bool = False, analysis: str | None = None) -> list[str]:
    return [one.code for one in PARTNERS.read(head, body, call=call, analysis=analysis).countries]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Utlysning: stadsutveckling med partner i Serbien och Turkiet", ["SRB", "TUR"]),
        ("Open to municipalities in Papua New Guinea.", ["PNG"]),
        ("Kinas städer och kinesiska företag får delta", ["CHN"]),
        ("Samarbete med Guinea-Bissau", ["GNB"]),
        ("China's cities", ["CHN"]),
        ("Partners in Norway, Iceland and Moldova", []),
        ("Städer i Ukraina kan söka", []),  # left out with a reason
        (
            "Med anledning av Rysslands anfallskrig stöds städer i Estland. Partner i Georgien är välkomna.",
            ["GEO"],
        ),
        ("jordan nigeria oman", []),  # written small they are other words
    ],
)
def test_a_call_is_read_for_every_country_that_is_no_democracy(text: str, expected: list[str]) -> None:
    assert codes(text, call=True) == expected


def test_other_texts_count_only_where_they_speak_of_a_partnership() -> None:
    assert PARTNERS.read(["Kommissionen inför tullar mot Kina"], "Kina exporterar. " * 40) == NOTHING
    assert codes("Skara söker ny vänort i Kina") == ["CHN"]
    body = "Kommunen planerar ett samarbetsavtal med en stad i Vietnam. Kina nämns också."
    assert codes("Protokoll", body=body) == ["VNM"]


def test_an_analysis_is_asked_for_at_calls_and_partnerships_only() -> None:
    assert PARTNERS.read(["Utlysning: rent vatten"], call=True).asked
    assert PARTNERS.read(["Inbjudan: bli vänort"]).asked
    assert not PARTNERS.read(["Rapport om vatten"], "Ett konsortium skrev rapporten.").asked


def test_a_country_in_our_own_analysis_counts_by_itself() -> None:
    found = PARTNERS.read(["Rapport om vatten"], analysis="Partnern sitter i Belarus, avråder.")
    assert [one.sv for one in found.countries] == ["Belarus"]
    assert found.basis == "V-Dem 2025"


@given(st.text(max_size=300), st.booleans())
def test_any_text_can_be_read(text: str, call: bool) -> None:
    PARTNERS.read([text], text, call=call, analysis=text)


def test_the_organisation_decides_what_is_flagged(tmp_path: Path) -> None:
    text = (shipped() / "partners.toml").read_text(encoding="utf-8")
    (tmp_path / "partners.toml").write_text(text.replace('["closed", "electoral"]', '["closed"]'))
    own = Partners(load_partners(tmp_path))
    found = own.read(["Partner i Serbien och Kina"], call=True).countries
    assert [one.code for one in found] == ["CHN"]
    (tmp_path / "partners.toml").write_text(text.replace('code = "UKR"\nwhy', 'code = "XXX"\nwhy'))
    with pytest.raises(ConfigError, match="XXX"):
        load_partners(tmp_path)
