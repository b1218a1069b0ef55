"""Who is asking: somebody at this machine, whom the proxy names, who has logged in, or a program with a token."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from config.settings import Settings
from monitor.archive.engine import ArchiveError, reading, writing
from monitor.archive.people import LOCAL, Person, Said, identified, is_news, login_in_force, named, welcome
from monitor.archive.tokens import Token, is_use_due, note_use, token_in_force
from monitor.web.render import address
from monitor.web.roles import present_role, said_by_proxy, token_role
from monitor.web.site import Role, Visitor

LOGIN, ANSWER, LOGOUT, FAREWELL = "/logga-in", "/logga-in/svar", "/logga-ut", "/utloggad"
"""Where a login begins and ends, and a logout."""
OPEN = frozenset({LOGIN, ANSWER, FAREWELL, "/farg.css"})
OPEN_BELOW = ("/static/", "/sprak/")
"""What is needed before anybody has logged in; nothing there comes from the archive."""
CHALLENGE = 'Bearer realm="utblick"'
"""How a program can say who it is (RFC 6750)."""
FEEDS = (".atom", ".ics")

Answer = TypeVar("Answer")

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

    async def visitor(self, peer: str, headers: Headers, method: str, path: str, query: str = "") -> Visitor:
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
            return await run_in_threadpool(self._named, headers)
        if self._settings.web_login == "oidc":
            return await self._logged_in(headers, method, path, query)
        return Visitor(LOCAL, Role.ADMIN)

    def _check_peer(self, peer: str) -> None:
        login = self._settings.web_login
        if login == "header" or (login == "oidc" and self._settings.web_proxies):
            if not self._is_declared(peer):
                raise Refusal(403, "Come through the proxy: this address is not declared in web_proxies.")
        elif not _is_loopback(peer):
            raise Refusal(
                403, "Only this machine may use these pages; a proxy in front needs a login and web_proxies."
            )

    def _is_declared(self, peer: str) -> bool:
        try:
            return any(ip_address(peer) in network for network in self._settings.web_proxies)
        except ValueError:
            return False

    def _named(self, headers: Headers) -> Visitor:
        names = headers.getlist(self._settings.web_user_header)
        name = names[0].strip() if len(names) == 1 else ""
        if not name.partition("@")[0].strip() or len(name) > 200 or not name.isprintable():
            raise _nobody("The proxy named nobody, or more than one.")
        said = said_by_proxy(name)
        known = self._archive(lambda conn: identified(conn, said.issuer, said.subject))
        if known is None or is_news(known, said, self._clock()):
            known = self._note(said, known)
        role = present_role(self._settings, known)
        if role is None:
            raise _nobody("The proxy named nobody who is known here.")
        return Visitor(known.name, role, known.shown or known.name)

    def _note(self, said: Said, known: Person | None) -> Person:
        """The person as the archive knows it from now on; who is known already gets in also if that fails."""
        try:
            with writing(self._engine) as conn:
                return welcome(conn, said, self._clock())
        except ArchiveError as error:
            if known is None:
                raise _archive_down(error) from error
            log.warning("a visit was not noted: %s", error)
            return known

    async def _logged_in(self, headers: Headers, method: str, path: str, query: str) -> Visitor:
        """Who holds a login; else nobody, who sees the pages around it and is led there."""
        itself = cookie_parser(headers.get("cookie", "")).get(login_cookie(self._settings), "")
        if itself:
            now = self._clock()
            one = await run_in_threadpool(self._archive, lambda conn: login_in_force(conn, itself, now))
            role = present_role(self._settings, one) if one else None
            if one is not None and role is not None:
                return Visitor(one.name, role, one.shown or one.name)
        if path in OPEN or path.startswith(OPEN_BELOW):
            return Visitor("", Role.NOBODY)
        if method not in ("GET", "HEAD") or path.startswith("/api/"):
            raise _nobody("Log in first, then send it again.")
        again = address(LOGIN, to=path + (f"?{query}" if query else ""))
        if headers.get("hx-request"):
            # A part of a page cannot lead to another site; htmx lets the whole page go (its own header).
            raise Refusal(401, "The login has ended.", {"HX-Redirect": again})
        raise Refusal(303, "Log in first.", {"Location": again})

    async def _bearer(self, said: list[str], method: str, path: str) -> Visitor:
        _, _, itself = said[0].partition(" ")
        found = await run_in_threadpool(self._look_up, itself.strip()) if len(said) == 1 else None
        if found is None:
            reason = "The token is unknown, expired or revoked, or its owner may no longer read."
            raise Refusal(401, reason, {"WWW-Authenticate": f'{CHALLENGE}, error="invalid_token"'})
        if method not in ("GET", "HEAD") or not (path.startswith("/api/") or path.endswith(FEEDS)):
            reason = "A token reads /api/ and feeds, nothing else."
            raise Refusal(403, reason, {"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope"'})
        # Not its owner's name: what a program asks must not use up the person's pace.
        return Visitor(f"token:{found.id}", Role.READER)

    def _look_up(self, itself: str) -> Token | None:
        """The token, if it is in force and its owner may still read."""
        now = self._clock()

        def sought(conn: Connection) -> tuple[Token | None, Person | None]:
            found = token_in_force(conn, itself, now)
            return found, named(conn, found.who) if found else None

        found, owner = self._archive(sought)
        if found is None or token_role(self._settings, owner, now) is None:
            return None
        if is_use_due(found, now):
            try:
                with writing(self._engine) as conn:
                    note_use(conn, found.id, now)
            except ArchiveError as error:  # somebody else writes; reading goes on
                log.warning("token %d: its use was not noted: %s", found.id, error)
        return found

    def _archive(self, question: Callable[[Connection], Answer]) -> Answer:
        try:
            with reading(self._engine) as conn:
                return question(conn)
        except ArchiveError as error:
            raise _archive_down(error) from error


def login_cookie(settings: Settings) -> str:
    """Under what name the browser holds a login; with https it takes it from this host alone."""
    secure = (settings.web_address or "").startswith("https:")
    return "__Host-utblick-login" if secure else "utblick-login"


def _archive_down(error: ArchiveError) -> Refusal:
    log.error("%s", error)
    return Refusal(503, "The archive cannot be read now.", {"Retry-After": "30"})


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
