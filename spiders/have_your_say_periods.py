"""The words of Have your say, and its feedback periods as windows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from spiders.fields import Audit
from spiders.finding import Certainty, Window, WindowKind
from spiders.sanitise import line

ZONE = ZoneInfo("Europe/Brussels")
"""Times come without a zone; Brussels is inferred."""

KIND_OF_STAGE = {
    "INIT_PLANNED": WindowKind.CALL_FOR_EVIDENCE,
    "PLANNING_WORKFLOW": WindowKind.CALL_FOR_EVIDENCE,
    "OPC_LAUNCHED": WindowKind.CONSULTATION,
    "ISC_WORKFLOW": WindowKind.FEEDBACK,
    "ADOPTION_WORKFLOW": WindowKind.FEEDBACK,
}
"""What one can do while a stage takes feedback."""

_SEEN = {
    "stage": " ".join(KIND_OF_STAGE),
    "feedback status": "OPEN UPCOMING CLOSED DISABLED",
    "initiative status": "ACTIVE UPCOMING CLOSED ADOPTED SUSPENDED ABANDONED",
    "publication type": """
        INIT_PLANNED CALL_FOR_EVIDENCE CFE_IMPACT_ASSESS CFE_EVL_FC IMPACT_ASSESS_INCEP OPC_LAUNCHED REG_DRAFT
        DIR_DRAFT DEC_DRAFT REG_DEL_DRAFT DEL_REG_DRAFT IMPL_REG_DRAFT PROP_REG PROP_DIR PROP_DEC REG REG_DEL DIR
        DEC REPORT SWD COM_NO_LEG""",
    "act type": """
        REG_DEL PROP_REG REG_IMPL COMMUNIC SWD PROP_DIR REG DIR DIR_DEL DEC_IMPL REPORT PROP_DEC DATPRO ACT
        RECO_DEC JOINT_COMMUNIC DEC RECO DIR_IMPL DEC_DEL PROP_ACT PROP_RECO PAPER_GREEN CORRIGENDUM
        JOINT_TEXT EVL""",
    "topic": """
        AGRI ASYL CLIMA ENER ENV FOOD HEALTH HUMAN INST INTDEV JUST MARE REGIO RESEARCH SINGMARK SPORT STAT TAX
        TRADE TRANSPORT YOUTH""",
}
KNOWN = {vocabulary: frozenset(values.split()) for vocabulary, values in _SEEN.items()}
"""Values seen so far (September 2026; act types in 920 rows of 2021)."""


@dataclass(frozen=True, slots=True)
class Period:
    """A feedback period as stated; `label` is the id of its publication."""

    label: str
    stage: str
    status: str
    opens: datetime | None
    closes: datetime | None


def known(audit: Audit, vocabulary: str, value: str | None) -> str | None:
    """`value` as it is; one that was never seen before is cleaned, kept and said."""
    if value is None or value in KNOWN[vocabulary]:
        return value
    audit.note(f"unknown {vocabulary} {value[:60]!r}")
    return line(value, 60)


def as_windows(periods: Iterable[Period], where: str, today: date, audit: Audit) -> tuple[Window, ...]:
    """The feedback periods as windows, each with its own start and end; `where` is the page on which one answers.

    The first of a kind has no label, so that a list row and the detail name it alike.
    """
    found = []
    seen: set[WindowKind] = set()
    for period in periods:
        kind = KIND_OF_STAGE.get(period.stage, WindowKind.FEEDBACK)
        if period.status == "DISABLED" or (period.closes is None and period.status != "OPEN"):
            # A start without an end also stands on stages that take no feedback; without dates there is no period.
            continue
        label = period.label if kind in seen else ""
        seen.add(kind)
        opens = period.opens.date() if period.opens else None
        closes = period.closes.date() if period.closes else None
        if opens and closes and opens > closes:
            audit.note(f"publication {period.label}: opens {opens} after it closes {closes}; period left out")
            continue
        if period.status == "CLOSED" and closes and closes > today:
            audit.note(f"publication {period.label}: CLOSED before its end {closes}; period left out")
            continue
        if closes is None:
            audit.note(f"publication {period.label}: OPEN without an end date (endDate, feedbackEndDate)")
        certainty = Certainty.GIVEN if closes else Certainty.UNKNOWN
        found.append(Window(kind, opens, closes, certainty, period.closes, label, where))
    return tuple(found)


def open_now(windows: Iterable[Window], today: date) -> Window | None:
    """The one period that counts on `today`.

    An open one (of several the one that closes first), else the next that is still to come, else the one that
    closed last. A period is taken whole: the start of one never meets the end of another.

    Args:
        windows: of one initiative.
        today: the day in Brussels.
    """
    dated = [window for window in windows if window.closes is not None]
    ahead = [window for window in dated if window.closes and window.closes >= today]
    running = [window for window in ahead if window.opens is None or window.opens <= today]
    if running:
        return min(running, key=lambda window: (window.closes or date.max, window.label))
    if ahead:
        return min(ahead, key=lambda window: (window.opens or date.max, window.label))
    return max(dated, key=lambda window: (window.closes or date.min, window.label), default=None)
