"""Raw responses as files: gzip, addressed by the sha256 of the body as received, written whole or not at all."""

import gzip
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase, BytesIO
from pathlib import Path

from spiders.finding import Capture
from spiders.platform import Page
from spiders.redaction import NotRedactable, redact

_LEVEL = 5
"""gzip level; 9 takes three times as long for one per cent (feeds and JSON of 20 kB)."""

_ABANDONED = 86_400.0
"""Seconds after which nobody writes to a room any more."""

_PRIVATE_HEADERS = frozenset({"set-cookie", "set-cookie2"})


class Captures:
    """The folder of raw responses.

    Args:
        folder: where files go; None keeps nothing and still describes every response.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def keep(self, page: Page, method: str, sha256: str, redactions: tuple[str, ...]) -> Capture:
        """Store `page`, with the values at the JSON paths `redactions` blanked, and describe it.

        A body that cannot be searched for them is described but not stored. `sha256` is that of the body.

        Raises:
            OSError: the folder cannot be written.
        """
        stored, redacted = None, False
        if self._folder is not None:
            try:
                body, redacted = _redacted(page, redactions)
            except NotRedactable:
                redacted = True
            else:
                stored = f"{sha256[:2]}/{sha256}.gz"
                with body:
                    _write(self._folder / stored, body)
        return Capture(
            url=page.url,
            method=method,
            status=page.status,
            headers={name: value for name, value in page.headers.items() if name not in _PRIVATE_HEADERS},
            fetched_at=page.fetched_at,
            sha256=sha256,
            size=page.size,
            redacted=redacted,
            stored=stored,
        )

    @contextmanager
    def room(self) -> Iterator[Path]:
        """An empty file for a body that is too large for memory; it is gone when the block ends.

        Raises:
            OSError: the folder cannot be written.
        """
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            _sweep(self._folder)
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", suffix=".part") as file:
            yield Path(file.name)


@contextmanager
def open_capture(folder: Path, capture: Capture) -> Iterator[BufferedIOBase]:
    """The stored body of `capture` as a stream: it may be longer than memory has room for.

    Raises:
        FileNotFoundError: it was not stored, or retention has removed it.
        OSError: it cannot be read.
    """
    if capture.stored is None:
        raise FileNotFoundError(f"no body was stored for {capture.url}")
    with gzip.open(folder / capture.stored) as body:
        try:
            yield body
        except (EOFError, zlib.error) as exc:
            raise OSError(f"damaged: {exc}") from exc


def read_capture(folder: Path, capture: Capture) -> bytes:
    """The stored body of `capture`.

    Raises:
        FileNotFoundError: it was not stored, or retention has removed it.
        OSError: it cannot be read.
    """
    if capture.stored is None:
        raise FileNotFoundError(f"no body was stored for {capture.url}")
    return gzip.decompress((folder / capture.stored).read_bytes())


def _sweep(folder: Path) -> None:
    """Remove rooms that a process left behind when it was killed; none lives longer than an attempt."""
    for room in folder.glob(".*.part"):
        with suppress(FileNotFoundError):
            if time.time() - room.stat().st_mtime > _ABANDONED:
                room.unlink()


def _redacted(page: Page, redactions: tuple[str, ...]) -> tuple[BufferedIOBase, bool]:
    """The body to store, and whether anything was taken out of it."""
    if page.file is None:
        body, redacted = redact(page.body, redactions)
        return BytesIO(body), redacted
    if redactions:
        raise NotRedactable(f"{page.size} bytes are too many to search them for personal data")
    return page.open(), False


def _write(path: Path, body: BufferedIOBase) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        # mtime 0 and no name: the same body always gives the same file.
        with os.fdopen(handle, "wb") as file, gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
            shutil.copyfileobj(body, packed, 1 << 20)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
