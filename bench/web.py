"""How fast the pages are: `python -m bench.web --documents 100000`.

Fills an archive with the made-up documents of `bench.search`, files them, serves the pages from a process of its
own and asks for them over HTTP: one reader alone, then many at once with time to think. Times are those that the
reader sees.
"""

import argparse
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import httpx
from sqlalchemy import Engine, case, func, select, update

from bench.search import NOW, TEXTS, _tag, fill, made_up
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.schema import document
from monitor.dossiers.filing import join_new

FILTERS = ("", "&kind=report", "&open=1", "&sort=date", "&from=2023-01-01&level=act")


def fill_archive(engine: Engine, count: int) -> None:
    """Make the archive, unless it holds as many documents already."""
    with reading(engine) as conn:
        if conn.execute(select(func.count()).select_from(document)).scalar_one() >= count:
            return
    fill(engine, made_up(count))
    _tag(engine)
    own = document.c.id % 20
    level = case((own == 0, "act"), (own < 4, "brief"), (own < 8, "background"), else_="none")
    with writing(engine) as conn:
        conn.execute(update(document).values(level=level, relevance=0.5, direction="unclear"))
    join_new(engine, lambda: NOW)


def pages(count: int, seed: int = 3) -> dict[str, list[str]]:
    """Addresses to ask for, by the kind of page."""
    chance = random.Random(seed)  # noqa: S311  # nothing here is secret
    numbers = [chance.randint(1, count) for _ in range(40)]
    return {
        "start": ["/"] * 5,
        "search with facets": [f"/sok?q={text}{more}" for text in TEXTS for more in FILTERS],
        "dossier": [f"/arende/{number}" for number in numbers],
        "document": [f"/dokument/{number}" for number in numbers],
        "calendar": ["/kalender"] * 5,
        "statistics": ["/statistik"] * 3,
    }


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of the pages, in a process of their own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = (
        "import sys, threading; from pathlib import Path; from datetime import datetime;"
        "from config.settings import Settings; from monitor.web import guard, serve;"
        "guard.READS = (1e6, 10**6);"  # one machine plays many readers
        f"serve(Settings(data_dir=Path({str(folder)!r}), now=datetime.fromisoformat({NOW.isoformat()!r})),"
        f" host='127.0.0.1', port={port}, stop=threading.Event())"
    )
    process = subprocess.Popen([sys.executable, "-c", script])  # noqa: S603  # our own program
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(f"{address}/om/sok")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def alone(address: str, count: int) -> dict[str, list[float]]:
    """Milliseconds of one reader's requests, each page twice; the first round warms what is kept in memory."""
    measured: dict[str, list[float]] = {}
    with httpx.Client(base_url=address, timeout=60) as client:
        for measuring in (False, True):
            for kind, paths in pages(count).items():
                for path in paths:
                    taken, _ = _ask(client, path)
                    if measuring:
                        measured.setdefault(kind, []).append(taken)
    return measured


def together(address: str, count: int, readers: int, seconds: float) -> tuple[list[float], int]:
    """Milliseconds of many readers' requests with 1–3 s to think between them, and how many went wrong."""
    times: list[float] = []
    wrong: list[int] = []
    ends = time.monotonic() + seconds

    def read(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311  # nothing here is secret
        paths = [path for some in pages(count, seed).values() for path in some if "statistik" not in path]
        with httpx.Client(base_url=address, timeout=60) as client:
            while time.monotonic() < ends:
                taken, status = _ask(client, chance.choice(paths))
                times.append(taken)
                wrong.extend([status] * (status >= 400 and status != 404))
                time.sleep(chance.uniform(1, 3))

    working = [threading.Thread(target=read, args=(seed,)) for seed in range(readers)]
    for one in working:
        one.start()
    for one in working:
        one.join()
    return times, len(wrong)


def _ask(client: httpx.Client, path: str) -> tuple[float, int]:
    started = time.perf_counter()
    status = client.get(path).status_code
    return (time.perf_counter() - started) * 1000, status


def _said(times: Sequence[float]) -> str:
    return f"p50 {quantiles(times, n=2)[0]:7.1f} ms   p95 {quantiles(times, n=20)[-1]:7.1f} ms"


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--folder", type=Path, help="a data folder to fill and keep (default: a temporary one)")
    chosen = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        engine = open_archive(f"sqlite:///{folder / 'utblick.db'}")
        started = time.perf_counter()
        fill_archive(engine, chosen.documents)
        engine.dispose()
        sys.stdout.write(f"filled and filed in {time.perf_counter() - started:.0f} s\n")
        with served(folder) as address:
            for kind, times in alone(address, chosen.documents).items():
                sys.stdout.write(f"{kind:24} {_said(times)}\n")
            times, wrong = together(address, chosen.documents, chosen.readers, chosen.seconds)
            sys.stdout.write(f"{chosen.readers} readers: {len(times)} requests, {wrong} errors   {_said(times)}\n")


if __name__ == "__main__":
    main()
