"""When the organisation's bodies meet and how long its own handling takes (`config/calendar.toml`)."""

from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.loading import find, read_toml, validate

FILE = "calendar.toml"

MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Closed(_Strict):
    """A part of every year without working days; both days included, may span the turn of the year."""

    first: MonthDay = Field(alias="from")
    last: MonthDay = Field(alias="to")

    def holds(self, day: date) -> bool:
        """Whether `day` lies in it."""
        mark = f"{day:%m-%d}"
        if self.first <= self.last:
            return self.first <= mark <= self.last
        return mark >= self.first or mark <= self.last


class Way(_Strict):
    """One way of answering: by an officer, by delegation, through a body."""

    id: Name
    sv: str
    en: str
    body: Name | None = None
    """Whose meeting it takes; None = no meeting."""
    prepare: int = Field(ge=0)
    """Working days that we need before the answer leaves, or before the meeting."""
    dispatch: int = Field(0, ge=0)
    """Working days from the meeting until the answer has left."""


class Meeting(_Strict):
    """A day on which a body meets."""

    body: Name
    day: date


class Calendar(_Strict):
    """The calendar in force."""

    holidays: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "SE"
    closed: tuple[Closed, ...] = ()
    way: tuple[Way, ...] = ()
    meeting: tuple[Meeting, ...] = ()

    @model_validator(mode="after")
    def _bodies_known(self) -> Self:
        """A meeting of a body that no way needs is a slip of the pen."""
        bodies = {way.body for way in self.way if way.body}
        for meeting in self.meeting:
            if meeting.body not in bodies:
                raise ValueError(f"meeting of {meeting.body!r}, but no [[way]] has that body")
        return self


def load_calendar(overlay: Path | None = None) -> Calendar:
    """The calendar in force.

    Raises:
        ConfigError: a broken file or a wrong field.
    """
    path = find(FILE, overlay)
    return validate(Calendar, read_toml(path), path)
