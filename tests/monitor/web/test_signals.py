"""The page of early signals on half a year of everyday news and a word that is new."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.settings import Settings
from monitor.archive.documents import get_documents, unassessed
from monitor.archive.engine import open_archive, writing
from monitor.archive.ratings import save_assessments
from monitor.archive.scans import start_scan
from monitor.collecting.by_hand import Signal, add
from monitor.collecting.intake import Intake
from monitor.core.zone import ZONE
from monitor.web import answers, app
from nlp.assessment import Assessment, Direction, Level, Tag
from spiders.events import PageRead
from spiders.finding import Finding, Kind
from tests.monitor.web.conftest import NOW, serving

EVERYDAY = ["vecka", "möte", "rapport", "kommun", "vatten", "ledning", "avgift", "pumpstation"]


def news(source: int, key: str, day: date, title: str) -> Finding:
    url = f"https://source-{source}.example.org/{key}"
    return Finding(
        source=f"source-{source}",
        key=key,
        url=url,
        kind=Kind.NEWS,
        title={"sv": title},
        language="sv",
        published=day,
    )


@pytest.fixture
def rising(tmp_path: Path, clock: Callable[[], datetime]) -> Iterator[httpx.Client]:
    engine = open_archive(f"sqlite:///{tmp_path / 'utblick.db'}")
    for week in range(14, -1, -1):
        now = NOW - timedelta(weeks=week)
        findings = [
            news(source, f"{week}-{source}-{one}", now.date(), f"{EVERYDAY[one]} {week} {EVERYDAY[source + 2]}")
            for source in range(4)
            for one in range(2)
        ]
        if week == 0:
            findings += [news(n % 4, f"ny-{n}", now.date(), f"Kväveoxidskatt {n} <b>") for n in range(8)]
        with writing(engine) as conn:
            number = start_scan(conn, now, "command")
        Intake(engine, number).take([PageRead(one.source, one.key, None, (one,)) for one in findings], now)
    add(engine, Signal(title="Grannkommunen provar vätgas", url=None), zone=ZONE, clock=clock)
    with writing(engine) as conn:
        tag = Tag("va-vatten", 0.9, assigned=True)
        rated = [
            (one, Assessment(str(one.id), "sv", (tag,), 0.5, Level.BACKGROUND, Direction.UNCLEAR, (), (), "m"))
            for one in get_documents(conn, unassessed(conn, "m"))
        ]
        save_assessments(conn, rated, NOW)
    with (
        serving(app.create(Settings(data_dir=tmp_path), engine, clock)) as there,
        httpx.Client(base_url=there) as one,
    ):
        yield one
    engine.dispose()


def test_what_rises_is_shown_with_its_evidence_and_documents(rising: httpx.Client) -> None:
    page = rising.get("/signaler").text
    assert "kväveoxidskatt" in page.lower()
    assert "underlag" in page
    assert page.count('href="/dokument/') >= 8
    assert " <b>" not in page
    assert "Grannkommunen provar vätgas" in page


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_a_signal_to_its_documents_and_its_theme(chromium: Any, rising: httpx.Client, script: bool) -> None:
    context = chromium.new_context(base_url=str(rising.base_url), java_script_enabled=script, locale="sv-SE")
    page = context.new_page()
    page.goto("/")
    page.get_by_role("navigation", name="Huvudmeny").get_by_role("link", name="Signaler").click()
    risen = page.get_by_role("region", name="Ökar just nu")
    assert risen.get_by_role("link", name="Kväveoxidskatt").count() == 8
    risen.get_by_role("link", name="Kväveoxidskatt 3").click()
    page.get_by_role("heading", level=1, name="Kväveoxidskatt 3").wait_for()
    page.go_back()
    page.get_by_role("link", name="Vatten, avlopp och Vänern").first.click()
    page.wait_for_url("**/sok?theme=va-vatten&sort=date")
    context.close()


def test_the_same_as_json(rising: httpx.Client) -> None:
    (signal, *_) = rising.get("/api/signals").json()
    answers.SignalRow.model_validate(signal)
    assert (signal["sort"], signal["before"]) == ("term", 0)
    assert signal["subject"].startswith("kväveoxidskatt")
    assert len(signal["documents"]) == signal["matters"] == 8


def test_too_little_is_no_signal_and_is_said(client: httpx.Client) -> None:
    assert "Inget ökar mer än vanligt" in client.get("/signaler").text
    assert client.get("/api/signals").json() == []
