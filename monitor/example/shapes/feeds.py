"""RSS feeds as their publishers served them on a day, each with its own habits."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from monitor.example.shapes.body import Body, Content, as_html

MARK = "Constructed example by the Utblick project"
ZONE = ZoneInfo("Europe/Stockholm")

Feed = Mapping[str, Any]
Item = Mapping[str, Any]


def bodies(content: Content, mirror: Content, days: Sequence[date]) -> Iterator[Body]:
    """Every feed, day by day; `mirror` has the records of which regeringen.se makes its feed."""
    for day in days:
        for feed in content["feed"]:
            items = _records(mirror, feed["records"]) if "records" in feed else feed["item"]
            shown = sorted(
                (item for item in items if item["day"] <= day), key=lambda item: item["day"], reverse=True
            )
            charset = "iso-8859-1" if "latin-1" in feed.get("forms", ()) else "utf-8"
            yield Body(
                "feeds",
                f"{feed['id']}.xml",
                feed["url"],
                f"application/rss+xml; charset={charset}",
                feed["language"],
                day,
                _rss(feed, shown, charset).encode(charset, errors="xmlcharrefreplace"),
                f"{len(shown)} items; the channel says that it is constructed",
            )


def _rss(feed: Feed, items: list[Item], charset: str) -> str:
    head = [
        f'<?xml version="1.0" encoding="{charset}"?>',
        '<rss version="2.0" xmlns:a10="http://www.w3.org/2005/Atom">',
        " <channel>",
        _tag("title", feed["title"]),
        _tag("link", feed["link"]),
        _tag("description", feed["title"]),
        _tag("language", feed["language"]),
        _tag("copyright", MARK),
    ]
    return "\n".join([*head, *(_item(feed, item) for item in items), " </channel>", "</rss>", ""])


def _item(feed: Feed, item: Item) -> str:
    forms = feed.get("forms", ())
    link = item.get("link") or f"{feed['link'].rstrip('/')}/constructed-{item['slug']}"
    shown = f"{link}?utm_source=rss&utm_medium=rss&utm_campaign=Subscription" if "utm" in forms else link
    lines = ["  <item>"]
    if "no-guid" not in forms:
        lines.append(f'   <guid isPermaLink="false">{escape(feed["id"])}-constructed-{item["slug"]}</guid>')
    lines += ["  " + _tag("link", shown)]
    lines += [
        f'   <category domain="{code}">{escape(name)}</category>' for code, name in item.get("categories", ())
    ]
    lines += [
        "  " + _tag("title", item["title"]),
        "  " + _tag("description", item.get("plain") or as_html(item["text"])),
    ]
    if "undated" not in forms:
        moment = datetime.combine(item["day"], time.fromisoformat(item["time"]), ZONE)
        lines.append("  " + _tag("pubDate", format_datetime(moment)))
        if "records" in feed:
            lines.append(f"   <a10:updated>{moment.isoformat()}</a10:updated>")
    return "\n".join([*lines, "  </item>"])


def _records(mirror: Content, route: str) -> Iterator[Item]:
    for record in mirror["record"]:
        if record["route"] == route:
            yield {
                "day": record["published"],
                "time": "10:05",
                "slug": record["path"].strip("/").rpartition("/")[2],
                "link": f"https://www.regeringen.se{record['path']}",
                "title": record["title"],
                "plain": record["summary"],
                "categories": [(code, mirror["codes"][code]) for code in record["categories"]],
            }


def _tag(name: str, text: str) -> str:
    return f"  <{name}>{escape(text)}</{name}>"
