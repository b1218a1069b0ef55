"""One thing under several schemes: which other identifiers follow from one by rule.

Only rules that the services themselves keep are here; pairs that nobody can compute (procedure ↔ COM) come
from sources that state both.
"""

import re

from spiders.finding import Identifier
from spiders.identifier_forms import com_series

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_COM = re.compile(r"(COM|JOIN|SWD|SEC)\((\d{4})\) (\d+)")
_PREPARATORY = re.compile(r"5(\d{4})(PC|DC|JC|SC)(\d{4})(?:R?\(\d\d\))?")
_ACT_BY_YEAR = re.compile(r"\([^)]*\) (\d{4})/(\d+)")
_ACT_BY_NUMBER = re.compile(r"\([^)]*\) nr (\d+)/(\d{2}|\d{4})")
_DIRECTIVE = re.compile(r"(\d{2,4})/(\d{1,4})/.*")
_CELEX_TYPES = {"COM": ("PC", "DC"), "JOIN": ("JC",), "SWD": ("SC",), "SEC": ("SC",)}
_SWEDISH = re.compile(r"(?:SOU|Ds|Dir\.) (\d{4}):(\d+)")
_SESSION = re.compile(r"(?:(?:Prop|Skr|Bet)\. )?(\d{4})/\d\d:(\w+)")
_SERIES = {"fpm": "06", "prop": "03", "skr": "03", "bet": "01", "sou": "B3", "ds": "B4", "dir": "B1"}
_DOK_ID = re.compile(r"([0-9A-Z])([0-9A-Z])(06FPM|B1|B3|B4|B6)(\d+)")


def procedure_key(identifier: Identifier) -> tuple[int, int] | None:
    """Year and number, by which procedures are the same; type and letter suffix are attributes of it."""
    match = re.match(r"(\d{4})/(\d{4})", identifier.value) if identifier.scheme == "procedure" else None
    return (int(match[1]), int(match[2])) if match else None


def celex_of(identifier: Identifier) -> tuple[str, ...]:
    """The CELEX numbers that `identifier` can have, the likeliest first; () where none follows.

    A proposal is 5…PC, a communication 5…DC: the number alone does not tell. Nor does `(EU) 2024/3019` tell
    regulation (R), directive (L), decision (D) and recommendation (H) apart; they share one series of numbers.
    """
    value = identifier.value
    if identifier.scheme == "celex":
        return (value,)
    if identifier.scheme == "com" and (match := _COM.fullmatch(value)):
        return tuple(f"5{match[2]}{kind}{int(match[3]):04}" for kind in _CELEX_TYPES[match[1]])
    return _celex_of_act(value) if identifier.scheme == "act" else ()


def _celex_of_act(value: str) -> tuple[str, ...]:
    if match := _ACT_BY_YEAR.fullmatch(value):
        return tuple(f"3{match[1]}{kind}{int(match[2]):04}" for kind in "RLDH")
    if match := _ACT_BY_NUMBER.fullmatch(value):
        return (f"3{_full_year(match[2])}R{int(match[1]):04}",)
    if match := _DIRECTIVE.fullmatch(value):
        # "2008/98/EG" is a directive or a decision, "1313/2013/EU" (number first) a decision.
        if _is_year(match[2]) and not _is_year(match[1]):
            return (f"3{match[2]}D{int(match[1]):04}",)
        kinds = "FD" if value.endswith("RIF") else "LD"
        return tuple(f"3{_full_year(match[1])}{kind}{int(match[2]):04}" for kind in kinds)
    return ()


def com_of(celex: str) -> Identifier | None:
    """The Commission document of a preparatory CELEX: `52022PC0541` is COM(2022) 541."""
    match = _PREPARATORY.fullmatch(celex)
    if match is None:
        return None
    return Identifier("com", f"{com_series(match[2], match[1])}({match[1]}) {int(match[3])}")


def dok_id_of(identifier: Identifier) -> str | None:
    """The Riksdag's document id: `2025/26:FPM52` is HD06FPM52, COM(2020) 447 is H8B6447, SOU 2026:9 is HEB39.

    Two digits in base 36 for the (first) year since 1400, a series, the number. Seen for fpm, prop, bet, ds and
    COM; the numbering of JOIN and SWD is unknown, so they have none here.
    """
    scheme, value = identifier.scheme, identifier.value
    if scheme == "com" and (match := _COM.fullmatch(value)) and match[1] == "COM":
        return f"{_year_code(int(match[2]))}B6{match[3]}"
    match = (_SWEDISH if scheme in ("sou", "ds", "dir") else _SESSION).fullmatch(value)
    if match is None or scheme not in _SERIES:
        return None
    return f"{_year_code(int(match[1]))}{_SERIES[scheme]}{match[2].upper()}"


def of_dok_id(dok_id: str) -> Identifier | None:
    """The document that a Riksdag id names where the id alone tells: fpm, COM, SOU, Ds, Dir."""
    match = _DOK_ID.fullmatch(dok_id.upper())
    if match is None:
        return None
    year = 1400 + _DIGITS.index(match[1]) * 36 + _DIGITS.index(match[2])
    number = int(match[4])
    match match[3]:
        case "06FPM":
            return Identifier("fpm", f"{year}/{(year + 1) % 100:02}:FPM{number}")
        case "B6":
            return Identifier("com", f"COM({year}) {number}")
        case "B3":
            return Identifier("sou", f"SOU {year}:{number}")
        case "B4":
            return Identifier("ds", f"Ds {year}:{number}")
    return Identifier("dir", f"Dir. {year}:{number}")


def _year_code(year: int) -> str:
    since = year - 1400
    return _DIGITS[since // 36 % 36] + _DIGITS[since % 36]


def _is_year(text: str) -> bool:
    return len(text) == 4 and 1950 <= int(text) <= 2049


def _full_year(text: str) -> str:
    return f"19{text}" if len(text) == 2 else text
