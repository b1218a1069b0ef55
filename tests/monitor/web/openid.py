"""A small OpenID provider over real HTTP, which lies as a test tells it. Its people and keys are constructed."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from config.settings import Settings
from tests.monitor.web.conftest import serving

HERE = {"Host": "localhost"}
COOKIE = "utblick-login"
CLIENT, SECRET = "utblick-prov", "hemligt:med/tecken"
ANNA = {
    "sub": "a1",
    "name": "Anna Berg",
    "preferred_username": "anna.berg@example.org",
    "roles": ["Utblick.Admin"],
}


class Provider:
    """What it says of itself, whom it lets in, and how it signs; a test changes any of it."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.address = ""
        self.person: dict[str, Any] = dict(ANNA)
        self.keys = [RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})]
        self.said: dict[str, Any] = {}
        """Claims that differ from what they should be; None leaves one out."""
        self.described: dict[str, Any] = {}
        self.broken: dict[str, Response] = {}
        self.token: Callable[[dict[str, Any]], str] = self.signed
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def application(self) -> Starlette:
        """What answers."""
        answers = {
            "/.well-known/openid-configuration": self._describe,
            "/keys": self._public_keys,
            "/token": self._exchange,
            "/authorize": self._authorize,
        }
        return Starlette(
            routes=[
                Route(path, self._noted(path, answer), methods=["GET", "POST"]) for path, answer in answers.items()
            ]
        )

    def _noted(self, path: str, answer: Callable[..., Any]) -> Callable[..., Any]:
        async def noted(request: Request) -> Response:
            self.asked.append(path)
            return self.broken[path] if path in self.broken else await answer(request)

        return noted

    async def _describe(self, _request: Request) -> Response:
        said = {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "end_session_endpoint": f"{self.address}/logout",
        }
        return JSONResponse(said | self.described)

    async def _public_keys(self, _request: Request) -> Response:
        noise = [
            {"kty": "oct", "k": "AAAA", "kid": "shared"},
            {"kty": "new", "kid": "x"},
            "rubbish",
            {"kty": "RSA"},
        ]
        return JSONResponse({"keys": [*noise, *(key.as_dict(private=False) for key in self.keys)]})

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302
        )

    async def _exchange(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        plain = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
        known = plain == "utblick-prov:hemligt%3Amed%2Ftecken" or form.get("client_secret") == SECRET
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if not known:
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or asked["code_challenge"] != proof or asked["redirect_uri"] != form["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(self.clock().timestamp())
        claims = {"iss": self.address, "aud": CLIENT, "exp": now + 600, "iat": now, "nonce": asked["nonce"]}
        claims |= self.person | self.said
        token = self.token({name: value for name, value in claims.items() if value is not None})
        return JSONResponse({"id_token": token, "access_token": "x", "token_type": "Bearer"})

    def signed(self, claims: dict[str, Any]) -> str:
        """As it should be."""
        return jwt.encode({"alg": "RS256", "kid": self.keys[-1].kid}, claims, self.keys[-1])

    def unsigned(self, claims: dict[str, Any]) -> str:
        """With the algorithm `none`."""
        head, body = (_part(json.dumps(one).encode()) for one in ({"alg": "none"}, claims))
        return f"{head}.{body}."

    def shared_secret(self, claims: dict[str, Any]) -> str:
        """With HS256, and the public key taken for a secret that both know."""
        head = _part(json.dumps({"alg": "HS256", "kid": "first"}).encode())
        said = f"{head}.{_part(json.dumps(claims).encode())}"
        public = self.keys[0].as_pem(private=False)
        return f"{said}.{_part(hmac.new(public, said.encode(), hashlib.sha256).digest())}"

    def of_another_key(self, claims: dict[str, Any]) -> str:
        """With the right name of a key and another key."""
        return jwt.encode({"alg": "RS256", "kid": "first"}, claims, RSAKey.generate_key(2048))

    def tampered(self, claims: dict[str, Any]) -> str:
        """Changed after it was signed."""
        head, _, end = self.signed(claims).split(".")
        return f"{head}.{_part(json.dumps(claims | {'sub': 'other'}).encode())}.{end}"


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@contextmanager
def providing(clock: Callable[[], datetime]) -> Iterator[Provider]:
    """A provider on a free port."""
    one = Provider(clock)
    with serving(one.application()) as there:
        one.address = there
        yield one


def path_of(address: str) -> str:
    """Path and query."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def settings_for(folder: Path, openid: Provider, **more: Any) -> Settings:
    """Pages at which one logs in there."""
    declared: dict[str, Any] = {
        "data_dir": folder,
        "web_login": "oidc",
        "web_address": "http://localhost",
        "oidc_issuer": openid.address,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_readers": {"Utblick.Reader"},
        "oidc_officers": {"Utblick.Officer"},
        "oidc_admins": {"Utblick.Admin"},
    }
    return Settings(**declared | more)


def to_provider(client: httpx.Client, to: str = "/") -> str:
    """Begin a login: the path at our pages to which the provider sends the browser back."""
    first = client.get("/logga-in", params={"to": to})
    assert first.status_code == 303, first.text
    back = httpx.get(first.headers["location"])
    assert back.headers["location"].startswith("http://localhost/logga-in/svar?"), back.text
    return path_of(back.headers["location"])


def log_in(client: httpx.Client, to: str = "/") -> httpx.Response:
    """The whole way."""
    return client.get(to_provider(client, to))
