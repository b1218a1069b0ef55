"""The golden letter in a real Chromium: what axe-core finds, narrow, dark, and without images."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import browser

LETTER = Path(__file__).with_name("golden") / "week-48.html"


@pytest.fixture(params=["light", "dark"])
def letter(request: pytest.FixtureRequest, chromium: Any) -> Iterator[Any]:
    """The letter on a phone's screen."""
    context = chromium.new_context(
        color_scheme=request.param, viewport={"width": 320, "height": 700}, locale="sv-SE"
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(LETTER.as_uri())
    yield page
    assert asked == [LETTER.as_uri()], "a letter asks for nothing"
    context.close()


@pytest.mark.parametrize("letter", ["light"], indirect=True)
def test_axe_finds_nothing_in_light_or_dark(letter: Any) -> None:
    assert browser.violations(letter) == []


def test_nothing_is_cut_off_at_320_pixels(letter: Any) -> None:
    assert letter.evaluate("document.documentElement.scrollWidth") <= 320
    small = letter.evaluate(
        "[...document.querySelectorAll('p, li, a, td')].filter(one => one.offsetHeight > 0 && one.innerText.trim()"
        " && parseFloat(getComputedStyle(one).fontSize) < 14).map(one => one.innerText)"
    )
    assert small == []


def test_dark_mode_is_dark(letter: Any) -> None:
    dark = letter.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    background = letter.evaluate("getComputedStyle(document.body).backgroundColor")
    red, green, blue = (int(part) for part in background.removeprefix("rgb(").rstrip(")").split(",")[:3])
    assert (red + green + blue < 200) == dark
