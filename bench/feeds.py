"""500 feeds looked at again when nothing is new: beside newsboat and urlwatch, on the same server in the same run.

`python -m bench.feeds`. Needs both programs (apt-get install newsboat urlwatch). Every answer takes 50 ms, each
program may have 16 connections and asks conditionally; measured is the clock, with the program's own start.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.pages import NOW, build
from bench.sources import served
from bench.table import Row, told

FEEDS, LATENCY, CONNECTIONS = 500, 0.05, 16
HOSTS = 16
"""One connection to each: a polite scan takes no more, and the others are held to as many in all."""
ROUNDS = 3
"""Looks that are measured, after one that fetched everything; the quickest counts."""
PATIENCE = 120
"""Seconds after which a program is given up."""
_URLWATCH = (
    "import sys, urlwatch.worker as worker; {workers};"
    "from urlwatch.cli import main; sys.argv[0] = 'urlwatch'; main()"
)


def commands(urls: Sequence[str], folder: Path) -> dict[str, tuple[list[str], dict[str, str]]]:
    """Each program's command and environment, with its configuration written below `folder`."""
    return {
        "utblick": _utblick(urls, folder),
        "newsboat": _newsboat(urls, folder),
        "urlwatch": _urlwatch(urls, folder),
        f"urlwatch made to have {CONNECTIONS} workers": _urlwatch(urls, folder, workers=CONNECTIONS),
    }


def _utblick(urls: Sequence[str], folder: Path) -> tuple[list[str], dict[str, str]]:
    table = """[[source]]
id = "feed-{number}"
platform = "feed"
title = "F"
owner = "bench"
url = "{url}"
delay = 0
per_host = {width}
evidence = {{ certainty = "inferred", note = "constructed for measuring" }}
"""
    sources = folder / "config" / "sources"
    sources.mkdir(parents=True)
    declared = (
        table.format(number=number, url=url, width=CONNECTIONS // HOSTS) for number, url in enumerate(urls)
    )
    (sources / "feeds.toml").write_text("\n".join(declared), encoding="utf-8")
    settings = {
        "UTBLICK_CONFIG": str(folder / "config"),
        "UTBLICK_DATA_DIR": str(folder / "var"),
        "UTBLICK_NOW": NOW.isoformat(),
        "UTBLICK_ALLOW_PRIVATE_ADDRESSES": "true",
    }
    names = [f"feed-{number}" for number in range(len(urls))]
    # Rating 12,500 made-up documents is not what is measured; looked at again, there is none to rate.
    return [sys.executable, "-m", "monitor", "scan", *names, "--no-rating"], settings


def _newsboat(urls: Sequence[str], folder: Path) -> tuple[list[str], dict[str, str]]:
    (folder / "urls").write_text("\n".join(urls) + "\n", encoding="utf-8")
    (folder / "newsboat.conf").write_text(f"reload-threads {CONNECTIONS}\n", encoding="utf-8")
    names = {"-u": "urls", "-C": "newsboat.conf", "-c": "cache.db"}
    options = [part for option, name in names.items() for part in (option, str(folder / name))]
    return ["newsboat", *options, "-x", "reload"], {}


def _urlwatch(urls: Sequence[str], folder: Path, workers: int | None = None) -> tuple[list[str], dict[str, str]]:
    """None: the ten workers that the program has, which no setting changes."""
    (folder / "urls.yaml").write_text("---\n".join(f"url: {url}\n" for url in urls), encoding="utf-8")
    (folder / "urlwatch.yaml").write_text("report: {stdout: {enabled: false}}\n", encoding="utf-8")
    names = {"--urls": "urls.yaml", "--config": "urlwatch.yaml", "--cache": "urlwatch.db", "--hooks": "hooks.py"}
    (folder / "hooks.py").write_text("", encoding="utf-8")
    options = [part for option, name in names.items() for part in (option, str(folder / name))]
    program = _URLWATCH.format(workers=f"worker.MAX_WORKERS = {workers}" if workers else "pass")
    return ["/usr/bin/python3", "-c", program, *options], {}


def missing() -> list[str]:
    """Programs that are compared and not installed."""
    return [program for program in ("newsboat", "urlwatch") if shutil.which(program) is None]


def measure() -> list[Row]:
    """What is measured, what it came to, what it may come to at most."""
    taken: dict[str, list[float]] = {}
    with served(build(FEEDS, 0).pages, HOSTS, LATENCY) as hosts, tempfile.TemporaryDirectory() as name:
        urls = [f"{hosts[number % HOSTS]}/feed/{number}.xml" for number in range(FEEDS)]
        chosen = commands(urls, Path(name))
        for command, environment in chosen.values():
            _run(command, environment)
        # In turn, so that what else the machine does falls on all alike.
        for _ in range(ROUNDS):
            for program, (command, environment) in chosen.items():
                started = time.monotonic()
                _run(command, environment)
                taken.setdefault(program, []).append(time.monotonic() - started)
    best = {program: min(times) for program, times in taken.items()}
    said = ", ".join(f"{program} {seconds:.2f} s" for program, seconds in best.items())
    sys.stdout.write(f"{FEEDS} feeds, {LATENCY * 1000:.0f} ms, {CONNECTIONS} connections, unchanged: {said}\n")
    # With as many workers as connections it is another program, which nobody can install; said, not held against.
    others = ("newsboat", "urlwatch")
    return [(f"500 feeds unchanged / {other}", best["utblick"] / best[other], 1.0) for other in others]


def _run(command: Sequence[str], environment: dict[str, str]) -> None:
    # newsboat waits for a terminal that it was given.
    done = subprocess.run(  # noqa: S603  # our own commands
        command,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    if done.returncode:
        raise SystemExit(f"{command[0]}: {done.stderr.decode(errors='replace')[-500:]}")


def main() -> int:
    """Print the table; 1 if a figure is beyond its bound."""
    if wanted := missing():
        raise SystemExit(f"not installed: {', '.join(wanted)} (apt-get install {' '.join(wanted)})")
    return told(measure())


if __name__ == "__main__":
    sys.exit(main())
