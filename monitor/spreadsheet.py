"""Tables for spreadsheet programs, in which no text from outside becomes a formula (OWASP ASVS 1.2.10)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

LONGEST_CELL = 32_767
"""Characters that a cell of a spreadsheet may hold."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
# Control characters cannot stand in a workbook's XML.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def cell(value: Any) -> Any:
    """A value as a cell may hold it; text that a program would take for a formula is marked with an apostrophe."""
    text = " ".join(map(str, value)) if isinstance(value, list | tuple) else value
    if not isinstance(text, str):
        return text
    # What cannot be stored goes first: it may hide what follows.
    kept = _CONTROL.sub("", text)
    marked = f"'{kept}" if kept.lstrip(" \ufeff\u00a0")[:1] in _FORMULA else kept
    return marked[:LONGEST_CELL]


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The rows as CSV (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


def as_workbook(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """The rows as an Excel workbook with one sheet; every text is stored as text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31] or "Utblick")
    sheet.freeze_panes = "A2"

    def made(value: Any, *, bold: bool = False) -> Any:
        held = WriteOnlyCell(sheet, value=cell(value))
        if isinstance(value, str | list | tuple):
            held.data_type = "s"
        elif isinstance(value, date):
            held.number_format = "yyyy-mm-dd"
        if bold:
            held.font = Font(bold=True)
        return held

    sheet.append([made(heading, bold=True) for heading in headings])
    for row in rows:
        sheet.append([made(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
