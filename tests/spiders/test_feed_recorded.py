"""Recorded feeds, against an independent reading and as a person reads them."""

import gzip
import io
import json
import re
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from config.sources import load_sources
from spiders.feed import looks_like_feed
from spiders.finding import Finding, Identifier, Kind, Relation
from spiders.library import Library
from spiders.platform import SourceError
from spiders.wire import encode
from tests.spiders.feed_pages import read

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"


def _recorded(shared: Path) -> list[tuple[str, str, bytes]]:
    library = Library(shared / "payloads")
    rows = [row for row in library.rows() if row.platform == "feeds"]
    return [(row.file, row.url, library.body(row)) for row in rows]


def _titles(body: bytes) -> list[str]:
    """Titles of all items, read by another parser."""
    root = ET.parse(io.BytesIO(body)).getroot()
    entries = [node for node in root.iter() if node.tag.rpartition("}")[2] in ("item", "entry")]
    titles = []
    for entry in entries:
        title = next((child for child in entry if child.tag.rpartition("}")[2] == "title"), None)
        titles.append(" ".join("".join(title.itertext()).split()) if title is not None else "")
    return titles


def test_all_sixty_recorded_feeds_end_as_findings_or_a_said_reason(shared: Path) -> None:
    recorded = _recorded(shared)
    assert len(recorded) == 60
    reasons = {}
    for file, url, body in recorded:
        try:
            reading = read(body, url=url, languages=())
        except SourceError as exc:
            reasons[file] = type(exc).__name__
            continue
        assert reading.findings, file
        keys = [finding.key for finding in reading.findings]
        assert len(set(keys)) == len(keys), file
        for finding in reading.findings:
            encode(finding)
            assert finding.url.startswith(("http://", "https://"))
            assert all(finding.title.values())
    assert reasons == {
        "codehollow__FeedReader/Rss20DailyMail.xml": "Empty",
        "danmactough__node-feedparser/notafeed.html": "Drifted",
    }


def test_titles_agree_with_another_parser(shared: Path) -> None:
    compared = 0
    for file, url, body in _recorded(shared):
        data = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
        try:
            expected = _titles(data)
        except (ET.ParseError, LookupError, ValueError):
            continue  # malformed, or an encoding that this parser does not know
        found = {next(iter(finding.title.values())) for finding in _findings(body, url)}
        # Left out: what is cleaned away (markup, control characters), and UTF-8 that the recording encoded
        # twice ("Ã", "Ð"), which feedparser undoes.
        plain = [title for title in expected if title and not re.search(r"[<&\x7f-\x9fÃÂÐÑ]", title)]
        missing = [title for title in plain if title not in found]
        assert not missing, (file, missing[:3])
        compared += len(plain)
    assert compared > 900


def _findings(body: bytes, url: str) -> tuple[Finding, ...]:
    try:
        return read(body, url=url, languages=()).findings
    except SourceError:
        return ()


@pytest.mark.parametrize(
    ("file", "number", "first"),
    [
        (
            "codehollow__FeedReader/Rss091Stadtfeuerwehr.xml",
            15,
            ("Brandmeldeanlagenalarm", date(2018, 8, 19), "http"),
        ),
        # No id anywhere, windows-1251.
        (
            "danmactough__node-feedparser/iconv.xml",
            10,
            ("В Бузулуке", date(2014, 1, 22), "http://www.oren.ru/news/"),
        ),
        # ISO-8859-1 that nobody declared, and an item without anything in it.
        (
            "miniflux__v2/no_encoding_ISO-8859-1.xml",
            9,
            ("Perturbateurs endocriniens", date(2018, 10, 17), "https"),
        ),
        ("miniflux__v2/encoding_ISO-8859-1.xml", 40, ("Red Dead Redemption 2", date(2018, 10, 28), "https")),
        ("rbren__rss-parser/encoding.rss", 40, ("Mãe de utente é a nova", date(2018, 1, 3), "http")),
        (
            "danmactough__node-feedparser/invalid-characters-gzipped.xml",
            25,
            ("NSOperation", date(2014, 7, 14), "http"),
        ),
        # 99 items repeat the guid of another one.
        ("freelawproject__juriscraper/nyed_1.xml.gz", 333, ("1:17-cr-00554", date(2018, 5, 23), "https")),
        # One guid and one address for four different news.
        ("rometools__rome/issue137-rss.xml", 4, ("Single-Session Primary Schools", date(2009, 9, 25), "")),
        ("codehollow__FeedReader/Rss20FinanzenNet.xml", 15, ("NVIDIA Buy", None, "http")),
        (
            "rbren__rss-parser/craigslist.rss",
            25,
            ("Bright, Spacious Beautiful Victorian", date(2017, 6, 21), "http"),
        ),
        (
            "exxamalte__python-aio-georss-gdacs/gdacs-rss.xml",
            16,
            ("Green alert for tropical", date(2019, 12, 29), "TC"),
        ),
        # An Atom feed inside an HTML page.
        ("feedjira__feedjira/DuplicateContentAtomFeed.xml", 10, ("Down time", date(2014, 7, 21), "http")),
    ],
)
def test_recorded_feeds_as_a_person_reads_them(
    shared: Path, file: str, number: int, first: tuple[str, date | None, str]
) -> None:
    title, day, key = first
    url, body = next((url, body) for name, url, body in _recorded(shared) if name == file)
    findings = read(body, url=url, languages=()).findings
    assert len(findings) == number
    assert title in next(iter(findings[0].title.values()))
    assert findings[0].published == day
    assert findings[0].key.startswith(key)


def test_regeringens_feed_is_read_as_a_person_reads_it(shared: Path) -> None:
    body = (shared / "payloads/regeringen/rss-lagradsremiss-udep.first5.xml").read_bytes()
    source = next(source for source in load_sources() if source.id == "regeringen-lagradsremisser")
    reading = read(body, url=source.url, languages=source.languages, options=source.options)
    root = ET.fromstring(body)
    for found, raw in zip(reading.findings, root.iter("item"), strict=True):
        said = {child.tag: child.text or "" for child in raw}
        assert found.title == {"sv": said["title"]}
        assert (found.key, found.url) == (said["guid"], said["link"])
        assert found.summary["sv"] == " ".join(said["description"].split())
        assert found.published == datetime.strptime(said["pubDate"], "%a, %d %b %Y %H:%M:%S %z").date()
        assert found.subjects == tuple(child.text for child in raw if child.tag == "category")
        assert found.kind is Kind.DRAFT_BILL
    first = reading.findings[0]
    assert first.published == date(2026, 5, 13)
    assert Identifier("sfs", "SFS 2010:800", Relation.MENTION) in (first.identifiers or ())
    assert reading.warnings == ()


def test_the_think_tanks_evening_before_is_the_day_in_its_guid(shared: Path) -> None:
    body = (shared / "payloads/parliament-press/thinktank-2-items.rss.xml").read_bytes()
    for finding in read(body).findings:
        assert finding.published is not None
        assert finding.key.endswith(finding.published.strftime("%Y%m%d"))


def test_a_feed_is_recognised_by_its_root(shared: Path) -> None:
    for file, _, body in _recorded(shared):
        data = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
        assert looks_like_feed(data) is not file.endswith("notafeed.html"), file
    assert not looks_like_feed(json.dumps({"rss": "<rss"}).encode())
