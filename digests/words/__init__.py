"""The fixed phrases of the letter, one module per language."""

from digests.words.catalogue import Catalogue
from digests.words.english import ENGLISH
from digests.words.swedish import SWEDISH

__all__ = ["CATALOGUES", "Catalogue", "catalogue"]

CATALOGUES = {words.code: words for words in (SWEDISH, ENGLISH)}


def catalogue(language: str) -> Catalogue:
    """The phrases of `language` (ISO 639-1).

    Raises:
        KeyError: the letter is not written in that language.
    """
    return CATALOGUES[language]
