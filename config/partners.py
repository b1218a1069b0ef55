"""Which countries are not democracies, and which words speak of a partnership (`config/partners.toml`)."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.loading import find, read_toml, validate

FILE = "partners.toml"

Name = Annotated[str, Field(min_length=1)]
Code = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Sort = Literal["closed", "electoral"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Country(_Strict):
    """A country that the source counts as no democracy."""

    code: Code
    """ISO 3166-1 alpha-3."""
    sort: Sort
    sv: Name
    en: Name
    also: tuple[Name, ...] = ()
    """Other names and words for what belongs to it; `*` stands for any ending."""


class Except(_Strict):
    """A country that is not flagged all the same."""

    code: Code
    why: Name


class Words(_Strict):
    """What tells a partnership from other talk of a country."""

    partnership: tuple[Name, ...]
    besides: tuple[Name, ...] = ()
    """In the same sentence: the country is spoken of as something else than a partner."""


class PartnerRules(_Strict):
    """`partners.toml` as a whole."""

    source: Name
    """Whose judgement it is, in words for the letter."""
    year: Annotated[int, Field(ge=2000, le=2100)]
    """The year that the source judges."""
    url: Annotated[str, Field(pattern=r"^https://\S+$")]
    taken: date
    """When the list was taken from the source."""
    flagged: tuple[Sort, ...]
    left_out: tuple[Except, ...] = Field((), alias="except")
    words: Words
    country: tuple[Country, ...]

    @model_validator(mode="after")
    def _known_once(self) -> Self:
        codes = [one.code for one in self.country]
        if double := next((code for code in codes if codes.count(code) > 1), None):
            raise ValueError(f"country {double} stands twice")
        if unknown := next((one.code for one in self.left_out if one.code not in codes), None):
            raise ValueError(f"except {unknown}: no such [[country]]")
        return self

    @property
    def countries(self) -> tuple[Country, ...]:
        """Those that are flagged."""
        spared = {one.code for one in self.left_out}
        return tuple(one for one in self.country if one.sort in self.flagged and one.code not in spared)

    @property
    def basis(self) -> str:
        """Source and year, in words for the letter."""
        return f"{self.source} {self.year}"


def load_partners(overlay: Path | None = None) -> PartnerRules:
    """The list in force.

    Raises:
        ConfigError: a broken file or a wrong field.
    """
    path = find(FILE, overlay)
    return validate(PartnerRules, read_toml(path), path)
