"""From what was typed to what is meant: every term as a concept, widened and weighed."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.lexicon import Lexicon
from monitor.core.words import query_stems
from monitor.search.concepts import EXACT, Concept
from monitor.search.names import Meant, names_in
from monitor.search.query import Parsed, Term
from monitor.search.relatives import FIRST_PART, widen
from monitor.search.vocabulary import Vocabulary

YEAR = 0.5
"""What a year weighs beside the most telling other word: it narrows, it is not the subject."""
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d")


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
                word = term.words[0]
                if meant := widen(concept, word, known, vocabulary):
                    corrections[word] = meant
                if _YEAR.fullmatch(word):
                    concept.year = int(word)
            else:
                _exact(concept, term)
        concepts.append(concept)
        if len(group) == 1 and _is_plain(group[0]):
            by_word[group[0].words[0]] = concept
    corrected = [corrections.get(word, word) for word in plain]
    own = [by_word[word] for word in plain]
    said = [*names_in(plain, lexicon), *(names_in(corrected, lexicon) if corrected != plain else ())]
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


def _translate(said: Sequence[tuple[range, Meant]], concepts: Sequence[Concept], vocabulary: Vocabulary) -> None:
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


def _weigh(concepts: Iterable[Concept], vocabulary: Vocabulary) -> None:
    concepts = list(concepts)
    asked = {root for concept in concepts for root, weight in concept.singles.items() if weight >= 0.5}
    asked |= {
        root for concept in concepts for phrase in concept.quoted for word in phrase for root in query_stems(word)
    }
    seen = vocabulary.stems(asked)
    for concept in concepts:
        own = [seen[root] for root, weight in concept.singles.items() if weight >= EXACT and root in seen]
        near = [seen[root] for root in concept.singles if root in seen]
        rarest = [
            min(seen.get(root, vocabulary.size) for root in query_stems(word))
            for phrase in concept.quoted
            for word in phrase
        ]
        concept.documents = min(sum(own), vocabulary.size)
        count = min(sum(own) or max(near, default=0) or min(rarest, default=1), vocabulary.size)
        concept.weight = max(0.3, math.log(1 + (vocabulary.size - count + 0.5) / (count + 0.5)))
    others = [concept.weight for concept in concepts if concept.year is None]
    for concept in concepts:
        if concept.year is not None and others:
            concept.weight = min(concept.weight, YEAR * max(others))
