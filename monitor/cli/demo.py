"""`utblick demo`: the whole way on example data, with a summary that tells a newcomer what happened."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from digests.briefing import Entry
    from monitor.cli.commands import Commands
    from monitor.demo import Demo

MOST = 5


def register(app: Commands) -> None:
    """Add the command of this module to `app`."""
    app.command()(demo)


def demo(
    folder: Annotated[
        Path | None,
        typer.Option("--dir", metavar="DIR", help="Where the demo keeps its data; made anew each time."),
    ] = None,
    *,
    serve: Annotated[bool, typer.Option("--serve", help="Serve the pages over the example afterwards.")] = False,
    port: Annotated[int, typer.Option(metavar="P", min=1, max=65535, help="Port of the pages.")] = 8000,
) -> None:
    """Go the whole way on constructed example data: collect, rate, search, write the weekly letter. No network."""
    from monitor import demo as whole_way

    target = (folder or context.settings().data_dir / "demo").resolve()
    with _progress() as step:
        done = whole_way.run(target, step)
    _summary(done)
    if serve:
        from threading import Event

        from monitor import web

        output.say(f"The pages: http://127.0.0.1:{port}/ (Ctrl-C ends them)")
        web.serve(whole_way.settings_on(target, done.scans[-1].started), host="127.0.0.1", port=port, stop=Event())


def _summary(done: Demo) -> None:
    say = output.say
    say("Utblick demo. All source data is CONSTRUCTED by the project around real EU files; nothing was fetched.")
    days = ", ".join(f"{report.started:%Y-%m-%d}" for report in done.scans)
    say(f"Read on three days ({days}); {done.rated} documents rated.")
    say()
    new: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    outcome: dict[str, str] = {}
    titles: dict[str, str] = {}
    for report in done.scans:
        for one in report.sources:
            new[one.source.id] += one.counts.new
            changed[one.source.id] += one.counts.changed
            outcome[one.source.id] = one.attempt.outcome
            titles[one.source.id] = one.source.title
    output.table(
        ["source", "new", "changed", "last outcome", "what it is"],
        [(source, new[source], changed[source], outcome[source], titles[source]) for source in titles],
        right=(1, 2),
    )
    say()
    say(f"The letter of {done.briefing.week}: {done.briefing.subject}")
    say()
    entries = [entry for section in done.briefing.sections for entry in section.entries]
    for number, entry in enumerate(entries[:MOST], 1):
        say(f"{number}. {entry.lead}: {entry.title.text}")
        say(f"   {_deadline(entry)}")
        say(f"   {entry.why}")
    say()
    for path in done.files:
        say(f"{path.suffix[1:]:<5} {path}")
    say()
    folder = done.folder
    data = f"UTBLICK_DATA_DIR={folder} utblick"
    say("Try next:")
    say(f"  {data} search avlopp        search the example archive")
    say("  utblick scan --dry-run hys-open   ask a live source what is new, store nothing")
    say(f"  {data} brief send --dry-run --now 2026-11-23   who would get the letter")


def _deadline(entry: Entry) -> str:
    from digests.words import catalogue

    words = catalogue("sv")
    window = entry.window
    if window is None or window.closes is None:
        return "ingen tidsfrist känd" if window is None else "slutdatum okänt"
    left = f", {words.days_left(window.days_left)}" if window.days_left is not None else ""
    return f"senast {words.long_date(window.closes)}{left} ({words.certainties[window.certainty]})"


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None] | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=30), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting")
        yield lambda what, done, total: progress.update(task, description=what, completed=done, total=total)
