"""Why: gives an assessment the words, rules and subjects that it rests on, with their places and in Swedish."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from config.themes import Themes
from nlp import sentences
from nlp.assessment import Assessment, Direction, Evidence, EvidenceKind, Level, Tag
from nlp.effects import LEAST, Effects, Taker, places
from nlp.judge import WAYS, theme_features
from nlp.pipeline import Reading, trained_in
from nlp.reading import title_and_body
from nlp.signals import LEXICON, RULE_COLUMNS, TOPIC_COLUMNS, Crosswalk

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MAX_EVIDENCE = 60
"""Places given for one tag, so that a long text does not drown its reader."""


class Explainer:
    """Gives assessments their evidence and sentences."""

    def __init__(self, nlp: "Language", themes: Themes) -> None:
        self._stack = trained_in(nlp).stack
        self._trained = trained_in(nlp).themes
        self._names = {theme.id: theme.sv for theme in themes.theme}
        self._crosswalk = Crosswalk(themes)
        self._taker = Taker(nlp)

    def explain(self, doc: "Doc", found: Assessment) -> Assessment:
        """The assessment with evidence for its assigned tags, its level and its direction."""
        reading: Reading = doc._.reading
        if not reading.words:
            return replace(found, reasons=(sentences.NOTHING,))
        title, body = title_and_body(reading.text)
        string, unread = f"{title}\n{body}", len(reading.text.title) - len(title)
        effects = self._taker.effects(doc, [tag.theme for tag in found.tags if tag.assigned])
        tags = [self._tag(tag, doc, string, effects) if tag.assigned else tag for tag in found.tags]
        level, level_evidence = _level(doc, string, effects, found)
        direction, way_evidence = _direction(doc, string, effects, found)
        themes = [
            sentences.of_theme(self._names[tag.theme], tag.score, tag.evidence) for tag in tags if tag.assigned
        ]
        return replace(
            found,
            tags=tuple(replace(tag, evidence=_moved(tag.evidence, len(title), unread)) for tag in tags),
            evidence=_moved([*level_evidence, *way_evidence], len(title), unread),
            reasons=tuple(sentence for sentence in (*themes, level, direction) if sentence),
        )

    def _tag(self, tag: Tag, doc: "Doc", string: str, effects: Effects) -> Tag:
        """The tag with the terms, rule spans and subjects that speak for it."""
        reading: Reading = doc._.reading
        evidence = _terms(string, effects.for_theme(tag.theme), EvidenceKind.TERM)
        for hit in reading.found.themes:
            if hit.label[0] == tag.theme and hit.label[1] != "hint":
                span, weight = doc[hit.first : hit.last + 1], self._rule_weight(tag.theme)
                evidence.append(Evidence(EvidenceKind.RULE, span.text, weight, span.start_char, span.end_char))
        for subject in reading.text.subjects:
            if tag.theme in (self._crosswalk.means(subject) or ()):
                weight = round(float(self._stack.subjects[1]), 3)
                evidence.append(Evidence(EvidenceKind.SUBJECT, subject, weight))
        return replace(tag, evidence=tuple(evidence[:MAX_EVIDENCE]))

    def _rule_weight(self, theme: str) -> float:
        """What one keyword in the title adds where no rule finds anything else (log-odds)."""
        if theme not in self._trained:
            return 1.0
        place, count = self._trained.index(theme), len(self._trained)
        none = np.zeros((1, count, RULE_COLUMNS + TOPIC_COLUMNS), np.float32)
        one = none.copy()
        one[0, place, 0] = np.log(2)
        readers = np.zeros((1, count, self._stack.mean.shape[1]), np.float32)
        more = theme_features(readers, one) - theme_features(readers, none)
        return round(float(more[0, place] @ self._stack.themes[place]), 3)


def _level(doc: "Doc", string: str, effects: Effects, found: Assessment) -> tuple[str, list[Evidence]]:
    """What the level rests on: the words that raise it, and the groups of words they belong to."""
    reading: Reading = doc._.reading
    raising = effects.strongest(effects.relevance)
    evidence = _terms(string, raising, EvidenceKind.TERM)
    evidence.append(Evidence(EvidenceKind.KIND, reading.text.genre or "other", 0.0))
    if reading.text.window_open:
        evidence.append(Evidence(EvidenceKind.WINDOW, "open", 0.0))
    adds = dict(zip(effects.words, map(float, effects.relevance), strict=True))
    high = found.level in (Level.ACT, Level.BRIEF)
    groups = []
    for name, group in LEXICON.items():
        words = sentences.distinct(_said(doc, name))
        weight = sum(adds.get(word.lower(), 0.0) for word in words)
        if "direction" not in group and abs(weight) >= LEAST and (weight > 0) == high:
            groups.append((abs(weight), f"{group['sv']} ({sentences.listed(words)})"))
    told = [sentence for _, sentence in sorted(groups, reverse=True)]
    return sentences.of_level(found.level, found.relevance, told, [word for word, _ in raising]), evidence


def _direction(doc: "Doc", string: str, effects: Effects, found: Assessment) -> tuple[str, list[Evidence]]:
    """What the direction rests on; words that anybody would call so are named first."""
    if found.direction is Direction.NA:
        return "", []
    plain = [word.lower() for name in LEXICON if "direction" in LEXICON[name] for word in _said(doc, name)]
    named = effects.for_way(WAYS.index(found.direction), plain)
    sentence = sentences.of_direction(found.direction, [word for word, _ in named])
    return sentence, _terms(string, named, EvidenceKind.DIRECTION)


def _said(doc: "Doc", group: str) -> list[str]:
    """The words of a lexicon group as they stand in the text."""
    reading: Reading = doc._.reading
    return [doc[hit.first : hit.last + 1].text for hit in reading.found.words if hit.label == group]


def _terms(string: str, named: Sequence[tuple[str, float]], kind: EvidenceKind) -> list[Evidence]:
    """Named words wherever they stand."""
    return [
        Evidence(kind, string[start:end], round(weight, 3), start, end)
        for word, weight in named
        for start, end in places(string, word)
    ]


def _moved(evidence: Sequence[Evidence], title: int, unread: int) -> tuple[Evidence, ...]:
    """Places in the body, told for the whole text: the end of a very long title is not read."""
    return tuple(
        replace(one, start=one.start + unread, end=one.end + unread)
        if unread and one.start is not None and one.end is not None and one.start >= title
        else one
        for one in evidence
    )
