"""3,000 damaged feeds: each ends as findings or as a said reason, never as an exception."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from spiders.feed import Feed
from spiders.library import Library
from spiders.platform import SourceError
from spiders.reading import read_page
from spiders.sanitise import LINK, SUMMARY, TEXT, TITLE
from spiders.wire import encode
from tests.spiders.pages import assignment, page

PLATFORM = Feed()
URL = "https://feeds.example/rss.xml"
SOURCE = assignment("feed", URL)
SMALL = 2_500
"""Bytes of a recorded feed that are damaged: its head and first items; the whole would only take longer."""

RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Kanal</title><link>https://a.example/</link><language>sv</language>
<item><title>COM(2022) 541 om avlopp</title><link>/1?utm_source=x</link><guid isPermaLink="false">1</guid>
<pubDate>Mon, 23 Nov 2026 05:00:00 +0100</pubDate><category>Milj\xc3\xb6</category><dc:creator>Anna</dc:creator>
<description>&lt;p&gt;Text &amp;amp; mer&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>Hela <a href="/2">texten</a></p>]]>
</content:encoded></item>
<item><title>Tv\xc3\xa5</title>
<link>https://eur-lex.europa.eu/./legal-content/AUTO/?uri=CELEX:52025PC0555</link></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://a.example/">
<title type="html">F&amp;ouml;</title>
<entry><id>urn:uuid:1</id><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>b</b></div></title>
<link rel="alternate" href="x"/><link rel="enclosure" href="y.pdf"/><updated>2026-11-23T05:00:00Z</updated>
<summary type="text">a &lt; b</summary><content type="html">&lt;p&gt;c&lt;/p&gt;</content>
<category term="x" label="y"/></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://a.example/"><title>R</title></channel>
<item rdf:about="https://a.example/1"><title>Ett</title><link>https://a.example/1</link><dc:date>2026-11-23</dc:date></item>
</rdf:RDF>"""
CONSTRUCTED = (RSS, ATOM, RDF)

PIECES = (
    *(
        b"<",
        b">",
        b"&",
        b"]]>",
        b"<![CDATA[",
        b"<!--",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\x1f\x8b",
        b"\xc3",
    ),
    *(b"</item>", b"<item>", b"<entry>", b"<title>", b"</title>", b"<link>javascript:alert(1)</link>", b"<guid>"),
    *(
        b"&#x110000;",
        b"&#xD800;",
        b"&nbsp;",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
        b'encoding="utf-7"',
        b"<rss>",
        b"<html>",
    ),
    *(b"<pubDate>Mon, 99 Foo 99999 99:99:99 +9999</pubDate>", b"<link>http://[::1</link>", b"xml:base='http://['"),
    *(b'<category term="', b"<georss:point>91 x</georss:point>", b"<itunes:image/>", b"<link href='%zz'/>", b"="),
)


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """A feed in which up to eight things were cut, doubled, overwritten or put in."""
    body = bytearray(draw(whole))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(body)))
        length = draw(st.integers(1, 60))
        match draw(st.sampled_from(("cut", "put", "double", "overwrite", "end"))):
            case "cut":
                del body[at : at + length]
            case "put":
                body[at:at] = draw(st.sampled_from(PIECES))
            case "double":
                body[at:at] = body[at : at + length]
            case "overwrite":
                body[at : at + 3] = draw(st.binary(min_size=1, max_size=3))
            case "end":
                del body[at:]
    return bytes(body)


def check(body: bytes, content_type: str = "application/rss+xml") -> bool:
    """Read a body; whether it gave findings. Anything but a said reason fails the test."""
    try:
        reading = read_page(PLATFORM, page(body, URL, headers={"content-type": content_type}), SOURCE)
    except SourceError as exc:
        assert str(exc)
        return False
    assert reading.findings
    for finding in reading.findings:
        encode(finding)
        assert finding.key
        assert finding.url.startswith(("http://", "https://"))
        assert len(finding.url) <= LINK + 100
        assert all(title and len(title) <= TITLE for title in finding.title.values())
        assert all(len(text) <= SUMMARY for text in finding.summary.values())
        assert len(finding.text or "") <= TEXT
        assert finding.published is None or date(1990, 1, 1) <= finding.published <= date(2027, 12, 28)
    return True


LOTS = settings(deadline=None, suppress_health_check=list(HealthCheck), database=None)


@settings(LOTS, max_examples=2_000)
@given(
    damaged(st.sampled_from(CONSTRUCTED)),
    st.sampled_from(("application/rss+xml", "text/xml", "text/html; charset=x")),
)
@example(
    b"<?xml version='1.0' encoding='idna'?><rss version='2.0'><channel><item><title>x</title></item>",
    "",
)
@example(b"<rss version='2.0'><channel><item><title>\xed\xa0\x80</title></item></channel></rss>", "")
def test_damaged_feeds(body: bytes, content_type: str) -> None:
    check(body, content_type)


@pytest.fixture(scope="module")
def heads(shared: Path) -> list[bytes]:
    library = Library(shared / "payloads")
    return [library.decoded(row)[:SMALL] for row in library.rows() if row.platform == "feeds"]


@settings(LOTS, max_examples=1_000)
@given(data=st.data())
def test_damaged_recorded_feeds(heads: list[bytes], data: st.DataObject) -> None:
    check(data.draw(damaged(st.sampled_from(heads))))


@settings(LOTS, max_examples=200)
@given(st.binary(max_size=300))
def test_any_bytes(body: bytes) -> None:
    check(body)


@pytest.mark.parametrize("whole", CONSTRUCTED)
def test_undamaged_they_are_feeds(whole: bytes) -> None:
    assert check(whole)


@pytest.mark.parametrize(
    "build",
    [
        lambda: b"<rss><channel>" + b"<item>" * 20_000,
        lambda: b"<rss version='2.0'><channel><item><title>" + b"<b>" * 50_000,
        lambda: (
            b"<rss version='2.0'><channel><item><title>x"
            + b"&lt;p " * 100_000
            + b"</title></item></channel></rss>"
        ),
        lambda: b"<rss version='2.0'><channel>" + b"<item><title>x</title></item>" * 6_000 + b"</channel></rss>",
        lambda: b"<feed" + b" a" * 100_000,
        lambda: b"<?xml version='1.0'?>" + b"<!-- -->" * 50_000 + b"<rss version='2.0'/>",
    ],
)
def test_bombs_end_in_time(build: Callable[[], bytes]) -> None:
    check(build())
