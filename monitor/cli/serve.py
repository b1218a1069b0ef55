"""`utblick serve`: the scheduler, and the pages beside it."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import context, output

if TYPE_CHECKING:
    from monitor.cli.commands import Commands


def register(app: Commands) -> None:
    """Add the command of this module to `app`."""
    app.command()(serve)


def serve(
    *,
    host: Annotated[str, typer.Option(metavar="H", help="Address on which the pages are served.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="P", min=1, max=65535, help="Port of the pages.")] = 8000,
    no_web: Annotated[bool, typer.Option("--no-web", help="The scheduler alone, without pages.")] = False,
    public: Annotated[
        bool, typer.Option("--public", help="Only what readers of the letter need from outside; no scheduler.")
    ] = False,
) -> None:
    """Read sources when they are due and send the weekly letter, until it is stopped; serve the pages."""
    import logging

    from monitor.serving import Scheduler

    if no_web and public:
        raise typer.BadParameter("--no-web and --public exclude each other")
    pages = None if no_web else _pages()
    settings = context.settings()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    if public:
        # Whatever the open internet reaches shall do nothing by itself.
        _pages().serve(settings, host=host, port=port, stop=stop, public=True)
        return
    with context.archive(settings) as engine:
        scheduler = Scheduler(engine, settings, lambda: context.clock(settings))
        if pages is None:
            scheduler.run(stop)
            return
        working = threading.Thread(target=scheduler.run, args=(stop,), name="scheduler")
        working.start()
        try:
            pages.serve(settings, host=host, port=port, stop=stop)
        finally:
            stop.set()
            working.join()


def _pages() -> Any:
    """The room of the pages, which gives `monitor.web.serve`; status 1 where it is missing."""
    from importlib import import_module

    try:
        return import_module("monitor.web")
    except ModuleNotFoundError as exc:
        if exc.name != "monitor.web":
            raise
        output.say(
            "utblick: the pages are not installed; `utblick serve --no-web` runs the scheduler alone", err=True
        )
        raise typer.Exit(1) from exc
