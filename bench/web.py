"""How fast the pages are: `python -m bench.web --documents 100000`; `--curve` measures archives of several sizes.

Fills an archive with made-up documents, files them, serves the pages from a process of its own and asks for them
over HTTP: one reader alone, then many at once with time to think while a scan stores documents. Times are those
that the reader sees, and beside them the CPU that the server spent: what remains of them on an idle machine. (With
PostgreSQL the database works in processes of its own, whose CPU is not counted.)
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
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import httpx

from bench.filling import fill_archive, scan_on
from bench.search import NOW, TEXTS
from monitor.archive.engine import open_archive

FILTERS = ("", "&kind=report", "&open=1", "&sort=date", "&from=2023-01-01&level=act")
NARROWED = ("theme=theme-3", "kind=report&kind=bill", "since=2023-01-01&level=act", "open=true", "source=source-7")
CURVE = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds of one kind of page: as the reader waits, and of the server's CPU (empty: not known here)."""

    waited: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        return _said(self.waited) + (f"   CPU {_said(self.worked)}" if self.worked else "")


@dataclass(frozen=True, slots=True)
class Server:
    """The pages in a process of their own."""

    address: str
    process: int

    def cpu(self) -> float | None:
        """Milliseconds of CPU that its threads have spent so far; None: this system does not tell."""
        try:
            tasks = [path.read_text() for path in Path(f"/proc/{self.process}/task").glob("*/schedstat")]
        except OSError:
            return None  # a thread has ended meanwhile
        return sum(int(task.split()[0]) for task in tasks) / 1e6 if tasks else None


def pages(count: int, seed: int = 3) -> dict[str, list[str]]:
    """Addresses to ask for, by the kind of page."""
    chance = random.Random(seed)  # noqa: S311  # nothing here is secret
    numbers = [chance.randint(1, count) for _ in range(40)]
    return {
        "start": ["/"] * 5,
        "search with filters": [f"/api/search?q={text}&facets=0&{more}" for text in TEXTS for more in NARROWED],
        "search with facets": [f"/sok?q={text}{more}" for text in TEXTS for more in FILTERS],
        "dossier": [f"/arende/{number}" for number in numbers],
        "document": [f"/dokument/{number}" for number in numbers],
        "calendar": ["/kalender"] * 5,
        "signals": ["/signaler"] * 5,
        "statistics": ["/statistik"] * 5,
    }


@contextmanager
def served(folder: Path, database: str) -> Iterator[Server]:
    """The pages of an archive."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = (
        "import sys, threading; from pathlib import Path; from datetime import datetime;"
        "from config.settings import Settings; from monitor.web import guard, serve;"
        "guard.READS = (1e6, 10**6);"  # one machine plays many readers
        f"serve(Settings(data_dir=Path({str(folder)!r}), database_url={database!r},"
        f" now=datetime.fromisoformat({NOW.isoformat()!r})),"
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
        yield Server(address, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def alone(server: Server, count: int) -> dict[str, Taken]:
    """One reader's requests, each page twice; the first round warms what is kept in memory."""
    measured: dict[str, Taken] = {}
    with httpx.Client(base_url=server.address, timeout=120) as client:
        for measuring in (False, True):
            for kind, paths in pages(count).items():
                for path in paths:
                    before = server.cpu()
                    taken, status = _ask(client, path)
                    after = server.cpu()
                    if status >= 400 and status != 404:
                        raise SystemExit(f"{path}: {status}")
                    if measuring:
                        one = measured.setdefault(kind, Taken())
                        one.waited.append(taken)
                        if before is not None and after is not None:
                            one.worked.append(after - before)
    return measured


def together(server: Server, count: int, readers: int, seconds: float) -> tuple[list[float], int]:
    """Milliseconds of many readers' requests with 1–3 s to think between them, and how many went wrong."""
    times: list[float] = []
    wrong: list[int] = []
    ends = time.monotonic() + seconds

    def read(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311  # nothing here is secret
        paths = [path for some in pages(count, seed).values() for path in some]
        with httpx.Client(base_url=server.address, timeout=120) as client:
            while time.monotonic() < ends:
                time.sleep(chance.uniform(1, 3))
                taken, status = _ask(client, chance.choice(paths))
                times.append(taken)
                wrong.extend([status] * (status >= 400 and status != 404))

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
    middle, high = _middle_and_high(times)
    return f"p50 {middle:6.0f} ms  p95 {high:6.0f} ms"


def _middle_and_high(times: Sequence[float]) -> tuple[float, float]:
    return quantiles(times, n=2)[0], quantiles(times, n=20, method="inclusive")[-1]


def measure(folder: Path, database: str, chosen: argparse.Namespace) -> dict[str, Taken]:
    """Every kind of page of one archive, printed as it is measured."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = open_archive(database)
    started = time.perf_counter()
    fill_archive(engine, chosen.documents)
    engine.dispose()
    sys.stdout.write(f"{chosen.documents} documents, filled and filed in {time.perf_counter() - started:.0f} s\n")
    with served(folder, database) as server:
        measured = alone(server, chosen.documents)
        for kind, taken in measured.items():
            sys.stdout.write(f"{kind:24} {taken}\n")
        if chosen.readers:
            # As a scan does it, in a process of its own.
            scan = get_context("spawn").Process(target=scan_on, args=(database, chosen.seconds))
            scan.start()
            before = server.cpu()
            times, wrong = together(server, chosen.documents, chosen.readers, chosen.seconds)
            after = server.cpu()
            scan.join()
            name = f"{chosen.readers} readers and a scan"
            sys.stdout.write(f"{name:24} {_said(times)}   {len(times)} requests, {wrong} errors")
            if before is not None and after is not None:
                sys.stdout.write(f", CPU {(after - before) / len(times):.0f} ms each")
            sys.stdout.write("\n")
            measured[name] = Taken(times)
    return measured


def curve(sizes: Sequence[int], rows: Sequence[dict[str, Taken]]) -> str:
    """A table (Markdown): what the 95th percentile of each kind of page is at each size."""
    lines = ["| p95, ms | " + " | ".join(f"{size:,} documents" for size in sizes) + " |"]
    lines.append("| --- " + "| ---: " * len(sizes) + "|")
    for kind in rows[0]:
        cells = [f"{_middle_and_high(row[kind].waited)[1]:.0f}" for row in rows]
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=30, help="how many at once; 0: none")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--folder", type=Path, help="a data folder to fill and keep (default: a temporary one)")
    parser.add_argument(
        "--database", help="postgresql://… in place of the folder's SQLite file; empty, or filled here"
    )
    parser.add_argument("--curve", action="store_true", help="10,000, 100,000 and 1,000,000 documents, as a table")
    chosen = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        if not chosen.curve:
            measure(folder, chosen.database or f"sqlite:///{folder / 'utblick.db'}", chosen)
            return
        rows = []
        for chosen.documents in CURVE:
            own = folder / str(chosen.documents)
            rows.append(measure(own, f"sqlite:///{own / 'utblick.db'}", chosen))
        sys.stdout.write(curve(CURVE, rows))


if __name__ == "__main__":
    main()
