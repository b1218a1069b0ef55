"""A briefing dressed as an HTML page for mail programs and as plain text with the same facts."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from digests.briefing import Briefing
from digests.facts import voice
from digests.tame import capital, one_line, safe_link
from digests.weeks import parse_week
from digests.words import catalogue

if TYPE_CHECKING:
    from css_inline import CSSInliner
    from jinja2 import Environment

WIDTH = 78
"""Columns of the text part (RFC 5322, 2.1.1)."""

HTML_LIMIT = 80_000
"""Bytes of the HTML part; Gmail clips at 102 kB."""


@dataclass(frozen=True, slots=True)
class Links:
    """A reader's own addresses on the public page (https); None: there is no such page."""

    leave: str | None = None
    copy: str | None = None
    """The letter in a browser."""
    calendar: str | None = None
    """The reader's last days, as a calendar that programs read again and again."""


NO_LINKS = Links()


def render_html(briefing: Briefing, links: Links = NO_LINKS, *, attached: bool = False) -> str:
    """The letter as HTML with its CSS inlined, at most 80 kB.

    Lists are shortened where it would be larger, and the last entries dropped where that is not enough; the
    number left out is said.

    Args:
        briefing: What to say.
        links: The reader's own addresses; without one for leaving a mailto to the organisation's contact.
        attached: Say that the mail carries the days as calendar files.
    """
    for shorter in _shorter(briefing):
        html = _inliner().inline(_render("letter.html", shorter, links, attached=attached))
        # The inliner drops what cannot be inlined, or puts it in front of the charset; so it comes in afterwards.
        html = html.replace("</head>", f"<style>\n{_screen_css()}</style>\n</head>", 1)
        if len(html.encode()) <= HTML_LIMIT:
            break
    return html


def render_text(briefing: Briefing, links: Links = NO_LINKS, *, attached: bool = False) -> str:
    """The letter as plain text, no line longer than 78 characters; the arguments are those of `render_html`.

    An address that is longer is broken inside its angle brackets (RFC 3986, appendix C).
    """
    text = _render("letter.txt", briefing, links, attached=attached)
    return tidy(text)


def tidy(text: str) -> str:
    """A rendered text without runs of empty lines."""
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def leave_by_mail(briefing: Briefing) -> str:
    """The mailto address by which a reader leaves while there is no public page."""
    words = catalogue(briefing.language)
    subject = words.say("leave subject", letter=briefing.organisation.letter.name)
    return f"mailto:{briefing.organisation.contact}?subject={quote(subject)}"


def _render(template: str, briefing: Briefing, links: Links, *, attached: bool) -> str:
    words = catalogue(briefing.language)
    organisation = briefing.organisation
    year, number = parse_week(briefing.week)
    return (
        environment(html=template.endswith(".html"))
        .get_template(template)
        .render(
            attached=attached,
            briefing=briefing,
            colour=organisation.letter.colour,
            leave=links.leave or leave_by_mail(briefing),
            letter=organisation.letter,
            links=links,
            number=number,
            organisation=organisation,
            title=words.say("title", letter=organisation.letter.name, number=number, year=year),
            voice=voice(briefing, words),
            words=words,
        )
    )


def _shorter(briefing: Briefing) -> Iterator[Briefing]:
    """The briefing, then ever shorter ones."""
    yield briefing
    longest = max((len(section.lines) for section in briefing.sections), default=0)
    while longest:
        longest //= 2
        briefing = _cut(briefing, lines=longest)
        yield briefing
    most = max((len(section.entries) for section in briefing.sections), default=0)
    while most:
        most -= 1
        briefing = _cut(briefing, entries=most)
        yield briefing


def _cut(briefing: Briefing, lines: int | None = None, entries: int | None = None) -> Briefing:
    sections = []
    for section in briefing.sections:
        kept, told = section.lines[:lines], section.entries[:entries]
        lost = len(section.lines) - len(kept) + len(section.entries) - len(told)
        sections.append(replace(section, lines=kept, entries=told, omitted=section.omitted + lost))
    return replace(briefing, sections=tuple(sections))


@cache
def environment(*, html: bool) -> "Environment":
    """Where everything printed is tamed: by `finalize` in HTML, by the filter `wrapped` in text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("digests"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_tamed if html else None,
    )
    environment.filters |= {
        "address": _address,
        "capital": capital,
        "language_code": _language_code,
        "safe_link": safe_link,
        "underlined": _underlined,
        "wrapped": wrapped,
    }
    return environment


@cache
def _screen_css() -> str:
    return files("digests").joinpath("templates/screen.css").read_text(encoding="utf-8")


@cache
def _inliner() -> "CSSInliner":
    from css_inline import CSSInliner

    return CSSInliner(load_remote_stylesheets=False)


def _tamed(value: object) -> object:
    """What a template prints, on one line; Markup was made by a template and is tame already."""
    from markupsafe import Markup

    return one_line(value, 1000) if isinstance(value, str) and not isinstance(value, Markup) else value


def _language_code(code: str) -> str:
    """A code that may stand in a `lang` attribute, or nothing."""
    return code if re.fullmatch(r"[a-z]{2,3}", code) else ""


def wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    """Text on lines of at most 78 characters, the first and the others indented as given."""
    return textwrap.fill(
        one_line(text, 2000),
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_on_hyphens=False,
    )


def _underlined(text: str) -> str:
    line = one_line(text, WIDTH)
    return f"{line}\n{'-' * len(line)}"


def _address(url: str, indent: str) -> str:
    whole = f"<{url}>"
    width = WIDTH - len(indent)
    return "\n".join(indent + whole[start : start + width] for start in range(0, len(whole), width))
