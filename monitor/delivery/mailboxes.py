"""Messages as mail programs keep them: one file, an mbox, a Maildir, a folder of `.eml` files."""

import mailbox
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from monitor.delivery.reports import MOST_BYTES
from monitor.errors import MonitorError


class MailboxError(MonitorError):
    """A mailbox cannot be read; one line."""


def messages(place: Path) -> Iterator[bytes]:
    """Every message in a file or folder, cut a byte after what a report may have; nothing is changed there.

    Raises:
        MailboxError: there is no such place, or it is none of the four forms.
    """
    try:
        if not place.is_dir():
            yield from _file(place)
        elif (place / "new").is_dir() and (place / "cur").is_dir():
            for folder in ("new", "cur"):
                yield from _each(sorted((place / folder).iterdir()))
        else:
            found = sorted(place.glob("*.eml"))
            if not found and any(place.iterdir()):
                raise MailboxError(f"{place}: neither a Maildir (new/ and cur/) nor a folder of .eml files")
            yield from _each(found)
    except OSError as exc:
        raise MailboxError(f"{place}: {exc.strerror or exc}") from exc


def one_message(stream: BinaryIO) -> bytes:
    """The message on a stream, as a mail server hands it to a program."""
    return stream.read(MOST_BYTES + 1)


def _file(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        if stream.read(5) != b"From ":
            stream.seek(0)
            yield one_message(stream)
            return
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            with box.get_file(key) as stream:
                yield stream.read(MOST_BYTES + 1)
    finally:
        box.close()


def _each(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        try:
            # A message that another program moves or removes meanwhile is read the next time, or was read before.
            if stat.S_ISREG(path.lstat().st_mode):
                with path.open("rb") as stream:
                    yield one_message(stream)
        except FileNotFoundError:
            continue
