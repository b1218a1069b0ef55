"""What Scrapy and Twisted raise when a download fails, in words, and whether asking again may help."""

from dataclasses import dataclass

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError, ConnectionClosed

from config.sources import Source
from spiders.middleware.addresses import REFUSED
from spiders.platform import Blocked, Failed, SourceError
from spiders.scrapy_settings import REDIRECTS


@dataclass(frozen=True, slots=True)
class DownloadTrouble:
    """A failed download: the error to end with, and whether it may be `transient`."""

    error: SourceError
    transient: bool = False


_TRANSIENT: tuple[tuple[type[Exception], str], ...] = (
    (DownloadTimeoutError, "no whole answer within {timeout:g} s"),
    (DownloadConnectionRefusedError, "connection refused"),
    (CannotResolveHostError, "host not found"),
    (ResponseDataLossError, "answer broke off"),
)

_LASTING: tuple[tuple[type[Exception], str], ...] = (
    (DownloadCancelledError, "more than {max_bytes} bytes"),
    (UnsupportedURLSchemeError, "not an http(s) address"),
    (NotSupported, "not an http(s) address"),
)


def explain(error: Exception, url: str, source: Source) -> DownloadTrouble:
    """What `error`, raised while `url` was downloaded for `source`, means."""
    text = " ".join(str(error).split())[:200]
    for kind, words in (*_TRANSIENT, *_LASTING):
        if isinstance(error, kind):
            if refused := _refused(error):
                return DownloadTrouble(Failed(f"{refused} is not a public address: {url}"))
            said = words.format(timeout=source.timeout, max_bytes=source.max_bytes)
            return DownloadTrouble(Failed(f"{said}: {url}"), transient=(kind, words) in _TRANSIENT)
    match error:
        case IgnoreRequest() if "robots.txt" in text:
            return DownloadTrouble(Blocked(f"robots.txt forbids it: {url}"))
        case IgnoreRequest() if "redirections" in text:
            return DownloadTrouble(Failed(f"more than {REDIRECTS} redirects: {url}"))
        case DownloadFailedError() | ConnectError() | ConnectionClosed():
            transient = "certificate" not in text
            return DownloadTrouble(Failed(f"connection failed ({text}): {url}"), transient)
        case _:
            return DownloadTrouble(Failed(f"{type(error).__name__} ({text}): {url}"))


def _refused(error: Exception) -> str | None:
    """The host that the resolver refused, if that is what `error` comes from."""
    if isinstance(error, CannotResolveHostError):
        for name, address in REFUSED.items():
            if name in str(error):
                return f"{name} ({address})"
    return None
