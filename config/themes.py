"""What concerns the organisation: themes, their words, and what publishers' own categories mean for them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.errors import ConfigError
from config.loading import find, read_toml, validate

FILE = "themes.toml"


def _pattern(value: str) -> str:
    if not re.search(r"\w", value) or value != " ".join(value.split()):
        raise ValueError("expected a word or phrase without double spaces; a trailing * matches compounds")
    if re.search(r"(^|\s)\*|\*\*|\*(?=[^\s])", value):
        raise ValueError("a * may only end a word ('avlopp*')")
    if re.fullmatch(r"\w{1,2}\*", value):
        raise ValueError("a prefix needs at least three letters, or it matches nearly everything")
    return value


def _code(value: str) -> str:
    if not re.fullmatch(r"\d+(\.\d\d)*", value):
        raise ValueError("expected a subject code like 3.70.04")
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]
Patterns = tuple[Pattern, ...]
Name = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Theme(_Strict):
    """One theme. Patterns are words or phrases; a trailing `*` is a prefix; capitals in a pattern are meant."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    sv: Name
    en: Name
    definition_sv: Name
    definition_en: Name
    lens: bool = False
    """Cuts across the other themes and is always shown."""
    keywords_sv: Patterns = ()
    """Each suggests the theme by itself."""
    keywords_en: Patterns = ()
    hints_sv: Patterns = ()
    """Suggest nothing alone; their weight is learned."""
    hints_en: Patterns = ()
    local_hooks: tuple[Name, ...] = ()
    """Names of our own: companies, places, plants."""
    ambiguous_hooks: tuple[Name, ...] = ()
    """Hooks that are also ordinary words or common names: count only together with one of `Themes.places`."""
    owner: str = ""
    """Who handles a matter of the theme."""
    channels: tuple[Name, ...] = ()
    """Through whom we act."""
    eurovoc_domains: tuple[str, ...] = ()
    eurovoc_terms: tuple[Name, ...] = ()
    """Preferred labels in English."""
    oeil_subjects: tuple[Annotated[str, AfterValidator(_code)], ...] = ()
    examples: tuple[Name, ...] = ()
    """Texts about the theme; about fifteen teach the shipped model a theme it was not trained on."""
    counterexamples: tuple[Name, ...] = ()
    """Texts that look like the theme but are not about it."""


class Themes(_Strict):
    """`themes.toml` as a whole."""

    theme: Annotated[tuple[Theme, ...], Field(min_length=1)]
    places: tuple[Name, ...] = ()
    """Names of places that are ours alone; they make an ambiguous hook count."""
    crosswalk: Mapping[str, Mapping[str, tuple[str, ...]]] = {}
    """Vocabulary → publisher's category or code → themes. Several: one of them is meant; none: no theme."""


def load(overlay: Path | None = None) -> Themes:
    """Everything that `themes.toml` says.

    Raises:
        ConfigError: a broken file, a wrong field, a theme declared twice or named but not declared.
    """
    path = find(FILE, overlay)
    tables = read_toml(path)
    for ordinal, table in enumerate(tables.get("theme", [])):
        validate(Theme, table, path, "theme", ordinal)  # alone first: the message then names the line
    themes = validate(Themes, tables, path)
    ids = [theme.id for theme in themes.theme]
    for name in ids:
        if ids.count(name) > 1:
            raise ConfigError(f"{path}: theme {name!r} is declared twice")
    for vocabulary, categories in themes.crosswalk.items():
        for category, named in categories.items():
            for name in set(named) - set(ids):
                raise ConfigError(
                    f"{path}: crosswalk.{vocabulary}: {category!r} names the unknown theme {name!r}; "
                    "declare it or take the name out"
                )
    return themes


def load_themes(overlay: Path | None = None) -> tuple[Theme, ...]:
    """The themes in force, in the order of the file.

    Raises:
        ConfigError: as `load`.
    """
    return load(overlay).theme
