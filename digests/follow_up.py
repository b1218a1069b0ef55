"""The follow-up of a quarter or a year as a page and as text, with the same facts."""

from dataclasses import dataclass

from config.organisation import Organisation
from digests.briefing import Text
from digests.facts import Fact
from digests.render import environment, tidy
from digests.words import catalogue


@dataclass(frozen=True, slots=True)
class FollowedFile:
    """One file that was followed."""

    title: Text
    facts: tuple[Fact, ...]
    windows: tuple[str, ...]
    """What became of each of its windows."""
    steps: tuple[str, ...]
    """What happened to it in the period."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A window that closed without anybody having taken the matter up."""

    title: Text
    detail: str
    url: str | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The follow-up, in words."""

    organisation: Organisation
    language: str
    title: str
    period: str
    figures: tuple[Fact, ...]
    files: tuple[FollowedFile, ...]
    passed: tuple[Passed, ...]


def follow_up_html(page: FollowUp) -> str:
    """A page of its own: no script, no image, nothing fetched."""
    return _render("follow_up.html", page)


def follow_up_text(page: FollowUp) -> str:
    """The same as plain text, no line longer than 78 characters but addresses."""
    return tidy(_render("follow_up.txt", page))


def _render(template: str, page: FollowUp) -> str:
    words = catalogue(page.language)
    made = environment(html=template.endswith(".html")).get_template(template)
    return made.render(page=page, words=words, colour=page.organisation.letter.colour)
