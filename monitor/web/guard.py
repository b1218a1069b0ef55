"""The door: every request passes here before a page sees it, every answer before it leaves.

Who is asking (`monitor.web.door` finds out), how much and how often; and the headers that keep a browser from
doing more than it should (OWASP Secure Headers). Refusals are plain text, so that nothing from outside is ever
shown by them.
"""

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.settings import Settings
from monitor.web.door import Doorkeeper, Refusal
from monitor.web.site import Role, Visitor

LONGEST_ADDRESS = 4_000
"""Characters of path and query together."""
LARGEST_BODY = 64 * 1024
"""Bytes; forms here hold a few words. Held by the framework (`max_body_size` of both applications)."""
MOST_DRAINED = 16 * LARGEST_BODY
"""Bytes of a refused body that are read and thrown away before the connection may be closed on it."""
LONGEST_DRAIN = 5.0
"""Seconds that this may take."""
READS, WRITES = (30.0, 300), (1.0, 60)
"""A visitor's requests per second over time, and at once."""
MOST_VISITORS = 10_000
"""Visitors whose pace is remembered; the longest silent are forgotten."""
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""No inline script or style, nothing from elsewhere, in nobody's frame."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "private, no-cache",
    "X-Robots-Tag": "noindex",
}

log = logging.getLogger(__name__)


class Pace:
    """How fast each visitor asks: a bucket that fills evenly and is emptied by requests."""

    def __init__(self, per_second: float, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._at_once = at_once
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str) -> bool:
        """Whether `who` may ask once more now."""
        now = self._clock()
        left, then = self._left.pop(who, (float(self._at_once), now))
        left = min(float(self._at_once), left + (now - then) * self._per_second)
        allowed = left >= 1
        self._left[who] = (left - 1 if allowed else left, now)
        while len(self._left) > MOST_VISITORS:
            self._left.popitem(last=False)
        return allowed


class Guard:
    """The door of the whole application (ASGI).

    Args:
        app: what lies behind.
        settings: those in force.
        keeper: says who is asking; None: let anybody in, as a reader without a name (the public pages).
    """

    def __init__(self, app: ASGIApp, settings: Settings, keeper: Doorkeeper | None) -> None:
        self._app = app
        self._keeper = keeper
        self._secure = bool(settings.web_address and settings.web_address.startswith("https:"))
        self._reads, self._writes = Pace(*READS), Pace(*WRITES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything but HTTP goes straight through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, body = Headers(scope=scope), _Body(receive)
        try:
            visitor = await self._admit(scope, headers)
        except Refusal as refusal:
            await _refuse(refusal, self._leaving(send, body))
            return
        scope.setdefault("state", {})["visitor"] = visitor
        await self._app(scope, body.receive, self._leaving(send, body))

    async def _admit(self, scope: Scope, headers: Headers) -> Visitor:
        peer = scope["client"][0] if scope.get("client") else ""
        visitor = await self._visitor(peer, headers, scope)
        if len(scope["path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
            raise Refusal(414, "The address is too long.")
        writes = scope["method"] in CHANGING
        if not (self._writes if writes else self._reads).take(f"{visitor.name}\0{peer}"):
            raise _too_fast()
        # One-click unsubscription (RFC 8058) comes from mail programs, without any page of ours before it.
        if writes and self._keeper and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise Refusal(403, "A form of another site sent this.")
        return visitor

    async def _visitor(self, peer: str, headers: Headers, scope: Scope) -> Visitor:
        if self._keeper is None:
            return Visitor(peer, Role.READER)
        try:
            query = scope["query_string"].decode("latin-1")
            return await self._keeper.visitor(peer, headers, scope["method"], scope["path"], query)
        except Refusal as refusal:
            # Whoever guesses tokens is no faster than others.
            if refusal.status == 401 and not self._reads.take(f"\0{peer}"):
                raise _too_fast() from refusal
            raise

    def _leaving(self, send: Send, body: "_Body") -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] >= 400:
                    await body.drain()
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self._secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        return sending


class _Body:
    """What a visitor sends, and how much of it is still under way."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._taken = 0
        self._whole = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._whole = message["type"] != "http.request" or not message.get("more_body")
        return message

    async def drain(self) -> None:
        """Read the rest, so that the sender sees a refusal and not a broken line.

        A connection that is closed on unread bytes is reset, and the answer may be lost with it (RFC 9112,
        section 9.6). Asked again after the end, the server would wait for the visitor to go.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_DRAIN):
                while not self._whole and self._taken < MOST_DRAINED:
                    await self.receive()


def _too_fast() -> Refusal:
    return Refusal(429, "Too many requests; wait a little.", {"Retry-After": "5"})


async def _refuse(refusal: Refusal, send: Send) -> None:
    log.info("refused: %s %s", refusal.status, refusal.reason)
    headers = {"content-type": "text/plain; charset=utf-8", **refusal.headers}
    body = f"{refusal.reason}\n".encode()
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
