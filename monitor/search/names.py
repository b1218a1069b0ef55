"""What a query names: nicknames of files and entries of the glossary, by the stems of what is said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from config.lexicon import Lexicon
from monitor.core.words import STEMMED, stems, words
from monitor.search.query import STOPWORDS

SYNONYM, TRANSLATION, NICKNAME = 0.6, 0.75, 0.9
"""What a match is worth beside the word itself (1)."""
LONGEST_NAME = 5
"""Words of the longest name that is looked for in a query."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What a name stands for: stems that count together, each with its weight, and identifiers."""

    roots: tuple[tuple[str, ...], ...]
    identifiers: tuple[str, ...]
    weights: tuple[float, ...]


@lru_cache(maxsize=4)
def _names(lexicon: Lexicon) -> Mapping[tuple[str, ...], tuple[Meant, ...]]:
    """Everything that can be said in a query, by its stems, with what it means."""
    names: dict[tuple[str, ...], list[Meant]] = {}
    for alias in lexicon.aliases:
        own = {form for name in alias.names for form in _forms(name)}
        terms = [form for term in alias.terms for form in _forms(term)]
        other = [form for form in own if form not in terms]
        meant = Meant((*terms, *other), alias.identifiers, (NICKNAME,) * len(terms) + (1.0,) * len(other))
        for name in own:
            names.setdefault(name, []).append(meant)
    for entry in lexicon.entries:
        said = {
            "sv": [_telling(text, "sv") for text in entry.sv],
            "en": [_telling(text, "en") for text in entry.en],
        }
        for language, texts in said.items():
            roots = tuple(text for other in said for text in said[other])
            weights = tuple(SYNONYM if other == language else TRANSLATION for other in said for _ in said[other])
            for text in texts:
                names.setdefault(text, []).append(Meant(roots, (), weights))
    return {name: tuple(meant) for name, meant in names.items()}


def _telling(text: str, language: str) -> tuple[str, ...]:
    return tuple(stems([word for word in words(text) if word not in STOPWORDS], language))


def _forms(text: str) -> tuple[tuple[str, ...], ...]:
    """A name's stems in every language that it may be in."""
    return tuple(dict.fromkeys(_telling(text, language) for language in STEMMED))


def names_in(said: Sequence[str], lexicon: Lexicon) -> Iterator[tuple[range, Meant]]:
    """The names and entries that are said, each with the places of its words; the longest stand."""
    names = _names(lexicon)
    taken: set[int] = set()
    for length in range(min(LONGEST_NAME, len(said)), 0, -1):
        for start in range(len(said) - length + 1):
            places = range(start, start + length)
            forms = {tuple(stems(said[start : start + length], language)) for language in STEMMED}
            found = [meant for form in sorted(forms) for meant in names.get(form, ())]
            # "green deal" says more than "green".
            if found and not taken.issuperset(places):
                taken.update(places)
                yield from ((places, meant) for meant in found)
