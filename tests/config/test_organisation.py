from pathlib import Path

import pytest

from config.errors import ConfigError
from config.loading import shipped
from config.organisation import CONTRAST_AA, contrast_with_white, load_organisation
from config.sources import load_sources

MINIMAL = """
name = "Storstads kommun"
short_name = "Storstad"
contact = "eu@storstad.example.se"
website = "https://storstad.example.se"

[letter]
name = "Storstadsbrevet"
sender = "Storstadsbrevet"
purpose = "Du får brevet i ditt arbete."
list_id = "brevet.storstad.example.se"
"""


def test_the_shipped_organisation_is_complete() -> None:
    organisation = load_organisation()
    assert organisation.name == "Lidköpings kommun"
    assert organisation.letter.name == "EU-brevet"
    assert {"Lidköping", "Skaraborg", "Vänern"} <= set(organisation.places)
    assert organisation.public_address is None
    assert len(set(organisation.places)) == len(organisation.places)


def test_another_organisation_takes_its_place_whole(tmp_path: Path) -> None:
    (tmp_path / "organisation.toml").write_text(MINIMAL, encoding="utf-8")
    organisation = load_organisation(tmp_path)
    assert organisation.short_name == "Storstad"
    assert organisation.places == ()
    assert "Lidköping" not in organisation.model_dump_json()


def test_a_source_asks_for_the_organisations_own_country(tmp_path: Path) -> None:
    def asked() -> str:
        [source] = [one for one in load_sources(tmp_path) if one.id == "ep-members"]
        return source.url

    (tmp_path / "organisation.toml").write_text(MINIMAL, encoding="utf-8")
    assert load_organisation(tmp_path).country_code is None
    assert "country-of-representation={country}&" in asked()
    finland = MINIMAL.replace("[letter]", '[country]\ncode = "FI"\nsv = "Finland"\nen = "Finland"\n\n[letter]')
    (tmp_path / "organisation.toml").write_text(finland, encoding="utf-8")
    assert "country-of-representation=FI&" in asked()


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('name = "Storstads kommun"', 'name = "Två\\nrader"', "name"),
        ("eu@storstad.example.se", "storstad.example.se", "contact"),
        ('website = "https:', 'website = "http:', "website"),
        ("[letter]", '[letter]\ncolour = "#8FD0E5"', "letter.colour"),
        ("[letter]", '[letter]\ncolour = "blue"', "letter.colour"),
        ("[letter]", '[letter]\nlanguage = "de"', "letter.language"),
        ("[letter]", "[letter]\ntypo = 1", "letter.typo"),
        ("[letter]", '[country]\ncode = "Sverige"\nsv = "Sverige"\nen = "Sweden"\n\n[letter]', "country.code"),
        ("brevet.storstad.example.se", "Brevet Storstad", "letter.list_id"),
        ("[letter]", 'timezone = "Europe/Storstad"\n[letter]', "timezone"),
        ('short_name = "Storstad"', "", "short_name"),
    ],
)
def test_a_wrong_field_is_named_with_its_file(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = tmp_path / "organisation.toml"
    path.write_text(MINIMAL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_organisation(tmp_path)
    message = str(caught.value)
    assert str(path) in message
    assert f"{named}:" in message
    assert "\n" not in message


def test_contrast_follows_the_wcag_formula() -> None:
    assert contrast_with_white("#FFFFFF") == pytest.approx(1.0)
    assert contrast_with_white("#000000") == pytest.approx(21.0)
    assert contrast_with_white("#767676") == pytest.approx(4.54, abs=0.01)
    assert contrast_with_white(load_organisation().letter.colour) >= CONTRAST_AA


def test_no_code_carries_what_belongs_to_the_organisation() -> None:
    texts = [path for path in shipped().iterdir() if path.name.endswith(".py")]
    assert texts
    assert not [path.name for path in texts if "Lidköping" in path.read_text(encoding="utf-8")]
