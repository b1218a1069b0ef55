"""Pages in a real Chromium: what axe-core finds in them, and whether they fit."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SCHEMES = ("light", "dark")


def chromium() -> Iterator[Any]:
    """A browser; only continuous integration must have one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


def violations(page: Any) -> list[tuple[str, str, str]]:
    """Address, rule and place of whatever axe-core finds, with everything unfolded, in light and dark."""
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = []
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        said = Axe().run(page, options={"runOnly": {"type": "tag", "values": [*TAGS]}}).response["violations"]
        found += [(f"{page.url} ({scheme})", one["id"], one["nodes"][0]["html"][:200]) for one in said]
    page.emulate_media(color_scheme="null")
    return found


def too_wide(page: Any, *widths: int) -> list[tuple[str, int]]:
    """Address and width of each window that the page does not fit."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append((page.url, width))
    return found
