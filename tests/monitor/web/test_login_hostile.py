"""Providers that lie or are in trouble, and browsers that replay, plant and change what they hold."""

import logging
import re
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import Engine, select
from starlette.responses import PlainTextResponse, Response

from config.errors import ConfigError
from monitor import doctor
from monitor.archive.engine import reading
from monitor.archive.people import login, people
from monitor.web import app
from monitor.web import provider as asking
from tests.monitor.web.conftest import NOW, Clock, serving
from tests.monitor.web.openid import (
    ANNA,
    CLIENT,
    COOKIE,
    HERE,
    SECRET,
    Provider,
    log_in,
    settings_for,
    to_provider,
)

HOSTILE_TOKENS: dict[str, dict[str, Any]] = {
    "wrong nonce": {"nonce": "another"},
    "a list of nonces": {"nonce": ["another"]},
    "no nonce": {"nonce": None},
    "wrong audience": {"aud": "another"},
    "no audience": {"aud": None},
    "several audiences without azp": {"aud": [CLIENT, "another"]},
    "azp of another": {"azp": "another"},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "no subject": {"sub": None},
    "empty subject": {"sub": ""},
    "a long subject": {"sub": "x" * 256},
    "a number for a subject": {"sub": 7},
    "expired": {"exp": int(NOW.timestamp()) - 61},
    "no end": {"exp": None},
    "an end in words": {"exp": "never"},
    "from the future": {"iat": int(NOW.timestamp()) + 61},
    "not yet": {"nbf": int(NOW.timestamp()) + 61},
}


def test_a_token_that_does_not_fit_logs_nobody_in(visiting: Any, engine: Engine, openid: Provider) -> None:
    client = visiting()
    for what, said in HOSTILE_TOKENS.items():
        openid.said = said
        answer = log_in(client)
        assert (answer.status_code, "gick inte igenom" in answer.text) == (403, True), what
        assert client.get("/").status_code == 303, what
    with reading(engine) as conn:
        assert people(conn) == ()


def test_a_token_that_the_provider_did_not_sign_counts_for_nothing(visiting: Any, openid: Provider) -> None:
    client = visiting()
    for how in (openid.unsigned, openid.shared_secret, openid.of_another_key, openid.tampered):
        openid.token = how
        assert log_in(client).status_code == 403, how
        assert client.get("/").status_code == 303, how


def test_a_token_of_no_form_counts_for_nothing(visiting: Any, openid: Provider) -> None:
    client = visiting()
    forms: list[Any] = ["", "x", "a.b", "a.b.c", "e30.e30.e30", "." * 5, "å.å.å", 7, None, [1]]
    for form in forms:
        openid.token = lambda _, form=form: form  # type: ignore[misc]  # bound now
        assert log_in(client).status_code == 403, form


def test_a_clock_may_differ_by_a_minute(visiting: Any, openid: Provider) -> None:
    openid.said = {"exp": int(NOW.timestamp()) - 59, "iat": int(NOW.timestamp()) + 59, "aud": [CLIENT]}
    assert log_in(visiting()).status_code == 303


def test_keys_change_at_any_time(visiting: Any, openid: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    client = visiting()
    assert log_in(client).status_code == 303
    log_in(visiting())
    assert openid.asked.count("/keys") == 1  # kept
    openid.keys = [openid.keys[0], RSAKey.generate_key(2048, {"kid": "second"})]
    monkeypatch.setattr(asking, "AGAIN", 0.0)
    assert log_in(visiting()).status_code == 303
    assert openid.asked.count("/keys") == 2
    # One of another sort, and the old ones gone.
    curve = ECKey.generate_key("P-256", {"kid": "third"})
    openid.keys = [curve]  # type: ignore[list-item]  # a test's provider takes any
    openid.token = lambda claims: jwt.encode({"alg": "ES256", "kid": "third"}, claims, curve)
    assert log_in(visiting()).status_code == 303
    monkeypatch.setattr(asking, "AGAIN", 60.0)
    before = openid.asked.count("/keys")
    openid.token = openid.of_another_key
    assert [log_in(visiting()).status_code for _ in range(3)] == [403] * 3
    assert openid.asked.count("/keys") == before  # whoever sends rubbish makes us ask nobody


# ---------------------------------------------------------------------------- state, cookies, addresses


def test_a_state_counts_once_and_only_in_its_browser(visiting: Any, turned: Clock) -> None:
    mine, other = visiting(), visiting()
    answer = to_provider(mine)
    kept = f"utblick-attempt={mine.cookies['utblick-attempt']}"
    assert other.get(answer).status_code == 400
    assert "hann bli för gammal" in other.get(answer).text
    assert mine.get(answer).status_code == 303
    mine.cookies.clear()
    assert mine.get(answer, headers={"Cookie": kept}).status_code == 400  # replayed with its cookie
    assert mine.get("/").status_code == 303
    late = to_provider(other)
    turned.now += timedelta(minutes=11)
    assert other.get(late).status_code == 400


def test_an_answer_that_nobody_asked_for_logs_nobody_in(visiting: Any) -> None:
    client = visiting()
    to_provider(client)
    for query in (
        "",
        "?state=x&code=y",
        "?state=&code=",
        "?code=y",
        "?state=x&state=y&code=z",
        "?state=%00",
        "?fel=x",
    ):
        assert client.get(f"/logga-in/svar{query}").status_code == 400, query


def test_a_changed_cookie_ends_the_attempt(visiting: Any) -> None:
    for changed in ("", "x", "a.b.c", "{mark}.{begun}.L2FuZHJpbmdhcg==", "{mark}.9999999999.{to}"):
        client = visiting()
        answer = to_provider(client)
        mark, begun, to = client.cookies["utblick-attempt"].strip('"').split(".")
        client.cookies.clear()
        cookie = f"utblick-attempt={changed.format(mark=mark, begun=begun, to=to)}"
        assert client.get(answer, headers={"Cookie": cookie}).status_code == 400, changed


def test_the_provider_says_no_or_names_another_issuer(visiting: Any) -> None:
    for more in ("error=access_denied&error_description=%3Cscript%3E", "code=x&iss=https%3A%2F%2Fevil.example"):
        client = visiting()
        state = re.search(r"state=([^&]+)", to_provider(client))
        assert state
        answer = client.get(f"/logga-in/svar?state={state[1]}&{more}")
        assert answer.status_code == 403
        assert "script" not in answer.text


def test_a_login_leads_to_no_other_site(visiting: Any) -> None:
    for to in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ):
        client = visiting()
        assert log_in(client, to).headers["location"] == "/"
        assert client.get("/logga-in", params={"to": to}).headers["location"] == "/"


def test_a_login_is_always_a_new_one(visiting: Any, engine: Engine) -> None:
    client = visiting()
    planted = {"Cookie": f"{COOKIE}={'A' * 43}"}
    path = to_provider(client)
    held = f"utblick-attempt={client.cookies['utblick-attempt']}; {planted['Cookie']}"
    assert client.get(path, headers={"Cookie": held}).headers["location"] == "/"
    first = client.cookies[COOKIE]
    assert first != "A" * 43
    assert client.get("/", headers=planted).status_code == 303
    # Again, with the old one in the browser: that one ends.
    second = visiting()
    path = to_provider(second)
    attempt = second.cookies["utblick-attempt"]
    second.cookies.clear()
    held = {"Cookie": f"{COOKIE}={first}; utblick-attempt={attempt}"}
    assert second.get(path, headers=held).status_code == 303
    assert second.get("/", headers={"Cookie": f"{COOKIE}={first}"}).status_code == 303
    with reading(engine) as conn:
        assert len(conn.execute(select(login)).all()) == 1


def test_a_login_ends_by_itself_and_with_the_role(visiting: Any, openid: Provider, turned: Clock) -> None:
    client = visiting()
    log_in(client)
    turned.now += timedelta(hours=9, minutes=59)
    assert client.get("/om/sok").status_code == 200
    other = visiting()
    openid.person = ANNA | {"roles": []}
    assert log_in(other).status_code == 403
    assert client.get("/om/sok").status_code == 303  # at once, in every browser
    openid.person = dict(ANNA)
    log_in(client)
    turned.now += timedelta(hours=10)
    assert client.get("/om/sok").status_code == 303


def test_changed_settings_count_without_a_new_login(visiting: Any) -> None:
    client = visiting()
    log_in(client)
    held = {"Cookie": f"{COOKIE}={client.cookies[COOKIE]}"}
    assert client.get("/andringar", headers=held).status_code == 200
    demoted = visiting(oidc_admins=frozenset(), oidc_readers=frozenset({"Utblick.Admin"}))
    assert demoted.get("/andringar", headers=held).status_code == 403
    assert visiting(oidc_admins=frozenset({"Other"})).get("/", headers=held).status_code == 303


# ---------------------------------------------------------------------------- a provider in trouble


def test_a_provider_that_cannot_be_reached_is_said(
    folder: Path, engine: Engine, turned: Clock, openid: Provider
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    settings = settings_for(folder, openid, oidc_issuer=nobody)
    with (
        serving(app.create(settings, engine, turned)) as there,
        httpx.Client(base_url=there, headers=HERE, timeout=30) as client,
    ):
        for _ in range(2):
            answer = client.get("/logga-in?to=/brev")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
            assert "Inloggningstjänsten svarar inte" in answer.text
            assert 'href="/logga-in?to=%2Fbrev"' in answer.text
        assert (
            "The login service does not answer" in client.get("/logga-in", headers={"Cookie": "language=en"}).text
        )
        assert client.get("/utloggad").status_code == 200
        assert client.get("/static/utblick.css").status_code == 200


BROKEN: dict[str, tuple[str, Response]] = {
    "no description": ("/.well-known/openid-configuration", PlainTextResponse("borta", 404)),
    "a page": ("/.well-known/openid-configuration", PlainTextResponse("<html>", 200)),
    "a list": ("/.well-known/openid-configuration", PlainTextResponse("[]", 200)),
    "a deep one": ("/.well-known/openid-configuration", PlainTextResponse("[" * 200_000, 200)),
    "a huge one": ("/.well-known/openid-configuration", PlainTextResponse(" " * 300_000, 200)),
    "it leads elsewhere": (
        "/.well-known/openid-configuration",
        PlainTextResponse("", 302, {"Location": "http://127.0.0.1:1/"}),
    ),
}


NONSENSE: tuple[dict[str, Any], ...] = (
    {"issuer": "https://login.example/{tenantid}/v2.0"},
    {"issuer": None},
    {"authorization_endpoint": "javascript:alert(1)"},
    {"token_endpoint": "/token"},
    {"jwks_uri": None},
    {"authorization_endpoint": 7},
    {"token_endpoint": "http://[::1/token"},
)


def test_a_provider_in_trouble_is_said(visiting: Any, openid: Provider) -> None:
    client = visiting()
    for what, (path, answer) in BROKEN.items():
        openid.broken = {path: answer}
        assert client.get("/logga-in").status_code == 503, what
    openid.broken.clear()
    for said in NONSENSE:
        openid.described = said
        assert client.get("/logga-in").status_code == 503, said
    openid.described = {}
    for body in ("", '{"keys": []}', '{"keys": {"kty": "RSA"}}'):
        openid.broken = {"/keys": PlainTextResponse(body, 200 if body else 500)}
        assert log_in(client).status_code == 503, body
    openid.broken.clear()
    assert log_in(client).status_code == 303  # it is tried again


def test_the_doctor_asks_the_provider(folder: Path, openid: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PROBE_SECONDS", 0.01)
    settings = settings_for(folder, openid)
    asking.Provider(settings, lambda: NOW).check()
    openid.broken = {"/keys": PlainTextResponse("{}")}
    found = {one.name: (one.state, one.detail) for one in doctor.examine(settings, NOW)}
    assert found["login"] == ("bad", "the provider has no key that we can use")


def test_the_secret_goes_to_the_provider_and_nowhere_else(
    visiting: Any, folder: Path, openid: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert log_in(visiting()).status_code == 303
    openid.described = {"token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"]}
    path = folder / "secret"
    path.write_text(f"{SECRET}\n")
    assert log_in(visiting(oidc_client_secret=None, oidc_client_secret_file=path)).status_code == 303
    refused = log_in(visiting(oidc_client_secret="fel-hemlighet"))
    assert refused.status_code == 403
    assert "invalid_client" in caplog.text
    for secret in (SECRET, "hemligt%3Amed", "fel-hemlighet", "anna.berg", "Anna Berg"):
        assert secret not in caplog.text


def test_without_the_file_of_the_secret_nothing_starts(folder: Path, engine: Engine, openid: Provider) -> None:
    for content in (None, "", " \n"):
        path = folder / "secret"
        if content is not None:
            path.write_text(content)
        settings = settings_for(folder, openid, oidc_client_secret=None, oidc_client_secret_file=path)
        with pytest.raises(ConfigError, match="oidc_client_secret_file"):
            app.create(settings, engine, lambda: NOW)
