"""Feeds and calendar of the Parliament. Constructed: rows as clients quote one, Atom as it is documented."""

import json
import random
from datetime import date
from typing import Any

import pytest

from config.errors import ConfigError
from spiders.finding import Step
from spiders.parliament import Parliament
from spiders.platform import Assignment, Blocked, Drifted, Empty, Failed, Page, Reading, SourceError
from spiders.reading import read_page
from tests.spiders.pages import assignment, page
from tests.spiders.test_eu_hostile import damaged, twisted

PLATFORM = Parliament()
API = "https://data.europarl.europa.eu/api/v2"
ADOPTED = f"{API}/adopted-texts/feed?timeframe=one-week&format=application/ld%2Bjson"
COMMITTEES = f"{API}/committee-documents/feed?format=application/ld%2Bjson"
ROWS = [
    {
        "id": f"eli/dl/doc/TA-10-2026-{number}",
        "type": "Work",
        "work_type": "def/ep-document-types/TEXT_ADOPTED",
        "identifier": f"TA-10-2026-{number}",
        "label": f"T10-{number}/2026",
    }
    for number in ("9001", "9002")
]


def atom(*entries: tuple[str, str]) -> str:
    told = "".join(
        f'<entry><title type="text" xml:lang="en">constructed</title><id>{name}</id>'
        f'<link href="https://data.europarl.europa.eu/x"/><updated>{moment}</updated></entry>'
        for name, moment in entries
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        "<id>https://data.europarl.europa.eu/feed</id><title>constructed</title>"
        f"<updated>2026-11-23T00:00:00Z</updated>{told}</feed>"
    )


ENTRY = ("https://data.europarl.europa.eu/eli/dl/doc/TA-10-2026-9001", "2026-11-20T10:00:00Z")


def told(url: str = ADOPTED, **terms: Any) -> Assignment:
    return assignment("parliament", url, **terms)


def read(body: Any, url: str = ADOPTED, told_of: Assignment | None = None, **terms: Any) -> Reading:
    answer = page(body, url, reader="feed", **terms)
    return read_page(PLATFORM, answer, told_of or told(url), (204,))


def test_a_feed_is_asked_once_and_leads_to_records() -> None:
    [ask] = PLATFORM.start(told())
    assert (ask.url, ask.reader, ask.tolerated) == (ADOPTED, "feed", (204,))
    reading = read({"data": ROWS, "@context": []})
    # Nothing says what changed: each is read again, once in this week.
    assert [(one.url, one.reader, one.key, one.version) for one in reading.asks] == [
        (
            f"{API}/adopted-texts/{row['identifier']}?format=application/ld%2Bjson",
            "document",
            row["identifier"],
            "read 2026-W48",
        )
        for row in ROWS
    ]
    assert (reading.warnings, reading.last, reading.listed) == ((), True, frozenset())


def test_atom_says_when_something_changed() -> None:
    later = (ENTRY[0], "2026-11-21T10:00:00Z")
    reading = read(atom(ENTRY, later))
    assert [(one.key, one.version) for one in reading.asks] == [("TA-10-2026-9001", "read 2026-11-21T10:00:00Z")]
    assert reading.warnings == ()


def test_procedures_are_named_by_their_process() -> None:
    url = f"{API}/procedures/feed?timeframe=one-week&process-type=COD"
    rows = [{"id": "eli/dl/proc/2026-0921", "type": "Process", "process_id": "2026-0921"}]
    [ask] = read({"data": rows}, url).asks
    assert (ask.reader, ask.key, ask.version) == ("procedure", "2026-0921", None)
    [ask] = read(atom(("https://data.europarl.europa.eu/eli/dl/proc/2026-0921", ENTRY[1])), url).asks
    assert (ask.url, ask.key) == (f"{API}/procedures/2026-0921?format=application/ld%2Bjson", "2026-0921")


def test_papers_of_other_committees_are_left_out() -> None:
    rows = [{"identifier": name} for name in ("REGI-PR-900001", "PECH-PR-900002", "ENVI-AD-900003")]
    own = told(COMMITTEES, options={"committees": ["REGI", "ENVI"]})
    assert [ask.key for ask in read({"data": rows}, COMMITTEES, own).asks] == ["REGI-PR-900001", "ENVI-AD-900003"]
    # None of ours is no failure: the feed had entries.
    others = read({"data": rows[1:2]}, COMMITTEES, own)
    assert (others.asks, others.last) == ((), True)


def test_a_list_reads_once_what_a_feed_of_the_same_register_read_already() -> None:
    url = f"{API}/adopted-texts?year=2026&limit=100"
    known = {"TA-10-2026-9001": "read 2026-W47"}
    answer = page({"data": ROWS}, url, reader="list")
    asks = read_page(PLATFORM, answer, told(url, known=known), (204,)).asks
    # The crawl leaves out what it knows in the very version that is asked for.
    assert [ask.version for ask in asks] == ["read 2026-W47", "read"]


def test_other_answers_have_their_own_words() -> None:
    for nothing in ({"data": []}, atom()):
        with pytest.raises(Empty, match="the feed is empty"):
            read(nothing)
    with pytest.raises(Empty, match="204"):
        read("", status=204)
    with pytest.raises(Failed, match="the service says: 404 from upstream"):
        read({"error": "404 from upstream", "data": []})
    with pytest.raises(Failed, match="status 404"):
        read("Not Found", status=404)
    with pytest.raises(Drifted, match="expected an Atom feed, got <html>"):
        read("<html><body>Swagger</body></html>")
    with pytest.raises(Drifted, match="not JSON"):
        read("soon")
    with pytest.raises(Drifted, match="data: expected a list"):
        read({"@context": []})
    with pytest.raises(Blocked):
        read("", status=202, headers={"x-amzn-waf-action": "challenge"})


@pytest.mark.parametrize("change", ["removed", "retyped", "renamed"])
def test_every_used_field_that_changes_is_named(change: str) -> None:
    rows = [dict(row) for row in ROWS]
    for row in rows:
        value = row.pop("identifier")
        if change == "retyped":
            row["identifier"] = {"odd": value}  # type: ignore[assignment]  # that is the point
        elif change == "renamed":
            row["identifierX"] = value
    with pytest.raises(Drifted, match=r"none of 2 entries could be read; .*identifier"):
        read({"data": rows})
    some = read({"data": [rows[0], ROWS[1]]})
    assert [ask.key for ask in some.asks] == ["TA-10-2026-9002"]
    assert "identifier" in " ".join(some.warnings)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("<id>https://data.europarl.europa.eu/eli", "<ref>https://data.europarl.europa.eu/eli", "not XML"),
        ("eli/dl/doc/TA-10-2026-9001", "eli/dl/doc/", "entry.id: expected an id"),
        ("2026-11-20T10:00:00Z", "soon", "entry.updated: expected a moment, got 'soon'"),
        ("entry>", "item>", "the feed is empty"),
        ("2005/Atom", "2005/Other", "expected an Atom feed"),
        ("updated>2026-11-20T10:00:00Z</updated", "changed>2026-11-20T10:00:00Z</changed", "entry.updated"),
    ],
)
def test_whatever_an_atom_feed_lacks_is_named(old: str, new: str, named: str) -> None:
    body = atom(ENTRY)
    assert old in body
    try:
        said = " ".join(read(body.replace(old, new)).warnings)
    except SourceError as exc:
        said = str(exc)
    assert named in said


def test_the_calendar_of_the_plenary() -> None:
    # Constructed with the names of the recorded meetings of API v1; v2 is not recorded.
    url = f"{API}/meetings?year=2026&limit=10"
    sitting = {
        "activity_id": "MTG-PL-2026-12-16",
        "activity_date": "2026-12-15T23:00:00.000Z",
        "activity_label": {"sv": "Onsdagen den 16 december 2026", "en": "Wednesday, 16 December 2026"},
    }

    def listed(rows: list[dict[str, Any]]) -> Reading:
        return read_page(PLATFORM, page({"data": rows}, url, reader="list"), told(url), (204,))

    reading = listed([sitting, {"activity_id": "CMTG-PL-2026-010261-01"}])
    [finding] = reading.findings
    assert finding.title["sv"] == "Europaparlamentets plenarsammanträde: Onsdagen den 16 december 2026"
    assert finding.steps == (Step(date(2026, 12, 16), "ep:PLENARY_SITTING"),)
    assert (reading.asks, reading.last) == ((), True)
    assert "activity_label" in " ".join(listed([sitting, {**sitting, "activity_label": None}]).warnings)


@pytest.mark.parametrize(
    ("url", "options", "said"),
    [
        (f"{API}/adopted-texts/feed", {}, "expected timeframe="),
        (f"{API}/external-documents/feed?timeframe=custom", {}, "expected timeframe="),
        (f"{API}/meps/feed?timeframe=one-week", {}, "expected a list"),
        (COMMITTEES, {"committees": "REGI"}, "committees: got 'REGI'"),
        (f"{API}/meps/show-current?limit=100", {}, "expected country-of-representation=XX"),
        (f"{API}/meps/show-current?country-of-representation=SE", {}, "expected limit=N"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(url: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        PLATFORM.check(told(url, options=options).source)


def test_damaged_and_twisted_feeds_end_in_a_named_outcome() -> None:
    dice = random.Random(2026)
    bodies: list[bytes] = []
    for _ in range(200):
        bodies.append(json.dumps(twisted({"data": ROWS}, dice)).encode())
        bodies.append(damaged(atom(ENTRY).encode(), dice))
    for body in bodies:
        try:
            reading = _read(page(body, ADOPTED, reader="feed"))
        except SourceError as exc:
            assert str(exc)
        else:
            assert reading.asks or reading.warnings
            assert all(ask.url.startswith(f"{API}/adopted-texts/") for ask in reading.asks)


def _read(answer: Page) -> Reading:
    return read_page(PLATFORM, answer, told(), (204,))
