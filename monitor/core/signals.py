"""Early signals: topics that rise across sources, words and actors that are new. Pure.

Counts matters of the recent days and compares them with the weeks before, in proportion to all that was published:
in September everything rises, which is no signal. How surprising a count is comes from the negative binomial
distribution: what a Poisson process shows whose rate is known only from the baseline (Gamma prior of Jeffreys),
so that a short baseline makes careful. The probability is multiplied by the number of things of its sort that were
looked at (Bonferroni), because among thousands of words some always rise. And it must hold without the source that
says most of it: one busy source is no topic.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from config.signals import SignalRules, Sort

SHORTEST_WORD = 4


class Strength(StrEnum):
    """How much the evidence carries; what is weaker is no signal."""

    STRONG = "strong"
    FAIR = "fair"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A document as far as signals need it.

    Documents of one `matter` (a dossier, one text in many places) count once.
    `words` maps stems to the word as it stands in the title, `actors` are the bodies named by the source.
    """

    document: int
    day: date
    source: str
    matter: str
    themes: tuple[str, ...]
    words: Mapping[str, str]
    actors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that rises. `documents` are those of the recent days, the newest first."""

    sort: Sort
    subject: str
    """A theme's id, a word, an actor's name."""
    theme: str
    """The theme in which it rises."""
    documents: tuple[int, ...]
    matters: int
    sources: int
    expected: float
    """Matters that the baseline would let expect in the recent days."""
    before: int
    """Matters in the baseline."""
    weeks: int
    """Length of the baseline."""
    chance: float
    """Probability of as much in quiet times, corrected for all that was looked at."""
    strength: Strength

    @property
    def is_new(self) -> bool:
        """Never seen in the baseline."""
        return self.before == 0


@dataclass(frozen=True, slots=True)
class _Period:
    """The sightings of comparable sources before and after the line."""

    recent: Sequence[Sighting]
    baseline: Sequence[Sighting]
    weeks: float
    """Length of the baseline."""
    share: float
    """Matters of the recent days for each one of the baseline, whatever they are about."""


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Where one thing was seen, recently and before."""

    seen: Sequence[Sighting]
    earlier: Sequence[Sighting]
    share: float
    looked_at: int
    """How many things of its sort were seen recently."""

    @property
    def matters(self) -> int:
        return len({one.matter for one in self.seen})

    @property
    def sources(self) -> int:
        return len({one.source for one in self.seen})

    @property
    def before(self) -> int:
        return len({one.matter for one in self.earlier})

    @property
    def chance(self) -> float:
        """Probability of as much in quiet times, corrected for all that was looked at."""
        return surprise(self.matters, self.before, self.share) * self.looked_at

    def without_loudest(self) -> "_Evidence":
        """The same without the source that recently says most of it."""
        loud = Counter(one.source for one in self.seen)
        loudest = min(loud, key=lambda source: (-loud[source], source))
        seen, earlier = ([one for one in some if one.source != loudest] for some in (self.seen, self.earlier))
        return replace(self, seen=seen, earlier=earlier)


def signals(
    sightings: Iterable[Sighting], began: Mapping[str, date], today: date, rules: SignalRules
) -> tuple[Signal, ...]:
    """What rises, at most `rules.most`; nothing while the baseline is too short.

    Words and actors come before whole themes, because they say more; otherwise the most surprising first.

    Args:
        sightings: documents of the recent days and of the baseline; others are ignored.
        began: since when each source has been read.
        today: the last of the recent days.
        rules: what counts.
    """
    period = _period(sightings, began, today, rules)
    if period is None:
        return ()
    found = sorted(_found(period, rules), key=lambda one: (one.sort == "theme", one.chance, one.sort, one.subject))
    chosen: list[Signal] = []
    for one in found:
        if len(chosen) < rules.most and not any(_same(one, other) for other in chosen):
            chosen.append(one)
    return tuple(chosen)


def _period(
    sightings: Iterable[Sighting], began: Mapping[str, date], today: date, rules: SignalRules
) -> _Period | None:
    """Only sources that have been read long enough, and only as far back as all of them have."""
    line = today - timedelta(days=rules.recent_days)
    old_enough = line - timedelta(weeks=rules.least_weeks)
    steady = {source: day for source, day in began.items() if day <= old_enough}
    if not steady:
        return None
    start = max(line - timedelta(weeks=rules.baseline_weeks), *steady.values())
    seen = [one for one in sightings if one.source in steady]
    recent = [one for one in seen if line < one.day <= today]
    baseline = [one for one in seen if start < one.day <= line]
    if not baseline:
        return None
    share = len({one.matter for one in recent}) / len({one.matter for one in baseline})
    return _Period(recent, baseline, (line - start).days / 7, share)


def _found(period: _Period, rules: SignalRules) -> Iterator[Signal]:
    sorts: tuple[Sort, ...] = ("theme", "term", "actor")
    for sort in sorts:
        recent: dict[tuple[str, str], list[Sighting]] = defaultdict(list)
        for one in period.recent:
            for key in _keys(one, sort, rules):
                recent[key].append(one)
        often = {key: seen for key, seen in recent.items() if len(seen) >= rules.least_matters}
        before = _earlier(period.baseline, sort, often.keys(), rules)
        for key, seen in often.items():
            evidence = _Evidence(seen, before.get(key, []), period.share, len(recent))
            if _convincing(evidence, rules) and not (sort == "actor" and evidence.earlier):
                yield _signal(sort, key, evidence, period, rules)


def _keys(one: Sighting, sort: Sort, rules: SignalRules) -> Iterator[tuple[str, str]]:
    """(theme, subject) of everything of this sort that a document speaks of."""
    for theme in one.themes:
        match sort:
            case "theme":
                yield theme, theme
            case "actor":
                yield from ((theme, actor) for actor in one.actors)
            case "term":
                for stem, word in one.words.items():
                    if len(word) >= SHORTEST_WORD and not word.isdecimal() and word not in rules.ignored:
                        yield theme, stem


def _earlier(
    sightings: Iterable[Sighting], sort: Sort, wanted: Collection[tuple[str, str]], rules: SignalRules
) -> dict[tuple[str, str], list[Sighting]]:
    found: dict[tuple[str, str], list[Sighting]] = defaultdict(list)
    subjects = {subject for _, subject in wanted}
    for one in sightings:
        # Few words are asked for; most documents have none of them.
        if sort == "term" and subjects.isdisjoint(one.words):
            continue
        for key in _keys(one, sort, rules):
            if key in wanted:
                found[key].append(one)
    return found


def _convincing(evidence: _Evidence, rules: SignalRules) -> bool:
    if evidence.matters < rules.least_matters or evidence.sources < rules.least_sources:
        return False
    return evidence.chance < rules.chance and evidence.without_loudest().chance < rules.chance


def _signal(sort: Sort, key: tuple[str, str], evidence: _Evidence, period: _Period, rules: SignalRules) -> Signal:
    theme, subject = key
    if sort == "term":
        written = Counter(one.words[subject] for one in evidence.seen)
        subject = min(written, key=lambda word: (-written[word], word))
    strong = evidence.chance < rules.strong and evidence.sources > rules.least_sources
    newest = sorted(evidence.seen, key=lambda one: (-one.day.toordinal(), one.document))
    return Signal(
        sort=sort,
        subject=subject,
        theme=theme,
        documents=tuple(one.document for one in newest),
        matters=evidence.matters,
        sources=evidence.sources,
        expected=evidence.before * period.share,
        before=evidence.before,
        weeks=round(period.weeks),
        chance=evidence.chance,
        strength=Strength.STRONG if strong else Strength.FAIR,
    )


def surprise(count: int, before: int, share: float) -> float:
    """How probable `count` or more is after `before` in a baseline that is 1 / `share` as large."""
    size, stay = before + 0.5, 1 / (1 + share)
    probability, below = stay**size, 0.0
    for number in range(count):
        below += probability
        probability *= (number + size) / (number + 1) * (1 - stay)
    return max(0.0, 1.0 - below)


def _same(one: Signal, other: Signal) -> bool:
    """Whether two signals tell of the same documents, more than half of the smaller."""
    shared = len(set(one.documents) & set(other.documents))
    return 2 * shared > min(len(one.documents), len(other.documents))
