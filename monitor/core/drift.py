"""The shape of an answer, whatever it says: which paths it has, with which types. Pure.

Two answers of one source differ in shape when its owner has changed something, and that is what a repair must
know. Lists count as one element, so that more of the same is no difference.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedIOBase, BytesIO

import ijson

MOST = 5_000
"""Paths of one body; keys that are data (ids as names) would otherwise give one each."""
DEEPEST = 40
MOST_MARKUP = 8_000_000
"""Bytes of a page or XML document that are looked at; as a tree it takes ten times as much memory. JSON is read
whole, as a stream."""

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


def shape_of(body: bytes | BufferedIOBase) -> Shape:
    """The shape of a body: JSON by its keys, markup by elements, attributes and classes, else its kind alone.

    Args:
        body: the bytes, or a stream at its beginning; of one of any length little is held in memory.
    """
    stream = BytesIO(body) if isinstance(body, bytes) else body
    head = stream.read(1_000)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"<":
        paths = _markup(head + stream.read(MOST_MARKUP))
    elif start in (b"{", b"["):
        paths = _json(_Rest(head, stream))
    else:
        return {"$": frozenset({"text" if head.strip() or stream.read(1_000).strip() else "nothing"})}
    found: dict[str, set[str]] = {}
    try:
        for path, kind in paths:
            if path in found:
                found[path].add(kind)
            elif len(found) < MOST:
                found[path] = {kind}
    except ijson.JSONError:
        return {"$": frozenset({"broken JSON"})}
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


class _Rest:
    """A stream of which the beginning was read already; a byte order mark is taken off."""

    def __init__(self, head: bytes, stream: BufferedIOBase) -> None:
        self._head = head.removeprefix(b"\xef\xbb\xbf")
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        """As a file's; the first piece may be shorter than asked for."""
        if not self._head or size == 0:
            return self._stream.read(size) if size else b""
        head, self._head = self._head, b""
        return head


def _json(stream: _Rest) -> Iterator[tuple[str, str]]:
    """Paths with the type of each value.

    Raises:
        ijson.JSONError: it is broken.
    """
    above: list[str] = []  # the path of each object and list around
    place = "$"  # of the value that comes next
    for event, value in ijson.basic_parse(stream, use_float=True):
        if event == "map_key":
            place = f"{above[-1]}.{value}" if len(above) <= DEEPEST else ""
            continue
        if event in ("end_map", "end_array"):
            above.pop()
        else:
            if len(above) <= DEEPEST:
                yield place, _TYPES.get(event) or ("text" if value else "empty text")
            if event in ("start_map", "start_array"):
                above.append(place if len(above) <= DEEPEST else "")
        if event == "start_array" or (above and event != "start_map"):
            place = f"{above[-1]}[]"


_TYPES = {
    "start_map": "object",
    "start_array": "list",
    "boolean": "boolean",
    "number": "number",
    "integer": "number",
    "double": "number",
    "null": "null",
}


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
