"""Cut the piece of the original text that shows why a document was found."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from monitor.core.words import query_stems, words

LENGTH = 240
"""Characters of a snippet, about."""
READ = 30_000
"""Characters of a text that are looked through."""
_WORD = re.compile(r"[^\W_]+(?:\u00ad[^\W_]+)*")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text, and from which character to which each matched word of it goes."""

    text: str
    marks: tuple[Span, ...] = ()


def cut(text: str, roots: Collection[str], beginnings: tuple[str, ...] = ()) -> Snippet:
    """The piece of `text` with the most different matched words; its beginning where nothing matches.

    Args:
        text: plain text from outside; what comes back is as hostile and is escaped where it is shown.
        roots: stems that match.
        beginnings: beginnings of words that match.
    """
    text = " ".join(text[:READ].split())
    hits = _hits(text, frozenset(roots), beginnings)
    start = _start(text, hits)
    end = min(len(text), start + LENGTH)
    if end < len(text):
        end = text.rfind(" ", start, end + 1) if " " in text[start : end + 1] else end
    before, after = "… " if start else "", " …" if end < len(text) else ""
    shift = len(before) - start
    marks = tuple((first + shift, last + shift) for first, last, _ in hits if first >= start and last <= end)
    return Snippet(f"{before}{text[start:end]}{after}", marks)


def _hits(text: str, roots: frozenset[str], beginnings: tuple[str, ...]) -> list[tuple[int, int, str]]:
    # A stem and its word begin alike; that spares nearly all words the stemming.
    heads = {root[:2] for root in (*roots, *beginnings)}
    hits = []
    for match in _WORD.finditer(text):
        if match.group()[:2].lower() not in heads:
            continue
        for word in words(match.group()):
            if (beginnings and word.startswith(beginnings)) or not roots.isdisjoint(query_stems(word)):
                hits.append((match.start(), match.end(), word))
    return hits


def _start(text: str, hits: Sequence[tuple[int, int, str]]) -> int:
    """Where the piece begins: at a word, a little before the densest place."""
    best, densest = 0, 0
    for place, (first, _, _) in enumerate(hits):
        inside = {word for start, _, word in hits[place : place + 12] if start < first + LENGTH - 60}
        if len(inside) > densest:
            best, densest = first, len(inside)
    if best < LENGTH // 2:
        return 0
    return text.find(" ", best - 60) + 1
