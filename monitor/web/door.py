"""Who is asking: somebody at this machine, whom the proxy names, or a program with a token."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlalchemy import Engine
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers

from config.settings import Settings
from monitor.archive.engine import ArchiveError, reading, writing
from monitor.archive.tokens import Token, is_use_due, note_use, token_in_force
from monitor.web.site import Role, Visitor

LONGEST_NAME = 100
CHALLENGE = 'Bearer realm="utblick"'
"""How a program can say who it is (RFC 6750)."""
FEEDS = (".atom", ".ics")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """An answer that ends a request at the door."""

    status: int
    reason: str
    headers: dict[str, str] = field(default_factory=dict)


class Doorkeeper:
    """Says who is asking, or refuses.

    Args:
        settings: how one logs in here.
        engine: the archive, which knows the tokens.
        clock: gives the present moment (aware).
    """

    def __init__(self, settings: Settings, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._engine = engine
        self._clock = clock
        self._hosts = {"localhost", "127.0.0.1", "::1"}
        if settings.web_address:
            self._hosts.add((urlsplit(settings.web_address).hostname or "").lower())

    async def visitor(self, peer: str, headers: Headers, method: str, path: str) -> Visitor:
        """Who sends these headers from the address `peer`.

        A token is one more thing to show, not a way around: its bearer comes from where people come from too, so
        that no token travels past the proxy and its encryption.

        Raises:
            Refusal: an unknown host name (DNS rebinding), an undeclared peer, nobody logged in, a token that does
                not count or not for this.
        """
        if (host := _host(headers.get("host", ""))) not in self._hosts:
            raise Refusal(421, f"This is not the host {host[:80]!r}; see web_address.")
        self._check_peer(peer)
        said = [value for value in headers.getlist("authorization") if value[:6].lower() == "bearer"]
        if said:
            return await self._bearer(said, method, path)
        if self._settings.web_login == "header":
            return self._named(headers)
        return Visitor("lokal", Role.ADMIN)

    def _check_peer(self, peer: str) -> None:
        if self._settings.web_login == "header":
            if not self._is_declared(peer):
                raise Refusal(403, "Come through the proxy: this address is not declared in web_proxies.")
        elif not _is_loopback(peer):
            raise Refusal(403, "Only this machine may use these pages; a proxy in front needs web_login = header.")

    def _is_declared(self, peer: str) -> bool:
        try:
            return any(ip_address(peer) in network for network in self._settings.web_proxies)
        except ValueError:
            return False

    def _named(self, headers: Headers) -> Visitor:
        settings = self._settings
        names = headers.getlist(settings.web_user_header)
        name = names[0].strip() if len(names) == 1 else ""
        if not name or len(name) > 200 or not name.isprintable():
            raise _nobody("The proxy named nobody, or more than one.")
        role = Role.ADMIN if name in settings.web_admins else Role.OFFICER
        # What people change is signed with a name, never with an address.
        signature = name.partition("@")[0][:LONGEST_NAME].strip()
        if not signature:
            raise _nobody("The proxy named nobody.")
        return Visitor(signature, role if name in settings.web_admins | settings.web_officers else Role.READER)

    async def _bearer(self, said: list[str], method: str, path: str) -> Visitor:
        _, _, itself = said[0].partition(" ")
        found = await run_in_threadpool(self._look_up, itself.strip()) if len(said) == 1 else None
        if found is None:
            reason = "The token is unknown, expired or revoked."
            raise Refusal(401, reason, {"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'})
        if method not in ("GET", "HEAD") or not (path.startswith("/api/") or path.endswith(FEEDS)):
            reason = "A token reads /api/ and feeds, nothing else."
            raise Refusal(403, reason, {"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope"'})
        # Not its owner's name: what a program asks must not use up the person's pace.
        return Visitor(f"token:{found.id}", Role.READER)

    def _look_up(self, itself: str) -> Token | None:
        now = self._clock()
        try:
            with reading(self._engine) as conn:
                found = token_in_force(conn, itself, now)
        except ArchiveError as error:
            log.error("%s", error)  # noqa: TRY400  # one line says it
            raise Refusal(503, "The archive cannot be read now.", {"Retry-After": "30"}) from error
        if found and is_use_due(found, now):
            try:
                with writing(self._engine) as conn:
                    note_use(conn, found.id, now)
            except ArchiveError as error:  # somebody else writes; reading goes on
                log.warning("token %d: its use was not noted: %s", found.id, error)
        return found


def _nobody(reason: str) -> Refusal:
    return Refusal(401, reason, {"WWW-Authenticate": CHALLENGE})


def _host(header: str) -> str:
    try:
        return (urlsplit(f"//{header}").hostname or "").lower()
    except ValueError:
        return ""


def _is_loopback(peer: str) -> bool:
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return False
