"""From what was typed to what is meant: each term with its relatives, weighed.

A concept is one thing that the person wants. A document satisfies it with the word itself, an inflection, a
compound, a translation, a synonym, what a nickname stands for, or the word that a misspelling was meant to be;
the weight says how sure we are.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from config.lexicon import Lexicon
from monitor.search.expressions import AllOf, Expression, Words, any_of
from monitor.search.query import STOPWORDS, Parsed, Term
from monitor.search.vocabulary import Known, Vocabulary
from monitor.words import STEMMED, query_stems, stem, stems, words

SYNONYM, TRANSLATION, NICKNAME = 0.6, 0.75, 0.9
FIRST_PART, LAST_PART, SPLIT, TRUNCATED, ALIKE = 0.75, 0.5, 0.6, 0.5, 0.35
UNMARKED, MISSPELT = 0.85, 0.8
"""What a match is worth beside the word itself (1): by translation, as part of a compound, without diacritics …"""
YEAR = 0.5
"""What a year weighs beside the most telling other word: it narrows, it is not the subject."""
LONGEST_NAME = 5
"""Words of the longest nickname or glossary entry that is looked for in a query."""
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d")
# Last parts that say what sort of paper it is, not what it is about.
_PAPERS = frozenset(
    stems(words("lag direktiv förordning strategi utredning plan politik program proposition akt"), "sv")
)


@dataclass(slots=True)
class Concept:
    """One thing wanted.

    `singles` maps stems to weights; `groups` are stems that count together; `quoted` are phrases as written and
    `beginnings` are beginnings of words, both wanted exactly; `identifiers` are those of a file whose nickname was
    said. `weight` is how telling the concept is (inverse document frequency). `year` also matches the date.
    """

    text: str
    singles: dict[str, float] = field(default_factory=dict)
    groups: dict[tuple[str, ...], float] = field(default_factory=dict)
    quoted: list[tuple[str, ...]] = field(default_factory=list)
    beginnings: list[str] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    weight: float = 1.0
    year: int | None = None
    widened: set[str] = field(default_factory=set)

    def add(self, roots: Sequence[str], weight: float) -> None:
        """Let these stems (together, if several) stand for the concept."""
        if len(roots) == 1:
            self.singles[roots[0]] = max(weight, self.singles.get(roots[0], 0.0))
        elif roots:
            self.groups[tuple(roots)] = max(weight, self.groups.get(tuple(roots), 0.0))

    def expression(self) -> Expression | None:
        """What the index is asked for."""
        parts: list[Expression] = [Words((root,)) for root in self.singles]
        for roots in self.groups:
            parts.append(AllOf(tuple(Words((root,)) for root in dict.fromkeys(roots))))
        parts += [Words(phrase, stemmed=False) for phrase in self.quoted]
        parts += [Words((beginning,), stemmed=False, beginning=True) for beginning in self.beginnings]
        return any_of(parts)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a query means. `suggestion` is the query with misspelt words replaced, None where none was."""

    concepts: tuple[Concept, ...]
    suggestion: str | None


def understand(parsed: Parsed, vocabulary: Vocabulary, lexicon: Lexicon) -> Meaning:
    """Widen every term of a query by what the archive's vocabulary and the lexicon know."""
    plain = [group[0].words[0] for group in parsed.groups if len(group) == 1 and _is_plain(group[0])]
    known = vocabulary.lookup(word for group in parsed.groups for term in group for word in term.words)
    corrections: dict[str, str] = {}
    concepts: list[Concept] = []
    by_word: dict[str, Concept] = {}
    for group in parsed.groups:
        concept = Concept(" ".join(group[0].words))
        for term in group:
            if _is_plain(term):
                _widen(concept, term.words[0], known, vocabulary, corrections)
            else:
                _exact(concept, term)
        concepts.append(concept)
        if len(group) == 1 and _is_plain(group[0]):
            by_word[group[0].words[0]] = concept
    corrected = [corrections.get(word, word) for word in plain]
    own = [by_word[word] for word in plain]
    said = [*_names_in(plain, lexicon), *(_names_in(corrected, lexicon) if corrected != plain else ())]
    _translate(said, own, vocabulary)
    _weigh(concepts, vocabulary)
    suggestion = " ".join(corrections.get(concept.text, concept.text) for concept in concepts)
    return Meaning(tuple(concepts), suggestion if corrections else None)


def _is_plain(term: Term) -> bool:
    return not term.quoted and not term.beginning


def _exact(concept: Concept, term: Term) -> None:
    """A phrase or a beginning: wanted as written; its stems only serve to rank and to mark."""
    if term.quoted:
        concept.quoted.append(term.words)
    else:
        concept.beginnings.append(term.words[0])


# ---------------------------------------------------------------------------- one word


def _widen(
    concept: Concept, word: str, known: Sequence[Known], vocabulary: Vocabulary, corrections: dict[str, str]
) -> None:
    if _YEAR.fullmatch(word):
        concept.year = int(word)
    own = query_stems(word)
    for root in own:
        concept.add((root,), 1.0)
    if word.isdecimal() or len(word) < 3:
        return
    is_known = any(one.stem in own for one in known)
    unmarked = [one for one in known if one.folded == word and one.word != word]
    for one in unmarked:
        concept.add((one.stem,), UNMARKED if not is_known else UNMARKED / 2)
    meant = [(word, 1.0)]
    if not is_known and unmarked:
        best = max(unmarked, key=lambda one: one.documents)
        meant = [(best.word, UNMARKED)]
        corrections[word] = best.word
    elif not is_known and not vocabulary.words_beginning_with(word):
        similar = vocabulary.similar(word)
        for one, likeness in similar:
            concept.add((one.stem,), MISSPELT * likeness)
        if similar:
            meant = [(similar[0][0].word, MISSPELT * similar[0][1])]
            corrections[word] = similar[0][0].word
    for form, sure in meant:
        _relatives(concept, form, sure, vocabulary)


def _relatives(concept: Concept, word: str, sure: float, vocabulary: Vocabulary) -> None:
    """Compounds that the word is part of, and the parts that it is put together from."""
    root = stem(word, "sv")
    concept.widened.add(root)
    if len(root) >= 4:
        short = 0.7 if len(root) < 6 else 1.0
        for longer in vocabulary.beginning_with(root, "sv"):
            concept.add((longer,), sure * FIRST_PART * short)
        for longer in vocabulary.ending_with(root, "sv"):
            concept.add((longer,), sure * LAST_PART * short)
    english = stem(word, "en")
    if len(english) >= 7:
        for longer in vocabulary.beginning_with(english, "en"):
            concept.add((longer,), sure * FIRST_PART * 0.7)
    if len(word) >= 8:
        _parts(concept, word, sure, vocabulary)


def _parts(concept: Concept, word: str, sure: float, vocabulary: Vocabulary) -> None:
    root = stem(word, "sv")
    # Its own stem is looked up too: an unknown word gets more help.
    shorter = [root[:length] for length in range(len(root) - 1, max(5, int(len(root) * 0.6)), -1)]
    seen = vocabulary.stems([root, *shorter, *_pieces(word)])
    for beginning in shorter:
        if beginning in seen:
            concept.add((beginning,), sure * TRUNCATED)
            break
    parts = split(word, seen)
    if len(parts) > 1:
        concept.add(parts, sure * SPLIT)
        telling = [part for part in parts if part not in _PAPERS]
        if 0 < len(telling) < len(parts):
            concept.add(telling, sure * SPLIT * (0.8 if len(telling) > 1 else 0.6))
    elif root not in seen and not any(beginning in seen for beginning in shorter):
        _alike(concept, root, sure, vocabulary)


def _alike(concept: Concept, root: str, sure: float, vocabulary: Vocabulary) -> None:
    """Of a word that the archive has never seen: the words that begin as it does (laddstolpe, laddplats)."""
    for length in range(len(root) - 1, 3, -1):
        if found := vocabulary.beginning_with(root[:length], "sv"):
            for other in found:
                concept.add((other,), sure * ALIKE)
            return


def _pieces(word: str) -> set[str]:
    """Stems of everything that the word could be put together from."""
    pieces = {word[start:end] for start in range(len(word) - 2) for end in range(start + 3, len(word) + 1)}
    return set(stems(sorted(pieces), "sv"))


def split(word: str, seen: Mapping[str, int]) -> tuple[str, ...]:
    """The stems that a Swedish compound is put together from, as few as possible; itself where it is none.

    Args:
        word: in lower case.
        seen: documents for each stem that the archive knows.
    """
    best: dict[int, tuple[int, float, tuple[str, ...]]] = {0: (0, 0.0, ())}
    for end in range(3, len(word) + 1):
        for start in range(end - 2):
            if start not in best or (start == 0 and end == len(word)):
                continue
            # A joining s belongs to no part: avlopp-s-direktiv.
            for piece in {word[start:end], word[start : end - 1] if word[end - 1] == "s" else word[start:end]}:
                root = stem(piece, "sv")
                if (
                    len(piece) < 3
                    or piece in STOPWORDS
                    or not seen.get(root)
                    or (len(piece) == 3 and seen[root] < 5)
                ):
                    continue
                count, rarity, parts = best[start]
                option = (count + 1, rarity - math.log(seen[root]) - len(piece) * 0.5, (*parts, root))
                if end not in best or option[:2] < best[end][:2]:
                    best[end] = option
    found = best.get(len(word))
    return found[2] if found is not None and len(found[2]) > 1 else (stem(word, "sv"),)


# ---------------------------------------------------------------------------- names and translations


@dataclass(frozen=True, slots=True)
class _Meant:
    roots: tuple[tuple[str, ...], ...]
    identifiers: tuple[str, ...]
    weights: tuple[float, ...]


@lru_cache(maxsize=4)
def _names(lexicon: Lexicon) -> Mapping[tuple[str, ...], tuple[_Meant, ...]]:
    """Everything that can be said in a query, by its stems, with what it means."""
    names: dict[tuple[str, ...], list[_Meant]] = {}
    for alias in lexicon.aliases:
        own = {form for name in alias.names for form in _forms(name)}
        terms = [form for term in alias.terms for form in _forms(term)]
        other = [form for form in own if form not in terms]
        meant = _Meant((*terms, *other), alias.identifiers, (NICKNAME,) * len(terms) + (1.0,) * len(other))
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
                names.setdefault(text, []).append(_Meant(roots, (), weights))
    return {name: tuple(meant) for name, meant in names.items()}


def _telling(text: str, language: str) -> tuple[str, ...]:
    return tuple(stems([word for word in words(text) if word not in STOPWORDS], language))


def _forms(text: str) -> tuple[tuple[str, ...], ...]:
    """A name's stems in every language that it may be in."""
    return tuple(dict.fromkeys(_telling(text, language) for language in STEMMED))


def _names_in(said: Sequence[str], lexicon: Lexicon) -> Iterator[tuple[range, _Meant]]:
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


def _translate(said: Sequence[tuple[range, _Meant]], concepts: Sequence[Concept], vocabulary: Vocabulary) -> None:
    """Let what a name or an entry means stand for each of the words that it is said with."""
    compounds: dict[str, dict[str, int]] = {}
    for places, meant in said:
        for roots, weight in zip(meant.roots, meant.weights, strict=True):
            for place in places:
                concepts[place].add(roots, weight)
            if len(roots) == 1 and len(roots[0]) >= 5 and roots[0] not in concepts[places[0]].widened:
                if roots[0] not in compounds:
                    compounds[roots[0]] = vocabulary.beginning_with(roots[0], "sv")
                for longer in compounds[roots[0]]:
                    for place in places:
                        concepts[place].add((longer,), weight * FIRST_PART)
        for place in places:
            concepts[place].identifiers += meant.identifiers


# ---------------------------------------------------------------------------- weights


def _weigh(concepts: Iterable[Concept], vocabulary: Vocabulary) -> None:
    concepts = list(concepts)
    asked = {root for concept in concepts for root, weight in concept.singles.items() if weight >= 0.5}
    asked |= {
        root for concept in concepts for phrase in concept.quoted for word in phrase for root in query_stems(word)
    }
    seen = vocabulary.stems(asked)
    for concept in concepts:
        own = [seen[root] for root, weight in concept.singles.items() if weight >= 0.99 and root in seen]
        near = [seen[root] for root, weight in concept.singles.items() if root in seen]
        rarest = [
            min(seen.get(root, vocabulary.size) for root in query_stems(word))
            for phrase in concept.quoted
            for word in phrase
        ]
        count = sum(own) if own else max(near, default=0) or min(rarest, default=1)
        count = min(count, vocabulary.size)
        concept.weight = max(0.3, math.log(1 + (vocabulary.size - count + 0.5) / (count + 0.5)))
    others = [concept.weight for concept in concepts if concept.year is None]
    for concept in concepts:
        if concept.year is not None and others:
            concept.weight = min(concept.weight, YEAR * max(others))
