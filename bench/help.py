"""How fast `utblick --help` answers: every command starts with these milliseconds."""

import statistics
import subprocess
import sys
import time

from bench.table import Row

RUNS = 7
MOST = 150.0


def measure() -> list[Row]:
    """Milliseconds of wall time, compiled; the median of some runs and what it may be at most."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "monitor", "--help"], check=True, capture_output=True)
        times.append(1000 * (time.perf_counter() - started))
    return [("utblick --help, ms", statistics.median(times), MOST)]
