"""What the organisation's own configuration adds to a file: last days to handle it, partners to think about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from config.calendar import Calendar, load_calendar
from config.organisation import load_organisation
from config.partners import load_partners
from digests.briefing import Risk
from digests.facts import risk_says
from digests.words import catalogue
from monitor.archive.documents import Document
from monitor.core.addressed import Standing, addressed
from monitor.core.clock import InternalDate, internal_dates
from monitor.core.partners import Partners, Partnership
from monitor.dossiers.cases import Case
from monitor.dossiers.files import File
from spiders.finding import Kind


@dataclass(frozen=True, slots=True)
class Ours:
    """The meeting calendar, the declared list of partner countries, names that mean us, our country's code."""

    calendar: Calendar
    partners: Partners
    names: tuple[str, ...] = ()
    country: str | None = None

    @classmethod
    def of(cls, overlay: Path | None = None) -> "Ours":
        """The configuration in force.

        Raises:
            ConfigError: a broken file.
        """
        we = load_organisation(overlay)
        return cls(load_calendar(overlay), Partners(load_partners(overlay)), we.own_names, we.country_code)


def addressees_as_json(documents: Sequence[Document], names: Sequence[str]) -> dict[str, Any] | None:
    """To whom a matter is sent: the document whose list says most to us; None where none is a remiss.

    Args:
        documents: of the matter.
        names: that mean us (`Organisation.own_names`).
    """
    order = list(Standing)
    met = [(found, one) for one in documents if (found := addressed(one.kind, one.addressees, names))]
    if not met:
        return None
    found, one = min(met, key=lambda pair: order.index(pair[0].standing))
    said = one.addressees
    return {
        "standing": found.standing.value,
        "ours": list(found.names),
        "names": list(said.names) if said else [],
        "url": said.url if said else None,
        "problem": said.problem if said else None,
    }


def partnership_of(documents: Sequence[Document], partners: Partners, analysis: str | None = None) -> Partnership:
    """What the documents of one matter, and our own analysis of it, say of partners."""
    return partners.read(
        (text for one in documents for text in (*one.titles.values(), *one.summary.values())),
        "\n".join(one.text for one in documents if one.text),
        call=any(one.kind == Kind.CALL for one in documents),
        analysis=analysis,
    )


def risk_of(found: Partnership, language: str, *, analysed: bool) -> Risk | None:
    """The same in the letter's words; None: nothing is asked."""
    if not found.asked:
        return None
    return Risk(tuple(one.sv if language == "sv" else one.en for one in found.countries), found.basis, analysed)


def partners_as_json(
    documents: Sequence[Document], case: Case | None, partners: Partners
) -> dict[str, Any] | None:
    """The key `partners` of `show --json` and `case … --json` (docs/cli.md); None: no partnership and no call."""
    analysis = case.benefit_risk if case else None
    found = partnership_of(documents, partners, analysis)
    said = {
        language: risk_says(risk, catalogue(language))
        for language in ("sv", "en")
        if (risk := risk_of(found, language, analysed=bool(analysis))) is not None
    }
    if not said:
        return None
    return {
        "text": said["sv"],
        "text_en": said["en"],
        "analysed": bool(analysis),
        "countries": [
            {"code": one.code, "name": one.sv, "name_en": one.en, "class": one.sort} for one in found.countries
        ],
        "basis": found.basis,
        "url": partners.rules.url,
    }


def partners_of(file: File | None, case: Case | None, partners: Partners) -> dict[str, Any] | None:
    """The same for a whole dossier; None: one that has lost its documents to others."""
    return partners_as_json((*file.documents, *file.packages) if file else (), case, partners)


def ways_as_json(closes: date | None, today: date, calendar: Calendar) -> list[dict[str, Any]]:
    """The key `internal` of a window in `show --json`: our last day per way of answering, while open."""
    if closes is None or closes < today:
        return []
    return [_way(one) for one in internal_dates(closes, today, calendar)]


def _way(one: InternalDate) -> dict[str, Any]:
    return {
        "way": one.way.id,
        "name": one.way.sv,
        "name_en": one.way.en,
        "reach": one.reach.value,
        "day": one.day.isoformat() if one.day else None,
        "meeting": one.meeting.isoformat() if one.meeting else None,
    }
