"""Rules for windows without a given day, and what to know of each kind of window (`config/windows.toml`)."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.loading import find, read_toml, validate

FILE = "windows.toml"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WindowKind(_Strict):
    """How one acts in windows of a kind (`spiders.finding.WindowKind`)."""

    id: Name
    where: Annotated[str, Field(pattern=r"^https://\S+$")] | None = None
    """Where to act when the window itself gives no address."""
    languages: str = ""
    languages_en: str = ""
    who: str = ""
    who_en: str = ""


class Rule(_Strict):
    """A window that follows from a step."""

    kind: Name
    after: Name
    """The step (`config/stages.toml`) that opens it."""
    weeks: Annotated[int, Field(gt=0, le=104)] | None = None
    """How long it is estimated to last; None: its end is unknown."""
    until: tuple[Name, ...] = ()
    """Steps that close it."""
    forget: Annotated[int, Field(gt=0)] | None = None
    """Days after which a window of unknown end is taken for closed."""
    chains: tuple[Name, ...] = ()
    """Only files that go one of these ways; none: all."""
    procedures: tuple[str, ...] = ()
    """Only files of these types of procedure, where the type is known."""
    basis: Annotated[str, Field(min_length=10)]
    """The source of the rule."""
    basis_en: Annotated[str, Field(min_length=10)]


class WindowRules(_Strict):
    """The rules in force."""

    kind: tuple[WindowKind, ...] = ()
    rule: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _ends(self) -> Self:
        for rule in self.rule:
            if rule.weeks is None and rule.forget is None:
                raise ValueError(f"rule {rule.kind!r} after {rule.after!r}: give `weeks` or `forget`")
        return self

    def about(self, kind: str) -> WindowKind:
        """What is known of windows of this kind."""
        return next((one for one in self.kind if one.id == kind), WindowKind(id=kind))


def load_windows(overlay: Path | None = None) -> WindowRules:
    """The rules in force.

    Raises:
        ConfigError: a broken file or a wrong field.
    """
    path = find(FILE, overlay)
    return validate(WindowRules, read_toml(path), path)
