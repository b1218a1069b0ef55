"""What a Faktapromemoria is about: which of the files it names are its subject and which it merely mentions.

A memo opens with a statement of its subject (`Faktapromemoria gällande förslag till …, COM(2022) 684 final.`),
often in the official titles of several proposals, before the government tells the story. A number in the
statement is what the memo is about; a number in the story is a mention, however prominent: memos without a
number of their own cite a sister proposal (2025/26:FPM9). Accompanying papers (impact assessments, opinions of
the Regulatory Scrutiny Board) are mentions too. `../shared/acceptance` is not needed to read a memo; the tests
measure this module against the answer key there.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from spiders.finding import Identifier, Relation
from spiders.identifiers import Found, find_identifiers

_BREAK = re.compile(r"\n[^\S\n]*\n")
# How a statement goes on after its first paragraph: another official title, or a number before its title.
_STATES = re.compile(
    r"(?i)\W{0,10}(?:f?akta-?\s?(?:promem?oria|pm)\b|regeringens faktapromemoria\b"
    r"|(?:ändrat )?förslag (?:till|om)\b"
    r"|(?:amended )?proposal for\b|samt\b|och\b|(?:gemensamt )?meddelande (?:från|till)\b"
    r"|(?:joint )?communication (?:from|to)\b|annex\b|bilaga\b|rapport från\b|report from\b"
    r"|(?:kommissionens |rådets )?rekommendation\b|(?:commission |council )recommendation\b|commission staff\b"
    r"|arbetsdokument\b|(?:com|kom|join|swd|sec|c)\s?[(/]\s?\d{4})"
)
# So does a paragraph that is nothing but a title and its number: "… och avveckling, COM(2021) 582 final."
_TITLE = re.compile(r"(?i)\W{0,10}(?:europeiska )?kommissionens\b")
_CLOSES = re.compile(r"(?i)[\s,]{0,3}(?:final|slutlig)?[\s.,;)]{0,5}")
_ACCOMPANYING = re.compile(
    r"(?i)accompany|följedokument|staff\s+working|arbetsdokument|impact\s+assessment|konsekvensbedömning"
    r"|scrutiny\s+board"
)
# In a first paragraph that tells a story: words that point away from the memo's own file.
_CITING = re.compile(
    r"(?i)\b(?:i linje med|hand i hand|bidrar till|stödjer|bygger på|aviserade\w*|enligt|till följd av"
    r"|uppföljning|kompletterar|utöver|tidigare|parallellt)\b"
)
_WORD = re.compile(r"\w")
_SENTENCE_END = re.compile(r"[.!?]\s")
_ACCOMPANYING_SERIES = ("SWD", "SEC")


def memo_identifiers(title: str, text: str) -> tuple[Identifier, ...]:
    """Every file that a memo names, with its relation, in the order of the text; each once.

    Args:
        title: the heading; the memo's own number in it (`…, 2025/26:FPM33`) is left out here.
        text: summary or body, paragraphs apart by blank lines, without the heading.

    Returns:
        The stated subject as `subject`; several stated files as `package` each (a COM number and a procedure
        beside it are one file under two names); acts, accompanying papers, other memos and files named in the
        story as `mention`.
    """
    stated = _stated(title, find_identifiers(title))
    named = [hit.identifier for hit in find_identifiers(title) if hit.identifier.scheme != "fpm"]
    stating = True
    # A line of dashes between two titles is no paragraph.
    for ordinal, paragraph in enumerate(part for part in _BREAK.split(text) if _WORD.search(part)):
        found = find_identifiers(paragraph)
        named += [hit.identifier for hit in found]
        states = _STATES.match(paragraph) is not None or _is_bare_title(paragraph, found, opening=ordinal == 0)
        stating = stating and (states or ordinal == 0)
        if stating:
            stated += _stated(paragraph, found if states else [hit for hit in found if not _cited(paragraph, hit)])
    about = list(dict.fromkeys(stated))
    relation = Relation.PACKAGE if _is_package(about) else Relation.SUBJECT
    return tuple(
        replace(identifier, relation=relation) if identifier in about else identifier
        for identifier in dict.fromkeys(named)
    )


def _is_bare_title(paragraph: str, found: Sequence[Found], *, opening: bool) -> bool:
    """Whether the paragraph is a title that ends with its number, set off by a comma or full stop.

    Below the opening paragraph words that cite another file speak against it.
    """
    if not found or not _CLOSES.fullmatch(paragraph, found[-1].end):
        return False
    if not opening and _CITING.search(paragraph):
        return False
    before = paragraph[: found[-1].start].rstrip()
    return _TITLE.match(paragraph) is not None or before.endswith((",", ".", ";", "”", '"'))


def _stated(text: str, found: Sequence[Found]) -> list[Identifier]:
    """The files among `found` that a statement is about: no acts, no other memos, no accompanying papers."""
    files = [hit for hit in found if hit.identifier.scheme in ("com", "procedure", "ep")]
    accompanying = [ordinal for ordinal, hit in enumerate(files) if _accompanies(text, files, ordinal)]
    if len(accompanying) == len(files):
        return [hit.identifier for hit in files if hit.identifier.value.startswith("SEC")]
    return [hit.identifier for ordinal, hit in enumerate(files) if ordinal not in accompanying]


def _accompanies(text: str, files: Sequence[Found], ordinal: int) -> bool:
    """Whether a SWD or SEC only goes with a proposal: every SWD does, a SEC where its title says so.

    The title stands before or after the number. SEC(2020) 250 is the budget itself (2019/20:FPM57).
    """
    hit = files[ordinal]
    series = hit.identifier.value.partition("(")[0]
    if series not in _ACCOMPANYING_SERIES:
        return False
    before = text[files[ordinal - 1].end if ordinal else 0 : hit.start]
    after = text[hit.end : files[ordinal + 1].start if ordinal + 1 < len(files) else len(text)]
    return (
        series == "SWD"
        or _ACCOMPANYING.search(before) is not None
        or _ACCOMPANYING.match(after.strip()) is not None
    )


def _cited(paragraph: str, hit: Found) -> bool:
    """Whether the sentence before `hit` points to another file than the memo's own."""
    sentence = _SENTENCE_END.split(paragraph[: hit.start])[-1]
    return _CITING.search(sentence) is not None


def _is_package(about: Sequence[Identifier]) -> bool:
    """Several files, unless they are one COM number and one procedure."""
    procedures = sum(identifier.scheme == "procedure" for identifier in about)
    return procedures > 1 or len(about) - procedures > 1
