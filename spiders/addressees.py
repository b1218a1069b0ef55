"""To whom a remiss is sent: the names in a list of addressed bodies (sändlista, remissinstanser).

Nobody keeps these lists in one form: they are numbered or not, in one column or two, in the page's text or in an
attached PDF, beneath a heading or alone. A name is a line or a numbered item; what is prose is none.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

MOST_NAMES = 1000
LONGEST_NAME = 160
"""Characters; the longest name of a Swedish agency has about 80."""
FEWEST_NUMBERED = 3
"""Numbered lines that make a list a numbered one."""

_LIST = re.compile(r"remissinstans|sändlista|sandlista|remisslista|instanser|missiv", re.IGNORECASE)
_HEADING = re.compile(
    r"^\W*(?:bilaga\W*\d*\W*)?(?:lista över |förteckning över |följande )?"
    r"(?:remissinstanser(?:na)?|sändlista|remisslista)(?: för remiss[^:]{0,80})?\s*(?::\s*(?P<rest>.*))?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\(?\d{1,3}[.):]?\s+(?=\D)")
_COLUMN = re.compile(r"\t+|\s{3,}|(?<=\S)\s+(?=\d{1,3}[.)]\s+[^\W\d])")
_BULLET = re.compile(r"^[•·▪\-–—*o]\s+")
_PAGE = re.compile(r"^(?:sida\s*)?\d+\s*(?:\(\s*\d+\s*\)|av\s+\d+|/\s*\d+)?$", re.IGNORECASE)
_LETTERHEAD = re.compile(
    r"^(?:post|besöks|e-post)?adress\b|^telefon|^e-?post\b|^fax\b|^org\.?\s?nr|@|www\.|^\d{3}\s?\d{2}\s+\w|^dnr\b|^diarienummer",
    re.IGNORECASE,
)
_END = re.compile(
    r"^(?:remissvar|svaren\b|remissen\b|i remissen|yttrande|råd om|frågor\b|kopia till)", re.IGNORECASE
)
_UNFINISHED = re.compile(
    r"[-,]$|\b(?:och|i|för|av|på|till|vid|samt|Västra|Östra|Norra|Södra|Stora|Nya|Statens|Svenska|Sveriges)$"
)
"""How a name ends that a line was too short for, though the rest begins with a capital letter."""
_PROSE = 9
"""Words from which a line that ends in a full stop is a sentence."""
_TAIL = re.compile(r"[\s,;.]*(?:m\.?\s?fl\.?)?[\s,;.]*$", re.IGNORECASE)


def is_list(label: str, address: str = "") -> bool:
    """Whether an attachment of this name (or at this address) is, or holds, a list of addressed bodies."""
    return bool(_LIST.search(label) or _LIST.search(address.rpartition("/")[2]))


def names_in(text: str, *, alone: bool) -> tuple[str, ...]:
    """The names of a list, each once, as written, in their order; () where there is none.

    Args:
        text: of a page or of an attached file.
        alone: the text is the list itself, so that it needs no heading.
    """
    lines = [_clean(line) for line in unicodedata.normalize("NFC", text).splitlines()]
    start = next((number for number, line in enumerate(lines) if _HEADING.match(line.strip())), None)
    if start is None:
        return _distinct(_listed(lines)) if alone else ()
    rest = (_HEADING.match(lines[start].strip()) or re.match("", ""))["rest"]  # type: ignore[index]  # it matched above
    if rest:
        return _distinct(re.split(r"[;,]\s+|\s+samt\s+", rest))
    return _distinct(_listed(lines[start + 1 :]))


def _clean(line: str) -> str:
    return "".join(" " if one == "\u00a0" else one for one in line if one == "\t" or one.isprintable())


def _listed(lines: Iterable[str]) -> Iterator[str]:
    cells = [cell.strip() for line in lines for cell in _COLUMN.split(line.strip())]
    cells = [cell for cell in cells if cell and not _PAGE.match(cell) and not _LETTERHEAD.search(cell)]
    if sum(bool(_NUMBER.match(cell)) for cell in cells) >= FEWEST_NUMBERED:
        yield from _numbered(cells)
    else:
        yield from _plain(cells)


def _numbered(cells: Iterable[str]) -> Iterator[str]:
    name = ""
    for cell in cells:
        if _NUMBER.match(cell):
            yield name
            name = _NUMBER.sub("", cell)
        elif name and _goes_on(name, cell):
            name = _joined(name, cell)
        else:
            yield name
            name = ""
    yield name


def _plain(cells: Iterable[str]) -> Iterator[str]:
    name = ""
    for cell in cells:
        if _is_prose(cell):
            if name:
                break
            continue
        if name and _goes_on(name, cell):
            name = _joined(name, cell)
            continue
        yield name
        name = _BULLET.sub("", cell)
    yield name


def _goes_on(name: str, cell: str) -> bool:
    """Whether `cell` is the rest of a name that a line was too short for."""
    return cell[:1].islower() or bool(_UNFINISHED.search(name))


def _joined(name: str, cell: str) -> str:
    """Two lines of one name; a hyphen at the line's end goes where the next begins with a small letter."""
    if name.endswith("-") and cell[:1].islower() and not cell.startswith("och "):
        return name[:-1] + cell
    return f"{name} {cell}"


def _is_prose(cell: str) -> bool:
    return bool(_END.match(cell)) or (cell.endswith((".", ":")) and len(cell.split()) >= _PROSE)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for name in names:
        plain = " ".join(_TAIL.sub("", name).split())
        if 1 < len(plain) <= LONGEST_NAME and any(one.isalpha() for one in plain):
            kept.setdefault(plain.casefold(), plain)
    return tuple(kept.values())[:MOST_NAMES]
