"""Which documents are about one file: pure rules, the same result whatever order documents came in.

Documents and keys are the nodes of a graph; only the relation `subject` is an edge, so a dossier is a connected
part of it. Three things never join: a package (it is linked to each of its files), a number that documents tie
to different files, and two procedures. What contradicts itself is cut by rules that look at the graph alone and
is reported; nothing is decided by who came first.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from spiders.finding import Identifier, Relation
from spiders.joins import celex_of, com_of, of_dok_id, procedure_key

PROCEDURE, COM, ACT = "procedure", "com", "act"
FILES = (PROCEDURE, COM, ACT)
"""Kinds of key that name an EU file; all others are numbers of papers."""
_SILENT = frozenset({"press", "reference"})
"""Schemes that name a paper of no file, or nothing that anybody else uses."""
_ACCOMPANYING = ("SWD(", "SEC(")
_ONE_SERIES = 2015
"""Since this year regulations, directives and decisions share one series of numbers (OJ, 1 January 2015)."""
_ACT = re.compile(r"\([^)]*\) (\d{4})/(\d+)")
_CELEX = re.compile(r"[03](\d{4})([RLDHO])(\d{4})(?:R?\(\d\d\))?(?:-\d{8})?")


def key_of(identifier: Identifier) -> str | None:
    """The key of an identifier: `procedure 2022/0345`, `com COM(2022) 541`, `act 2024/3019`; None: joins nothing.

    Consolidated versions and corrigenda belong to their act. Before 2015 an act's number alone does not tell
    regulation and directive apart, so its CELEX is the key, where it has but one.
    """
    scheme, value = identifier.scheme, identifier.value
    if scheme in _SILENT or (scheme == "fpm" and ":" not in value):
        return None
    if (procedure := procedure_key(identifier)) is not None:
        return f"{PROCEDURE} {procedure[0]}/{procedure[1]:04}"
    named = of_dok_id(value) if scheme == "dok-id" else com_of(value) if scheme == "celex" else None
    if named is not None:
        return key_of(named)
    return (
        _act_of_celex(value) if scheme == "celex" else _act(identifier) if scheme == "act" else f"{scheme} {value}"
    )


def _act(identifier: Identifier) -> str:
    year = _ACT.fullmatch(identifier.value)
    if year and int(year[1]) >= _ONE_SERIES:
        return f"{ACT} {year[1]}/{int(year[2])}"
    possible = celex_of(identifier)
    return f"{ACT} {possible[0]}" if len(possible) == 1 else f"{ACT} {identifier.value}"


def keys_of(identifier: Identifier) -> tuple[str, ...]:
    """Every key that a name which a person typed may mean, the likeliest first."""
    first = key_of(identifier)
    others = (_act_of_celex(one) for one in celex_of(identifier)) if identifier.scheme == "act" else ()
    return tuple(dict.fromkeys(key for key in (first, *others) if key))


def _act_of_celex(value: str) -> str:
    match = _CELEX.fullmatch(value)
    if match is None:
        return f"celex {value}"
    if int(match[1]) >= _ONE_SERIES:
        return f"{ACT} {match[1]}/{int(match[3])}"
    return f"{ACT} 3{match[1]}{match[2]}{match[3]}"


def kind_of_key(key: str) -> str:
    """The first word of a key: its scheme."""
    return key.partition(" ")[0]


def names_file(key: str) -> bool:
    """Whether a key names an EU file: procedure, COM or JOIN number, act; papers that accompany one do not."""
    scheme, _, value = key.partition(" ")
    return scheme in FILES and not value.startswith(_ACCOMPANYING)


def weight(key: str) -> tuple[bool, int, str]:
    """An order of keys: names of files first, procedures before proposals before acts."""
    kind = kind_of_key(key)
    return not names_file(key), FILES.index(kind) if kind in FILES else len(FILES), key


def relations(identifiers: Iterable[Identifier], own: str | None = None) -> dict[str, Relation]:
    """The keys of a document with the relation that counts; of several the strongest.

    A document "about" two procedures, or about two proposals without a procedure, is about a package. One whose
    identifiers join nothing is known by `own`, if it is a file by itself.
    """
    found: dict[str, Relation] = {}
    order = list(Relation)
    for identifier in identifiers:
        key = key_of(identifier)
        if key is not None and (key not in found or order.index(identifier.relation) < order.index(found[key])):
            found[key] = identifier.relation
    about = [key for key, relation in found.items() if relation is Relation.SUBJECT and names_file(key)]
    by_kind = {kind: [key for key in about if kind_of_key(key) == kind] for kind in FILES}
    procedures = by_kind[PROCEDURE]
    if len(procedures) > 1 or (not procedures and max(len(by_kind[COM]), len(by_kind[ACT])) > 1):
        found |= dict.fromkeys(about, Relation.PACKAGE)
    if own is not None and Relation.SUBJECT not in found.values():
        found[own] = Relation.SUBJECT
    return found


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as joining sees it: what it is about, says itself or a person, and the files of its package."""

    id: int
    subjects: frozenset[str]
    packages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Group:
    """What makes one dossier: the documents about it, its keys, and the packages that it is part of."""

    documents: frozenset[int]
    keys: frozenset[str]
    packages: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, order=True)
class Conflict:
    """A key that sources tie to different files; it joins none of them."""

    key: str
    claims: tuple[str, ...]
    documents: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.key} is tied to {' and to '.join(self.claims)}; nothing was joined by it"


@dataclass(frozen=True, slots=True)
class Partition:
    """Every document with a subject in exactly one group, every key in exactly one group."""

    groups: tuple[Group, ...]
    conflicts: tuple[Conflict, ...]


Node = int | str
Graph = dict[Node, set[Node]]


def partition(papers: Collection[Paper]) -> Partition:
    """The groups that `papers`, each once, make."""
    graph: Graph = defaultdict(set)
    contested = _contested_numbers(papers)
    apart = {(document, one.key) for one in contested for document in one.documents}
    for paper in papers:
        for key in paper.subjects | paper.packages:
            graph.setdefault(key, set())
        for key in paper.subjects:
            if (paper.id, key) not in apart:
                _connect(graph, paper.id, key)
        if paper.subjects:
            graph.setdefault(paper.id, set())
    parts: list[frozenset[Node]] = []
    conflicts = list(contested)
    for component in _components(graph, graph):
        split, found = _one_procedure_each(graph, component)
        parts += split
        conflicts += found
    return Partition(tuple(_groups(parts, papers)), tuple(sorted(conflicts)))


def _connect(graph: Graph, one: Node, other: Node) -> None:
    graph[one].add(other)
    graph[other].add(one)


def _contested_numbers(papers: Iterable[Paper]) -> list[Conflict]:
    """Numbers of papers that documents tie to different files: a memo's number on two memos (a source's slip)."""
    holders: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        if any(names_file(key) for key in paper.subjects):
            for key in paper.subjects:
                if not names_file(key):
                    holders[key].append(paper)
    found = []
    for key, some in holders.items():
        stated = [_files(paper) for paper in some]
        if any(_differ(one, other) for place, one in enumerate(stated) for other in stated[:place]):
            claims = sorted(
                {" = ".join(sorted(file for files in one.values() for file in files)) for one in stated}
            )
            found.append(Conflict(key, tuple(claims), tuple(sorted(paper.id for paper in some))))
    return found


def _files(paper: Paper) -> dict[str, frozenset[str]]:
    named = [key for key in paper.subjects if names_file(key)]
    return {kind: frozenset(key for key in named if kind_of_key(key) == kind) for kind in FILES}


def _differ(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> bool:
    """Whether two documents name different files, by the first kind of number that both have."""
    for kind in FILES:
        if one[kind] and other[kind]:
            return not one[kind] & other[kind]
    return False


def _one_procedure_each(graph: Graph, component: frozenset[Node]) -> tuple[list[frozenset[Node]], list[Conflict]]:
    """Cut a component with several procedures: each node goes to the procedure it is nearest to.

    What is equally near to two belongs to neither, and leads to neither.
    """
    seeds = sorted(node for node in component if isinstance(node, str) and kind_of_key(node) == PROCEDURE)
    if len(seeds) < 2:
        return [component], []
    label: dict[Node, str] = {seed: seed for seed in seeds}
    torn: dict[Node, set[str]] = {}
    front: set[Node] = set(seeds)
    while front:
        reached: dict[Node, set[str]] = defaultdict(set)
        for node in front:
            for beside in graph[node]:
                if beside not in label and beside not in torn:
                    reached[beside].add(label[node])
        torn |= {node: claims for node, claims in reached.items() if len(claims) > 1}
        settled = {node: next(iter(claims)) for node, claims in reached.items() if len(claims) == 1}
        label |= settled
        front = set(settled)
    parts = [frozenset(node for node, own in label.items() if own == seed) for seed in seeds]
    rest = {node for node in component if node not in label}
    parts += _components(graph, rest)
    conflicts = _conflicts(graph, label, torn)
    return parts, conflicts


def _conflicts(graph: Graph, label: Mapping[Node, str], torn: Mapping[Node, set[str]]) -> list[Conflict]:
    """One for every key between two procedures, with the documents that stand beside it."""
    claimed: dict[str, set[str]] = {node: set(claims) for node, claims in torn.items() if isinstance(node, str)}
    for node, own in label.items():
        across = {label[beside] for beside in graph[node] if label.get(beside, own) != own}
        if isinstance(node, str) and across:
            claimed.setdefault(node, {own}).update(across)
    for node, claims in torn.items():
        if isinstance(node, int):
            for beside in graph[node]:
                if isinstance(beside, str):
                    claimed.setdefault(beside, set()).update(claims)
    return [
        Conflict(
            key, tuple(sorted(claims)), tuple(sorted(beside for beside in graph[key] if isinstance(beside, int)))
        )
        for key, claims in claimed.items()
        if len(claims) > 1
    ]


def _components(graph: Graph, nodes: Collection[Node]) -> list[frozenset[Node]]:
    """The connected parts of `graph` within `nodes`."""
    left = set(nodes)
    found = []
    while left:
        front = [left.pop()]
        part = set(front)
        while front:
            for beside in graph[front.pop()]:
                if beside in left:
                    left.remove(beside)
                    part.add(beside)
                    front.append(beside)
        found.append(frozenset(part))
    return found


def _groups(parts: Iterable[frozenset[Node]], papers: Iterable[Paper]) -> Iterable[Group]:
    packages: dict[str, set[int]] = defaultdict(set)
    for paper in papers:
        for key in paper.packages:
            packages[key].add(paper.id)
    for part in parts:
        documents = frozenset(node for node in part if isinstance(node, int))
        keys = frozenset(node for node in part if isinstance(node, str))
        within = frozenset(document for key in keys for document in packages[key]) - documents
        # A key that nobody is about any more (its documents were cut out of it) makes no dossier.
        if documents or within:
            yield Group(documents, keys, within)
