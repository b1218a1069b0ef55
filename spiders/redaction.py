"""Personal data stays out of stored captures: declared JSON paths are blanked before a body is written.

A path names keys joined by dots; `[]` stands for every element of a list and `**` for any depth:
`publications[].authorMail`, `**.email`. Only the value is replaced, so the shape of the answer stays visible.
"""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

MARK = "[REDACTED]"
"""What stands in a stored capture where a personal value stood."""

_ANY = "**"
_EACH = "[]"


class NotRedactable(ValueError):
    """A body in which declared paths cannot be found because it is not JSON; it must not be stored."""


def redact(body: bytes, paths: tuple[str, ...]) -> tuple[bytes, bool]:
    """`body` without the values at `paths`.

    Args:
        body: as received, decompressed.
        paths: as declared by a platform; none = nothing to do.

    Returns:
        The body to store, and whether anything was taken out. It is the same object if nothing was.

    Raises:
        NotRedactable: paths are declared, and the body is neither JSON nor markup. Markup in place of JSON
            is a bot wall or an error page, without the declared fields, and is kept as evidence.
    """
    if not paths:
        return body, False
    parsed = [_parsed(path) for path in paths]
    try:
        data = json.loads(body)
        found = sum(_blank(data, path) for path in parsed)
    except (ValueError, RecursionError) as exc:
        if body.lstrip()[:1] == b"<":
            return body, False
        raise NotRedactable(f"{len(body)} bytes that are not JSON") from exc
    if not found:
        return body, False
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"), True


def _blank(data: Any, path: tuple[str, ...]) -> int:
    """Replace every value at `path` within `data`; how many there were. `null` and "" hide nobody."""
    here, rest = path[0], path[1:]
    if here == _ANY:
        return _blank(data, rest) + sum(_blank(inner, path) for inner in _children(data))
    if here == _EACH:
        keys: Iterable[Any] = range(len(data)) if isinstance(data, list) else ()
    else:
        keys = (here,) if isinstance(data, dict) and here in data else ()
    count = 0
    for key in keys:
        if rest:
            count += _blank(data[key], rest)
        elif data[key] not in (None, "", MARK):
            data[key] = MARK
            count += 1
    return count


def _children(data: Any) -> Iterator[Any]:
    if isinstance(data, dict):
        yield from data.values()
    elif isinstance(data, list):
        yield from data


@lru_cache
def _parsed(path: str) -> tuple[str, ...]:
    parts: list[str] = []
    for piece in path.split("."):
        key = piece.rstrip("[]")
        if key:
            parts.append(key)
        parts.extend([_EACH] * piece.count(_EACH))
    if not parts or parts[-1] == _ANY:
        raise ValueError(f"redaction path {path!r} names no value")
    return tuple(parts)
