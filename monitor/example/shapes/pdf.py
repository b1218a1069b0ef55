"""A small PDF of text lines, as a ministry attaches it to a page."""

from collections.abc import Sequence

LINES_A_PAGE = 45


def as_pdf(lines: Sequence[str]) -> bytes:
    """The lines in Helvetica on pages of A4; text beyond Windows-1252 is lost."""
    pages = [lines[start : start + LINES_A_PAGE] for start in range(0, max(len(lines), 1), LINES_A_PAGE)]
    numbers = [4 + 2 * place for place in range(len(pages))]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(f'{one} 0 R' for one in numbers)}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for number, some in zip(numbers, pages, strict=True):
        shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in some)
        stream = b"BT /F1 11 Tf 16 TL 60 780 Td\n" + shown + b"ET"
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {number + 1} 0 R"
        objects.append(page.encode() + b" /Resources << /Font << /F1 3 0 R >> >> >>")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    return _file(objects)


def _escaped(line: str) -> bytes:
    text = line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return text.encode("cp1252", errors="replace")


def _file(objects: Sequence[bytes]) -> bytes:
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer
