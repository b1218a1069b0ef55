"""Are reasons true? Without the terms that it names for a theme, a model must be less sure of the theme."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.assessment import Assessor, EvidenceKind, Text
from nlp.effects import without

SAMPLE = 12
"""Every twelfth text is asked for its reasons when a model is measured."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Of `texts` texts with `tags` assigned themes: how many lost score (`lowered`) without their named terms."""

    texts: int
    tags: int
    lowered: int

    def __add__(self, other: "Truth") -> "Truth":
        return Truth(self.texts + other.texts, self.tags + other.tags, self.lowered + other.lowered)

    @property
    def share(self) -> float | None:
        """The tags whose score fell, as a share of all."""
        return round(self.lowered / self.tags, 4) if self.tags else None


def truth(assessor: Assessor, texts: Sequence[Text]) -> Truth:
    """Takes the named terms out of each text and lets the model read again; a tag that names none: not lowered."""
    cases, less = [], []
    for text, found in zip(texts, assessor.assess(texts), strict=True):
        for tag in found.tags:
            if tag.assigned:
                terms = {e.text.lower() for e in tag.evidence if e.kind is EvidenceKind.TERM}
                cases.append((tag, bool(terms)))
                less.append(without(text, terms) if terms else text)
    lowered = sum(
        named and {one.theme: one.score for one in found.tags}[tag.theme] < tag.score
        for (tag, named), found in zip(cases, assessor.assess(less, reasons=False), strict=True)
    )
    return Truth(len(texts), len(cases), lowered)


def as_figures(found: Truth) -> dict[str, float | None]:
    """As a model's figures have it."""
    return {"texts": found.texts, "tags": found.tags, "true": found.share}
