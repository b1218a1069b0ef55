"""The shape of an answer, whatever it says: which paths it has, with which types. Pure.

Two answers of one source differ in shape when its owner has changed something, and that is what a repair must
know. Lists count as one element, so that more of the same is no difference.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

MOST = 5_000
"""Paths of one body; keys that are data (ids as names) would otherwise give one each."""
DEEPEST = 40

Shape = Mapping[str, frozenset[str]]
"""Path → types seen there."""


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """A path that has other types than before; none before: it is new, none now: it is gone."""

    path: str
    before: tuple[str, ...]
    now: tuple[str, ...]

    def __str__(self) -> str:
        if not self.before:
            return f"+ {self.path}  {' | '.join(self.now)}"
        if not self.now:
            return f"- {self.path}  {' | '.join(self.before)}"
        return f"~ {self.path}  {' | '.join(self.before)} → {' | '.join(self.now)}"


def shape_of(body: bytes) -> Shape:
    """The shape of a body: JSON by its keys, markup by elements, attributes and classes, else its kind alone."""
    start = body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    found: dict[str, set[str]] = {}
    if start in (b"{", b"["):
        try:
            paths = _json(json.loads(body), "$", 0)
        except (ValueError, RecursionError):
            return {"$": frozenset({"broken JSON"})}
    elif start == b"<":
        paths = _markup(body)
    else:
        return {"$": frozenset({"text" if body.strip() else "nothing"})}
    for path, kind in paths:
        if path in found:
            found[path].add(kind)
        elif len(found) < MOST:
            found[path] = {kind}
    return {path: frozenset(kinds) for path, kinds in found.items()}


def compare(before: Shape, now: Shape) -> tuple[Difference, ...]:
    """What differs, in the order of paths. Below a path that is new or gone nothing further is said."""
    said: list[Difference] = []
    for path in sorted(before.keys() | now.keys()):
        was, is_now = before.get(path, frozenset()), now.get(path, frozenset())
        if was == is_now:
            continue
        one = Difference(path, tuple(sorted(was)), tuple(sorted(is_now)))
        if said and _within(path, said[-1].path) and _same_fate(one, said[-1]):
            continue
        said.append(one)
    return tuple(said)


def _within(path: str, above: str) -> bool:
    return path.startswith(above) and path[len(above) :][:1] in (".", "[", "/", "@")


def _same_fate(one: Difference, above: Difference) -> bool:
    return (not one.before and not above.before) or (not one.now and not above.now)


def _json(value: object, path: str, depth: int) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            yield path, "object"
            if depth < DEEPEST:
                for key, inner in value.items():
                    yield from _json(inner, f"{path}.{key}", depth + 1)
        case list():
            yield path, "list"
            if depth < DEEPEST:
                for inner in value:
                    yield from _json(inner, f"{path}[]", depth + 1)
        case bool():
            yield path, "boolean"
        case int() | float():
            yield path, "number"
        case str():
            yield path, "text" if value else "empty text"
        case _:
            yield path, "null"


def _markup(body: bytes) -> Iterator[tuple[str, str]]:
    from lxml import etree, html

    from spiders.walls import is_html

    try:
        if is_html(body):
            root = html.document_fromstring(body)
        else:
            safe = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
            root = etree.fromstring(body, safe)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        yield "$", "broken markup"
        return
    # By a list of our own, not by recursion: a hostile page nests deeper than Python can.
    waiting = [(root, "")]
    while waiting:
        element, above = waiting.pop()
        if not isinstance(element.tag, str):
            continue  # a comment or processing instruction
        path = f"{above}/{_name(element.tag)}{_classes(element.get('class'))}"
        text = bool((element.text or "").strip())
        yield path, "text" if text else "element"
        for name in element.attrib:
            if name not in ("class", "style"):
                yield f"{path}@{_name(name)}", "text"
        if path.count("/") < DEEPEST:
            waiting += [(child, path) for child in reversed(element)]


def _name(tag: str) -> str:
    """A tag with the last part of its namespace, which tells two vocabularies apart."""
    space, _, local = tag.rpartition("}")
    return f"{{{space.strip('{/').rpartition('/')[2]}}}{local}" if space else local


def _classes(value: str | None) -> str:
    return "".join(f".{name}" for name in sorted((value or "").split())[:4])
