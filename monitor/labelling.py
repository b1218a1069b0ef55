"""Rules of groups: what a shared search finds gets an owner or a theme proposed; a person decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine

from config.lexicon import load_lexicon
from config.organisation import load_organisation
from config.settings import Settings
from monitor.archive import teams
from monitor.archive.documents import get_document
from monitor.archive.dossiers import dossiers_of
from monitor.archive.engine import reading, writing
from monitor.archive.ratings import judge
from monitor.archive.teams import Proposed
from monitor.dossiers.cases import cases_of, set_case
from monitor.search import search
from monitor.search.asking import Asked

LATECOMERS: Final = timedelta(days=1)
"""How far back is looked again: a document is rated and filed only after it was first seen."""
MOST_FOUND: Final = 500
"""Documents that one rule is proposed for at once, the newest; a rule that finds more says nothing."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One rule that was applied, and for how many documents it proposes something new."""

    search: int
    name: str
    team: str
    proposed: int


def label_new(engine: Engine, settings: Settings, clock: Callable[[], datetime]) -> tuple[Labelled, ...]:
    """Apply every rule to what came or changed since it was applied last, the first time to everything.

    Args:
        engine: the archive.
        settings: those in force.
        clock: gives the present moment (aware).

    Raises:
        ArchiveError, ConfigError: rules before the one that failed stand.
    """
    with reading(engine) as conn:
        wanted = teams.rules(conn)
    if not wanted:
        return ()
    now, zone, lexicon = clock(), load_organisation(settings.config).zone, load_lexicon(settings.config)
    done = []
    for rule in wanted:
        since = rule.labelled_at - LATECOMERS if rule.labelled_at else None
        asked = Asked.read({**rule.query, "sort": "date"}).query("sv", limit=MOST_FOUND, moved=since, exact=True)
        with reading(engine) as conn:
            found = search(conn, asked, now.astimezone(zone).date(), lexicon).results
        with writing(engine) as conn:
            number = teams.propose(conn, rule.id, [one.id for one in found], now)
        done.append(Labelled(rule.id, rule.name, rule.team or "", number))
    return tuple(done)


def still_open(conn: Connection, document: int) -> tuple[Proposed, ...]:
    """What rules propose for a document and does not hold anyway."""
    found = teams.proposals(conn, document=document)
    if not found:
        return ()
    one = get_document(conn, document)
    number = dossiers_of(conn, [document]).get(document)
    case = cases_of(conn, [number]).get(number) if number is not None else None
    held = set(one.themes) if one else set()

    def says_more(each: Proposed) -> bool:
        owner = bool(each.owner) and number is not None and (case is None or case.owner != each.owner)
        return owner or (each.theme is not None and each.theme not in held)

    return tuple(each for each in found if says_more(each))


def take(conn: Connection, one: Proposed, who: str, at: datetime) -> None:
    """Do what a rule proposes: the document gets the theme, the case of its dossier the owner.

    Args:
        conn: a writing connection.
        one: what is proposed.
        who: the person's name in the organisation.
        at: the moment (aware).

    Raises:
        CaseError: the case does not take the owner.
    """
    if one.theme:
        judge(conn, one.document, who, at, themes={one.theme: True})
    number = dossiers_of(conn, [one.document]).get(one.document)
    if one.owner and number is not None:
        opened = {} if cases_of(conn, [number]).get(number) else {"status": "tilldelad"}
        set_case(conn, number, {"owner": one.owner, **opened}, who=who, at=at)
    teams.decide(conn, one, who, at, taken=True)
