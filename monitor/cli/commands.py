"""The form of a group of commands: every command takes `--now` and `--debug`, and none can forget them."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from monitor.cli import context

if TYPE_CHECKING:
    from collections.abc import Callable

Command = TypeVar("Command", bound="Callable[..., Any]")

Now = Annotated[
    str | None,
    typer.Option("--now", metavar="DAY|MOMENT", help="Take this as the present (ISO 8601), as UTBLICK_NOW does."),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


class Commands(typer.Typer):
    """A Typer application whose commands take the common options. Help is plain text: it answers faster."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            add_completion=False,
            rich_markup_mode=None,
            context_settings={"help_option_names": ["-h", "--help"]},
            **settings,
        )

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Command], Command]:
        """As `typer.Typer.command`."""
        add = super().command(name, **settings)

        def register(function: Command) -> Command:
            add(_with_common_options(function))
            return function

        return register


def _with_common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def run(*arguments: Any, now: str | None = None, debug: bool = False, **named: Any) -> Any:  # noqa: ARG001  # `debug` is looked for by `app.run`, before anything can fail
        context.fix_clock(now)
        return function(*arguments, **named)

    hints = get_type_hints(function, include_extras=True)
    own = inspect.signature(function, eval_str=True)
    common = [
        inspect.Parameter("now", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Now),
        inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Debug),
    ]
    run.__signature__ = own.replace(parameters=[*own.parameters.values(), *common])  # type: ignore[attr-defined]  # read by inspect.signature
    run.__annotations__ = {**hints, "now": Now, "debug": Debug}
    return run
