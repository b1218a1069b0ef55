"""The briefing as plain JSON data (the contract of `utblick brief preview --format json`)."""

from datetime import date
from typing import Any

from digests.briefing import (
    Briefing,
    Clock,
    Entry,
    Internal,
    Line,
    Note,
    Previous,
    Risk,
    Shown,
    Status,
    Text,
)
from digests.deciding import Decides


def as_json(briefing: Briefing) -> dict[str, Any]:
    """The edition with the keys that other programs rely on (docs/cli.md). Days and moments in ISO 8601.

    An entry carries the thirteen fields of the letter beside its `id`, who decides, and what is asked before
    joining others.
    """
    return {
        "week": briefing.week,
        "subject": briefing.subject,
        "preheader": briefing.preheader,
        "language": briefing.language,
        "built_at": briefing.built_at.isoformat(),
        "quiet": briefing.quiet,
        "counts": {
            "entries": briefing.counts.entries,
            "influenceable": briefing.counts.influenceable,
            "lines": briefing.counts.lines,
            "omitted": briefing.counts.omitted,
            "directions": {str(name): number for name, number in briefing.counts.directions.items()},
        },
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "entries": [_entry(entry) for entry in section.entries],
                "lines": [_line(line) for line in section.lines],
                "omitted": section.omitted,
            }
            for section in briefing.sections
        ],
        "sources": [
            {
                "id": source.id,
                "title": source.title,
                "outcome": source.outcome,
                "reason": source.reason,
                "last_good": source.last_good.isoformat() if source.last_good else None,
            }
            for source in briefing.sources
        ],
    }


def previous_to_json(previous: Previous) -> dict[str, Any]:
    """What is remembered of an edition, as data to be stored beside it."""
    return {
        "week": previous.week,
        "day": previous.day.isoformat(),
        "shown": [
            {
                "item": shown.item,
                "title": _text(shown.title),
                "url": shown.url,
                "closes": _day(shown.closes),
                "status": shown.status.value,
            }
            for shown in previous.shown
        ],
    }


def previous_from_json(data: dict[str, Any]) -> Previous:
    """The inverse of `previous_to_json`.

    Raises:
        KeyError, ValueError: the data are not of that form.
    """
    return Previous(
        week=data["week"],
        day=date.fromisoformat(data["day"]),
        shown=tuple(
            Shown(
                item=shown["item"],
                title=Text(shown["title"]["text"], shown["title"]["language"]),
                url=shown["url"],
                closes=date.fromisoformat(shown["closes"]) if shown["closes"] else None,
                status=Status(shown["status"]),
            )
            for shown in data["shown"]
        ),
    )


def _entry(entry: Entry) -> dict[str, Any]:
    stage = entry.state.stage
    return {
        "id": entry.item,
        "headline": {"lead": entry.lead, "title": _text(entry.title)},
        "what": _text(entry.what),
        "why": entry.why,
        "direction": {"value": entry.direction.value, "reason": entry.direction_reason},
        "state": {
            "stage": stage.name if stage else None,
            "number": stage.number if stage else None,
            "total": stage.total if stage else None,
            "expected": (stage.expected or None) if stage else None,
            "expected_day": _day(stage.expected_day) if stage else None,
            "changes": [
                {"field": change.field, "before": change.before, "after": change.after}
                for change in entry.state.changes
            ],
        },
        "window": _window(entry.window),
        "internal": _internal(entry.internal),
        "actions": list(entry.actions),
        "owner": {"name": entry.owner or None, "status": entry.status.value},
        "priority": entry.priority.value,
        "confidence": {
            "relevance": entry.confidence.relevance,
            "word": entry.confidence.word,
            "why": entry.confidence.why,
        },
        "sources": {
            "references": [
                {
                    "name": source.name,
                    "url": source.url,
                    "seen": _day(source.seen),
                    "language": source.language,
                }
                for source in entry.sources
            ],
            "identifiers": list(entry.identifiers),
        },
        "note": _note(entry.note),
        "risk": _risk(entry.risk),
        "beside": [_window(one) for one in entry.beside],
        "decides": _decides(entry.decides),
    }


def _window(window: Clock | None) -> dict[str, Any] | None:
    if window is None:
        return None
    return {
        "kind": window.kind.value,
        "opens": _day(window.opens),
        "closes": _day(window.closes),
        "closes_at": window.closes_at.isoformat() if window.closes_at else None,
        "certainty": window.certainty.value,
        "days_left": window.days_left,
        "open": window.is_open,
        "url": window.url,
    }


def _internal(internal: Internal | None) -> dict[str, Any] | None:
    return (
        None
        if internal is None
        else {
            "day": _day(internal.day),
            "way": internal.way,
            "delegated": _day(internal.delegated),
        }
    )


def _decides(decides: Decides | None) -> dict[str, Any] | None:
    if decides is None:
        return None
    return {
        "committees": list(decides.committees),
        "country": dict(decides.country) or None,
        "members": [{"name": one.name, "group": one.group or None, "role": one.role} for one in decides.members],
        "more": decides.more,
    }


def _risk(risk: Risk | None) -> dict[str, Any] | None:
    if risk is None:
        return None
    return {"countries": list(risk.countries), "basis": risk.basis or None, "analysed": risk.analysed}


def _note(note: Note | None) -> dict[str, Any] | None:
    return None if note is None else {"text": note.text, "author": note.author, "day": _day(note.day)}


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.item or None,
        "title": _text(line.title),
        "detail": line.detail,
        "url": line.url,
        "closes": _day(line.closes),
        "days_left": line.days_left,
        "certainty": line.certainty.value,
    }


def _text(text: Text) -> dict[str, str]:
    return {"text": text.text, "language": text.language}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
