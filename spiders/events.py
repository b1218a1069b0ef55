"""What the process of a scan is told and what it says: one job in, a stream of events out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from spiders.finding import Attempt, Capture, Finding, Holder
from spiders.platform import Assignment, Remembered


@dataclass(frozen=True, slots=True)
class Job:
    """One scan: what to read and under which conditions.

    `now` is the fixed clock (aware; None = the real one). `captures` is the folder of raw responses, None to
    keep none. `replay` is a payload library that answers in place of the network. `allow_private` lets
    requests reach addresses that are not public. `backoff` is the pause (s) before a request that failed is
    first made again. `probe`: ask each source for its first page only, and only once.
    """

    assignments: tuple[Assignment, ...]
    user_agent: str
    now: datetime | None = None
    captures: str | None = None
    replay: str | None = None
    allow_private: bool = False
    backoff: float = 5.0
    probe: bool = False


@dataclass(frozen=True, slots=True)
class PageRead:
    """One page was read. All of it is stored together or not at all.

    `address` names the page in `Assignment.remembered`; `remembered` replaces what is kept there (None: keep
    what there is). A page with the known bytes but new validators has no capture and no findings.
    """

    source: str
    address: str
    capture: Capture | None
    findings: tuple[Finding, ...] = ()
    remembered: Remembered | None = None
    warnings: tuple[str, ...] = ()
    holders: tuple[Holder, ...] = ()
    event: Literal["reading"] = "reading"

    @property
    def keys(self) -> frozenset[str]:
        """Of everything that is handed over."""
        return frozenset(one.key for one in self.findings) | {one.key for one in self.holders}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a source is; `waiting` counts requests that it still means to make."""

    source: str
    requests: int
    not_modified: int
    findings: int
    waiting: int
    event: Literal["progress"] = "progress"


@dataclass(frozen=True, slots=True)
class Ended:
    """A source is finished; exactly one for every assignment, on every way out."""

    attempt: Attempt
    event: Literal["attempt"] = "attempt"


@dataclass(frozen=True, slots=True)
class Done:
    """The process has said everything. `cpu` (s) and `memory` (bytes, peak) are its own use of the machine."""

    cpu: float
    memory: int
    event: Literal["done"] = "done"


Event = PageRead | Progress | Ended | Done
