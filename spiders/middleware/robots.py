"""robots.txt that cannot be read (RFC 9309, 2.3.1.3 and 2.3.1.4): not there allows everything, broken forbids it.

Scrapy reads the body of any answer as rules, so that the error page of a server in trouble would allow everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response

_NOTHING = b"User-agent: *\nDisallow: /\n"


class Robots(RobotsTxtMiddleware):
    """Scrapy's own, with the status looked at first, and out of AutoThrottle's count."""

    async def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """Hold `request` against the rules of its host; the one that asks for the rules passes."""
        if request.meta.get("dont_obey_robotstxt"):
            # How fast the rules come says nothing of the pages, and would slow even a source that wants no pause.
            request.meta["autothrottle_dont_adjust_delay"] = True
        await super().process_request(request, spider)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            response = response.replace(body=_NOTHING)
        elif response.status >= 400:
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)
