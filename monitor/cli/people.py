"""`utblick people`: who has logged in, and what is kept of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

if TYPE_CHECKING:
    from collections.abc import Mapping

app = Commands(
    help="Who has logged in; take out, or erase, everything that is kept of one person.", no_args_is_help=True
)

Who = Annotated[
    str, typer.Argument(metavar="WHO", help="Name, e-mail address, person:4 or subscriber:3.", show_default=False)
]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it; without: the login name.")]


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List who has logged in, and as what they may act now."""
    from monitor.archive.engine import reading
    from monitor.archive.people import people

    with context.archive() as engine, reading(engine) as conn:
        found = [
            {
                "id": one.id,
                "name": one.name,
                "shown": one.shown,
                "email": one.email,
                "issuer": one.issuer,
                "grants": list(one.grants),
                "created": one.created.isoformat(),
                "seen_at": one.seen_at.isoformat(),
            }
            for one in people(conn)
        ]
    if as_json:
        output.as_json(found)
        return
    shown = ("id", "name", "seen_at", "shown", "email")
    output.table(shown, [[one[column] for column in shown] for one in found], right=[0])


@app.command()
def rename(
    who: Who,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the person signs with from now on.")],
    *,
    by: By = None,
) -> None:
    """Let a person sign with another name, also what was signed before; a name that is nobody's is taken over."""
    from getpass import getuser

    from monitor.archive import people
    from monitor.archive.engine import writing
    from monitor.archive.web import record
    from monitor.people.personal import PersonError, meant

    settings = context.settings()
    with context.archive(settings) as engine, writing(engine) as conn:
        one = meant(conn, who).person
        other = people.namesake(conn, name)
        if one is None:
            raise PersonError("only who has logged in has a name to change")
        if people.tidy_name(name) != name or (other is not None and other.id != one.id):
            raise PersonError("that is no name without an address, or another person's")
        people.rename(conn, one.id, name)
        record(conn, by or getuser(), context.clock(settings), action="rename-person", about=f"person:{one.id}")
    output.say(f"person {one.id} is renamed")


@app.command()
def export(who: Who, *, by: By = None) -> None:
    """Print everything that is kept of one person, as JSON (GDPR, article 15); that it was done is noted."""
    from getpass import getuser

    from monitor.archive.engine import writing
    from monitor.people import personal

    settings = context.settings()
    with context.archive(settings) as engine, writing(engine) as conn:
        whom = personal.meant(conn, who)
        found = personal.export(conn, whom, by=by or getuser(), now=context.clock(settings))
    output.as_json(found)


@app.command()
def erase(
    who: Who,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go and what would stay.")] = False,
    by: By = None,
) -> None:
    """Erase one person (GDPR, article 17): what is the person's own goes, public record stays without the name."""
    from getpass import getuser

    from monitor.archive.engine import writing
    from monitor.people import personal

    settings = context.settings()
    with context.archive(settings) as engine, writing(engine, dry_run=dry_run) as conn:
        whom = personal.meant(conn, who)
        done = personal.erase(conn, whom, by=by or getuser(), now=context.clock(settings))
    output.say(f"{done.reference} {'would be' if dry_run else 'is'} erased")
    output.say(f"deleted: {_counted(done.deleted)}")
    output.say(f"kept without the name: {_counted(done.kept)}")
    if done.mentions:
        output.say(f"free text still has the name, for people to judge: {', '.join(done.mentions)}")
    if done.kept:
        output.say(personal.KEPT_BECAUSE["en"])


def _counted(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {table}" for table, number in rows.items()) or "nothing"
