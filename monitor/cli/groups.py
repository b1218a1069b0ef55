"""`utblick groups`: who shares followed searches, and what those propose for documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

app = Commands(help="Groups that share followed searches; apply what those propose.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Group = Annotated[str, typer.Argument(metavar="GROUP", help="An office, a project.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the person's doings are signed with.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it; without: the login name.")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List every group with its members and how many searches propose something for it."""
    from monitor.archive import teams
    from monitor.archive.engine import reading

    with context.archive() as engine, reading(engine) as conn:
        rules = [one.team for one in teams.rules(conn)]
        found = [(name, rules.count(name), members) for name, members in teams.teams(conn).items()]
    if as_json:
        output.as_json([{"group": name, "members": members, "rules": number} for name, number, members in found])
        return
    rows = [(name, number, ", ".join(members)) for name, number, members in found]
    output.table(["group", "rules", "members"], rows, right=[1])


@app.command()
def add(group: Group, name: Name, *, by: By = None) -> None:
    """Make somebody a member; the first one makes the group."""
    from monitor.archive.teams import LONGEST_TEAM, join_team

    group, name = " ".join(group.split()), " ".join(name.split())
    if not group or len(group) > LONGEST_TEAM or not name or "@" in name:
        raise typer.BadParameter("give a group and the person's name in the organisation, not an address")
    _noted(group, name, by, "enter", join_team)


@app.command()
def remove(group: Group, name: Name, *, by: By = None) -> None:
    """Make somebody a member no longer; what was shared stays the group's."""
    from monitor.archive.teams import leave_team

    if not _noted(group, name, by, "leave", leave_team):
        raise typer.BadParameter(f"{name} is no member of {group}")


@app.command()
def label(as_json: Json = False) -> None:
    """Apply the rules of groups to what came in since; every scan does it too."""
    from dataclasses import asdict

    from monitor.labelling import label_new

    settings = context.settings()
    with context.archive(settings) as engine:
        done = label_new(engine, settings, lambda: context.clock(settings))
    if as_json:
        output.as_json([asdict(one) for one in done])
        return
    for one in done:
        output.say(f"search {one.search} of {one.team}: {one.proposed} new proposals")


def _noted(
    group: str, name: str, by: str | None, action: str, change: Callable[[Connection, str, str], object]
) -> bool:
    """Change a membership and keep who did it; whether anything was there to change."""
    from getpass import getuser

    from monitor.archive.engine import writing
    from monitor.archive.web import record

    settings = context.settings()
    with context.archive(settings) as engine, writing(engine) as conn:
        if change(conn, group, name) is False:
            return False
        now, about = context.clock(settings), f"team:{group}"[:200]
        record(conn, by or getuser(), now, action=action, about=about, said={"member": name})
    return True
