"""Codes of the Publications Office: types of documents as kinds, languages, and what a CELEX number tells."""

import re

from spiders.finding import Kind

_PROPOSALS = """PROP_REG PROP_DIR PROP_DEC PROP_ACT PROP_RECO PROP_REG_IMPL PROP_DIR_IMPL PROP_DEC_IMPL
JOINT_PROP_REG JOINT_PROP_DIR JOINT_PROP_DEC AMEND_PROP_REG AMEND_PROP_DIR AMEND_PROP_DEC PROP_AMEND"""
_COMMUNICATIONS = "COMMUNIC JOINT_COMMUNIC COMMUNIC_POSIT PAPER_GREEN PAPER_WHITE"
_STAFF = "SWD JOINT_SWD WORK_DOC IMPACT_ASSESS IMPACT_ASSESS_SUM IMPACT_ASSESS_INCEP RES_LEGIS POSIT"
_OPINIONS = "OPIN_COR OWNINI_OPIN_COR OPIN_EESC OWNINI_OPIN_EESC"
_ACTS = "REG REG_IMPL REG_DEL DIR DIR_IMPL DIR_DEL DEC DEC_IMPL DEC_DEL"

KINDS = {
    code: kind
    for codes, kind in (
        (_PROPOSALS, Kind.PROPOSAL),
        (_COMMUNICATIONS, Kind.COMMUNICATION),
        (_STAFF, Kind.EU_DOCUMENT),
        (_OPINIONS, Kind.OPINION),
        (_ACTS, Kind.ACT),
    )
    for code in codes.split()
}
"""Kind by resource type."""

BODIES = {
    "OPIN_COR": "Europeiska regionkommittén",
    "OWNINI_OPIN_COR": "Europeiska regionkommittén",
    "OPIN_EESC": "Europeiska ekonomiska och sociala kommittén",
    "OWNINI_OPIN_EESC": "Europeiska ekonomiska och sociala kommittén",
}
"""Who gives an opinion."""

LANGUAGES = {"SWE": "sv", "ENG": "en", "FRA": "fr", "DEU": "de", "ELL": "el", "DAN": "da", "FIN": "fi"}
"""ISO 639-1 by the three letters that the service uses; others are lower-cased."""

CELEX = re.compile(r"(\d)(\d{4})([A-Z]{1,2})(\d{4})((?:R\(\d\d\)|\(\d\d\))*)(?:-(\d{8}))?")
"""Sector, year, type, number, corrigendum or part, day of a consolidation."""

_OF_CELEX = {
    "PC": Kind.PROPOSAL,
    "DC": Kind.COMMUNICATION,
    "JC": Kind.COMMUNICATION,
    "SC": Kind.EU_DOCUMENT,
    "AR": Kind.OPINION,
    "IR": Kind.OPINION,
    "AE": Kind.OPINION,
    "IE": Kind.OPINION,
}


def kind_of_celex(celex: str) -> Kind:
    """What a CELEX number alone tells of a document's kind."""
    match = CELEX.fullmatch(celex)
    if match is None:
        return Kind.OTHER
    if match[1] in ("0", "3"):
        return Kind.ACT
    return _OF_CELEX.get(match[3], Kind.EU_DOCUMENT) if match[1] == "5" else Kind.OTHER


def base_of(celex: str) -> str:
    """The act that a consolidated text or a corrigendum belongs to: `02021R0447-20260318` → `32021R0447`."""
    match = CELEX.fullmatch(celex)
    if match is None:
        return celex
    return f"{'3' if match[1] == '0' else match[1]}{match[2]}{match[3]}{match[4]}"


def is_corrigendum(celex: str) -> bool:
    """Whether a CELEX number is that of a corrigendum (`52025PC0555R(01)`)."""
    match = CELEX.fullmatch(celex)
    return match is not None and "R(" in match[5]


def page_of(celex: str) -> str:
    """The page for people; never asked for, it stands behind a bot wall."""
    return f"https://eur-lex.europa.eu/legal-content/SV/TXT/?uri=CELEX:{celex}"
