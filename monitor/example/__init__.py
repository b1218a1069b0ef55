"""The shipped example: constructed answers of five platforms on three Mondays, to show the whole way offline.

Everything in it was written by the Utblick project in the shapes of the real services. Real acts and procedures
keep their real numbers and dates; whatever is numbered 9xx (99xxx at "Have your say") does not exist.
"""

from datetime import date
from pathlib import Path

DAYS: tuple[date, ...] = (date(2026, 11, 2), date(2026, 11, 16), date(2026, 11, 23))
"""The days to replay, in order; the letter is that of the last one's week (2026-W48)."""

SUBSCRIBER = "utvecklingsledare@example.org"
"""Who receives the example's letter; the domain is reserved for examples."""


def library() -> Path:
    """The payload library (`index.jsonl` and files), as `--replay` reads it."""
    return Path(__file__).with_name("payloads")


def overlay() -> Path:
    """The configuration folder (`UTBLICK_CONFIG`) of the example: its sources, and constructed meetings."""
    return Path(__file__).with_name("config")
