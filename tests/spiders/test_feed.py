"""Feeds: a constructed one for each rule, and the shipped declarations."""

import gzip
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.sources import Source, load_sources
from spiders.finding import Identifier, Kind, Relation, Step
from spiders.platform import Blocked, Drifted, Empty, Failed, SourceError
from spiders.reading import read_page
from spiders.wire import encode
from tests.spiders.feed_pages import PLATFORM, URL, item, only, read, rss
from tests.spiders.pages import assignment, page

# ------------------------------------------------------------------ keys


def test_the_key_is_the_guid_else_the_clean_address_else_a_digest() -> None:
    reading = read(
        rss(
            item("A", "https://a.example/1", "guid-1"),
            item("B", "https://a.example/2?utm_source=rss&amp;id=7&amp;utm_medium=x#top"),
            item("C", ""),
        )
    )
    keys = [finding.key for finding in reading.findings]
    assert keys[:2] == ["guid-1", "https://a.example/2?id=7"]
    assert re.fullmatch(r"[0-9a-f]{32}", keys[2])
    assert [finding.url for finding in reading.findings] == [
        "https://a.example/1",
        "https://a.example/2?id=7",
        URL,
    ]
    again = read(rss(item("C", ""), item("A", "https://a.example/1", "guid-1")))
    assert again.findings[0].key == keys[2]


def test_what_no_item_has_although_it_is_expected_is_said() -> None:
    body = rss(
        item("A", "https://a.example/1", "g1", more="<category>Vatten</category>"),
        item("B", "https://a.example/2", "g2"),
    )
    default = read_page(PLATFORM, page(body, URL), assignment("feed", URL)).warnings
    assert default == ("no item has description, summary, content:encoded or content (options.expected: text)",)
    assert read(body, options={"expected": ["guid", "link", "title", "date", "categories"]}).warnings == ()
    undated = read(body.replace("pubDate", "when"), options={"expected": ["date"]}).warnings
    assert undated == ("no item has pubDate, dc:date, published or updated (options.expected: date)",)


def test_items_under_another_name_are_drift_and_no_empty_feed() -> None:
    with pytest.raises(Drifted, match="no item or entry, but 2 other things with a title"):
        read(rss(item("A"), item("B")).replace("item>", "post>"))
    with pytest.raises(Empty):
        read(rss(channel="<title>Kanal</title><image><title>Kanal</title></image>"))


def test_an_id_that_is_no_address_is_no_link() -> None:
    entry = "<entry><title>A</title><id>g1</id><updated>2026-11-20T05:00:00Z</updated></entry>"
    finding = only(read(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entry}</feed>"))
    assert (finding.key, finding.url) == ("g1", URL)


def test_links_that_lead_all_to_one_page_are_said() -> None:
    reading = read(rss(item("A", guid="g1"), item("B", guid="g2")))
    assert reading.warnings == ("1 links stand for several different items",)


def test_one_guid_for_different_items_identifies_none_of_them() -> None:
    reading = read(
        rss(
            item("A", "https://a.example/1", "same"),
            item("B", "https://a.example/2", "same"),
            item("C", "https://a.example/3", "own"),
        )
    )
    assert [finding.key for finding in reading.findings] == ["https://a.example/1", "https://a.example/2", "own"]
    said = "1 guids or ids stand for several different items; those are known by address or text"
    assert reading.warnings == (said,)


def test_an_item_listed_twice_is_one_and_the_newest_stands() -> None:
    later = item("A", guid="g", day="Mon, 23 Nov 2026 09:00:00 GMT", more="<description>ny</description>")
    reading = read(rss(item("A", guid="g", day="Sun, 22 Nov 2026 09:00:00 GMT"), later))
    assert only(reading).published == date(2026, 11, 23)
    assert reading.warnings == ("1 items repeat another one",)


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Sun, 13 Sep 2026 22:00:00 GMT", date(2026, 9, 14)),
        ("Sun, 13 Dec 2026 22:59:00 GMT", date(2026, 12, 13)),
        ("Sun, 13 Dec 2026 23:00:00 GMT", date(2026, 12, 14)),
        ("Mon, 23 Nov 2026 23:30:00 +0100", date(2026, 11, 23)),
        ("2026-11-23", date(2026, 11, 23)),
        ("i går", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("", None),
    ],
)
def test_days_are_counted_in_stockholm(written: str, day: date | None) -> None:
    assert only(read(rss(item(day=written)))).published == day


def test_a_date_far_ahead_is_left_out_and_said() -> None:
    reading = read(rss(item(day="Mon, 23 Nov 2116 05:00:00 GMT")))
    assert only(reading).published is None
    assert "1 items are dated after 2027-12-28" in reading.warnings[0]


def test_an_update_is_a_moment_of_its_own() -> None:
    entry = (
        "<entry><id>urn:1</id><title>T</title><published>2026-11-01T08:00:00+01:00</published>"
        "<updated>2026-11-20T08:00:00+01:00</updated></entry>"
    )
    finding = only(read(f"<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title>{entry}</feed>"))
    assert finding.published == date(2026, 11, 1)
    assert finding.updated == datetime(2026, 11, 20, 7, tzinfo=UTC)


# ------------------------------------------------------------------ text, links, identifiers


def test_text_is_plain_and_authors_are_left_out() -> None:
    more = (
        "<description>&lt;p&gt;Ny &lt;b&gt;lag&lt;/b&gt;&lt;/p&gt;"
        "&lt;script&gt;alert(1)&lt;/script&gt;</description>"
        "<author>anna@example.invalid (Anna Tjänsteman)</author>"
        "<category>Miljö</category><category>Miljö</category>"
    )
    finding = only(read(rss(item("Vatten &amp;amp; avlopp", more=more)), options={"subjects": ["eu"]}))
    assert finding.title == {"sv": "Vatten & avlopp"}
    assert finding.summary == {"sv": "Ny lag"}
    assert finding.subjects == ("Miljö", "eu")
    assert b"Anna" not in encode(finding)


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("javascript:alert(1)", URL),
        ("/sv/nyhet", "https://feeds.example/sv/nyhet"),
        ("nyhet?a=1&amp;utm_campaign=x", "https://feeds.example/news/nyhet?a=1"),
        ("http://[", URL),
    ],
)
def test_links_are_absolute_and_safe(link: str, address: str) -> None:
    assert only(read(rss(item(link=link, guid="g")))).url == address


def test_what_stands_in_the_title_is_the_subject() -> None:
    more = "<description>Se även COM(2022) 542 och 2022/0345(COD).</description>"
    finding = only(read(rss(item("Förslag COM(2022) 541 om avlopp", more=more))))
    assert finding.identifiers == (
        Identifier("com", "COM(2022) 541", Relation.SUBJECT),
        Identifier("com", "COM(2022) 542", Relation.MENTION),
        Identifier("procedure", "2022/0345(COD)", Relation.MENTION),
    )


@pytest.mark.parametrize(
    ("title", "uri", "key", "shown", "identifier"),
    [
        (
            "CELEX:52025PC0555: Proposal for a REGULATION",
            "CELEX:52025PC0555",
            "CELEX:52025PC0555",
            "Proposal for a REGULATION",
            Identifier("com", "COM(2025) 555"),
        ),
        (
            "CELEX:52025PC0555R(01)",
            "CELEX:52025PC0555R(01)",
            "CELEX:52025PC0555R(01)",
            "CELEX:52025PC0555R(01)",
            None,
        ),
        # The title disagrees: the address is right.
        ("CELEX:32026R0001: x", "CELEX:32026R1744", "CELEX:32026R1744", "x", Identifier("celex", "32026R1744")),
        (
            "PI_COM:Ares(2025)6484878: Plan",
            "PI_COM:Ares(2025)6484878",
            "PI_COM:Ares(2025)6484878",
            "Plan",
            Identifier("ares", "Ares(2025)6484878"),
        ),
        (
            "IMMC:LET/2024/11261: Brev",
            "IMMC:LET/2024/11261",
            "IMMC:LET/2024/11261",
            "Brev",
            Identifier("immc", "LET/2024/11261"),
        ),
    ],
)
def test_eur_lex_items_are_known_by_their_own_name(
    title: str, uri: str, key: str, shown: str, identifier: Identifier | None
) -> None:
    link = f"https://eur-lex.europa.eu/./legal-content/AUTO/?uri={uri}"
    finding = only(read(rss(item(title, link)), languages=("en",)))
    assert finding.key == key
    assert finding.title == {"en": shown}
    assert finding.url == f"https://eur-lex.europa.eu/legal-content/SV/TXT/?uri={uri}"
    # Its dates lag by weeks.
    assert finding.published is None
    if identifier is not None:
        assert (finding.identifiers or ())[0] == identifier


def test_items_without_a_title_are_named_by_their_text_and_empty_ones_left_out() -> None:
    told = (
        "<item><link>https://a.example/2</link><description>Ett helt meddelande utan rubrik.</description></item>"
    )
    reading = read(rss(told, "<item><title/><link/></item>"))
    assert only(reading).title == {"sv": "Ett helt meddelande utan rubrik."}
    assert reading.warnings == ("1 items without title and text were left out",)


def test_unrendered_templates_say_nothing() -> None:
    with pytest.raises(Drifted, match="none of 1 items"):
        read(rss(item("$item.title", "", "${item.cellarUri}_2026")))


def test_the_guid_is_the_page_where_declared() -> None:
    body = rss(item(link="https://a.example/feed/view/1", guid="https://a.example/story/1"))
    assert only(read(body)).url == "https://a.example/feed/view/1"
    assert only(read(body, options={"link": "guid"})).url == "https://a.example/story/1"


# ------------------------------------------------------------------ language, filters, channel


def test_the_language_is_the_declared_one_unless_the_feed_says_another_declared_one() -> None:
    english = rss(item(), channel="<title>x</title><language>EN-gb</language>")
    assert only(read(english, languages=("sv", "en"))).title == {"en": "En nyhet"}
    assert only(read(rss(item()), languages=("sv", "en"))).language == "sv"
    reading = read(english, languages=("sv",))
    assert only(reading).language == "sv"
    assert reading.warnings == ("the feed says that its language is 'en', declared is sv",)
    assert only(read(rss(item()), languages=())).language == "und"


def test_words_decide_which_items_are_wanted() -> None:
    body = rss(
        item("Avloppsdirektivet", guid="1"),
        item("Fiske", guid="2", more="<category>Vatten och avlopp</category>"),
        item("Avlopp: rättelse", guid="3"),
        item("Skog", guid="4"),
    )
    reading = read(body, options={"include": ["AVLOPP"], "exclude": ["rättelse"], "kind": "press"})
    assert [finding.key for finding in reading.findings] == ["1", "2"]
    assert {finding.kind for finding in reading.findings} == {Kind.PRESS}


def test_a_title_that_reports_a_step_is_one_and_belongs_to_the_only_file_it_names() -> None:
    told = {
        "kind": "press",
        "steps": [["general approach", "council:general-approach"], ["council adopts", "x:y"]],
    }
    named = "<description>Procedure 2022/0345(COD), see also Directive 91/271/EEC</description>"
    found = only(read(rss(item("Wastewater: Council adopts General Approach", more=named)), options=told))
    assert found.steps == (Step(date(2026, 11, 23), "council:general-approach"),)
    relations = {name.value: name.relation for name in found.identifiers or ()}
    assert relations["2022/0345(COD)"] is Relation.SUBJECT
    assert set(relations.values()) == {Relation.SUBJECT, Relation.MENTION}

    other = only(read(rss(item("Wastewater: ministers debate", more=named)), options=told))
    assert other.steps is None
    assert {name.relation for name in other.identifiers or ()} == {Relation.MENTION}
    both = "<description>2022/0345(COD) and 2022/0347(COD)</description>"
    package = only(read(rss(item("Council adopts two acts", more=both)), options=told))
    assert {name.relation for name in package.identifiers or ()} == {Relation.MENTION}


def test_another_channel_title_is_a_warning() -> None:
    assert read(rss(item()), options={"channel": "en kan"}).warnings == ()
    assert read(rss(item()), options={"channel": "EUT L"}).warnings == (
        "the channel's title is 'En kanal', declared is 'EUT L'",
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kind": "gossip"}, "options.kind"),
        ({"colour": 1}, "options.colour"),
        ({"include": "eu"}, "options.include"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=f"source a-source: {words}"):
        PLATFORM.check(assignment("feed", URL, options=options).source)


def test_days_in_the_address_follow_the_clock() -> None:
    told = assignment(
        "feed", "https://a.example/rss?from={start}&to={end}", options={"days": 56, "day_format": "%d/%m/%Y"}
    )
    [ask] = PLATFORM.start(told)
    assert ask.url == "https://a.example/rss?from=28/09/2026&to=23/11/2026"
    assert "*/*" in ask.headers["Accept"]


# ------------------------------------------------------------------ what is no feed


def test_broken_but_readable_is_a_warning_and_broken_is_a_failure() -> None:
    body = rss(item("Ett &nbsp; <b>fel"))
    reading = read(body)
    assert "not well-formed, 1 items could be read: SAXParseException" in reading.warnings[0]
    with pytest.raises(Failed, match="not well-formed and without items"):
        read("<?xml version='1.0'?><rss version='2.0'><channel><title>x")
    with pytest.raises(Drifted, match="root element is that of no feed"):
        read("<?xml version='1.0'?><catalogue><thing/></catalogue>")
    with pytest.raises(Drifted, match=r"an HTML page where a feed was due \(text/html\)"):
        read("<html><body><p>Nyheter</p></body></html>", headers={"content-type": "text/html"})
    with pytest.raises(Blocked, match="Just a moment"):
        read("<html><head><title>Just a moment...</title></head></html>")
    with pytest.raises(Empty, match="no items"):
        read(rss())


def test_gzip_that_nobody_announced_is_unpacked_up_to_the_cap() -> None:
    packed = gzip.compress(rss(item()).encode())
    assert len(read(packed).findings) == 1
    bomb = gzip.compress(b"<rss>" + b"a" * 3_000_000)
    with pytest.raises(Failed, match="larger than 1000000 bytes when unpacked"):
        read(bomb, max_bytes=1_000_000)
    with pytest.raises(Failed, match="cannot be unpacked"):
        read(b"\x1f\x8b\x08" + b"x" * 50)
    with pytest.raises(Failed, match="cut off"):
        read(packed[:-20])
    with pytest.raises(Failed, match="empty body when unpacked"):
        read(gzip.compress(b" "))
    with pytest.raises(Failed, match="more than 100"):
        read(rss(item()), max_bytes=100)


def test_entities_do_not_multiply() -> None:
    lines = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 6))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "lol lol lol">{lines}]>'
        + rss(item("&e5;")).partition("?>")[2]
    )
    try:
        found = read(bomb).findings
    except SourceError:
        found = ()
    assert all(len(text) <= 500 for finding in found for text in finding.title.values())


def test_a_body_that_names_a_file_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(rss(item("Hemligt")), encoding="utf-8")
    with pytest.raises(SourceError):
        read(str(secret))


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "utf-16", "windows-1252"])
def test_charsets_declared_in_the_file_or_only_in_the_header(charset: str) -> None:
    body = f"<?xml version='1.0' encoding='{charset}'?>{rss(item('Åäö é')).partition('?>')[2]}".encode(charset)
    assert only(read(body, headers={"content-type": "text/xml"})).title["sv"] == "Åäö é"
    bare = rss(item("Åäö é")).partition("?>")[2].encode(charset)
    headers = {"content-type": f'application/rss+xml; charset="{charset}"'}
    assert only(read(bare, headers=headers)).title["sv"] == "Åäö é"


# ------------------------------------------------------------------ declarations


def _feeds() -> list[Source]:
    return [source for source in load_sources() if source.platform == "feed"]


def test_every_declared_feed_is_sound_and_only_known_ones_are_enabled() -> None:
    feeds = _feeds()
    assert len({source.url for source in feeds}) == len(feeds)
    for source in feeds:
        PLATFORM.check(source)
        assert not source.enabled or source.evidence.certainty != "inferred", source.id
        assert source.title
        assert source.owner
    assert sum(source.enabled for source in feeds) >= 50


def test_every_feed_that_is_known_to_work_is_declared(shared: Path) -> None:
    """The list of feeds, read independently: each address of a line that says `works` is declared."""
    declared = {source.url for source in _feeds()}
    lines = (shared / "sources" / "feeds.md").read_text(encoding="utf-8").splitlines()
    working = [line for line in lines if re.search(r"\|\s*works\s*\|", line)]
    assert len(working) > 25
    for line in working:
        [address, *_] = re.findall(r"`(https://[^`]+)`", line)
        stem = re.split(r"…|\{|startDate=|&searchTerm|searchTerm|&utformat|interfaceLanguage", address)[0]
        assert any(url.startswith(stem) for url in declared), address
    committees = {url.rpartition("/committee/")[2][:4] for url in declared if "/rss/committee/" in url}
    assert committees >= {"envi", "itre", "imco", "libe", "afet", "sede", "deve", "inta", "econ", "juri"}
    codes = {url.partition("preFilteredCategories=")[2].partition("&")[0] for url in declared}
    assert codes >= {"2540", "2099", "2098", "1342", "2085", "1331"}
