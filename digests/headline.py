"""The subject line and the preheader: the most urgent fact, and another sentence than it."""

from collections.abc import Iterator, Sequence

from digests.briefing import Counts, Priority, Section, WindowKind
from digests.choice import Candidate
from digests.clock import CONSULTING, NEAR, SOON
from digests.tame import one_line
from digests.weeks import parse_week
from digests.wording import Desk, short_theme
from digests.words import Catalogue

SUBJECT = 110
"""Longest subject; phones show about 40 characters, mailboxes on a desk 70 to 100."""

PREHEADER = 160

NAMED = 3
"""Most themes named in the subject."""


def fact(chosen: Sequence[Candidate], desk: Desk) -> str:
    """The most urgent fact of the edition in one phrase, with the themes it concerns."""
    for phrase, values, concerned in _facts(chosen, desk):
        if concerned:
            return desk.words.say(phrase, about=_themes(concerned, desk), **values)
    return desk.words.phrases["fact quiet"]


def subject(fact: str, week: str, letter: str, words: Catalogue) -> str:
    """Week, fact, name of the letter: "v.48: 2 samråd stänger inom 14 dagar (avlopp) – EU-brevet"."""
    number = words.say("week", number=parse_week(week)[1])
    return one_line(words.say("subject", week=number, fact=fact, letter=letter), SUBJECT)


def preheader(sections: Sequence[Section], counts: Counts, words: Catalogue) -> str:
    """What the mailbox shows beside the subject: the first entry, and how much can still be influenced."""
    first = next((entry for section in sections for entry in section.entries), None)
    if first is None:
        return words.phrases["preheader quiet"]
    told = f"{first.lead} – {one_line(first.title.text, 90)}"
    return one_line(words.say("preheader first", lead=told, share=share(counts, words)), PREHEADER)


def share(counts: Counts, words: Catalogue) -> str:
    """How many of the full entries can still be influenced."""
    return words.say("share", open=counts.influenceable, entries=counts.entries)


def _facts(chosen: Sequence[Candidate], desk: Desk) -> Iterator[tuple[str, dict[str, object], list[Candidate]]]:
    """Phrase, its values, and what it speaks of; the most urgent first."""
    words = desk.words
    deadlines = [c for c in chosen if c.section == "deadlines"]
    yield _closing([c for c in deadlines if _closes_within(c, NEAR, desk)], NEAR, desk)
    internal = [c for c in deadlines if c.days is not None and c.days <= NEAR]
    yield "fact internal", {"dates": words.count(len(internal), "internal"), "days": NEAR}, internal
    decisions = [c for c in chosen if c.priority is Priority.DECISION]
    yield "fact decide", {"items": words.count(len(decisions), "item")}, decisions
    actions = [c for c in chosen if c.section == "decisions"]
    yield "fact act", {"items": words.count(len(actions), "item")}, actions
    yield _closing([c for c in deadlines if _closes_within(c, SOON, desk)], SOON, desk)
    yield "fact internal", {"dates": words.count(len(deadlines), "internal"), "days": SOON}, deadlines
    yield _closing([c for c in chosen if c.section == "funding" and _closes_within(c, SOON, desk)], SOON, desk)
    new = [c for c in chosen if c.section == "new"]
    yield "fact new", {"items": words.count(len(new), "news")}, new
    moved = [c for c in chosen if c.section == "changed"]
    yield "fact moved", {"items": words.count(len(moved), "item")}, moved


def _closes_within(candidate: Candidate, days: int, desk: Desk) -> bool:
    """Whether its window closes within `days`, whatever our own calendar says."""
    closes = candidate.window.closes if candidate.window else None
    return closes is not None and (closes - desk.today).days <= days


def _closing(group: list[Candidate], days: int, desk: Desk) -> tuple[str, dict[str, object], list[Candidate]]:
    """The same kind of window is named by its noun, several kinds are called deadlines."""
    words = desk.words
    kinds = {WindowKind.CONSULTATION if c.window.kind in CONSULTING else c.window.kind for c in group if c.window}
    if len(kinds) != 1:
        return "fact mixed", {"windows": words.count(len(group), "deadline"), "days": days}, group
    noun = words.windows[kinds.pop()]
    windows = f"{len(group)} {noun.one if len(group) == 1 else noun.many}"
    return "fact closing", {"windows": windows, "days": days}, group


def _themes(group: Sequence[Candidate], desk: Desk) -> str:
    names: list[str] = []
    for candidate in sorted(group, key=lambda c: c.rank):
        for theme in candidate.item.themes[:1]:
            name = short_theme(theme, desk.words.code)
            if name not in names:
                names.append(name)
    if not names:
        return ""
    more = f" {desk.words.phrases['and more']}" if len(names) > NAMED else ""
    return f" ({', '.join(names[:NAMED])}{more})"
