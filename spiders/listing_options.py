"""What the declaration of a page says under `options`: where things stand on it, and how dates are written."""

import hashlib
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cssselect import SelectorError
from parsel.csstranslator import HTMLTranslator
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.errors import ConfigError
from config.sources import Source
from spiders.finding import Kind, WindowKind
from spiders.listing_dates import FORMS, is_form


def _selector(value: str) -> str:
    """A CSS selector of elements.

    Raises:
        ValueError: it is none.
    """
    if "::" in value:
        raise ValueError(f"{value!r} selects no element; attributes and text are found by themselves")
    if value:
        try:
            HTMLTranslator().css_to_xpath(value)
        except SelectorError as exc:
            raise ValueError(f"{value!r} is no CSS selector ({exc})") from exc
    return value


def _form(value: str) -> str:
    if value and not is_form(value):
        raise ValueError(f"{value!r} is no form of a date; use {', '.join(FORMS)} or a format as %d/%m/%Y")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ValueError(f"{value!r} is no time zone") from exc
    return value


Css = Annotated[str, AfterValidator(_selector)]
DateForm = Annotated[str, AfterValidator(_form)]


class Parts(BaseModel):
    """Where things stand on a page behind a row. "" = not there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: Css = ""
    """A day; its `datetime` attribute counts before its text."""
    deadline: Css = ""
    """The last day to apply or answer."""
    summary: Css = ""
    text: Css = ""
    """Everything in these elements."""


class PageOptions(Parts):
    """Options of a `page` source: either `row` and `title`, or `watch`."""

    row: Css = ""
    """One element for each thing that the page lists; all other selectors look within it."""
    title: Css = ""
    link: Css = ""
    """Default: the link in, around or of the title, else the first link of the row."""
    watch: Css = ""
    """The part of the page that is watched as a whole, where there is no list that can be read."""
    without: tuple[Css, ...] = ()
    """Parts that are taken out of the page first."""
    detail: Parts | None = None
    """The page behind each row is read too, and these stand on it."""
    most_details: int = Field(50, ge=1, le=500)
    """How many pages behind rows are read at most in one attempt."""
    empty: str = ""
    """What the page says when it lists nothing. Without it an empty list cannot be told from a redesign."""
    date_format: DateForm = "iso"
    deadline_format: DateForm = ""
    """Default: as `date_format`."""
    date_is: Literal["published", "event"] = "published"
    zone: Annotated[str, AfterValidator(_zone)] = "Europe/Stockholm"
    kind: Kind = Kind.NEWS
    window: WindowKind = WindowKind.CALL
    """What one can do until `deadline`."""
    keep_query: tuple[str, ...] = ()
    """Parameters of an address that tell two things apart; all others are dropped from keys."""
    subjects: tuple[str, ...] = ()
    """Given to everything that is found."""

    @model_validator(mode="after")
    def _one_way(self) -> "PageOptions":
        if bool(self.watch) == bool(self.row):
            raise ValueError("either row (a list) or watch (the page as a whole) is needed")
        if self.row and not self.title:
            raise ValueError("a list needs title")
        if self.text:
            raise ValueError("text belongs to detail")
        return self

    @property
    def mark(self) -> str:
        """Changes whenever any option does."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]

    @property
    def clock(self) -> ZoneInfo:
        """The zone as an object."""
        return ZoneInfo(self.zone)


def options_of(source: Source) -> PageOptions:
    """The options of a declaration.

    Raises:
        ConfigError: unknown ones, a selector or form that is none, no language; in one line.
    """
    if not source.languages:
        raise ConfigError(f"source {source.id}: languages: a page does not reliably say its own; declare it")
    try:
        return PageOptions.model_validate(dict(source.options))
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(("options", *(str(part) for part in first["loc"])))
        raise ConfigError(f"source {source.id}: {place}: {first['msg']}") from exc
