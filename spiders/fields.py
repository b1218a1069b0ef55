"""Records of a JSON source, read field by field; what is missing, left over or of another type is said.

A parser pops every field that it knows from a `Fields`. At the end the `Audit` says which fields nobody asked
for (the source has grown) and which ones that we rely on were not there (the source has shrunk), counted over
all records of a page, so that 500 equal rows give one warning:

    audit = Audit("g0v")
    for row in audit.records(payload, "faktapromemoria"):
        title = row.need_str("title")                   # Drifted where absent, null or no text
        updated = row.opt_date("updated")               # warning where absent, None where null
        summary = row.opt_str("summary", sometimes=True)  # warning only where no record has it
        files = [(file.need_str("name"), file.need_str("url")) for file in row.items("attachments")]
        row.ignore("authorMail")                        # known and unwanted
    warnings = audit.warnings()
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any, TypeVar

from spiders.platform import Drifted

Value = TypeVar("Value")

SENTINELS = frozenset({date(1001, 1, 1), date(1900, 1, 1), date(9999, 12, 31)})
"""Dates that services write for "none" (seen at CELLAR and Vinnova)."""

_DAY = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})(?=$|[ T])")
_INDEX = re.compile(r"\[\d+\]")


class Audit:
    """Collects what the records of one page lacked or had too much of; `name` begins every path."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self._open: list[Fields] = []
        self._records: Counter[str] = Counter()
        self._missing: Counter[tuple[str, str]] = Counter()
        self._null: Counter[tuple[str, str]] = Counter()
        self._sometimes: set[tuple[str, str]] = set()
        self._notes: Counter[str] = Counter()
        self._unexpected: Counter[str] = Counter()

    def record(self, value: object, path: str = "") -> "Fields":
        """`value` as one record at `path`.

        Raises:
            Drifted: `value` is no JSON object.
        """
        return Fields(value, self._full(path), self)

    def records(self, value: object, path: str = "") -> "list[Fields]":
        """`value` as a list of records; an object alone counts as a list of one, null as none.

        Raises:
            Drifted: `value` is something else, or an element is no JSON object.
        """
        full = self._full(path)
        return [Fields(item, f"{full}[{number}]", self) for number, item in enumerate(_listed(value, full))]

    def note(self, warning: str) -> None:
        """Add a warning of the parser's own; equal ones are counted."""
        self._notes[warning] += 1

    def settle(self) -> None:
        """Count the fields that nobody asked for in the records read so far, and let go of the records.

        A page of ten thousand records is settled record by record, so that none is held longer than needed.
        """
        for fields in self._open:
            self._unexpected.update(f"{_plain(fields.path)}.{key}".lstrip(".") for key in fields.left())
        self._open.clear()

    def warnings(self) -> tuple[str, ...]:
        """Everything that somebody should know about the records read so far, each kind once, with counts."""
        self.settle()
        told = [_times(note, count) for note, count in self._notes.items()]
        for (path, key), count in self._missing.items():
            total = self._records[path]
            if (path, key) not in self._sometimes or count == total:
                where = f" in {count} of {total} records" if total > 1 else ""
                told.append(f"missing field {f'{path}.{key}'.lstrip('.')}{where}")
        for (path, key), count in self._null.items():
            total = self._records[path]
            if count + self._missing[path, key] == total:
                where = f" in each of {total} records" if total > 1 else ""
                told.append(f"field {f'{path}.{key}'.lstrip('.')}: null{where}")
        told += [_times(f"unexpected field {path}", count) for path, count in self._unexpected.items()]
        return tuple(told)

    def _full(self, path: str) -> str:
        return f"{self.name}.{path}" if self.name and path else self.name or path

    def _opened(self, fields: "Fields") -> None:
        self._open.append(fields)
        self._records[_plain(fields.path)] += 1

    def _absent(self, fields: "Fields", key: str, sometimes: bool) -> None:
        place = (_plain(fields.path), key)
        self._missing[place] += 1
        if sometimes:
            self._sometimes.add(place)

    def _nothing(self, fields: "Fields", key: str) -> None:
        self._null[_plain(fields.path), key] += 1


class Fields:
    """One JSON object whose fields are taken one by one. Texts are stripped; "" and null mean "none".

    `need_…` raises `Drifted` where the field is absent, null, empty or of another type. `opt_…` gives None and
    leaves a warning where the field is absent (with `sometimes`: where it is absent from every record of its
    path), of another type, or null in every record that has it: a source that stops filling a field does not
    look otherwise. `nullable` is for fields of which that is known to mean nothing.
    """

    def __init__(self, record: object, path: str = "", audit: Audit | None = None) -> None:
        if not isinstance(record, Mapping):
            raise Drifted(f"{path or 'record'}: expected an object, got {_kind(record)}")
        self.path = path
        self.audit = audit or Audit()
        self._record: Mapping[str, Any] = record
        self._taken: set[str] = set()
        self.audit._opened(self)

    def __contains__(self, key: str) -> bool:
        """Whether the record has `key`, also with null; asking does not take it."""
        return key in self._record

    def left(self) -> list[str]:
        """The fields that nobody has asked for."""
        return [key for key in self._record if key not in self._taken]

    def ignore(self, *keys: str) -> None:
        """Take fields that are known and unwanted; they may be absent."""
        self._taken.update(keys)

    def where(self, key: str) -> str:
        """The path of `key`, for messages."""
        return f"{self.path}.{key}" if self.path else key

    def take(self, key: str, *, sometimes: bool = False, nullable: bool = False) -> Any:
        """The raw JSON value; None where absent (warned of) or null."""
        self._taken.add(key)
        if key not in self._record:
            self.audit._absent(self, key, sometimes)
            return None
        value = self._record[key]
        if value is None and not nullable:
            self.audit._nothing(self, key)
        return value

    def opt_str(
        self, key: str, *, sometimes: bool = False, nullable: bool = False, numbers: bool = False
    ) -> str | None:
        """Text; with `numbers` a number is taken as its digits."""
        value = self.take(key, sometimes=sometimes, nullable=nullable)
        if numbers and isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if value is None or isinstance(value, str):
            return (value or "").strip() or None
        self._other(key, "text", value)
        return None

    def need_str(self, key: str) -> str:
        """Text that is not empty."""
        return self._needed(key, self.opt_str(key), "text")

    def opt_int(self, key: str, *, sometimes: bool = False, nullable: bool = False) -> int | None:
        """A whole number; `7.0` and `"7"` count (services differ from day to day)."""
        value = self.take(key, sometimes=sometimes, nullable=nullable)
        if value is None or value == "":
            return None
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            try:
                number = float(value)
                if number.is_integer():
                    return int(value) if isinstance(value, int) else int(number)
            except (ValueError, OverflowError):
                pass
        self._other(key, "a whole number", value)
        return None

    def need_int(self, key: str) -> int:
        """A whole number."""
        return self._needed(key, self.opt_int(key), "a whole number")

    def opt_bool(self, key: str, *, sometimes: bool = False, nullable: bool = False) -> bool | None:
        """A truth value."""
        value = self.take(key, sometimes=sometimes, nullable=nullable)
        if value is None or isinstance(value, bool):
            return value
        self._other(key, "true or false", value)
        return None

    def opt_date(self, key: str, *, sometimes: bool = False, nullable: bool = False) -> date | None:
        """The day of `2026-09-01`, `2026/09/01`, alone or followed by a time; a sentinel counts as none."""
        value = self.take(key, sometimes=sometimes, nullable=nullable)
        if value is None or value == "":
            return None
        day = parse_day(value) if isinstance(value, str) else None
        if day is None:
            self._other(key, "a date", value)
        return None if day is None or day in SENTINELS else day

    def need_date(self, key: str) -> date:
        """A day that is no sentinel."""
        return self._needed(key, self.opt_date(key), "a date")

    def opt_moment(
        self, key: str, zone: tzinfo, *, sometimes: bool = False, nullable: bool = False
    ) -> datetime | None:
        """An aware moment of `2026/09/01 23:59:59` or ISO 8601; without offset it is a clock in `zone`."""
        value = self.take(key, sometimes=sometimes, nullable=nullable)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                moment = datetime.fromisoformat(value.strip().replace("/", "-"))
            except ValueError:
                self._other(key, "a moment", value)
                return None
            if moment.date() in SENTINELS:
                return None
            if not 1800 <= moment.year <= 2999:
                # Nothing happened then, and the first and last years cannot be turned into UTC.
                self._other(key, "a moment", value)
                return None
            return moment if moment.tzinfo else moment.replace(tzinfo=zone)
        self._other(key, "a moment", value)
        return None

    def need_record(self, key: str) -> "Fields":
        """An object within the object."""
        value = self.take(key)
        if not isinstance(value, Mapping):
            raise Drifted(f"{self.where(key)}: expected an object, got {self._got(key)}")
        return Fields(value, self.where(key), self.audit)

    def opt_record(self, key: str, *, sometimes: bool = False, nullable: bool = False) -> "Fields | None":
        """An object within the object; None where absent, null or empty text."""
        value = self.take(key, sometimes=sometimes, nullable=nullable)
        if value is None or value == "":
            return None
        if not isinstance(value, Mapping):
            self._other(key, "an object", value)
            return None
        return Fields(value, self.where(key), self.audit)

    def items(self, key: str, *, sometimes: bool = False, nullable: bool = False) -> "list[Fields]":
        """Objects within the object: a list, one alone, or none (null, "", absent).

        Raises:
            Drifted: something else stands there, or an element is no object.
        """
        path = self.where(key)
        elements = _listed(self.take(key, sometimes=sometimes, nullable=nullable), path)
        return [Fields(item, f"{path}[{number}]", self.audit) for number, item in enumerate(elements)]

    def need_items(self, key: str) -> "list[Fields]":
        """As `items`, for a list that may be empty but not absent or null.

        Raises:
            Drifted: as `items`, or the field is absent or null.
        """
        if self._record.get(key) is None:
            self._taken.add(key)
            raise Drifted(f"{self.where(key)}: expected a list, got {self._got(key)}")
        return self.items(key)

    def strings(
        self,
        key: str,
        *,
        sometimes: bool = False,
        nullable: bool = False,
        numbers: bool = False,
        alone: bool = True,
    ) -> tuple[str, ...]:
        """Texts: a list, one alone, or none. Empty ones are dropped.

        Args:
            key: the field.
            sometimes: not every record has it.
            nullable: null is how the source says that there are none.
            numbers: numbers are taken as their digits.
            alone: the source writes one text without a list; else it is taken too, and said.
        """
        values = self.take(key, sometimes=sometimes, nullable=nullable)
        if values is None:
            return ()
        if not isinstance(values, list):
            if not alone:
                self._other(key, "a list of texts", values)
            values = [values]
        texts = []
        for value in values:
            if isinstance(value, str) or (
                numbers and isinstance(value, int | float) and not isinstance(value, bool)
            ):
                texts.append(str(value).strip())
            else:
                self._other(key, "texts", value)
        return tuple(text for text in texts if text)

    def _needed(self, key: str, value: Value | None, expected: str) -> Value:
        if value is None:
            raise Drifted(f"{self.where(key)}: expected {expected}, got {self._got(key)}")
        return value

    def _other(self, key: str, expected: str, value: object) -> None:
        self.audit.note(f"field {_plain(self.where(key))}: expected {expected}, got {_kind(value)}")

    def _got(self, key: str) -> str:
        return _kind(self._record[key]) if key in self._record else "nothing (the field is missing)"


def parse_day(text: str) -> date | None:
    """The day that `text` begins with (`2026-09-01`, `2026/09/01 23:59:59`); None where there is none."""
    match = _DAY.match(text.strip())
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _listed(value: object, path: str) -> Iterable[object]:
    if value is None or value == "":
        return []
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, list):
        return value
    raise Drifted(f"{path or 'record'}: expected a list or an object, got {_kind(value)}")


def _kind(value: object) -> str:
    if isinstance(value, str):
        return f"text {value[:40]!r}" if value.strip() else "empty text"
    if isinstance(value, bool | int | float):
        return repr(value)[:40]
    if value is None:
        return "null"
    return (
        "a list"
        if isinstance(value, list)
        else "an object"
        if isinstance(value, Mapping)
        else type(value).__name__
    )


def _plain(path: str) -> str:
    return _INDEX.sub("[]", path)


def _times(text: str, count: int) -> str:
    return f"{text} ({count} times)" if count > 1 else text
