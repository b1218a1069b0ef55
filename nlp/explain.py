"""Why: the words, rules and subjects that a judgement rests on, in Swedish words.

A word's weight is what the score loses when the word is taken out of the text everywhere and the text is read anew
by the whole pipeline; so a reason is true by construction. To stay quick only the words that the readers' weights
favour, and those that a rule found, are tried.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from spacy.lang.en.stop_words import STOP_WORDS as ENGLISH
from spacy.lang.sv.stop_words import STOP_WORDS as SWEDISH

from config.themes import Themes
from nlp import judge
from nlp.assessment import Assessment, Direction, Evidence, EvidenceKind, Level, Tag, Text
from nlp.pipeline import Reading, own_in, trained_in
from nlp.reading import title_and_body
from nlp.signals import GROUPS, LEXICON, Crosswalk
from nlp.vocabulary import WORD

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc


Floats = npt.NDArray[np.float32]

STOP_WORDS = SWEDISH | ENGLISH
"""Words that may move a score but tell a reader nothing."""
TRIED = 28
"""Words taken out one at a time; more would cost time and change no reason."""
NAMED = 3
"""Terms named for a theme, a level or a direction."""
LEAST = 0.05
"""Smallest weight worth naming (log-odds)."""
MAX_SPANS = 60
"""Places given for one assessment, so that a long text does not drown its reader."""

LEVEL_NAMES = {
    Level.ACT: "Åtgärd", Level.BRIEF: "Till brevet", Level.BACKGROUND: "För kännedom", Level.NONE: "Endast arkiv",
}  # fmt: skip
DIRECTION_NAMES = {
    Direction.RESTRICTING: "begränsande",
    Direction.ENABLING: "möjliggörande",
    Direction.BOTH: "både begränsande och möjliggörande",
}


@dataclass(frozen=True, slots=True)
class Effects:
    """What each tried word adds: to every trained theme, to relevance, to the directions (log-odds)."""

    words: Sequence[str]
    themes: Floats
    relevance: Floats
    ways: Floats

    def strongest(self, weights: Floats, most: int = NAMED) -> list[tuple[str, float]]:
        """The words that add most, with what they add."""
        order = np.argsort(-weights, kind="stable")[:most]
        return [(self.words[place], float(weights[place])) for place in order if weights[place] >= LEAST]


class Explainer:
    """Gives assessments their evidence and sentences."""

    def __init__(self, nlp: "Language", themes: Themes) -> None:
        self._nlp = nlp
        self._trained = trained_in(nlp)
        self._themes = (*self._trained.themes, *(theme.id for theme in own_in(nlp).themes))
        self._names = {theme.id: theme.sv for theme in themes.theme}
        self._crosswalk = Crosswalk(themes)

    def explain(self, doc: "Doc", found: Assessment) -> Assessment:
        """The assessment with evidence for its assigned tags, its level and its direction."""
        reading: Reading = doc._.reading
        if not reading.words:
            return replace(found, reasons=("Endast arkiv: texten har inget ord som går att bedöma.",))
        title, body = title_and_body(reading.text)
        string = f"{title}\n{body}"
        effects = self._effects(doc, title, body, [tag.theme for tag in found.tags if tag.assigned])
        tags = tuple(self._tag(tag, doc, string, effects) if tag.assigned else tag for tag in found.tags)
        evidence, level = self._level(doc, string, effects, found)
        ways, direction = self._direction(string, effects, found)
        sentences = [self._theme_sentence(tag) for tag in tags if tag.assigned]
        reasons = (*sentences, level, *([direction] if direction else []))
        unread = len(reading.text.title) - len(title)
        tags = tuple(replace(tag, evidence=_moved(tag.evidence, len(title), unread)) for tag in tags)
        return replace(found, tags=tags, evidence=_moved((*evidence, *ways), len(title), unread), reasons=reasons)

    def _effects(self, doc: "Doc", title: str, body: str, themes: Sequence[str]) -> Effects:
        """Take words out one at a time and read again."""
        reading: Reading = doc._.reading
        words = self._candidates(doc, title, body, themes)
        variants = [_without(reading.text, title, body, (word,)) for word in words]
        whole, *parts = self._read([replace(reading.text, title=title, body=body), *variants])
        return Effects(
            words,
            np.array([whole[0] - part[0] for part in parts], np.float32).reshape(len(words), len(whole[0])),
            np.array([whole[1] - part[1] for part in parts], np.float32),
            np.array([whole[2] - part[2] for part in parts], np.float32).reshape(len(words), len(judge.WAYS)),
        )

    def _read(self, texts: Sequence[Text]) -> list[tuple[Floats, float, Floats]]:
        """Log-odds of the themes, of the briefing, and of the directions."""
        make: Any = self._nlp.tokenizer
        docs = [make.document(text) for text in texts]
        results = []
        for doc in self._nlp.pipe(docs, batch_size=len(docs)):
            told = [doc.cats[name] for name in self._trained.themes]
            cats = np.clip([*told, *doc._.reading.own], 1e-6, 1 - 1e-6)
            chance = float(np.clip(doc._.chances[1], 1e-6, 1 - 1e-6))
            results.append((np.log(cats / (1 - cats)), float(np.log(chance / (1 - chance))), doc._.ways))
        return results

    def _candidates(self, doc: "Doc", title: str, body: str, themes: Sequence[str]) -> list[str]:
        """The words worth trying: those that readers' weights favour and those that rules found, title first."""
        words = [
            word for word in dict.fromkeys(WORD.findall(f"{title}\n{body}".lower())) if word not in STOP_WORDS
        ]
        if len(words) <= TRIED:
            return words
        reading: Reading = doc._.reading
        hit = {
            token.text.lower()
            for one in (*reading.found.themes, *reading.found.words)  # type: ignore[union-attr]  # set by the rules step
            for token in doc[one.first : one.last + 1]
        }
        titled = set(WORD.findall(title.lower()))
        strength = self._trained.readers.strength(
            self._trained.vocabulary,
            self._trained.vectors,
            words,
            [self._trained.themes.index(name) for name in themes if name in self._trained.themes],
        )
        counts = np.array([2.0 if word in titled else 1.0 for word in words]) + np.array(
            [word in hit for word in words]
        )
        order = np.argsort(-strength * counts, kind="stable")[:TRIED]
        return [words[place] for place in sorted(order)]

    def _tag(self, tag: Tag, doc: "Doc", string: str, effects: Effects) -> Tag:
        """The tag with the terms, rule spans and subjects that speak for it."""
        reading: Reading = doc._.reading
        evidence: list[Evidence] = []
        if tag.theme in self._themes:
            place = self._themes.index(tag.theme)
            for word, weight in effects.strongest(effects.themes[:, place]):
                evidence += _places(string, word, EvidenceKind.TERM, weight)
        for hit in reading.found.themes if reading.found else ():
            if hit.label[0] == tag.theme and hit.label[1] != "hint":
                span = doc[hit.first : hit.last + 1]
                evidence.append(
                    Evidence(
                        EvidenceKind.RULE, span.text, self._rule_weight(tag.theme), span.start_char, span.end_char
                    )
                )
        for subject in reading.text.subjects:
            if tag.theme in (self._crosswalk.means(subject) or ()):
                evidence.append(Evidence(EvidenceKind.SUBJECT, subject, float(self._trained.stack.subjects[1])))
        return replace(tag, evidence=tuple(evidence[:MAX_SPANS]))

    def _rule_weight(self, theme: str) -> float:
        if theme not in self._trained.themes:
            return 1.0
        coef = self._trained.stack.themes[self._trained.themes.index(theme), judge.READERS]
        return round(float(coef) * float(np.log(2)), 3)

    def _theme_sentence(self, tag: Tag) -> str:
        terms = _distinct(one.text for one in tag.evidence if one.kind is EvidenceKind.TERM)[:NAMED]
        rules = [
            one
            for one in _distinct(e.text for e in tag.evidence if e.kind is EvidenceKind.RULE)
            if one.lower() not in map(str.lower, terms)
        ]
        subjects = _distinct(
            one.text.partition(":")[2] or one.text for one in tag.evidence if one.kind is EvidenceKind.SUBJECT
        )
        parts = []
        if terms:
            parts.append("träffar " + _listed(terms))
        if rules:
            parts.append("nyckelord " + _listed(rules[:NAMED]))
        if subjects:
            parts.append(("ämneskod " if len(subjects) == 1 else "ämneskoder ") + ", ".join(subjects[:NAMED]))
        told = "; ".join(parts) or "textens helhet, inget enskilt ord avgör"
        return f"{self._names.get(tag.theme, tag.theme)} ({_percent(tag.score)}): {told}."

    def _level(self, doc: "Doc", string: str, effects: Effects, found: Assessment) -> tuple[list[Evidence], str]:
        """What the level rests on: the words that raise it, and the groups of words they belong to."""
        reading: Reading = doc._.reading
        raising = effects.strongest(effects.relevance)
        evidence = [one for word, weight in raising for one in _places(string, word, EvidenceKind.TERM, weight)]
        evidence.append(Evidence(EvidenceKind.KIND, reading.text.genre or "other", 0.0))
        if reading.text.window_open:
            evidence.append(Evidence(EvidenceKind.WINDOW, "open", 0.0))
        spoken: dict[str, list[str]] = {}
        weight_of = dict(zip(effects.words, effects.relevance, strict=True))
        for hit in reading.found.words if reading.found else ():
            word = doc[hit.first : hit.last + 1].text
            spoken.setdefault(hit.label, []).append(word)
        told = []
        for group in GROUPS:
            if "direction" in LEXICON[group] or group not in spoken:
                continue
            weight = sum(float(weight_of.get(word.lower(), 0)) for word in dict.fromkeys(spoken[group]))
            if abs(weight) >= LEAST and (weight > 0) == (found.level in (Level.ACT, Level.BRIEF)):
                told.append((abs(weight), f"{LEXICON[group]['sv']} ({_listed(_distinct(spoken[group])[:NAMED])})"))
        told.sort(reverse=True)
        parts = [sentence for _, sentence in told[:NAMED]]
        if raising and found.level is not Level.NONE:
            parts.append("höjs av " + _listed([word for word, _ in raising]))
        name = LEVEL_NAMES[found.level]
        return evidence[:MAX_SPANS], f"{name} ({_percent(found.relevance)} för brevet)" + (
            ": " + "; ".join(parts) if parts else ""
        ) + "."

    def _direction(self, string: str, effects: Effects, found: Assessment) -> tuple[list[Evidence], str]:
        if found.direction is Direction.NA:
            return [], ""
        way = judge.WAYS.index(found.direction)
        named = effects.strongest(effects.ways[:, way] - effects.ways.mean(1)) if len(effects.words) else []
        evidence = [one for word, weight in named for one in _places(string, word, EvidenceKind.DIRECTION, weight)]
        if found.direction is Direction.UNCLEAR:
            return evidence, "Riktning: oklart; inga ord visar tydligt åt vilket håll."
        words = f": {_listed([word for word, _ in named])}" if named else ""
        return evidence, f"Riktning {DIRECTION_NAMES[found.direction]}{words}."


def without(text: Text, words: Iterable[str]) -> Text:
    """The text with every occurrence of the words taken out, as the explanation does it."""
    return _without(text, *title_and_body(text), tuple(words))


def _without(text: Text, title: str, body: str, words: Sequence[str]) -> Text:
    pattern = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, words))})(?![^\W_])", re.IGNORECASE)
    return replace(text, title=pattern.sub(" ", title), body=pattern.sub(" ", body))


def _places(string: str, word: str, kind: EvidenceKind, weight: float) -> list[Evidence]:
    """The word where it stands in the text (at most five places)."""
    pattern = re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.IGNORECASE)
    matches = list(pattern.finditer(string))[:5]
    return [Evidence(kind, match.group(), round(weight, 3), match.start(), match.end()) for match in matches]


def _moved(evidence: Sequence[Evidence], title: int, unread: int) -> tuple[Evidence, ...]:
    """Places in the body, told for the whole text: the end of a very long title is not read."""
    return tuple(
        one if one.start is None or one.end is None or one.start < title or not unread
        else replace(one, start=one.start + unread, end=one.end + unread)
        for one in evidence
    )  # fmt: skip


def _distinct(words: Iterable[str]) -> list[str]:
    return list({word.lower(): word for word in reversed(list(words))}.values())[::-1]


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"*{word}*" for word in words)


def _percent(chance: float) -> str:
    return f"{min(99, max(1, round(chance * 100)))} %"
