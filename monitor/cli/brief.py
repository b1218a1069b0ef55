"""`utblick brief`: the weekly letter."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

if TYPE_CHECKING:
    from config.settings import Settings
    from digests.briefing import Briefing

app = Commands(help="Preview, send and look up the weekly letter.", no_args_is_help=True)

Week = Annotated[str | None, typer.Option(metavar="2026-W48", help="ISO week; without: the present one.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Format(StrEnum):
    """How the letter is shown."""

    HTML = "html"
    TEXT = "text"
    EML = "eml"
    JSON = "json"
    ICS = "ics"


class Outcome(StrEnum):
    """What a person decides about a copy whose fate is unknown."""

    SENT = "sent"
    RESEND = "resend"


@app.command()
def preview(
    *,
    week: Week = None,
    form: Annotated[Format, typer.Option("--format", help="How to show it.")] = Format.TEXT,
    density: Annotated[str, typer.Option(help="How much text: short, normal or full.")] = "normal",
    language: Annotated[str | None, typer.Option(help="sv or en; without: the organisation's.")] = None,
) -> None:
    """Show the letter of a week as it would be sent now; nothing is stored."""
    settings = context.settings()
    briefing = _compose(settings, week, density, language)
    output.say(rendered(briefing, form, settings))


@app.command()
def send(
    *,
    week: Week = None,
    to: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only this subscriber.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say who would get it; send nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Send the letter to everybody who is due, at most once each; status 1 if nobody is."""
    from dataclasses import asdict

    from monitor.letters.posting import send as post

    settings = context.settings()
    with context.archive(settings) as engine:
        done = post(
            engine,
            settings,
            week=_week(settings, week),
            clock=lambda: context.clock(settings),
            only=to,
            dry_run=dry_run,
        )
    if as_json:
        output.as_json(asdict(done))
    elif done.tally is None:
        output.say(f"would send “{done.subject}” to {len(done.recipients)} subscribers")
    else:
        tally = done.tally
        output.say(
            f"“{done.subject}”: {tally.sent} sent, {tally.waiting} waiting, {tally.failed} refused, "
            f"{tally.unknown} unknown"
        )
        for number in done.paused:
            output.say(f"subscriber {number} is paused: the last letters all came back")
    if done.tally and (done.tally.stopped or done.tally.failed or done.tally.unknown):
        reason = done.tally.stopped or "see `utblick brief show`"
        output.say(f"utblick: not everybody has got the letter: {reason}", err=True)
        raise typer.Exit(1)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the editions that were published."""
    from config.organisation import load_organisation
    from monitor.archive.engine import reading
    from monitor.delivery.outbox import counts
    from monitor.letters.briefing import editions

    settings = context.settings()
    name = load_organisation(settings.config).letter.name
    with context.archive(settings) as engine, reading(engine) as conn:
        rows = [
            {
                "week": one.week,
                "subject": one.subject,
                "built_at": one.built_at.isoformat(),
                "state": one.state,
                "deliveries": counts(conn, one.id),
            }
            for one in editions(conn, name)
        ]
    if as_json:
        output.as_json(rows)
    else:
        output.table(["week", "state", "subject"], [(row["week"], row["state"], row["subject"]) for row in rows])


@app.command()
def show(
    week: Annotated[
        str, typer.Argument(metavar="WEEK", help="ISO week of a published edition, such as 2026-W48.")
    ],
    *,
    form: Annotated[Format, typer.Option("--format", help="html, text or json.")] = Format.TEXT,
    deliveries: Annotated[
        bool, typer.Option("--deliveries", help="List the copies and their fate instead.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show a published edition as it was, or what became of its copies."""
    from dataclasses import asdict

    from config.organisation import load_organisation
    from monitor.archive.engine import reading
    from monitor.delivery import outbox
    from monitor.letters.briefing import BriefingError, find

    settings = context.settings()
    name = load_organisation(settings.config).letter.name
    with context.archive(settings) as engine, reading(engine) as conn:
        edition = find(conn, name, week)
        if edition is None:
            raise BriefingError(f"no edition of week {week}; `utblick brief list` shows those that exist")
        copies = outbox.deliveries(conn, edition_id=edition.id) if deliveries else ()
    if deliveries and as_json:
        output.as_json([asdict(copy) for copy in copies])
    elif deliveries:
        output.table(
            ["delivery", "subscriber", "state", "attempts", "error or report"],
            [
                (copy.id, copy.subscriber_id, copy.state, copy.attempts, copy.bounced or copy.error)
                for copy in copies
            ],
        )
    elif as_json or form is Format.JSON:
        output.as_json(edition.json)
    elif form in (Format.EML, Format.ICS):
        raise typer.BadParameter("a published edition is kept without recipients; choose html, text or json")
    else:
        output.say(edition.html if form is Format.HTML else edition.text)


@app.command()
def resolve(
    delivery: Annotated[int, typer.Argument(metavar="DELIVERY", help="Number of the copy.")],
    outcome: Annotated[Outcome, typer.Argument(help="It was sent after all, or shall be sent again.")],
) -> None:
    """Decide about a copy whose fate is unknown, or that was refused."""
    from monitor.archive.engine import writing
    from monitor.delivery import outbox

    settings = context.settings()
    with context.archive(settings) as engine, writing(engine) as conn:
        changed = outbox.resolve(conn, delivery, outcome.value, now=context.clock(settings))
    output.say(f"delivery {changed.id} is {changed.state}")


def rendered(briefing: Briefing, form: Format, settings: Settings) -> str:
    """The letter in one of the formats; an .eml goes to a constructed reader."""
    import json

    from digests.as_json import as_json
    from digests.calendar import letter_calendar
    from digests.message import message, message_id
    from digests.render import render_html, render_text

    match form:
        case Format.HTML:
            return render_html(briefing)
        case Format.TEXT:
            return render_text(briefing)
        case Format.JSON:
            return json.dumps(as_json(briefing), ensure_ascii=False, indent=2)
        case Format.ICS:
            return letter_calendar(briefing).decode()
        case Format.EML:
            mail = message(
                briefing,
                to="preview@example.org",
                sender=settings.mail_from,
                date=briefing.built_at,
                message_id=message_id(briefing, "preview"),
            )
            return mail.as_bytes().decode("ascii")


def _compose(settings: Settings, week: str | None, density: str, language: str | None) -> Briefing:
    from typing import cast, get_args

    from digests.briefing import Density
    from monitor.archive.engine import reading
    from monitor.letters.briefing import Office, edit, gather

    if density not in get_args(Density):
        raise typer.BadParameter(f"--density: expected {', '.join(get_args(Density))}, got {density!r}")
    if language not in (None, "sv", "en"):
        raise typer.BadParameter(f"--language: expected sv or en, got {language!r}")
    office = Office.of(settings)
    with context.archive(settings) as engine, reading(engine) as conn:
        material = gather(conn, office, week=_week(settings, week), now=context.clock(settings))
    return edit(material, language=language, density=cast("Density", density))


def _week(settings: Settings, week: str | None) -> str:
    from config.organisation import load_organisation
    from digests.weeks import week_of

    zone = load_organisation(settings.config).zone
    return week or week_of(context.clock(settings).astimezone(zone).date())
