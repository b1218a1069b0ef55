"""Feeds to read: a platform, constructed channels and items."""

from typing import Any

from spiders.feed import Feed
from spiders.finding import Finding
from spiders.platform import Reading
from spiders.reading import read_page
from tests.spiders.pages import assignment, page

PLATFORM = Feed()
URL = "https://feeds.example/news/rss.xml"


def read(body: bytes | str, *, url: str = URL, **terms: Any) -> Reading:
    """The reading of a feed; unless a test says what it expects of items, it expects nothing of them."""
    terms["options"] = {"expected": ()} | terms.get("options", {})
    kept = {name: terms.pop(name) for name in ("status", "headers", "fetched_at") if name in terms}
    return read_page(PLATFORM, page(body, url, **kept), assignment("feed", url, **terms))


def rss(*items: str, channel: str = "<title>En kanal</title>") -> str:
    start = "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'>"
    return f"{start}<channel>{channel}{''.join(items)}</channel></rss>"


def item(
    title: str = "En nyhet",
    link: str = "https://a.example/1",
    guid: str = "",
    day: str = "Mon, 23 Nov 2026 05:00:00 GMT",
    more: str = "",
) -> str:
    parts = {"title": title, "link": link, "guid": guid, "pubDate": day}
    return f"<item>{''.join(f'<{name}>{text}</{name}>' for name, text in parts.items() if text)}{more}</item>"


def only(reading: Reading) -> Finding:
    assert len(reading.findings) == 1
    return reading.findings[0]
