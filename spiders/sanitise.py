"""Text and addresses from outside made harmless, once: plain text in, capped; links only http(s).

Escaping is the business of every boundary that the text crosses later; here markup goes away for good.
"""

import html
import re
from urllib.parse import urljoin, urlsplit

import nh3

TITLE = 500
"""Characters of a title."""
SUMMARY = 4_000
"""Characters of a summary."""
TEXT = 200_000
"""Characters of a body."""
LINK = 2_000
"""Characters of an address."""

_BREAK = re.compile(r"<(?:/p|/div|/li|/tr|/h[1-6]|br)\b[^<>]{0,200}>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff\ufffe\uffff]")
# Bidirectional overrides let a title read otherwise than it is stored.
_OVERRIDE = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_SPACE = re.compile(r"[^\S\n]+")
_BLANK = re.compile(r"\s*\n\s*")


def plain(markup: str | None, limit: int = SUMMARY) -> str:
    """The text of a piece of HTML: no tags, no scripts, entities resolved; a block ends its line.

    Args:
        markup: HTML or plain text; None counts as "".
        limit: longest result in characters; a longer text is cut at a word and ends with "…".
    """
    if not markup:
        return ""
    # Ten times the limit is room for honest markup; the rest need not be read at all.
    text = markup[: limit * 10]
    if "<" in text:
        text = nh3.clean(_BREAK.sub("\n", text), tags=set())
    text = html.unescape(text)
    text = _OVERRIDE.sub("", _CONTROL.sub("", _surrogates(text)))
    return cap(_BLANK.sub("\n", _SPACE.sub(" ", text)).strip(), limit)


def line(markup: str | None, limit: int = TITLE) -> str:
    """As `plain`, on one line: titles and labels."""
    return cap(" ".join(plain(markup, limit).split()), limit)


def cap(text: str, limit: int) -> str:
    """`text`, cut at a word before `limit` characters and ended with "…" if it is longer."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ", limit // 2)
    return f"{(cut[:space] if space > 0 else cut).rstrip()}…"


def safe_link(address: str | None, base: str = "") -> str | None:
    """`address` made absolute against `base`; None unless it is an http(s) address of sane length."""
    if not address or len(address) > LINK:
        return None
    # As browsers do: control characters vanish (`java\nscript:`), a space within is encoded.
    compact = "".join(character for character in _surrogates(address).strip() if character >= " ").replace(
        " ", "%20"
    )
    try:
        absolute = urljoin(base, compact)
        parts = urlsplit(absolute)
        port_is_sane = parts.port is None or parts.port > 0
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or not port_is_sane:
        return None
    return absolute if len(absolute) <= LINK else None


def _surrogates(text: str) -> str:
    """Without lone surrogates (JSON and XML may smuggle them in); they cannot be stored."""
    return text.encode("utf-8", errors="ignore").decode("utf-8")
