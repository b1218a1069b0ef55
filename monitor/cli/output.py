"""How commands print: aligned tables and JSON. No markup, so that output can be piped."""

from __future__ import annotations

import json
import shutil
import unicodedata
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def say(text: str = "", *, err: bool = False) -> None:
    """Print one line."""
    typer.echo(text, err=err)


def as_json(value: Any) -> None:
    """Print `value` as one JSON document, Swedish letters kept."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: Iterable[int] = ()) -> None:
    """Print aligned columns, the last one cut to the terminal's width; `right` lists columns to align right."""
    cells = [["" if cell is None else clean(str(cell)) for cell in row] for row in rows]
    numbers = set(right)
    widths = [max([len(heading), *(len(row[i]) for row in cells)]) for i, heading in enumerate(headings)]
    room = shutil.get_terminal_size((100, 24)).columns
    widths[-1] = max(20, min(widths[-1], room - sum(widths[:-1]) - 2 * (len(widths) - 1)))
    for row in [list(headings), *cells]:
        parts = [
            _cut(cell, width).rjust(width) if i in numbers else _cut(cell, width).ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        typer.echo("  ".join(parts).rstrip())


def clean(text: str) -> str:
    """Text from outside on one line, without the control characters that must not reach a terminal."""
    return " ".join("".join(c for c in text if unicodedata.category(c)[0] != "C" or c in "\n\t ").split())


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
