"""An item put into words: the thirteen fields of an entry, or one line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from config.organisation import Organisation
from digests.briefing import (
    Case,
    Certainty,
    Change,
    Confidence,
    Entry,
    Item,
    Level,
    Line,
    Matter,
    Note,
    Priority,
    Reference,
    Stage,
    State,
    Status,
    Text,
    Theme,
    Window,
    WindowKind,
)
from digests.clock import beside, clock, is_open, matters
from digests.deciding import few
from digests.tame import capital, first_sentence, one_line, safe_link
from digests.words import Catalogue

TITLE = 180
SENTENCE = 280
PHRASE = 140
NOTE = 600
REFERENCES = 4
NAMES = 6
REASONS = 3
WORD = 60
CHANNELS = 3
CHANGES = 4
BESIDE = 2

HANDLED = frozenset({Status.ANSWERED, Status.CLOSED})
"""Statuses after which nothing more is asked of us."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the wording of every entry of an edition depends on."""

    today: date
    organisation: Organisation
    words: Catalogue


def entry(item: Item, window: Window | None, desk: Desk) -> Entry:
    """The item in full; `window` is the one the entry speaks of."""
    case = item.case or Case()
    return Entry(
        item=item.id,
        lead=lead(item, window, desk),
        title=title(item, desk),
        what=_what(item, window, desk),
        why=_why(item, desk),
        direction=item.direction,
        direction_reason=one_line(item.direction_reason, PHRASE),
        state=State(_stage(item.stage), tuple(_change(change) for change in item.changes[:CHANGES])),
        window=clock(window, desk.today) if window else None,
        beside=tuple(clock(one, desk.today) for one in beside(item, window, desk.today)[:BESIDE]),
        internal=replace(window.internal, way=one_line(window.internal.way, PHRASE))
        if window and window.internal
        else None,
        actions=_actions(item, case, window, desk),
        decides=few(item.decides),
        risk=item.risk and replace(item.risk, countries=tuple(one_line(name, 60) for name in item.risk.countries)),
        owner=one_line(case.owner, PHRASE),
        status=case.status,
        priority=priority(item, window, desk.today),
        confidence=Confidence(
            relevance=item.relevance,
            word=desk.words.words(item.relevance),
            why=one_line(item.certainty_reason, PHRASE),
        ),
        sources=tuple(_reference(source) for source in item.sources[:REFERENCES]),
        identifiers=tuple(one_line(name, 60) for name in item.identifiers[:NAMES]),
        note=_note(case.note),
        themes=tuple(theme.id for theme in item.themes),
    )


def line(item: Item, window: Window | None, desk: Desk) -> Line:
    """The item in one line."""
    return Line(
        item=item.id,
        title=title(item, desk),
        detail=_detail(item, window, desk),
        url=link(item),
        closes=window.closes if window else None,
        days_left=(window.closes - desk.today).days if window and window.closes else None,
        certainty=window.certainty if window else Certainty.UNKNOWN,
        status=item.case.status if item.case else Status.NEW,
    )


def title(item: Item, desk: Desk) -> Text:
    """The title in the letter's language if there is one, else in English, else in any other."""
    return _in_language(item.titles, desk, TITLE) or Text(one_line(item.id, TITLE), desk.words.code)


def link(item: Item) -> str | None:
    """Where the item is read: its best source with a usable address."""
    return next((url for url in (safe_link(source.url) for source in item.sources) if url), None)


def priority(item: Item, window: Window | None, today: date) -> Priority:
    """A person's choice; else decision where a body must decide, action where the level asks for it.

    What only moved, while there is nothing to answer, is for information, however relevant.
    """
    if item.case and item.case.status not in HANDLED:
        if item.case.priority:
            return item.case.priority
        if item.case.decider:
            return Priority.DECISION
    idle = bool(item.changes) and not (window and matters(window, today))
    return Priority.ACTION if item.level is Level.ACT and not idle else Priority.FYI


def short_theme(theme: Theme, language: str) -> str:
    """The theme in a word or two, for the subject line: the name up to its first comma or "och"."""
    short = theme.short.get(language)
    if short:
        return one_line(short, 30)
    name = one_line(theme.names.get(language) or next(iter(theme.names.values()), theme.id), 80)
    head = name.split(",")[0].split(" och ")[0].split(" and ")[0]
    return head if head[1:2].isupper() else head[:1].lower() + head[1:]


def lead(item: Item, window: Window | None, desk: Desk) -> str:
    """What to do and until when, or what happened: verb first."""
    words = desk.words
    if priority(item, window, desk.today) is Priority.DECISION and item.case and item.case.decider:
        act = words.say("decide", body=one_line(item.case.decider, PHRASE))
        return _until(act, window, desk) if window else act
    if window and matters(window, desk.today):
        return _until(words.acts[window.kind], window, desk)
    if item.changes:
        return words.phrases["moved"]
    if item.is_signal:
        return words.phrases["watch"]
    return words.say("assess" if item.level is Level.ACT else "read", thing=_thing(item, words))


def _until(act: str, window: Window, desk: Desk) -> str:
    words = desk.words
    if not is_open(window, desk.today) and window.opens:
        return words.say("from", act=act, date=words.near_date(window.opens, desk.today))
    if window.closes is None:
        return words.say("by unknown", act=act)
    phrase = "by estimate" if window.certainty is Certainty.ESTIMATED else "by"
    return words.say(phrase, act=act, date=words.near_date(window.closes, desk.today))


def _detail(item: Item, window: Window | None, desk: Desk) -> str:
    words = desk.words
    parts = [_moved(_change(change), words) for change in item.changes[:2]]
    if window and matters(window, desk.today):
        parts.append(f"{words.windows[window.kind].one} {_closing(window, desk)}")
    elif not item.changes:
        parts.append(_thing(item, words))
    if item.case and item.case.owner:
        parts.append(words.say("line owner", owner=one_line(item.case.owner, PHRASE)))
    return "; ".join(parts)


def _closing(window: Window, desk: Desk) -> str:
    words = desk.words
    if window.closes is None:
        return words.phrases["line unknown"]
    day = words.short_date(window.closes, desk.today)
    if window.certainty is Certainty.ESTIMATED:
        return words.say("line until estimate", date=day)
    return words.say("line until", date=day, left=words.days_left((window.closes - desk.today).days))


def _moved(change: Change, words: Catalogue) -> str:
    return words.changed(change.field, change.before, change.after)


def _thing(item: Item, words: Catalogue) -> str:
    return words.news.get(item.kind, words.news["other"])


def _what(item: Item, window: Window | None, desk: Desk) -> Text:
    words = desk.words
    summary = _in_language(item.summary, desk, SENTENCE * 4)
    if summary:
        return Text(first_sentence(summary.text, SENTENCE), summary.language)
    source = one_line(item.sources[0].name, PHRASE) if item.sources else words.phrases["none"]
    if item.changes:
        moved = _moved(_change(item.changes[0]), words)
        return Text(words.say("what moved", change=moved, source=source), words.code)
    thing = words.windows[window.kind].one if window and matters(window, desk.today) else _thing(item, words)
    if item.published is None:
        return Text(words.say("what undated", thing=capital(thing), source=source), words.code)
    day = words.plain_date(item.published)
    return Text(words.say("what", thing=capital(thing), source=source, date=day), words.code)


def _why(item: Item, desk: Desk) -> str:
    words, grounds = desk.words, item.grounds
    matters = {matter: _some(said) for matter, said in grounds.matters.items() if said}
    clauses = [words.say(f"matter {matter}", words=", ".join(said)) for matter, said in matters.items()]
    told = {word for said in matters.values() for word in said}
    names = [one_line(theme.names.get(words.code, theme.id), PHRASE) for theme in item.themes[:REASONS]]
    fresh = ", ".join(word for word in _some(grounds.words) if word not in told)
    phrase = "why theme words" if fresh and Matter.SERVICE not in matters else "why theme"
    local = words.listed(_some(grounds.local))
    sent = (
        words.say(f"sent {grounds.sent_to}", names=words.listed(_some(grounds.addressed)))
        if grounds.sent_to
        else ""
    )
    parts = [
        sent if grounds.addressed else "",
        capital(_stopped(words.listed(clauses))) if clauses else "",
        words.say(phrase, first=names[0], words=fresh, rest="".join(f"; {name}" for name in names[1:]))
        if names
        else "",
        words.say("why local", names=local) if local else "",
        "" if grounds.addressed else sent,
        *(_stopped(one_line(reason, PHRASE)) for reason in item.reasons[:REASONS]),
    ]
    return one_line(" ".join(part for part in parts if part)) or words.phrases["why nothing"]


def _some(said: Iterable[str]) -> list[str]:
    return [word for word in (one_line(word, WORD) for word in [*said][:REASONS]) if word]


def _stopped(sentence: str) -> str:
    return sentence if sentence[-1:] in ".!?…" else f"{sentence}."


def _actions(item: Item, case: Case, window: Window | None, desk: Desk) -> tuple[str, ...]:
    words = desk.words
    if case.status in HANDLED or not window or not is_open(window, desk.today):
        return (words.phrases["do nothing"],)
    own = [channel.name for channel in desk.organisation.channels]
    channels = [case.channel] if case.channel else list(item.channels or own)
    through = [words.say("via", channel=one_line(channel, PHRASE)) for channel in channels[:CHANNELS]]
    alone = window.kind in (WindowKind.CALL, WindowKind.TRANSPOSITION)
    return (words.answers[window.kind], *(() if alone else through))


def _in_language(texts: Mapping[str, str], desk: Desk, limit: int) -> Text | None:
    for language in (desk.words.code, "en", *sorted(texts)):
        text = one_line(texts.get(language, ""), limit)
        if text:
            return Text(text, language)
    return None


def _change(change: Change) -> Change:
    return Change(
        one_line(change.field, 60),
        None if change.before is None else one_line(change.before, PHRASE),
        None if change.after is None else one_line(change.after, PHRASE),
    )


def _stage(stage: Stage | None) -> Stage | None:
    if stage is None:
        return None
    return replace(stage, name=one_line(stage.name, PHRASE), expected=one_line(stage.expected, PHRASE))


def _reference(source: Reference) -> Reference:
    return replace(source, name=one_line(source.name, PHRASE), url=safe_link(source.url) or "")


def _note(note: Note | None) -> Note | None:
    return note and replace(note, text=one_line(note.text, NOTE), author=one_line(note.author, PHRASE))
