"""What both ways into the Funding & Tenders portal share: its vocabulary, and its deadlines as windows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from spiders.fields import Audit
from spiders.finding import Certainty, Identifier, Relation, Window, WindowKind
from spiders.identifiers import find_identifiers
from spiders.sanitise import line

ZONE = ZoneInfo("Europe/Brussels")

STATUSES = {"31094501": "forthcoming", "31094502": "open", "31094503": "closed"}
"""Status of a topic, by the portal's id."""

TYPES = {"0": "tender", "1": "topic", "2": "other action", "8": "cascade funding"}
"""Sorts of rows, by the portal's id."""

PROGRAMMES = {
    "43252405": "LIFE",
    "43108390": "Horizon Europe",
    "43152860": "Digital Europe",
    "43251567": "CEF",
    "43353764": "Erasmus+",
    "43251589": "CERV",
    "43251814": "Creative Europe",
    "43254019": "ESF+",
    "43252476": "SMP",
    "43332642": "EU4Health",
    "44416173": "I3",
    "43298203": "UCPM",
    "43089234": "Innovation Fund",
    "43253706": "TSI",
    "43251447": "AMIF",
    "44773066": "Just Transition",
    "43392145": "EMFAF",
    "43254037": "European Solidarity Corps",
    "44773133": "IMREG",
    "43251882": "IMCAP",
}
"""Programmes of 2021–2027 by the portal's id (ajruben/sedia-api-fetchers, MIT); the search gives ids only."""

TOPIC_PAGE = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/"

_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A last day to apply; `at` is the exact moment where the portal gives one."""

    day: date
    at: datetime | None = None


def moment_of(milliseconds: int) -> datetime | None:
    """The moment of a time stamp of the bulk file, in Brussels; None where it is no sane one (0, year 9999)."""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(ZONE)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if 1990 <= moment.year <= 2100 else None


def deadline_of(moment: datetime) -> Deadline:
    """A deadline; midnight, in Brussels or in UTC, is a day without a time."""
    if _MIDNIGHT in (moment.astimezone(ZONE).time(), moment.astimezone(UTC).time()):
        return Deadline(moment.astimezone(ZONE).date())
    return Deadline(moment.astimezone(ZONE).date(), moment)


def windows(
    status: str | None, opens: date | None, deadlines: Iterable[Deadline], today: date, *, single: bool = False
) -> tuple[Window, ...]:
    """One window for each deadline, stage or cut-off; the first has no label, so that both transports agree.

    The status wins over the days: an open call whose deadlines have all passed is a rolling one, so that its end
    is unknown.

    Args:
        status: as in `STATUSES`; None where it is not known.
        opens: the day on which it opens or opened.
        deadlines: as the portal lists them.
        today: the day in Brussels.
        single: the portal says that there is one deadline and no more: once it has passed, only the status lags.
    """
    days = sorted(dict.fromkeys(deadlines), key=lambda deadline: deadline.day)
    found = [
        Window(
            WindowKind.CALL,
            opens if opens and opens <= deadline.day else None,
            deadline.day,
            Certainty.GIVEN,
            deadline.at,
            label=str(number) if number > 1 else "",
        )
        for number, deadline in enumerate(days, start=1)
    ]
    passed = all(deadline.day < today for deadline in days)
    if status in ("open", "forthcoming") and passed and not (single and days):
        found.append(Window(WindowKind.CALL, opens, None, Certainty.UNKNOWN, label="rolling" if days else ""))
    return tuple(found)


def names(identifier: str, call: str | None, texts: Sequence[str]) -> tuple[Identifier, ...]:
    """The topic, the call that it belongs to, and what its texts cite. Letter case varies between transports."""
    own = [Identifier("call", identifier.upper(), Relation.SUBJECT)]
    if call and call.upper() != identifier.upper():
        own.append(Identifier("call", call.upper(), Relation.PACKAGE))
    cited = (found.identifier for text in texts for found in find_identifiers(text))
    return tuple(dict.fromkeys((*own, *cited)))


def status_of(code: str | None, words: str | None, audit: Audit) -> str | None:
    """The status in our words; None, and a warning, where it is none that we know."""
    said = (words or "").strip().lower()
    status = STATUSES.get(code or "") or (said if said in STATUSES.values() else None)
    if status is None:
        audit.note(f"unknown status {line(code or words, 60)!r}")
    return status
