"""No request to addresses that are not public: the resolved address is judged when the connection is made.

Checked there, and not when a link is read, a name that resolves to a private address, a redirect and a second
answer of the same name server are all caught. The literal forms that never reach a resolver are refused before.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.error import DNSLookupError

from spiders.platform import Failed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy import Request
    from twisted.internet.defer import Deferred

REFUSED: dict[str, str] = {}
"""Names refused in this process and what they resolved to. Twisted loses the resolver's own error on the way."""


def is_public(address: str) -> bool:
    """Whether `address` (an IP literal) belongs to the public network."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (inner := ip.ipv4_mapped or ip.sixtofour) is not None:
        ip = inner
    return ip.is_global and not ip.is_multicast


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver, which in addition refuses what is not public."""

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802  # Twisted's name
        """The IPv4 address of `name`; fails with `DNSLookupError` if it is not public."""
        return super().getHostByName(name, timeout).addCallback(_public, name)


class PublicAddresses:
    """Downloader middleware: refuses IP literals that are not public, in requests and in redirects."""

    def process_request(self, request: Request) -> None:
        """Let public and named hosts pass.

        Raises:
            Failed: the host is a literal address that is not public.
        """
        host = urlsplit(request.url).hostname or ""
        try:
            public = is_public(host.partition("%")[0])
        except ValueError:
            return  # a name: the resolver judges it
        if not public:
            raise Failed(f"{host} is not a public address: {request.url}")


def _public(address: Any, name: str) -> Any:
    if not is_public(address):
        REFUSED[name] = address
        raise DNSLookupError(f"{name} is not public")
    return address
