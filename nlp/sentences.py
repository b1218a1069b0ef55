"""Reasons in Swedish words."""

from collections.abc import Iterable, Sequence

from nlp.assessment import Direction, Evidence, EvidenceKind, Level

LEVELS = {
    Level.ACT: "Åtgärd",
    Level.BRIEF: "Till brevet",
    Level.BACKGROUND: "För kännedom",
    Level.NONE: "Endast arkiv",
}
DIRECTIONS = {
    Direction.RESTRICTING: "begränsande",
    Direction.ENABLING: "möjliggörande",
    Direction.BOTH: "både begränsande och möjliggörande",
    Direction.UNCLEAR: "oklart",
}
NOTHING = "Endast arkiv: texten har inget ord som går att bedöma."
MOST = 3
"""Words named in one place."""


def of_theme(name: str, score: float, evidence: Sequence[Evidence]) -> str:
    """Why a theme: "Avfall (93 %): träffar *deponi*; nyckelord *avfall*; ämneskod 3.70.12."."""
    terms = _of(evidence, EvidenceKind.TERM)
    said = {term.lower() for term in terms}
    rules = [word for word in _of(evidence, EvidenceKind.RULE) if word.lower() not in said]
    subjects = [subject.partition(":")[2] or subject for subject in _of(evidence, EvidenceKind.SUBJECT)]
    parts = []
    if terms:
        parts.append(f"träffar {listed(terms)}")
    if rules:
        parts.append(f"nyckelord {listed(rules)}")
    if subjects:
        parts.append(f"{'ämneskod' if len(subjects) == 1 else 'ämneskoder'} {', '.join(subjects[:MOST])}")
    return f"{name} ({percent(score)}): {'; '.join(parts) or 'textens helhet, inget enskilt ord avgör'}."


def of_level(level: Level, chance: float, groups: Sequence[str], raising: Sequence[str]) -> str:
    """Why a level: the groups of words that speak for it, and the words that raise it most."""
    parts = list(groups[:MOST])
    if raising and level is not Level.NONE:
        parts.append(f"höjs av {listed(raising)}")
    return f"{LEVELS[level]} ({percent(chance)} för brevet)" + (f": {'; '.join(parts)}." if parts else ".")


def of_direction(direction: Direction, words: Sequence[str]) -> str:
    """Why a direction: the words it rests on."""
    if direction is Direction.UNCLEAR:
        return "Riktning oklart: inga ord visar tydligt åt vilket håll."
    return f"Riktning {DIRECTIONS[direction]}" + (f": {listed(words)}." if words else ": textens helhet.")


def distinct(words: Iterable[str]) -> list[str]:
    """Each word once, whatever its case, as it stands first."""
    found: dict[str, str] = {}
    for word in words:
        found.setdefault(word.lower(), word)
    return list(found.values())


def listed(words: Sequence[str]) -> str:
    """A few words, marked."""
    return ", ".join(f"*{word}*" for word in words[:MOST])


def percent(chance: float) -> str:
    """A probability as people read it; never quite sure."""
    return f"{min(99, max(1, round(chance * 100)))} %"


def _of(evidence: Sequence[Evidence], kind: EvidenceKind) -> list[str]:
    return distinct(one.text for one in evidence if one.kind is kind)
