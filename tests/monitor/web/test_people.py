"""People behind a proxy, and the pages for those who answer for what is kept."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine

from monitor.archive.engine import reading, writing
from monitor.archive.people import HEADER, NAMED, Said, people, welcome
from monitor.archive.tokens import make_token
from monitor.archive.web import recorded, saved_searches
from monitor.dossiers.cases import cases_of, set_case
from monitor.web import app
from monitor.web.words import ROWS
from tests import browser
from tests.monitor.web.conftest import HOSTILE, NOW, Clock, serving, token_of
from tests.monitor.web.test_hostile import LOCAL, behind_proxy

ANNA, BO, OTHER = ({"X-Remote-User": name} for name in ("anna", "bo@example.org", "bo@other.example"))


@pytest.fixture
def proxied(folder: Path, engine: Engine, turned: Clock) -> Iterator[httpx.Client]:
    """Behind a proxy that names nobody."""
    host = {"Host": "utblick.example.org"}
    with (
        serving(app.create(behind_proxy(folder, LOCAL), engine, turned)) as there,
        httpx.Client(base_url=there, headers=host) as client,
    ):
        page = client.get("/om/sok", headers=ANNA)
        client.headers["Cookie"] = page.headers["set-cookie"].partition(";")[0]  # secure; the test speaks http
        yield client


def test_two_domains_are_two_people(proxied: httpx.Client, engine: Engine) -> None:
    token = token_of(proxied.get("/nycklar", headers=BO))
    sent = {"token": token, "q": "slam", "name": "Bos fråga"}
    assert proxied.post("/bevakningar", headers=BO, data=sent).status_code == 303
    assert "Bos fråga" in proxied.get("/bevakningar", headers=BO).text
    other = proxied.get("/bevakningar", headers=OTHER)
    assert "Bos fråga" not in other.text
    assert proxied.get("/nycklar", headers=OTHER).status_code == 403  # the officer is the other Bo
    assert proxied.post("/bevakningar", headers=OTHER, data=sent).status_code == 403
    with reading(engine) as conn:
        assert [(one.name, one.subject) for one in people(conn)] == [
            ("anna", "anna"),
            ("bo", "bo@example.org"),
            ("bo (2)", "bo@other.example"),
        ]
        assert [one.name for one in saved_searches(conn, "bo")] == ["Bos fråga"]
        assert saved_searches(conn, "bo (2)") == ()


def test_a_token_lasts_no_longer_than_its_owner_is_seen(
    proxied: httpx.Client, engine: Engine, turned: Clock
) -> None:
    proxied.get("/om/sok", headers=BO)
    with writing(engine) as conn:
        _, itself = make_token(conn, "Kurvor", "bo", NOW)
        _, service = make_token(conn, "Övervakning", "driften", NOW)
    shown, other = ({"Authorization": f"Bearer {one}"} for one in (itself, service))
    for days, status in ((90, 200), (91, 401)):
        turned.now = NOW + timedelta(days=days)
        assert proxied.get("/api/sources", headers=shown).status_code == status
        assert proxied.get("/api/sources", headers=other).status_code == 200  # nobody's who logs in
    proxied.get("/om/sok", headers=BO)
    assert proxied.get("/api/sources", headers=shown).status_code == 200


def test_who_comes_is_noted_once_an_hour(proxied: httpx.Client, engine: Engine, turned: Clock) -> None:
    noted = []
    for minutes in (0, 30, 61):
        turned.now = NOW + timedelta(minutes=minutes)
        with writing(engine) if minutes == 30 else reading(engine):  # somebody else writes: nobody waits
            assert proxied.get("/om/sok", headers=ANNA, timeout=5).status_code == 200
        with reading(engine) as conn:
            noted.append(people(conn)[0].seen_at)
    assert noted == [NOW, NOW, turned.now]


def test_a_person_is_taken_out_and_erased_in_the_browser(proxied: httpx.Client, engine: Engine) -> None:
    proxied.get("/om/sok", headers=BO)
    with writing(engine) as conn:
        set_case(conn, 1, {"owner": "bo", "position": "Utkast."}, who="bo", at=NOW)
    page = proxied.get("/personer", headers=ANNA)
    assert "handläggare" in page.text
    form = {"token": token_of(page), "who": "bo"}
    taken = proxied.post("/personer/uttag", headers=ANNA, data=form)
    assert taken.headers["content-disposition"].startswith("attachment")
    assert taken.headers["cache-control"] == "no-store"
    assert taken.json()["person"]["subject"] == "bo@example.org"
    asked = proxied.post("/personer/radera", headers=ANNA, data=form)
    assert "dataskyddsförordningen" in asked.text
    assert 'name="who" value="person:2"' in asked.text
    with reading(engine) as conn:
        assert cases_of(conn, [1])[1].owner == "bo"  # nothing has happened yet
    done = proxied.post("/personer/radera/ja", headers=ANNA, data=form | {"who": "person:2"})
    assert (done.status_code, done.headers["location"]) == (303, "/personer?erased=1")
    assert "Raderat." in proxied.get(done.headers["location"], headers=ANNA).text
    assert proxied.post("/personer/uttag", headers=ANNA, data=form).status_code == 400
    changes = proxied.get("/andringar", headers=ANNA).text
    assert "tog ut det som sparas om" in changes
    with reading(engine) as conn:
        assert cases_of(conn, [1])[1].owner == "raderad person 2"
        assert [(one.who, one.action, one.object) for one in recorded(conn, 2)] == [
            ("anna", "erase-person", "person:2"),
            ("anna", "export-person", "person:2"),
        ]


def test_public_records_are_taken_out_in_the_browser(proxied: httpx.Client, engine: Engine) -> None:
    page = proxied.get("/handlingar", headers=ANNA)
    form = {"token": token_of(page), "dossier": "2022/0345(COD)"}
    answer = proxied.post("/handlingar", headers=ANNA, data=form)
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert json.loads(file.read("innehall.json"))["scope"] == "ärende 1"
    period = {"token": form["token"], "from": "2026-11-01", "to": "2026-11-30"}
    assert proxied.post("/handlingar", headers=ANNA, data=period).status_code == 200
    for wrong in (
        {},
        {"dossier": HOSTILE},
        {"from": "x", "to": "2026-11-30"},
        {"from": "2026-11-30"},
        {"dossier": "9"},
    ):
        refused = proxied.post("/handlingar", headers=ANNA, data={"token": form["token"], **wrong})
        assert (refused.status_code, "Ange ett ärende" in refused.text) == (400, True), wrong
    with reading(engine) as conn:
        assert [(one.action, one.object) for one in recorded(conn, 9)] == [
            ("public-record", "period"),
            ("public-record", "dossier:1"),
        ]


def test_only_admins_with_a_form_of_ours_get_any_of_it(proxied: httpx.Client, engine: Engine) -> None:
    paths = ("/personer/uttag", "/personer/radera", "/personer/radera/ja", "/handlingar")
    token = token_of(proxied.get("/nycklar", headers=BO))
    for path in ("/personer", "/handlingar"):
        for who in (BO, OTHER):
            assert proxied.get(path, headers=who).status_code == 403
    for path in paths:
        assert proxied.post(path, headers=BO, data={"token": token, "who": "anna"}).status_code == 403
        for data in ({"who": "bo"}, {"who": "bo", "token": token}):
            assert proxied.post(path, headers=ANNA, data=data).status_code == 403
        crossing = ANNA | {"Sec-Fetch-Site": "cross-site"}
        mine = token_of(proxied.get("/personer", headers=ANNA))
        assert proxied.post(path, headers=crossing, data={"token": mine, "who": "bo"}).status_code == 403
    with reading(engine) as conn:
        assert recorded(conn, 9) == ()


def test_hostile_names_stay_text(proxied: httpx.Client) -> None:
    name = HOSTILE.replace("@", "")[:90]
    assert proxied.get("/om/sok", headers={"X-Remote-User": name}).status_code == 200
    page = proxied.get("/personer", headers=ANNA)
    assert "<img" not in page.text
    data = {"token": token_of(page), "who": name}
    asked = proxied.post("/personer/radera", headers=ANNA, data=data)
    assert asked.status_code == 200
    assert "<img" not in asked.text
    taken = proxied.post("/personer/uttag", headers=ANNA, data=data)
    assert taken.headers["content-type"] == "application/json"
    assert taken.headers["content-disposition"] == 'attachment; filename="personuppgifter.json"'
    assert taken.json()["person"]["subject"] == name
    unknown = proxied.post("/personer/uttag", headers=ANNA, data=data | {"who": f"x{HOSTILE}"})
    assert (unknown.status_code, "<img" in unknown.text) == (400, False)


def test_every_row_that_names_a_person_has_a_name_for_people() -> None:
    assert {column.table.name for column in NAMED} <= ROWS.keys()


def test_erasing_and_handing_out_in_a_browser(chromium: Any, address: str, engine: Engine) -> None:
    with writing(engine) as conn:
        welcome(conn, Said(HEADER, "bo@example.org", "Bo Ek", "Bo Ek"), NOW)
        set_case(conn, 1, {"owner": "Bo Ek", "position": "Bo Ek har skrivit."}, who="Bo Ek", at=NOW)
    context = chromium.new_context(base_url=address, bypass_csp=True, locale="sv-SE", java_script_enabled=True)
    page, found, wide = context.new_page(), [], []

    def looked_at() -> None:
        wide.extend(browser.too_wide(page, 320, 1440))
        found.extend(browser.violations(page))

    page.goto("/personer")
    page.get_by_label("Namn eller e-postadress").fill("nobody")
    page.get_by_role("button", name="Hämta allt som sparas").click()
    page.get_by_role("alert").wait_for()
    looked_at()
    page.get_by_label("Namn eller e-postadress").fill("Bo Ek")
    page.get_by_role("button", name="Radera …").click()
    page.get_by_role("heading", name="Radera en person").wait_for()
    assert page.get_by_role("link", name="dossier:1").is_visible()
    assert page.get_by_text("ändringar i ärenden: 2").is_visible()
    looked_at()
    page.get_by_role("button", name="Ja, radera").click()
    page.get_by_text("Raderat.").wait_for()
    page.goto("/handlingar")
    page.get_by_role("button", name="Hämta zip-filen").click()
    page.get_by_role("alert").wait_for()
    looked_at()
    page.get_by_label("Från och med").fill("2026-11-01")
    page.get_by_label("Till och med").fill("2026-11-30")
    with page.expect_download() as download:
        page.get_by_role("button", name="Hämta zip-filen").click()
    assert download.value.suggested_filename == "utblick-uttag.zip"
    context.close()
    assert (found, wide) == ([], [])
