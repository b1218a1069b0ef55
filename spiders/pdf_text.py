"""The text of a PDF, or why it has none. What comes from outside may be broken, locked, endless or a picture."""

import logging
from io import BufferedIOBase
from time import monotonic
from typing import IO, Any, cast

MOST_PAGES = 60
MOST_CHARACTERS = 400_000
LONGEST = 20.0
"""Seconds for one file; looked at after each page."""
FEWEST_LETTERS = 20
"""A file with fewer holds pictures of text."""


BOUNDS: dict[str, Any] = {
    "zlib_maximum_output_length": 4_000_000,
    "lzw_maximum_output_length": 4_000_000,
    "run_length_maximum_output_length": 4_000_000,
    "array_based_stream_maximum_output_length": 4_000_000,
    "stream_decoding_work_maximum_length": 40_000_000,
    "stream_parsing_work_maximum_count": 200_000,
}
"""pypdf's own bounds (bytes, operations), far below its usual ones: a list of names takes kilobytes."""


class Unreadable(Exception):
    """There is no text to be had of this PDF; the message says why."""


def pdf_text(file: BufferedIOBase) -> str:
    """The text of a PDF, its pages parted by line breaks; at most `MOST_PAGES` of them.

    Args:
        file: open at its beginning; must allow to seek.

    Raises:
        Unreadable: no PDF, damaged, locked with a password, without text, or too laborious.
    """
    if file.read(1024).find(b"%PDF-") < 0:
        raise Unreadable("not a PDF")
    file.seek(0)
    try:
        text = _read(file)
    except Unreadable:
        raise
    except Exception as exc:  # pypdf meets broken files with whatever its own code runs into
        raise Unreadable(f"damaged: {type(exc).__name__}") from exc
    if sum(one.isalpha() for one in text) < FEWEST_LETTERS:
        raise Unreadable("no text in it, only pictures")
    return text


def _read(file: BufferedIOBase) -> str:
    # Loaded here: most scans read no PDF.
    from pypdf import PdfReader, apply_configuration

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it mends much, and says so at length
    begun, parts, length = monotonic(), list[str](), 0
    with apply_configuration(**BOUNDS):
        reader = PdfReader(cast("IO[bytes]", file))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("locked with a password")
        for page in reader.pages[:MOST_PAGES]:
            if monotonic() - begun > LONGEST:
                raise Unreadable(f"not read within {LONGEST:g} s")
            parts.append(page.extract_text())
            length += len(parts[-1])
            if length > MOST_CHARACTERS:
                break
    return "\n".join(parts)[:MOST_CHARACTERS]
