"""The trained numbers on disk: one compressed file, read without pickle."""

from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import numpy.typing as npt

from nlp.embeddings import Embedded, Likeness
from nlp.judge import Linear, Readers, Stack, Weights
from nlp.nearness import Nearness
from nlp.trees import Trees
from nlp.vectors import Vectors
from nlp.vocabulary import Vocabulary

FILE = "numbers.npz"


@dataclass(frozen=True, slots=True)
class General:
    """What texts are like in general: mean and covariance of their word vectors, mean of their TF-IDF rows."""

    mean: npt.NDArray[np.float32]
    covariance: npt.NDArray[np.float32]
    words: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Trained:
    """Everything that was learned."""

    themes: tuple[str, ...]
    vocabulary: Vocabulary
    vectors: Vectors
    readers: Readers
    stack: Stack
    general: General
    newcomers: Linear
    """What the features of `nlp.own` are worth."""
    embedded: Embedded | None = None
    """For pipelines with the extra `embeddings`, if it was there when the model was made."""


def save(trained: Trained, folder: Path) -> None:
    """Write the numbers below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {
        "themes": np.array(trained.themes),
        "vocabulary.known": trained.vocabulary.known,
        "vocabulary.idf": trained.vocabulary.idf.astype(np.float16),
        "vocabulary.chars": np.array(trained.vocabulary.chars),
    }
    parts: dict[str, Any] = {"vectors": trained.vectors, "readers": trained.readers, "stack": trained.stack}
    parts |= {"general": trained.general, "newcomers": trained.newcomers}
    if trained.embedded is not None:
        parts |= {"likeness": trained.embedded.likeness, "embedded": trained.embedded.stack}
    for name, part in parts.items():
        arrays |= _arrays(name, part)
    arrays |= {name: array.astype(np.float16) for name, array in arrays.items() if name.startswith("general.")}
    np.savez_compressed(folder / FILE, **arrays)


def load(folder: Path) -> Trained:
    """Read the numbers below `folder`.

    Raises:
        OSError, ValueError, KeyError: no such file, or not one of ours.
    """
    with np.load(folder / FILE, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    vocabulary = Vocabulary(
        arrays["vocabulary.known"], arrays["vocabulary.idf"].astype(np.float32), int(arrays["vocabulary.chars"])
    )
    return Trained(
        tuple(str(name) for name in arrays["themes"]),
        vocabulary,
        load_vectors(arrays),
        Readers(**_parts(Readers, "readers", arrays)),
        Stack(**_parts(Stack, "stack", arrays)),
        General(**{name: value.astype(np.float32) for name, value in _parts(General, "general", arrays).items()}),
        Linear(**_parts(Linear, "newcomers", arrays)),
        _embedded(arrays),
    )


def _embedded(arrays: dict[str, Any]) -> Embedded | None:
    if "likeness.center" not in arrays:
        return None
    return Embedded(Likeness(**_parts(Likeness, "likeness", arrays)), Stack(**_parts(Stack, "embedded", arrays)))


def load_vectors(arrays: dict[str, Any]) -> Vectors:
    """The word vectors among the arrays of a file."""
    return Vectors(**_parts(Vectors, "vectors", arrays))


def _arrays(name: str, part: Any) -> dict[str, npt.NDArray[Any]]:
    """The numbers of a part, and of the parts within it, each by its path."""
    if not is_dataclass(part):
        return {name: np.asarray(part)}
    found: dict[str, npt.NDArray[Any]] = {}
    for field in fields(part):
        found |= _arrays(f"{name}.{field.name}", getattr(part, field.name))
    return found


def _parts(kind: type[Any], name: str, arrays: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    hints = get_type_hints(kind)
    for field in fields(kind):
        key = f"{name}.{field.name}"
        if (inner := hints[field.name]) in (Linear, Nearness, Trees, Weights):
            found[field.name] = inner(**_parts(inner, key, arrays))
        else:
            found[field.name] = arrays[key].item() if arrays[key].ndim == 0 else arrays[key]
    return found
