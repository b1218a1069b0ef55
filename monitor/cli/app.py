"""The command `utblick`: the groups put together, and every error as one line with its exit status."""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

import typer
from typer.exceptions import TyperException

from monitor.cli.commands import Commands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DONE, FAILED, MISUSED = 0, 1, 2
INTERRUPTED = 130
"""What the command line library makes of Ctrl-C."""
_group = cache(typer.main.get_group)


COMMANDS: Mapping[str, str] = {
    "demo": "demo",
    "init": "init",
    "scan": "scan",
    "parse": "scan",
    "rescan": "rescan",
    "add": "add",
    "search": "archive",
    "show": "archive",
    "explain": "archive",
    "label": "label",
    "doctor": "doctor",
    "report": "report",
    "serve": "serve",
}
"""The module of each command, in the order of the help."""
GROUPS: Mapping[str, str] = {
    "sources": "sources",
    "case": "case",
    "brief": "brief",
    "subscribers": "subscribers",
    "tokens": "tokens",
    "people": "people",
    "public-records": "public_records",
    "alerts": "alerts",
    "groups": "groups",
    "model": "model",
    "db": "database",
}
"""The module of each group of commands."""


@cache
def build(word: str | None = None) -> Commands:
    """The commands, put together once in a process; it loads no heavy library.

    Args:
        word: a command or a group: it alone is loaded, as nothing else is asked for; anything else: all of them.
    """
    only = [name for name in (*COMMANDS, *GROUPS) if name == word] or [*COMMANDS, *GROUPS]
    app = Commands(
        name="utblick",
        help="Watch what the EU, the state and international bodies are about to decide, and act in time.",
        no_args_is_help=True,
    )
    for module in dict.fromkeys(COMMANDS[name] for name in only if name in COMMANDS):
        import_module(f"monitor.cli.{module}").register(app)
    for name in only:
        if name in GROUPS:
            app.add_typer(import_module(f"monitor.cli.{GROUPS[name]}").app, name=name)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status: 0 done, 1 failed, 2 wrong usage or configuration."""
    try:
        command = _group(build(arguments[0] if arguments else None))
        status = command.main(list(arguments), prog_name="utblick", standalone_mode=False)
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
            said = exc.format_message()
            if "\n" in said:  # the help, for a group that was given no command
                sys.stderr.write(f"{said}\n")
                return MISUSED
            return _complain(f"{said} (`--help` explains)", MISUSED)
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
