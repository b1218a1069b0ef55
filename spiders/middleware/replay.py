"""Answers from a payload library in place of the network; everything above the download works as it does live."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.responsetypes import responsetypes

from spiders.library import Library, sent_packed
from spiders.middleware.to_file import TO_FILE
from spiders.platform import Failed
from spiders.walls import HEAD

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

FOLDER = "UTBLICK_REPLAY"
"""Scrapy setting: the library's folder."""

NOW = "UTBLICK_REPLAY_NOW"
"""Scrapy setting: the moment as of which answers are given (aware)."""


class ReplayHandler(BaseDownloadHandler):
    """Download handler of a replayed scan."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._library = library(Path(crawler.settings[FOLDER]))
        self._now: datetime = crawler.settings[NOW]

    async def download_request(self, request: Request) -> Response:
        """The recorded answer.

        Raises:
            Failed: none is recorded, or its file cannot be read.
        """
        headers = {name.decode("latin-1"): _first(values) for name, values in request.headers.items()}
        body = request.body.decode("utf-8", "replace") or None
        row = self._library.find(request.method, request.url, body, headers, self._now)
        if row is None:
            raise Failed(f"not recorded: {request.url}")
        answer = {"Content-Type": row.content_type}
        file = request.meta.get(TO_FILE)
        content = self._library.body(row) if file is None else self._library.decoded(row)
        if file is not None:
            Path(file).write_bytes(content)
            content = content[:HEAD]
        elif sent_packed(content):
            answer["Content-Encoding"] = "gzip"
        kind = responsetypes.from_headers({b"Content-Type": row.content_type.encode()})
        return kind(url=request.url, status=row.status, headers=answer, body=content)


@cache
def library(folder: Path) -> Library:
    """The library below `folder`: one for both schemes, its index read once.

    Raises:
        ConfigError: it cannot be read.
    """
    return Library(folder)


def _first(values: list[bytes]) -> str:
    return values[0].decode("latin-1")
