"""Word vectors: what a word that the judged texts never used is probably about.

One vector for each word of the collection, distilled once from a multilingual sentence model (`nlp.train.distil`);
a text is the mean of its words, rare words counting more. Words are known by their hash; no text is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from zlib import crc32

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
SEED = 3


def key(word: str) -> int:
    """The hash by which a word is known."""
    return crc32(word.encode(), SEED)


@dataclass(frozen=True)
class Vectors:
    """`keys` (sorted hashes), `table` (words × size, 8-bit) and the weight of each word."""

    keys: npt.NDArray[np.uint32]
    table: npt.NDArray[np.int8]
    weight: npt.NDArray[np.float16]

    @cached_property
    def size(self) -> int:
        """Numbers in a word's vector."""
        return int(self.table.shape[1])

    @cached_property
    def _places(self) -> dict[str, int]:
        return {}

    def place(self, word: str) -> int:
        """The row of a word; -1 where it is unknown."""
        places = self._places
        found = places.get(word)
        if found is None:
            if len(places) >= 100_000:
                places.clear()
            wanted = key(word)
            found = int(np.searchsorted(self.keys, wanted))
            if found >= len(self.keys) or self.keys[found] != wanted:
                found = -1
            places[word] = found
        return found

    def transform(self, titles: Sequence[Sequence[str]], bodies: Sequence[Sequence[str]]) -> Floats:
        """(n, 2 × size): the direction of the title's mean, then of title and body together."""
        result = np.zeros((len(titles), 2 * self.size), np.float32)
        for row, (title, body) in enumerate(zip(titles, bodies, strict=True)):
            first = self._sum(title)
            whole = first + self._sum(body)
            result[row, : self.size] = first / max(float(np.linalg.norm(first)), 1e-9)
            result[row, self.size :] = whole / max(float(np.linalg.norm(whole)), 1e-9)
        return result

    def _sum(self, words: Sequence[str]) -> Floats:
        rows = [place for place in map(self.place, words) if place >= 0]
        if not rows:
            return np.zeros(self.size, np.float32)
        return self.weight[rows].astype(np.float32) @ self.table[rows].astype(np.float32)
