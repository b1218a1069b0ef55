"""Every source is declared in `config/sources/*.toml`; this is the form of a declaration."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.errors import ConfigError
from config.loading import find_all, read_toml, validate
from config.organisation import load_organisation

COUNTRY = "{country}"
"""Stands in an address for the code of the organisation's country."""

Cadence = Literal["hourly", "daily", "weekdays", "weekly", "monthly", "manual"]


def _http(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("expected an http(s) address")
    return value


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expectations(_Strict):
    """What a healthy run of the source looks like. A violated bound is explained, never fitted."""

    min: int = Field(1, ge=0)
    """Fewest findings of a complete run; fewer ends as `failed`."""
    max: int | None = Field(None, ge=1)
    """More findings than this is a warning."""
    may_be_empty: bool = False
    """Zero findings is `empty` instead of `failed`."""
    newest_within_days: int | None = Field(None, ge=1)
    """A newest item older than this is a warning that the source has gone stale."""


class Evidence(_Strict):
    """Why we believe that the address answers as declared."""

    certainty: Literal["recorded", "verified", "documented", "seen-in-code", "inferred"]
    """recorded: a real response was read; verified: a public project reports a live call;
    documented: official documentation; seen-in-code: others' code calls it; inferred: follows from a pattern."""
    seen: date | None = None
    note: str = ""


class Host(_Strict):
    """Another host that a source is read from beside that of its address, and how politely."""

    host: Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,253}$")]
    delay: float = Field(1.0, ge=0)
    """Seconds between two requests."""
    per_host: int = Field(1, ge=1, le=8)
    """Simultaneous requests."""


class Source(_Strict):
    """A declared place to collect from: platform + address + cadence + expectations."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    platform: str
    title: str
    owner: str
    """Who publishes."""
    url: Annotated[str, AfterValidator(_http)]
    """Start address; `{country}` in it is the code of the organisation's country."""
    cadence: Cadence = "daily"
    languages: tuple[str, ...] = ("en",)
    """ISO 639-1, the usual first."""
    licence: str = ""
    enabled: bool = True
    evidence: Evidence
    expect: Expectations = Expectations()
    delay: float = Field(1.0, ge=0)
    """Seconds between two requests to the host."""
    per_host: int = Field(1, ge=1, le=8)
    """Simultaneous requests to the host."""
    also: tuple[Host, ...] = ()
    """Further hosts that the platform may ask for what belongs to this source (attached files)."""
    timeout: float = Field(60.0, gt=0)
    """Seconds for one response."""
    max_bytes: int = Field(20_000_000, gt=0)
    """Largest response accepted, after decompression."""
    deadline: float = Field(1800.0, gt=0)
    """Seconds for the whole attempt."""
    retention_days: int = Field(365, ge=0)
    """How long raw responses are kept."""
    documents_of: str | None = None
    """Id of the source whose documents these are, where two declarations read one register: a list of what is
    open every day, a sweep of everything once a week."""
    follows: bool = False
    """Read the procedures that the organisation follows (a case that is not closed, a window that is open, given
    or by rule, or a letter that told of it), whatever the lists show; for platforms that read procedures."""
    options: Mapping[str, Any] = {}
    """What only this platform understands; checked by the platform."""

    @property
    def archive(self) -> str:
        """Id of the source under which what this one finds is archived."""
        return self.documents_of or self.id


def load_sources(overlay: Path | None = None) -> tuple[Source, ...]:
    """Every declared source, in the order of files and tables; `{country}` is filled in where we name one.

    Raises:
        ConfigError: a broken file, a wrong field, an id declared twice.
    """
    sources: dict[str, Source] = {}
    for path in find_all("sources", overlay):
        tables = read_toml(path)
        unknown = set(tables) - {"source"}
        if unknown:
            raise ConfigError(f"{path}: unknown table {sorted(unknown)[0]!r}; expected [[source]]")
        for ordinal, table in enumerate(tables.get("source", [])):
            source = validate(Source, table, path, "source", ordinal)
            if source.id in sources:
                raise ConfigError(f"{path}: source {source.id!r} is declared twice")
            sources[source.id] = _of_our_country(source, overlay) if COUNTRY in source.url else source
    return tuple(sources.values())


def _of_our_country(source: Source, overlay: Path | None) -> Source:
    country = load_organisation(overlay).country
    return source.model_copy(update={"url": source.url.replace(COUNTRY, country.code)}) if country else source


def select(sources: Iterable[Source], ids: Iterable[str]) -> tuple[Source, ...]:
    """The sources named by `ids`, in that order.

    Raises:
        ConfigError: an id that no source has (with the nearest ids that exist).
    """
    import difflib

    known = {source.id: source for source in sources}
    chosen = []
    for name in ids:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"; did you mean {', '.join(near)}?" if near else "; `utblick sources` lists them"
            raise ConfigError(f"unknown source {name!r}{hint}")
        chosen.append(known[name])
    return tuple(chosen)
