"""From values to pages: Jinja2 with escaping everywhere and no undefined name, in the visitor's language."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from digests.tame import one_line, safe_link
from monitor.web.forms import form_token, keep_mark
from monitor.web.site import Role, Site, site_of, visitor_of
from monitor.web.words import LANGUAGES, WORDS, Words

LANGUAGE_COOKIE = "language"
LONGEST_TITLE = 400
"""Characters of a title that a page shows; hostile ones are megabytes."""
STATIC = files("monitor.web") / "static"

Span = tuple[int, int]


def words_of(request: Request) -> Words:
    """The visitor's language: chosen, else the letter's."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return WORDS[chosen if chosen in LANGUAGES else site_of(request).organisation.letter.language]


def page(
    request: Request,
    template: str,
    values: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A whole page, or the part of one that htmx asked for.

    Args:
        request: who asks; the page is in that visitor's language.
        template: a file of `templates/`.
        values: what the template shows.
        status: the HTTP status.
        headers: further headers.
    """
    site, visitor, words = site_of(request), visitor_of(request), words_of(request)
    shown = (
        _environment()
        .get_template(template)
        .render(
            {
                "site": site,
                "organisation": site.organisation,
                "visitor": visitor,
                "may_change": visitor.role >= Role.OFFICER,
                "may_audit": visitor.role >= Role.ADMIN,
                "token": form_token(request),
                "here": request.url.path,
                "whole_here": one_line(
                    str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""), 2000
                ),
                "words": words,
                "t": words.say,
                "today": site.today(),
                "day": _Days(site, words),
                "theme": lambda name: theme_name(site, words, name),
                "source": lambda name: source_name(site, name),
                **(values or {}),
            }
        )
    )
    response = HTMLResponse(
        shown, status, {"Vary": "Cookie, HX-Request", "Content-Language": words.code, **(headers or {})}
    )
    keep_mark(request, response)
    return response


def theme_name(site: Site, words: Words, name: str) -> str:
    """What a theme is called; its id where the configuration no longer has it."""
    known = site.themes.get(name)
    return name if known is None else known.sv if words.code == "sv" else known.en


def source_name(site: Site, name: str) -> str:
    """What a source is called; its id where it is not declared any more."""
    known = site.sources.get(name)
    return known.title if known else name


def marked(text: str, spans: Iterable[Span]) -> Markup:
    """`text` escaped, with a `<mark>` around each span; spans that overlap or lie outside are left out."""
    parts, reached = [], 0
    for start, end in sorted(spans):
        if reached <= start < end <= len(text):
            parts += [escape(text[reached:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
            reached = end
    parts.append(escape(text[reached:]))
    return Markup("").join(parts)


def paragraphs(text: str, spans: Sequence[Span] = ()) -> list[Markup]:
    """The lines of a text that are not empty, each with its marks."""
    found, start = [], 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip():
            own = [(first - start, last - start) for first, last in spans if start <= first and last <= end]
            found.append(marked(line, own))
        start = end + 1
    return found


def address(path: str, **query: object) -> str:
    """An address of ours with a query; None and empty values are left out, lists repeat."""
    pairs = [
        (name, str(one))
        for name, value in query.items()
        for one in (value if isinstance(value, list | tuple) else [value])
        if one not in (None, "", False)
    ]
    return f"{path}?{urlencode(pairs)}" if pairs else path


class _Days:
    """Dates and moments in the visitor's language and the organisation's zone."""

    def __init__(self, site: Site, words: Words) -> None:
        self._zone = site.organisation.zone
        self._letter = words.letter
        self._today = site.today()

    def long(self, day: date) -> str:
        """As in "tisdag 24 november 2026"."""
        return self._letter.long_date(day)

    def plain(self, day: date | datetime) -> str:
        """As in "24 november 2026"."""
        return self._letter.plain_date(self._own(day))

    def short(self, day: date | datetime) -> str:
        """As in "24 nov", with the year where it is not today's."""
        return self._letter.short_date(self._own(day), self._today)

    def near(self, day: date) -> str:
        """As in "tisdag 24 november", with the year where it is not today's."""
        return self._letter.near_date(day, self._today)

    def moment(self, moment: datetime) -> str:
        """As in "24 november 2026 kl. 08.05"."""
        local = moment.astimezone(self._zone)
        return self._letter.say("at", date=self._letter.plain_date(local.date()), time=f"{local:%H.%M}")

    def left(self, day: date) -> str:
        """As in "18 dagar kvar"."""
        return self._letter.days_left((day - self._today).days)

    def ago(self, day: date | datetime) -> str:
        """As in "för 3 dagar sedan"."""
        return self._letter.days_ago((self._today - self._own(day)).days)

    def _own(self, day: date | datetime) -> date:
        return day.astimezone(self._zone).date() if isinstance(day, datetime) else day


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "line": _line,
        "outside": lambda url: safe_link(url) or "",
        "part": lambda text: quote(str(text), safe=""),
        "capital": lambda text: text[:1].upper() + text[1:],
    }
    environment.globals |= {"static": static, "address": address, "marked": marked, "paragraphs": paragraphs}
    return environment


def _line(text: object, most: int = LONGEST_TITLE) -> str:
    return one_line(str(text), most)


@cache
def static(name: str) -> str:
    """The address of a file of `static/`, which changes with its content."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"
