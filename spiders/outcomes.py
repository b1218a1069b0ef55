"""How an attempt ended: from what was counted and what went wrong to exactly one outcome. Pure."""

from dataclasses import dataclass
from typing import Self

from config.sources import Expectations
from spiders.finding import Outcome
from spiders.platform import Blocked, Drifted, SourceError

BLOCKED_IN_A_ROW = 3
"""Refused details in a row after which we stop asking: more would be impolite."""

_LENGTH = 600
"""Characters of a message that are kept; a whole page may hang on it."""

_WEIGHT = {Outcome.BLOCKED: 0, Outcome.DRIFTED: 1, Outcome.FAILED: 2}
"""What is said first where several things went wrong."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One request that came to nothing.

    `detail`: no other page hangs on it. `bug`: not the source is at fault but our program.
    """

    outcome: Outcome
    message: str
    detail: bool
    bug: bool = False

    @classmethod
    def of(cls, error: Exception, *, detail: bool) -> Self:
        """The trouble that `error` stands for; whatever is no `SourceError` is a bug."""
        if isinstance(error, Blocked):
            return cls(Outcome.BLOCKED, one_line(str(error)), detail)
        if isinstance(error, Drifted):
            return cls(Outcome.DRIFTED, one_line(str(error)), detail)
        if isinstance(error, SourceError):
            return cls(Outcome.FAILED, one_line(str(error)), detail)
        message = f"error in the program: {type(error).__name__}: {error}{_place(error)}"
        return cls(Outcome.FAILED, one_line(message), detail, bug=True)


@dataclass(frozen=True, slots=True)
class Tally:
    """What an attempt came to.

    `pages` were read or not modified, `details` among them were read; `keys` counts what the source shows,
    also on pages not read again, `found` the findings handed over. `said_empty` quotes the source where it
    said that it has nothing; `stopped` is why nothing more was asked.
    """

    asked: bool
    pages: int
    details: int
    keys: int
    found: int
    said_empty: str | None
    stopped: str | None
    troubles: tuple[Trouble, ...]


def conclude(tally: Tally, expect: Expectations) -> tuple[Outcome, str | None]:
    """The outcome and, where it is not a good one, its reason.

    `changed` means here that findings were handed over; intake, which knows the archive, may find them unchanged.
    """
    if tally.troubles:
        return _of_troubles(tally)
    if tally.stopped is not None:
        return _less(tally), tally.stopped
    if not tally.asked and not tally.keys:
        return Outcome.SKIPPED, "nothing to ask"
    if not tally.keys:
        return _of_nothing(tally, expect)
    if tally.keys < expect.min:
        return Outcome.FAILED, f"{tally.keys} findings, at least {expect.min} expected (expect.min)"
    return (Outcome.CHANGED if tally.found else Outcome.UNCHANGED), None


def one_line(text: str) -> str:
    """`text` on one line of bounded length, as errors and warnings are recorded."""
    line = " ".join(text.split())
    return line if len(line) <= _LENGTH else line[: _LENGTH - 1] + "…"


def _of_nothing(tally: Tally, expect: Expectations) -> tuple[Outcome, str | None]:
    if expect.may_be_empty or expect.min == 0:
        return Outcome.EMPTY, None
    said = f"the source says that it has nothing ({tally.said_empty})" if tally.said_empty else "no findings"
    return Outcome.FAILED, f"{said}, and its declaration does not allow that (expect.may_be_empty)"


def _of_troubles(tally: Tally) -> tuple[Outcome, str]:
    # A detail that is refused or looks different does not condemn the source; a list does, and so do all details.
    grave = [trouble for trouble in tally.troubles if not trouble.detail or trouble.bug]
    if not grave and (not tally.details or _refused_for_good(tally)):
        grave = list(tally.troubles)
    first = min(grave or tally.troubles, key=lambda trouble: _WEIGHT[trouble.outcome])
    more = len(tally.troubles) - 1
    error = f"{first.message} (and {more} more)" if more else first.message
    if first.bug or (grave and first.outcome is not Outcome.FAILED):
        return first.outcome, error
    return _less(tally), error


def _refused_for_good(tally: Tally) -> bool:
    last = tally.troubles[-BLOCKED_IN_A_ROW:]
    return tally.stopped is not None and all(trouble.outcome is Outcome.BLOCKED for trouble in last)


def _less(tally: Tally) -> Outcome:
    """The outcome of an attempt that did not get everything."""
    return Outcome.PARTIAL if tally.pages else Outcome.FAILED


def _place(error: Exception) -> str:
    """The line of ours in which `error` arose."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f" ({trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno})"
