"""`parse`: every row of a library ends as findings or as a named outcome, and nothing is raised for a payload."""

import gzip
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from monitor.collecting.parse import parse_library
from spiders import registry
from spiders.finding import Outcome
from spiders.platform import Assignment, Page, Reading

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
ROW_KEYS = ["platform", "file", "url", "outcome", "findings", "warnings", "error"]
FINDING_KEYS = ["source", "key", "url", "kind", "title", "published", "updated", "identifiers"]
FINDING_KEYS += ["steps", "windows", "subjects", "language"]
RSS = "<rss version='2.0'><channel><title>x</title><item><title>Ett</title><guid>1</guid></item></channel></rss>"
HYS = "https://ec.europa.eu/info/law/better-regulation/brpapi"

Write = Callable[..., Path]


@pytest.fixture
def library(tmp_path: Path) -> Write:
    """Write a library of rows `(platform, file, url, body, further index fields)`."""

    def write(*rows: tuple[str, str, str, bytes | str | None, dict[str, Any]]) -> Path:
        lines = []
        for platform, file, url, body, more in rows:
            if body is not None:
                path = tmp_path / platform / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(body.encode() if isinstance(body, str) else body)
            lines.append(json.dumps({"platform": platform, "file": file, "url": url} | more))
        (tmp_path / "index.jsonl").write_text("\n".join(lines), encoding="utf-8")
        return tmp_path

    return write


def parsed(folder: Path, **terms: Any) -> list[dict[str, Any]]:
    return list(parse_library(folder, now=NOW, **terms))


@pytest.fixture(scope="module")
def everything(shared: Path) -> list[dict[str, Any]]:
    return parsed(shared / "payloads")


# ------------------------------------------------------------------ the recorded library


def test_every_recorded_payload_has_one_object_in_the_documented_form(
    shared: Path, everything: list[dict[str, Any]]
) -> None:
    index = [
        json.loads(line) for line in (shared / "payloads/index.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert [(row["platform"], row["file"], row["url"]) for row in everything] == [
        (row["platform"], row["file"], row["url"]) for row in index
    ]
    for row in everything:
        assert list(row) == ROW_KEYS
        assert row["outcome"] in {outcome.value for outcome in Outcome}
        assert (row["outcome"] == "changed") == bool(row["findings"])
        assert (row["error"] is None) == (row["outcome"] == "changed")
        for finding in row["findings"]:
            assert list(finding) == FINDING_KEYS
            assert finding["key"]
            assert finding["title"]
            assert all(list(window) == ["kind", "opens", "closes", "certainty"] for window in finding["windows"])
            assert all(list(name) == ["scheme", "value", "relation"] for name in finding["identifiers"])
            for day in (finding["published"], *(step["date"] for step in finding["steps"])):
                assert day is None or date.fromisoformat(day)
        json.dumps(row)


def test_no_recorded_payload_raises_and_our_platforms_read_theirs(everything: list[dict[str, Any]]) -> None:
    bugs = [(row["file"], row["error"]) for row in everything if (row["error"] or "").startswith("bug")]
    assert not bugs
    ends = Counter((row["platform"], row["outcome"]) for row in everything)
    assert ends["have-your-say", "changed"] == 2
    assert (ends["feeds", "changed"], ends["feeds", "empty"], ends["feeds", "drifted"]) == (58, 1, 1)
    # The feeds of services that have a folder of their own.
    assert ends["regeringen", "changed"] == 1
    assert ends["parliament-press", "changed"] == 4
    skipped = [row for row in everything if row["outcome"] == "skipped"]
    assert all("no platform reads" in row["error"] or "never" in row["error"] for row in skipped)
    assert (ends["oeil", "changed"], ends["oeil", "empty"]) == (6, 1)
    assert (ends["cellar", "changed"], ends["parliament-api", "changed"], ends["parliament-doceo", "changed"]) == (
        14,
        6,
        6,
    )


def test_a_recorded_row_goes_to_the_declaration_that_is_nearest(everything: list[dict[str, Any]]) -> None:
    by_file = {row["file"]: row for row in everything}
    remisses = by_file["rss-lagradsremiss-udep.first5.xml"]["findings"]
    assert {(finding["source"], finding["kind"], finding["language"]) for finding in remisses} == {
        ("regeringen-lagradsremisser", "draft-bill", "sv")
    }
    papers = by_file["thinktank-2-items.rss.xml"]["findings"]
    assert {(finding["source"], finding["published"]) for finding in papers} == {
        ("ep-thinktank", "2026-09-14"),
        ("ep-thinktank", "2026-09-10"),
    }
    # Nobody declared this one: it stands under the name of its folder, in the language it states.
    ours = by_file["codehollow__FeedReader/Rss20LeFigaro.xml"]["findings"]
    assert {(finding["source"], finding["language"]) for finding in ours} == {("feeds", "fr")}


def test_the_window_of_the_recorded_initiative_is_shown(everything: list[dict[str, Any]]) -> None:
    [finding] = next(row for row in everything if row["file"].startswith("groupInitiatives"))["findings"]
    assert finding["windows"] == [
        {"kind": "call-for-evidence", "opens": "2026-08-31", "closes": "2026-09-28", "certainty": "given"}
    ]
    assert {"scheme": "hys", "value": "18805", "relation": "subject"} in finding["identifiers"]


def test_one_platform_alone(shared: Path, everything: list[dict[str, Any]]) -> None:
    folder = shared / "payloads"
    assert parsed(folder, platform="have-your-say") == [
        row for row in everything if row["platform"] == "have-your-say"
    ]
    through_feed = {row["platform"] for row in parsed(folder, platform="feed")}
    assert through_feed >= {"feeds", "regeringen", "parliament-press"}


# ------------------------------------------------------------------ libraries of our own


def outcome(row: dict[str, Any]) -> tuple[str, str]:
    return row["outcome"], row["error"] or ""


def test_each_way_a_row_can_end(library: Write) -> None:
    challenge = {"status": 202, "content_type": "text/html"}
    folder = library(
        ("feeds", "good.xml", "https://a.example/rss", RSS, {}),
        ("feeds", "gone.xml", "https://a.example/rss", "no such page", {"status": 404}),
        ("feeds", "wall.html", "https://a.example/rss", "<html></html>", challenge),
        ("feeds", "lost.xml", "https://a.example/rss", None, {}),
        ("feeds", "torn.xml.gz", "https://a.example/rss", b"\x1f\x8b\x08torn", {}),
        ("feeds", "packed.xml", "https://a.example/rss", gzip.compress(RSS.encode()), {}),
        ("have-your-say", "gone.json", f"{HYS}/groupInitiatives/18657", "{}", {"status": 404}),
        ("have-your-say", "shell.html", f"{HYS}/searchInitiatives?page=0", "<!doctype html><html></html>", {}),
        ("have-your-say", "other.json", f"{HYS}/allFeedback?publicationId=1", "{}", {}),
        ("have-your-say", "post.json", f"{HYS}/searchInitiatives", "{}", {"method": "POST", "request_body": "x"}),
        ("elsewhere", "hys.json", f"{HYS}/searchInitiatives?page=0", "[1]", {}),
        (
            "elsewhere",
            "atom.xml",
            "https://b.example/nytt",
            f"<?xml version='1.0'?>{RSS}",
            {"content_type": "text/xml"},
        ),
        ("elsewhere", "page.html", "https://b.example/", "<html></html>", {"content_type": "text/html"}),
        ("elsewhere", "part.xml", "https://b.example/a.zip#part.xml", RSS, {"content_type": "text/xml"}),
    )
    ends = {row["file"]: outcome(row) for row in parsed(folder)}
    assert [ends[name][0] for name in ("good.xml", "packed.xml", "atom.xml")] == ["changed"] * 3
    for name, (kind, words) in {
        "gone.xml": ("failed", "status 404"),
        "wall.html": ("blocked", "status 202"),
        "lost.xml": ("failed", "lost.xml: cannot be read"),
        "torn.xml.gz": ("failed", "torn.xml.gz: cannot be read"),
        "gone.json": ("empty", "no longer at its address (404)"),
        "shell.html": ("drifted", "json was due, got an HTML page"),
        "other.json": ("skipped", "have-your-say never asks for this address"),
        "post.json": ("skipped", "have-your-say never asks for this address"),
        "hys.json": ("drifted", "expected an object"),
        "page.html": ("skipped", "no platform reads elsewhere"),
        "part.xml": ("skipped", "a part of an archive"),
    }.items():
        assert ends[name][0] == kind, name
        assert words in ends[name][1], name


def test_a_bug_of_ours_is_an_outcome_and_the_next_row_gets_its_turn(
    library: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = registry.platform("feed")
    read = type(feed).read

    def stumble(self: object, page: Page, assignment: Assignment) -> Reading:
        if b"stumble" in page.body:
            raise ZeroDivisionError("by accident")
        return read(feed, page, assignment)

    monkeypatch.setattr(type(feed), "read", stumble)
    folder = library(
        ("feeds", "a.xml", "https://a.example/1", RSS.replace("Ett", "stumble"), {}),
        ("feeds", "b.xml", "https://a.example/2", RSS, {}),
    )
    first, second = parsed(folder)
    assert outcome(first) == ("failed", f"bug: ZeroDivisionError: by accident ({__name__}:{_line_of_stumble()})")
    assert second["outcome"] == "changed"


def _line_of_stumble() -> int:
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if "raise ZeroDivisionError" in line)


def test_a_library_that_is_none_and_a_platform_that_is_none_are_said_at_once(
    tmp_path: Path, library: Write
) -> None:
    with pytest.raises(ConfigError, match=r"index\.jsonl: cannot be read"):
        parse_library(tmp_path / "nowhere", now=NOW)
    folder = library(("feeds", "a.xml", "https://a.example/1", RSS, {}))
    with pytest.raises(ConfigError, match=r"unknown platform 'fed'; there are .*feed, feeds"):
        parse_library(folder, now=NOW, platform="fed")
