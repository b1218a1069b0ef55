"""Documents, dossiers and letters as the interface for programs answers them: forms of `/api/openapi.json`."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel


class Named(BaseModel):
    """An identifier in its canonical form; `relation`: subject, package, implements or mention."""

    scheme: str
    value: str
    relation: str


class Way(BaseModel):
    """Our own last day for one way of answering; `day` None: it cannot be reached any more."""

    way: str
    name: str
    name_en: str
    reach: str
    day: date | None
    meeting: date | None


class Change(BaseModel):
    """Was → is."""

    seen_at: datetime
    field: str
    before: Any
    after: Any


class DocumentStep(BaseModel):
    """A dated event, with its source's code."""

    date: date
    code: str


class DocumentWindow(BaseModel):
    """A period in which one can say something; `certainty`: given, estimated or unknown."""

    kind: str
    opens: date | None
    closes: date | None
    certainty: str
    open: bool
    internal: list[Way]


class Mentioned(BaseModel):
    """A document in short."""

    id: int
    title: str
    kind: str
    source: str
    url: str


class Proof(BaseModel):
    """The raw response (sha256 of its body) and the parser that a document was read from."""

    capture: str | None
    parser: str | None


class Capture(BaseModel):
    """A raw response that the document or one of its changes rests on."""

    url: str
    sha256: str
    fetched_at: datetime
    status: int


class _Known(BaseModel):
    """What `show --json` tells of documents and dossiers alike."""

    id: int
    identifiers: list[Named]
    title: str
    title_language: str
    titles: dict[str, str]
    kind: str
    source: str
    url: str
    published: date | None
    level: str | None
    relevance: float | None
    direction: str | None
    themes: list[str]
    partners: dict[str, Any] | None
    """Countries that ask for a risk analysis."""
    addressees: dict[str, Any] | None
    """Of a remiss: whether it was sent to us."""


class DocumentAnswer(_Known):
    """One document; where `lookup` found it, without `text`, `captures` and `similar`."""

    type: Literal["document"]
    first_seen: datetime
    summary: dict[str, str]
    steps: list[DocumentStep]
    windows: list[DocumentWindow]
    case: None
    revisions: list[Change]
    documents: list[Mentioned]
    proof: Proof


class WholeDocument(DocumentAnswer):
    """One document with everything that its page shows."""

    text: str | None
    captures: list[Capture]
    similar: list[Mentioned]


class Next(BaseModel):
    """What is expected, and when, if anybody can say."""

    step: str
    name: str
    name_en: str
    date: date | None
    usual_days: int | None
    usual_files: int | None


class Stage(BaseModel):
    """Where a dossier stands."""

    chain: str
    step: str
    name: str
    name_en: str
    since: date
    stage: str
    number: int
    total: int
    next: Next | None


class Dated(BaseModel):
    """The day that one source gives."""

    date: date
    code: str
    source: str


class DossierStep(DocumentStep):
    """An event of the dossier; `disputed`: its sources give different days."""

    step: str
    name: str
    name_en: str
    happened: bool
    disputed: bool
    dates: list[Dated]


class DossierWindow(DocumentWindow):
    """A window with who may answer where, and the rule that an estimated day rests on."""

    days_left: int | None
    basis: str | None
    where: str | None
    languages: str | None
    who: str | None


class Decider(BaseModel):
    """An office that decides."""

    role: str
    name: str
    source: str
    url: str | None


class Related(Mentioned):
    """A document of the dossier."""

    published: date | None
    relation: str


class Proposed(BaseModel):
    """A join that waits for a person."""

    proposal: int
    document: int
    score: float
    reasons: list[dict[str, Any]]


class Happened(BaseModel):
    """What was done to the dossier."""

    at: datetime
    who: str | None
    what: str
    detail: dict[str, Any]


class DossierChange(Change):
    """Was → is, in one of the documents."""

    document: int


class DossierAnswer(_Known):
    """One dossier with all that is known of it."""

    type: Literal["dossier"]
    ref: str
    stage: Stage | None
    steps: list[DossierStep]
    windows: list[DossierWindow]
    deciders: list[Decider]
    members: list[dict[str, Any]]
    case: dict[str, Any] | None
    documents: list[Related]
    mentions: list[Related]
    proposed: list[Proposed]
    history: list[Happened]
    revisions: list[DossierChange]


class ThemeWhy(BaseModel):
    """Why a theme was or was not assigned; `judged`: what a person said, None: nobody did."""

    theme: str
    score: float
    assigned: bool
    judged: bool | None
    model: str
    evidence: list[dict[str, Any]]


class WhyAnswer(BaseModel):
    """Why a document was tagged and rated as it was."""

    id: int
    title: str
    model: str
    at: datetime
    language: str
    level: str | None
    relevance: float | None
    direction: str | None
    reasons: list[str]
    themes: list[ThemeWhy]
    evidence: list[dict[str, Any]]


class LetterSection(BaseModel):
    """A section of a letter, with full entries and single lines."""

    id: str
    title: str
    entries: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    omitted: int


class LetterAnswer(BaseModel):
    """A letter as it was sent."""

    week: str
    subject: str
    preheader: str
    language: str
    built_at: datetime
    quiet: bool
    counts: dict[str, Any]
    sections: list[LetterSection]
    sources: list[dict[str, Any]]
