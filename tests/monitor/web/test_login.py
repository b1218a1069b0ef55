"""Login at a real OpenID provider of our own, the roles it gives, and out again."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from sqlalchemy import Engine, select

from monitor.archive.engine import reading, writing
from monitor.archive.people import login, people
from monitor.archive.tokens import make_token
from monitor.archive.web import recorded
from monitor.web import app
from tests import browser
from tests.monitor.web.conftest import NOW, Clock, serving, token_of
from tests.monitor.web.openid import ANNA, CLIENT, COOKIE, SECRET, Provider, log_in, path_of, settings_for


def test_a_page_leads_to_the_provider_and_back(visiting: Any, engine: Engine, openid: Provider) -> None:
    client = visiting()
    away = client.get("/sok?q=slam&open=1")
    assert (away.status_code, away.headers["location"]) == (303, "/logga-in?to=%2Fsok%3Fq%3Dslam%26open%3D1")
    there = client.get(away.headers["location"])
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there.headers["location"]).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert SECRET not in there.headers["location"]
    back = httpx.get(there.headers["location"])
    answer = client.get(path_of(back.headers["location"]))
    assert (answer.status_code, answer.headers["location"]) == (303, "/sok?q=slam&open=1")
    cookies = {line.partition("=")[0]: line.lower() for line in answer.headers.get_list("set-cookie")}
    assert all(part in cookies[COOKIE] for part in ("httponly", "samesite=lax", "path=/"))
    assert "Inloggad: Anna Berg" in client.get("/om/sok").text
    assert client.get("/andringar").status_code == 200
    assert client.get("/logga-in?to=/brev").headers["location"] == "/brev"
    with reading(engine) as conn:
        (one,) = people(conn)
        held = conn.scalar(select(login.c.digest))
    assert (one.name, one.issuer, one.subject) == ("Anna Berg", openid.address, "a1")
    assert held != client.cookies[COOKIE]


def test_secure_cookies_belong_to_this_host_alone(visiting: Any) -> None:
    client = visiting(web_address="https://utblick.example.org")
    there = client.get("/logga-in", headers={"Host": "utblick.example.org"})
    cookie = there.headers["set-cookie"]
    assert cookie.startswith("__Host-utblick-attempt=")
    assert "secure" in cookie.lower()


def test_roles_come_from_the_claim(visiting: Any, openid: Provider) -> None:
    for roles, name, open_to in (
        (["Utblick.Reader"], "eva", ()),
        ("Utblick.Officer", "bo", ("/nycklar",)),
        (["x", "Utblick.Admin", "Utblick.Reader"], "anna", ("/nycklar", "/andringar")),
    ):
        openid.person = {"sub": name, "name": name, "roles": roles}
        client = visiting()
        assert log_in(client).status_code == 303
        for path in ("/nycklar", "/andringar"):
            assert client.get(path).status_code == (200 if path in open_to else 403), (name, path)


def test_who_has_no_role_is_turned_away_and_not_noted(visiting: Any, engine: Engine, openid: Provider) -> None:
    for roles in ([], None, ["Other"], {"Utblick.Admin": 1}, [["Utblick.Admin"]]):
        openid.person = {"sub": "x", "name": "Utomstående", "roles": roles}
        client = visiting()
        answer = log_in(client)
        assert (answer.status_code, "Du har inte tillgång" in answer.text) == (403, True)
        assert COOKIE not in client.cookies
    assert (
        "You have no access"
        in client.get("/logga-in/svar?fel=login+nobody", headers={"Cookie": "language=en"}).text
    )
    with reading(engine) as conn:
        assert people(conn) == ()
    open_house = visiting(oidc_default_role="reader")
    assert log_in(open_house).status_code == 303
    assert open_house.get("/nycklar").status_code == 403


def test_a_new_name_makes_no_new_person_and_one_name_is_not_two(
    visiting: Any, engine: Engine, openid: Provider
) -> None:
    client = visiting()
    log_in(client)
    openid.person = ANNA | {"name": "Anna Ek", "preferred_username": "anna.ek@example.org"}
    log_in(visiting())
    assert "Inloggad: Anna Ek" in client.get("/om/sok").text
    openid.person = ANNA | {"sub": "b2"}
    log_in(visiting())
    with reading(engine) as conn:
        found = people(conn)
    assert [(one.name, one.subject) for one in found] == [("Anna Berg", "a1"), ("Anna Berg (2)", "b2")]


# ---------------------------------------------------------------------------- without a login, and out again


def test_without_a_login_only_what_surrounds_it_is_shown(visiting: Any) -> None:
    client = visiting()
    for path in ("/", "/dokument/1", "/sok.csv", "/kalender.ics", "/leave/x", "/static", "/statisk", "/nope"):
        assert client.get(path).status_code == 303, path
    for path in ("/static/utblick.css", "/farg.css", "/utloggad"):
        assert client.get(path).status_code == 200, path
    assert client.get("/static/nope").status_code == 404
    assert client.get("/sprak/en?to=/logga-in").status_code == 303
    assert client.get("/api/search").status_code == 401
    assert client.post("/dokument/1/bedom", data={"level": "none"}).status_code == 401
    part = client.get("/sok?q=a", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/logga-in?to=%2Fsok%3Fq%3Da")


def test_headers_log_nobody_in_here(visiting: Any) -> None:
    assert visiting().get("/", headers={"X-Remote-User": "anna"}).status_code == 303


def test_logging_out_ends_the_login_and_leads_to_the_providers(
    visiting: Any, engine: Engine, openid: Provider
) -> None:
    client = visiting()
    log_in(client)
    page = client.get("/om/sok")
    held = client.cookies[COOKIE]
    assert client.post("/logga-ut").status_code == 403
    assert client.post("/logga-ut", data={"token": "x"}).status_code == 403
    sent = client.post("/logga-ut", data={"token": token_of(page)})
    assert (sent.status_code, sent.headers["location"]) == (303, "/utloggad")
    assert "form-action 'self'" in sent.headers["content-security-policy"]
    last = client.get("/utloggad")
    assert "Du är utloggad" in last.text
    wanted = f"{openid.address}/logout?client_id={CLIENT}&amp;post_logout_redirect_uri=http%3A%2F%2Flocalhost%2F"
    assert wanted in last.text
    assert client.get("/", headers={"Cookie": f"{COOKIE}={held}"}).status_code == 303
    with reading(engine) as conn:
        assert conn.execute(select(login)).all() == []
    assert client.get("/utloggad", headers={"Cookie": "language=en"}).text.count("You are logged out") == 2
    openid.described = {"end_session_endpoint": "javascript:alert(1)"}
    assert "javascript" not in visiting(oidc_session_hours=9).get("/utloggad").text


# ---------------------------------------------------------------------------- tokens and the role of their owner


def test_a_token_may_no_more_than_its_owner_may_now(
    visiting: Any, engine: Engine, openid: Provider, turned: Clock
) -> None:
    client = visiting()
    log_in(client)
    with writing(engine) as conn:
        _, itself = make_token(conn, "Kurvor", "Anna Berg", NOW)
    shown = {"Authorization": f"Bearer {itself}"}
    assert client.get("/api/sources", headers=shown).status_code == 200
    openid.person = ANNA | {"roles": []}
    assert log_in(visiting()).status_code == 403
    refused = client.get("/api/sources", headers=shown)
    assert (refused.status_code, "its owner" in refused.text) == (401, True)
    openid.person = ANNA | {"roles": ["Utblick.Reader"]}
    log_in(visiting())
    assert client.get("/api/sources", headers=shown).status_code == 200
    turned.now += timedelta(days=91)  # long not seen: who knows whether the person is still there
    assert client.get("/api/sources", headers=shown).status_code == 401
    log_in(visiting())
    assert client.get("/api/sources", headers=shown).status_code == 200
    elsewhere = visiting(oidc_issuer=f"{openid.address}/")
    assert elsewhere.get("/api/sources", headers=shown).status_code == 401


def test_what_people_do_is_signed_with_their_one_name(visiting: Any, engine: Engine) -> None:
    client = visiting()
    log_in(client)
    token = token_of(client.get("/dokument/1"))
    assert client.post("/dokument/1/bedom", data={"token": token, "level": "none"}).status_code == 303
    with reading(engine) as conn:
        assert [one.who for one in recorded(conn, 10)] == ["Anna Berg"]


# ---------------------------------------------------------------------------- in a real browser


class Late:
    """An application that is made once its address is known: the provider sends browsers back there."""

    made: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.made(scope, receive, send)


def test_in_a_browser_and_out_again(
    chromium: Any, folder: Path, engine: Engine, turned: Clock, openid: Provider
) -> None:
    late = Late()
    with serving(late) as there:
        late.made = app.create(settings_for(folder, openid, web_address=there), engine, turned)
        context = chromium.new_context(base_url=there, locale="sv-SE")
        page = context.new_page()
        problems: list[str] = []
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.goto("/om/sok")
        page.get_by_text("Inloggad: Anna Berg").wait_for()
        assert page.url == f"{there}/om/sok"
        page.get_by_role("button", name="Logga ut").click()
        page.get_by_role("heading", name="Du är utloggad").wait_for()
        away = page.get_by_role("link", name="inloggningstjänsten").get_attribute("href")
        assert away.startswith(openid.address)
        found = browser.violations(page)
        page.get_by_role("link", name="In English").click()
        page.get_by_role("heading", name="You are logged out").wait_for()
        openid.person = ANNA | {"roles": []}
        page.get_by_role("link", name="Log in again").click()
        page.get_by_role("heading", name="You have no access").wait_for()
        context.close()
    # A policy that is broken is an error on the console; a refusal asked for is none.
    assert ([line for line in problems if "status of 403" not in line], found) == ([], [])
