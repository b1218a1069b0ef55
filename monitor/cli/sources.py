"""`utblick sources`: what is read, and how each source fares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

if TYPE_CHECKING:
    from config.sources import Source
    from monitor.archive.scans import Health

app = Commands(help="List the declared sources and how they fare.", invoke_without_command=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def default(ctx: typer.Context, as_json: Json = False) -> None:
    """List the declared sources and how they fare."""
    if ctx.invoked_subcommand is None:
        list_(as_json=as_json)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List every declared source with its last outcome."""
    rows = _with_health()
    if as_json:
        output.as_json([_as_json(source, health) for source, health in rows])
        return
    output.table(
        ["source", "platform", "cadence", "evidence", "outcome", "last good", "title"],
        [
            (
                source.id,
                source.platform,
                source.cadence if source.enabled else "off",
                source.evidence.certainty,
                health.outcome if health else "never read",
                f"{health.last_good:%Y-%m-%d %H:%M}" if health and health.last_good else "",
                source.title,
            )
            for source, health in rows
        ],
    )


@app.command()
def show(
    source: Annotated[str, typer.Argument(metavar="ID", help="Id of the source.")],
    as_json: Json = False,
) -> None:
    """Show one source: its declaration, its evidence, how it fares."""
    rows = [(found, health) for found, health in _with_health(source)]
    chosen, health = rows[0]
    data = _as_json(chosen, health)
    if as_json:
        output.as_json(data)
        return
    for name, value in data.items():
        shown = ", ".join(f"{key}: {inner}" for key, inner in value.items()) if isinstance(value, dict) else value
        output.say(f"{name:<14} {'' if shown is None else shown}")


def _with_health(only: str | None = None) -> list[tuple[Source, Health | None]]:
    from config.sources import load_sources, select
    from monitor.archive.engine import reading
    from monitor.archive.scans import source_health

    settings = context.settings()
    declared = load_sources(settings.config)
    chosen = select(declared, [only]) if only else declared
    with context.archive(settings) as engine, reading(engine) as conn:
        health = source_health(conn)
    return [(source, health.get(source.id)) for source in chosen]


def _as_json(source: Source, health: Health | None) -> dict[str, Any]:
    return {
        "id": source.id,
        "platform": source.platform,
        "title": source.title,
        "owner": source.owner,
        "url": source.url,
        "enabled": source.enabled,
        "cadence": source.cadence,
        "languages": list(source.languages),
        "licence": source.licence,
        "evidence": source.evidence.model_dump(mode="json"),
        "expect": source.expect.model_dump(mode="json"),
        "outcome": health.outcome if health else None,
        "last_good": health.last_good.isoformat() if health and health.last_good else None,
        "last_attempt": health.last_attempt.isoformat() if health and health.last_attempt else None,
        "failing": health.failing if health else 0,
        "next_check_at": health.next_check_at.isoformat() if health and health.next_check_at else None,
        "newest": health.newest.isoformat() if health and health.newest else None,
        "documents": health.documents if health else 0,
        "warnings": list(health.warnings) if health else [],
        "error": health.error if health else None,
    }
