"""What Lighthouse says of the search page: `scripts/check_lighthouse.sh`, which installs what it needs."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.filling import fill_archive
from bench.web import served
from monitor.archive.engine import open_archive

BOUNDS = {"performance": 95, "accessibility": 98, "best-practices": 98}
PAGE = "/sok?q=avlopp"


def scores(lighthouse: str, address: str, chromium: str) -> tuple[dict[str, int], list[str]]:
    """The score per category in hundredths, and the titles of the audits that took something off.

    Args:
        lighthouse: its command.
        address: the page.
        chromium: the browser's command.
    """
    command = [
        lighthouse,
        address,
        "--quiet",
        "--output=json",
        f"--only-categories={','.join(BOUNDS)}",
        "--chrome-flags=--headless=new --no-sandbox",
    ]
    environment = os.environ | {"CHROME_PATH": chromium}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)  # noqa: S603  # our own command
    report = json.loads(done.stdout)
    found = {name: round(report["categories"][name]["score"] * 100) for name in BOUNDS}
    counted = {one["id"] for name in BOUNDS for one in report["categories"][name]["auditRefs"] if one["weight"]}
    lacking = [
        f"{audit['title']}: {audit.get('displayValue') or audit['score']}"
        for key, audit in sorted(report["audits"].items())
        if key in counted and audit["score"] is not None and audit["score"] < 1
    ]
    return found, lacking


def main() -> int:
    """Print the scores; 1 where one lies below its bound."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--lighthouse", required=True, help="the command")
    parser.add_argument("--folder", type=Path, help="a data folder to fill and keep (default: a temporary one)")
    chosen = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        parser.error("no Chromium on this machine: apt-get install chromium")
    with TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        database = f"sqlite:///{folder / 'utblick.db'}"
        engine = open_archive(database)
        fill_archive(engine, chosen.documents)
        engine.dispose()
        with served(folder, database) as server:
            found, lacking = scores(chosen.lighthouse, server.address + PAGE, chromium)
    for name, score in found.items():
        sys.stdout.write(f"{name:16} {score:4}   bound {BOUNDS[name]}\n")
    for line in lacking:
        sys.stdout.write(f"  {line}\n")
    return int(any(found[name] < bound for name, bound in BOUNDS.items()))


if __name__ == "__main__":
    raise SystemExit(main())
