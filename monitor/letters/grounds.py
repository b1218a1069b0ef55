"""Why a document concerns us, as facts for the letter: words of its text sorted by what they say to an officer.

From the evidence that the model stored and from the configuration; the sentences are the letter's. The model's
exact reasons, with weights, are those of `utblick explain`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from config.organisation import Organisation
from config.themes import Theme
from digests.briefing import Grounds, Matter, SentTo
from monitor.archive.documents import Document
from monitor.meaning.addressing import standing_of
from nlp.assessment import EvidenceKind, Level
from nlp.reading import packaged, split
from nlp.rules import Rules

FULL = frozenset({Level.ACT.value, Level.BRIEF.value})
"""Levels whose documents may be told in full, with their reason."""
NOTHING = Grounds()
LEAST = {EvidenceKind.RULE: float("-inf"), EvidenceKind.TERM: 0.1, EvidenceKind.DIRECTION: 0.1}
"""Smallest weight (log-odds) of a word that may say what the text speaks of; a configured word always may."""
TELLING = 1.0
"""Weight from which a word that nobody configured is named for a theme: "remiss" raises many and explains none."""
STEM = 7
"""Words with the same first letters count as one: avloppsvatten, avloppsdirektivet."""
MOST = 3
"""Words for each sort of reason."""


def grounds(document: Document, themes: Sequence[Theme], organisation: Organisation) -> Grounds:
    """What in `document` speaks for it; nothing for one that is never told in full.

    Args:
        document: with the evidence of its tags and of its assessment.
        themes: those that it has, the strongest first.
        organisation: whose names count as local.
    """
    if document.level not in FULL:
        return NOTHING
    met = standing_of(document, organisation)
    tags = {tag.theme: tag.evidence for tag in document.tags if tag.assigned}
    own = {name.casefold(): name for theme in themes for name in (*theme.local_hooks, *theme.ambiguous_hooks)}
    first = [one for one in tags.get(themes[0].id, ()) if one["text"].casefold() not in own] if themes else []
    telling = [one for one in first if one["kind"] == EvidenceKind.TERM and one["weight"] >= TELLING]
    words = _words([one for one in first if one["kind"] == EvidenceKind.RULE] or telling)
    every = [*document.evidence, *(one for evidence in tags.values() for one in evidence)]
    hooks = [own.get(one["text"].casefold(), "") for one in every if one["kind"] == EvidenceKind.RULE]
    return Grounds(
        matters=_matters(every),
        words=tuple(words[:MOST]),
        local=tuple(_distinct([*hooks, *_named(document, organisation)])[:MOST]),
        sent_to=SentTo(met.standing) if met else None,
        addressed=met.names[:MOST] if met else (),
    )


def _words(evidence: Iterable[Mapping[str, Any]]) -> list[str]:
    """The words, the weightiest first; those of equal weight as they stand in the text."""
    return _distinct(_plain(one["text"]) for one in sorted(evidence, key=lambda one: -one["weight"]))


def _matters(evidence: Iterable[Mapping[str, Any]]) -> dict[Matter, tuple[str, ...]]:
    """The words that a group of the lexicon knows, by what they speak of."""
    found: dict[Matter, list[str]] = {}
    for one in evidence:
        if one["weight"] < LEAST.get(one["kind"], float("inf")):
            continue
        for matter in _spoken_of(one["text"]):
            found.setdefault(matter, []).append(_plain(one["text"]))
    return {matter: tuple(_distinct(found[matter])[:MOST]) for matter in Matter if matter in found}


@lru_cache(maxsize=50_000)
def _spoken_of(words: str) -> tuple[Matter, ...]:
    """What the lexicon finds in the words; documents of one week share most of theirs."""
    return tuple(hit.label for hit in _lexicon().find(split(words)[0]))


@cache
def _lexicon() -> Rules[Matter]:
    groups = packaged("lexicon.toml")
    return Rules((matter, word) for matter in Matter for word in groups[matter.value]["words"])


def _named(document: Document, organisation: Organisation) -> list[str]:
    """Places, companies and investments of ours that the text names."""
    text = "\n".join((*document.titles.values(), *document.summary.values(), document.text or ""))
    names = (*organisation.companies, *organisation.investments, *organisation.places)
    # Most texts hold none: looking for the letters first is a hundred times faster than the pattern.
    return [name for name in names if name in text and re.search(rf"\b{re.escape(name)}\b", text)]


def _plain(word: str) -> str:
    """As inside a sentence: small, unless its capitals are its own (PFAS, AI)."""
    return word.lower() if word[1:] == word[1:].lower() else word


def _distinct(words: Iterable[str]) -> list[str]:
    """Each word once, and none that is part of another or begins like it."""
    kept: dict[str, str] = {}
    for word in words:
        key = word.casefold()
        if key and not any(key in other or other in key or key[:STEM] == other[:STEM] for other in kept):
            kept[key] = word
    return list(kept.values())
