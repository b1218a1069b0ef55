"""`utblick db`: the archive's tables, its health, its backup."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

app = Commands(help="Upgrade, check, back up and restore the archive.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Make the archive, or bring it up to the tables of this program."""
    from monitor.archive.engine import connect, shown
    from monitor.archive.migrating import upgrade as migrate

    address = context.settings().database
    engine = connect(address)
    try:
        version = migrate(engine)
    finally:
        engine.dispose()
    output.say(f"{shown(address)} stands at {version}")


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say whether the archive fits this program and is whole; status 1 if not."""
    from monitor.archive.engine import connect, shown
    from monitor.archive.migrating import check as examine

    address = context.settings().database
    engine = connect(address, create=False)
    try:
        found = examine(engine)
    finally:
        engine.dispose()
    if as_json:
        output.as_json({"archive": shown(address), "version": found.version, "problems": found.problems})
    else:
        output.say(f"{shown(address)}: version {found.version or 'none'}")
        for problem in found.problems:
            output.say(problem, err=True)
        if not found.problems:
            output.say("no problems found")
    if found.problems:
        raise typer.Exit(1)
