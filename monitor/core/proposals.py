"""Joins worth asking a person about: documents that state no number, and the files that they may be about (pure).

Nothing here joins. Each proposal carries its reasons, and each reason its evidence, so that a person can decide
at a glance.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import prod

from rapidfuzz import fuzz

from config.lexicon import Lexicon
from monitor.core.joining import ACT, keys_of, kind_of_key, names_file
from spiders.identifiers import parse_identifier
from spiders.swedish_dates import find_days

TITLES_ALIKE = 90.0
"""Least `token_set_ratio` (0 to 100) of two titles' telling words."""
SHARED_WORDS = 3
"""Least number of telling words that both titles have: two words are alike by chance."""
LEAST = 0.5
"""Proposals less certain than this are not worth a person's time."""

_MEMO_AFTER = (timedelta(days=-10), timedelta(days=300))
"""How long after a proposal its memo may come (a memo dated before it is a slip of a few days)."""
_ANY_AFTER = (timedelta(days=-30), timedelta(days=8 * 365))
_FIRST = frozenset({"fpm", "directive", "inquiry", "memorandum"})
_SCORES = {"reference": 0.9, "act-and-date": 0.85, "title": 0.6, "nickname": 0.7, "inquiry": 0.8}
_AMBIGUOUS = 0.5
_WORD = re.compile(r"[a-zåäöéü0-9]+")
_DULL = frozenset(
    _WORD.findall(
        """förslag europaparlamentets rådets europeiska förordning förordningen direktiv direktivet beslut beslutet
    ändring ändringar ändrat upphävande kommissionens kommissionen meddelande rekommendation fastställande
    genomförande åtgärder regler nytt nya reviderat revidering översyn vissa samt gäller vad avseende gemensamma
    unionen unionens inom mellan genom under europaparlamentet rådet medlemsstaterna faktapromemoria betänkande
    remiss promemoria utredningen strategi handlingsplan omarbetning ersättning"""
    )
)
_ENDINGS = ("erna", "arna", "orna", "en", "et", "na", "n", "t")


@dataclass(frozen=True, slots=True)
class Loose:
    """A document that is joined to no EU file. `keys` are its own, `mentions` those that it only names."""

    id: int
    kind: str
    title: str
    day: date | None
    keys: frozenset[str] = frozenset()
    mentions: frozenset[str] = frozenset()
    text: str = ""
    dossier: int | None = None
    """Its own present dossier."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A dossier that it may belong to.

    `tied` are keys that the Riksdag's records of its documents refer to, `acts` those that its documents name.
    """

    id: int
    titles: tuple[str, ...]
    keys: frozenset[str]
    day: date | None = None
    tied: frozenset[str] = frozenset()
    acts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a join is proposed: its sort and what was found, in Swedish for the person who decides."""

    sort: str
    evidence: str
    score: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """A document and a dossier, with every reason. `score` (0 to 1) grows with each."""

    document: int
    dossier: int
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> float:
        """The probability that not all reasons mislead, were they independent; only good for an order."""
        return round(1 - prod(1 - reason.score for reason in self.reasons), 3)


@dataclass(frozen=True)
class Nicknames:
    """What people call files, ready to be looked for in titles."""

    meant: Mapping[str, tuple[frozenset[str], ...]] = field(default_factory=dict)
    """Folded name → keys of each file that it may mean."""

    @classmethod
    def of(cls, lexicon: Lexicon) -> "Nicknames":
        """The nickname table of the configuration."""
        meant: dict[str, tuple[frozenset[str], ...]] = {}
        for alias in lexicon.aliases:
            named = (parse_identifier(text) for text in alias.identifiers)
            keys = frozenset(key for one in named if one is not None for key in keys_of(one))
            for name in alias.names:
                folded = _folded(name)
                meant[folded] = (*meant.get(folded, ()), keys)
        return cls(meant)

    def find(self, name: str) -> tuple[frozenset[str], ...]:
        """The keys of each file that a name typed by a person may mean."""
        return self.meant.get(_folded(name), ())

    def within(self, title: str) -> Iterable[tuple[str, tuple[frozenset[str], ...]]]:
        """The nicknames that stand in a title, with what they mean."""
        words = [_stem(word) for word in _WORD.findall(title.lower())]
        spans = (" ".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, start + 5))
        for span in dict.fromkeys(spans):
            if span in self.meant and len(span) > 2:
                yield span, self.meant[span]


def propose(loose: Sequence[Loose], candidates: Sequence[Candidate], nicknames: Nicknames) -> tuple[Proposal, ...]:
    """What may belong together, the likeliest first; pairs with too weak reasons are left out."""
    index = _Index(candidates)
    found = []
    for document in loose:
        read = _Read.of(document, nicknames)
        for candidate, titles in index.possible(read):
            if candidate.id == document.dossier or not _fits(document, candidate):
                continue
            reasons = tuple(_reasons(read, candidate, titles))
            proposal = Proposal(document.id, candidate.id, reasons)
            if reasons and proposal.score >= LEAST:
                found.append(proposal)
    return tuple(sorted(found, key=lambda one: (-one.score, one.document, one.dossier)))


def _fits(document: Loose, candidate: Candidate) -> bool:
    """Whether the two can be one file at all, by their time and by what follows what."""
    if document.kind in _FIRST and not any(names_file(key) for key in candidate.keys):
        return False  # an inquiry or a memo does not follow from another inquiry
    if document.day is None or candidate.day is None:
        return True
    earliest, latest = _MEMO_AFTER if document.kind == "fpm" else _ANY_AFTER
    return earliest <= document.day - candidate.day <= latest


@dataclass(frozen=True, slots=True)
class _Read:
    """A document with what its title and text tell."""

    document: Loose
    words: frozenset[str]
    named: tuple[tuple[str, tuple[frozenset[str], ...]], ...]
    days: frozenset[date]

    @classmethod
    def of(cls, document: Loose, nicknames: Nicknames) -> "_Read":
        days = find_days(document.text, document.day) if document.text else ()
        named = tuple(nicknames.within(document.title))
        return cls(document, _telling(document.title), named, frozenset(days))


Titled = tuple[Candidate, tuple[tuple[str, frozenset[str]], ...]]


class _Index:
    """Candidates by what they can be found by: thousands of pairs have nothing in common."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._all: list[Titled] = [
            (one, tuple((title, _telling(title)) for title in one.titles)) for one in candidates
        ]
        self._by_word: dict[str, set[int]] = defaultdict(set)
        self._by_key: dict[str, set[int]] = defaultdict(set)
        for place, (one, titles) in enumerate(self._all):
            for word in frozenset().union(*(words for _, words in titles)):
                self._by_word[word].add(place)
            for key in one.keys | one.tied | one.acts:
                self._by_key[key].add(place)

    def possible(self, read: _Read) -> Iterable[Titled]:
        """Candidates with a key that the document has, names or is nicknamed after, or with like titles."""
        shared = Counter(place for word in read.words for place in self._by_word.get(word, ()))
        places = {place for place, words in shared.items() if words >= SHARED_WORDS}
        nicknamed = (key for _, meanings in read.named for keys in meanings for key in keys)
        for key in (*read.document.keys, *read.document.mentions, *nicknamed):
            places |= self._by_key.get(key, set())
        return (self._all[place] for place in sorted(places))


def _reasons(read: _Read, candidate: Candidate, titles: Iterable[tuple[str, frozenset[str]]]) -> Iterable[Reason]:
    document = read.document
    if tied := sorted(document.keys & candidate.tied):
        yield _reason("reference", f"riksdagen hänvisar från EU-dokumentet till {_shown(tied[0])}")
    acts = sorted(key for key in document.mentions & (candidate.acts | candidate.keys) if kind_of_key(key) == ACT)
    if acts and candidate.day is not None and candidate.day in read.days:
        yield _reason("act-and-date", f"nämner {_shown(acts[0])} och dagen för förslaget, {candidate.day}")
    if reports := sorted(document.mentions & candidate.keys & _reports(candidate.keys)):
        yield _reason("inquiry", f"nämner {_shown(reports[0])}")
    alike = [title for title, words in titles if _alike(read.words, words)]
    if alike:
        yield _reason("title", f"rubriken liknar ”{alike[0][:200]}”")
    for name, meanings in read.named:
        meant = [keys for keys in meanings if keys & candidate.keys]
        if meant and len(meanings) > 1:
            yield Reason("nickname", f"rubriken har ”{name}”, som kan betyda flera saker", _AMBIGUOUS)
        elif meant:
            yield _reason("nickname", f"rubriken har ”{name}”")


def _reason(sort: str, evidence: str) -> Reason:
    return Reason(sort, evidence, _SCORES[sort])


def _reports(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(key for key in keys if kind_of_key(key) in ("sou", "ds"))


def _shown(key: str) -> str:
    return key.partition(" ")[2]


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if len(one & other) < SHARED_WORDS:
        return False
    return fuzz.token_set_ratio(" ".join(sorted(one)), " ".join(sorted(other))) >= TITLES_ALIKE


def _telling(title: str) -> frozenset[str]:
    return frozenset(
        word for word in _WORD.findall(title.lower()) if len(word) > 3 and word not in _DULL and not word.isdigit()
    )


def _folded(name: str) -> str:
    return " ".join(_stem(word) for word in _WORD.findall(name.lower()))


def _stem(word: str) -> str:
    """A long word without its definite ending: `avloppsdirektivet` is `avloppsdirektiv`."""
    if len(word) > 8:
        for ending in _ENDINGS:
            if word.endswith(ending):
                return word.removesuffix(ending)
    return word
