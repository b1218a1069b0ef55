"""A payload library: recorded answers of services, to replay a scan or read every payload without a network.

A library is a folder with `index.jsonl`, one JSON object a line and file, and the files below
`<platform>/<file>`. `scan --replay`, `parse`, the demo and the tests all read this form.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from config.errors import ConfigError

INDEX = "index.jsonl"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PART_NAME = re.compile(r'^Content-Disposition: form-data; name="([^"]+)"', re.MULTILINE)
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded answer, as a line of the index describes it.

    `fetched_at` is None where nobody recorded the day; such an answer is served at any time. `request_body`
    is the canonical form of the body asked with (`canonical_body`). `accept` and `accept_language` are set
    where the address serves several forms and the library says which of them this is.
    """

    platform: str
    file: str
    url: str
    method: str
    request_body: str | None
    status: int
    content_type: str
    fetched_at: datetime | None
    accept: str | None
    accept_language: str | None
    note: str
    number: int
    """Line in the index, from 1."""

    @property
    def name(self) -> str:
        """Path of the file below the library's folder."""
        return f"{self.platform}/{self.file}"

    @property
    def is_part(self) -> bool:
        """Whether the file is only a part of what its address gives (`…/zip#member.xml`): never an answer."""
        return bool(urlsplit(self.url).fragment)


class Library:
    """The recorded answers below one folder.

    Args:
        folder: where `index.jsonl` lies.

    Raises:
        ConfigError: no index there, or a line of it that cannot be read (file and line are named).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows = tuple(_read_index(folder / INDEX))
        self._answers: dict[tuple[str, str], list[Row]] = {}
        for row in self._rows:
            if not row.is_part:
                self._answers.setdefault((row.method, normalise(row.url)), []).append(row)
        for answers in self._answers.values():
            # Rows of one address stand in time order: of those of one day the last is the newest.
            answers.sort(key=lambda row: (row.fetched_at or _EARLIEST, row.number), reverse=True)

    def rows(self) -> tuple[Row, ...]:
        """Every row, in the order of the index."""
        return self._rows

    def holds(self, url: str, method: str = "GET") -> bool:
        """Whether any answer of this address is recorded, at whatever time."""
        return (method.upper(), normalise(url)) in self._answers

    def find(
        self, method: str, url: str, body: str | None, headers: Mapping[str, str], now: datetime
    ) -> Row | None:
        """The answer that this request would have had at `now`.

        Args:
            method: of the request.
            url: its address; compared in normalised form.
            body: its body; None or "" where it has none.
            headers: its headers; only Accept and Accept-Language count, and only where the library gives them.
            now: aware; answers fetched later are not served.

        Returns:
            The newest recorded answer that fits; None if there is none.
        """
        wanted = {name.lower(): value for name, value in headers.items()}
        asked = canonical_body(body)
        for row in self._answers.get((method.upper(), normalise(url)), ()):
            if (
                (row.fetched_at is None or row.fetched_at <= now)
                and row.request_body == asked
                and _agrees(row.accept, wanted.get("accept"))
                and _agrees(row.accept_language, wanted.get("accept-language"))
            ):
                return row
        return None

    def body(self, row: Row) -> bytes:
        """The body as it came over the wire.

        A file name that ends in `.gz` was packed for the library and is unpacked here; a file with another
        name that holds gzip was sent that way by its server and is returned as it is (see `decoded`).

        Raises:
            ConfigError: the file is missing or cannot be unpacked.
        """
        path = self.folder / row.platform / row.file
        try:
            data = path.read_bytes()
            return gzip.decompress(data) if path.suffix == ".gz" else data
        except (OSError, EOFError, zlib.error) as exc:
            raise ConfigError(f"{path}: cannot be read: {exc} ({self.folder / INDEX}:{row.number})") from exc

    def decoded(self, row: Row) -> bytes:
        """The body as a reader gets it: also the gzip of the wire taken off.

        Raises:
            ConfigError: the file is missing or cannot be unpacked.
        """
        data = self.body(row)
        if not sent_packed(data):
            return data
        try:
            return gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as exc:
            raise ConfigError(f"{self.folder / row.name}: not whole gzip: {exc}") from exc


def sent_packed(body: bytes) -> bool:
    """Whether a body of a library was gzip on the wire."""
    return body.startswith(b"\x1f\x8b\x08")


@lru_cache(maxsize=4096)
def normalise(url: str) -> str:
    """The address as a key: order of the query, default port, fragment and percent-encoding do not count."""
    from w3lib.url import canonicalize_url

    parts = urlsplit(canonicalize_url(url))
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").lower()
    netloc = f"[{host}]" if ":" in host else host
    if parts.port is not None and parts.port != _DEFAULT_PORTS.get(scheme):
        netloc = f"{netloc}:{parts.port}"
    return urlunsplit((scheme, netloc, parts.path or "/", parts.query, ""))


def canonical_body(body: object) -> str | None:
    """A request body as a key: JSON without regard to order and white space, anything else as it stands.

    A multipart form counts as the object of its parts, as the index gives it.

    Args:
        body: text as sent, a value that the index gives as JSON, or None.

    Returns:
        None for no body.
    """
    if body is None or body == "":
        return None
    if isinstance(body, str):
        try:
            value = json.loads(body)
        except ValueError:
            parts = _form_parts(body)
            if parts is None:
                return body
            value = parts
    else:
        value = body
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _form_parts(body: str) -> dict[str, Any] | None:
    """The parts of a multipart form whose parts are JSON, by name; None for anything else."""
    boundary = body.partition("\r\n")[0]
    if not boundary.startswith("--"):
        return None
    try:
        return {
            match[1]: json.loads(part.partition("\r\n\r\n")[2])
            for part in body.split(boundary)
            if (match := _PART_NAME.search(part))
        }
    except ValueError:
        return None


def _agrees(recorded: str | None, asked: str | None) -> bool:
    if recorded is None:
        return True
    return _plain(recorded) == _plain(asked or "")


def _plain(header: str) -> str:
    return "".join(header.split()).lower()


def _read_index(path: Path) -> Iterator[Row]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{path}: cannot be read: {exc}; a payload library has this file") from exc
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield _row(json.loads(line), number)
            except (ValueError, KeyError, TypeError, AttributeError) as exc:
                raise ConfigError(f"{path}:{number}: not a row of a payload library: {exc!r}") from exc


def _row(data: Mapping[str, Any], number: int) -> Row:
    row = Row(
        platform=data["platform"],
        file=data["file"],
        url=data["url"],
        method=data.get("method", "GET").upper(),
        request_body=canonical_body(data.get("request_body")),
        status=int(data.get("status", 200)),
        content_type=data.get("content_type") or "",
        fetched_at=_moment(data.get("fetched_at")),
        accept=data.get("accept"),
        accept_language=data.get("accept_language"),
        note=data.get("note") or "",
        number=number,
    )
    normalise(row.url)
    if ".." in Path(row.name).parts or Path(row.name).is_absolute():
        raise ValueError(f"file {row.name!r} lies outside the library")
    return row


def _moment(value: str | None) -> datetime | None:
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
