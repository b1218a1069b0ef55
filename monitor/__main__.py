"""`python -m monitor` = `utblick`."""

import gc
import sys

AT_ONCE = 50_000
"""New objects after which Python looks for circles that nobody needs, instead of 700: starting makes a hundred
thousand that stay, and looking through them again and again was a fifth of a short command."""


def main() -> None:
    """Run the command line and end the process with its status."""
    gc.set_threshold(AT_ONCE)
    from monitor.cli.app import run

    status = run(sys.argv[1:])
    gc.freeze()  # what is left goes with the process; nobody need look through it once more
    sys.exit(status)


if __name__ == "__main__":
    main()
