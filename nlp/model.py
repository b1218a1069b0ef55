"""Loads the pipeline and judges texts with it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from config.errors import ConfigError
from config.themes import Themes
from config.themes import load as load_themes
from nlp.assessment import Assessment, Assessor, Direction, Level, Tag, Text
from nlp.embeddings import MARK
from nlp.judge import WAYS
from nlp.reading import PUBLISHERS, group_of

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

    from nlp.embeddings import Embed
    from nlp.explain import Explainer

SHIPPED = Path(__file__).parent / "shipped"
"""The model that comes with Utblick."""
BATCH = 1000
OWN_THRESHOLD = 0.5
"""An own theme is assigned from this probability."""
LEVELS = (Level.NONE, Level.BACKGROUND, Level.BRIEF, Level.ACT)


class UnreadableModelError(ConfigError):
    """A folder that is no model, or one that another version of Utblick made."""


def load(path: Path | None = None, overlay: Path | None = None, embed: "Embed | None" = None) -> Assessor:
    """The assessor of a model folder (None: the shipped one), with the themes of the configuration in force.

    Args:
        path: a folder written by `utblick model train`.
        overlay: the organisation's own configuration folder.
        embed: the embedder of the extra `embeddings`, if the model is to read with it.

    Raises:
        UnreadableModelError: the folder is no model of this version.
        ConfigError: `themes.toml` is broken.
    """
    import spacy

    from nlp import local, pipeline  # noqa: F401  # registers the components

    folder = path or SHIPPED
    try:
        nlp = spacy.load(folder)
    except (OSError, KeyError, ValueError) as exc:
        told = f"{folder}: not a model that this version can read: {exc}".splitlines()[0]
        raise UnreadableModelError(told) from exc
    return PipelineAssessor(nlp, load_themes(overlay), embed)


class PipelineAssessor:
    """Judges texts with a trained pipeline."""

    def __init__(self, nlp: "Language", themes: Themes, embed: "Embed | None" = None) -> None:
        from nlp.pipeline import configure, own_in, trained_in

        configure(nlp, themes, embed)
        self._nlp = nlp
        self._trained = trained_in(nlp)
        declared = [theme.id for theme in themes.theme]
        self._places = [(place, name) for place, name in enumerate(self._trained.themes) if name in declared]
        self._own = own_in(nlp)
        self._mark = MARK if embed is not None and self._trained.embedded is not None else ""
        self._themes = themes
        self._explainer: Explainer | None = None

    @property
    def version(self) -> str:
        """The model's version and the hash of its data; `+e5` if it reads embeddings; the hash of own themes."""
        meta = self._nlp.meta
        return f"{meta['version']}{self._mark}{self._own.mark}"

    @property
    def themes(self) -> tuple[str, ...]:
        """The themes that it was trained on and that the configuration declares."""
        return tuple(name for _, name in self._places)

    @property
    def own_themes(self) -> tuple[str, ...]:
        """The themes that only the configuration knows."""
        return tuple(theme.id for theme in self._own.themes)

    @property
    def threshold(self) -> float:
        """From this probability a trained theme is assigned."""
        return self._trained.stack.threshold

    @property
    def meta(self) -> dict[str, Any]:
        """What the model folder says of itself."""
        return dict(self._nlp.meta)

    @property
    def pipeline(self) -> "Language":
        """The spaCy pipeline itself."""
        return self._nlp

    def documents(self, texts: Iterable[Text]) -> Iterator["Doc"]:
        """The texts as the pipeline leaves them, in order."""
        make: Any = self._nlp.tokenizer
        return self._nlp.pipe((make.document(text) for text in texts), batch_size=BATCH)

    def assess(self, texts: Iterable[Text], *, reasons: bool = True) -> Iterator[Assessment]:
        """One assessment for each text, in order; `reasons=False` leaves sentences and evidence out (faster)."""
        stream = iter(texts)
        while batch := list(islice(stream, BATCH)):
            yield from self._batch(batch, reasons=reasons)

    def assess_with_way(self, texts: Iterable[Text]) -> Iterator[tuple[Assessment, Direction]]:
        """For measuring: assessments without reasons, and the direction each text has if it concerns anybody."""
        for doc in self.documents(texts):
            yield self._assessment(doc), Direction(WAYS[int(np.argmax(doc._.ways))])

    def _batch(self, texts: Sequence[Text], *, reasons: bool) -> Iterator[Assessment]:
        for doc in self.documents(texts):
            found = self._assessment(doc)
            yield self._explain(doc, found) if reasons else found

    def _assessment(self, doc: "Doc") -> Assessment:
        reading, stack = doc._.reading, self._trained.stack
        tags = [
            Tag(name, score, score >= stack.threshold)
            for _, name in self._places
            for score in [round(float(doc.cats[name]), 4)]
        ]
        tags += [
            Tag(theme.id, round(float(score), 4), bool(score >= OWN_THRESHOLD))
            for theme, score in zip(self._own.themes, reading.own, strict=True)
        ]
        tags.sort(key=lambda tag: -tag.score)
        if not reading.words:
            return self._nothing(reading.text.id, reading.language, tags)
        chances = doc._.chances
        limits = stack.levels[PUBLISHERS.groups.index(group_of(reading.text))]
        if reading.text.window_open is False:  # recall comes first only while something can still be missed
            limits = np.maximum(limits, stack.levels[PUBLISHERS.groups.index(group_of(Text("", "")))])
        level = LEVELS[int(np.searchsorted(limits, float(chances.sum()), side="right"))]
        direction = Direction.NA if level is Level.NONE else Direction(WAYS[int(np.argmax(doc._.ways))])
        return Assessment(
            id=reading.text.id,
            language=reading.language,
            tags=tuple(tags),
            relevance=round(float(chances[1]), 4),
            level=level,
            direction=direction,
            reasons=(),
            evidence=(),
            model=self.version,
        )

    def _nothing(self, name: str, language: str, tags: Sequence[Tag]) -> Assessment:
        """A text without a single word that the model knows: nothing can be said of it."""
        silent = tuple(Tag(tag.theme, 0.0, False) for tag in tags)
        return Assessment(name, language, silent, 0.0, Level.NONE, Direction.NA, (), (), self.version)

    def _explain(self, doc: "Doc", found: Assessment) -> Assessment:
        from nlp.explain import Explainer

        if self._explainer is None:
            self._explainer = Explainer(self._nlp, self._themes)
        return self._explainer.explain(doc, found)
