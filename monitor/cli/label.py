"""`utblick label`: a person's judgement of a document, which outranks every model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from digests.terms import Direction, Level
from monitor.cli import context, output

if TYPE_CHECKING:
    from monitor.cli.commands import Commands


def register(app: Commands) -> None:
    """Add the command of this module to `app`."""
    app.command()(label)


def label(
    doc: Annotated[str, typer.Argument(metavar="DOC", help="Number here, or any identifier.")],
    *,
    theme: Annotated[list[str] | None, typer.Option(help="It is about this theme; may be repeated.")] = None,
    not_theme: Annotated[
        list[str] | None, typer.Option("--not-theme", help="It is not about this theme; may be repeated.")
    ] = None,
    level: Annotated[Level | None, typer.Option(help="How much it matters.")] = None,
    direction: Annotated[Direction | None, typer.Option(help="Which way it moves our room for action.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who judges; without: the login name.")
    ] = None,
) -> None:
    """Correct a document's themes, level or direction; kept with who and when, and never overruled by a model."""
    from getpass import getuser

    from config.themes import load_themes
    from monitor.archive.engine import writing
    from monitor.archive.ratings import judge
    from monitor.search.lookup import look_up
    from nlp import assessment

    if not (theme or not_theme or level or direction):
        raise typer.BadParameter("nothing to say: give --theme, --not-theme, --level or --direction")
    settings = context.settings()
    known = [one.id for one in load_themes(settings.config)]
    for name in (*(theme or ()), *(not_theme or ())):
        if name not in known:
            raise typer.BadParameter(f"unknown theme {name!r}; there are {', '.join(known)}")
    verdicts = dict.fromkeys(theme or (), True) | dict.fromkeys(not_theme or (), False)
    with context.archive(settings) as engine, writing(engine) as conn:
        document = look_up(conn, doc).document
        judge(
            conn,
            document.id,
            by or getuser(),
            context.clock(settings),
            themes=verdicts,
            level=assessment.Level(level.value) if level else None,
            direction=assessment.Direction(direction.value) if direction else None,
        )
    output.say(f"noted for {document.id}: {document.title()[0]}")
