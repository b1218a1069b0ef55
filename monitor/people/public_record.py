"""What people wrote, taken out as a public record: of one dossier, of a period, or of both.

A ZIP with everything as JSON, each kind as a table (CSV that no spreadsheet takes for formulas), and the letters
of the period as they were published. File names are ours alone; no text decides where something is written.
"""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, or_, select

from monitor.archive.alerts import LETTER
from monitor.archive.documents import OWN
from monitor.archive.files import (
    case_change,
    case_file,
    dossier_document,
    dossier_event,
    join_proposal,
    join_verdict,
)
from monitor.archive.letters import edition
from monitor.archive.schema import document, judgement
from monitor.archive.web import audit
from monitor.errors import MonitorError
from monitor.spreadsheet import as_csv

FILES: Final[Mapping[str, str]] = {
    "cases": "arenden",
    "case_changes": "arenden-andringar",
    "judgements": "bedomningar",
    "joins": "sammanhang",
    "changes": "logg",
    "signals": "egna-signaler",
}
"""What the table of each kind is called, in the order of the JSON."""
README: Final = """\
Uttag ur Utblick, {organisation}
Gjort {made}
Omfattar: {scope}

innehall.json innehåller allt. Samma uppgifter finns som tabeller:
arenden.csv             hur ärenden handläggs: status, ägare, ståndpunkt, nytta och risk
arenden-andringar.csv   varje ändring av handläggningen: vem, när, var och är
bedomningar.csv         människors rättelser av modellens bedömningar
sammanhang.csv          beslut om vilka dokument som hör ihop
logg.csv                alla ändringar som människor har gjort
egna-signaler.csv       det som människor har lagt till för hand
brev/                   veckobreven som de skickades, om uttaget gäller en period

Tider är i UTC. I tabellerna står en apostrof framför text som ett kalkylprogram annars skulle läsa som en formel.
Pröva sekretess innan något lämnas ut. Mottagares adresser, nycklar och besök ingår inte.
"""


class RecordError(MonitorError):
    """Nothing was asked for, or the days are in the wrong order; one line."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for: a dossier (its number), days in the organisation's zone, or both."""

    dossier: int | None
    first: date | None
    last: date | None
    zone: ZoneInfo

    def check(self) -> None:
        """Raise `RecordError` for a scope that means nothing or everything."""
        if self.dossier is None and (self.first is None or self.last is None):
            raise RecordError("give a dossier, or a period with its first and last day")
        if (self.first is None) != (self.last is None):
            raise RecordError("a period has a first and a last day")
        if self.first and self.last and self.first > self.last:
            raise RecordError("the first day comes after the last")

    def within(self, moment: Column[datetime]) -> list[ColumnElement[bool]]:
        """The condition that a moment lies in the period; empty without one."""
        if self.first is None or self.last is None:
            return []
        begins, ends = (
            datetime.combine(day, time(), tzinfo=self.zone) for day in (self.first, self.last + timedelta(days=1))
        )
        return [moment >= begins, moment < ends]

    def __str__(self) -> str:
        parts = [f"ärende {self.dossier}"] if self.dossier is not None else []
        parts += [f"{self.first} till {self.last}"] if self.first else []
        return ", ".join(parts)


def gather(conn: Connection, scope: Scope) -> dict[str, list[dict[str, Any]]]:
    """What people wrote within `scope`, by kind.

    Raises:
        RecordError: a scope that means nothing.
    """
    scope.check()
    numbers = _documents(conn, scope)
    case, change = case_file.c, case_change.c
    of_dossier = [case.dossier == scope.dossier] if scope.dossier is not None else []
    changes = _rows(
        conn,
        select(case.dossier, *(change[name] for name in ("at", "who", "field", "before", "after")))
        .join(case_file, change.case == case.id)
        .where(*of_dossier, *scope.within(change.at))
        .order_by(change.id),
    )
    cases = select(*(one for one in case if one.name != "id")).where(*of_dossier).order_by(case.dossier)
    if scope.dossier is None:
        touched = {row["dossier"] for row in changes}
        opened = and_(*scope.within(case.opened))
        cases = cases.where(or_(case.dossier.in_(touched), opened))
    judged = select(judgement).where(*_about(judgement.c.document, numbers), *scope.within(judgement.c.at))
    added = _about(document.c.id, numbers)
    signals = select(document.c.id, document.c.url, document.c.first_seen, document.c.titles, document.c.summary)
    return {
        "cases": _rows(conn, cases),
        "case_changes": changes,
        "judgements": _rows(conn, judged.order_by(judgement.c.id)),
        "joins": _joins(conn, scope, numbers),
        "changes": _rows(conn, _changes(scope, numbers)),
        "signals": _rows(
            conn,
            signals.where(document.c.source == OWN, *added, *scope.within(document.c.first_seen)).order_by(
                document.c.id
            ),
        ),
    }


def as_zip(conn: Connection, scope: Scope, *, organisation: str, now: datetime) -> bytes:
    """The record as a file to hand out.

    Args:
        conn: a reading connection.
        scope: what is asked for.
        organisation: whose record it is.
        now: when it is made (aware).

    Raises:
        RecordError: a scope that means nothing.
    """
    found = gather(conn, scope)
    made = f"{now.astimezone(scope.zone):%Y-%m-%d %H:%M}"
    about = {"organisation": organisation, "made": now.isoformat(), "scope": str(scope)}
    files: dict[str, str] = {
        "LAS-MIG.txt": README.format(organisation=organisation, made=made, scope=scope),
        "innehall.json": json.dumps({**about, **found}, ensure_ascii=False, indent=1),
    }
    for kind, name in FILES.items():
        files[f"{name}.csv"] = "\ufeff" + _table(found[kind])  # the mark tells Excel that it is UTF-8
    for number, letter in enumerate(_letters(conn, scope) if scope.dossier is None else (), start=1):
        for end in ("txt", "html"):
            files[f"brev/{number:03}.{end}"] = letter["text" if end == "txt" else "html"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made_file:
        for path, text in files.items():
            entry = zipfile.ZipInfo(path, now.astimezone(scope.zone).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            made_file.writestr(entry, text.encode())
    return out.getvalue()


def _documents(conn: Connection, scope: Scope) -> list[int] | None:
    """Documents of the dossier; None: of every one."""
    if scope.dossier is None:
        return None
    own = select(dossier_document.c.document).where(dossier_document.c.dossier == scope.dossier)
    return list(conn.execute(own).scalars())


def _about(column: Column[int], numbers: list[int] | None) -> list[ColumnElement[bool]]:
    return [] if numbers is None else [column.in_(numbers)]


def _joins(conn: Connection, scope: Scope, numbers: list[int] | None) -> list[dict[str, Any]]:
    """What people decided about documents that belong together; rules are not people."""
    event, verdict, proposal = dossier_event.c, join_verdict.c, join_proposal.c
    of_dossier = scope.dossier is None
    told = select(event.at, event.dossier, event.who, event.what, event.detail).where(
        event.who.is_not(None),
        *([] if of_dossier else [event.dossier == scope.dossier]),
        *scope.within(event.at),
    )
    said = select(verdict.at, verdict.document, verdict.who, verdict.key, verdict.cut).where(
        *_about(verdict.document, numbers), *scope.within(verdict.at)
    )
    decided = select(
        proposal.decided_at.label("at"), proposal.dossier, proposal.document, proposal.who, proposal.state
    ).where(
        proposal.who.is_not(None),
        *([] if of_dossier else [proposal.dossier == scope.dossier]),
        *scope.within(proposal.decided_at),
    )
    rows = [row for query in (told, said, decided) for row in _rows(conn, query)]
    names = ("at", "dossier", "document", "who", "what", "detail", "key", "cut", "state")
    return sorted(({name: row.get(name) for name in names} for row in rows), key=lambda row: row["at"])


def _changes(scope: Scope, numbers: list[int] | None) -> Select[Any]:
    query = select(audit).where(*scope.within(audit.c.at)).order_by(audit.c.id)
    if numbers is None:
        return query
    named = [f"dossier:{scope.dossier}", *(f"document:{one}" for one in numbers)]
    return query.where(audit.c.object.in_(named))


def _letters(conn: Connection, scope: Scope) -> list[dict[str, Any]]:
    sent = edition.c.released_at.is_not(None), edition.c.letter.not_like(f"{LETTER}%")
    query = select(edition.c.text, edition.c.html).where(*sent, *scope.within(edition.c.released_at))
    return _rows(conn, query.order_by(edition.c.released_at, edition.c.id))


def _rows(conn: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
        for row in conn.execute(query).mappings()
    ]


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    names = list(rows[0]) if rows else []
    return as_csv(names, (_cells(row.values()) for row in rows))


def _cells(values: Iterable[Any]) -> list[Any]:
    return [json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value for value in values]
