"""Partner countries that are not democracies: found where a text speaks of working together.

A country counts where a call for money names it, or a sentence that speaks of a partnership, or a person's own
analysis. A sentence about war or sanctions names no partner. The list is declared (`config/partners.toml`); what
is found is a reminder to a person, never a verdict.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from config.partners import Country, PartnerRules
from nlp.rules import TOKEN, Hit, Rules

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_PARTNERSHIP, _BESIDES = "partnership", "besides"


@dataclass(frozen=True, slots=True)
class Partnership:
    """What a matter says of partners."""

    asked: bool
    """A benefit and risk analysis is asked for: it is a call, or speaks of a partnership, or names a country."""
    countries: tuple[Country, ...] = ()
    """Those named that are not democracies, in the order of the list."""
    basis: str = ""
    """Whose judgement that is."""


NOTHING = Partnership(asked=False)


@dataclass(frozen=True)
class Partners:
    """The declared list, ready to be looked for."""

    rules: PartnerRules

    def read(
        self, head: Iterable[str], body: str = "", *, call: bool = False, analysis: str | None = None
    ) -> Partnership:
        """What a matter says of partners.

        Args:
            head: titles and summaries, in any languages; a word of partnership here makes the matter one.
            body: the text, where such a word only counts together with a country.
            call: it is a call for money: every country that it names may be a partner's.
            analysis: the organisation's own benefit and risk analysis, in a person's words.
        """
        found: set[str] = set()
        asked = call
        for text, is_head in (*((one, True) for one in head), (body, False)):
            for sentence in self._telling(text, call=call):
                labels = self._labels(sentence)
                partnership = _PARTNERSHIP in labels
                asked = asked or (partnership and is_head)
                if (call or partnership) and _BESIDES not in labels:
                    found |= labels
        if analysis:
            found |= self._labels(analysis)
        countries = tuple(one for one in self.rules.countries if one.code in found)
        return (
            Partnership(asked=True, countries=countries, basis=self.rules.basis) if asked or countries else NOTHING
        )

    def _telling(self, text: str, *, call: bool) -> list[str]:
        """The sentences worth a closer look; of most texts none."""
        lower = "" if call else text.lower()
        if call or any(beginning in lower for beginning in self._beginnings):
            return _SENTENCE.split(text)
        return []

    def _labels(self, sentence: str) -> set[str]:
        hits = self._words.find(TOKEN.findall(sentence))
        # Papua New Guinea is not Guinea: a name inside a longer one is none.
        return {hit.label for hit in hits if not any(_inside(hit, other) for other in hits)}

    @cached_property
    def _beginnings(self) -> tuple[str, ...]:
        """How the words of partnership begin: to look for the letters is a hundred times faster than for words."""
        return tuple(word.removesuffix("*").lower() for word in self.rules.words.partnership)

    @cached_property
    def _words(self) -> Rules[str]:
        words = self.rules.words
        return Rules(
            [
                *((_PARTNERSHIP, word) for word in words.partnership),
                *((_BESIDES, word) for word in words.besides),
                *((one.code, name) for one in self.rules.countries for name in _names(one)),
            ]
        )


def _inside(hit: Hit[str], other: Hit[str]) -> bool:
    return other.first <= hit.first and hit.last <= other.last and other.last - other.first > hit.last - hit.first


def _names(one: Country) -> list[str]:
    """Its names with their genitive, and what belongs to it."""
    return [*one.also, *(name for own in (one.sv, one.en) for name in (own, f"{own}s"))]
