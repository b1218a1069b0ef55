"""`make bench`: the figures that the documentation states, measured on this machine in one run.

Ends with status 1 where a figure is beyond its bound. `bench.outbox` needs root and Postfix and is run by itself.
"""

import sys

from bench import crawl, funding, help, letter


def main() -> int:
    """Print one table."""
    rows = [*help.measure(), *crawl.measure(), *funding.measure(), *letter.measure()]
    for name, figure, most in rows:
        verdict = "" if figure <= most else "  TOO MUCH"
        print(f"{name:45} {figure:8.2f}   at most {most:g}{verdict}")  # noqa: T201  # a table for people
    return int(any(figure > most for _, figure, most in rows))


if __name__ == "__main__":
    sys.exit(main())
