"""`utblick sources check`, `diff` and `new`: whether addresses answer, what changed in them, how to add one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import context, output

if TYPE_CHECKING:
    from monitor.cli.commands import Commands
    from monitor.sources.checking import Probe
    from monitor.sources.comparing import Comparison

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="Id of the source.")]


def register(sources: Commands) -> None:
    """Add the commands of this module to `utblick sources`."""
    sources.command()(check)
    sources.command()(diff)
    sources.command()(new)


def check(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Sources to ask; without: every declared one.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Ask each source for its first page, politely, and store nothing; status 1 if any does not answer rightly."""
    from config.sources import load_sources, select
    from monitor.sources.checking import check as probe

    settings = context.settings()
    declared = load_sources(settings.config)
    chosen = select(declared, ids) if ids else declared
    probes = []
    for one in probe(chosen, settings, now=context.clock(settings)):
        probes.append(one)
        if not as_json:
            output.say(_line(one))
    if as_json:
        output.as_json([_as_json(one) for one in probes])
    else:
        well = sum(one.well for one in probes)
        output.say(f"{well} of {len(probes)} answer as declared")
    if not all(one.well for one in probes):
        raise typer.Exit(1)


def diff(source: Id, as_json: Json = False) -> None:
    """Show what changed in the shape of a source's answers since the last one that could be read."""
    from config.sources import load_sources, select
    from monitor.archive.engine import reading
    from monitor.sources.comparing import compare_newest

    settings = context.settings()
    (chosen,) = select(load_sources(settings.config), [source])
    with context.archive(settings) as engine, reading(engine) as conn:
        found = compare_newest(conn, chosen, settings.captures)
    if as_json:
        output.as_json(_comparison(found))
        return
    for name, one in (("before", found.before), ("now", found.now)):
        output.say(
            f"{name:<8} {one.fetched_at:%Y-%m-%d %H:%M} UTC  status {one.status}  {one.size} bytes  {one.url}"
        )
    if not found.read:
        output.say("the newest answer could not be read")
    for difference in found.differences:
        output.say(output.clean(str(difference)))
    if not found.differences:
        output.say("the same shape")


def new(
    source: Annotated[
        str, typer.Argument(metavar="ID", help="Id for the source: small letters, digits, hyphens.")
    ],
    *,
    platform: Annotated[str, typer.Option(help="Which protocol it speaks: feed, page, …")],
    url: Annotated[str, typer.Option(help="Start address.")],
    title: Annotated[str, typer.Option(help="What people shall read.")] = "",
    owner: Annotated[str, typer.Option(help="Who publishes.")] = "",
    language: Annotated[str, typer.Option(help="ISO 639-1 code of its language.")] = "sv",
    folder: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="Configuration to write to; without: UTBLICK_CONFIG."),
    ] = None,
) -> None:
    """Write the beginning of a new source: a declaration, switched off, and a test with a constructed payload."""
    from config.errors import ConfigError
    from monitor.sources.declaring import Wanted, scaffold

    target = folder or context.settings().config
    if target is None:
        raise ConfigError("where to? UTBLICK_CONFIG or --dir names the folder of a configuration of one's own")
    written = scaffold(target, Wanted(source, platform, url, title or source, owner or source, language))
    output.say(f"{written.declaration}\n{written.test}")
    output.say(f"next: fill in the declaration, then `utblick sources check {source}`")


def _line(one: Probe) -> str:
    said = [
        f"{one.source.id}: {one.verdict}",
        f"status {one.status}" if one.status else "",
        f"robots.txt {one.robots}",
        f"{one.findings} items" if one.well else "",
        f"newest {one.newest}" if one.newest else "",
        f"now at {one.url}" if one.moved else "",
        one.error or "; ".join(one.warnings),
    ]
    return output.clean(", ".join(part for part in said if part))


def _as_json(one: Probe) -> dict[str, Any]:
    return {
        "id": one.source.id,
        "platform": one.source.platform,
        "enabled": one.source.enabled,
        "verdict": one.verdict,
        "robots": one.robots.value,
        "status": one.status,
        "url": one.url,
        "moved": one.moved,
        "findings": one.findings,
        "newest": one.newest.isoformat() if one.newest else None,
        "warnings": list(one.warnings),
        "error": one.error,
        "seconds": round(one.seconds, 2),
    }


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        **{
            name: {
                "url": one.url,
                "fetched_at": one.fetched_at.isoformat(),
                "sha256": one.sha256,
                "status": one.status,
            }
            for name, one in (("before", found.before), ("now", found.now))
        },
        "read": found.read,
        "differences": [
            {"path": one.path, "before": list(one.before), "now": list(one.now)} for one in found.differences
        ],
    }
