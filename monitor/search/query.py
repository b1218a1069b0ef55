"""Read what a person typed. Any text is a query; nothing is ever an error.

Operators: "a phrase", begin*, -without, one OR other (also ELLER). Everything else is words.
"""

import re
from dataclasses import dataclass, field

from monitor.core.words import words

LONGEST_QUERY = 400
"""Characters that are read."""
MOST_TERMS = 24
"""Terms that are searched for; nobody types more on purpose."""

_PIECES = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')
_OR = frozenset({"OR", "ELLER"})

STOPWORDS = frozenset(
    words(
        """
    och eller att det den de en ett i på av för med till från om som är var vara blir blev bli har hade ha
    kan kunna ska skall skulle måste får fick få vill bör inte ej så än då när där här hur vad vem vilka vilken
    vilket varför man vi ni du jag han hon vår vårt våra er sin sitt sina dess deras denna detta dessa under över
    efter före mellan mot hos vid inom utan samt även också alla allt någon något några gäller gälla finns innan
    ge ger göra gör nya ny nytt
    the a an and or of to in on for with by from at as is are was were be been being has have had do does did can
    could may might must shall should will would not no what which who whom when where why how this that these
    those it its their our your my we you they he she there here into about between under over after before than
    then also all any some new
    """
    )
)
"""Words that say nothing by themselves; they count inside a phrase, and where a query has nothing else."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for: a word, a phrase (`quoted`, in this order) or the beginning of a word."""

    words: tuple[str, ...]
    quoted: bool = False
    beginning: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query: every one of `groups` is wanted, by any of its terms; none of `without`."""

    groups: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()

    @property
    def strict(self) -> bool:
        """Whether the person used operators, and so means exactly this."""
        return bool(self.without) or any(
            len(group) > 1 or group[0].quoted or group[0].beginning for group in self.groups
        )


@dataclass(slots=True)
class _Reader:
    groups: list[list[Term]] = field(default_factory=list)
    without: list[Term] = field(default_factory=list)
    joining: bool = False

    def take(self, term: Term, *, minus: bool) -> None:
        if minus:
            self.without.append(term)
        elif self.joining and self.groups:
            self.groups[-1].append(term)
        else:
            self.groups.append([term])
        self.joining = False


def parse(text: str) -> Parsed:
    """What `text` asks for."""
    reader = _Reader()
    for piece in _PIECES.finditer(text[:LONGEST_QUERY]):
        minus = piece["minus"] is not None
        quoted = piece["quoted"]
        if quoted is not None:
            if said := tuple(words(quoted)):
                reader.take(Term(said, quoted=True), minus=minus)
            continue
        plain = piece["plain"]
        if plain in _OR:
            reader.joining = bool(reader.groups)
            continue
        said = tuple(words(plain))
        if plain.endswith("*") and said and len(said[-1]) > 1:
            *before, last = said
            for word in before:
                reader.take(Term((word,)), minus=minus)
            reader.take(Term((last,), beginning=True), minus=minus)
        else:
            for word in said:
                reader.take(Term((word,)), minus=minus)
    return _without_stopwords(reader)


def _without_stopwords(reader: _Reader) -> Parsed:
    telling = [
        tuple(term for term in group if term.quoted or term.words[0] not in STOPWORDS) for group in reader.groups
    ]
    kept = [group for group in telling if group] or [tuple(group) for group in reader.groups]
    return Parsed(tuple(dict.fromkeys(kept))[:MOST_TERMS], tuple(dict.fromkeys(reader.without))[:MOST_TERMS])
