"""How a text is read: hostile or broken input becomes plain tokens whose offsets are those of the original."""

import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from tomllib import loads
from typing import Any

from nlp.assessment import Text

MAX_TITLE = 400
MAX_BODY = 4_000
"""Characters read. The training texts are shorter; more would cost time and add no knowledge."""

_MARKUP = re.compile(r"<[^<>]{1,300}>|&(?:nbsp|amp|lt|gt|quot|#\d{1,6});")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\ufeff\ud800-\udfff]")
_PIECE = re.compile(r"\w+(?:\u00ad+\w+)*|[^\w\s]|\s+")
_ACT = "hys-act:"


@dataclass(frozen=True)
class Publishers:
    """`publishers.toml`: kinds of document with their group, topics with their label."""

    kinds: dict[str, str]
    topics: dict[str, str]

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups of kinds, in the order of the file."""
        return tuple(dict.fromkeys(self.kinds.values()))


def packaged(name: str) -> dict[str, Any]:
    """A TOML file of this package."""
    return loads(files("nlp").joinpath(name).read_text(encoding="utf-8"))


PUBLISHERS = Publishers(**packaged("publishers.toml"))


def clean(text: str, most: int) -> str:
    """At most `most` characters without markup, control signs and odd blanks; every offset stays what it was."""
    text = text[:most]
    if "<" in text or "&" in text:
        text = _MARKUP.sub(lambda match: " " * len(match.group()), text)
    return _BLANK.sub(" ", text)


def title_and_body(text: Text) -> tuple[str, str]:
    """What is read of title and body."""
    return clean(text.title, MAX_TITLE), clean(text.body, MAX_BODY)


def split(string: str) -> tuple[list[str], list[bool]]:
    """The tokens of a string and whether one blank follows each; put together they are the string again."""
    words: list[str] = []
    spaces: list[bool] = []
    for match in _PIECE.finditer(string):
        token = match.group()
        if token.isspace():
            if words and not spaces[-1] and token[0] == " ":
                spaces[-1] = True
                token = token[1:]
            if not token:
                continue
        words.append(token)
        spaces.append(False)
    return words, spaces


def kind_of(text: Text) -> str:
    """The kind of document as the model knows it."""
    return text.genre if text.genre in PUBLISHERS.kinds else "other"


def group_of(text: Text) -> str:
    """The group of kinds on whose scale the text is judged."""
    return PUBLISHERS.kinds[kind_of(text)]


def topics_of(text: Text) -> tuple[str, ...]:
    """Labels of the Have your say topics; they are read with the text."""
    found = []
    for subject in text.subjects:
        scheme, _, value = subject.rpartition(":")
        if scheme == "hys":
            found.append(PUBLISHERS.topics.get(value, value))
        elif not scheme and value in PUBLISHERS.topics:
            found.append(PUBLISHERS.topics[value])
    return tuple(found)


def act_of(text: Text) -> str | None:
    """The type of act that an initiative announces (`hys-act:PROP_REG`)."""
    return next((subject.removeprefix(_ACT) for subject in text.subjects if subject.startswith(_ACT)), None)
