"""A configuration of one's own (`utblick init`): the shipped one without its first user's facts.

`config/blank/` holds what is written anew (the organisation, sources of its own, a guide); the rest is taken over
from the shipped files: the calendar and the aliases as they are, the themes without names, owners and channels.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.calendar import load_calendar
from config.lexicon import load_lexicon
from config.loading import shipped
from config.organisation import load_organisation
from config.sources import load_sources
from config.themes import load as load_themes
from monitor.errors import MonitorError

MARK = "FILL IN"
"""Stands in a comment wherever the organisation has to decide something."""

BLANK = ("README.md", "organisation.toml", "sources/own.toml")
KEPT = ("aliases.toml", "calendar.toml")

OWN = {
    "places": "[]  # FILL IN: names of places that are yours alone",
    "local_hooks": "[]  # FILL IN: names of your own: companies, places, plants",
    "ambiguous_hooks": "[]",
    "owner": '""  # FILL IN: who handles a matter of the theme',
    "channels": "[]  # FILL IN: through whom you act; empty: the organisation's channels",
}
"""What belongs to one organisation in `themes.toml`, and what stands there instead."""

HEAD = f"""\
# What concerns us. Themes, words and categories of publishers are those that ship with Utblick (the model learned
# from the themes: keep each `id`); names, owners and channels are yours: {MARK}.
"""


@dataclass(frozen=True, slots=True)
class Founded:
    """What was written, and how many places each file leaves to be filled in."""

    folder: Path
    open_places: dict[str, int]
    """By file name."""


def found(folder: Path) -> Founded:
    """Write a complete configuration into `folder`, which is new or empty.

    Raises:
        MonitorError: the folder holds something already.
        OSError: it cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise MonitorError(f"{folder}: is not empty; choose a new folder, nothing was written")
    files = contents()
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    _prove(folder)
    return Founded(folder, unfilled(folder))


def unfilled(folder: Path) -> dict[str, int]:
    """How many marks are left in each configuration file below `folder`; files without are left out."""
    counts = {str(path.relative_to(folder)): _marks(path) for path in sorted(folder.rglob("*.toml"))}
    return {name: count for name, count in counts.items() if count}


def _marks(path: Path) -> int:
    return path.read_text(encoding="utf-8", errors="replace").count(MARK)


def contents() -> dict[str, str]:
    """Every file of the new configuration, by its name below the folder."""
    files = {name: _read(f"blank/{name}") for name in BLANK}
    files |= {name: _read(name) for name in KEPT}
    files["themes.toml"] = _without_own_facts(_read("themes.toml"))
    return files


def _read(name: str) -> str:
    return (shipped() / name).read_text(encoding="utf-8")


def _without_own_facts(themes: str) -> str:
    """The shipped themes without what only their first user has."""
    places = (*load_themes().places, *load_organisation().places)
    text = HEAD + themes[themes.index("#\n") :]
    for key, instead in OWN.items():
        own = re.compile(rf'^{key} = (?:\[[^\]]*\]|"[^"\n]*")[^\n]*$', re.MULTILINE)
        text = own.sub(f"{key} = {instead}", text)
    return re.sub(
        r'^(sv|en) = "([^"\n]*)"$',
        lambda found: f'{found[1]} = "{_placeless(found[2], places)}"',
        text,
        flags=re.MULTILINE,
    )


def _placeless(name: str, places: Sequence[str]) -> str:
    """A theme's name without the parts that name a place: "Vatten, avlopp och Sjön" → "Vatten och avlopp"."""
    if not any(place in name for place in places):
        return name
    last = " och " if " och " in name else " and "
    parts = [part for part in re.split(rf", |{last}", name) if not any(place in part for place in places)]
    return last.join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)


def _prove(folder: Path) -> None:
    """What was written must load; a `ConfigError` here is a fault of ours and says where."""
    load_organisation(folder)
    load_calendar(folder)
    load_themes(folder)
    load_lexicon(folder)
    load_sources(folder)
