"""The live display of a scan on a terminal: a row per source that is being read, and how many are done."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from spiders.events import Ended, PageRead
from spiders.events import Progress as Said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from config.sources import Source
    from monitor.archive.scans import Counts
    from monitor.collecting.scan import Watcher
    from spiders.events import Event

ROWS = 12
"""Sources shown at the same time; more would scroll the terminal."""


@contextmanager
def shown(sources: Sequence[Source]) -> Iterator[Watcher]:
    """A watcher for `monitor.collecting.scan.scan` that keeps the display up to date until the block ends."""
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        whole = progress.add_task("sources", total=len(sources), said="")
        rows: dict[str, TaskID] = {}

        def watch(event: Event, counts: Counts) -> None:
            match event:
                case Said() if event.source in rows or len(rows) < ROWS:
                    if event.source not in rows:
                        rows[event.source] = progress.add_task(event.source, total=None, said="")
                    progress.update(
                        rows[event.source],
                        completed=event.requests,
                        total=event.requests + event.waiting,
                        said=f"{counts.new} new, {counts.changed} changed",
                    )
                case Ended():
                    progress.advance(whole)
                    source = event.attempt.source
                    if source in rows:
                        progress.remove_task(rows.pop(source))
                    line = f"{source}: {event.attempt.outcome}, {counts.new} new, {counts.changed} changed"
                    progress.console.print(Text(line))
                case PageRead() | _:
                    pass

        yield watch


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A callback that shows how many of how many are done, until the block ends; on a terminal only."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=40),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
