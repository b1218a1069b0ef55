"""Main tasks in a real Chromium, with and without JavaScript, and what axe-core finds on every page."""

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine

from monitor.archive.documents import get_document
from monitor.archive.engine import reading, writing
from monitor.archive.scans import start_scan
from monitor.collecting.intake import Intake
from monitor.dossiers.cases import cases_of
from spiders.events import PageRead
from spiders.finding import Kind, WindowKind
from tests import browser
from tests.monitor.web.conftest import FRESH, NOW, finding, window
from tests.monitor.web.test_pages import PAGES

WAIT = 15_000


@pytest.fixture
def moment() -> list[datetime]:
    """The present, which a test may move."""
    return [NOW]


@pytest.fixture
def clock(moment: list[datetime]) -> Callable[[], datetime]:
    return lambda: moment[0]


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def page(request: pytest.FixtureRequest, chromium: Any, address: str) -> Iterator[Any]:
    context = chromium.new_context(base_url=address, java_script_enabled=request.param, locale="sv-SE")
    opened = context.new_page()
    opened.set_default_timeout(WAIT)
    problems: list[str] = []
    opened.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    opened.on("request", lambda asked: problems.append(asked.url) if not asked.url.startswith(address) else None)
    opened.has_script = request.param
    yield opened
    context.close()
    # Neither an error (a broken policy is one) nor a request to anybody else. A refusal asked for is no error.
    assert [line for line in problems if "status of 4" not in line] == []


def test_find_a_file_by_its_nickname(page: Any) -> None:
    page.goto("/")
    page.get_by_label("Sök ord, en fras eller en beteckning").fill("avloppsdirektivet")
    page.get_by_role("button", name="Sök").click()
    page.get_by_text("Ärendet du kan mena").get_by_role("link").click()
    assert page.url.endswith("/arende/1")


def test_find_a_file_by_its_number(page: Any) -> None:
    page.goto("/sok")
    page.get_by_label("Sök ord, en fras eller en beteckning").fill("2022/0345(COD)")
    page.keyboard.press("Enter")
    page.wait_for_url("**/arende/1")


def test_results_come_while_typing(page: Any) -> None:
    page.goto("/sok")
    box = page.get_by_label("Sök ord, en fras eller en beteckning")
    box.press_sequentially("fosfor")
    if not page.has_script:
        box.press("Enter")
    page.get_by_role("link", name="Remiss om slam").wait_for()
    page.wait_for_url("**/sok?q=fosfor*")
    if page.has_script:
        assert page.evaluate("document.activeElement.id") == "q"


def test_narrow_by_a_facet_and_take_it_away(page: Any) -> None:
    page.goto("/sok?q=slam")
    kinds = page.get_by_role("navigation", name="Avgränsa träffarna").get_by_role("list", name="Typ")
    kinds.get_by_role("link", name="Remiss").click()
    page.wait_for_url("**kind=remiss*")
    kinds.get_by_role("link", name="Nyhet").click()
    page.wait_for_url("**kind=remiss&kind=news*")
    assert page.get_by_role("status").inner_text() == "2 träffar"
    kinds.get_by_role("link", name="Ta bort valet nyhet").click()
    page.wait_for_url("**/sok?q=slam&kind=remiss")
    page.get_by_role("link", name="Ta bort valet Typ: remiss").click()
    page.wait_for_url("**/sok?q=slam")


def test_correct_a_theme_and_see_it_stick(page: Any, engine: Engine) -> None:
    page.goto("/dokument/1")
    page.get_by_role("button", name="Temat Vatten, avlopp och Vänern stämmer inte").click()
    page.get_by_text("Sparat.", exact=True).wait_for()
    page.get_by_label("Lägg till tema").select_option(label="Klimat och klimatanpassning")
    page.get_by_role("button", name="Lägg till").click()
    page.get_by_role("group", name="Ändra nivå").get_by_role("button", name="för kännedom").click()
    page.get_by_text("rättat av en person").first.wait_for()
    with reading(engine) as conn:
        one = get_document(conn, 1)
    assert one is not None
    assert (one.level, one.themes) == ("background", ("klimat-anpassning",))


def test_set_owner_and_position(page: Any, engine: Engine) -> None:
    page.goto("/arende/1")
    page.get_by_label("Ägare").fill("VA-enheten")
    page.get_by_label("Ståndpunkt").fill("Vi stöder förslaget.")
    page.get_by_label("Status").select_option("agerar")
    page.get_by_role("button", name="Spara handläggningen").click()
    page.get_by_text("Sparat.", exact=True).wait_for()
    with reading(engine) as conn:
        case = cases_of(conn, [1])[1]
    assert (case.owner, case.position, case.status) == ("VA-enheten", "Vi stöder förslaget.", "agerar")


def test_take_a_file_apart_and_put_it_together(page: Any) -> None:
    page.goto("/arende/1")
    page.get_by_text("Dela ärendet").click()
    page.get_by_label("Ett reviderat avloppsdirektiv").check()
    page.get_by_role("button", name="Flytta till ett eget ärende").click()
    page.get_by_text("Sparat.", exact=True).wait_for()
    assert not page.url.endswith("/arende/1?saved=1")
    page.get_by_text("Slå ihop med ett annat ärende").click()
    page.get_by_label("Det andra ärendets nummer").fill("2022/0345(COD)")
    page.get_by_role("button", name="Slå ihop").click()
    page.get_by_text("Sparat.", exact=True).wait_for()
    page.get_by_role("link", name="Avloppsvatten från tätbebyggelse").first.wait_for()


def test_see_what_moved_since_the_last_visit(page: Any, engine: Engine, moment: list[datetime]) -> None:
    page.goto("/")
    page.get_by_text("Det här är ditt första besök").wait_for()
    moment[0] = NOW + timedelta(days=7)
    later = finding(
        "remiss",
        "Remiss om slam",
        "Slam och fosfor.",
        Kind.REMISS,
        windows=(window(FRESH + timedelta(days=5), WindowKind.REMISS),),
    )
    with writing(engine) as conn:
        number = start_scan(conn, moment[0], "command")
    Intake(engine, number).take([PageRead("hys-open", "list", None, (later,))], moment[0] - timedelta(hours=1))
    page.goto("/")
    moved = page.get_by_role("region", name="Sedan du var här måndag 23 november: ett ärende har rört sig")
    moved.get_by_role("link", name="Remiss om slam").wait_for()
    moment[0] += timedelta(hours=5)
    page.goto("/")
    page.get_by_role("heading", name="Sedan du var här i dag kl. 08.00: 0 ärenden har rört sig").wait_for()
    moment[0] += timedelta(days=90)
    page.goto("/")
    page.get_by_role("heading", name="Det var ett tag sedan du var här. De senaste 30 dagarna:").wait_for()


def test_take_a_dossier_along_as_pdf(page: Any, tmp_path: Path) -> None:
    page.goto("/arende/1")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="PDF").click()
    assert waiting.value.suggested_filename == "arende-1.pdf"
    waiting.value.save_as(tmp_path / "arende.pdf")
    said = PdfReader(io.BytesIO((tmp_path / "arende.pdf").read_bytes())).pages[0].extract_text()
    assert "Avloppsvatten från tätbebyggelse" in said


def test_follow_a_search_and_read_its_feed(page: Any) -> None:
    page.goto("/sok?q=slam")
    page.get_by_label("Namn på bevakningen").fill("Slam och fosfor")
    page.get_by_role("button", name="Följ sökningen").click()
    page.get_by_role("heading", name="Slam och fosfor").wait_for()
    feed = page.get_by_role("link", name="Flöde för Slam och fosfor (Atom)").get_attribute("href")
    assert "Remiss om slam" in page.request.get(feed).text()


def test_take_results_along(page: Any, tmp_path: Path) -> None:
    page.goto("/sok?q=slam")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Excel").click()
    waiting.value.save_as(tmp_path / "slam.xlsx")
    assert (tmp_path / "slam.xlsx").read_bytes()[:2] == b"PK"


def test_change_the_language(page: Any) -> None:
    page.goto("/kalender")
    page.get_by_role("link", name="In English").click()
    page.get_by_role("heading", level=1, name="Calendar").wait_for()
    assert page.url.endswith("/kalender")


def test_leave_the_letter(page: Any, subscribed: tuple[int, str]) -> None:
    page.goto(f"/leave/{subscribed[1]}")
    page.get_by_role("button", name="Ja, avsluta").click()
    page.get_by_role("heading", name="Du får inte").wait_for()


def test_everything_by_keyboard(page: Any) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    if page.has_script:
        assert page.evaluate("document.activeElement.textContent") == "Hoppa till innehållet"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("slam")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sok?q=slam")


OWN = [path for path in PAGES if "/brev/" not in path]


def test_axe_finds_nothing_and_no_page_is_wider_than_its_window(
    chromium: Any, address: str, subscribed: tuple[int, str]
) -> None:
    context = chromium.new_context(base_url=address, bypass_csp=True)
    page, found, wide = context.new_page(), [], []
    for path in (*OWN, "/nope", f"/leave/{subscribed[1]}", f"/confirm/{subscribed[1]}"):
        page.goto(path)
        wide += browser.too_wide(page, 320, 360, 768, 1440)
        found += browser.violations(page)
        wide += browser.too_wide(page, 320, 1440)  # with everything unfolded
    context.close()
    assert (found, wide) == ([], [])
