"""Groups of people who share followed searches, and what those propose. Nothing here commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, or_, select, update

from monitor.archive.upsert import upsert
from monitor.archive.web import SavedSearch, rule_match, saved_search, team_member

LONGEST_TEAM = 100


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a group's search proposes for a document; `owner` of the case of its dossier, `theme` of itself."""

    document: int
    search: int
    name: str
    team: str
    owner: str | None
    theme: str | None


def join_team(conn: Connection, team: str, who: str) -> None:
    """Be a member from now on; the first one makes the group."""
    conn.execute(upsert(conn, team_member).values(team=team, who=who).on_conflict_do_nothing())


def leave_team(conn: Connection, team: str, who: str) -> bool:
    """Be a member no longer; whether one was. What one shared with the group stays the group's."""
    gone = delete(team_member).where(team_member.c.team == team, team_member.c.who == who)
    return conn.execute(gone).rowcount == 1


def teams_of(conn: Connection, who: str) -> tuple[str, ...]:
    """The groups that somebody is a member of, by name."""
    query = select(team_member.c.team).where(team_member.c.who == who).order_by(team_member.c.team)
    return tuple(conn.execute(query).scalars())


def teams(conn: Connection) -> dict[str, tuple[str, ...]]:
    """Every group with its members, by name."""
    found: dict[str, tuple[str, ...]] = {}
    for row in conn.execute(select(team_member).order_by(team_member.c.team, team_member.c.who)):
        found[row.team] = (*found.get(row.team, ()), row.who)
    return found


def share(
    conn: Connection, number: int, team: str | None, *, owner: str | None = None, theme: str | None = None
) -> None:
    """Let a group have a followed search, with what it proposes; None: nobody else has it, nothing is proposed.

    What is proposed from now on is looked for in all documents anew.
    """
    values = {"team": team, "owner": owner if team else None, "theme": theme if team else None}
    conn.execute(update(saved_search).where(saved_search.c.id == number).values(**values, labelled_at=None))
    open_ones = (rule_match.c.search == number) & (rule_match.c.state == "proposed")
    conn.execute(delete(rule_match).where(open_ones))


def shared_with(conn: Connection, who: str) -> tuple[SavedSearch, ...]:
    """What others share with the groups of somebody, by group and name."""
    own = select(team_member.c.team).where(team_member.c.who == who)
    query = select(saved_search).where(saved_search.c.team.in_(own), saved_search.c.who != who)
    rows = conn.execute(query.order_by(saved_search.c.team, saved_search.c.name, saved_search.c.id)).mappings()
    return tuple(SavedSearch(**row) for row in rows)


def rules(conn: Connection) -> tuple[SavedSearch, ...]:
    """The shared searches that propose something."""
    proposes = or_(saved_search.c.owner.is_not(None), saved_search.c.theme.is_not(None))
    query = select(saved_search).where(saved_search.c.team.is_not(None), proposes).order_by(saved_search.c.id)
    return tuple(SavedSearch(**row) for row in conn.execute(query).mappings())


def propose(conn: Connection, search: int, documents: Sequence[int], now: datetime) -> int:
    """Note that a search proposes something for these documents, each once for ever; gives how many are new."""
    conn.execute(update(saved_search).where(saved_search.c.id == search).values(labelled_at=now))
    if not documents:
        return 0
    rows = [{"document": one, "search": search, "at": now, "state": "proposed"} for one in documents]
    before = _proposed(conn, search)
    conn.execute(upsert(conn, rule_match).on_conflict_do_nothing(), rows)
    return _proposed(conn, search) - before


def proposals(
    conn: Connection, *, document: int | None = None, searches: Collection[int] = ()
) -> tuple[Proposed, ...]:
    """What waits for a person: for one document, or by some searches, the latest first."""
    shown = select(
        rule_match.c.document,
        rule_match.c.search,
        saved_search.c.name,
        saved_search.c.team,
        saved_search.c.owner,
        saved_search.c.theme,
    ).join(saved_search, saved_search.c.id == rule_match.c.search)
    about = rule_match.c.search.in_(searches) if document is None else rule_match.c.document == document
    query = shown.where(rule_match.c.state == "proposed", saved_search.c.team.is_not(None), about)
    rows = conn.execute(query.order_by(rule_match.c.at.desc(), rule_match.c.document.desc()))
    return tuple(Proposed(*row) for row in rows)


def decide(conn: Connection, one: Proposed, who: str, now: datetime, *, taken: bool) -> bool:
    """Note what a person says to a proposal; whether it still waited."""
    waits = (rule_match.c.document == one.document) & (rule_match.c.search == one.search)
    values = {"state": "taken" if taken else "refused", "who": who, "decided_at": now}
    said = update(rule_match).where(waits, rule_match.c.state == "proposed").values(**values)
    return conn.execute(said).rowcount == 1


def _proposed(conn: Connection, search: int) -> int:
    counted = select(func.count()).select_from(rule_match).where(rule_match.c.search == search)
    return int(conn.execute(counted).scalar_one())
