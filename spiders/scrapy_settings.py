"""Every Scrapy setting that matters to us, said explicitly: several defaults are wrong for this work.

Defaults of 2.19 include no robots.txt, no delay, no certificate check, 1 GiB bodies and a telnet console.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from spiders.events import Job

REDIRECTS = 5
"""Redirects that are followed."""

ROBOTS_BYTES = 512_000
"""Largest robots.txt that is read (RFC 9309, 2.5: at least 500 KiB)."""

_OFF = None
_MIDDLEWARES = "scrapy.downloadermiddlewares"
_EXTENSIONS = "scrapy.extensions"


def scrapy_settings(job: Job, widest: int) -> dict[str, Any]:
    """The settings of the one crawl that carries out `job`.

    Args:
        job: user agent, replay and permissions.
        widest: the largest number of simultaneous requests that any source allows at its host.
    """
    replayed = job.replay is not None
    settings: dict[str, Any] = {
        "BOT_NAME": "utblick",
        "USER_AGENT": job.user_agent,
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*"},
        "ROBOTSTXT_OBEY": not replayed,
        "ROBOTSTXT_USER_AGENT": job.user_agent,
        # Politeness: `spiders.politeness` holds the declared terms; AutoThrottle slows down further.
        "CONCURRENT_REQUESTS": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": widest,
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": not replayed,
        "AUTOTHROTTLE_START_DELAY": 0,
        "AUTOTHROTTLE_MAX_DELAY": 30,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(widest),
        # Caps; every request of ours carries its source's own, these hold for robots.txt.
        "DOWNLOAD_TIMEOUT": 30,
        "DOWNLOAD_MAXSIZE": ROBOTS_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "URLLENGTH_LIMIT": 4_000,
        "DNS_TIMEOUT": 20,
        "TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver"
        if job.allow_private
        else "spiders.middleware.addresses.PublicResolver",
        "REDIRECT_ENABLED": True,
        "REDIRECT_MAX_TIMES": REDIRECTS,
        # Repetition is ours (`spiders.patience`): Scrapy's knows neither a pause nor Retry-After.
        "RETRY_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        # A proxy would resolve names itself, out of reach of the check for public addresses.
        "HTTPPROXY_ENABLED": False,
        "COMPRESSION_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "DOWNLOADER_STATS": False,
        "DOWNLOADER_MIDDLEWARES": _downloader_middlewares(job),
        "DOWNLOAD_HANDLERS": {**dict.fromkeys(("data", "file", "s3", "ftp"), _OFF), **_handlers(job)},
        "SPIDER_MIDDLEWARES": {f"scrapy.spidermiddlewares.{name}": _OFF for name in _SPIDER_MIDDLEWARES},
        "EXTENSIONS": {f"{_EXTENSIONS}.{name}": _OFF for name in _UNUSED_EXTENSIONS},
        "LOG_FORMATTER": "spiders.crawl.QuietLog",
        "LOG_LEVEL": "ERROR",
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "REACTOR_THREADPOOL_MAXSIZE": 16,
    }
    if replayed:
        from spiders.middleware import replay

        settings |= {replay.FOLDER: job.replay, replay.NOW: job.now or datetime.now(UTC)}
    return settings


def _handlers(job: Job) -> Mapping[str, str]:
    handler = "to_file.FileHandler" if job.replay is None else "replay.ReplayHandler"
    return dict.fromkeys(("http", "https"), f"spiders.middleware.{handler}")


def _downloader_middlewares(job: Job) -> Mapping[str, int | None]:
    ours: dict[str, int | None] = {
        "spiders.middleware.decoding.Decoding": 590,
        "spiders.middleware.robots.Robots": 100,
    }
    if not job.allow_private and job.replay is None:
        ours["spiders.middleware.addresses.PublicAddresses"] = 50
    unused = {f"{_MIDDLEWARES}.{name}": _OFF for name in _UNUSED_MIDDLEWARES}
    return ours | unused


_UNUSED_MIDDLEWARES = (
    "robotstxt.RobotsTxtMiddleware",
    "offsite.OffsiteMiddleware",
    "httpauth.HttpAuthMiddleware",
    "retry.RetryMiddleware",
    "redirect.MetaRefreshMiddleware",
    "httpcompression.HttpCompressionMiddleware",
    "cookies.CookiesMiddleware",
    "httpproxy.HttpProxyMiddleware",
    "stats.DownloaderStats",
    "httpcache.HttpCacheMiddleware",
)

# RefererMiddleware stays: redirects look for it.
_SPIDER_MIDDLEWARES = (
    "httperror.HttpErrorMiddleware",
    "urllength.UrlLengthMiddleware",
    "depth.DepthMiddleware",
)

# AutoThrottle stays.
_UNUSED_EXTENSIONS = (
    "corestats.CoreStats",
    "logcount.LogCount",
    "telnet.TelnetConsole",
    "memusage.MemoryUsage",
    "memdebug.MemoryDebugger",
    "closespider.CloseSpider",
    "feedexport.FeedExporter",
    "logstats.LogStats",
    "spiderstate.SpiderState",
    "remote_control.RemoteControl",
)
