"""`python -m monitor` = `utblick`."""

import gc
import os
import sys
from contextlib import suppress

AT_ONCE = 50_000
"""New objects after which Python looks for circles that nobody needs, instead of 700: starting makes a hundred
thousand that stay, and looking through them again and again was a fifth of a short command."""


def main() -> None:
    """Run the command line and end the process with its status."""
    gc.set_threshold(AT_ONCE)
    from monitor.cli.app import run

    status = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads any more, a full disk: `run` has said so, or closed it
            stream.flush()
    # All is said and stored: taking the interpreter apart would be a tenth of a second for nobody.
    os._exit(status)


if __name__ == "__main__":
    main()
