"""`utblick tokens`: with them programs read the JSON interface and feeds."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

app = Commands(help="Make, list and revoke the tokens of programs.", no_args_is_help=True)

By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who does it; without: the login name.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    *,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="PERSON", help="Whose it is; without: who makes it.")
    ] = None,
    days: Annotated[int, typer.Option(metavar="N", min=1, help="How long it lasts.")] = 365,
    by: By = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a token and print it; it is kept nowhere else and cannot be printed again."""
    from getpass import getuser

    from monitor.archive.engine import writing
    from monitor.archive.tokens import make_token
    from monitor.archive.web import record

    settings = context.settings()
    now, who = context.clock(settings), by or getuser()
    with context.archive(settings) as engine, writing(engine) as conn:
        made, itself = make_token(conn, name, owner or who, now, days)
        said = {"name": made.name, "owner": made.who, "expires": made.expires.isoformat()}
        record(conn, who, now, action="token", about=f"token:{made.id}", said=said)
    if as_json:
        output.as_json({"id": made.id, "token": itself, "expires": made.expires.isoformat()})
        return
    output.say(f"token {made.id} of {made.who} until {made.expires:%Y-%m-%d}, shown this once:", err=True)
    output.say(itself)


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List every token, the newest first; none can be printed again."""
    from dataclasses import asdict

    from monitor.archive.engine import reading
    from monitor.archive.tokens import tokens

    settings = context.settings()
    now = context.clock(settings)
    with context.archive(settings) as engine, reading(engine) as conn:
        found = [asdict(one) | {"state": one.state(now)} for one in tokens(conn)]
    for one in found:
        one |= {at: one[at] and one[at].isoformat() for at in ("created", "expires", "last_used", "revoked")}
    if as_json:
        output.as_json(found)
        return
    shown = ("id", "who", "state", "expires", "last_used", "name")
    output.table(shown, [[one[column] for column in shown] for one in found], right=[0])


@app.command()
def revoke(
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="Number of the token.")], *, by: By = None
) -> None:
    """A token no longer counts, from the next request on."""
    from getpass import getuser

    from monitor.archive.engine import writing
    from monitor.archive.tokens import TokenError, revoke_token
    from monitor.archive.web import record

    settings = context.settings()
    now = context.clock(settings)
    with context.archive(settings) as engine, writing(engine) as conn:
        if not revoke_token(conn, number, now):
            raise TokenError(f"token {number}: there is none, or it is revoked already")
        record(conn, by or getuser(), now, action="revoke", about=f"token:{number}")
    output.say(f"token {number} is revoked")
