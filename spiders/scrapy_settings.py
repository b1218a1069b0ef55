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
        # The lists of what Scrapy would load by itself, with nothing that we do not use: what is only switched off
        # is imported all the same, and brings two more HTTP clients (half a second of every scan).
        "DOWNLOADER_MIDDLEWARES_BASE": _downloader_middlewares(job),
        "DOWNLOAD_HANDLERS_BASE": _handlers(job),
        # Redirects look for the second.
        "SPIDER_MIDDLEWARES_BASE": {
            "scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25,
            "scrapy.spidermiddlewares.referer.RefererMiddleware": 700,
        },
        "EXTENSIONS_BASE": {"scrapy.extensions.throttle.AutoThrottle": 0},
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


def _downloader_middlewares(job: Job) -> Mapping[str, int]:
    """Ours and Scrapy's, at Scrapy's own places.

    Left out on purpose: retries (`spiders.patience` repeats; Scrapy's knows neither a pause nor Retry-After),
    cookies, and proxies, which would resolve names themselves, out of reach of the check for public addresses.
    """
    middlewares = {
        "spiders.middleware.robots.Robots": 100,
        "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
        "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
        "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
        "spiders.middleware.decoding.Decoding": 590,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": 600,
    }
    if not job.allow_private and job.replay is None:
        middlewares["spiders.middleware.addresses.PublicAddresses"] = 50
    return middlewares
