"""A remiss that is sent to us is ours to answer, whatever a model makes of its text."""

from dataclasses import replace

from config.organisation import Organisation
from monitor.archive.documents import Document
from monitor.core.addressed import Addressed, Standing, addressed
from nlp.assessment import Assessment, Direction, Evidence, EvidenceKind, Level

WEIGHT = 10.0
"""Log-odds of a name on the list: no word of a text weighs as much."""


def standing_of(document: Document, organisation: Organisation) -> Addressed | None:
    """What the document's list of addressed bodies means for us; None where it is sent to nobody in particular."""
    return addressed(document.kind, document.addressees, organisation.own_names)


def heed(said: Assessment, document: Document, organisation: Organisation) -> Assessment:
    """The assessment with what the list of addressed bodies says: a name of ours makes it something to act on.

    Args:
        said: what the model makes of the text.
        document: as it was read.
        organisation: whose names count.
    """
    met = standing_of(document, organisation)
    if met is None:
        return said
    if met.standing is not Standing.OURS:
        return replace(said, reasons=(*said.reasons, sentence(met)))
    return replace(
        said,
        level=Level.ACT,
        relevance=1.0,
        direction=Direction.UNCLEAR if said.direction is Direction.NA else said.direction,
        reasons=(sentence(met), *said.reasons),
        evidence=(*(Evidence(EvidenceKind.ADDRESSEE, name, WEIGHT) for name in met.names), *said.evidence),
    )


def sentence(met: Addressed) -> str:
    """What a person reads of it, in Swedish, as all reasons."""
    match met.standing:
        case Standing.OURS:
            *first, last = met.names
            return f"{', '.join(first)} och {last} står på sändlistan" if first else f"{last} står på sändlistan"
        case Standing.OTHERS:
            return "Vi står inte på sändlistan; alla får svara"
        case Standing.UNREAD:
            return "Sändlistan kunde inte läsas"
