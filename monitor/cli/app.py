"""The command `utblick`: the groups put together, and every error as one line with its exit status."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

import typer
from typer.exceptions import TyperException

from monitor.cli.commands import Commands

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, FAILED, MISUSED = 0, 1, 2
INTERRUPTED = 130
"""What the command line library makes of Ctrl-C."""
_command = cache(typer.main.get_command)


@cache
def build() -> Commands:
    """All commands, put together once in a process; it loads no heavy library."""
    from monitor.cli import (
        add,
        alerts,
        archive,
        brief,
        case,
        database,
        demo,
        doctor,
        groups,
        init,
        label,
        model,
        people,
        public_records,
        report,
        rescan,
        scan,
        serve,
        sources,
        subscribers,
        tokens,
        upkeep,
    )

    app = Commands(
        name="utblick",
        help="Watch what the EU, the state and international bodies are about to decide, and act in time.",
        no_args_is_help=True,
    )
    demo.register(app)
    init.register(app)
    scan.register(app)
    rescan.register(app)
    add.register(app)
    upkeep.register(sources.app)
    app.add_typer(sources.app, name="sources")
    archive.register(app)
    label.register(app)
    doctor.register(app)
    report.register(app)
    serve.register(app)
    app.add_typer(case.app, name="case")
    app.add_typer(brief.app, name="brief")
    app.add_typer(subscribers.app, name="subscribers")
    app.add_typer(tokens.app, name="tokens")
    app.add_typer(people.app, name="people")
    app.add_typer(public_records.app, name="public-records")
    app.add_typer(alerts.app, name="alerts")
    app.add_typer(groups.app, name="groups")
    app.add_typer(model.app, name="model")
    app.add_typer(database.app, name="db")
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status: 0 done, 1 failed, 2 wrong usage or configuration."""
    try:
        status = _command(build()).main(list(arguments), prog_name="utblick", standalone_mode=False)
        if status == INTERRUPTED:
            return _complain("interrupted; what was stored stays, the next run continues", FAILED)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing to say, and nobody to say it to.
        sys.stderr.close()
        return FAILED
    except Exception as exc:
        if "--debug" in arguments:
            raise
        return _explain(exc)
    return status if isinstance(status, int) else DONE


def _explain(exc: Exception) -> int:
    from config.errors import ConfigError
    from monitor.errors import MonitorError

    match exc:
        case TyperException():
            return _complain(f"{exc.format_message()} (`--help` explains)", MISUSED)
        case ConfigError():
            return _complain(_one_line(exc), MISUSED)
        case typer.Abort():
            return _complain("aborted", FAILED)
        case MonitorError() | OSError():
            return _complain(_one_line(exc), FAILED)
    what = f"{type(exc).__name__}: {_one_line(exc)}"
    return _complain(f"internal error, please report: {what} (--debug shows where)", FAILED)


def _one_line(exc: Exception) -> str:
    if isinstance(exc, OSError) and exc.strerror:
        return f"{exc.filename}: {exc.strerror}" if exc.filename else exc.strerror
    return " ".join(str(exc).split())


def _complain(message: str, status: int) -> int:
    sys.stderr.write(f"utblick: {message}\n")
    return status
