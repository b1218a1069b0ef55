"""`utblick alerts`: mail about what is new in followed searches."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

app = Commands(help="Send and list alerts about followed searches.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def send(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be told; send nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Tell what is new in every followed search whose moment has come, at most once each."""
    from dataclasses import asdict

    from monitor.letters.alerting import send_alerts

    settings = context.settings()
    with context.archive(settings) as engine:
        done = send_alerts(engine, settings, clock=lambda: context.clock(settings), dry_run=dry_run)
    if as_json:
        output.as_json(asdict(done))
    else:
        for one in done.due:
            verb = "would tell" if dry_run else "told"
            output.say(
                f"alert {one.alert} ({one.interval}): {verb} subscriber {one.subscriber} {one.hits} results"
            )
        if not dry_run:
            output.say(f"{done.sent} sent, {done.waiting} waiting, {done.failed} refused, {done.unknown} unknown")
    if done.stopped or done.failed or done.unknown:
        reason = done.stopped or "see the log"
        output.say(f"utblick: not everybody has got the alert: {reason}", err=True)
        raise typer.Exit(1)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the alerts: which search, to which subscriber, how often, and up to when it was told."""
    from monitor.archive.alerts import alerts
    from monitor.archive.engine import reading

    with context.archive() as engine, reading(engine) as conn:
        rows = [
            {
                "id": one.id,
                "search": one.name,
                "followed_by": one.who,
                "subscriber": one.subscriber,
                "interval": one.interval,
                "state": one.standing,
                "told_at": one.told_at.isoformat(),
            }
            for one in alerts(conn)
        ]
    if as_json:
        output.as_json(rows)
        return
    headings = ["id", "search", "followed_by", "subscriber", "interval", "state", "told_at"]
    output.table(headings, [tuple(row.values()) for row in rows], right=[0, 3])
