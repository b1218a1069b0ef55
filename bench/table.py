"""How a measurement is told: its name, what it came to, what it may come to at most."""

import sys
from collections.abc import Iterable

Row = tuple[str, float, float]


def told(rows: Iterable[Row]) -> int:
    """Print the rows as they come; the exit status is 1 if a figure is beyond its bound."""
    status = 0
    for name, figure, most in rows:
        verdict = "" if figure <= most else "  TOO MUCH"
        status |= figure > most
        sys.stdout.write(f"{name:50} {figure:8.2f}   at most {most:g}{verdict}\n")
    return status
