"""`utblick report`: follow-up of influence work over a quarter or a year."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output

if TYPE_CHECKING:
    from monitor.cli.commands import Commands


class Format(StrEnum):
    """How the follow-up is shown."""

    TEXT = "text"
    HTML = "html"
    JSON = "json"


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
    form: Annotated[Format, typer.Option("--format", help="How to show it.")] = Format.TEXT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as --format json.")] = False,
) -> None:
    """Say which files were followed, which windows used and missed, through which channels, with what outcome."""
    from config.organisation import load_organisation
    from digests.follow_up import follow_up_html, follow_up_text
    from monitor.archive.engine import reading
    from monitor.dossiers.files import Rules
    from monitor.letters import reporting
    from monitor.letters.report_page import page_of

    if sum((quarter, year, period is not None)) > 1:
        raise typer.BadParameter("choose one of --quarter, --year and --period")
    settings = context.settings()
    organisation = load_organisation(settings.config)
    zone = organisation.zone
    today = context.clock(settings).astimezone(zone).date()
    if period:
        chosen = reporting.parse_period(period)
    else:
        chosen = reporting.year_of(today) if year else reporting.quarter_of(today)
    with context.archive(settings) as engine, reading(engine) as conn:
        done = reporting.report(conn, chosen, Rules.of(settings.config), today, zone)
    if as_json or form is Format.JSON:
        output.as_json(reporting.as_json(done))
        return
    page = page_of(done, organisation, organisation.letter.language)
    output.say((follow_up_html if form is Format.HTML else follow_up_text)(page).rstrip("\n"))
