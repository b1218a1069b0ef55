"""Names by which the world knows a file, in one canonical form: found in running text or typed by a person.

| scheme | canonical | also read |
|---|---|---|
| procedure | `2022/0345(COD)`; typed without type `2022/0345` | `2022-0345`, `2022/0345/COD` |
| com | `COM(2022) 541`; series COM, JOIN, SWD, SEC, C | `KOM(2022) 541`, `COM/2022/0541 final`, `52022PC0541` |
| act | `(EU) 2024/3019`, `(EU) nr 904/2010`, `2008/98/EG` | `Regulation (EU) No 904/2010`, `beslut 2022/2459` |
| celex | `32024L3019` | `/eli/dir/2024/3019/oj` |
| fpm | `2025/26:FPM52`; typed without session `FPM52` | `2025/2026: FPM 52` |
| sou, ds, dir, sfs | `SOU 2026:9`, `Ds 2025:3`, `Dir. 2025:20`, `SFS 2026:12` | `lagen (2006:412)` |
| prop, skr, bet | `Prop. 2025/26:89`, `Skr. 2025/26:7`, `Bet. 2022/23:AU6` | `proposition 2025/26:89` |
| dok-id | `HD06FPM52` (always capitals) | |
| diary | `Ju2025/00874` | |
| ares, plan | `Ares(2026)7014840`, `PLAN/2026/1655` | |
| st | `ST 15875/2025 INIT` | `ST-15875-2025-INIT` |
| ep | `A10-0241/2025`, `P10_TA(2025)0333`, `PE759.748` | `A-10-2025-0241`, `T10-0333/2025` |
| press | `IP/26/301` | `ip_26_301` |
| call | `HORIZON-CL5-2026-D4-01`, only typed; always capitals | `horizon-cl5-2026-d4-01`, the topic's page |
| vinnova | `2026-01503`, only typed | `dnr 2026-01503`, the page at vinnova.se |

An `act` is what a text cites; which CELEX it has depends on the type of act (`spiders.joins`). A Commission
document is a `com` in whatever form, so that every spelling meets in one identifier.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from spiders.finding import Identifier, Relation
from spiders.identifier_forms import SPELLINGS, Spelling

LONGEST_INPUT = 300
"""Characters of typed input that are looked at."""

# Soft hyphens stand inside words of regeringen.se, backslashes before "_" in Markdown.
_INVISIBLE = re.compile("[\xad\u200b\u200c\u200d\u2060\ufeff\\\\]")
_DIGITS = re.compile(r"\d\d")
_AROUND = re.compile(r"^[\s\"'”“’(\[<]+|[\s\"'”“’.,;:?!>]+$")
_SURROUNDINGS = re.compile(
    r"final|slutlig|fakta|pm|faktapromemoria|celex|dnr|diarienummer|nr|oj|rådets|kommissionens"
    r"|(?:genomförande)?(?:förordning(?:en)?|direktiv(?:et)?|beslut(?:et)?)|regulation|directive|decision"
)
_CONTINUED = re.compile(r"\s{0,2}(?:,|;|-|–|\b(?:och|samt|and|till)\b)\s{0,2}(\d{2,4})(?!\d)")
_CONTINUED_ACT = re.compile(r"(?:,|\s(?:och|samt|and))\s((?:19|20)\d\d)/(\d{1,4})(?![\d/(:]|\s?\()")
_ACT_BY_YEAR = re.compile(r"\(([^)]*)\) (?:19|20)\d\d/")
_ENDED = re.compile(r"\s{0,2}(?:$|[,;)\]–-]|\.(?!\d)|(?:och|samt|and|final|slutlig)\b|\n|[A-ZÅÄÖ])")


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """An identifier and where it stands: `text[start:end]`."""

    start: int
    end: int
    identifier: Identifier


def find_identifiers(text: str) -> tuple[Found, ...]:
    """Every identifier in running text, in order; each as a mention. Of overlapping ones the longest stands.

    A list of bare numbers after a Commission document (`COM(2023) 207, 208 och 209`, `955–959`) is spelt out.
    """
    if _DIGITS.search(text) is None:
        return ()
    folded, places = _folded(text)
    lowered = folded.lower()
    found = [
        Found(match.start(), match.end(), Identifier(spelling.scheme, value, Relation.MENTION))
        for spelling in SPELLINGS
        if spelling.text is not None and spelling.needle in lowered
        for match in spelling.text.finditer(folded)
        if (value := spelling.canonical(match)) is not None
    ]
    found.sort(key=lambda hit: (hit.start, -hit.end))
    kept: list[Found] = []
    for hit in found:
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
            kept += _continuations(folded, hit)
    return tuple(Found(places(hit.start), places(hit.end - 1) + 1, hit.identifier) for hit in kept)


def parse_identifier(text: str) -> Identifier | None:
    """The identifier that a person typed, whatever the spelling; None where it is none, or more than one thing."""
    typed = " ".join(_AROUND.sub("", _INVISIBLE.sub("", text[:LONGEST_INPUT])).split())
    for spelling, pattern in _typed_patterns():
        match = pattern.fullmatch(typed)
        if match is not None and (value := spelling.canonical(match)) is not None:
            return Identifier(spelling.scheme, value)
    found = find_identifiers(typed)
    if len(found) != 1:
        return None
    # "direktiv 2008/98/EG", "COM(2022) 541 final", an address: nothing else of weight around it.
    around = typed[: found[0].start] + " " + typed[found[0].end :]
    if typed.lower().startswith(("http://", "https://")) or all(map(_SURROUNDINGS.fullmatch, _words(around))):
        return Identifier(found[0].identifier.scheme, found[0].identifier.value)
    return None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


@cache
def _typed_patterns() -> tuple[tuple[Spelling, re.Pattern[str]], ...]:
    return tuple((spelling, spelling.of_input()) for spelling in SPELLINGS)


def _folded(text: str) -> tuple[str, "_Places"]:
    """`text` without invisible characters, and the way back from its places to those of `text`."""
    gaps = [match.start() for match in _INVISIBLE.finditer(text)]
    return (_INVISIBLE.sub("", text) if gaps else text), _Places(gaps)


class _Places:
    """From a place in the folded text to the place in the original."""

    def __init__(self, gaps: list[int]) -> None:
        # Folded place from which on one more character is missing before it.
        self._starts = [gap - ordinal for ordinal, gap in enumerate(gaps)]

    def __call__(self, place: int) -> int:
        return place + bisect_right(self._starts, place)


def _continuations(text: str, first: Found) -> list[Found]:
    """What goes on with the series of `first` in bare numbers: of Commission documents, and of acts by year."""
    if first.identifier.scheme == "com":
        return _bare_numbers(text, first)
    if first.identifier.scheme == "act" and (treaty := _ACT_BY_YEAR.match(first.identifier.value)):
        return _bare_acts(text, first, treaty[1])
    return []


def _bare_numbers(text: str, first: Found) -> list[Found]:
    """`208 och 209` after COM(2023) 207.

    Only rising numbers that are near, as long as the first or longer, and end where a list goes on or ends
    (never `COM(2022) 541, 26 oktober`).
    """
    stem, number = first.identifier.value.rsplit(" ", maxsplit=1)
    last, end = int(number), first.end
    hits: list[Found] = []
    while match := _CONTINUED.match(text, end):
        value = int(match[1])
        if not last < value <= last + 50 or len(match[1]) < len(number) or not _ENDED.match(text, match.end()):
            break
        spanned = "-" in match[0] or "–" in match[0]
        for each in range(last + 1, value + 1) if spanned and value - last <= 20 else [value]:
            hits.append(Found(match.start(1), match.end(1), Identifier("com", f"{stem} {each}", Relation.MENTION)))
        last, end = value, match.end()
    return hits


def _bare_acts(text: str, first: Found, treaty: str) -> list[Found]:
    """`2018/1724` in "förordningarna (EU) 2018/858, 2018/1724 och (EU) 2019/1020"."""
    hits: list[Found] = []
    while match := _CONTINUED_ACT.match(text, hits[-1].end if hits else first.end):
        act = Identifier("act", f"({treaty}) {match[1]}/{int(match[2])}", Relation.MENTION)
        hits.append(Found(match.start(1), match.end(2), act))
    return hits
