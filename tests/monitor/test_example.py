"""The shipped example: complete, readable by the platforms, different from day to day, and nobody else's text."""

import gzip
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from config.sources import Source, load_sources
from monitor.example import DAYS, SUBSCRIBER, build, library, overlay
from spiders.finding import Finding, WindowKind
from spiders.library import Library, Row
from spiders.platform import Assignment, Page, Reading
from spiders.reading import read_page
from spiders.registry import platform

LIBRARY = Library(library())
PLATFORM_OF_FOLDER = {"feeds": "feed"}


def at(day: date) -> datetime:
    """A morning hour of `day`, before anything that happens on that day."""
    return datetime.combine(day, time(5), UTC)


def served(day: date) -> dict[str, Row]:
    """What each recorded address answers on `day`."""
    rows = {row.url: LIBRARY.find("GET", row.url, None, {}, at(day)) for row in LIBRARY.rows()}
    return {url: row for url, row in rows.items() if row is not None}


# --- The library itself


def test_every_row_has_its_file_and_every_file_its_row() -> None:
    files = {str(path.relative_to(library())) for path in library().rglob("*") if path.is_file()}
    assert [row.name for row in LIBRARY.rows()] == list(dict.fromkeys(row.name for row in LIBRARY.rows()))
    assert {row.name for row in LIBRARY.rows()} == files - {"index.jsonl"}


def test_every_row_says_that_it_is_constructed() -> None:
    lines = [json.loads(line) for line in (library() / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["fidelity"] for line in lines} == {"constructed"}
    assert all(line["note"].startswith("constructed by the Utblick project") for line in lines)
    assert {line["fetched_at"] for line in lines} == {str(day) for day in DAYS}


def test_every_body_says_that_it_is_constructed() -> None:
    mute = {row.url for row in LIBRARY.rows() if not re.search(rb"(?i)constructed|konstruera", LIBRARY.body(row))}
    # Three values and no room for words.
    assert mute == {"https://g0v.se/api/latest_updated.json"}


def test_the_library_is_what_the_texts_give(tmp_path: Path) -> None:
    """After a change of `content/` or `shapes/`: `python -m monitor.example.build`."""
    build.write(tmp_path / "payloads", build.bodies())
    made = {str(path.relative_to(tmp_path / "payloads")): path for path in (tmp_path / "payloads").rglob("*.*")}
    kept = {str(path.relative_to(library())): path for path in library().rglob("*.*")}
    assert made.keys() == kept.keys()
    assert [
        name for name in made if made[name].is_file() and made[name].read_bytes() != kept[name].read_bytes()
    ] == []


def test_every_body_is_of_its_type() -> None:
    for row in LIBRARY.rows():
        body = LIBRARY.body(row)
        match row.content_type.partition(";")[0]:
            case "application/json" | "application/ld+json":
                assert json.loads(body)
            case "application/rss+xml":
                assert ElementTree.fromstring(body).tag == "rss"
            case "application/pdf":
                assert body.startswith(b"%PDF-")
            case "text/markdown":
                assert body.decode().startswith("# ")
            case other:
                pytest.fail(f"{row.name}: {other}")


def test_the_subscriber_is_an_example() -> None:
    assert SUBSCRIBER.endswith("@example.org")


# --- Nobody else's text


def test_no_passage_is_anybody_elses(shared: Path) -> None:
    """No 200 characters in a row are those of a recorded payload or a training text."""
    half = 100  # A common passage of 200 holds one whole block of 100 that begins at a multiple of 100.
    ours = {
        text[start : start + half]: name
        for name, text in _our_texts()
        for start in range(max(len(text) - half + 1, 0))
    }
    copied = {
        (ours[block], str(path.relative_to(shared)))
        for folder in ("payloads", "training", "acceptance")
        for path in (shared / folder).rglob("*")
        if path.is_file()
        for text in _texts(path)
        for start in range(0, len(text) - half + 1, half)
        if (block := text[start : start + half]) in ours
    }
    assert copied == set()


def _our_texts() -> Iterator[tuple[str, str]]:
    for row in LIBRARY.rows():
        for text in _texts(library() / row.name):
            yield row.name, text


def _texts(path: Path) -> Iterator[str]:
    """The texts of a file that are long enough to hold a passage, with white space folded."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    name = path.name.removesuffix(".gz")
    if name.endswith(".jsonl"):
        values = [json.loads(line) for line in data.splitlines() if line.strip()]
        found: Iterable[str] = _strings(values)
    elif name.endswith(".json"):
        found = _strings(json.loads(data.decode("utf-8-sig")))
    else:
        charset = "iso-8859-1" if b"iso-8859-1" in data[:100].lower() else "utf-8"
        found = re.split(r"</?(?:item|entry|category|pubDate|guid)\b", data.decode(charset, errors="replace"))
    for text in found:
        folded = " ".join(re.sub(r"&lt;/?p&gt;|<[^<>]{1,200}>", " ", text).split())
        if len(folded) >= 200:
            yield folded


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)


# --- What the platforms read


@cache
def sources() -> tuple[Source, ...]:
    """Those that the example declares; shipped files it has no name for stay beside them and are not asked."""
    own = {
        table["id"]
        for path in (overlay() / "sources").glob("*.toml")
        for table in tomllib.loads(path.read_text(encoding="utf-8")).get("source", [])
    }
    return tuple(source for source in load_sources(overlay()) if source.id in own)


def source_of(row: Row) -> Source:
    """The source that would ask for the row: the one that starts there, else the first of its platform."""
    name = PLATFORM_OF_FOLDER.get(row.platform, row.platform)
    of_platform = [source for source in sources() if source.platform == name]
    starts = [source for source in of_platform if _starts(source, row.url)]
    return (starts or of_platform)[0]


def _starts(source: Source, url: str) -> bool:
    asked = {ask.url for day in DAYS for ask in platform(source.platform).start(Assignment(source, at(day)))}
    return any(
        row.url == url for address in asked if (row := LIBRARY.find("GET", address, None, {}, at(DAYS[-1])))
    )


def reading(row: Row, day: date) -> Reading:
    source = source_of(row)
    reader = platform(source.platform)
    ask = reader.route(row.url)
    assert ask is not None, row.url
    page = Page(
        url=row.url,
        status=row.status,
        headers={"content-type": row.content_type},
        body=LIBRARY.body(row),
        fetched_at=at(day),
        reader=ask.reader,
        context=ask.context,
    )
    return read_page(reader, page, Assignment(source, at(day)), ask.tolerated)


def test_the_sources_are_those_that_ship() -> None:
    shipped = {source.id: source for source in load_sources()}
    declared = [source for source in sources() if "EUPL" in source.licence]
    assert len(declared) == 20
    for source in declared:
        same = shipped[source.id]
        assert (source.url, source.platform, source.archive) == (same.url, same.platform, same.archive)


def test_every_source_starts_at_a_recorded_address_on_every_day() -> None:
    for source in sources():
        for day in DAYS:
            for ask in platform(source.platform).start(Assignment(source, at(day))):
                row = LIBRARY.find(ask.method, ask.url, ask.body, ask.headers, at(day))
                assert row is not None, f"{source.id} on {day}: {ask.url}"


def test_every_source_meets_its_own_bounds_on_every_day() -> None:
    for source in sources():
        for day in DAYS:
            asked = [
                source.url,
                *(ask.url for ask in platform(source.platform).start(Assignment(source, at(day)))),
            ]
            lists = [row for url in asked if (row := LIBRARY.find("GET", url, None, {}, at(day)))]
            shown = {finding.key for row in lists for finding in reading(row, day).findings}
            assert source.expect.min <= len(shown) <= (source.expect.max or len(shown)), f"{source.id} on {day}"


@pytest.mark.parametrize("row", [row for row in LIBRARY.rows() if row.content_type == "application/pdf"])
def test_an_attached_list_alone_names_its_bodies(row: Row) -> None:
    """What it belongs to is known only to the page that leads to it."""
    assert row.fetched_at is not None
    (warning,) = reading(row, row.fetched_at.date()).warnings
    assert re.search(r"a list of [4-8] addressed bodies, of no known remiss", warning)


@pytest.mark.parametrize("row", [row for row in LIBRARY.rows() if "/meps/9" in row.url], ids=lambda row: row.name)
def test_a_member_alone_has_seats_nobody_knows_where(row: Row) -> None:
    """Which committees they are in is known only to the list that leads to the record."""
    assert row.fetched_at is not None
    found = reading(row, row.fetched_at.date())
    assert (found.holders, found.findings) == ((), ())
    assert "which bodies the seats are in" in found.warnings[0]


@pytest.mark.parametrize(
    "row",
    [row for row in LIBRARY.rows() if row.content_type != "application/pdf" and "/meps/9" not in row.url],
    ids=lambda row: row.name,
)
def test_every_row_is_read_by_its_platform(row: Row) -> None:
    assert row.fetched_at is not None
    found = reading(row, row.fetched_at.date())
    # A period without an end is part of the example; nothing else is out of the ordinary.
    assert [warning for warning in found.warnings if "OPEN without an end date" not in warning] == []
    if "/api/" not in row.url:
        assert found.findings or found.asks


@cache
def findings(day: date) -> dict[tuple[str, str], Finding]:
    """Everything that can be read on `day`, of two readings of one document the detail."""
    found: dict[tuple[str, str], Finding] = {}
    for row in served(day).values():
        for finding in reading(row, day).findings:
            key = (finding.source, finding.key)
            if key not in found or finding.text or finding.summary:
                found[key] = finding
    return found


def test_the_days_differ_and_grow() -> None:
    counts = [len(findings(day)) for day in DAYS]
    assert counts == sorted(set(counts))
    assert counts[0] >= 40
    assert counts[-1] >= 60


def test_officials_are_in_the_payload_and_not_in_the_findings() -> None:
    details = [row for row in LIBRARY.rows() if "/groupInitiatives/" in row.url]
    assert all(b"constructed.official@example.org" in LIBRARY.body(row) for row in details)
    assert not [f for day in DAYS for f in findings(day).values() if "constructed.official" in repr(f)]


def test_nothing_happens_on_the_morning_of_a_snapshot() -> None:
    """What is dated on the day of a scan could not have been seen before dawn."""
    published = Counter(f.published for day in DAYS for f in findings(day).values())
    assert not [day for day in DAYS if published[day]]
    for row in LIBRARY.rows():
        if row.platform == "feeds":
            for element in ElementTree.fromstring(LIBRARY.body(row)).iter("pubDate"):
                assert element.text
                assert row.fetched_at
                assert parsedate_to_datetime(element.text) < row.fetched_at


# --- What the letter needs


def closing(day: date) -> dict[str, set[date | None]]:
    """Document key → the last days of its windows, as seen on `day`."""
    return {key: {w.closes for w in f.windows or ()} for (_, key), f in findings(day).items() if f.windows}


def test_windows_of_every_kind_of_interest() -> None:
    last = DAYS[-1]
    days_left = [(closes - last).days for dates in closing(last).values() for closes in dates if closes]
    assert sum(0 <= left <= 14 for left in days_left) >= 5
    assert sum(14 < left <= 30 for left in days_left) >= 5
    assert any(left < 0 for left in days_left)
    assert any(None in dates for dates in closing(last).values())


def test_a_consultation_is_prolonged_in_the_last_week() -> None:
    before, after = (closing(day)["99102"] for day in DAYS[1:])
    assert (date(2026, 11, 27) in before, date(2026, 12, 18) in before) == (True, False)
    assert (date(2026, 11, 27) in after, date(2026, 12, 18) in after) == (False, True)


def test_a_remiss_is_prolonged_and_another_forgets_its_last_day() -> None:
    def remiss(part: str, day: date) -> set[date | None]:
        found = [f for (_, key), f in findings(day).items() if part in key and f.kind == "remiss" and f.text]
        assert len(found) == 1
        return {w.closes for w in found[0].windows or () if w.kind is WindowKind.REMISS}

    moved = [remiss("nationell-renoveringsplan", day) for day in DAYS]
    assert moved == [{date(2026, 11, 30)}, {date(2026, 12, 18)}, {date(2026, 12, 18)}]
    forgotten = [remiss("producentansvar-for-textil", day) for day in DAYS]
    assert forgotten == [{date(2026, 11, 13)}, {date(2026, 11, 13)}, set()]


def test_the_stakes_are_there() -> None:
    named = {i.value for f in findings(DAYS[-1]).values() for i in f.identifiers or ()}
    assert {"2022/0345(COD)", "2025/0241(COD)", "2025/0360(COD)", "COM(2025) 565", "COM(2025) 836"} <= named
