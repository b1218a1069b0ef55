"""`utblick report`: follow-up of influence work over a quarter or a year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from monitor.cli.commands import Commands
    from monitor.letters.reporting import Report

MOST = 20


def register(app: Commands) -> None:
    """Add the command of this module to `app`."""
    app.command()(report)


def report(
    *,
    quarter: Annotated[bool, typer.Option("--quarter", help="The present quarter (the default).")] = False,
    year: Annotated[bool, typer.Option("--year", help="The present year.")] = False,
    period: Annotated[
        str | None, typer.Option(metavar="2026-Q3|2026", help="That quarter or year instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which files were followed, which windows used and missed, through which channels, with what outcome."""
    from config.organisation import load_organisation
    from monitor.archive.engine import reading
    from monitor.dossiers.files import Rules
    from monitor.letters import reporting

    if sum((quarter, year, period is not None)) > 1:
        raise typer.BadParameter("choose one of --quarter, --year and --period")
    settings = context.settings()
    zone = load_organisation(settings.config).zone
    today = context.clock(settings).astimezone(zone).date()
    if period:
        chosen = reporting.parse_period(period)
    else:
        chosen = reporting.year_of(today) if year else reporting.quarter_of(today)
    with context.archive(settings) as engine, reading(engine) as conn:
        done = reporting.report(conn, chosen, Rules.of(settings.config), today, zone)
    if as_json:
        output.as_json(reporting.as_json(done))
    else:
        _show(done)


def _show(done: Report) -> None:
    """In Swedish: it is handed on to committees."""
    from digests.words import catalogue
    from monitor.letters.reporting import Use

    words, say = catalogue("sv"), output.say
    first, last = words.plain_date(done.period.first), words.plain_date(done.period.last)
    say(f"Uppföljning av påverkansarbetet {done.period.name} ({first} – {last})")
    say()
    say(f"Ärenden som följts: {len(done.followed)}")
    say(
        f"Fönster för påverkan i dem: {done.uses.get(Use.USED, 0)} använda, "
        f"{done.uses.get(Use.MISSED, 0)} missade, {done.uses.get(Use.OPEN, 0)} ännu öppna"
    )
    say(f"Kanaler: {_counted(done.channels) or 'inga angivna'}")
    say(f"Läge vid periodens slut: {_counted(done.outcomes) or 'inga ärenden'}")
    if done.followed:
        say()
        output.table(
            ["dossier", "status", "ägare", "kanal", "ärende"],
            [(one.dossier, one.status, one.owner, one.channel, one.title) for one in done.followed],
            right=[0],
        )
    say()
    say(f"Stängda fönster i ärenden att agera på, utan att något ärende öppnats: {len(done.unfollowed)}")
    if done.unfollowed:
        output.table(
            ["dokument", "stängde", "ärende"],
            [(one.document, one.closes, one.title) for one in done.unfollowed[:MOST]],
            right=[0],
        )
    if len(done.unfollowed) > MOST:
        say(f"… och {len(done.unfollowed) - MOST} till (--json visar alla)")


def _counted(counts: Mapping[str, int]) -> str:
    """The most frequent first."""
    return ", ".join(f"{name} {counts[name]}" for name in sorted(counts, key=lambda name: (-counts[name], name)))
