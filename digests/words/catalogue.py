"""What a language must be able to say: the form that `swedish` and `english` fill in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from digests.briefing import Certainty, Direction, Priority, SectionId, Status, WindowKind


@dataclass(frozen=True, slots=True)
class Noun:
    """A countable thing."""

    one: str
    many: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every fixed phrase of the letter in one language, and how it says dates and numbers.

    A phrase with `{…}` is filled with `str.format`; `labels` and `phrases` have the same keys in every
    language (checked by tests).
    """

    code: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    month_letters: int
    """Length of a month's short form."""
    sections: Mapping[SectionId, str]
    windows: Mapping[WindowKind, Noun]
    acts: Mapping[WindowKind, str]
    """What one does while a window is open, verb first."""
    answers: Mapping[WindowKind, str]
    """The same, as one way among several ("svara själv")."""
    news: Mapping[str, str]
    """A new thing by the archive's kind; the key "other" serves the rest."""
    directions: Mapping[Direction, str]
    priorities: Mapping[Priority, str]
    statuses: Mapping[Status, str]
    certainties: Mapping[Certainty, str]
    confidence: tuple[tuple[float, str], ...]
    """Lowest relevance for each word, highest first; the last bound is 0."""
    seats: Mapping[str, str]
    """Roles in a committee."""
    outcomes: Mapping[str, str]
    languages: Mapping[str, str]
    labels: Mapping[str, str]
    phrases: Mapping[str, str]
    nouns: Mapping[str, Noun]

    def long_date(self, day: date) -> str:
        """With weekday: "tisdag 24 november 2026"."""
        return f"{self.weekdays[day.weekday()]} {self.plain_date(day)}"

    def plain_date(self, day: date) -> str:
        """Without weekday: "24 november 2026"."""
        return f"{day.day} {self.months[day.month - 1]} {day.year}"

    def near_date(self, day: date, today: date) -> str:
        """For headlines: "tisdag 24 november", with the year where it is not today's."""
        near = f"{self.weekdays[day.weekday()]} {day.day} {self.months[day.month - 1]}"
        return near if day.year == today.year else f"{near} {day.year}"

    def short_date(self, day: date, today: date) -> str:
        """For lines: "24 nov", with the year where it is not today's."""
        short = f"{day.day} {self.months[day.month - 1][: self.month_letters]}"
        return short if day.year == today.year else f"{short} {day.year}"

    def count(self, number: int, noun: str) -> str:
        """A number with its noun: "1 dag", "18 dagar"."""
        word = self.nouns[noun]
        return f"{number} {word.one if number == 1 else word.many}"

    def days_left(self, days: int) -> str:
        """How long until a window closes: "18 dagar kvar"; 0 = it closes today."""
        if days < 0:
            return self.phrases["closed"]
        if days == 0:
            return self.phrases["last day"]
        return self.say("left", days=self.count(days, "day"))

    def days_ago(self, days: int) -> str:
        """An age: "för 3 dagar sedan"; 0 = today."""
        return self.phrases["today"] if days <= 0 else self.say("ago", days=self.count(days, "day"))

    def say(self, phrase: str, **values: object) -> str:
        """The phrase with its gaps filled."""
        return self.phrases[phrase].format(**values)

    def changed(self, field: str, before: str | None, after: str | None) -> str:
        """What moved: "Läge: utskott → plenum"; what was not there before has no "before"."""
        none = self.phrases["none"]
        if before is None and after is not None:
            return self.say("change new", field=field, after=after)
        return self.say("change", field=field, before=before or none, after=after or none)

    def words(self, relevance: float) -> str:
        """A relevance in words."""
        return next(word for bound, word in self.confidence if relevance >= bound or bound == 0)

    def listed(self, parts: list[str]) -> str:
        """An enumeration: "a, b och c"."""
        if len(parts) < 2:
            return "".join(parts)
        return f"{', '.join(parts[:-1])} {self.phrases['and']} {parts[-1]}"
