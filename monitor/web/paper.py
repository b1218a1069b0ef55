"""Text on A4: a PDF with headings, paragraphs and page numbers, tagged so that it can be read aloud. Pure.

Open Sans is embedded, in which every European language can be written. What is written is plain text and nothing
else: no markup, no links, no picture from outside.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from fpdf import FPDF

MARGIN = 22.0
"""Millimetres; room for the holes of a binder."""
SPACING = 1.45
_MILLIMETRES = 0.3528
"""Of a point."""

Sort = Literal["title", "heading", "text", "item", "small"]
_STYLES: dict[Sort, tuple[str, str, float, float]] = {
    # tag, style, points, millimetres above
    "title": ("/H1", "B", 18, 0),
    "heading": ("/H2", "B", 13, 5),
    "text": ("/P", "", 10.5, 1.5),
    "item": ("/P", "", 10.5, 0.8),
    "small": ("/P", "", 9, 0.5),
}


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text and what it is."""

    sort: Sort
    text: str


def as_pdf(blocks: Iterable[Block], *, title: str, language: str, foot: str, now: datetime) -> bytes:
    """The blocks on A4 pages.

    Args:
        blocks: in order of reading, the title first.
        title: the document's, for the reader's window.
        language: ISO 639-1 code.
        foot: what stands below every page, before its number.
        now: when it was made (aware).
    """
    from fpdf import FPDF

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-15)
            self.set_font("sans", "", 8.5)
            self._out("/Artifact BMC")
            self.cell(self.epw, 5, f"{foot}  ·  {self.page_no()} / {{nb}}", align="R")
            self._out("EMC")

    paper = Paper(format="A4")
    paper.set_margins(MARGIN, 20, MARGIN)
    paper.set_auto_page_break(auto=True, margin=22)
    for style, name in (("", "Regular"), ("B", "Bold")):
        with as_file(files("ttf_opensans") / "ttf" / f"OpenSans-{name}.ttf") as path:
            paper.add_font("sans", style, path)
    paper.set_title(title)
    paper.set_lang(language)
    paper.set_creation_date(now)
    paper.add_page()
    for block in blocks:
        _write(paper, block)
    return bytes(paper.output())


def _write(paper: "FPDF", block: Block) -> None:
    from fpdf.enums import MethodReturnValue, XPos, YPos

    tag, style, points, above = _STYLES[block.sort]
    paper.set_font("sans", style, points)
    height = points * _MILLIMETRES * SPACING
    text = f"•  {block.text}" if block.sort == "item" else block.text
    lines = paper.multi_cell(paper.epw, height, text, dry_run=True, output=MethodReturnValue.LINES, align="L")
    assert isinstance(lines, list)  # noqa: S101  # that is what was asked for
    paper.set_y(paper.y + above)
    # A heading takes at least two lines of its text along.
    ahead = 3 if tag != "/P" else 0
    while lines:
        room = int((paper.page_break_trigger - paper.y) / height) - ahead
        if room < min(len(lines), 2):
            paper.add_page()
            paper.set_font("sans", style, points)
            ahead = 0
            continue
        here, lines = lines[:room], lines[room:]
        with _tagged(paper, tag):
            for line in here:
                paper.cell(paper.epw, height, line, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


@contextmanager
def _tagged(paper: "FPDF", tag: str) -> Iterator[None]:
    """Say what the text in between is (PDF 32000-1, 14.7); fpdf2 itself tags only pictures and headings."""
    number = paper.struct_builder.next_mcid_for_page(paper.page)
    paper._add_marked_content(struct_type=tag, mcid=number)
    paper._out(f"{tag} <</MCID {number}>> BDC")
    yield
    paper._out("EMC")
