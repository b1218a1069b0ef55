"""One way to find out whether a source can change without anybody hearing of it.

A page is read as it is and then once for each field and each way in which the field can change: removed, renamed,
null, another type; of XML and HTML every element, attribute and class. A mutant is heard if the reading ends as
drift, or a new warning names the field. It is harmless if the reading says the same as before: nobody uses the
field. Whatever else comes out is a change in silence, and `silent` returns it.
"""

import copy
import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree, html

from spiders.finding import Finding
from spiders.platform import Ask, Drifted, Empty, Reading

Read = Callable[[bytes], Reading]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A page with one change. `names` are the words of which a warning must say one."""

    place: str
    change: str
    names: tuple[str, ...]
    body: bytes

    def __str__(self) -> str:
        return f"{self.place} {self.change}"


def silent(read: Read, mutants: Iterator[Mutant], whole: bytes) -> list[str]:
    """The mutants that nobody hears of, each with what came of it; [] = every change is heard."""
    base = read(whole)
    told = _told(base)
    found = []
    for mutant in mutants:
        try:
            reading = read(mutant.body)
        except Drifted as exc:
            if not _names(str(exc), mutant.names):
                found.append(f"{mutant}: drifted without naming it: {exc}")
            continue
        except Empty as exc:
            if mutant.change not in ("removed", "emptied"):
                found.append(f"{mutant}: taken for a list without anything in it: {exc}")
            continue
        said = [warning for warning in reading.warnings if warning not in base.warnings]
        if not any(_names(warning, mutant.names) for warning in said) and _told(reading) != told:
            found.append(f"{mutant}: in silence {said or ''}")
    return found


def unnamed(mutants: Iterator[Mutant]) -> Iterator[Mutant]:
    """For pages for people, which have no names of fields: any new warning says which place is empty."""
    return (replace(mutant, names=()) for mutant in mutants)


def _names(text: str, names: tuple[str, ...]) -> bool:
    return not names or any(
        re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}s?(?![A-Za-z0-9])", text) for name in names
    )


def _told(reading: Reading) -> tuple[object, ...]:
    """What a reading says but for marks of change, which any byte may move."""
    return (
        tuple(map(_unmarked, reading.findings)),
        tuple(map(_unversioned, reading.asks)),
        reading.listed,
        reading.last,
    )


def _unmarked(finding: Finding) -> Finding:
    return replace(finding, version=None)


def _unversioned(ask: Ask) -> Ask:
    return replace(ask, version=None, context={key: told for key, told in ask.context.items() if key != "version"})


# --- JSON

_REMOVED, _RENAMED = object(), object()
Place = tuple[str, ...]


def json_mutants(whole: bytes) -> Iterator[Mutant]:
    """Each field changed in every record that has it; list elements as "[]"."""
    payload = json.loads(whole)
    for path, types in _paths(payload).items():
        named = tuple(part for part in path if part != "[]")[-1:]
        if not named:
            continue
        for change, value in _changes(types, of_list=path[-1] == "[]"):
            mutated = copy.deepcopy(payload)
            _apply(mutated, path, value)
            yield Mutant(".".join(path), change, named, json.dumps(mutated).encode())


def _paths(value: object, path: Place = ()) -> dict[Place, set[type]]:
    found: dict[Place, set[type]] = {}
    children = (
        value.items()
        if isinstance(value, dict)
        else (("[]", one) for one in value)
        if isinstance(value, list)
        else ()
    )
    for key, child in children:
        place = (*path, key)
        found.setdefault(place, set()).add(type(child))
        for deeper, types in _paths(child, place).items():
            found.setdefault(deeper, set()).update(types)
    return found


def _changes(types: set[type], *, of_list: bool) -> Iterator[tuple[str, object]]:
    if not of_list:
        yield "removed", _REMOVED
        yield "renamed", _RENAMED
    if types != {type(None)}:
        yield "null", None
    if str in types:
        yield "text → number", 7
        yield "text → object", {"odd": 1}
    if types & {int, float, bool}:
        yield "number → text", "odd"
        yield "number → list", [{"odd": 1}]
    if list in types:
        yield "list → text", "odd"
        yield "list → number", 7
    if dict in types:
        yield "object → list", ["odd"]
        yield "object → text", "odd"


def _apply(value: Any, path: Place, new: object) -> None:
    key, rest = path[0], path[1:]
    if key == "[]":
        if not isinstance(value, list):
            return
        for number, child in enumerate(value):
            if rest:
                _apply(child, rest, new)
            elif child is not None:
                value[number] = copy.deepcopy(new)
    elif isinstance(value, dict) and key in value:
        if rest:
            _apply(value[key], rest, new)
        elif new is _REMOVED:
            del value[key]
        elif new is _RENAMED:
            value[f"{key}X"] = value.pop(key)
        elif value[key] is not None:
            value[key] = copy.deepcopy(new)


# --- XML and HTML


def xml_mutants(whole: bytes, free: Collection[str] = ()) -> Iterator[Mutant]:
    """Each sort of element changed everywhere: removed, renamed, emptied, its text odd; and its attributes.

    Args:
        whole: a document.
        free: paths (`rss/channel/item/title`) of elements whose text may be anything.
    """
    root = etree.fromstring(whole)
    for path in dict.fromkeys(_path_of(element) for element in root.iter(etree.Element)):
        for change in ("removed", "renamed", "emptied", "odd"):
            if (change == "odd" and path in free) or (change in ("removed", "renamed") and "/" not in path):
                continue
            yield from _mutated(root, path, change)
    yield from _attributes(root, free)


def html_mutants(whole: bytes, free: Collection[str] = (), only: Collection[str] = ()) -> Iterator[Mutant]:
    """As `xml_mutants`, of a page for people; its sorts are classes, and tags where there is no class.

    Args:
        whole: a page.
        free: sorts of elements whose text may be anything.
        only: sorts to change, where the others are text as it pleases the author or too many; () = all.
    """
    root = html.document_fromstring(whole, parser=html.HTMLParser(encoding="utf-8"))
    body = root.find("body")
    assert body is not None
    labels = dict.fromkeys(label for element in body.iter(etree.Element) for label in _labels_of(element))
    for label in [one for one in labels if not only or one in only]:
        for change in ("removed", "renamed", "emptied", "odd"):
            if change != "odd" or label not in free:
                yield from _mutated(root, label, change, as_html=True)
    yield from _attributes(root, free, as_html=True, only=only)


def _mutated(root: Any, label: str, change: str, *, as_html: bool = False) -> Iterator[Mutant]:
    tree = copy.deepcopy(root)
    labelled = [
        one for one in tree.iter(etree.Element) if label in (_labels_of(one) if as_html else (_path_of(one),))
    ]
    # Who empties an element takes away what is in it.
    lost = (
        {_local(child.tag) for one in labelled for child in one.iter(etree.Element)}
        if change == "emptied"
        else set()
    )
    if sum(_change(element, label, change, as_html=as_html) for element in labelled):
        yield Mutant(label, change, (*_named(label), *lost), _written(tree, as_html=as_html))


def _change(element: Any, label: str, change: str, *, as_html: bool) -> bool:
    parent = element.getparent()
    if change == "removed" and parent is not None:
        # What stands behind an element belongs to its parent.
        before = element.getprevious()
        tail = element.tail or ""
        if before is not None:
            before.tail = (before.tail or "") + tail
        else:
            parent.text = (parent.text or "") + tail
        parent.remove(element)
    elif change == "renamed" and as_html and label.startswith("."):
        element.set(
            "class", " ".join(f"{one}X" if one == label[1:] else one for one in element.get("class").split())
        )
    elif change == "renamed":
        element.tag = f"{element.tag}X" if not as_html else "x-other"
    elif change == "emptied" or (change == "odd" and not len(element) and (element.text or "").strip()):
        for child in list(element):
            element.remove(child)
        element.text = "odd" if change == "odd" else None
    else:
        return False
    return True


def _attributes(
    root: Any, free: Collection[str], *, as_html: bool = False, only: Collection[str] = ()
) -> Iterator[Mutant]:
    body = root.find("body") if as_html else root
    found = dict.fromkeys(
        (tag, name)
        for element in body.iter(etree.Element)
        for tag in [element.tag if as_html else _path_of(element)]
        for name in map(str, element.attrib)
        if name != "class" and (not only or f"{tag}@{name}" in only)
    )
    for tag, name in found:
        for change in ("removed", "renamed", *(() if f"{tag}@{name}" in free else ("odd",))):
            tree = copy.deepcopy(root)
            for element in tree.iter(etree.Element):
                if (element.tag if as_html else _path_of(element)) == tag and name in element.attrib:
                    value = element.attrib.pop(name)
                    if change != "removed":
                        element.set(
                            f"{name}X" if change == "renamed" else name, value if change == "renamed" else "odd"
                        )
            yield Mutant(
                f"{tag}@{name}", change, (*_named(tag), name.rpartition("}")[2]), _written(tree, as_html=as_html)
            )


def _written(tree: Any, *, as_html: bool) -> bytes:
    return html.tostring(tree, encoding="utf-8") if as_html else etree.tostring(tree, encoding="utf-8")


def _path_of(element: Any) -> str:
    return "/".join(_local(one.tag) for one in [*reversed(list(element.iterancestors())), element])


def _labels_of(element: Any) -> list[str]:
    classes = [f".{one}" for one in (element.get("class") or "").split()]
    return classes or [element.tag]


def _local(tag: str) -> str:
    return etree.QName(tag).localname


def _named(label: str) -> tuple[str, ...]:
    return tuple(label.split("/")[-2:])
