"""How often and how many at a time a host is asked: over all sources of a scan that live there.

The declarations decide (`delay`, `per_host`, `also`); where two sources of a host differ, the gentler one counts.
Scrapy's AutoThrottle comes on top: it slows down for hosts that answer slowly, and never makes faster. A source
that declares no delay at all is left out of it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from config.sources import Source

OPEN = 64
"""Downloads at a time over all hosts. More would wait for us, and AutoThrottle would take that for slow hosts."""


class _Lane:
    """One host's turn-taking."""

    def __init__(self, delay: float, width: int) -> None:
        self.delay = delay
        self.places = asyncio.Semaphore(width)
        self.next = 0.0  # earliest moment of the next request
        self.paused = 0.0  # no request before: the host asked for a pause

    async def spaced(self) -> None:
        now = asyncio.get_running_loop().time
        mine = max(self.next, self.paused, now())
        self.next = mine + self.delay
        while (wait := max(mine, self.paused) - now()) > 0:
            await asyncio.sleep(wait)


class Hosts:
    """Turn-taking at every host of a scan.

    Args:
        sources: every source of the scan.
        hurry: no waiting at all (a replayed scan asks nobody).
    """

    def __init__(self, sources: Iterable[Source], *, hurry: bool = False) -> None:
        self._hurry = hurry
        self._open = asyncio.Semaphore(OPEN)
        self._lanes: dict[str, _Lane] = {}
        terms: dict[str, tuple[float, int]] = {}
        for source in sources:
            own = (host_of(source.url), source.delay, source.per_host)
            for host, delay, width in (own, *((one.host, one.delay, one.per_host) for one in source.also)):
                before, narrow = terms.get(host, (0.0, width))
                terms[host] = max(before, delay), min(narrow, width)
        self._terms = terms

    @asynccontextmanager
    async def turn(self, url: str, source: Source) -> AsyncIterator[None]:
        """Wait until `url` may be asked; its place is taken until the block ends.

        A host that no declaration starts at is asked on the terms of the source that leads there.
        """
        if self._hurry:
            yield
            return
        lane = self._lane(host_of(url), source)
        async with lane.places:
            await lane.spaced()
            async with self._open:
                yield

    def pause(self, url: str, seconds: float) -> None:
        """Ask the host of `url` nothing for `seconds`, because it said so."""
        lane = self._lanes.get(host_of(url))
        if lane is not None:
            lane.paused = max(lane.paused, asyncio.get_running_loop().time() + seconds)

    def _lane(self, host: str, source: Source) -> _Lane:
        if host not in self._lanes:
            self._lanes[host] = _Lane(*self._terms.get(host, (source.delay, source.per_host)))
        return self._lanes[host]


def host_of(url: str) -> str:
    """The host of an address, in lower case; "" if it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
