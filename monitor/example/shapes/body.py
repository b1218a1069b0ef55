"""What every shape makes: one answer of a service, as it looked on one day."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Content = Mapping[str, Any]
"""A hand-written TOML file of `content/`, as read."""


@dataclass(frozen=True, slots=True)
class Body:
    """One answer. `file` lies below the platform's folder and gets the day before its ending."""

    platform: str
    file: str
    url: str
    content_type: str
    language: str
    day: date
    data: bytes
    note: str
    status: int = 200
    method: str = "GET"
    request: str | None = None
    """The body of the request that is answered."""


def as_json(value: object) -> bytes:
    """`value` as a service sends it, with line breaks so that people can read what changed."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a hand-written text; a line break within one is a space."""
    return [part.replace("\n", " ") for part in text.strip().split("\n\n")]


def as_html(text: str) -> str:
    """The paragraphs of a hand-written text as HTML (the texts contain no markup of their own)."""
    return "\n".join(f"<p>{part}</p>" for part in paragraphs(text))


def changed(bodies: Iterable[Body]) -> Iterator[Body]:
    """Of equal answers of one address on following days only the first: the library serves it until it changes."""
    last: dict[tuple[str, str | None], tuple[int, bytes]] = {}
    for body in bodies:
        asked, answer = (body.url, body.request), (body.status, body.data)
        if last.get(asked) != answer:
            last[asked] = answer
            yield body
