"""What a person should look at in a source, from what it did lately. Pure: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median
from urllib.parse import urlsplit

from config.sources import Source

GOOD = frozenset({"changed", "unchanged", "empty"})
STREAK = 3
"""Failures in a row that are no accident any more."""
PATIENCE = timedelta(days=7)
"""No source is called silent sooner."""
RHYTHM = 6
"""Days with news that are needed to know a rhythm."""


class Sign(StrEnum):
    """What is wrong; also the word under which the letter names it."""

    BLOCKED = "blocked"
    DRIFTED = "drifted"
    FAILED = "failed"
    TLS = "tls"
    REDIRECT = "redirect"
    VOLUME = "volume"
    SILENT = "silent"


GRAVE = frozenset({Sign.BLOCKED, Sign.DRIFTED, Sign.FAILED, Sign.TLS})
"""Nothing more comes from the source until somebody has looked."""


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """One attempt, as it was recorded."""

    finished: datetime
    outcome: str
    error: str | None
    requests: int
    not_modified: int
    findings: int
    new: int
    changed: int
    seconds: float
    warnings: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether the source answered as declared."""
        return self.outcome in GOOD


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme and host that pages of the source came from, after redirects, and when they did."""

    address: str
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class History:
    """What a source did lately.

    `attempts` newest first. `days` are the days of its documents, each once, newest first. `last_good` is the end
    of the newest good attempt, however long ago.
    """

    attempts: tuple[PastAttempt, ...] = ()
    days: tuple[date, ...] = ()
    origins: tuple[Origin, ...] = ()
    last_good: datetime | None = None
    failing: int = 0

    @property
    def typical(self) -> int | None:
        """Findings of a usual attempt that read anything: the median."""
        found = [one.findings for one in self.attempts if one.good and one.findings]
        return round(median(found)) if found else None


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing to look at: `text` says it in English, `fact` is the part that needs no language."""

    sign: Sign
    text: str
    fact: str


def alarms(history: History, source: Source, now: datetime) -> tuple[Alarm, ...]:
    """What is wrong with the source, the gravest first; nothing for one that was never read.

    Args:
        history: what it did.
        source: its declaration.
        now: the moment (aware).
    """
    if not history.attempts:
        return ()
    last = history.attempts[0]
    found = [_outcome(history, last), _certificate(history, last), _volume(last)]
    found += [_downgraded(history), _moved(history, source, last)]
    if last.good:
        found.append(_silent(history, source, now.date()))
    return tuple(sorted((one for one in found if one), key=lambda one: list(Sign).index(one.sign)))


def _outcome(history: History, last: PastAttempt) -> Alarm | None:
    error = last.error or ""
    match last.outcome:
        case "blocked" | "drifted":
            return Alarm(Sign(last.outcome), f"{last.outcome}: {error}", error)
        case "failed" | "partial" if history.failing >= STREAK:
            return Alarm(Sign.FAILED, f"{last.outcome} {history.failing} times in a row: {error}", error)
    return None


def _certificate(history: History, last: PastAttempt) -> Alarm | None:
    error = last.error or ""
    if last.good or "certificate" not in error.lower():
        return None
    before = " (it was trusted before)" if history.last_good else ""
    return Alarm(Sign.TLS, f"its certificate is not trusted{before}: {error}", error)


def _volume(last: PastAttempt) -> Alarm | None:
    """The crawl compares with the declared bounds and names the one that is violated."""
    said = [
        line for line in (*last.warnings, last.error or "") if "(expect.min)" in line or "(expect.max)" in line
    ]
    return Alarm(Sign.VOLUME, said[0], said[0].split(" findings", maxsplit=1)[0]) if said else None


def _downgraded(history: History) -> Alarm | None:
    """A host that served https now serves http."""
    last = {one.address: one.last for one in history.origins}
    for address, moment in last.items():
        safe = address.replace("http://", "https://", 1)
        if address.startswith("http://") and safe in last and last[safe] < moment:
            return Alarm(Sign.TLS, f"it now answers without encryption: {safe} → {address}", f"{safe} → {address}")
    return None


def _moved(history: History, source: Source, last: PastAttempt) -> Alarm | None:
    """Pages come from another host than before: the address was redirected."""
    hosts: dict[str, tuple[datetime, datetime]] = {}
    for one in history.origins:
        host = urlsplit(one.address).hostname or ""
        first, newest = hosts.get(host, (one.first, one.last))
        hosts[host] = min(first, one.first), max(newest, one.last)
    if not hosts or last.not_modified:  # a page that has not changed leaves no trace of where it came from
        return None
    home = urlsplit(source.url).hostname or ""
    if home not in hosts:
        home = min(hosts, key=lambda host: hosts[host][0])
    later = [host for host, (first, _) in hosts.items() if first > hosts[home][1]]
    if not later:
        return None
    fact = f"{home} → {max(later, key=lambda host: hosts[host][1])}"
    return Alarm(Sign.REDIRECT, f"its pages come from another host than before: {fact}", fact)


def _silent(history: History, source: Source, today: date) -> Alarm | None:
    days = [day for day in history.days if day <= today]
    limit = usual_silence(days, source)
    if not days or limit is None or today - days[0] <= limit:
        return None
    text = f"nothing new since {days[0]}, usually something within {limit.days} days"
    return Alarm(Sign.SILENT, text, f"{days[0]}")


def usual_silence(days: Sequence[date], source: Source) -> timedelta | None:
    """How long the source may be silent: as declared, else twice what nine of ten of its pauses stay within.

    A pause as long as its longest in the time looked at (a summer) is usual too. None: too little is known.
    """
    declared = source.expect.newest_within_days
    if declared is not None:
        return timedelta(days=declared)
    if len(days) < RHYTHM:
        return None
    pauses = sorted(later - earlier for later, earlier in pairwise(days))
    most = pauses[int(0.9 * (len(pauses) - 1))]
    return max(2 * most, pauses[-1], PATIENCE)
