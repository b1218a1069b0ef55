"""Text from PDFs: sound ones, and those that are broken, locked, empty or no PDF at all."""

import io
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from monitor.example.shapes.pdf import as_pdf
from spiders import pdf_text as module
from spiders.pdf_text import Unreadable, pdf_text

LINES = ["Remissinstanser", "1. Lidköpings kommun", "2. Åre kommun", "3. Länsstyrelsen i Örebro län"]


def text_of(body: bytes) -> str:
    return pdf_text(io.BytesIO(body))


def test_lines_come_back_with_their_letters() -> None:
    assert text_of(as_pdf(LINES)).splitlines() == LINES


def test_a_file_of_many_pages_is_read_up_to_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PAGES", 2)
    text = text_of(as_pdf([f"Rad nummer {number}" for number in range(200)]))
    assert "Rad nummer 89" in text
    assert "Rad nummer 90" not in text


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", -1.0)
    with pytest.raises(Unreadable, match="not read within"):
        text_of(as_pdf(LINES))


def locked() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(as_pdf(LINES))))
    writer.encrypt("hemligt", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not a PDF"),
        (b"<html>Just a moment...</html>", "not a PDF"),
        (as_pdf([]), "only pictures"),
        (locked(), "locked"),
        (as_pdf(LINES)[:300], "damaged|only pictures"),
        (b"%PDF-1.4\n" + b"\x00" * 5000, "damaged|only pictures"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        text_of(body)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 900), st.binary(min_size=1, max_size=40))
def test_damage_anywhere_is_text_or_a_reason(place: int, bytes_: bytes) -> None:
    whole = as_pdf(LINES)
    body = whole[:place] + bytes_ + whole[place + len(bytes_) :]
    try:
        assert len(text_of(body)) <= module.MOST_CHARACTERS
    except Unreadable as exc:
        assert str(exc)


def test_a_page_that_unpacks_to_many_megabytes_is_given_up_early() -> None:
    """30 MB of text operators in 60 kB: what a small file may not do to a scan."""
    stream = zlib.compress(b"BT (x) Tj ET\n" * 2_500_000, 9)
    whole = as_pdf(["x"])
    start, end = whole.index(b"<< /Length"), whole.index(b"endstream") + len(b"endstream")
    packed = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream)
    begun = time.process_time()
    with pytest.raises(Unreadable, match="LimitReached"):
        text_of(whole[:start] + packed + whole[end:])
    assert time.process_time() - begun < 5
