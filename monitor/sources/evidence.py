"""The evidence of documents as a WARC file (ISO 28500): the responses they rest on, as they were received.

Every response is a `response` record, and a `metadata` record beside it says what the archive knows of it: the
sha256 of the body as received, and whether personal data were blanked in the body that is given. A response whose
body is no longer kept has its `metadata` record alone.
"""

import gzip
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from monitor.archive.captures import captures_of_document
from monitor.errors import MonitorError
from spiders.finding import Capture

_ENCODED = frozenset({"content-encoding", "transfer-encoding", "content-length"})
"""Headers that speak of the body on the wire; kept under another name, as archiving tools do."""


class EvidenceError(MonitorError):
    """There is no evidence to write; the message says why."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: `responses` with their bodies, `redacted` of them, and `bare` ones without a body."""

    responses: int
    redacted: int
    bare: int


def evidence_of(conn: Connection, documents: Iterable[int]) -> tuple[Capture, ...]:
    """The responses that the documents and their revisions rest on, oldest first, each once.

    Raises:
        EvidenceError: they rest on none (added by hand).
    """
    found = {one for number in documents for one in map(_Key, captures_of_document(conn, number))}
    if not found:
        raise EvidenceError("nothing was received for it: it was added by hand")
    return tuple(key.capture for key in sorted(found, key=lambda key: (key.capture.fetched_at, key.capture.url)))


def write_warc(captures: Sequence[Capture], folder: Path, target: Path, *, about: str, now: datetime) -> Exported:
    """Write `captures` to `target`, compressed if its name ends with `.gz`; the file is whole or not there.

    Args:
        captures: what to write.
        folder: where bodies are kept.
        target: the file; one that exists is replaced.
        about: what it is the evidence of; stands in the file's first record.
        now: the moment of the export (aware).

    Raises:
        OSError: the file cannot be written.
    """
    from warcio.warcwriter import WARCWriter

    counts = {"responses": 0, "redacted": 0, "bare": 0}
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            writer = WARCWriter(file, gzip=target.suffix == ".gz")
            said = {
                "software": f"Utblick {version('utblick')}",
                "format": "WARC File Format 1.0",
                "description": about,
            }
            info = writer.create_warcinfo_record(target.name, said)
            info.rec_headers.replace_header("WARC-Date", _moment(now))
            writer.write_record(info)
            for capture in captures:
                _write(writer, capture, folder, counts)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    part.chmod(0o644)
    part.replace(target)
    return Exported(**counts)


@dataclass(frozen=True, slots=True)
class _Key:
    """A capture as a member of a set; its headers are a mapping, which has no hash."""

    capture: Capture

    def __hash__(self) -> int:
        return hash((self.capture.url, self.capture.sha256, self.capture.fetched_at))


def _write(writer: Any, capture: Capture, folder: Path, counts: dict[str, int]) -> None:
    body = _body(capture, folder)
    concurrent = {}
    if body is None:
        counts["bare"] += 1
    else:
        with body:
            # With a length it writes from our stream; without one it leaves a temporary file open.
            length = body.seek(0, SEEK_END)
            body.seek(0)
            record = writer.create_warc_record(
                capture.url,
                "response",
                payload=body,
                length=length,
                http_headers=_http_headers(capture),
                warc_headers_dict={"WARC-Date": _moment(capture.fetched_at)},
            )
            writer.write_record(record)
        counts["responses"] += 1
        counts["redacted"] += capture.redacted
        concurrent = {"WARC-Concurrent-To": record.rec_headers.get_header("WARC-Record-ID")}
    fields = {
        "sha256-as-received": capture.sha256,
        "bytes-as-received": capture.size,
        "method": capture.method,
        "status": capture.status,
        "body": "not kept" if body is None else "personal data blanked" if capture.redacted else "as received",
    }
    said = "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode()
    writer.write_record(
        writer.create_warc_record(
            capture.url,
            "metadata",
            payload=BytesIO(said),
            length=len(said),
            warc_content_type="application/warc-fields",
            warc_headers_dict={"WARC-Date": _moment(capture.fetched_at), **concurrent},
        )
    )


def _body(capture: Capture, folder: Path) -> gzip.GzipFile | None:
    """The kept body to read from; None where there is none any more."""
    if capture.stored is None or not (folder / capture.stored).exists():
        return None
    return gzip.open(folder / capture.stored)


def _http_headers(capture: Capture) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    try:
        phrase = HTTPStatus(capture.status).phrase
    except ValueError:
        phrase = ""
    # The archive keeps bodies unpacked, so what the headers say of the wire no longer holds for them.
    headers = [
        (f"x-archive-orig-{name}" if name in _ENCODED else name, " ".join(value.split()))
        for name, value in capture.headers.items()
    ]
    return StatusAndHeaders(f"{capture.status} {phrase}".rstrip(), headers, protocol="HTTP/1.1")


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
