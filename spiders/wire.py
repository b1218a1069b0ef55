"""JSON forms of what crosses a process or is kept in a JSON column.

Dates are ISO 8601. Reading is strict: an unknown key, a missing one, a value of another type or outside an
enumeration is an error that names its place; nothing is coerced.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Discriminator, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from spiders.events import Done, Ended, Event, Job, PageRead, Progress
from spiders.finding import Addressees, Attempt, Capture, Finding, Holder, Identifier, Seat, Step, Window
from spiders.platform import Ask, Assignment, Remembered

Form = TypeVar("Form")

for _form in (
    *(Identifier, Step, Window, Addressees, Finding, Seat, Holder, Capture, Attempt),
    *(Ask, Remembered, Assignment),
    *(Job, PageRead, Progress, Ended, Done),
):
    # The dataclasses themselves stay free of pydantic; it looks for its configuration under this name.
    setattr(_form, "__pydantic_config__", ConfigDict(extra="forbid", strict=True))  # noqa: B010  # not declared there

_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Discriminator("event")])


class WireError(Exception):
    """Data that is not in the form it should have; the message names the place."""


def _adapter(form: type[Form]) -> TypeAdapter[Form]:
    if form not in _ADAPTERS:
        _ADAPTERS[form] = TypeAdapter(form)
    return _ADAPTERS[form]


def encode(value: object) -> bytes:
    """One line of compact JSON (UTF-8, no line break) for any dataclass of this module's forms.

    Raises:
        WireError: text that UTF-8 cannot hold (lone surrogates).
    """
    try:
        # `fallback`: empty mappings are read-only views (`finding.NOTHING`), which pydantic does not know.
        return _adapter(type(value)).dump_json(value, fallback=dict, warnings=False)
    except PydanticSerializationError as exc:
        raise WireError(f"{type(value).__name__}: {exc}") from exc


def decode(form: type[Form], data: bytes | str) -> Form:
    """The `form` that `data` (JSON) holds.

    Raises:
        WireError: it does not.
    """
    try:
        return _adapter(form).validate_json(data)
    except ValidationError as exc:
        raise _explained(form.__name__, exc) from exc


def decode_event(line: bytes) -> Event:
    """The event on one line.

    Raises:
        WireError: it is none.
    """
    try:
        return _EVENTS.validate_json(line)
    except ValidationError as exc:
        raise _explained("Event", exc) from exc


def to_data(value: object) -> dict[str, Any]:
    """`value` as plain JSON data (for a JSON column)."""
    data: dict[str, Any] = json.loads(encode(value))
    return data


def from_data(form: type[Form], data: Mapping[str, Any]) -> Form:
    """The `form` that plain JSON data hold.

    Raises:
        WireError: they do not.
    """
    return decode(form, json.dumps(data))


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as `parse --json` shows it (docs/cli.md): what a page is silent about is an empty list."""
    data = to_data(finding)
    for name in ("identifiers", "steps", "windows", "subjects", "bodies", "attachments"):
        data[name] = data[name] or []
    return data


def _explained(form: str, error: ValidationError) -> WireError:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return WireError(f"{form}{f'.{place}' if place else ''}: {first['msg']}")
