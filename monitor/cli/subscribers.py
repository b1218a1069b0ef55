"""`utblick subscribers`: who gets the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from config.settings import Settings
    from monitor.delivery.subscribers import Subscriber, Wishes

app = Commands(help="Add, list, change, remove and forget those who get the letter.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(metavar="WHO", help="Number or e-mail address of the subscriber.")]
Name = Annotated[str | None, typer.Option(help="The person's name.")]
Language = Annotated[str | None, typer.Option(help="Language of the letter: sv or en.")]
Theme = Annotated[
    list[str] | None, typer.Option(help="Only this theme; may be given several times. Without it: every theme.")
]
Density = Annotated[str | None, typer.Option(help="How much text: short, normal or full.")]
Cadence = Annotated[str | None, typer.Option(help="How often: weekly, fortnightly or monthly.")]
Letter = Annotated[
    bool | None,
    typer.Option("--letter/--alerts-only", help="The letter too, or alerts about followed searches alone."),
]


@app.command()
def add(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="E-mail address.")],
    *,
    name: Name = None,
    language: Language = None,
    theme: Theme = None,
    density: Density = None,
    cadence: Cadence = None,
    letter: Letter = None,
    pending: Annotated[
        bool, typer.Option("--pending", help="No letter before the person has confirmed; a mail asks for it.")
    ] = False,
) -> None:
    """Add a subscriber."""
    from config.organisation import load_organisation
    from monitor.archive.engine import writing
    from monitor.delivery import subscribers

    settings = context.settings()
    ours = load_organisation(settings.config).letter
    wishes = _chosen(
        subscribers.Wishes(language=ours.language),
        theme=theme,
        language=language,
        density=density,
        cadence=cadence,
        letter=letter,
    )
    with context.archive(settings) as engine, writing(engine) as conn:
        added = subscribers.add(
            conn,
            address,
            now=context.clock(settings),
            name=name,
            wishes=wishes,
            allowed_domains=ours.recipient_domains,
            known_themes=_known_themes(settings),
            confirmed=not pending,
        )
    _say(added)
    if pending:
        _invite(settings, added)


@app.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="Only those pending, active, paused or unsubscribed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the subscribers with what they chose."""
    from monitor.archive.engine import reading
    from monitor.delivery import subscribers

    with context.archive() as engine, reading(engine) as conn:
        found = subscribers.listed(conn, state=state)
    if as_json:
        output.as_json([subscribers.as_json(one) for one in found])
        return
    output.table(
        ["id", "address", "name", "state", "language", "density", "cadence", "themes"],
        [
            (
                one.id,
                one.address,
                one.name,
                one.state,
                one.wishes.language,
                one.wishes.density,
                one.wishes.cadence if one.wishes.letter else "-",
                _themes(one),
            )
            for one in found
        ],
        right=[0],
    )


@app.command()
def edit(
    who: Who,
    *,
    address: Annotated[str | None, typer.Option(help="Another e-mail address.")] = None,
    name: Name = None,
    language: Language = None,
    theme: Theme = None,
    every_theme: Annotated[bool, typer.Option("--every-theme", help="Every theme again.")] = False,
    density: Density = None,
    cadence: Cadence = None,
    letter: Letter = None,
    state: Annotated[str | None, typer.Option(help="pending, active or unsubscribed.")] = None,
) -> None:
    """Change what is given and leave the rest."""
    from dataclasses import replace

    from config.organisation import load_organisation
    from monitor.archive.engine import writing
    from monitor.delivery import subscribers

    if theme and every_theme:
        raise typer.BadParameter("give either --theme or --every-theme")
    settings = context.settings()
    with context.archive(settings) as engine, writing(engine) as conn:
        current = subscribers.find(conn, who)
        wishes = _chosen(
            current.wishes, theme=theme, language=language, density=density, cadence=cadence, letter=letter
        )
        if every_theme:
            wishes = replace(wishes, themes=None)
        changed = subscribers.edit(
            conn,
            current.id,
            now=context.clock(settings),
            address=address,
            name=name,
            wishes=wishes,
            state=state,
            allowed_domains=load_organisation(settings.config).letter.recipient_domains,
            known_themes=_known_themes(settings),
        )
    _say(changed)


@app.command()
def remove(who: Who) -> None:
    """Send no more letters; what is kept of the person stays until `forget`."""
    from monitor.archive.engine import writing
    from monitor.delivery import subscribers

    with context.archive() as engine, writing(engine) as conn:
        _say(subscribers.remove(conn, subscribers.find(conn, who).id))


@app.command()
def invite(who: Who) -> None:
    """Ask a pending subscriber by mail to confirm the address, once more."""
    from monitor.archive.engine import reading
    from monitor.delivery import subscribers

    settings = context.settings()
    with context.archive(settings) as engine, reading(engine) as conn:
        found = subscribers.find(conn, who)
    _invite(settings, found)


@app.command()
def export(who: Who) -> None:
    """Print everything that is kept of a subscription, as JSON; `people export` has the rest of a person."""
    from monitor.archive.engine import writing
    from monitor.delivery import personal, subscribers

    with context.archive() as engine, writing(engine) as conn:
        number = subscribers.find(conn, who).id
        found = personal.export(conn, number)
        _note(conn, "export-person", number)
    output.as_json(found)


@app.command()
def forget(who: Who) -> None:
    """Erase a subscription for good; sent letters stay counted. `people erase` has the rest of a person."""
    from monitor.archive.engine import writing
    from monitor.delivery import personal, subscribers

    with context.archive() as engine, writing(engine) as conn:
        found = subscribers.find(conn, who)
        personal.forget(conn, found.id)
        _note(conn, "erase-person", found.id)
    output.say(f"subscriber {found.id} is forgotten")


@app.command()
def bounces(
    place: Annotated[
        str,
        typer.Argument(metavar="PLACE", help="A message, mbox, Maildir, folder of .eml files, or - (stdin)."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read what mail servers reported of letters that came back; pause whom they no longer reach."""
    import sys
    from dataclasses import asdict
    from pathlib import Path

    from config.organisation import load_organisation
    from monitor.archive.engine import writing
    from monitor.delivery import bounces as returned
    from monitor.delivery.mailboxes import messages, one_message

    settings = context.settings()
    letter = load_organisation(settings.config).letter
    raws = [one_message(sys.stdin.buffer)] if place == "-" else messages(Path(place))
    with context.archive(settings) as engine, writing(engine) as conn:
        done = returned.read(
            conn,
            raws,
            list_id=letter.list_id,
            most=settings.bounces_before_pause,
            now=context.clock(settings),
        )
    if as_json:
        output.as_json(asdict(done))
        return
    output.say(
        f"{done.messages} messages: {done.permanent} letters came back for good, {done.temporary} for now, "
        f"{done.known} told before, {done.other} others"
    )
    if done.refused_us:
        output.say(f"{done.refused_us} of them refuse us, not the reader: `brief show WEEK --deliveries` says why")
    for number in done.paused:
        output.say(
            f"subscriber {number} is paused: the last {settings.bounces_before_pause} letters came back; "
            f"`utblick subscribers edit {number} --state active` brings it back"
        )


def _note(conn: Connection, action: str, number: int) -> None:
    """Note among the changes what was done with a person's data, without the name."""
    from getpass import getuser

    from monitor.archive.web import record

    record(conn, getuser(), context.clock(context.settings()), action=action, about=f"subscriber:{number}")


def _invite(settings: Settings, one: Subscriber) -> None:
    from config.organisation import load_organisation
    from monitor.archive.engine import reading
    from monitor.delivery import subscribers
    from monitor.delivery.inviting import invite as ask

    with context.archive(settings) as engine, reading(engine) as conn:
        token = subscribers.token(conn, one.id)
    ask(one, token, load_organisation(settings.config), settings, context.clock(settings))
    output.say(f"a mail asks subscriber {one.id} to confirm")


def _known_themes(settings: Settings) -> frozenset[str]:
    from config.themes import load_themes

    return frozenset(theme.id for theme in load_themes(settings.config))


def _chosen(known: Wishes, *, theme: list[str] | None, **given: Any) -> Wishes:
    """The known wishes with what was given; `given` are fields of `Wishes`, None: it was not."""
    from dataclasses import replace

    changed = {"themes": tuple(theme) if theme else None, **given}
    return replace(known, **{name: value for name, value in changed.items() if value is not None})


def _say(one: Subscriber) -> None:
    wishes = one.wishes
    wanted = f"{wishes.cadence}, {wishes.density}" if wishes.letter else "alerts alone"
    output.say(f"subscriber {one.id}: {one.state}, {wanted}, {wishes.language}, {_themes(one)}")


def _themes(one: Subscriber) -> str:
    return ", ".join(one.wishes.themes) if one.wishes.themes else "every theme"
