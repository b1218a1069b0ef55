"""The yardstick: a bare Scrapy spider that downloads the same pages and parses them with the same platforms.

`python -m bench.bare` reads `{"sources": […]}` on standard input and prints pages, findings and CPU seconds.
It keeps nothing, checks nothing and remembers nothing.
"""

import json
import resource
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from bench.pages import NOW
from config.sources import Source
from spiders.platform import Ask, Assignment, Page
from spiders.registry import platform

COUNT = {"pages": 0, "findings": 0}

SETTINGS = {
    "ROBOTSTXT_OBEY": False,
    "COOKIES_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "CONCURRENT_REQUESTS": 8,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "LOG_LEVEL": "ERROR",
}


class Bare(Spider):
    """Download, parse, follow."""

    name = "bare"

    def __init__(self, assignments: list[Assignment], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._assignments = assignments

    async def start(self) -> AsyncIterator[Any]:
        """The first requests of every source."""
        for assignment in self._assignments:
            for ask in platform(assignment.source.platform).start(assignment):
                yield self._request(ask, assignment)

    def parse(self, response: Response, ask: Ask, assignment: Assignment) -> Iterator[Request]:
        """Read a page and follow what it leads to."""
        headers = {name.decode().lower(): b",".join(values).decode() for name, values in response.headers.items()}
        page = Page(response.url, response.status, headers, response.body, NOW, ask.reader, ask.context)
        reading = platform(assignment.source.platform).read(page, assignment)
        COUNT["pages"] += 1
        COUNT["findings"] += len(reading.findings)
        for following in reading.asks:
            yield self._request(following, assignment)

    def _request(self, ask: Ask, assignment: Assignment) -> Request:
        return Request(
            ask.url,
            headers=dict(ask.headers),
            callback=self.parse,
            cb_kwargs={"ask": ask, "assignment": assignment},
        )


def main() -> None:
    """Crawl, then say what it took."""
    sources = [Source.model_validate(source) for source in json.load(sys.stdin)["sources"]]
    process = AsyncCrawlerProcess(SETTINGS)
    process.crawl(Bare, assignments=[Assignment(source, NOW) for source in sources])
    process.start()
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps(COUNT | {"cpu": used.ru_utime + used.ru_stime}))  # noqa: T201  # its answer


if __name__ == "__main__":
    main()
