"""From what the archive offers to one edition of the letter. Pure: no database, no clock, no template."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import get_args

from config.organisation import Organisation
from digests.briefing import (
    Briefing,
    Counts,
    Density,
    Item,
    Line,
    Previous,
    Section,
    SectionId,
    Shown,
    SourceStatus,
    Text,
)
from digests.choice import Candidate, candidates
from digests.clock import can_influence
from digests.headline import fact, preheader, subject
from digests.tame import one_line
from digests.weeks import parse_week
from digests.wording import PHRASE, TITLE, Desk, entry, line
from digests.words import catalogue

QUOTA = 8
"""Full entries in a letter; five to eight are what a reader takes in."""

FULL: dict[Density, float] = {"short": 5 / 8, "normal": 1.0, "full": 2.0}
"""Share of the quota per density."""

LINES: dict[Density, int] = {"short": 5, "normal": 12, "full": 40}
"""Most one-liners in a section per density; deadlines get three times as many."""


def compose(
    items: Iterable[Item],
    *,
    week: str,
    now: datetime,
    organisation: Organisation,
    sources: Sequence[SourceStatus] = (),
    themes_filter: Collection[str] | None = None,
    density: Density = "normal",
    quota: int = QUOTA,
    previous: Previous | None = None,
    language: str | None = None,
    in_full: Callable[[Item], Item] = lambda item: item,
) -> Briefing:
    """One edition of the letter.

    Every item stands in one section, the first that fits; at most `quota` are told in full, the most urgent
    first, the rest in one line. What the edition before showed returns only when it changed or its deadline
    came nearer (30, 14, 7 days); an unchanged deadline within 30 days is reminded of in one line.

    Args:
        items: Whatever moved since the edition before, or has an open window. Order does not matter.
        week: ISO week of the edition, "2026-W48".
        now: The moment of building (aware); its day in the organisation's zone counts deadlines.
        organisation: Whose letter it is.
        sources: How every source fared; failing ones are named.
        themes_filter: Ids of the themes wanted, None = all. Themes that shall always show belong in it.
        density: How much text the subscriber wants.
        quota: Full entries at density "normal".
        previous: What the edition before showed; None = this is the first.
        language: ISO 639-1; None = the organisation's.
        in_full: Gives an item what only a full entry says (summary, grounds, risk), where that is costly to find.

    Raises:
        ValueError: `week` is no ISO week or `now` has no zone.
        KeyError: there is no catalogue of phrases for the language.
    """
    parse_week(week)
    if now.tzinfo is None:
        raise ValueError("expected an aware moment, got a naive datetime")
    words = catalogue(language or organisation.letter.language)
    today = now.astimezone(organisation.zone).date()
    desk = Desk(today, organisation, words)
    offered = list(items)
    chosen = candidates(offered, today, previous, None if themes_filter is None else frozenset(themes_filter))
    places = round(quota * FULL[density])
    full = {c.item.id for c in sorted((c for c in chosen if c.full), key=lambda c: c.rank)[:places]}
    most = LINES[density]
    sections = []
    for section_id in get_args(SectionId):
        match section_id:
            case "outcomes":
                lines = _outcomes(offered, {c.item.id for c in chosen}, previous, desk)
                sections.append(_capped(Section(section_id, "", lines=lines), most, desk))
            case "sources":
                lines = _source_lines(sources, desk)
                sections.append(_capped(Section(section_id, "", lines=lines), most * 3, desk))
            case _:
                group = sorted((c for c in chosen if c.section == section_id), key=_order)
                rest = [c for c in group if c.item.id not in full]
                kept = rest[: most * 3 if section_id == "deadlines" else most]
                section = Section(
                    section_id,
                    words.sections[section_id],
                    entries=tuple(entry(in_full(c.item), c.window, desk) for c in group if c.item.id in full),
                    lines=tuple(line(c.item, c.window, desk) for c in kept),
                    omitted=len(rest) - len(kept),
                )
                sections.append(section)
    counts = _counts(sections, chosen, full, today)
    quiet = not any(c.section in ("deadlines", "decisions") for c in chosen)
    headline = fact(chosen, desk)
    return Briefing(
        week=week,
        organisation=organisation,
        language=words.code,
        built_at=now.astimezone(UTC),
        fact=headline,
        subject=subject(headline, week, organisation.letter.name, words),
        preheader=preheader(sections, counts, words),
        sections=tuple(sections),
        sources=tuple(sources),
        counts=counts,
        quiet=quiet,
    )


def remember(briefing: Briefing) -> Previous:
    """What the next edition must know of this one; to be stored with the edition."""
    shown: list[Shown] = []
    for section in briefing.sections:
        if section.id in ("outcomes", "sources"):
            continue
        for told in section.entries:
            closes = told.window.closes if told.window else None
            url = told.sources[0].url if told.sources else None
            shown.append(Shown(told.item, told.title, url, closes, told.status))
        shown += [Shown(brief.item, brief.title, brief.url, brief.closes, brief.status) for brief in section.lines]
    day = briefing.built_at.astimezone(briefing.organisation.zone).date()
    return Previous(briefing.week, day, tuple(shown))


def _order(candidate: Candidate) -> tuple[date, int, int, float, str]:
    """Deadlines and calls by date; everything else decisions first, then by priority, then the most relevant."""
    dated = candidate.section in ("deadlines", "funding") and candidate.window
    day = candidate.window.closes if dated and candidate.window else None
    return day or date.max, candidate.rank[0], candidate.weight, -candidate.item.relevance, candidate.item.id


def _capped(section: Section, most: int, desk: Desk) -> Section:
    return replace(
        section,
        title=desk.words.sections[section.id],
        lines=section.lines[:most],
        omitted=max(0, len(section.lines) - most),
    )


def _counts(sections: Sequence[Section], chosen: Sequence[Candidate], full: set[str], today: date) -> Counts:
    told = [c.item for c in chosen if c.item.id in full]
    return Counts(
        entries=len(told),
        influenceable=sum(can_influence(item.windows, today) for item in told),
        lines=sum(len(section.lines) for section in sections if section.id not in ("outcomes", "sources")),
        omitted=sum(section.omitted for section in sections),
        directions=Counter(item.direction for item in told),
    )


def _outcomes(items: Sequence[Item], owned: set[str], previous: Previous | None, desk: Desk) -> tuple[Line, ...]:
    """What became of the last edition's items that this edition does not tell of elsewhere."""
    if previous is None:
        return ()
    words = desk.words
    cases = {item.id: item.case.status for item in items if item.case}
    lines, rest = [], 0
    for shown in previous.shown:
        if shown.item in owned:
            continue
        status = cases.get(shown.item, shown.status)
        if shown.closes and previous.day <= shown.closes < desk.today:
            day = words.short_date(shown.closes, desk.today)
            detail = words.say("outcome closed", date=day, status=words.statuses[status])
        elif status is not shown.status:
            detail = words.say("outcome status", status=words.statuses[status])
        else:
            rest += 1
            continue
        lines.append(Line(shown.item, shown.title, detail, shown.url, status=status))
    if rest:
        week = words.say("week", number=parse_week(previous.week)[1])
        text = words.say("outcome rest", week=week, items=words.count(rest, "item"))
        lines.append(Line("", Text(text, words.code), "", None))
    return tuple(lines)


def _source_lines(sources: Sequence[SourceStatus], desk: Desk) -> tuple[Line, ...]:
    words = desk.words
    if not sources:
        return (Line("", Text(words.phrases["sources unknown"], words.code), "", None),)
    failing = [source for source in sources if source.failing]
    up = words.say("sources up", good=len(sources) - len(failing), all=words.count(len(sources), "source"))
    lines = [Line("", Text(up, words.code), "", None)]
    for source in failing:
        outcome = words.outcomes.get(source.outcome, one_line(source.outcome, PHRASE))
        age = words.phrases["never"]
        if source.last_good:
            age = words.days_ago((desk.today - source.last_good.astimezone(desk.organisation.zone).date()).days)
        reason = one_line(source.reason, PHRASE)
        phrase = "source line why" if reason else "source line"
        detail = words.say(phrase, outcome=outcome, reason=reason, age=age)
        lines.append(Line("", Text(one_line(source.title, TITLE), words.code), detail, None))
    return tuple(lines)
