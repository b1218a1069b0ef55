"""What the declaration of a search says under `options`: question, pages, and where things stand in a hit."""

import hashlib
import json
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.errors import ConfigError
from config.sources import Source
from spiders.feed import EXPECTED, Part
from spiders.finding import Kind, WindowKind

PLACE = re.compile(r"\{([^{}]+)\}")
"""A path within a link: `https://…/{publication-number}`."""

_STEP = re.compile(r"[^.\s\[\]{}]+")


def _path(value: str) -> str:
    if value and not all(_STEP.fullmatch(step) for step in value.split(".")):
        raise ValueError(f"{value!r} is no path; write keys joined by dots (`results.items`)")
    return value


def _address(value: str) -> str:
    for path in PLACE.findall(value):
        _path(path)
    bare = PLACE.sub("x", value)
    if "{" in value and urlsplit(bare).scheme not in ("http", "https"):
        raise ValueError(f"{value!r} is no http(s) address with {{path}} in it")
    return value if "{" in value else _path(value)


Path = Annotated[str, AfterValidator(_path)]
"""Keys joined by dots; of a list the first element counts."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Fields(_Strict):
    """Where things stand in a hit of a JSON answer."""

    title: dict[Annotated[str, Field(pattern="^[a-z]{2}$")], Path] = Field(min_length=1)
    """Language (ISO 639-1) → path."""
    link: Annotated[str, AfterValidator(_address)]
    """Path of the address, or an address with paths: `https://…/{number}`."""
    id: tuple[Path, ...] = ()
    """What makes a hit the same one tomorrow; default: its link."""
    date: Path = ""
    summary: Path = ""
    deadline: Path = ""
    subjects: Path = ""
    steps: dict[str, Path] = {}
    """Code of a step → path of its day."""
    ignore: tuple[str, ...] = ()
    """Known and unwanted keys of a hit; any other that is not used is warned of."""


class Paging(_Strict):
    """How further pages are asked for."""

    name: str
    """Parameter of the address (or key of the body) that holds the number of the page."""
    first: int = Field(0, ge=0, le=1)
    size: int = Field(100, ge=1, le=1000)
    """Hits of a full page; a shorter one is the last."""
    most: int = Field(1, ge=1, le=100)
    """How many pages are read at most; searches are sorted, and the newest hits come first."""


class SearchOptions(_Strict):
    """Options of a `search-api` source."""

    form: Literal["json", "rss"]
    method: Literal["GET", "POST"] = "GET"
    body: dict[str, Any] | None = None
    """JSON that is posted. `{since}` within its texts is filled in, as in the address."""
    terms: tuple[str, ...] = Field((), max_length=50)
    """What is searched for, one request each, in place of `{term}` in the address."""
    days: int = Field(30, ge=1, le=3650)
    """How far back `{since}` lies."""
    day_format: str = "%Y-%m-%d"
    page: Paging | None = None
    items: Path = ""
    """Where the list of hits stands; "" = the answer itself is the list."""
    total: Path = ""
    """Where the number of all hits stands."""
    fields: Fields | None = None
    """Needed for `json`; a feed says by itself where things stand."""
    expected: tuple[Part, ...] = EXPECTED
    """Of `rss`: as in `spiders.feed`."""
    kind: Kind = Kind.NEWS
    window: WindowKind = WindowKind.CALL
    zone: str = "Europe/Stockholm"
    include: tuple[str, ...] = Field((), max_length=100)
    """Keep only hits with one of these in title, summary or subjects: many searches match loosely."""
    exclude: tuple[str, ...] = Field((), max_length=100)
    subjects: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Changes whenever any option does."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]

    @model_validator(mode="after")
    def _whole(self) -> "SearchOptions":
        if (self.form == "json") != (self.fields is not None):
            raise ValueError("fields are needed for json, and only there")
        if (self.body is not None) != (self.method == "POST"):
            raise ValueError("body and method = 'POST' belong together")
        try:
            ZoneInfo(self.zone)
            json.dumps(self.body)
        except (TypeError, ValueError, OSError, KeyError) as exc:
            raise ValueError(f"zone or body: {exc}") from exc
        return self


def search_options(source: Source) -> SearchOptions:
    """The options of a declaration.

    Raises:
        ConfigError: unknown or wrong ones, terms without a place for them; in one line.
    """
    try:
        options = SearchOptions.model_validate(dict(source.options))
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(("options", *(str(part) for part in first["loc"])))
        raise ConfigError(f"source {source.id}: {place}: {first['msg']}") from exc
    if bool(options.terms) != ("{term}" in source.url):
        raise ConfigError(f"source {source.id}: options.terms and {{term}} in the address belong together")
    if not source.languages:
        raise ConfigError(f"source {source.id}: languages: declare the language of the hits")
    return options
