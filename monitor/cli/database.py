"""`utblick db`: the archive's tables, its health, its backup."""

from __future__ import annotations

from pathlib import Path
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
    from monitor.dossiers.standing import keep_stages

    settings = context.settings()
    address = settings.database
    engine = connect(address)
    try:
        version = migrate(engine)
        keep_stages(engine, context.clock(settings), overlay=settings.config)
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


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write (tar).")],
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write archive, captures and own models to one file; the archive stays in use meanwhile."""
    from monitor.backup import backup as write

    settings = context.settings()
    made = write(settings, target, context.clock(settings), force=force)
    counts = f"{made.documents} documents, {made.captures} captures, {made.models} models"
    output.say(f"{target}: {counts}, version {made.version}")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `utblick db backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the archive that is there.")] = False,
) -> None:
    """Put a backup in the archive's place; it is checked before anything is replaced."""
    from monitor.backup import restore as put_back

    found = put_back(context.settings(), source, force=force)
    counts = f"{found.documents} documents, {found.captures} captures, {found.models} models"
    output.say(f"restored {counts}, as of {found.made}")


@app.command()
def clean(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
) -> None:
    """Remove raw responses and unsent letters kept long enough; what was received and sent stays known."""
    from datetime import timedelta

    from config.sources import load_sources
    from monitor.archive.engine import writing
    from monitor.delivery.outbox import forget_copies
    from monitor.sources.retention import clean as remove

    settings = context.settings()
    now = context.clock(settings)
    with context.archive(settings) as engine:
        done = remove(engine, load_sources(settings.config), settings.captures, now, dry_run=dry_run)
        with writing(engine) as conn:
            copies = forget_copies(conn, now - timedelta(days=settings.outbox_days), dry_run=dry_run)
    output.say(
        f"{'would remove' if dry_run else 'removed'} {done.files} files, {done.size / 1e6:.1f} MB; "
        f"{copies} unsent copies of the letter"
    )
