"""Answers that are too large for memory: written to a file as they arrive, behind the same guards as all others.

Scrapy gathers every body in memory. For a request with `TO_FILE` this handler downloads by itself, through Twisted
as Scrapy does: certificates are checked, names resolve through our resolver, time and size are bounded on the wire
and after decompression. Redirects, robots.txt and addresses are judged by the middlewares, as ever.
"""

from __future__ import annotations

import asyncio
import zlib
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Headers, Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.internet.protocol import Protocol, connectionDone
from twisted.web.client import Agent, BrowserLikePolicyForHTTPS, ResponseDone, ResponseFailed
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers as WireHeaders
from twisted.web.iweb import UNKNOWN_LENGTH

from spiders.platform import Failed
from spiders.walls import HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy import Request
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

TO_FILE = "utblick_to_file"
"""Key of `Request.meta`: path of the file that is to hold the body."""

_STEP = 1 << 20
"""Bytes that are unpacked at a time."""


class FileHandler(HTTP11DownloadHandler):
    """Scrapy's own download handler, except for requests with `TO_FILE`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor

        # mypy: Twisted's client has no type information.
        self._agent: Any = Agent(reactor, BrowserLikePolicyForHTTPS(), connectTimeout=30)  # type: ignore[no-untyped-call]  # Twisted has no types here

    async def download_request(self, request: Request) -> Response:
        """The answer; of one that went to a file, `body` is the beginning.

        Raises:
            Failed: an unknown, broken or swollen content coding.
            Exception: what Scrapy's handler raises for the same troubles (`spiders.download_errors`).
        """
        if TO_FILE not in request.meta:
            return await super().download_request(request)
        timeout = request.meta["download_timeout"]
        try:
            with Path(request.meta[TO_FILE]).open("wb") as file, _as_scrapy_says():
                async with asyncio.timeout(timeout):
                    answer, headers = await self._download(request, file)
        except TimeoutError as exc:
            raise DownloadTimeoutError(f"{request.url} took longer than {timeout} seconds") from exc
        with Path(request.meta[TO_FILE]).open("rb") as file:
            return Response(request.url, status=int(answer.code), headers=headers, body=file.read(HEAD))

    async def _download(self, request: Request, file: BinaryIO) -> tuple[Any, Headers]:
        # The one coding that is unpacked on the way.
        request.headers[b"Accept-Encoding"] = b"gzip"
        started = monotonic()
        asked = self._agent.request(b"GET", request.url.encode(), WireHeaders(request.headers))
        answer: Any = await maybe_deferred_to_future(asked)
        request.meta["download_latency"] = monotonic() - started  # AutoThrottle looks at it
        headers = Headers(dict(answer.headers.getAllRawHeaders()))
        coding = b",".join(headers.getlist(b"Content-Encoding")).decode("latin-1").strip().lower()
        headers.pop(b"Content-Encoding", None)
        if answer.length != 0:
            body = _Body(file, coding, request.meta["download_maxsize"], request.url)
            if answer.length != UNKNOWN_LENGTH:
                body.announced(answer.length)
            answer.deliverBody(body)
            await maybe_deferred_to_future(body.finished)
        return answer, headers


class _Body(Protocol):
    """Takes a body as it arrives."""

    def __init__(self, file: BinaryIO, coding: str, limit: int, url: str) -> None:
        self._file = file
        self._limit = limit
        self._url = url
        self._received = 0
        self._written = 0
        self._coding = coding if coding != "identity" else ""
        self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if self._coding else None
        self.finished: Deferred[None] = Deferred(lambda _: self._hang_up())
        self._error: Exception | None = None
        if self._coding not in ("", "gzip", "x-gzip"):
            self._error = Failed(f"content coding {coding!r}, which we did not ask for: {url}")

    def announced(self, length: int) -> None:
        """The server says how long the body is."""
        if length > self._limit and self._error is None:
            self._error = DownloadCancelledError(f"{length} bytes are announced")

    def connectionMade(self) -> None:  # noqa: N802  # Twisted's name
        """The body begins."""
        if self._error is not None:
            self._end(self._error)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        """A piece of the body."""
        if self.finished.called:
            return
        self._received += len(data)
        if self._received > self._limit:
            self._end(DownloadCancelledError(f"more than {self._limit} bytes"))
            return
        try:
            for piece in self._unpacked(data) if self._unpacker else (data,):
                self._written += len(piece)
                if self._written > self._limit:
                    self._end(Failed(f"more than {self._limit} bytes after decompression: {self._url}"))
                    return
                self._file.write(piece)
        except zlib.error as exc:
            self._end(Failed(f"broken {self._coding} ({exc}): {self._url}"))
        except OSError as exc:
            self._end(exc)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802  # Twisted's name
        """The body is at its end, or breaks off."""
        if self.finished.called:
            return
        # An HTTP/1.0 server ends a body by closing the connection.
        if not isinstance(reason.value, ResponseDone | PotentialDataLoss):
            self.finished.errback(ResponseDataLossError(str(reason.value)))
        elif self._unpacker is not None and self._received and not self._unpacker.eof:
            self.finished.errback(Failed(f"{self._coding} breaks off after {self._received} bytes: {self._url}"))
        else:
            self.finished.callback(None)

    def _unpacked(self, data: bytes) -> Iterator[bytes]:
        while data and self._unpacker is not None:
            if self._unpacker.eof:
                # gzip files may have several members; what follows the last is padding.
                if not data.startswith(b"\x1f\x8b"):
                    return
                self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
            yield self._unpacker.decompress(data, _STEP)
            data = self._unpacker.unconsumed_tail or self._unpacker.unused_data

    def _end(self, error: Exception) -> None:
        self.finished.errback(error)
        self._hang_up()

    def _hang_up(self) -> None:
        # The proxy around a transport cannot abort; closing politely would wait for an endless sender.
        connection: Any = getattr(self.transport, "_producer", None) or self.transport
        getattr(connection, "abortConnection", connection.loseConnection)()


@contextmanager
def _as_scrapy_says() -> Iterator[None]:
    """Twisted's errors under the names that `spiders.download_errors` knows."""
    try:
        yield
    except DNSLookupError as exc:
        raise CannotResolveHostError(str(exc)) from exc
    except ResponseFailed as exc:
        raise DownloadFailedError(str(exc)) from exc
