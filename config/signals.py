"""When something counts as an early signal, and how signals are sorted (`config/signals.toml`)."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.loading import find, read_toml, validate

FILE = "signals.toml"

Name = Annotated[str, Field(min_length=1)]
Sort = Literal["theme", "term", "actor"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Category(_Strict):
    """A field of change (STEEP) and the themes that belong to it; a theme in none has none."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")]
    sv: Name
    en: Name
    themes: tuple[Name, ...] = ()


class Horizon(_Strict):
    """How far ahead signals of a sort usually look."""

    sv: Name
    en: Name


class SignalRules(_Strict):
    """`signals.toml` as a whole."""

    recent_days: int = Field(14, ge=7, le=60)
    baseline_weeks: int = Field(26, ge=4, le=104)
    least_weeks: int = Field(8, ge=4)
    """Weeks that a source must have been read before the recent days."""
    least_matters: int = Field(4, ge=2)
    least_sources: int = Field(3, ge=2)
    chance: float = Field(0.05, gt=0, lt=1)
    """Largest probability that quiet times show as much, corrected for all that was looked at."""
    strong: float = Field(0.001, gt=0, lt=1)
    most: int = Field(3, ge=0, le=20)
    """Signals in one letter; 0 = none."""
    ignored: frozenset[str] = frozenset()
    category: tuple[Category, ...] = ()
    horizon: dict[Sort, Horizon] = {}

    def category_of(self, theme: str) -> Category | None:
        """The field of change to which `theme` belongs."""
        return next((one for one in self.category if theme in one.themes), None)


def load_signal_rules(overlay: Path | None = None) -> SignalRules:
    """The rules in force.

    Raises:
        ConfigError: a broken file or a wrong field.
    """
    path = find(FILE, overlay)
    return validate(SignalRules, read_toml(path), path)
