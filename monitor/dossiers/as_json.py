"""A dossier as JSON: the keys of `show --json` (docs/cli.md), for the command line and the web alike."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from config.calendar import Calendar
from monitor.archive.documents import Document
from monitor.archive.dossiers import happened
from monitor.archive.files import join_proposal
from monitor.core.estimates import DossierWindow
from monitor.core.stages import Event
from monitor.dossiers import cases
from monitor.dossiers.files import File, mentions
from monitor.dossiers.members import members_as_json, members_of
from monitor.dossiers.ours import Ours, addressees_as_json, partners_of, ways_as_json

_LEVELS = ("act", "brief", "background", "none")


def file_as_json(conn: Connection, one: File, today: date, ours: Ours) -> dict[str, Any]:
    """Everything known of a dossier, with our own days; proven joins and proposed ones apart."""
    title, language = one.title
    case = cases.cases_of(conn, [one.id]).get(one.id)
    strongest = min(one.documents or one.packages, key=lambda each: _rank(each.level))
    titles: dict[str, str] = {}
    for each in (one.best, *one.documents):
        titles = {**dict(each.titles), **titles}
    return {
        "type": "dossier",
        "id": one.id,
        "ref": f"dossier:{one.id}",
        "identifiers": [
            {"scheme": name.scheme, "value": name.value, "relation": name.relation.value}
            for name in one.identifiers
        ],
        "title": title,
        "title_language": language,
        "titles": titles,
        "kind": one.best.kind,
        "source": one.best.source,
        "url": one.best.url,
        "published": _iso(min((each.published for each in one.documents if each.published), default=None)),
        "level": strongest.level,
        "relevance": max((each.relevance or 0.0 for each in one.documents), default=None),
        "direction": (case.direction if case else None) or strongest.direction,
        "themes": list(dict.fromkeys(theme for each in (strongest, *one.documents) for theme in each.themes)),
        "stage": stage_as_json(one),
        "steps": [_step(event, today) for event in one.events],
        "windows": [_window(window, today, ours.calendar) for window in one.windows],
        "deciders": [
            {"role": each.role, "name": each.name, "source": each.source, "url": each.url} for each in one.deciders
        ],
        "members": members_as_json(members_of(conn, [one], ours.country, today).get(one.id, ())),
        "case": cases.as_json(case) if case else None,
        "partners": partners_of(one, case, ours.partners),
        "addressees": addressees_as_json(one.documents, ours.names),
        "documents": [
            *(_document(each, "subject") for each in one.documents),
            *(_document(each, "package") for each in one.packages),
        ],
        "mentions": [_document(each, relation.value) for each, relation in mentions(conn, one)],
        "proposed": _proposed(conn, one.id),
        "history": [
            {"at": each.at.isoformat(), "who": each.who, "what": each.what, "detail": dict(each.detail)}
            for each in happened(conn, one.id)
        ],
        "revisions": _revisions(one.documents),
    }


def stage_as_json(one: File) -> dict[str, Any] | None:
    """Where the file stands; None: nothing dated has happened."""
    if one.standing is None:
        return None
    stands, coming = one.standing, one.expected
    return {
        "chain": stands.chain.id,
        "step": stands.event.step.id,
        "name": stands.event.step.sv,
        "name_en": stands.event.step.en,
        "since": stands.event.day.isoformat(),
        "stage": stands.stage,
        "number": stands.number,
        "total": stands.total,
        "next": {
            "step": coming.step.id,
            "name": coming.step.named("sv", ahead=True),
            "name_en": coming.step.named("en", ahead=True),
            "date": _iso(coming.day),
            "usual_days": coming.usual.days if coming.usual else None,
            "usual_files": coming.usual.files if coming.usual else None,
        }
        if coming
        else None,
    }


def _step(event: Event, today: date) -> dict[str, Any]:
    return {
        "date": event.day.isoformat(),
        "code": event.dates[0].code,
        "step": event.step.id,
        "name": event.step.sv,
        "name_en": event.step.en,
        "happened": event.day <= today and not event.step.forecast,
        "disputed": event.disputed,
        "dates": [{"date": day.date.isoformat(), "code": day.code, "source": day.source} for day in event.dates],
    }


def _window(one: DossierWindow, today: date, calendar: Calendar) -> dict[str, Any]:
    window = one.window
    ahead = window.closes is None or window.closes >= today
    return {
        "kind": window.kind.value,
        "opens": _iso(window.opens),
        "closes": _iso(window.closes),
        "certainty": window.certainty.value,
        "open": ahead and (window.opens is None or window.opens <= today),
        "days_left": (window.closes - today).days if window.closes and ahead else None,
        "basis": one.basis or None,
        "where": one.where,
        "languages": one.languages,
        "who": one.who,
        "internal": ways_as_json(window.closes, today, calendar),
    }


def _document(one: Document, relation: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title()[0],
        "kind": one.kind,
        "source": one.source,
        "url": one.url,
        "published": _iso(one.published),
        "relation": relation,
    }


def _proposed(conn: Connection, number: int) -> list[dict[str, Any]]:
    """Joins that wait for a person."""
    table = join_proposal
    query = select(table).where(table.c.dossier == number, table.c.state == "proposed")
    return [
        {"proposal": row.id, "document": row.document, "score": row.score, "reasons": row.reasons}
        for row in conn.execute(query.order_by(table.c.score.desc(), table.c.id))
    ]


def _revisions(documents: Iterable[Document]) -> list[dict[str, Any]]:
    found = [(change.seen_at, one.id, change) for one in documents for change in one.revisions]
    return [
        {
            "document": number,
            "seen_at": seen.isoformat(),
            "field": change.field,
            "before": change.before,
            "after": change.after,
        }
        for seen, number, change in sorted(found, key=lambda each: each[:2])
    ]


def _rank(level: str | None) -> int:
    return _LEVELS.index(level) if level in _LEVELS else len(_LEVELS)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
