"""Content codings taken off strictly: a body that breaks off or swells beyond its cap is an error, not a page.

Scrapy's own returns what it could read of a truncated stream; half a feed would look like a shorter one.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Self

from spiders.platform import Failed

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}


class Decoding:
    """Downloader middleware: asks for gzip or deflate and unpacks them, up to the request's size cap."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """As Scrapy makes its middlewares."""
        return cls(crawler.settings.getint("DOWNLOAD_MAXSIZE"))

    def process_request(self, request: Request) -> None:
        """Say which codings we read."""
        request.headers.setdefault(b"Accept-Encoding", b"gzip, deflate")

    def process_response(self, request: Request, response: Response) -> Response:
        """The response with its body unpacked.

        Raises:
            Failed: unknown coding, broken or truncated stream, or more bytes than the request allows.
        """
        codings = b",".join(response.headers.getlist(b"Content-Encoding")).decode("latin-1").lower()
        body = response.body
        names = [coding.strip() for coding in codings.split(",") if coding.strip() not in {"", "identity"}]
        if not names or not body:
            return response
        for name in reversed(names):
            body = unpack(body, name, request.meta.get("download_maxsize", self._limit), response.url)
        headers = response.headers.copy()
        del headers[b"Content-Encoding"]
        return response.replace(body=body, headers=headers)


def unpack(body: bytes, coding: str, limit: int, url: str) -> bytes:
    """`body` without one content coding.

    Args:
        body: as sent.
        coding: its name in lower case.
        limit: bytes that the result may have.
        url: for the message.

    Raises:
        Failed: as for `Decoding.process_response`.
    """
    if coding not in _WINDOWS:
        raise Failed(f"content coding {coding!r}, which we did not ask for: {url}")
    try:
        return _inflated(body, _WINDOWS[coding], limit)
    except zlib.error as exc:
        # Some servers send deflate without its zlib header.
        if coding == "deflate":
            try:
                return _inflated(body, -zlib.MAX_WBITS, limit)
            except (zlib.error, _Swollen, _Cut):
                pass
        raise Failed(f"broken {coding} ({exc}): {url}") from exc
    except _Swollen as exc:
        raise Failed(f"more than {limit} bytes after decompression: {url}") from exc
    except _Cut as exc:
        raise Failed(f"{coding} breaks off after {len(body)} bytes: {url}") from exc


class _Swollen(Exception):
    """More output than allowed."""


class _Cut(Exception):
    """The stream has no end."""


def _inflated(body: bytes, window: int, limit: int) -> bytes:
    whole = b""
    rest = body
    # gzip files may have several members; what follows the last is padding.
    while rest:
        stream = zlib.decompressobj(window)
        whole += stream.decompress(rest, limit - len(whole) + 1)
        if len(whole) > limit:
            raise _Swollen
        if not stream.eof:
            raise _Cut
        rest = stream.unused_data
        if not rest.startswith(b"\x1f\x8b"):
            break
    return whole
