"""`utblick rescan`: read stored responses again after a spider was repaired."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import context, output

if TYPE_CHECKING:
    from monitor.cli.commands import Commands
    from monitor.collecting.rescan import Rescan


def register(app: Commands) -> None:
    """Add the command of this module to `app`."""
    app.command()(rescan)


def rescan(
    *,
    source: Annotated[
        str, typer.Option("--from-captures", metavar="SOURCE", help="Source whose stored responses are read.")
    ],
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help="Only responses received from this day on.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would come to, store nothing.")] = False,
    no_rating: Annotated[bool, typer.Option("--no-rating", help="Leave the rating for later.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read the stored responses of a source again with the present parser; status 1 if some cannot be read."""
    from config.sources import load_sources, select
    from monitor.collecting.rescan import rescan as again
    from monitor.following import follow

    settings = context.settings()
    (chosen,) = select(load_sources(settings.config), [source])
    with context.archive(settings) as engine:
        done = again(
            engine,
            chosen,
            settings.captures,
            clock=lambda: context.clock(settings),
            since=_day(since),
            dry_run=dry_run,
        )
        if (done.new or done.changed) and not dry_run:
            follow(engine, settings, lambda: context.clock(settings), rate=not no_rating)
    if as_json:
        output.as_json(_as_json(done))
    else:
        output.say(
            f"{chosen.id}: {done.read} of {done.captures} responses read, {done.unknown} of no reader, "
            f"{done.findings} findings, {done.new} new, {done.changed} changed"
        )
    for line in done.troubles:
        output.say(f"utblick: {output.clean(line)}", err=True)
    if done.troubles:
        raise typer.Exit(1)


def _as_json(done: Rescan) -> dict[str, Any]:
    return {
        "id": done.source.id,
        "captures": done.captures,
        "read": done.read,
        "unknown": done.unknown,
        "findings": done.findings,
        "new": done.new,
        "changed": done.changed,
        "troubles": list(done.troubles),
    }


def _day(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError as exc:
        raise typer.BadParameter(f"--since: {text!r} is no day such as 2026-11-23") from exc
