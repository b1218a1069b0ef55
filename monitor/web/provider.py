"""The OpenID provider at which people log in (OpenID Connect Core 1.0, authorization code flow with PKCE).

httpx asks, joserfc verifies. What the provider says of itself and its keys are kept for an hour; a key that is not
among them is asked for anew, at most once a minute, so that keys can change at any time.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from config.settings import Settings
from monitor.errors import MonitorError
from monitor.web.attempts import Attempt

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures with a key that the provider alone has: neither `none` nor one with a shared secret."""
SKEW: Final = 60
"""Seconds by which the provider's clock may differ from ours."""
KEPT: Final = 3600.0
"""Seconds for which the provider's description and keys count."""
AGAIN: Final = 60.0
"""Seconds before keys are asked for again because one was missing."""
PATIENCE: Final = 5.0
"""Seconds to wait for the provider at each step."""
REST: Final = 5.0
"""Seconds for which a provider that did not answer is not asked: else all who wait would hold up the pages."""
LARGEST: Final = 256 * 1024
SCOPE: Final = "openid profile email"

log = logging.getLogger(__name__)


class ProviderError(MonitorError):
    """The provider cannot be used now: not reachable, or what it says makes no sense."""


class LoginError(MonitorError):
    """This login does not count; the reason is for the log."""


@dataclass(frozen=True, slots=True)
class Described:
    """What the provider says of itself."""

    authorization: str
    token: str
    keys: str
    end_session: str | None
    basic: bool
    """Whether it takes our password in a header (RFC 6749, 2.3.1), else in the form."""


class Provider:
    """The provider of the settings.

    Args:
        settings: those in force, with `oidc`.
        clock: gives the present moment (aware), by which tokens expire.
        tick: gives seconds, by which what was read grows old.

    Raises:
        ConfigError: the file with the secret cannot be read.
    """

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime], tick: Callable[[], float] = time.monotonic
    ) -> None:
        self._issuer = settings.oidc_issuer or ""
        self._client_id = settings.oidc_client_id or ""
        self._secret = settings.oidc_secret()
        self._address = settings.web_address or ""
        self._clock, self._tick = clock, tick
        self._lock = threading.Lock()
        self._described: tuple[Described, float] | None = None
        self._keys: tuple[KeySet, float] | None = None
        self._silent_until = 0.0

    @property
    def answer_address(self) -> str:
        """Where the provider sends people back to; it must be registered there."""
        return f"{self._address}/logga-in/svar"

    def check(self) -> None:
        """Ask for its description and keys.

        Raises:
            ProviderError: they cannot be read, or make no sense.
        """
        self._key_set()

    def begin(self, attempt: Attempt) -> str:
        """The provider's address at which somebody logs in.

        Raises:
            ProviderError: it cannot be used now.
        """
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self.answer_address,
            "scope": SCOPE,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return _with(self.described().authorization, query)

    def farewell(self) -> str | None:
        """Where somebody also logs out of the provider itself; None: it has no such place, or does not answer."""
        try:
            place = self.described().end_session
        except ProviderError:
            return None
        query = {"client_id": self._client_id, "post_logout_redirect_uri": f"{self._address}/utloggad"}
        return _with(place, query) if place else None

    def claims(self, code: str, attempt: Attempt) -> Mapping[str, Any]:
        """What the provider says of who logged in, verified.

        Raises:
            ProviderError: it cannot be used now.
            LoginError: it does not know the code, or its token does not count here.
        """
        described = self.described()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.answer_address,
            "code_verifier": attempt.verifier,
        }
        login: tuple[str, str] | None = None
        if described.basic:
            login = (quote(self._client_id, safe=""), quote(self._secret, safe=""))
        else:
            form |= {"client_id": self._client_id, "client_secret": self._secret}
        said = self._ask("POST", described.token, data=form, auth=login)
        token = said.get("id_token")
        if not isinstance(token, str):
            raise LoginError("the provider gave no ID token")
        return self._verified(token, attempt.nonce)

    def described(self) -> Described:
        """What the provider says of itself, as it said within the hour.

        Raises:
            ProviderError: it cannot be reached, or speaks of another issuer.
        """
        with self._lock:
            now = self._tick()
            if self._described is None or now - self._described[1] > KEPT:
                found = self._ask("GET", f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
                self._described = (self._read(found), now)
            return self._described[0]

    def _read(self, found: Mapping[str, Any]) -> Described:
        if found.get("issuer") != self._issuer:
            raise ProviderError("oidc_issuer: the provider there calls itself otherwise")
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Described(
            authorization=self._needed(found, "authorization_endpoint"),
            token=self._needed(found, "token_endpoint"),
            keys=self._needed(found, "jwks_uri"),
            end_session=self._place(found.get("end_session_endpoint")),
            basic=isinstance(methods, list) and "client_secret_basic" in methods,
        )

    def _needed(self, found: Mapping[str, Any], name: str) -> str:
        place = self._place(found.get(name))
        if place is None:
            raise ProviderError(f"the provider's description has no usable {name}")
        return place

    def _place(self, address: object) -> str | None:
        """An address of the provider that is as safe as the issuer's own."""
        if not isinstance(address, str) or not address.isprintable():
            return None
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        allowed = ("https",) if self._issuer.startswith("https:") else ("https", "http")
        return address if parts.scheme in allowed and parts.hostname and not parts.fragment else None

    def _verified(self, token: str, nonce: str) -> Mapping[str, Any]:
        try:
            try:
                found = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
            except (InvalidKeyIdError, BadSignatureError):
                # Signed with a key that was made since we asked, perhaps.
                found = jwt.decode(token, self._key_set(older_than=AGAIN), algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                now=int(self._clock().timestamp()),
                leeway=SKEW,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": self._client_id},
                nonce={"essential": True, "value": nonce},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(found.claims)
        except (JoseError, ValueError, TypeError, RecursionError) as exc:
            raise LoginError(f"the ID token does not count: {type(exc).__name__}: {_short(exc)}") from exc
        said: Mapping[str, Any] = found.claims
        several = isinstance(said["aud"], list) and len(said["aud"]) > 1
        if (several or "azp" in said) and said.get("azp") != self._client_id:
            raise LoginError("the ID token was made for another program (azp)")
        if not isinstance(said["nonce"], str) or not 0 < len(said["sub"]) <= 255:
            raise LoginError("the ID token's nonce or sub has no usable form")
        return said

    def _key_set(self, older_than: float = KEPT) -> KeySet:
        place = self.described().keys
        with self._lock:
            now = self._tick()
            if self._keys is None or now - self._keys[1] > older_than:
                self._keys = (_usable(self._ask("GET", place)), now)
            return self._keys[0]

    def _ask(self, method: str, address: str, **more: Any) -> Mapping[str, Any]:
        """A JSON object from the provider, of bounded size; redirects are not followed.

        Raises:
            ProviderError: no answer, an error of the provider's, or no JSON object.
            LoginError: it refuses what was asked.
        """
        if self._tick() < self._silent_until:
            raise ProviderError("the provider did not answer a moment ago")
        try:
            # A client for each: logins are seldom, and no connection is left over.
            client = httpx.Client(timeout=PATIENCE, headers={"Accept": "application/json"})
            with client, client.stream(method, address, **more) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > LARGEST:
                        raise ProviderError("the provider's answer is too large")
                status = answer.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            self._silent_until = self._tick() + REST
            raise ProviderError(f"the provider does not answer: {type(exc).__name__}") from exc
        try:
            said = json.loads(body)
        except (ValueError, RecursionError) as exc:
            raise ProviderError(f"the provider answered {status} without JSON") from exc
        if not isinstance(said, dict):
            raise ProviderError(f"the provider answered {status} with no JSON object")
        if 400 <= status < 500 and method == "POST":
            raise LoginError(f"the provider refused the code: {status} {_short(said.get('error', ''))}")
        if status != 200:
            raise ProviderError(f"the provider answered {status}")
        return said


def _usable(said: Mapping[str, Any]) -> KeySet:
    """The public keys for signatures; others, and such as we cannot read, are left out (RFC 7517, section 5)."""
    kinds: dict[object, type[RSAKey] | type[ECKey]] = {"RSA": RSAKey, "EC": ECKey}
    keys: list[Any] = []
    listed = said.get("keys")
    for one in listed if isinstance(listed, list) else ():
        if not isinstance(one, dict) or one.get("use", "sig") != "sig" or one.get("kty") not in kinds:
            continue
        try:
            keys.append(kinds[one["kty"]].import_key(one))
        except (JoseError, ValueError, TypeError, KeyError) as exc:
            log.warning("a key of the provider cannot be read: %s", type(exc).__name__)
    if not keys:
        raise ProviderError("the provider has no key that we can use")
    return KeySet(keys)


def _with(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"


def _short(said: object) -> str:
    """What a program outside said, on one line of a log."""
    return "".join(c if c.isprintable() else " " for c in str(said))[:200]
