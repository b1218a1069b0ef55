"""Alerts in a real Chromium: with and without JavaScript, and what axe-core finds."""

from typing import Any

import pytest
from sqlalchemy import Engine

from monitor.archive.alerts import alerts
from monitor.archive.engine import reading
from tests import browser


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
    page.get_by_label("Hur ofta").select_option(label="varje vecka")
    page.get_by_role("button", name="Skicka larm om Slam").click()
    page.get_by_text("Larm skickas varje vecka till anna@example.org.").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_alerts_are_begun_and_ended(
    chromium: Any, address: str, engine: Engine, subscribed: tuple[int, str], *, script: bool
) -> None:
    context = chromium.new_context(base_url=address, java_script_enabled=script, locale="sv-SE")
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


@pytest.mark.usefixtures("subscribed")
def test_axe_finds_nothing_where_alerts_are_chosen_refused_and_stopped(
    chromium: Any, address: str, engine: Engine
) -> None:
    context = chromium.new_context(base_url=address, bypass_csp=True, locale="sv-SE")
    page, found = context.new_page(), []

    def look() -> None:
        found.extend(browser.violations(page))

    follow(page)
    look()
    page.get_by_label("E-postadress").fill("anna@intern")  # a browser takes it, we do not
    page.get_by_role("button", name="Skicka larm om Slam").click()
    page.get_by_role("alert").get_by_text("Ange en e-postadress").wait_for()
    look()
    begin(page)
    look()
    assert browser.too_wide(page, 320) == []
    with reading(engine) as conn:
        (one,) = alerts(conn)
    page.goto(f"/alert/{one.token}")
    look()
    page.get_by_role("button", name="Ja, stoppa larmet").click()
    page.get_by_role("heading", name="Larmet är stoppat").wait_for()
    look()
    context.close()
    assert found == []
