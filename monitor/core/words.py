"""Words, stems and folded forms: what the index holds and what a query is turned into, in one way."""

import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

LONGEST_WORD = 60
"""Characters kept of a word; what is longer is no word (PostgreSQL refuses lexemes of 2 kB)."""
STEMMED = {"sv": "swedish", "en": "english"}
"""Languages whose words are stemmed; words of others stand as they are."""

_WORD = re.compile(r"[^\W_]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff\u0000]")
_local = threading.local()


def words(text: str) -> list[str]:
    """The words and numbers of `text` in order: lower case, NFC, without hyphens and other signs."""
    plain = unicodedata.normalize("NFC", _INVISIBLE.sub("", text)).lower()
    return [word[:LONGEST_WORD] for word in _WORD.findall(plain)]


def stems(some: Sequence[str], language: str) -> list[str]:
    """The Snowball stem of each word; the words themselves in a language that is not stemmed."""
    name = STEMMED.get(language)
    if name is None:
        return list(some)
    stemmed: list[str] = _stemmer(name).stemWords(list(some))
    return stemmed


def stem(word: str, language: str) -> str:
    """The stem of one word."""
    return stems([word], language)[0]


@lru_cache(maxsize=100_000)
def query_stems(word: str) -> tuple[str, ...]:
    """The stems of a word whose language nobody told us: Swedish first, English if it differs."""
    return tuple(dict.fromkeys(stem(word, language) for language in STEMMED))


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """The word without diacritics, as on a keyboard without å, ä and ö."""
    if word.isascii():
        return word
    return "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))


def joined(parts: Iterable[str]) -> str:
    """One blank between words: the form in which the index stores them."""
    return " ".join(parts)


def _stemmer(name: str) -> Any:
    """A stemmer of this thread: Snowball's keep state while they work."""
    import Stemmer

    known: dict[str, Any] = _local.__dict__
    if name not in known:
        known[name] = Stemmer.Stemmer(name)
    return known[name]
