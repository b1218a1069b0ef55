"""Start the process of a scan, which takes its half second to load: meanwhile its caller decides what to ask.

Imports nothing that takes time itself, so that a command can begin with it.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from config.errors import ConfigError


@contextmanager
def started(process: subprocess.Popen[bytes] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits for its job (`spiders.process.crawl`); gone when the block ends, used or not.

    Args:
        process: one that was started before; it is used in place of a new one.

    Raises:
        ConfigError: it cannot be started.
    """
    process = process or _start()
    try:
        yield process
    finally:
        process.kill()  # nothing happens to one that has ended
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]  # all three are pipes


def _start() -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            # -P: a folder `spiders` in the working directory must not come before ours.
            [sys.executable, "-P", "-m", "spiders"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A session of its own: Ctrl-C reaches the parent alone, which decides.
            start_new_session=True,
        )
    except OSError as exc:
        raise ConfigError(f"{sys.executable}: the crawl cannot be started: {exc}") from exc
