"""Themes that an organisation adds: useful at once from their words, definition and a few examples.

A theme that the shipped model was not trained on is scored by the likeness of a text to the theme's definition
and examples (word vectors), and by the rules' hits. The weights of these features are the same for every such theme and
were learned on the shipped themes, each treated in turn as if it were new (`nlp.train.own`).
"""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from config.themes import Theme, Themes
from nlp.assessment import Evidence, Tag
from nlp.storage import Trained

if TYPE_CHECKING:
    from spacy.tokens import Doc

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class OwnThemes:
    """The themes of a configuration that the model was not trained on."""

    themes: tuple[Theme, ...]
    trained: Trained

    @classmethod
    def learn(cls, themes: Themes, trained: Trained) -> "OwnThemes":
        """Those themes, with what their examples teach."""
        return cls(tuple(theme for theme in themes.theme if theme.id not in trained.themes), trained)

    @property
    def mark(self) -> str:
        """What own themes add to the model's version: their scores change with their definition."""
        if not self.themes:
            return ""
        told = "".join(theme.model_dump_json() for theme in self.themes)
        return "+own." + hashlib.sha256(told.encode()).hexdigest()[:8]

    def tags(self, doc: "Doc") -> list[Tag]:
        """One tag for each own theme."""
        return []

    def evidence(self, doc: "Doc", theme: str) -> list[Evidence]:
        """What speaks for an own theme."""
        return []
