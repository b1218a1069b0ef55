"""`utblick add`: a signal by hand."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output

if TYPE_CHECKING:
    from monitor.cli.commands import Commands
    from spiders.finding import Identifier, Kind


def register(app: Commands) -> None:
    """Add the command of this module to `app`."""
    app.command()(add)


def add(
    url: Annotated[str, typer.Argument(metavar="URL|-", help="Where it stands; `-`: nowhere, it was heard.")],
    *,
    title: Annotated[str, typer.Option(metavar="T", help="What it is, in one line.")],
    deadline: Annotated[str | None, typer.Option(metavar="D", help="Last day to act (ISO 8601).")] = None,
    note: Annotated[str, typer.Option(metavar="N", help="What one should know; `-` reads standard input.")] = "",
    kind: Annotated[
        str, typer.Option(help="Kind of document: call, remiss, event, report, news, other …")
    ] = "other",
    about: Annotated[
        list[str] | None, typer.Option(metavar="REF", help="Number of the file it is about; may be repeated.")
    ] = None,
    language: Annotated[str, typer.Option(help="ISO 639-1 code of title and note.")] = "sv",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Add a signal of one's own to the archive; it is rated and filed like any other document."""
    from config.organisation import load_organisation
    from monitor.archive.documents import get_document
    from monitor.archive.engine import reading
    from monitor.collecting.by_hand import Signal
    from monitor.collecting.by_hand import add as store
    from monitor.following import follow

    settings = context.settings()
    signal = Signal(
        title=title,
        url=None if url == "-" else url,
        deadline=_day(deadline),
        note=sys.stdin.read() if note == "-" else note,
        kind=_kind(kind),
        about=tuple(_identifier(one) for one in about or ()),
        language=language,
    )
    with context.archive(settings) as engine:
        zone = load_organisation(settings.config).zone
        number = store(engine, signal, zone=zone, clock=lambda: context.clock(settings))
        follow(engine, settings, lambda: context.clock(settings))
        with reading(engine) as conn:
            one = get_document(conn, number)
    level = one.level if one else None
    themes = list(one.themes) if one else []
    if as_json:
        output.as_json({"id": number, "level": level, "themes": themes})
    else:
        output.say(f"document {number}: {', '.join([level or 'not rated', *themes])}")


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise typer.BadParameter(f"--deadline: {text!r} is no day such as 2026-11-23") from exc


def _kind(text: str) -> Kind:
    from spiders.finding import Kind

    try:
        return Kind(text)
    except ValueError as exc:
        raise typer.BadParameter(f"--kind: {text!r}; there are {', '.join(Kind)}") from exc


def _identifier(text: str) -> Identifier:
    from spiders.identifiers import parse_identifier

    found = parse_identifier(text)
    if found is None:
        raise typer.BadParameter(f"--about: {text!r} is no identifier such as 2022/0345(COD)")
    return found
