"""Names that people use for files, and words of policy in two languages: `aliases.toml` and `glossary.toml`.

Search widens queries with them; an alias also names the file's identifiers. General knowledge, not one
organisation's; an overlay may replace either.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from config.loading import find, read_toml, validate

Text = Annotated[str, Field(min_length=2, max_length=120)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Alias(_Strict):
    """A file's nicknames. Two aliases may share a name (CRA): then it means either."""

    names: Texts
    """What people say, in both languages: `avloppsdirektivet`, `UWWTD`."""
    terms: tuple[Text, ...] = ()
    """What documents about it say instead; a document that has one of them is about the file."""
    identifiers: tuple[Text, ...] = ()
    """Procedure, COM number, act: as in documents."""


class Entry(_Strict):
    """Words that mean the same, in Swedish and English."""

    sv: Texts
    en: Texts


class _Aliases(_Strict):
    alias: tuple[Alias, ...] = ()


class _Glossary(_Strict):
    entry: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """Everything that search knows of names and words."""

    aliases: tuple[Alias, ...] = ()
    entries: tuple[Entry, ...] = ()


def load_lexicon(overlay: Path | None = None) -> Lexicon:
    """The aliases and the glossary in force.

    Raises:
        ConfigError: a broken file or a wrong field.
    """
    aliases, glossary = find("aliases.toml", overlay), find("glossary.toml", overlay)
    return Lexicon(
        validate(_Aliases, read_toml(aliases), aliases, "alias").alias,
        validate(_Glossary, read_toml(glossary), glossary, "entry").entry,
    )
