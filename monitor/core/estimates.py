"""The windows of a dossier: those that sources give, and by rule those that nobody dates (pure).

Given beats estimated: where a source speaks of a window of a kind around the time that a rule would, the rule is
silent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from config.stages import Chain
from config.windows import Rule, WindowRules
from monitor.core.stages import Event
from spiders.finding import Certainty, Window, WindowKind

AROUND = timedelta(days=200)
"""A given window that opens or closes this near to where a rule would open one is the same window."""

TRANSPOSITION = "transposition"
"""The step that is the last day for national law."""


@dataclass(frozen=True, slots=True)
class DossierWindow:
    """A window with what one must know to use it. `basis` names the rule of an estimate; empty: a source."""

    window: Window
    basis: str = ""
    basis_en: str = ""
    where: str | None = None
    languages: str = ""
    languages_en: str = ""
    who: str = ""
    who_en: str = ""


def windows_of(
    given: Iterable[Window],
    events: Sequence[Event],
    *,
    chain: Chain,
    procedure: str,
    rules: WindowRules,
    today: date,
) -> tuple[DossierWindow, ...]:
    """Every window of a dossier, the given ones first.

    Args:
        given: as its documents state them; the same window of two sources once.
        events: the dossier's history.
        chain: the way that it goes.
        procedure: type of its procedure (COD); empty: unknown.
        rules: the rules in force.
        today: a window of unknown end is shown while it may be open on this day.
    """
    stated = _once(given)
    found = [_told(window, rules) for window in stated]
    for rule in rules.rule:
        estimate = _estimate(rule, events, chain, procedure, today)
        if estimate is not None and not any(_same(estimate, window) for window in stated):
            found.append(_told(estimate, rules, rule))
    return tuple(found)


def transposition_of(events: Iterable[Event]) -> Window | None:
    """The day by which the file must be Swedish law, as a source gives it."""
    last = [event for event in events if event.step.id == TRANSPOSITION]
    if not last:
        return None
    return Window(WindowKind.TRANSPOSITION, None, last[-1].day, Certainty.GIVEN)


def _once(windows: Iterable[Window]) -> list[Window]:
    """One window for each kind and last day; given before unknown."""
    found: dict[tuple[str, date | None, str], Window] = {}
    for window in windows:
        key = (window.kind.value, window.closes, window.label if window.closes is None else "")
        known = found.get(key)
        better = known is not None and known.certainty is not Certainty.GIVEN
        if known is None or (better and window.certainty is Certainty.GIVEN):
            found[key] = window
    return list(found.values())


def _estimate(rule: Rule, events: Sequence[Event], chain: Chain, procedure: str, today: date) -> Window | None:
    if rule.chains and chain.id not in rule.chains:
        return None
    if rule.procedures and procedure and procedure not in rule.procedures:
        return None
    opening = [event for event in events if event.step.id == rule.after and event.day <= today]
    if not opening:
        return None
    opens = opening[-1].day
    kind = WindowKind(rule.kind)
    if rule.weeks is not None:
        return Window(kind, opens, opens + timedelta(weeks=rule.weeks), Certainty.ESTIMATED)
    closed = any(event.step.id in rule.until and opens <= event.day <= today for event in events)
    forgotten = rule.forget is not None and opens + timedelta(days=rule.forget) < today
    return None if closed or forgotten else Window(kind, opens, None, Certainty.UNKNOWN)


def _same(estimate: Window, given: Window) -> bool:
    if given.kind is not estimate.kind:
        return False
    days = [day for day in (given.opens, given.closes) if day is not None]
    return not days or any(abs(day - (estimate.opens or day)) <= AROUND for day in days)


def _told(window: Window, rules: WindowRules, rule: Rule | None = None) -> DossierWindow:
    about = rules.about(window.kind.value)
    return DossierWindow(
        window,
        basis=rule.basis if rule else "",
        basis_en=rule.basis_en if rule else "",
        where=window.url or about.where,
        languages=about.languages,
        languages_en=about.languages_en,
        who=about.who,
        who_en=about.who_en,
    )
