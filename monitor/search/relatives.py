"""The relatives of one word in the archive's vocabulary: compounds, parts, other spellings."""

import math
from collections.abc import Mapping, Sequence

from monitor.core.words import query_stems, stem, stems, words
from monitor.search.concepts import Concept
from monitor.search.query import STOPWORDS
from monitor.search.vocabulary import Known, Vocabulary

FIRST_PART, LAST_PART, SPLIT, TRUNCATED, ALIKE = 0.75, 0.5, 0.6, 0.5, 0.4
UNMARKED, MISSPELT, INFLECTED = 0.85, 0.8, 0.95
"""What a match is worth beside the word itself (1): as part of a compound, without diacritics …"""
# Snowball leaves the endings of short words alone: skola and skolan have two stems.
_ENDINGS = frozenset(words("a an ar arna as e en ens er erna ers et ets n na ns or orna r s t"))
# Last parts that say what sort of paper it is, not what it is about.
_PAPERS = frozenset(
    stems(words("lag direktiv förordning strategi utredning plan politik program proposition akt"), "sv")
)


def widen(concept: Concept, word: str, known: Sequence[Known], vocabulary: Vocabulary) -> str | None:
    """Let everything that `word` can mean stand for the concept.

    Args:
        concept: what is widened.
        word: as typed, in lower case.
        known: words of the archive with its stem, or like it without diacritics.
        vocabulary: where its relatives are.

    Returns:
        The word that a misspelt one was taken for; None where it was taken as it stands.
    """
    own = query_stems(word)
    for root in own:
        concept.add((root,), 1.0)
    if word.isdecimal() or len(word) < 3:
        return None
    is_known = any(one.stem in own for one in known)
    unmarked = [one for one in known if one.folded == word and one.word != word]
    for one in unmarked:
        concept.add((one.stem,), UNMARKED if not is_known else UNMARKED / 2)
    meant, sure = word, 1.0
    if not is_known and unmarked:
        best = max(unmarked, key=lambda one: one.documents)
        meant, sure = best.word, UNMARKED
    elif not is_known:
        similar = vocabulary.similar(word)
        for one, likeness in similar:
            concept.add((one.stem,), MISSPELT * likeness)
        # Not the beginning of a word that somebody is still typing.
        if similar and not vocabulary.words_beginning_with(word):
            meant, sure = similar[0][0].word, MISSPELT * similar[0][1]
    _relatives(concept, meant, sure, vocabulary)
    return meant if meant != word else None


def inflections(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The stems of a word in all its forms, compounds left out."""
    own = query_stems(word)
    root = stem(word, "sv")
    longer = vocabulary.beginning_with(root, "sv") if len(root) >= 4 else ()
    return (*own, *(one for one in longer if one[len(root) :] in _ENDINGS))


def _relatives(concept: Concept, word: str, sure: float, vocabulary: Vocabulary) -> None:
    """Compounds that the word is part of, and the parts that it is put together from."""
    root = stem(word, "sv")
    concept.widened.add(root)
    if len(root) >= 4:
        short = 0.7 if len(root) < 6 else 1.0
        for longer in vocabulary.beginning_with(root, "sv"):
            concept.add((longer,), sure * (INFLECTED if longer[len(root) :] in _ENDINGS else FIRST_PART * short))
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
    if root not in seen:
        _alike(concept, root, sure, [part for part in parts if part in seen], vocabulary)


def _alike(concept: Concept, root: str, sure: float, parts: Sequence[str], vocabulary: Vocabulary) -> None:
    """Of a word never seen: its parts, or words that begin as it does (laddstolpe, laddplats)."""
    telling = [part for part in parts if len(part) >= 4 and part not in _PAPERS]
    for part in telling:
        concept.add((part,), sure * ALIKE)
    for length in range(len(root) - 1, 3, -1) if not telling else ():
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
            for piece in dict.fromkeys(
                (word[start:end], word[start : end - 1] if word[end - 1] == "s" else word[start:end])
            ):
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
