"""Alerts in a real Chromium: with and without JavaScript, and what axe-core finds."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from monitor.archive.alerts import alerts
from monitor.archive.engine import reading

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium on this machine (apt-get install chromium)"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def follow(page: Any) -> None:
    """Follow a search, and open the form of its alert."""
    page.set_default_timeout(15_000)
    page.goto("/sok?q=slam")
    page.get_by_label("Namn på bevakningen").fill("Slam")
    page.get_by_role("button", name="Följ sökningen").click()
    page.get_by_text("Larm med e-post om Slam").click()


def begin(page: Any) -> None:
    """Have alerts sent to a subscriber, weekly."""
    page.get_by_label("E-postadress").fill("anna@example.org")
    page.get_by_label("Hur ofta").select_option(label="varje vecka (måndag)")
    page.get_by_role("button", name="Skicka larm om Slam").click()
    page.get_by_text("Larm skickas varje vecka (måndag) till anna@example.org.").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_alerts_are_begun_and_ended(
    browser: Any, address: str, engine: Engine, subscribed: tuple[int, str], *, script: bool
) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=script, locale="sv-SE")
    page = context.new_page()
    follow(page)
    begin(page)
    with reading(engine) as conn:
        assert [(one.interval, one.subscriber) for one in alerts(conn)] == [("weekly", subscribed[0])]
    page.get_by_text("Larm med e-post om Slam").click()
    page.get_by_role("button", name="Ta bort larmet om Slam").click()
    page.get_by_text("Sparat.", exact=True).wait_for()
    with reading(engine) as conn:
        assert alerts(conn) == ()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("subscribed")
def test_axe_finds_nothing_where_alerts_are_chosen_refused_and_stopped(
    browser: Any, address: str, engine: Engine, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(base_url=address, color_scheme=scheme, bypass_csp=True, locale="sv-SE")
    page, axe, found = context.new_page(), Axe(), []

    def look() -> None:
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        results = axe.run(page, options={"runOnly": {"type": "tag", "values": tags}})
        found.extend(
            (page.url, one["id"], one["nodes"][0]["html"][:200]) for one in results.response["violations"]
        )

    follow(page)
    look()
    page.get_by_label("E-postadress").fill("anna@intern")  # a browser takes it, we do not
    page.get_by_role("button", name="Skicka larm om Slam").click()
    page.get_by_role("alert").get_by_text("Ange en e-postadress").wait_for()
    look()
    begin(page)
    look()
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    with reading(engine) as conn:
        (one,) = alerts(conn)
    page.goto(f"/alert/{one.token}")
    look()
    page.get_by_role("button", name="Ja, stoppa larmet").click()
    page.get_by_role("heading", name="Larmet är stoppat").wait_for()
    look()
    context.close()
    assert found == []
