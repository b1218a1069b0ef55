"""`utblick sources`: what is read, and how each source fares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import context, output, upkeep
from monitor.cli.commands import Commands

if TYPE_CHECKING:
    from config.sources import Source
    from monitor.archive.scans import Health
    from monitor.core.health import Alarm, History, PastAttempt

app = Commands(help="List the declared sources and how they fare.", invoke_without_command=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def default(ctx: typer.Context, as_json: Json = False) -> None:
    """List the declared sources and how they fare."""
    if ctx.invoked_subcommand is None:
        list_(as_json=as_json)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List every declared source with its last outcome and what is wrong with it."""
    rows = _known()
    if as_json:
        output.as_json([_as_json(one) for one in rows])
        return
    output.table(
        ["source", "platform", "cadence", "evidence", "outcome", "last good", "alarms", "title"],
        [
            (
                one.source.id,
                one.source.platform,
                one.source.cadence if one.source.enabled else "off",
                one.source.evidence.certainty,
                one.health.outcome if one.health else "never read",
                f"{one.health.last_good:%Y-%m-%d %H:%M}" if one.health and one.health.last_good else "",
                ", ".join(alarm.sign for alarm in one.alarms),
                one.source.title,
            )
            for one in rows
        ],
    )


@app.command()
def show(
    source: Annotated[str, typer.Argument(metavar="ID", help="Id of the source.")],
    as_json: Json = False,
) -> None:
    """Show one source: its declaration, its evidence, how it fares and fared."""
    (known,) = _known(source)
    data = _as_json(known)
    history = [_attempt(one) for one in known.history.attempts]
    if as_json:
        output.as_json({**data, "history": history})
        return
    for name, value in data.items():
        output.say(f"{name:<14} {_plain(value)}")
    if history:
        output.say()
        names = ("finished", "outcome", "requests", "findings", "new", "changed", "seconds", "error")
        rows = [[row[name] for name in names] for row in history]
        output.table(list(names), rows, right=(2, 3, 4, 5, 6))


@dataclass(frozen=True)
class Known:
    """A declared source and all that is known of how it fares."""

    source: Source
    health: Health | None
    history: History
    alarms: tuple[Alarm, ...]


def _known(only: str | None = None) -> list[Known]:
    from config.sources import load_sources, select
    from monitor.archive.engine import reading
    from monitor.archive.history import histories
    from monitor.archive.scans import source_health
    from monitor.core.health import alarms

    settings = context.settings()
    now = context.clock(settings)
    declared = load_sources(settings.config)
    chosen = select(declared, [only]) if only else declared
    with context.archive(settings) as engine, reading(engine) as conn:
        health = source_health(conn)
        history = histories(conn, chosen, now)
    return [
        Known(one, health.get(one.id), history[one.id], alarms(history[one.id], one, now) if one.enabled else ())
        for one in chosen
    ]


def _plain(value: Any) -> Any:
    match value:
        case None:
            return ""
        case dict():
            return ", ".join(f"{key}: {inner}" for key, inner in value.items())
        case list():
            return "; ".join(str(_plain(inner)) for inner in value)
    return value


def _attempt(one: PastAttempt) -> dict[str, Any]:
    return {
        "finished": one.finished.isoformat(timespec="seconds"),
        "outcome": one.outcome,
        "requests": one.requests,
        "not_modified": one.not_modified,
        "findings": one.findings,
        "new": one.new,
        "changed": one.changed,
        "seconds": round(one.seconds, 1),
        "error": one.error,
    }


def _as_json(known: Known) -> dict[str, Any]:
    source, health = known.source, known.health
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
        "typical": known.history.typical,
        "alarms": [{"sign": one.sign.value, "text": one.text} for one in known.alarms],
    }


upkeep.register(app)  # after `list` and `show`, as in the help
