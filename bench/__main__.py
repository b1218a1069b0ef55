"""`make bench`: the figures that the documentation states, measured on this machine in one run.

Ends with status 1 where a figure is beyond its bound. By themselves are run `bench.outbox` (needs root, Postfix),
`bench.web` and `bench.search` (fill large archives), and `bench.classifiers` (trains for an hour).
"""

import sys

from bench import crawl, feeds, funding, help, letter, model, sources
from bench.table import told


def main() -> int:
    """Print one table; 1 if a figure is beyond its bound."""
    rows = [row for one in (help, crawl, sources, funding, model, letter) for row in one.measure()]
    if missing := feeds.missing():
        sys.stdout.write(f"not measured: 500 feeds (apt-get install {' '.join(missing)})\n")
    else:
        rows += feeds.measure()
    return told(rows)


if __name__ == "__main__":
    sys.exit(main())
