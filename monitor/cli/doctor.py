"""`utblick doctor`: what is configured, reachable, due, failing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output

if TYPE_CHECKING:
    from monitor.cli.commands import Commands


def register(app: Commands) -> None:
    """Add the command of this module to `app`."""
    app.command()(doctor)


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say what is configured, reachable, due and failing; status 1 if something is bad."""
    from dataclasses import asdict

    from monitor.doctor import State, examine

    settings = context.settings()
    checks = examine(settings, context.clock(settings))
    if as_json:
        output.as_json({"checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            output.say(f"{check.state:<8} {check.name}: {check.detail}")
    if any(check.state is State.BAD for check in checks):
        raise typer.Exit(1)
