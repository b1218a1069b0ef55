"""The stages that files pass through and which code of a source is which step (`config/stages.toml`)."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.loading import find, read_toml, validate

FILE = "stages.toml"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Coming = Literal["expected", "earliest", "latest", "set"]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*:\S+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Stage(_Strict):
    """A stretch of a file's way."""

    id: Name
    sv: str
    en: str


class Applies(_Strict):
    """Which files go this way; the first chain with a sign that the file has. None at all: every other file."""

    procedures: tuple[str, ...] = ()
    """Types of procedure: COD."""
    celex: tuple[str, ...] = ()
    """Types of preparatory CELEX number: DC."""
    kinds: tuple[str, ...] = ()
    """Kinds of document (`spiders.finding.Kind`)."""
    codes: tuple[str, ...] = ()
    """Patterns of codes of a source."""


class Chain(_Strict):
    """The stages of one sort of file, in order."""

    id: Name
    sv: str
    en: str
    stages: Annotated[tuple[Name, ...], Field(min_length=2)]
    applies: Applies = Applies()


class Early(_Strict):
    """Where a step belongs while the file has not come so far."""

    until: Name
    """The stage from which on the step's own stage counts."""
    stage: Name
    next: Name | None = None
    """The step that then usually follows."""


class Step(_Strict):
    """A dated event, whatever the sources call it."""

    id: Name
    sv: str
    en: str
    stage: Name
    again: Name | None = None
    """The stage that it belongs to once the file has passed `stage` (the Parliament's vote after a trilogue)."""
    early: Early | None = None
    """Where it belongs before (a Swedish referral of a proposal, not of its transposition)."""
    codes: Annotated[tuple[Code, ...], Field(min_length=1)]
    """Codes of sources; `*` stands for anything, `@kind` restricts to a kind of document."""
    next: Name | None = None
    """The step that usually follows."""
    ahead: str = ""
    """What it is called while it lies ahead; empty: as when it has happened."""
    ahead_en: str = ""
    coming: Coming = "expected"
    """What a source's day for it means before that day: expected then, earliest then, latest then, set."""
    replaces: tuple[Name, ...] = ()
    """Steps that say less than this one when they fall on the same day."""
    ends: bool = False
    """Ends the file, whatever stage it had reached."""
    quiet: bool = False
    """Belongs to the history, but is no news."""
    forecast: bool = False
    """A day that a source expects."""

    def named(self, language: str, *, ahead: bool = False) -> str:
        """Its name in Swedish or English, as something that has happened or lies ahead."""
        if language == "sv":
            return (ahead and self.ahead) or self.sv
        return (ahead and self.ahead_en) or self.en


class Stages(_Strict):
    """The stage model in force."""

    trust: tuple[Name, ...] = ()
    """Platforms in the order in which their day of a step is believed; others come after them."""
    same_days: Annotated[int, Field(ge=0)] = 45
    """Two sources' days of one step this near are one event with two dates."""
    stage: tuple[Stage, ...]
    chain: tuple[Chain, ...]
    step: tuple[Step, ...]

    @model_validator(mode="after")
    def _known(self) -> Self:
        stages, steps = {one.id for one in self.stage}, {one.id for one in self.step}
        for chain in self.chain:
            for stage in chain.stages:
                if stage not in stages:
                    raise ValueError(f"chain {chain.id!r}: there is no stage {stage!r}")
        for step in self.step:
            for named in (step.stage, step.again, *((step.early.until, step.early.stage) if step.early else ())):
                if named is not None and named not in stages:
                    raise ValueError(f"step {step.id!r}: there is no stage {named!r}")
            for named in (step.next, step.early.next if step.early else None, *step.replaces):
                if named is not None and named not in steps:
                    raise ValueError(f"step {step.id!r}: there is no step {named!r}")
        codes = [code for step in self.step for code in step.codes]
        double = sorted({code for code in codes if codes.count(code) > 1})
        if double:
            raise ValueError(f"code {double[0]!r} stands under two steps")
        if not self.chain or self.chain[-1].applies != Applies():
            raise ValueError("the last chain must apply to every file")
        return self


def load_stages(overlay: Path | None = None) -> Stages:
    """The stage model in force.

    Raises:
        ConfigError: a broken file or a wrong field.
    """
    path = find(FILE, overlay)
    return validate(Stages, read_toml(path), path)
