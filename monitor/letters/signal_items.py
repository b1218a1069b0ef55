"""Early signals as items of the letter, with their documents and how strong the evidence is."""

from collections.abc import Mapping, Sequence

from config.signals import SignalRules
from digests import briefing as letter
from digests.words import catalogue
from monitor.archive.documents import Document
from monitor.core.signals import Signal
from monitor.letters.candidates import Desk

MOST_SOURCES = 4


def signal_items(
    signals: Sequence[Signal], documents: Mapping[int, Document], desk: Desk, rules: SignalRules
) -> list[letter.Item]:
    """One item per signal.

    Args:
        signals: those found.
        documents: the newest of theirs, by id; at least one of each signal.
        desk: organisation, day and language.
        rules: names of categories and horizons.
    """
    return [
        _item(one, [documents[number] for number in one.documents if number in documents], desk, rules)
        for one in signals
    ]


def _item(one: Signal, documents: Sequence[Document], desk: Desk, rules: SignalRules) -> letter.Item:
    words = catalogue(desk.language)
    theme = desk.themes.get(one.theme)
    names = {"sv": theme.sv, "en": theme.en} if theme else {"sv": one.theme, "en": one.theme}
    subject = names[desk.language] if one.sort == "theme" else one.subject
    sort = f"new {one.sort}" if one.is_new and one.sort != "theme" else one.sort
    category, horizon = rules.category_of(one.theme), rules.horizon.get(one.sort)
    sorted_as = [
        words.say("signal category", category=category.sv if desk.language == "sv" else category.en)
        if category
        else "",
        words.say("signal horizon", horizon=horizon.sv if desk.language == "sv" else horizon.en)
        if horizon
        else "",
    ]
    evidence = words.say(
        "signal evidence",
        matters=words.count(one.matters, "item"),
        sources=words.count(one.sources, "source"),
        days=words.count(rules.recent_days, "day"),
        expected=f"{one.expected:.1f}".replace(".", words.phrases["decimal"]),
        weeks=one.weeks,
        strength=words.phrases[f"signal {one.strength}"],
    )
    return letter.Item(
        id=f"signal:{one.sort}:{one.theme}:{one.subject}",
        kind="signal",
        titles={desk.language: words.say(f"signal {sort}", subject=subject, theme=names[desk.language])},
        level=letter.Level.BRIEF,
        relevance=sum(document.relevance or 0.0 for document in documents) / len(documents),
        first_seen=desk.today,
        sources=tuple(_reference(document, desk) for document in documents[:MOST_SOURCES]),
        summary={desk.language: evidence},
        themes=(letter.Theme(one.theme, names),),
        reasons=tuple(text for text in sorted_as if text),
        certainty_reason=words.phrases[f"signal {one.strength}"],
        published=max(document.day for document in documents),
        is_signal=True,
    )


def _reference(document: Document, desk: Desk) -> letter.Reference:
    source = desk.sources.get(document.source)
    title, language = document.title(desk.language)
    name = f"{source.title if source else document.source}: {title}"
    seen = document.last_seen.astimezone(desk.organisation.zone).date()
    return letter.Reference(name, document.url, seen, language or document.language)
