"""Text → sparse numbers: words, pairs of words and character sequences, weighted by TF-IDF.

The features are those of scikit-learn's `TfidfVectorizer` (words 1–2 and `char_wb` 3–5, sublinear counts, each
block of length 1), computed for a whole batch with numpy alone: what a word contributes is worked out once for
each distinct word. N-grams are known by a 32-bit hash, so no strings are stored.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

WORD = re.compile(r"[^\W_]+")
SOFT_HYPHEN = "\u00ad"
"""Where a word may be broken at the end of a line; publishers' memoranda are full of them. No part of the word."""
TABLE_BITS = 22
MASK = (1 << TABLE_BITS) - 1
PAIR = 0x9E3779B1
"""Multiplier that makes the hash of a pair depend on the order of its words (2³² divided by the golden ratio)."""
REMEMBERED = 60_000
"""Distinct words remembered before starting over."""
TITLE_WEIGHT = 2
"""A word of the title counts as often as this many in the body."""
Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sparse:
    """A sparse matrix by rows, as in scipy's CSR: row i is `columns[starts[i]:starts[i+1]]` with `values`."""

    starts: Integers
    columns: Integers
    values: Floats

    def dot(self, weights: npt.NDArray[np.float32] | npt.NDArray[np.int8]) -> Floats:
        """The product with a dense matrix (columns × outputs), 65,000 entries at a time to bound memory."""
        rows = len(self.starts) - 1
        product = np.zeros((rows, weights.shape[1]), np.float32)
        lengths = np.diff(self.starts)
        row = np.repeat(np.arange(rows), lengths)
        step = 65_536
        for begin in range(0, len(self.columns), step):
            part = slice(begin, begin + step)
            terms = weights[self.columns[part]].astype(np.float32) * self.values[part, None]
            rows_here = row[part]
            edges = np.flatnonzero(np.r_[True, rows_here[1:] != rows_here[:-1]])
            product[rows_here[edges]] += np.add.reduceat(terms, edges, axis=0)
        return product


def words_of(text: str) -> list[str]:
    """The lower-case words of a text, without soft hyphens."""
    return WORD.findall(text.lower().replace(SOFT_HYPHEN, ""))


def char_grams(word: str) -> list[str]:
    """Character sequences of 3 to 5 signs of a word with a blank on each side."""
    padded = f" {word} "
    grams = []
    for size in (3, 4, 5):
        if len(padded) <= size:
            grams.append(padded)
            break
        grams += [padded[start : start + size] for start in range(len(padded) - size + 1)]
    return grams


def _hash(text: str, seed: int) -> int:
    return crc32(text.encode(), seed)


class Vocabulary:
    """The n-grams that the model knows, with their weights.

    Args:
        known: hashes of the known n-grams, in the order of their columns.
        idf: inverse document frequency of each.
        chars: the first column that is a character sequence (words and pairs come before).
    """

    def __init__(self, known: Hashes, idf: Floats, chars: int) -> None:
        self.known, self.idf, self.chars = known, idf.astype(np.float32), chars
        self._table = np.full(1 << TABLE_BITS, -1, np.int32)
        self._table[known[::-1] & MASK] = np.arange(len(known), dtype=np.int32)[::-1]
        self._words: dict[str, tuple[int, npt.NDArray[np.int32]]] = {}

    def __len__(self) -> int:
        return len(self.known)

    def _word(self, word: str) -> tuple[int, npt.NDArray[np.int32]]:
        """The hash of a word and the columns of its character sequences."""
        found = self._words.get(word)
        if found is None:
            if len(self._words) >= REMEMBERED:
                self._words.clear()
            hashes = np.array([_hash(gram, 2) & MASK for gram in char_grams(word[:40])], np.int64)
            columns = self._table[hashes]
            found = self._words[word] = (_hash(word, 1), columns[columns >= self.chars])
        return found

    def transform(self, titles: Sequence[Sequence[str]], bodies: Sequence[Sequence[str]]) -> Sparse:
        """One row for each text, given as the words of its title and of its body."""
        keys = [np.empty(0, np.int64)]
        for row, text in enumerate(zip(titles, bodies, strict=True)):
            for words, weight in zip(text, (TITLE_WEIGHT, 1), strict=True):
                if not words:
                    continue
                found = [self._word(word) for word in words]
                single = np.array([word[0] for word in found], np.uint32)
                pairs = single[:-1] * np.uint32(PAIR) ^ single[1:]
                columns = self._table[np.concatenate([single, pairs]) & MASK]
                columns = columns[(columns >= 0) & (columns < self.chars)]
                everything = np.concatenate([columns, *(word[1] for word in found)]).astype(np.int64)
                everything += row * len(self.known)
                keys += [everything] * weight
        cells, counts = np.unique(np.concatenate(keys), return_counts=True)
        rows, columns = np.divmod(cells, max(1, len(self.known)))
        values = (1 + np.log(counts)).astype(np.float32) * self.idf[columns]
        block = rows * 2 + (columns >= self.chars)
        lengths = np.sqrt(np.bincount(block, values.astype(np.float64) ** 2, minlength=2 * len(titles)))
        values = (values / np.maximum(lengths[block], 1e-9)).astype(np.float32)
        starts = np.searchsorted(rows, np.arange(len(titles) + 1))
        return Sparse(starts.astype(np.int64), columns, values)


def learn(
    texts: Iterable[tuple[Sequence[str], Sequence[str]]],
    *,
    least: int = 3,
    most_words: int = 90_000,
    most_chars: int = 120_000,
) -> Vocabulary:
    """The vocabulary of a collection of (title's words, body's words).

    Kept are n-grams of at least `least` texts, the most frequent first.
    """
    words: dict[int, int] = {}
    chars: dict[int, int] = {}
    cache: dict[str, tuple[int, list[int]]] = {}
    total = 0
    for parts in texts:
        total += 1
        singles: set[int] = set()
        grams: set[int] = set()
        for part in parts:
            hashes = []
            for word in part:
                if word not in cache:
                    cache[word] = _hash(word, 1), [_hash(gram, 2) for gram in char_grams(word[:40])]
                hashes.append(cache[word][0])
                grams.update(cache[word][1])
            array = np.array(hashes, np.uint32)
            singles.update(hashes)
            singles.update((array[:-1] * np.uint32(PAIR) ^ array[1:]).tolist())
        for gram in singles:
            words[gram] = words.get(gram, 0) + 1
        for gram in grams:
            chars[gram] = chars.get(gram, 0) + 1

    def kept(counts: dict[int, int], most: int) -> list[tuple[int, int]]:
        return sorted(((c, h) for h, c in counts.items() if c >= least), key=lambda x: (-x[0], x[1]))[:most]

    first, second = kept(words, most_words), kept(chars, most_chars)
    frequencies = np.array([count for count, _ in first + second], np.float64)
    idf = np.log((1 + total) / (1 + frequencies)) + 1
    known = np.array([gram for _, gram in first + second], np.uint32)
    return Vocabulary(known, idf.astype(np.float32), len(first))
