"""A dossier as people see it: its documents, history, stage, windows and who decides, put together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, func, select

from config.stages import Chain, load_stages
from config.windows import Rule, WindowRules, load_windows
from monitor.archive.documents import Document, Revision, get_documents
from monitor.archive.dossiers import Dossier, linked, load_dossiers
from monitor.archive.files import dossier_document
from monitor.archive.schema import document, document_step
from monitor.core.deciders import Decider, Said, deciders_of
from monitor.core.estimates import TRANSPOSITION, DossierWindow, transposition_of, windows_of
from monitor.core.stages import (
    Dated,
    Event,
    Expected,
    Model,
    Standing,
    Traits,
    Usual,
    chain_of,
    expected,
    history,
    standing,
    usual_lengths,
)
from monitor.core.zone import ZONE
from spiders.finding import Identifier, Relation, Step

_ENDLESS = 365
"""Days after which a window without an end that no rule forgets is looked for no more."""
_PREPARATORY = 5
"""Sector of CELEX numbers of proposals and communications."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The stage model and the rules of windows in force; `usual` is measured over the archive."""

    model: Model
    windows: WindowRules
    usual: Mapping[tuple[str, str], Usual] = field(default_factory=dict)

    @classmethod
    def of(cls, overlay: Path | None = None) -> "Rules":
        """The configuration in force.

        Raises:
            ConfigError: a broken file.
        """
        return cls(Model(load_stages(overlay)), load_windows(overlay))

    def measured(self, conn: Connection, today: date) -> "Rules":
        """With the usual lengths of steps as the archive shows them."""
        return replace(self, usual=measure(conn, self.model, today))


@dataclass(frozen=True, slots=True)
class File:
    """One dossier. `documents` are those about it, newest first; `packages` cover it among others."""

    id: int
    keys: tuple[str, ...]
    documents: tuple[Document, ...]
    packages: tuple[Document, ...]
    events: tuple[Event, ...]
    chain: Chain
    standing: Standing | None
    expected: Expected | None
    windows: tuple[DossierWindow, ...]
    deciders: tuple[Decider, ...]

    @property
    def best(self) -> Document:
        """The document that speaks for the file."""
        return min(self.documents or self.packages, key=_speaks)

    @property
    def title(self) -> tuple[str, str]:
        """The title to show, and its language: Swedish where any document has one."""
        title, language = self.best.title()
        for one in sorted(self.documents, key=_speaks):
            if one.titles.get("sv"):
                return one.titles["sv"], "sv"
        return title, language

    @property
    def titles(self) -> Mapping[str, str]:
        """Its titles by language, each of the document that speaks for the file first."""
        found: dict[str, str] = {}
        for one in sorted(self.documents or self.packages, key=_speaks):
            for language, title in one.titles.items():
                if title:
                    found.setdefault(language, title)
        return found

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """Every name that the documents give their own file, the file's before its papers'."""
        order = ("procedure", "com", "act", "celex", "hys", "fpm", "dok-id", "sou", "ds")
        named = {name for one in self.documents for name in one.identifiers if name.relation is Relation.SUBJECT}
        if not self.documents:
            named = {Identifier(scheme, value) for scheme, _, value in (key.partition(" ") for key in self.keys)}

        def weight(name: Identifier) -> tuple[int, str, str]:
            place = order.index(name.scheme) if name.scheme in order else len(order)
            return place, name.scheme, name.value

        return tuple(sorted(named, key=weight))


_RANK = {"procedure": 0, "proposal": 1, "eu-document": 2, "initiative": 3, "communication": 4, "fpm": 5, "act": 6}


def _speaks(one: Document) -> tuple[bool, int, int, str, str]:
    """A document with a Swedish title before others, the file itself before papers about it."""
    return not one.titles.get("sv"), _RANK.get(one.kind, len(_RANK)), -one.day.toordinal(), one.source, one.key


def load_files(
    conn: Connection,
    numbers: Collection[int],
    rules: Rules,
    today: date,
    *,
    since: datetime | None = None,
    loaded: Iterable[Document] = (),
) -> dict[int, File]:
    """The dossiers of these numbers.

    Args:
        conn: a reading connection.
        numbers: dossiers that stand.
        rules: stages and windows.
        today: the day seen from.
        since: documents carry only their revisions after this moment.
        loaded: documents that are at hand already, read with the same `since`.
    """
    found = load_dossiers(conn, numbers)
    documents = {one.id: one for one in loaded}
    wanted = {number for one in found.values() for number in (*one.documents, *one.packages)} - documents.keys()
    documents |= {one.id: one for one in get_documents(conn, sorted(wanted), since=since)}
    return {number: _file(one, documents, rules, today) for number, one in found.items()}


def mentions(conn: Connection, one: File) -> tuple[tuple[Document, Relation], ...]:
    """Documents that implement or mention the file without being part of it, newest first."""
    links = dict(linked(conn, Dossier(one.id, one.keys, _ids(one.documents), _ids(one.packages))))
    found = sorted(get_documents(conn, list(links)), key=lambda other: (-other.day.toordinal(), other.id))
    return tuple((other, links[other.id]) for other in found)


def _ids(documents: Iterable[Document]) -> tuple[int, ...]:
    return tuple(one.id for one in documents)


def _file(one: Dossier, documents: Mapping[int, Document], rules: Rules, today: date) -> File:
    own = [documents[number] for number in one.documents if number in documents]
    packages = [documents[number] for number in one.packages if number in documents]
    events, _ = history((day for each in (*own, *packages) for day in dated(each, rules.model)), rules.model)
    traits = traits_of(one.keys, own or packages)
    chain = chain_of(traits, rules.model)
    stands = standing(events, chain, today)
    given = [window for each in (*own, *packages) for window in each.windows]
    if (transposition := transposition_of(events)) is not None:
        given.append(transposition)
    return File(
        id=one.id,
        keys=one.keys,
        documents=tuple(sorted(own, key=lambda each: (-each.day.toordinal(), each.id))),
        packages=tuple(packages),
        events=events,
        chain=chain,
        standing=stands,
        expected=expected(events, stands, rules.model, today, rules.usual),
        windows=windows_of(
            given, events, chain=chain, procedure=traits.procedure, rules=rules.windows, today=today
        ),
        deciders=deciders_of(
            Said(each.source, each.kind, each.bodies, "\n".join(each.summary.values()), each.attachments)
            for each in own
        ),
    )


class Stepped(Protocol):
    """A document as far as the way of its file hangs on it."""

    @property
    def source(self) -> str:
        """The id of the source that shows it."""

    @property
    def key(self) -> str:
        """The source's own id of it."""

    @property
    def kind(self) -> str:
        """What it is (`spiders.finding.Kind`)."""

    @property
    def published(self) -> date | None:
        """The day it is dated; None: undated."""

    @property
    def identifiers(self) -> tuple[Identifier, ...]:
        """Numbers it carries."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Dated steps that it tells of."""


def dated(one: Stepped, model: Model) -> list[Dated]:
    """The days of a document; one without steps of its own may be a step by its publication."""
    if one.steps:
        return [Dated(step.date, step.code, one.source, one.kind) for step in one.steps]
    code = model.implied(one.kind, one.key) if one.published else None
    return [Dated(one.published, code, one.source, one.kind)] if code and one.published else []


def traits_of(keys: Iterable[str], documents: Iterable[Stepped]) -> Traits:
    """What tells which way a file goes."""
    documents = list(documents)
    names = [name for one in documents for name in one.identifiers if name.relation is Relation.SUBJECT]
    types = [name.value.partition("(")[2].rstrip(")") for name in names if name.scheme == "procedure"]
    celex = {name.value for name in names if name.scheme == "celex"}
    kinds = {one.kind for one in documents}
    if any(key.startswith("com COM") for key in keys):
        # A memo's own number says nothing of the file; its COM number says that it is an EU file.
        kinds |= {"eu-document"}
    return Traits(
        procedure=next((kind for kind in types if kind), ""),
        celex=frozenset(value[_PREPARATORY : _PREPARATORY + 2] for value in celex if value[:1] == "5"),
        kinds=frozenset(kinds),
        codes=frozenset(step.code for one in documents for step in one.steps),
    )


# ---------------------------------------------------------------------------- what moved


@dataclass(frozen=True, slots=True)
class Moved:
    """Var → är: where the file stood for us before (None: nothing had happened), and where it stands now."""

    before: Standing | None
    after: Standing


def moved(one: File, rules: Rules, since: datetime) -> Moved | None:
    """What moved the file since a moment, in events that were not known then or had not happened yet.

    None: it stands where it stood, or all we know of it is new.
    """
    known = [each for each in (*one.documents, *one.packages) if each.first_seen <= since]
    if one.standing is None or not known:
        return None
    events, _ = history((day for each in known for day in _dated_before(each, rules.model, since)), rules.model)
    before = standing(events, one.chain, since.astimezone(ZONE).date())
    if before is not None and _same(before.event, one.standing.event):
        return None
    return Moved(before, one.standing)


def _same(before: Event, after: Event) -> bool:
    """The same step; another source's day for it is no move."""
    return before.step.id == after.step.id and bool(
        {day.date for day in before.dates} & {day.date for day in after.dates}
    )


def _dated_before(one: Document, model: Model, since: datetime) -> list[Dated]:
    """The days that a document had at `since`: what its first later revision of them says was there."""
    later: Sequence[Revision] = [each for each in one.revisions if each.field == "steps" and each.seen_at > since]
    if not later:
        return dated(one, model)
    pairs = later[0].before or []
    return [Dated(date.fromisoformat(day), code, one.source, one.kind) for day, code in pairs]


# ---------------------------------------------------------------------------- measured over the archive


def measure(conn: Connection, model: Model, today: date) -> dict[tuple[str, str], Usual]:
    """The usual days from step to step, over all dossiers."""
    several = (
        select(dossier_document.c.dossier)
        .group_by(dossier_document.c.dossier)
        .having(func.count() > 1)
        .scalar_subquery()
    )
    steps = (
        select(dossier_document.c.dossier, document.c.source, document.c.kind, document_step.c.date)
        .add_columns(document_step.c.code)
        .join(document, document.c.id == dossier_document.c.document)
        .join(document_step, document_step.c.document == document.c.id)
    )
    by_dossier: dict[int, list[Dated]] = defaultdict(list)
    for row in conn.execute(steps):
        by_dossier[row.dossier].append(Dated(row.date, row.code, row.source, row.kind))
    without = (
        select(dossier_document.c.dossier, document.c.source, document.c.kind, document.c.key)
        .add_columns(document.c.published)
        .join(document, document.c.id == dossier_document.c.document)
        .outerjoin(document_step, document_step.c.document == document.c.id)
        .where(
            dossier_document.c.dossier.in_(several),
            document_step.c.document.is_(None),
            document.c.published.is_not(None),
        )
    )
    for row in conn.execute(without):
        code = model.implied(row.kind, row.key)
        if code:
            by_dossier[row.dossier].append(Dated(row.published, code, row.source, row.kind))
    return usual_lengths((history(days, model)[0] for days in by_dossier.values() if len(days) > 1), today)


def stepping(conn: Connection, after: date, today: date) -> set[int]:
    """Dossiers with a step on a day after `after` until `today`, whenever it was known."""
    query = (
        select(dossier_document.c.dossier)
        .join(document_step, document_step.c.document == dossier_document.c.document)
        .where(document_step.c.date > after, document_step.c.date <= today)
    )
    return set(conn.execute(query.distinct()).scalars())


def waiting(conn: Connection, rules: Rules, today: date) -> set[int]:
    """Dossiers that a rule gives a window which is open on `today`, though no document states it."""
    after = {rule.after: _longest(rule) for rule in rules.windows.rule}
    query = (
        select(dossier_document.c.dossier, document_step.c.date, document_step.c.code, document.c.kind)
        .join(document_step, document_step.c.document == dossier_document.c.document)
        .join(document, document.c.id == dossier_document.c.document)
        .where(document_step.c.date.between(today - max(after.values(), default=timedelta(0)), today))
    )
    likely = {
        row.dossier
        for row in conn.execute(query.distinct())
        if (step := rules.model.step_of(row.code, row.kind)) is not None
        and step.id in after
        and row.date >= today - after[step.id]
    }
    return {
        number
        for number, one in load_files(conn, likely, rules, today, since=datetime.max.replace(tzinfo=UTC)).items()
        if any(each.basis and (each.window.closes is None or each.window.closes >= today) for each in one.windows)
    }


def _longest(rule: Rule) -> timedelta:
    """How long after its step a window of a rule may be open."""
    return timedelta(weeks=rule.weeks) if rule.weeks is not None else timedelta(days=rule.forget or _ENDLESS)


def nearing(conn: Connection, rules: Rules, today: date, days: int) -> set[int]:
    """Dossiers with a last day until `days` from `today` that no document states as a window.

    Those of rules follow a step by some weeks; the day for national law is a step itself.
    """
    after = {rule.after: timedelta(weeks=rule.weeks) for rule in rules.windows.rule if rule.weeks is not None}
    after[TRANSPOSITION] = timedelta(0)
    found: set[int] = set()
    for span in sorted(set(after.values())):
        query = (
            select(dossier_document.c.dossier, document_step.c.code, document.c.kind)
            .join(document_step, document_step.c.document == dossier_document.c.document)
            .join(document, document.c.id == dossier_document.c.document)
            .where(document_step.c.date.between(today - span, today - span + timedelta(days=days)))
        )
        for row in conn.execute(query.distinct()):
            step = rules.model.step_of(row.code, row.kind)
            if step is not None and after.get(step.id) == span:
                found.add(row.dossier)
    return found
