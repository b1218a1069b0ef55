"""What others subscribe to: calendars (RFC 5545) and feeds (Atom, RFC 4287)."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from starlette.responses import Response

from digests.tame import one_line
from monitor.archive.documents import Document
from monitor.web.matters import Matter, titled
from monitor.web.site import Site
from monitor.web.words import Words

ATOM = "http://www.w3.org/2005/Atom"


def calendar_of(site: Site, words: Words, name: str, found: Iterable[Matter], base: str | None) -> Response:
    """Windows as all-day events on their last day; what they are called stays when the day moves.

    Args:
        site: whose calendar it is.
        words: the language.
        name: what calendar programs call it.
        found: the windows.
        base: the address of our pages; None: events link to the source.
    """
    from icalendar import Calendar, Event

    host = site.organisation.letter.list_id
    calendar = Calendar()
    calendar.add("prodid", f"-//{host}//Utblick//{words.code.upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", one_line(name, 200))
    for one in found:
        event = Event()
        opens = one.window.opens.isoformat() if one.window.opens else ""
        event.add("uid", f"{one.item.id.replace(':', '-')}-{one.window.kind.value}-{opens}@{host}")
        event.add("dtstamp", site.clock().astimezone(UTC))
        event.add("dtstart", one.closes)
        event.add("dtend", one.closes + timedelta(days=1))
        title, _ = titled(one.item.titles, words.code)
        estimate = " (?)" if one.window.certainty.value == "estimated" else ""
        event.add("summary", f"{words.window(one.window.kind.value)}{estimate}: {one_line(title, 180)}")
        if one.presses < one.closes:
            event.add("description", words.say("own last day", day=words.letter.long_date(one.presses)))
        event.add("transp", "TRANSPARENT")
        event.add("url", f"{base}{one.path}" if base else one.item.sources[0].url)
        calendar.add_component(event)
    return Response(bytes(calendar.to_ical()), media_type="text/calendar; charset=utf-8")


def atom_of(
    site: Site,
    words: Words,
    *,
    name: str,
    identity: str,
    own: str,
    base: str | None,
    documents: Sequence[Document],
) -> Response:
    """Documents as an Atom feed; an entry keeps its identity and is updated when its document changes.

    Args:
        site: whose feed it is.
        words: the language.
        name: the feed's title.
        identity: what names the feed for good (a tag URI's last part).
        own: the feed's own address.
        base: the address of our pages; None: entries link to the source.
        documents: the newest first.
    """
    ET.register_namespace("", ATOM)
    host = site.organisation.letter.list_id
    feed = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": words.code})
    _add(feed, "title", f"{one_line(name, 200)} – {site.organisation.letter.name}")
    _add(feed, "id", f"tag:{host},2026:{identity}")
    _link(feed, "self", own)
    latest = max((one.changed for one in documents), default=site.clock())
    _add(feed, "updated", _moment(latest))
    _add(_add(feed, "author", None), "name", site.organisation.name)
    for one in documents:
        entry = _add(feed, "entry", None)
        _add(entry, "title", one_line(one.title(words.code)[0], 400))
        _add(entry, "id", f"tag:{host},2026:document/{one.id}")
        _link(entry, "alternate", f"{base}/dokument/{one.id}" if base else one.url)
        _add(entry, "published", _moment(one.first_seen))
        _add(entry, "updated", _moment(one.changed))
        closes = one.closes(site.today())
        facts = [words.name("kind", one.kind)]
        if closes and closes >= site.today():
            facts.append(words.say("closes", day=words.letter.long_date(closes)))
        summary = one.summary.get(words.code) or next(iter(one.summary.values()), "")
        _add(entry, "summary", one_line(" · ".join([*facts, summary] if summary else facts), 800))
    body = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="application/atom+xml; charset=utf-8")


def _add(parent: ET.Element, name: str, text: str | None) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    child.text = text
    return child


def _link(parent: ET.Element, relation: str, href: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "href": href})


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()
