"""The command `utblick`: the groups put together, the options every command takes, errors as one line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import typer

from monitor.cli import context

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE, FAILED, MISUSED = 0, 1, 2


def build() -> click.Group:
    """The whole command tree; importing it loads no heavy library."""
    from monitor.cli import archive, brief, database, demo, model, scan, sources, subscribers

    app = typer.Typer(
        name="utblick",
        help="Watch what the EU, the state and international bodies are about to decide, and act in time.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def _root() -> None:
        """Keep the name of a single command; options belong to the commands."""

    demo.register(app)
    scan.register(app)
    app.add_typer(sources.app, name="sources")
    archive.register(app)
    app.add_typer(brief.app, name="brief")
    app.add_typer(subscribers.app, name="subscribers")
    app.add_typer(model.app, name="model")
    app.add_typer(database.app, name="db")
    command = typer.main.get_command(app)
    _equip(command)
    assert isinstance(command, click.Group)  # noqa: S101  # a Typer with several commands is a group
    return command


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status: 0 done, 1 failed, 2 wrong usage or configuration."""
    from config.errors import ConfigError
    from monitor.errors import MonitorError

    debug = "--debug" in arguments
    try:
        result = build().main(list(arguments), prog_name="utblick", standalone_mode=False)
    except click.UsageError as exc:
        place = exc.ctx.command_path if exc.ctx else "utblick"
        return _complain(f"{exc.format_message()} (see `{place} --help`)", MISUSED)
    except click.Abort:
        return _complain("interrupted; what was stored stays, the next run continues", FAILED)
    except KeyboardInterrupt:
        return _complain("interrupted; what was stored stays, the next run continues", FAILED)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing to say and nobody to say it to.
        sys.stderr.close()
        return FAILED
    except (ConfigError, MonitorError, OSError) as exc:
        if debug:
            raise
        status = MISUSED if isinstance(exc, ConfigError) else FAILED
        return _complain(_one_line(exc), status)
    except Exception as exc:
        if debug:
            raise
        return _complain(f"internal error, please report: {type(exc).__name__}: {_one_line(exc)} (--debug shows where)", FAILED)
    return result if isinstance(result, int) else DONE


def _equip(command: click.Command) -> None:
    """Give every command `--now` and `--debug`, so that no command can forget them."""
    if isinstance(command, click.Group):
        for child in command.commands.values():
            _equip(child)
        if not command.invoke_without_command or command.name == "utblick":
            return
    command.params += [
        click.Option(
            ["--now"],
            metavar="DAY|MOMENT",
            help="Take this as the present (ISO 8601), as UTBLICK_NOW does.",
            expose_value=False,
            callback=_set_clock,
        ),
        click.Option(["--debug"], is_flag=True, help="Show the traceback of an error.", expose_value=False),
    ]


def _set_clock(ctx: click.Context, _option: click.Parameter, value: str | None) -> None:
    if value is not None:
        ctx.find_root().meta[context.CLOCK] = context.parse_now(value)


def _one_line(exc: BaseException) -> str:
    if isinstance(exc, OSError) and exc.strerror:
        place = f"{exc.filename}: " if exc.filename else ""
        return f"{place}{exc.strerror}"
    return " ".join(str(exc).split())


def _complain(message: str, status: int) -> int:
    sys.stderr.write(f"utblick: {message}\n")
    return status
