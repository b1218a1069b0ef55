"""`utblick init`: a configuration of one's own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import output

if TYPE_CHECKING:
    from monitor.cli.commands import Commands


def register(app: Commands) -> None:
    """Add the command of this module to `app`."""
    app.command()(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Write a complete, commented configuration of your own, with marks where you decide."""
    from monitor.founding import MARK, found

    done = found(folder)
    say = output.say
    say(f"Wrote a configuration to {folder}. What you decide is marked {MARK}:")
    for name, places in done.open_places.items():
        say(f"  {folder / name}: {places}")
    say()
    shown = shlex.quote(str(folder.resolve()))
    say("Next:")
    say(f"  grep -rn '{MARK}' {shown}")
    say(f"  export UTBLICK_CONFIG={shown} UTBLICK_DATA_DIR={shlex.quote(str(folder.resolve()) + '-data')}")
    say("  utblick doctor                     what is configured, and what is missing")
    say("  utblick scan                       read the sources")
    say("  utblick brief preview              your letter")
