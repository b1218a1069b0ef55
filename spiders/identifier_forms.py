"""The spellings of each kind of identifier and how each becomes canonical; `spiders.identifiers` uses them.

The forms follow the services' own. Every pattern is linear in the length of the text: bounded repetitions,
and none within another.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_KINDS = "COD|CNS|NLE|APP|INI|INL|RSP|REG|BUD|DEC|AVC|SYN|DEA|RPS|ACI|IMM|GBD|RSO|DCE|COS"
PROCEDURE_TYPES = frozenset(_KINDS.split("|"))
"""Types of procedure in the Legislative Observatory."""

Match = re.Match[str]

_COMMITTEES = "AU|CU|FiU|FöU|JuU|KrU|KU|MJU|NU|SfU|SkU|SoU|TU|UbU|UFöU|UU"
_DEPARTMENTS = "A|Fi|Fö|I|Ju|KN|Ku|LI|M|N|S|SB|U|UD"
_CASE = {name.casefold(): name for name in f"{_COMMITTEES}|{_DEPARTMENTS}".split("|")}
_SERIES = {"KOM": "COM", "SEK": "SEC"}
_TREATIES = {"EC": "EG", "EEC": "EEG", "JHA": "RIF", "CFSP": "GUSP", "ECSC": "EKSG", "EURATOM": "Euratom"}

_YEAR = r"(?:19|20)\d\d"
_SESSION = rf"({_YEAR})\s?/\s?(?:20)?(\d\d)"
_DASH = "[-‐‑–]"  # as copied from PDFs and pages
_TREATY = r"(?:EU|EG|EEG|EC|EEC|EKSG|ECSC|RIF|JHA|Gusp|GUSP|CFSP|Euratom)"


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write identifiers of a scheme.

    `text` is strict enough for running text (None: not to be looked for there). `typed` is matched against the
    whole of what a person typed (None: `text` without regard to case). `canonical` may refuse with None.
    `needle` is in every lower-cased text where `text` can match: the cheap question before the pattern.
    """

    scheme: str
    text: re.Pattern[str] | None
    canonical: Callable[[Match], str | None]
    typed: re.Pattern[str] | None = None
    needle: str = ""

    def of_input(self) -> re.Pattern[str]:
        """The pattern for typed input."""
        pattern = self.typed or self.text
        assert pattern is not None  # noqa: S101  # a spelling has at least one of them
        return re.compile(pattern.pattern, re.IGNORECASE)


def com_series(celex_type: str, year: str) -> str:
    """The series of a preparatory CELEX type: 52022PC0541 and 52022DC0541 are COM; SC was SEC until 2011."""
    if celex_type.upper() == "SC":
        return "SWD" if int(year) >= 2012 else "SEC"
    return "JOIN" if celex_type.upper() == "JC" else "COM"


def _com(match: Match) -> str | None:
    series, year, number = match.group(1).upper(), match.group(2), int(match.group(3))
    return f"{_SERIES.get(series, series)}({year}) {number}" if number else None


def _com_of_celex(match: Match) -> str:
    return f"{com_series(match.group(2), match.group(1))}({match.group(1)}) {int(match.group(3))}"


def _procedure(match: Match) -> str | None:
    year, number, suffix, kind, other = match.groups()
    kind = (kind or other or "").upper()
    if other and kind not in PROCEDURE_TYPES:
        return None  # 2003/0568/RIF is an act
    return f"{year}/{number}{suffix.upper()}" + (f"({kind})" if kind else "")


def _joined(match: Match) -> str:
    return "".join(part or "" for part in match.groups()).upper()


def _eli(match: Match) -> str:
    kind = {"reg": "R", "dir": "L", "dec": "D"}[match.group(1).lower()]
    return f"3{match.group(2)}{kind}{int(match.group(3)):04}"


def _session(first: str, second: str) -> str | None:
    """`2025/26` of 2025 and 26; None where they do not follow each other."""
    return f"{first}/{second}" if (int(first) + 1) % 100 == int(second) else None


def _fpm(match: Match) -> str | None:
    if match.group(1) is None:
        return f"FPM{int(match.group(3))}"
    session = _session(match.group(1), match.group(2))
    return f"{session}:FPM{int(match.group(3))}" if session else None


def _in_session(prefix: str) -> Callable[[Match], str | None]:
    def canonical(match: Match) -> str | None:
        session = _session(match.group(1), match.group(2))
        return f"{prefix} {session}:{int(match.group(3))}" if session else None

    return canonical


def _committee_report(match: Match) -> str | None:
    session = _session(match.group(1), match.group(2))
    committee = _CASE.get(match.group(3).casefold())
    return f"Bet. {session}:{committee}{int(match.group(4))}" if session and committee else None


def _numbered(prefix: str) -> Callable[[Match], str]:
    return lambda match: f"{prefix} {match.group(1)}:{int(match.group(2))}"


def _act(match: Match) -> str | None:
    """`(EU) 2019/1020`, `(EU) nr 904/2010`: the year stands first since 2015, last before."""
    treaty, numbered, first, second = match.groups()
    treaty = _treaties(treaty or "EU")
    year_first, year_last = _is_year(first), _is_year(second)
    if (year_last and (numbered or not year_first)) or (not year_first and len(second) == 2):  # (EEG) nr 2658/87
        return f"({treaty}) nr {int(first)}/{second}"
    return f"({treaty}) {first}/{int(second)}" if year_first else None


def _directive(match: Match) -> str:
    """`2006/112/EG`, `76/787/EKSG, EEG, Euratom`: the form of directives and decisions before 2015."""
    return f"{match.group(1)}/{match.group(2)}/{_treaties(match.group(3))}"


def _treaties(text: str) -> str:
    names = [name.strip().upper() for name in text.split(",")]
    return ", ".join(_TREATIES.get(name, name) for name in names)


def _is_year(text: str) -> bool:
    return len(text) == 4 and 1950 <= int(text) <= 2049


def _diary(match: Match) -> str:
    department = _CASE.get(match.group(1).casefold(), match.group(1))
    return f"{department}{match.group(2)}/{match.group(3)}"


def _report(match: Match) -> str:
    series, term, number, year = (match.group(name) for name in ("series", "term", "number", "year"))
    return f"{series.upper()}{int(term)}-{number}/{year}"


def _adopted_text(match: Match) -> str:
    term, number, year = (match.group(name) for name in ("term", "number", "year"))
    return f"P{int(term)}_TA({year}){number}"


def _council(match: Match) -> str:
    suffix = re.sub(r"[ _-]", " ", match.group(3) or "").strip().upper()
    return f"ST {int(match.group(1))}/{match.group(2)} {suffix}".rstrip()


def _text(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


SPELLINGS = (
    Spelling(
        "com",
        # "COM82023) 298": a slip of the shift key (2022/23:FPM107); nor may the bracket be there at all. A lone C
        # must stand at its bracket.
        _text(
            r"(?<![A-Za-zÅÄÖåäö\d])((?i:COM|KOM|JOIN|SWD|SEC|SEK)|C(?=\s?\())"
            rf"\s{{0,2}}(?:[(\[/:-]|8(?=\d{{4}}\))|(?=\d{{4}}\)))\s?({_YEAR})\s?[)\]/:-]?[\s:,]{{0,3}}0{{0,4}}(\d{{1,5}})(?!\d)"
        ),
        _com,
        _text(rf"(com|kom|join|swd|sec|sek|c)\W{{0,3}}({_YEAR})\W{{1,3}}0{{0,4}}(\d{{1,5}})"),
    ),
    Spelling(
        "com",
        _text(rf"(?<!\w)5({_YEAR})(PC|DC|JC|SC)0{{0,3}}(\d{{1,4}})(?:R?\(\d\d\))?(?!\w)"),
        _com_of_celex,
    ),
    Spelling(
        "procedure",
        _text(rf"(?<![\d/:])({_YEAR})/(\d{{4}})([A-Z]?)(?:\s?\(([A-Z]{{3}})\)|/({_KINDS}))(?![A-Za-z])"),
        _procedure,
        _text(rf"({_YEAR})[/-](\d{{4}})([A-Z]?)(?:\s?\(([A-Z]{{3}})\)|/([A-Z]{{3}}))?"),
        needle="/",
    ),
    Spelling(
        "celex",
        _text(rf"(?<!\w)(\d)({_YEAR})([A-Z]{{1,2}})(\d{{4}})(R?\(\d\d\)|[A-Z]{{3}}_\d{{1,9}})?(-\d{{8}})?(?!\w)"),
        _joined,
    ),
    Spelling(
        "celex", _text(rf"eli/(reg|dir|dec)(?:_impl|_del)?/({_YEAR})/(\d{{1,4}})(?!\d)"), _eli, needle="eli/"
    ),
    Spelling(
        "fpm",
        _text(rf"{_SESSION}\s?:?\s?(?i:FPM)\s{{0,2}}(\d{{1,3}})(?!\d)"),
        _fpm,
        _text(rf"(?:{_SESSION}\s?:?\s?)?(?:fakta-?pm|fpm)\s{{0,2}}(\d{{1,3}})"),
        needle="fpm",
    ),
    Spelling(
        "prop",
        _text(rf"\b[Pp]rop(?:\.|osition(?:en)?)?\s?{_SESSION}:(\d{{1,4}})(?!\d)"),
        _in_session("Prop."),
        needle="prop",
    ),
    Spelling(
        "skr",
        _text(rf"\b[Ss]kr(?:\.|ivelse(?:n)?)?\s?{_SESSION}:(\d{{1,4}})(?!\d)"),
        _in_session("Skr."),
        needle="skr",
    ),
    Spelling(
        "bet",
        _text(
            r"\b(?:[Bb]et(?:\.|änkande)|[Uu]tl(?:\.|åtande))\s?"
            rf"{_SESSION}:([A-ZÅÄÖ][A-Za-zÅÄÖåäö]{{1,4}})(\d{{1,3}})(?!\d)"
        ),
        _committee_report,
        _text(rf"(?:bet\.?\s?|betänkande\s|utl\.?\s?|utlåtande\s)?{_SESSION}:([a-zåäö]{{2,5}})(\d{{1,3}})"),
        needle=":",
    ),
    Spelling("sou", _text(rf"\bSOU\s?({_YEAR})\s?:\s?(\d{{1,3}})(?!\d)"), _numbered("SOU"), needle="sou"),
    Spelling("ds", _text(rf"\bD[sS]\.?\s?({_YEAR})\s?:\s?(\d{{1,3}})(?!\d)"), _numbered("Ds"), needle=":"),
    Spelling("dir", _text(rf"\b[Dd]ir\.?\s?({_YEAR})\s?:\s?(\d{{1,3}})(?!\d)"), _numbered("Dir."), needle="dir"),
    Spelling("sfs", _text(r"\bSFS\s?((?:17|18|19|20)\d\d)\s?:\s?(\d{1,4})(?!\d)"), _numbered("SFS"), needle="sfs"),
    Spelling(
        "sfs",  # "lagen (2006:412) om allmänna vattentjänster"
        _text(r"(?<=[a-zåäö]\s)\(((?:17|18|19|20)\d\d):(\d{1,4})\)"),
        _numbered("SFS"),
        _text(r"\(?((?:17|18|19|20)\d\d):(\d{1,4})\)?"),
        needle=":",
    ),
    Spelling(
        "act",
        _text(rf"\(({_TREATY}(?:,\s?Euratom)?)\s?\)\s?((?:[Nn]r|[Nn]o\.?)\s?)?(\d{{1,4}})/(\d{{1,4}})(?![\d/])"),
        _act,
        _text(rf"\(?({_TREATY}(?:,\s?Euratom)?)\)?\s?(nr\s?|no\.?\s?)?(\d{{1,4}})/(\d{{1,4}})"),
        needle="/",
    ),
    Spelling(
        "act",
        _text(
            r"(?i:(?:förordning|direktiv|beslut|rekommendation|regulation|directive|decision)[a-zåäö]{0,5})\s"
            rf"()()({_YEAR})/(\d{{3,4}})(?![\d/(:]|\s?\(|\sRIF)"
        ),
        _act,
        needle="/",
    ),
    Spelling(
        "act",
        _text(
            rf"(?<![\d/])({_YEAR}|\d{{2,4}})/(\d{{1,4}})(?:/{{1,2}}|\s(?=RIF))({_TREATY}(?:,\s?{_TREATY}){{0,3}})(?!\w)"
        ),
        _directive,
        needle="/",
    ),
    Spelling(
        "act",
        _text(rf"(?<!\w)L_({_YEAR})(\d{{5}})(?!\d)"),
        lambda match: f"(EU) {match.group(1)}/{int(match.group(2))}",
        needle="l_",
    ),
    Spelling(
        "dok-id",
        _text(r"(?<!\w)([GH][0-9A-Z])(06FPM\d{1,3}|B[1346]\d{1,4})(?!\w)"),
        _joined,
        _text(r"([gh][0-9a-z])((?:0[1-9alm]|1[01]|a[24]|b[1346]|c1)[0-9a-zåäö]{1,16})"),
    ),
    Spelling(
        "diary",
        _text(rf"(?<![\wÅÄÖåäö])([A-ZÅÄÖ][A-Za-zÅÄÖåäö]{{0,2}})({_YEAR})/(\d{{3,5}})(?![\d(])"),
        _diary,
        _text(rf"({_DEPARTMENTS})\s?({_YEAR})/(\d{{3,5}})(?:/\w{{1,5}})?"),
        needle="/",
    ),
    Spelling(
        "ares",
        _text(r"(?<!\w)(?i:Ares)\s?\((20\d\d)\)\s?(\d{4,9})(?!\d)"),
        lambda match: f"Ares({match.group(1)}){match.group(2)}",
        needle="ares",
    ),
    Spelling(
        "plan",
        _text(r"(?<!\w)(?i:PLAN)[/-](20\d\d)[/-](\d{1,6})(?!\d)"),
        lambda match: f"PLAN/{match.group(1)}/{int(match.group(2))}",
        needle="plan",
    ),
    Spelling(
        "st",
        _text(
            r"(?<!\w)ST[ _-]?(\d{1,5})[/_-](20\d\d)"
            r"(?!\d)((?:[ _-](?:INIT|ADD|REV|COR|DCL|EXT|LIMITE)(?:[ _-]\d{1,3}(?!\d))?){0,3})"
        ),
        _council,
    ),
    Spelling(
        "ep",
        _text(r"(?<!\w)(?P<series>[ABC])(?P<term>\d{1,2})-(?P<number>\d{4})/(?P<year>20\d\d)(?!\d)"),
        _report,
        needle="-",
    ),
    Spelling(
        "ep",
        _text(r"(?<!\w)(?P<series>[ABC])-(?P<term>\d{1,2})-(?P<year>20\d\d)-(?P<number>\d{4})(?!\d)"),
        _report,
        needle="-",
    ),
    Spelling(
        "ep",
        _text(r"(?<!\w)P(?P<term>\d{1,2})_(?P<series>[ABC])\((?P<year>20\d\d)\)(?P<number>\d{4})(?!\d)"),
        _report,
        needle="_",
    ),
    Spelling(
        "ep",
        _text(r"(?<!\w)P(?P<term>\d{1,2})_TA\((?P<year>20\d\d)\)(?P<number>\d{4})(?!\d)"),
        _adopted_text,
        needle="_ta(",
    ),
    Spelling(
        "ep",
        _text(r"(?<!\w)T(?P<term>\d{1,2})-(?P<number>\d{4})/(?P<year>20\d\d)(?!\d)"),
        _adopted_text,
        needle="-",
    ),
    Spelling(
        "ep",
        _text(r"(?<!\w)TA-(?P<term>\d{1,2})-(?P<year>20\d\d)-(?P<number>\d{4})(?!\d)"),
        _adopted_text,
        needle="ta-",
    ),
    Spelling(
        "ep",
        _text(r"(?<!\w)PE[\s-]?(\d{3})\.(\d{3})(?!\d)"),
        lambda match: f"PE{match.group(1)}.{match.group(2)}",
        needle="pe",
    ),
    Spelling(
        "press",
        _text(r"(?<!\w)(IP|MEMO|QANDA|STATEMENT|SPEECH|MEX)/(\d\d)/(\d{1,5})(?!\d)"),
        lambda match: f"{match.group(1).upper()}/{match.group(2)}/{int(match.group(3))}",
        _text(r"(ip|memo|qanda|statement|speech|mex)[/_](\d\d)[/_](\d{1,5})"),
        needle="/",
    ),
    Spelling(
        "vinnova",
        None,
        lambda match: f"{match.group(1)}-{match.group(2)}",
        _text(
            rf"(?:https?://(?:\w{{1,20}}\.)?vinnova\.se/[^\s?#]{{0,200}}/)?(?:vinnova\s|dnr:?\s|diarienummer:?\s)?"
            rf"({_YEAR}){_DASH}(\d{{5}})(?:[/?#]\S{{0,200}})?"
        ),
    ),
    Spelling(
        # Topics and calls of the EU's programmes; how many parts they have, each programme decides.
        "call",
        None,
        lambda match: re.sub(_DASH, "-", match.group(1)).upper(),
        _text(
            r"(?:https?://\S{1,200}/topic-details/)?"
            rf"((?=.{{0,40}}{_DASH}20\d\d(?:{_DASH}|[/?#]|$))[a-z][a-z0-9]{{1,20}}(?:{_DASH}[a-z0-9_.()]{{1,40}}){{1,10}})"
            r"(?:[/?#]\S{0,200})?"
        ),
    ),
)
"""In order of precedence where two begin at the same place and are equally long."""
