"""The follow-up that `utblick report` prints, in a real Chromium, with and without JavaScript."""

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from monitor.archive.engine import open_archive, writing
from monitor.cli.app import run
from monitor.dossiers.cases import set_case
from tests import browser
from tests.monitor.file_room import files, moment
from tests.monitor.letters.test_reporting import fill

HOSTILE = '<script>document.title = "1"</script><img src="http://127.0.0.1:9/x" onerror="document.title = 2">'
LONG = "påverkansarbetesuppföljningsunderlag" * 5


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a quarter as somebody saves it, with what people wrote at its worst."""
    folder = tmp_path_factory.mktemp("report")
    archive = open_archive(f"sqlite:///{folder / 'utblick.db'}")
    fill(archive)
    number = {one.title[0]: dossier for dossier, one in files(archive).items()}["Samråd 1"]
    with writing(archive) as conn:
        set_case(conn, number, {"position": HOSTILE, "channel": LONG}, who="Anna", at=moment("2026-09-11"))
    archive.dispose()
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said):
        patch.setenv("UTBLICK_DATA_DIR", str(folder))
        patch.setenv("UTBLICK_NOW", "2026-12-01T08:00:00+00:00")
        assert run(["report", "--period", "2026-Q3", "--format", "html"]) == 0
    page = folder / "uppföljning.html"
    page.write_text(said.getvalue(), encoding="utf-8")
    return page


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def page(request: pytest.FixtureRequest, chromium: Any, saved: Path) -> Iterator[Any]:
    context = chromium.new_context(java_script_enabled=request.param, locale="sv-SE")
    opened = context.new_page()
    asked: list[str] = []
    opened.on("request", lambda one: asked.append(one.url))
    opened.goto(saved.as_uri())
    yield opened
    assert asked == [saved.as_uri()], "the page asks for nothing"
    context.close()


def test_what_was_followed_used_missed_and_passed_can_be_read(page: Any) -> None:
    assert page.title().startswith("Uppföljning av påverkansarbetet 2026-Q3, ")
    page.get_by_role("heading", level=1, name="Uppföljning av påverkansarbetet 2026-Q3").wait_for()
    assert page.get_by_role("heading", level=3).all_inner_texts() == ["Samråd 1", "Samråd 2"]
    page.get_by_text("1 använda, 1 missade, 0 ännu öppna").wait_for()
    missed = page.get_by_role("listitem").filter(has_text="20 september 2026")
    assert missed.inner_text().endswith("missat")
    passed = page.get_by_role("link", name="Samråd 3")
    assert passed.get_attribute("href") == "https://example.eu/hys/3"
    # What an officer wrote is text, whatever it looks like.
    page.get_by_text('<script>document.title = "1"</script>').wait_for()


def test_axe_finds_nothing_and_nothing_is_cut_off(chromium: Any, saved: Path) -> None:
    context = chromium.new_context(locale="sv-SE")
    page = context.new_page()
    page.goto(saved.as_uri())
    assert browser.too_wide(page, 320, 360, 768, 1440) == []
    assert browser.violations(page) == []
    page.emulate_media(media="print")
    sheet = page.evaluate("getComputedStyle(document.body).maxWidth")
    assert sheet == "none", "a sheet of paper is used in full"
    context.close()
