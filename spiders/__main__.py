"""The child process of a scan: `python -m spiders` takes one job on standard input and writes events.

One JSON line in (`spiders.events.Job`), one JSON line out for every event; log messages go to standard error.
The job may come late: what takes time to load is loaded before it is read. Standard input stays open as long as
the parent lives: its end ends this process, so that none is ever left behind. SIGINT and SIGTERM close every
attempt that is under way.
"""

import asyncio
import gc
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from config.errors import ConfigError
from spiders.events import Done, Event, Job


def main() -> None:
    """Carry out the job on standard input."""
    events = os.dup(sys.stdout.fileno())
    # Whatever prints must not come between two events.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _load()
    from spiders.wire import decode, encode

    line = sys.stdin.buffer.readline()
    if not line:
        return  # nobody wants anything after all
    job = decode(Job, line)
    threading.Thread(target=_end_with_parent, args=(sys.stdin.fileno(),), daemon=True).start()

    def emit(event: Event) -> None:
        _write(events, encode(event) + b"\n")

    try:
        _crawl(job, emit)
    except ConfigError as exc:
        sys.exit(str(exc))  # the parent quotes the last line
    used = resource.getrusage(resource.RUSAGE_SELF)
    emit(Done(cpu=used.ru_utime + used.ru_stime, memory=peak()))
    sys.stderr.flush()
    os._exit(0)  # all is said: taking the interpreter apart would only let the parent wait


def _load() -> None:
    """Import what takes time. All of it stays: looking through it while it grows was a fifth of the start."""
    gc.disable()
    import scrapy.crawler  # noqa: F401  # loaded for `_crawl`

    import spiders.crawl
    import spiders.middleware.replay
    import spiders.scrapy_settings
    import spiders.wire  # noqa: F401  # loaded for `main` and `_crawl`

    gc.freeze()
    gc.enable()


def peak() -> int:
    """Bytes of memory at the most. `getrusage` counts the parent before exec too, so it is the second choice."""
    with suppress(OSError, StopIteration, ValueError):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _crawl(job: Job, emit: Callable[[Event], None]) -> None:
    from scrapy.crawler import AsyncCrawlerProcess

    from spiders.crawl import Scan, ScanSpider
    from spiders.middleware.replay import library
    from spiders.scrapy_settings import scrapy_settings

    if job.replay is not None:
        library(Path(job.replay))
    widest = max((assignment.source.per_host for assignment in job.assignments), default=1)
    scan = Scan(job, emit)
    process = AsyncCrawlerProcess(scrapy_settings(job, widest))
    process.crawl(ScanSpider, scan=scan)

    loop = asyncio.get_event_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, scan.interrupt)
    process.start(install_signal_handlers=False)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BrokenPipeError:
            os._exit(1)  # nobody listens any more


def _end_with_parent(descriptor: int) -> None:
    while os.read(descriptor, 65_536):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
