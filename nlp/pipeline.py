"""The spaCy pipeline: tokenizer, language, rules, readers, `textcat_multilabel`, relevance, direction.

`config.cfg` beside this file puts it together. Each component leaves its result on the document: `doc._.reading`
(what was seen), `doc.cats` (theme → probability), `doc._.chances` (of reaching background, brief, act) and
`doc._.ways` (log-odds of the directions).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch, registry
from spacy.vocab import Vocab
from thinc.api import Model

from config.themes import Themes
from nlp import judge, storage
from nlp.assessment import Text
from nlp.embeddings import Embed, passage
from nlp.judge import Floats, Linear, Scores
from nlp.own import OwnThemes
from nlp.reading import split, title_and_body
from nlp.signals import NOTHING_FOUND, Crosswalk, Finder, Found, Reader, Signals
from nlp.storage import Trained

PARAMETERS = ("mean", "spread", "themes", "group", "bias", "subjects")
LANGUAGES = ("sv", "en", "da", "no", "de", "fr")
"""What the sources are written in; identification chooses among these."""


@dataclass(slots=True)
class Reading:
    """What the pipeline knows of one document on its way; `batch` and `row` say where its numbers are."""

    text: Text
    tokens: Sequence[str]
    """Those of the document: asking spaCy for their strings one by one takes longer than making them."""
    language: str = "sv"
    found: Found = NOTHING_FOUND
    signals: Signals | None = None
    scores: Scores | None = None
    row: int = 0
    words: int = 0
    """N-grams of the text that the readers know."""
    own: Floats | None = None
    """Probabilities of the organisation's own themes."""
    embedding: Floats | None = None
    """Where the extra is installed; one that is set before the readers come is taken as it is."""


for _name in ("reading", "chances", "ways"):
    Doc.set_extension(_name, default=None, force=True)


class Words:
    """The tokenizer: words, signs, blanks; put together they are the text again, so offsets are the text's own."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, string: str) -> Doc:
        """The document of a string; its first line is the title."""
        title, _, body = string.partition("\n")
        return self.document(Text("", title, body))

    def document(self, text: Text) -> Doc:
        """The document of a text: what is read of its title, a line break, what is read of its body."""
        title, body = title_and_body(text)
        words, spaces = split(f"{title}\n{body}")
        doc = Doc(self.vocab, words, spaces)
        doc._.reading = Reading(text, words)
        return doc

    def to_bytes(self, **_: object) -> bytes:
        """Nothing to keep."""
        return b""

    def from_bytes(self, data: bytes, **_: object) -> "Words":  # noqa: ARG002  # spaCy's signature
        """Nothing to read."""
        return self

    def to_disk(self, path: Path, **_: object) -> None:
        """Nothing to keep."""

    def from_disk(self, path: Path, **_: object) -> "Words":  # noqa: ARG002  # spaCy's signature
        """Nothing to read."""
        return self


@registry.tokenizers("utblick.Words.v1")  # type: ignore[untyped-decorator]  # catalogue has no types
def create_words() -> Callable[[Language], Words]:
    """The tokenizer for a pipeline."""
    return lambda nlp: Words(nlp.vocab)


class Component:
    """A step that works on batches."""

    def __call__(self, doc: Doc) -> Doc:
        """Work on one document."""
        self.work([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 1000) -> Iterator[Doc]:
        """Work on a stream, batch by batch."""
        for docs in minibatch(stream, size=batch_size):  # type: ignore[no-untyped-call]  # spaCy has no types here
            self.work(docs)
            yield from docs

    def work(self, docs: Sequence[Doc]) -> None:
        """What the step does to a batch."""
        raise NotImplementedError


class LanguageStep(Component):
    """Identifies the language where the source does not say it."""

    def __init__(self) -> None:
        self._identifier: Any = None

    def work(self, docs: Sequence[Doc]) -> None:
        """Sets `reading.language` from the text's own statement, else from its first 300 characters."""
        for doc in docs:
            reading: Reading = doc._.reading
            said = (reading.text.language or "").lower()[:2]
            reading.language = said or self._identify(doc.text[:300])

    def _identify(self, text: str) -> str:
        if not any(sign.isalpha() for sign in text):
            return "sv"
        if self._identifier is None:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier

            self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
            self._identifier.set_languages(list(LANGUAGES))
        return str(self._identifier.classify(text)[0])


class RulesStep(Component):
    """Finds the configured words (`nlp.rules`)."""

    def __init__(self) -> None:
        self.finder: Finder | None = None

    def work(self, docs: Sequence[Doc]) -> None:
        """Sets `reading.found`."""
        for doc in docs:
            reading: Reading = doc._.reading
            title_tokens = reading.tokens.index("\n") if "\n" in reading.tokens else len(reading.tokens)
            assert self.finder is not None  # noqa: S101  # `configure` comes with every load
            reading.found = self.finder.find(reading.tokens, title_tokens)


class ReaderStep(Component):
    """Turns documents into numbers and lets the trained readers score them."""

    def __init__(self) -> None:
        self.trained: Trained | None = None
        self.reader: Reader | None = None
        self.own: OwnThemes | None = None
        self.embed: Embed | None = None

    def work(self, docs: Sequence[Doc]) -> None:
        """Sets `reading.signals` and `reading.scores`, shared by the batch."""
        assert self.reader and self.trained and self.own  # noqa: S101  # as above
        readings: list[Reading] = [doc._.reading for doc in docs]
        found = [one.found for one in readings]
        signals = self.reader.read([one.text for one in readings], found)
        scores = self.trained.readers.read(signals)
        if self.embed and self.trained.embedded:
            scores = self.trained.embedded.likeness.beside(scores, self._embedded(readings, self.embed))
        own = self.own.scores(signals, found)
        for row, reading in enumerate(readings):
            reading.signals, reading.scores, reading.own, reading.row = signals, scores, own[row], row
            reading.words = int(signals.sparse.starts[row + 1] - signals.sparse.starts[row])

    def _embedded(self, readings: Sequence[Reading], embed: Embed) -> Floats:
        """(n, size) embeddings of a batch; those that are not known yet are made."""
        new = [one for one in readings if one.embedding is None]
        for one, embedding in zip(new, embed([passage(one.text) for one in new]), strict=True):
            one.embedding = embedding
        return np.stack([one.embedding for one in readings if one.embedding is not None])

    def to_disk(self, path: Path, **_: object) -> None:
        """Writes what was learned."""
        assert self.trained is not None and self.embed is None  # noqa: S101  # saved is what everybody can read
        storage.save(self.trained, path)

    def from_disk(self, path: Path, **_: object) -> "ReaderStep":
        """Reads what was learned."""
        self.trained = storage.load(path)
        return self


class RelevanceStep(Component):
    """The chances of reaching background, brief and act."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp

    def work(self, docs: Sequence[Doc]) -> None:
        """Sets `doc._.chances`."""
        trained = trained_in(self._nlp)
        signals, scores = gather(docs)
        cats = np.array([[doc.cats[theme] for theme in trained.themes] for doc in docs], np.float32)
        cats = np.clip(cats, 1e-6, 1 - 1e-6)
        logits = trained.stack.relevance_logits(signals, scores, np.log(cats / (1 - cats)))
        for doc, chances in zip(docs, judge.reached(logits), strict=True):
            doc._.chances = chances


class DirectionStep(Component):
    """Which way a text moves the organisation."""

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp

    def work(self, docs: Sequence[Doc]) -> None:
        """Sets `doc._.ways`."""
        _, scores = gather(docs)
        for doc, ways in zip(docs, trained_in(self._nlp).stack.direction(scores.direction), strict=True):
            doc._.ways = ways


def trained_in(nlp: Language) -> Trained:
    """What the pipeline's readers were taught."""
    trained = nlp.get_pipe("utblick_reader").trained  # type: ignore[attr-defined]  # our own component
    assert isinstance(trained, Trained)  # noqa: S101  # `configure` comes with every load
    return trained


def own_in(nlp: Language) -> OwnThemes:
    """The themes that only the configuration knows."""
    own = nlp.get_pipe("utblick_reader").own  # type: ignore[attr-defined]  # our own component
    assert isinstance(own, OwnThemes)  # noqa: S101  # as above
    return own


def gather(docs: Sequence[Doc]) -> tuple[Signals, Scores]:
    """The numbers of a batch: as read together, or put together anew."""
    readings: list[Reading] = [doc._.reading for doc in docs]
    first = readings[0]
    assert first.signals is not None and first.scores is not None  # noqa: S101  # the reader comes before
    whole = len(first.signals) == len(docs) and all(
        one.signals is first.signals and one.row == row for row, one in enumerate(readings)
    )
    if whole:
        return first.signals, first.scores
    parts = [(one.signals.row(one.row), one.scores.row(one.row)) for one in readings if one.signals and one.scores]
    return Signals.together([part for part, _ in parts]), Scores.together([part for _, part in parts])


@registry.architectures("utblick.ThemeStack.v1")  # type: ignore[untyped-decorator]  # catalogue has no types
def create_theme_stack(nO: int | None = None) -> Model[list[Doc], Any]:  # noqa: N803  # spaCy's name
    """The architecture of `textcat_multilabel`: weighs readers, rules and group of document into probabilities.

    `spacy train` can go on training it: the weights are parameters with gradients; the publishers' subjects
    keep the weight they have.
    """
    return Model(
        "utblick_theme_stack", _forward, params=dict.fromkeys(PARAMETERS), dims={"nO": nO}, init=_initialise
    )


def _initialise(model: Model[list[Doc], Any], X: object = None, Y: object = None) -> None:  # noqa: N803  # the names that thinc calls with
    """Parameters are set from a trained stack (`set_stack`); there is nothing to draw by lot."""


def set_stack(model: Model[list[Doc], Any], stack: judge.Stack) -> None:
    """Give the architecture the weights of a trained stack."""
    values: dict[str, Any] = {
        "mean": stack.mean, "spread": stack.spread, "themes": stack.themes,
        "group": stack.theme_groups.coef, "bias": stack.theme_groups.bias, "subjects": stack.subjects,
    }  # fmt: skip
    for name, value in values.items():
        model.set_param(name, np.ascontiguousarray(value, np.float32))  # type: ignore[arg-type]  # thinc's aliases


def _forward(
    model: Model[list[Doc], Any],
    docs: list[Doc],
    is_train: bool,  # noqa: ARG001  # thinc's signature
) -> tuple[Any, Callable[[Any], list[Doc]]]:
    signals, scores = gather(docs)
    learned: dict[str, Any] = {name: model.get_param(name) for name in PARAMETERS}
    features = judge.theme_features((scores.themes - learned["mean"]) / learned["spread"], signals.rules)
    group = judge.groups(signals)
    logits = np.einsum("ntf,tf->nt", features, learned["themes"])
    logits += Linear(learned["group"], learned["bias"])(group)
    chances = judge.sigmoid(judge.with_subjects(logits, signals.votes, learned["subjects"]))

    def backprop(slope: Any) -> list[Doc]:
        back = np.asarray(slope, np.float32) * chances * (1 - chances)
        slopes: dict[str, Any] = {
            "themes": np.einsum("nt,ntf->tf", back, features),
            "group": group.T @ back,
            "bias": back.sum(0),
        }
        for name, slope_of in slopes.items():
            model.inc_grad(name, slope_of)
        return docs

    return chances, backprop


@Language.factory("utblick_language")
def create_language(nlp: Language, name: str) -> LanguageStep:  # noqa: ARG001  # spaCy's signature
    """The language step."""
    return LanguageStep()


@Language.factory("utblick_rules")
def create_rules(nlp: Language, name: str) -> RulesStep:  # noqa: ARG001  # spaCy's signature
    """The rules step."""
    return RulesStep()


@Language.factory("utblick_reader")
def create_reader(nlp: Language, name: str) -> ReaderStep:  # noqa: ARG001  # spaCy's signature
    """The readers."""
    return ReaderStep()


@Language.factory("utblick_relevance")
def create_relevance(nlp: Language, name: str) -> RelevanceStep:  # noqa: ARG001  # spaCy's signature
    """The relevance step."""
    return RelevanceStep(nlp)


@Language.factory("utblick_direction")
def create_direction(nlp: Language, name: str) -> DirectionStep:  # noqa: ARG001  # spaCy's signature
    """The direction step."""
    return DirectionStep(nlp)


def configure(nlp: Language, themes: Themes, embed: Embed | None = None) -> None:
    """Give a pipeline the organisation's themes: their words, hooks and crosswalk.

    The trained themes stay the readers' own; what the configuration calls otherwise or adds is not theirs.

    Args:
        nlp: a pipeline of this module.
        themes: the configuration in force.
        embed: an embedder; the pipeline then reads with it and weighs by the stack that was learned with it, if
            the model was made with one. Such a pipeline reads, and is not saved.
    """
    rules: Any = nlp.get_pipe("utblick_rules")
    rules.finder = Finder(themes)
    reader: Any = nlp.get_pipe("utblick_reader")
    trained = trained_in(nlp)
    if embed is not None and trained.embedded is not None:
        reader.embed, reader.trained = embed, replace(trained, stack=trained.embedded.stack)
        textcat: Any = nlp.get_pipe("textcat_multilabel")
        set_stack(textcat.model, trained.embedded.stack)
    reader.reader = Reader(trained.vocabulary, trained.vectors, trained.themes, Crosswalk(themes))
    reader.own = OwnThemes.of(themes, trained)
