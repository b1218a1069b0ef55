"""`utblick public-records`: what people wrote, to hand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

if TYPE_CHECKING:
    from datetime import date

app = Commands(help="Take out what people wrote as a public record.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """A group of one command: its name is part of the address."""


@app.command()
def export(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="The ZIP to write; an existing file is not replaced.")
    ],
    *,
    dossier: Annotated[
        str | None, typer.Option(metavar="REF", help="Of this dossier: dossier:4, 2022/0345(COD), a nickname …")
    ] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day (ISO 8601).")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who does it; without: the login name.")
    ] = None,
) -> None:
    """Write what people wrote about a dossier or in a period, and its letters, as a ZIP of JSON and CSV."""
    from getpass import getuser
    from pathlib import Path

    from config.lexicon import load_lexicon
    from config.organisation import load_organisation
    from monitor.archive.engine import writing
    from monitor.archive.web import record
    from monitor.core.proposals import Nicknames
    from monitor.people.public_record import Scope, as_zip
    from monitor.search.lookup import the_dossier

    settings = context.settings()
    organisation, now = load_organisation(settings.config), context.clock(settings)
    nicknames = Nicknames.of(load_lexicon(settings.config))
    with context.archive(settings) as engine, writing(engine) as conn:
        number = the_dossier(conn, dossier, nicknames) if dossier else None
        scope = Scope(number, _day(since), _day(until), organisation.zone)
        made = as_zip(conn, scope, organisation=organisation.name, now=now)
        with Path(file).open("xb") as target:
            target.write(made)
        record(
            conn,
            by or getuser(),
            now,
            action="public-record",
            about=f"dossier:{number}" if number else "period",
            said={"from": since, "to": until},
        )
    output.say(f"{file}: {len(made)} bytes")


def _day(text: str | None) -> date | None:
    from datetime import date

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise typer.BadParameter(f"{text!r} is no day, such as 2026-11-23") from exc
