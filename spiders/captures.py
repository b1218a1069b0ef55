"""Raw responses as files: gzip, addressed by the sha256 of the body as received, written whole or not at all."""

import gzip
import os
import tempfile
from pathlib import Path

from spiders.finding import Capture
from spiders.platform import Page
from spiders.redaction import NotRedactable, redact

_LEVEL = 5
"""gzip level; 9 takes three times as long for one per cent (feeds and JSON of 20 kB)."""

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
                body, redacted = redact(page.body, redactions)
            except NotRedactable:
                redacted = True
            else:
                stored = f"{sha256[:2]}/{sha256}.gz"
                _write(self._folder / stored, body)
        return Capture(
            url=page.url,
            method=method,
            status=page.status,
            headers={name: value for name, value in page.headers.items() if name not in _PRIVATE_HEADERS},
            fetched_at=page.fetched_at,
            sha256=sha256,
            size=len(page.body),
            redacted=redacted,
            stored=stored,
        )


def read_capture(folder: Path, capture: Capture) -> bytes:
    """The stored body of `capture`.

    Raises:
        FileNotFoundError: it was not stored, or retention has removed it.
        OSError: it cannot be read.
    """
    if capture.stored is None:
        raise FileNotFoundError(f"no body was stored for {capture.url}")
    return gzip.decompress((folder / capture.stored).read_bytes())


def _write(path: Path, body: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # mtime 0: the same body always gives the same file.
    packed = gzip.compress(body, _LEVEL, mtime=0)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(packed)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
