"""Do two documents of different sources show one thing: the same page, act, press release or call? Pure.

A page counts by its address, an act by its own number, anything else by its title within a few days. Whatever
speaks for two files speaks against it: other numbers in the titles, other files that they are about.
"""

import re
from bisect import bisect_left, insort
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from rapidfuzz import fuzz, process, utils

from spiders.finding import Kind

ALIKE = 92
"""Similarity of two titles (rapidfuzz, 0 to 100) from which they say the same; below lie parts of a series."""
APART = timedelta(days=3)
"""Days that two sources may differ in about one thing; numbered acts may differ more."""
ACT_APART = timedelta(days=45)
COMPARED = 1_000
"""Different titles of one kind, day and language with the same figures with which one is compared."""
SHORTEST = 25
"""Characters of a title below which it is a rubric ("Pressmeddelande"), not a name."""

OWN_NUMBERS = frozenset({"celex", "com", "swd", "join", "fpm", "sou", "ds", "prop", "dir", "sfs", "dok_id", "eli"})
"""Schemes that name one document; a procedure or a register's file names many."""
_EU_PAPERS = frozenset({Kind.PROPOSAL, Kind.COMMUNICATION, Kind.EU_DOCUMENT, Kind.ACT})
_DIGITS = re.compile(r"\d+")
_TRACKING = re.compile(r"^(utm_|at_|fbclid|gclid|mc_)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Face:
    """A document as far as likeness goes; `subjects` are the identifiers (scheme, value) that it is about."""

    id: int
    source: str
    kind: str
    url: str
    day: date
    titles: Mapping[str, str]
    subjects: frozenset[tuple[str, str]]


def same(one: Face, other: Face) -> str | None:
    """Why the two are one thing (`page`, `number`, `title`); None if they are not."""
    if one.source == other.source or _other_files(one, other):
        return None
    apart = abs(one.day - other.day)
    address = page_of(one.url)
    if address and address == page_of(other.url):
        return "page"
    if one.kind != other.kind and not {one.kind, other.kind} <= _EU_PAPERS:
        return None
    if _numbers(one) & _numbers(other) and apart <= ACT_APART:
        return "number"
    return "title" if apart <= APART and _same_title(one, other) else None


@lru_cache(maxsize=4_096)
def page_of(url: str) -> str | None:
    """An address as a key: scheme, `www.`, tracking, a final slash and the fragment do not count.

    None: an address without a path, which names a site and not a page.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    path = unquote(parts.path).rstrip("/").lower()
    if not host or not path:
        return None
    query = sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.match(pair[0]))
    return f"{host}{path}" + "".join(f"&{name}={value}" for name, value in query)


def _numbers(one: Face) -> set[tuple[str, str]]:
    return {subject for subject in one.subjects if subject[0] in OWN_NUMBERS}


def _other_files(one: Face, other: Face) -> bool:
    """Whether each is about something of a scheme, and nothing of it is the same."""
    for scheme in {scheme for scheme, _ in one.subjects} & {scheme for scheme, _ in other.subjects}:
        mine = {value for own, value in one.subjects if own == scheme}
        if mine.isdisjoint(value for own, value in other.subjects if own == scheme):
            return True
    return False


def _same_title(one: Face, other: Face) -> bool:
    for language in one.titles.keys() & other.titles.keys():
        mine, theirs = one.titles[language], other.titles[language]
        if min(len(mine), len(theirs)) < SHORTEST or _DIGITS.findall(mine) != _DIGITS.findall(theirs):
            continue
        if fuzz.ratio(_sorted(mine), _sorted(theirs), score_cutoff=ALIKE):
            return True
    return False


def _sorted(title: str) -> str:
    """A title as it is compared: its words in lower case, in their order of the alphabet."""
    return " ".join(sorted(utils.default_process(title).split()))


@dataclass(slots=True)
class Titles:
    """Titles in which like ones are found without comparing each with each: thousands come on one day.

    Only titles of one kind, day and language with the same figures are compared at all, equal ones once. Where
    such a group has more than `COMPARED` different titles, one is compared with its neighbours in two orders, from
    its first word and from its last: likeness between others is then not seen.
    """

    _groups: dict[tuple[object, ...], "_Group"] = field(default_factory=dict)

    def add(self, one: Face) -> None:
        """Keep the titles of a document."""
        for key, said in _keyed(one, one.day):
            self._groups.setdefault(key, _Group()).add(said, one.source, one.id)

    def like(self, one: Face, most: int) -> list[int]:
        """Earlier documents of other sources, of its kind and `APART` at the most, whose title may be the same.

        Args:
            one: the document.
            most: of more than so many the oldest.
        """
        found: set[int] = set()
        for days in range(-APART.days, APART.days + 1):
            for key, said in _keyed(one, one.day + timedelta(days=days)):
                group = self._groups.get(key)
                if group is not None:
                    found.update(group.like(said, one, most))
        return sorted(found)[:most]


@dataclass(slots=True)
class _Group:
    """Documents by title and source, the titles in order."""

    by_title: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    forward: list[str] = field(default_factory=list)
    backward: list[str] = field(default_factory=list)

    def add(self, said: str, source: str, number: int) -> None:
        if said not in self.by_title:
            self.by_title[said] = {}
            insort(self.forward, said)
            insort(self.backward, said[::-1])
        insort(self.by_title[said].setdefault(source, []), number)

    def like(self, said: str, one: Face, most: int) -> Iterator[int]:
        alike = process.extract_iter(said, self._near(said), scorer=fuzz.ratio, score_cutoff=ALIKE)
        for title, _, _ in alike:
            for source, numbers in self.by_title[title].items():
                if source != one.source:
                    yield from numbers[: min(most, bisect_left(numbers, one.id))]

    def _near(self, said: str) -> Collection[str]:
        if len(self.forward) <= COMPARED:
            return self.forward
        side = COMPARED // 4
        first, last = bisect_left(self.forward, said), bisect_left(self.backward, said[::-1])
        ahead = self.forward[max(0, first - side) : first + side]
        return {*ahead, *(one[::-1] for one in self.backward[max(0, last - side) : last + side])}


def _keyed(one: Face, day: date) -> Iterator[tuple[tuple[object, ...], str]]:
    for language, title in one.titles.items():
        if len(title) >= SHORTEST:
            yield (one.kind, day, language, *_DIGITS.findall(title)), _sorted(title)
