"""The fields of an entry as label and sentence, so that HTML and text say the same."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from digests.briefing import (
    Briefing,
    Certainty,
    Clock,
    Direction,
    Entry,
    Internal,
    Reference,
    Risk,
    Section,
    WindowKind,
)
from digests.clock import INFLUENCE, NEAR, SOON
from digests.deciding import decides_says
from digests.headline import share
from digests.tame import capital
from digests.words import Catalogue

COUNTRIES = 4
"""Partner countries that are named; more are only said to be."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled field of an entry."""

    label: str
    value: str

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"


@dataclass(frozen=True, slots=True)
class Voice:
    """Says the fields of a briefing's entries in its language, on its day."""

    words: Catalogue
    today: date
    zone: ZoneInfo
    organisation: str

    def facts(self, entry: Entry) -> tuple[tuple[Fact, ...], ...]:
        """Fields 3 to 11 of the entry, in rows; headline, sentence, sources and note stand on their own."""
        labels, words = self.words.labels, self.words
        window = Fact(labels["window"], self.windows(entry))
        internal = Fact(labels["internal"], self.internal(entry.internal, entry.window))
        owner = f"{entry.owner or words.phrases['no owner']} ({words.statuses[entry.status]})"
        direction = _because(words.directions[entry.direction], entry.direction_reason)
        return (
            (Fact(labels["why"].format(organisation=self.organisation), entry.why),),
            (Fact(labels["actions"], capital(", ".join(entry.actions))),),
            *(((Fact(labels["decides"], decides_says(entry.decides, words)),),) if entry.decides else ()),
            *(((Fact(labels["risk"], risk_says(entry.risk, words)),),) if entry.risk else ()),
            *(((window,), (internal,)) if entry.window else ((window, internal),)),
            (Fact(labels["state"], self.state(entry)),),
            (
                Fact(labels["priority"], words.priorities[entry.priority]),
                Fact(labels["owner"], owner),
                Fact(labels["direction"], direction),
                Fact(labels["confidence"], self.confidence(entry)),
            ),
        )

    def windows(self, entry: Entry) -> str:
        """Field 6: the window that the entry speaks of, and what else is open."""
        told = self.window(entry.window)
        if not entry.beside:
            return told
        others = [self._brief_window(one) for one in entry.beside]
        return self.words.say("also open", window=told, others=self.words.listed(others))

    def _brief_window(self, window: Clock) -> str:
        words, kind = self.words, self.words.windows[window.kind].one
        if window.closes is None:
            return words.say("also unknown", kind=kind)
        phrase = "also estimate" if window.certainty is Certainty.ESTIMATED else "also until"
        return words.say(phrase, kind=kind, date=words.near_date(window.closes, self.today))

    def window(self, window: Clock | None) -> str:
        """Field 6: kind, last day with weekday and days left, and where the date comes from."""
        words = self.words
        if window is None:
            return words.phrases["no window"]
        kind = capital(words.windows[window.kind].one)
        opens = words.long_date(window.opens) if window.opens else words.phrases["none"]
        if window.closes is None:
            return words.say("open unknown" if window.is_open else "coming unknown", kind=kind, opens=opens)
        closes = words.long_date(window.closes)
        if window.closes_at:
            closes = words.say("at", date=closes, time=f"{window.closes_at.astimezone(self.zone):%H.%M}")
        certainty = words.certainties[window.certainty]
        left = words.days_left((window.closes - self.today).days)
        phrase = "open" if window.is_open else "coming"
        if window.kind is WindowKind.TRANSPOSITION:
            phrase = "due"
        return words.say(phrase, kind=kind, opens=opens, date=closes, left=left, certainty=certainty)

    def internal(self, internal: Internal | None, window: Clock | None) -> str:
        """Field 7: the last day for our own handling, or that none is left or known."""
        words = self.words
        asked = window is not None and window.closes is not None and window.kind in INFLUENCE | {WindowKind.CALL}
        if internal is None and not asked:
            return words.phrases["internal none"]
        if internal is None:
            return words.phrases["internal unknown"]
        way = " way" if internal.way else ""
        if internal.day is None and internal.delegated is not None:
            return words.say("internal delegated", date=words.long_date(internal.delegated))
        if internal.day is None:
            return words.say(f"internal late{way}", way=internal.way)
        return words.say(f"internal{way}", date=words.long_date(internal.day), way=internal.way)

    def state(self, entry: Entry) -> str:
        """Field 5: stage of how many, what moved, what is expected next."""
        words, stage = self.words, entry.state.stage
        name = words.phrases["no stage"]
        if stage and stage.number and stage.total:
            name = words.say("stage", name=stage.name, number=stage.number, total=stage.total)
        elif stage:
            name = stage.name
        expected = words.phrases["no next"]
        if stage and stage.expected:
            expected = stage.expected
            if stage.expected_day:
                phrase = f"next {stage.coming.value}"
                expected = words.say(phrase, step=expected, date=words.plain_date(stage.expected_day))
        moved = [words.changed(change.field, change.before, change.after) for change in entry.state.changes]
        parts = [name]
        if moved:
            parts.append(f"{words.labels['changed']}: {'; '.join(moved)}")
        if stage:
            parts.append(f"{words.labels['next']}: {expected}")
        return ". ".join(parts)

    def confidence(self, entry: Entry) -> str:
        """Field 11: how relevant, in words and per cent, and why."""
        percent = round(100 * min(1.0, max(0.0, entry.confidence.relevance)))
        return _because(
            self.words.say("confidence", word=entry.confidence.word, percent=percent), entry.confidence.why
        )

    def seen(self, source: Reference) -> str:
        """When a source was read, and in which language it is."""
        language = self.words.languages.get(source.language, source.language)
        return self.words.say("seen", date=self.words.short_date(source.seen, self.today), language=language)

    def note_head(self, entry: Entry) -> str:
        """Who wrote the note and when."""
        if entry.note is None:
            return ""
        return self.words.say("note", author=entry.note.author, date=self.words.plain_date(entry.note.day))

    def omitted(self, section: Section) -> str:
        """How many did not fit."""
        return self.words.say("omitted", items=self.words.count(section.omitted, "item"))

    def left(self, entry: Entry) -> str:
        """Days left of the window that the headline speaks of."""
        window = entry.window
        if window is None or not window.is_open or window.days_left is None:
            return ""
        if window.kind is WindowKind.TRANSPOSITION and window.days_left > SOON:
            return ""
        return self.words.days_left(window.days_left)

    def urgent(self, entry: Entry) -> bool:
        """Whether the entry's window closes within 14 days."""
        days = entry.window.days_left if entry.window else None
        return days is not None and days <= NEAR and entry.window is not None and entry.window.is_open

    def masthead(self, number: int, organisation: str) -> str:
        """Week, day and organisation."""
        day = self.words.long_date(self.today)
        return self.words.say("masthead", number=number, date=day, organisation=organisation)

    def overview(self, briefing: Briefing) -> tuple[str, ...]:
        """How many entries, how many still open to influence, in which direction; which sources failed."""
        words, counts = self.words, briefing.counts
        if not counts.entries:
            told = [words.phrases["nothing full"]]
        else:
            told = [words.say("brief", entries=words.count(counts.entries, "item"), share=share(counts, words))]
            directions = [
                f"{words.directions[direction]} {counts.directions[direction]}"
                for direction in Direction
                if counts.directions.get(direction)
            ]
            told.append(words.say("tendency", directions=", ".join(directions)))
        failing = sum(source.failing for source in briefing.sources)
        if failing:
            told.append(words.say("sources down", sources=words.count(failing, "source")))
        return tuple(told)


def voice(briefing: Briefing, words: Catalogue) -> Voice:
    """The voice of a briefing."""
    zone = briefing.organisation.zone
    return Voice(words, briefing.built_at.astimezone(zone).date(), zone, briefing.organisation.short_name)


def risk_says(risk: Risk, words: Catalogue) -> str:
    """What is asked of us before we join others, and which partner countries are not democracies; one line."""
    asked = words.phrases["risk done" if risk.analysed else "risk ask"]
    if not risk.countries:
        return capital(asked)
    named = [*risk.countries[:COUNTRIES], *([words.phrases["risk more"]] if risk.countries[COUNTRIES:] else [])]
    phrase = "risk country" if len(risk.countries) == 1 else "risk countries"
    return words.say(phrase, countries=words.listed(named), basis=risk.basis, asked=asked)


def _because(text: str, reason: str) -> str:
    return f"{text} ({reason})" if reason else text
