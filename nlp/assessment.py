"""What goes into the classifier and what comes out: `Text` → `Assessment`, with its evidence.

Plain data without heavy imports, so that everybody may import it.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Level(StrEnum):
    """How much a text matters to the organisation (docs/architecture.md, Words)."""

    ACT = "act"
    BRIEF = "brief"
    BACKGROUND = "background"
    NONE = "none"


class Direction(StrEnum):
    """Which way a text moves the organisation's room for action; `na` where nothing concerns it."""

    RESTRICTING = "restricting"
    ENABLING = "enabling"
    BOTH = "both"
    UNCLEAR = "unclear"
    NA = "na"


class EvidenceKind(StrEnum):
    """What sort of thing a judgement rests on."""

    TERM = "term"
    """A word of the text that the trained model gives weight."""
    RULE = "rule"
    """A keyword or local hook that the configuration names."""
    SUBJECT = "subject"
    """A subject code or category that the publisher gave."""
    KIND = "kind"
    """The kind of document."""
    WINDOW = "window"
    """A period of influence is open."""
    DIRECTION = "direction"
    """A word that says which way the text moves."""
    ADDRESSEE = "addressee"
    """The organisation's name on the list of those a document is sent to; no model decides over it."""


@dataclass(frozen=True, slots=True)
class Text:
    """One document to assess.

    `genre` is the kind of document: a word of `spiders.finding.Kind` (`fpm`, `initiative`, `inquiry`, `call` …);
    None or an unknown word is "other". `subjects` are the publisher's own codes and categories as
    `scheme:value` (`oeil:3.70.04`, `eurovoc:waste water`, `hys:ENV`, `regeringen:Energi`); without a scheme the
    value is looked up in every vocabulary of the crosswalk. `window_open`: a period in which one can influence
    or apply is open now (None = unknown).
    """

    id: str
    title: str
    body: str = ""
    language: str | None = None
    genre: str | None = None
    subjects: tuple[str, ...] = ()
    date: datetime.date | None = None
    window_open: bool | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that a judgement rests on.

    `weight` is what it adds to the score on the logit scale (positive speaks for). `start` and `end` are character
    offsets in the title, a line break and the body put together; None where the evidence is no place in the text.
    """

    kind: EvidenceKind
    text: str
    weight: float
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """How probable it is that the text is about `theme` (0–1, calibrated), and whether it is assigned."""

    theme: str
    score: float
    assigned: bool
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the model says of one text.

    `tags` holds every configured theme, the most probable first. `relevance` is 0–1 (probability that the text
    belongs in the briefing). `direction` is `na` where the level is `none`. `reasons` are Swedish sentences, the
    theme's first. `evidence` is what relevance and direction rest on. `model` is the version that every stored
    tag carries.
    """

    id: str
    language: str
    tags: tuple[Tag, ...]
    relevance: float
    level: Level
    direction: Direction
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    model: str


class Assessor(Protocol):
    """Reads texts and judges them; `nlp.model.load` gives one."""

    @property
    def version(self) -> str:
        """The model's version, with the hash of its data."""

    def assess(self, texts: Iterable[Text], *, reasons: bool = True) -> Iterator[Assessment]:
        """One assessment for each text, in order; `reasons=False` leaves sentences and evidence out (faster)."""
