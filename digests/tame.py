"""Text from outside is hostile: one line, a bounded length, links that are links.

Escaping is the business of each boundary (templates, headers, calendar); this is what they share.
"""

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

ELLIPSIS = "…"
URL_LENGTH = 2000
"""Longest address we link; browsers and mail programs agree on about this much."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÅÄÖÉ])")
_ZWJ = "\u200d"  # joins emoji; the only invisible character that has a use in a title


def _shown(char: str) -> str:
    """The character; a space for a control; nothing for a direction mark, surrogate, private or unassigned one."""
    category = unicodedata.category(char)
    if category == "Cc":
        return " "
    return "" if category[0] == "C" and char != _ZWJ else char


def one_line(text: str, limit: int = 600) -> str:
    """`text` on one line without invisible characters, at most `limit` characters, cut at a word if it can be."""
    # Far more than the limit is never looked at: a text of megabytes costs nothing.
    head = text[: limit * 8]
    line = " ".join("".join(map(_shown, head)).split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" ,;:–-") + ELLIPSIS


def first_sentence(text: str, limit: int = 280) -> str:
    """The first sentence of `text`, and the next ones while together they stay below half the limit."""
    parts = _SENTENCE.split(one_line(text, limit * 4))
    sentence = parts[0]
    for part in parts[1:]:
        if len(sentence) + len(part) + 1 > limit // 2:
            break
        sentence = f"{sentence} {part}"
    return one_line(sentence, limit)


def safe_link(url: str | None) -> str | None:
    """`url` as an http(s) address in ASCII, or None where it is not one.

    Refuses other schemes, user names in front of the host (they disguise it) and overlong addresses.
    """
    if url is None or len(url) > URL_LENGTH or url != url.strip():
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    try:
        name = host.encode("idna").decode("ascii")
        path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
        query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
        fragment = quote(parts.fragment, safe="/%:@!$&'()*+,;=~-._?")
    except UnicodeError:
        return None
    if not re.fullmatch(r"[A-Za-z0-9.-]+", name):
        return None
    return urlunsplit((parts.scheme, f"{name}:{port}" if port else name, path, query, fragment))


def capital(text: str) -> str:
    """With its first letter large."""
    return text[:1].upper() + text[1:]
