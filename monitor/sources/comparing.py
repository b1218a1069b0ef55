"""What changed in the shape of a source's answers: the newest against the last that could be read."""

from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz
from sqlalchemy import Connection

from config.sources import Source
from monitor.archive.captures import captures_of, read_well
from monitor.core.drift import Difference, compare, shape_of
from monitor.errors import MonitorError
from spiders.captures import open_capture
from spiders.finding import Capture

LOOKED_AT = 2_000
"""Newest responses among which the two are looked for."""


class ComparisonError(MonitorError):
    """There are not two answers to compare; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two answers and how their shapes differ. `read` says whether the newest one could be read too."""

    before: Capture
    now: Capture
    read: bool
    differences: tuple[Difference, ...]


def compare_newest(conn: Connection, source: Source, folder: Path) -> Comparison:
    """Compare the newest answer of `source` that could not be read with the last of its kind that could.

    Where all could be read, the newest answer is compared with the one before it from the same address.

    Args:
        conn: a reading connection.
        source: its declaration.
        folder: where bodies are kept.

    Raises:
        ComparisonError: fewer than two answers of one kind are kept.
    """
    kept = captures_of(conn, source.id, limit=LOOKED_AT)
    good = read_well(conn, source.id)
    newest_good = max((one.fetched_at for one in kept if one.sha256 in good), default=None)
    bad = [
        one for one in kept if one.sha256 not in good and (newest_good is None or one.fetched_at >= newest_good)
    ]
    if bad:
        now, pool = bad[0], [one for one in kept if one.sha256 in good]
        before = max(pool, key=lambda one: (fuzz.ratio(one.url, now.url), one.fetched_at), default=None)
    elif kept:
        now = kept[0]
        before = next((one for one in kept[1:] if one.url == now.url and one.sha256 != now.sha256), None)
    else:
        raise ComparisonError(f"no answer of {source.id} is kept; `utblick scan {source.id}` brings one")
    if before is None:
        raise ComparisonError(
            f"only one kind of answer of {source.id} is kept ({now.url}): nothing to compare with"
        )
    return Comparison(before, now, not bad, compare(_shape(before, folder), _shape(now, folder)))


def _shape(one: Capture, folder: Path) -> dict[str, frozenset[str]]:
    try:
        with open_capture(folder, one) as body:
            return dict(shape_of(body))
    except OSError as exc:
        raise ComparisonError(
            f"the answer of {one.fetched_at:%Y-%m-%d} cannot be read from its file: {exc}"
        ) from exc
