"""Is this answer what was due, before anybody parses it?

Blocked is not empty is not failed (docs/architecture.md, Promises 1). A server that does not want to answer
rarely says so plainly: challenges come with status 202 or 200, application shells stand where JSON was due,
errors arrive as 200 with a sentence. All of it is decided here, from one page alone.
"""

import re
from collections.abc import Collection

from spiders.platform import Blocked, Drifted, Failed, Form, Page

HEAD = 20_000
"""Bytes of a body that are looked at; every wall seen announces itself earlier."""

# Bounded repetitions and atomic groups: a hostile page must not cost more than one pass.
# A heading, not just any text: an article may well quote these words.
_WALL_HEADING = re.compile(
    r"<(?:title|h1|h2)\b[^<>]{0,200}>\s*(?:<[^<>]{0,200}>\s*){0,3}"
    r"(?:Just a moment|Attention Required! \| Cloudflare|Access denied|Request Rejected"
    r"|(?:Sorry, )?you (?:are unable to access|have been blocked))",
    re.IGNORECASE,
)
# Only challenges carry these; `/cdn-cgi/challenge-platform/` is also put into ordinary pages.
_WALL_SCRIPT = re.compile(r"gokuProps|_cf_chl_opt|challenges\.cloudflare\.com", re.IGNORECASE)
_AWS_SCRIPT = re.compile(r"awswaf\.com|challenge\.js", re.IGNORECASE)
_LOGIN_TITLE = re.compile(
    r"<title\b[^<>]{0,200}>[^<]{0,80}?\b(?:EU Login|Log ?in|Sign ?in|Logga in|Inloggning)\b", re.IGNORECASE
)
_LOGIN_ADDRESS = re.compile(
    r"^https?://(?:ecas\.|login\.|[^/]+/(?:cas/)?(?:login|signin|logga-in)(?:[/?]|$))", re.IGNORECASE
)
# Met at regeringen.se together with Cloudflare when pages are read too fast; a sentence alone, sometimes with 200.
_UNAVAILABLE = re.compile(r"^\s*(?:<[^<>]{0,200}>\s*){0,9}The service is unavailable\.", re.IGNORECASE)
_HTML = re.compile(
    r"^(?:<\?xml[^<>]{0,200}\?>|(?><!--.*?-->)|\s)*+(?:<!doctype\s+html|<html\b|<head\b|<body\b)",
    re.IGNORECASE | re.DOTALL,
)


def inspect(page: Page, expects: Form, tolerated: Collection[int] = ()) -> None:
    """Let `page` pass if it may be what its reader expects; the form is sniffed, never taken from a header.

    Args:
        page: the answer as received.
        expects: the form that the reader wants; `any` skips the check of form, never that of walls.
        tolerated: statuses that the reader wants to see besides 200.

    Raises:
        Blocked: a challenge, a refusal (401, 403, 429, 451), a login page, with any status.
        Failed: another status than 200 that is not tolerated; an empty body.
        Drifted: a good answer in another form than `expects`; names the content type.
    """
    head = _head(page.body)
    _no_wall(page, head, expects)
    if page.status in tolerated and page.status != 200:
        return
    if page.status != 200:
        raise Failed(f"status {page.status}{_quote(head)}: {page.url}")
    if not page.body.strip():
        raise Failed(f"empty body: {page.url}")
    if not _has_form(head, expects):
        kind = page.content_type or "no content type"
        what = "an HTML page" if _HTML.match(head) else "something else"
        raise Drifted(f"{expects} was due, got {what} ({kind}, {page.size} bytes){_quote(head)}: {page.url}")


def is_html(body: bytes) -> bool:
    """Whether `body` is an HTML page, whatever it is called."""
    return _HTML.match(_head(body)) is not None


def _no_wall(page: Page, head: str, expects: Form) -> None:
    challenge = page.headers.get("x-amzn-waf-action") or page.headers.get("cf-mitigated")
    if challenge:
        raise Blocked(f"bot wall ({challenge}, status {page.status}): {page.url}")
    if page.status in (401, 403, 407, 451):
        raise Blocked(f"refused with status {page.status}{_quote(head)}: {page.url}")
    if page.status == 429:
        wait = page.headers.get("retry-after")
        raise Blocked(f"asked to slow down (status 429{f', Retry-After {wait}' if wait else ''}): {page.url}")
    if _LOGIN_ADDRESS.match(page.url):
        raise Blocked(f"sent to a login page: {page.url}")
    if _UNAVAILABLE.match(head) and len(page.body) < 2_000:
        raise Blocked(f'"The service is unavailable." (status {page.status}): {page.url}')
    markup = _HTML.match(head) is not None
    if page.status == 202 and (markup or not page.body.strip()):
        raise Blocked(f"bot wall (status 202 without content): {page.url}")
    if not markup:
        return
    # An HTML page that nobody asked for is judged more harshly than one that was due.
    foreign = expects != "html" or page.status != 200
    for pattern in (_WALL_HEADING, _WALL_SCRIPT, _LOGIN_TITLE, *((_AWS_SCRIPT,) if foreign else ())):
        if found := pattern.search(head):
            raise Blocked(
                f'bot wall or login page ("{found.group()[-60:].strip()}", status {page.status}): {page.url}'
            )


def _has_form(head: str, expects: Form) -> bool:
    start = head.lstrip()
    match expects:
        case "json":
            return start.startswith(("{", "["))
        case "xml":
            return start.startswith("<") and not _HTML.match(start)
        case "html":
            return start.startswith("<")
        case "text":
            return not _HTML.match(start)
        case "any":
            return True


def _head(body: bytes) -> str:
    """The beginning of a body as text; good enough to see markup in any encoding met so far."""
    start = body[:HEAD]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return start.decode("utf-16", errors="replace")
    return start.decode("utf-8-sig", errors="replace")


def _quote(head: str) -> str:
    words = " ".join(re.sub(r"<[^>]*>", " ", head[:600]).split())
    return f' "{words[:80]}"' if words else ""
