"""`make bench`: the figures that the documentation states, measured on this machine in one run.

Ends with status 1 where a figure is beyond its bound. By themselves are run `bench.outbox` (needs root, Postfix),
`bench.web` and `bench.search` (fill large archives), and `bench.classifiers` (trains for an hour).
"""

import sys

from bench import crawl, feeds, funding, help, letter, model, sources


def main() -> int:
    """Print one table."""
    rows = [row for one in (help, crawl, sources, funding, model, letter) for row in one.measure()]
    if missing := feeds.missing():
        print(f"not measured: 500 feeds (apt-get install {' '.join(missing)})")  # noqa: T201  # a table for people
    else:
        rows += feeds.measure()
    for name, figure, most in rows:
        verdict = "" if figure <= most else "  TOO MUCH"
        print(f"{name:45} {figure:8.2f}   at most {most:g}{verdict}")  # noqa: T201  # a table for people
    return int(any(figure > most for _, figure, most in rows))


if __name__ == "__main__":
    sys.exit(main())
