"""Tokens at a real server: what opens with one, what does not, and what is left behind."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, text, update

from config.settings import Settings
from monitor.archive.engine import reading, writing
from monitor.archive.tokens import PREFIX, access_token, make_token, revoke_token, tokens
from monitor.archive.web import recorded
from monitor.web import app, guard
from tests.monitor.web.conftest import NOW, Clock, serving, token_of
from tests.monitor.web.test_hostile import LOCAL, behind_proxy

BEHIND = {"Host": "utblick.example.org"}


@pytest.fixture
def proxied(folder: Path, engine: Engine, turned: Clock) -> Iterator[httpx.Client]:
    """Behind a proxy that names nobody."""
    with (
        serving(app.create(behind_proxy(folder, LOCAL), engine, turned)) as there,
        httpx.Client(base_url=there, headers=BEHIND) as client,
    ):
        yield client


def token(engine: Engine, days: int = 365) -> tuple[int, dict[str, str]]:
    """A token's number, and the header that shows it."""
    with writing(engine) as conn:
        made, itself = make_token(conn, "Kurvor", "bo", NOW, days)
    return made.id, {"Authorization": f"Bearer {itself}"}


def test_a_token_opens_the_interface_and_feeds(proxied: httpx.Client, engine: Engine) -> None:
    _, shown = token(engine)
    for path in ("/api/search", "/api/documents/1", "/api/openapi.json", "/kalender.ics"):
        assert proxied.get(path).status_code == 401
        assert proxied.get(path, headers=shown).status_code == 200
    assert proxied.get(
        "/api/documents", headers={"Authorization": shown["Authorization"].replace("B", "b", 1)}
    ).json()


def test_a_token_opens_nothing_else(proxied: httpx.Client, engine: Engine) -> None:
    _, shown = token(engine)
    anna = shown | {"X-Remote-User": "anna"}
    calls = [
        ("GET", path) for path in ("/", "/sok", "/andringar.csv", "/nycklar", "/api", "/sok.json", "/dokument/1")
    ]
    calls += [(method, "/api/documents") for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS")]
    for method, path in (*calls, ("POST", "/nycklar"), ("POST", "/dokument/1/bedom"), ("POST", "/leave/x.ics")):
        # Nor does it with a person's name beside it: the token says who asks.
        for headers in (shown, anna):
            answer = proxied.request(method, path, headers=headers)
            assert answer.status_code == 403, (method, path)
            assert 'error="insufficient_scope"' in answer.headers["www-authenticate"]
    assert proxied.get("/api/../andringar", headers=shown).status_code == 403


@pytest.mark.parametrize(
    "said",
    [
        "Bearer",
        "Bearer x",
        f"Bearer {PREFIX}{'A' * 43}",
        f"Bearer {PREFIX}{'%27--' * 12}",
        "bearer x y",
    ],
)
def test_a_wrong_token_is_told_how_to_show_one(proxied: httpx.Client, said: str) -> None:
    for named in ({}, {"X-Remote-User": "anna"}):
        answer = proxied.get("/api/documents", headers={"Authorization": said, **named})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="utblick", error="invalid_token"'
        assert "set-cookie" not in answer.headers


def test_without_any_the_answer_says_what_is_missing(proxied: httpx.Client) -> None:
    answer = proxied.get("/api/documents")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="utblick"')


def test_two_tokens_are_none(proxied: httpx.Client, engine: Engine) -> None:
    said = token(engine)[1]["Authorization"]
    headers = [("Authorization", said), ("Authorization", said)]
    assert proxied.get("/api/documents", headers=headers).status_code == 401


def test_an_expired_or_revoked_token_opens_nothing(proxied: httpx.Client, engine: Engine, turned: Clock) -> None:
    number, revoked = token(engine)
    _, month = token(engine, days=30)
    assert proxied.get("/api/sources", headers=revoked).status_code == 200
    with writing(engine) as conn:
        revoke_token(conn, number, NOW)
    assert proxied.get("/api/sources", headers=revoked).status_code == 401
    turned.now = NOW + timedelta(days=30) - timedelta(seconds=1)
    assert proxied.get("/api/sources", headers=month).status_code == 200
    turned.now += timedelta(seconds=1)
    assert proxied.get("/api/sources", headers=month).status_code == 401


def test_a_token_is_no_way_around_the_proxy(folder: Path, engine: Engine, turned: Clock) -> None:
    from ipaddress import IPv4Network

    settings = behind_proxy(folder, (IPv4Network("192.0.2.0/24"),))
    _, shown = token(engine)
    with serving(app.create(settings, engine, turned)) as there:
        answer = httpx.get(f"{there}/api/documents", headers=shown | BEHIND)
        assert (answer.status_code, "web_proxies" in answer.text) == (403, True)
        assert httpx.get(f"{there}/api/documents", headers=shown | {"Host": "evil.example"}).status_code == 421


def test_use_is_noted_once_an_hour_and_reading_needs_no_writing(
    proxied: httpx.Client, engine: Engine, turned: Clock
) -> None:
    _, shown = token(engine)
    noted = []
    for minutes in (0, 30, 61):
        turned.now = NOW + timedelta(minutes=minutes)
        assert proxied.get("/api/sources", headers=shown).status_code == 200
        with reading(engine) as conn:
            noted.append(tokens(conn)[0].last_used)
    assert noted == [NOW, NOW, turned.now]
    # Another writer holds the archive: within the hour nobody waits for it.
    with writing(engine) as conn:
        conn.execute(update(access_token).values(name="Andra kurvor"))
        assert proxied.get("/api/sources", headers=shown, timeout=5).status_code == 200


def test_an_archive_that_cannot_be_read_is_said(proxied: httpx.Client, engine: Engine) -> None:
    _, shown = token(engine)
    with writing(engine) as conn:
        conn.execute(text("DROP TABLE access_token"))
    answer = proxied.get("/api/sources", headers=shown)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "access_token" not in answer.text


def test_programs_wait_like_people(
    folder: Path, engine: Engine, clock: Callable[[], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "READS", (0.001, 3))
    _, shown = token(engine)
    wrong = {"Authorization": f"Bearer {PREFIX}{'A' * 43}"}
    with (
        serving(app.create(behind_proxy(folder, LOCAL), engine, clock)) as there,
        httpx.Client(base_url=there, headers=BEHIND) as client,
    ):
        guesses = [client.get("/api/sources", headers=wrong).status_code for _ in range(4)]
        calls = [client.get("/api/sources", headers=shown).status_code for _ in range(4)]
        assert guesses == [401, 401, 401, 429]
        assert calls == [200, 200, 200, 429]
        # Neither used up what a person may.
        assert client.get("/", headers={"X-Remote-User": "bo@example.org"}).status_code == 200


def test_the_schema_declares_the_token(client: httpx.Client) -> None:
    schema = client.get("/api/openapi.json").json()
    scheme = schema["components"]["securitySchemes"]["token"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert {"token": []} in schema["security"]


# ---------------------------------------------------------------------------- the page


def test_a_token_is_made_shown_once_and_revoked_in_the_browser(proxied: httpx.Client, engine: Engine) -> None:
    bo = {"X-Remote-User": "bo@example.org"}
    first = proxied.get("/nycklar", headers=bo)
    assert "Det finns inga nycklar än" in first.text
    proxied.headers["Cookie"] = first.headers["set-cookie"].partition(";")[0]  # secure; the test speaks http
    form = {"token": token_of(first), "name": "Kvartalets <b>kurvor</b>", "days": "90"}
    made = proxied.post("/nycklar", headers=bo, data=form)
    assert (made.status_code, made.headers["cache-control"]) == (200, "no-store")
    itself = re.search(rf"<code>({PREFIX}[\w-]+)</code>", made.text)
    assert itself
    shown = {"Authorization": f"Bearer {itself[1]}"}
    assert proxied.get("/api/sources", headers=shown).status_code == 200
    again = proxied.get("/nycklar", headers=bo).text
    assert PREFIX not in again
    assert "Kvartalets &lt;b&gt;kurvor" in again
    assert "21 februari 2027" in again
    assert proxied.post("/nycklar/1/avsluta", headers=bo, data={"token": form["token"]}).status_code == 303
    assert proxied.get("/api/sources", headers=shown).status_code == 401
    assert proxied.post("/nycklar/1/avsluta", headers=bo, data={"token": form["token"]}).status_code == 404
    with reading(engine) as conn:
        assert [(one.who, one.action, one.object) for one in recorded(conn, 10)] == [
            ("bo", "revoke", "token:1"),
            ("bo", "token", "token:1"),
        ]
        assert itself[1] not in str(recorded(conn, 10))
    assert "skapade nyckeln" in proxied.get("/andringar", headers={"X-Remote-User": "anna"}).text


def test_whose_tokens_one_sees_and_ends(proxied: httpx.Client, engine: Engine) -> None:
    bo, anna = {"X-Remote-User": "bo@example.org"}, {"X-Remote-User": "anna"}
    for one in (bo, anna):
        proxied.get("/om/sok", headers=one)
    with writing(engine) as conn:
        make_token(conn, "Annas kurvor", "anna", NOW)
        make_token(conn, "Bos kurvor", "bo", NOW)
    page = proxied.get("/nycklar", headers=bo)
    proxied.headers["Cookie"] = page.headers["set-cookie"].partition(";")[0]
    assert "Bos kurvor" in page.text
    assert "Annas kurvor" not in page.text
    assert proxied.post("/nycklar/1/avsluta", headers=bo, data={"token": token_of(page)}).status_code == 404
    everybody = proxied.get("/nycklar", headers=anna)
    assert "Annas kurvor" in everybody.text
    assert proxied.post("/nycklar/2/avsluta", headers=anna, data={"token": token_of(everybody)}).status_code == 303
    with reading(engine) as conn:
        assert [one.revoked for one in tokens(conn)] == [NOW, None]


def test_readers_have_no_tokens_and_forms_of_others_make_none(proxied: httpx.Client, engine: Engine) -> None:
    eva, bo = {"X-Remote-User": "eva"}, {"X-Remote-User": "bo@example.org"}
    assert proxied.get("/nycklar", headers=eva).status_code == 403
    assert "/nycklar" not in proxied.get("/om/api", headers=eva).text
    data = {"name": "x", "days": "365"}
    assert proxied.post("/nycklar", headers=bo, data=data).status_code == 403
    assert proxied.post("/nycklar", headers=bo | {"Sec-Fetch-Site": "cross-site"}, data=data).status_code == 403
    with reading(engine) as conn:
        assert tokens(conn) == ()


@pytest.mark.parametrize("wrong", [{"days": "9999"}, {"days": "-1"}, {"days": "½"}, {"days": ""}, {"name": " "}])
def test_a_form_that_asks_for_more_is_refused(client: httpx.Client, engine: Engine, wrong: dict[str, str]) -> None:
    form = {"token": token_of(client.get("/nycklar")), "name": "Kurvor", "days": "365", **wrong}
    assert client.post("/nycklar", data=form).status_code == 400
    with reading(engine) as conn:
        assert (tokens(conn), recorded(conn, 1)) == ((), ())


def test_the_public_pages_know_no_tokens(outside: httpx.Client, engine: Engine, folder: Path) -> None:
    _, shown = token(engine)
    assert Settings(data_dir=folder).web_login == "local"
    assert outside.get("/api/documents", headers=shown).status_code == 404
