"""Probing addresses, comparing shapes, and the beginning of a new source."""

import gzip
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from config.settings import Settings, load_settings
from config.sources import Source
from monitor.archive.engine import reading
from monitor.cli.app import run
from monitor.collecting.scan import scan
from monitor.core.drift import Difference, compare, shape_of
from monitor.sources.checking import Probe, Robots, check
from monitor.sources.comparing import ComparisonError, compare_newest
from spiders.captures import open_capture
from spiders.finding import Capture, Outcome
from tests.spiders import hostile_server
from tests.spiders.conftest import declared
from tests.spiders.hostile_server import HostileServer

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with hostile_server.running() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path, allow_private_addresses=True)


def probe(source: Source, settings: Settings) -> Probe:
    (found,) = check([source], settings, now=NOW)
    return found


# ---------------------------------------------------------------------------- check


def test_a_source_that_answers_is_asked_once_whatever_follows(server: HostileServer, settings: Settings) -> None:
    first = server.url("/probe-list")
    server.pages["/probe-list"] = {
        "items": [
            {"id": "a", "date": "2026-11-20"},
            {"id": "b", "detail": server.url("/probe-detail"), "version": "1"},
        ],
        "next": server.url("/probe-next"),
        "warnings": ["something new"],
    }
    found = probe(declared("one", first, expect={"min": 500}), settings)
    assert (found.verdict, found.well, found.status, found.robots) == ("answers", True, 200, Robots.ALLOWED)
    assert (found.findings, str(found.newest), found.warnings) == (2, "2026-11-20", ("something new",))
    assert not found.moved
    assert len(server.asked("/probe-list")) == 1
    assert server.asked("/probe-detail") == server.asked("/probe-next") == []
    assert not list(settings.data_dir.rglob("*.gz")), "nothing is stored"


@pytest.mark.parametrize(
    ("path", "verdict", "status"),
    [
        ("/challenge", "blocked", 202),
        ("/forbidden", "blocked", 403),
        ("/html", "drifted", 200),
        ("/missing", "failed", 404),
        ("/down", "failed", None),
    ],
)
def test_what_does_not_answer_is_told_apart(
    server: HostileServer, settings: Settings, path: str, verdict: str, status: int | None
) -> None:
    server.pages.pop(path, None)
    found = probe(declared("one", server.url(path)), settings)
    assert (found.verdict, found.status) == (verdict, status), found
    assert found.error
    assert len(server.asked(path)) == 1, "not asked again"
    server.seen.clear()


def test_robots_txt_is_heard(server: HostileServer, settings: Settings) -> None:
    found = probe(declared("one", server.url("/private")), settings)
    assert (found.verdict, found.robots, found.status) == ("blocked", Robots.FORBIDDEN, None)
    assert server.asked("/private") == []


def test_an_address_that_does_not_exist(settings: Settings) -> None:
    found = probe(declared("one", "http://127.0.0.1:9/x"), settings)
    assert (found.verdict, found.robots, found.url) == ("failed", Robots.UNKNOWN, None)


# ---------------------------------------------------------------------------- shapes


def test_the_shape_of_json_counts_a_list_as_one() -> None:
    before = shape_of(b'{"items": [{"id": 1, "t": "x"}, {"id": 2, "t": null}], "total": 2}')
    more = shape_of(b'{"total": 9, "items": [{"t": null, "id": 7}, {"t": "y", "id": 8}, {"t": "z", "id": 9}]}')
    assert compare(before, more) == ()
    now = shape_of(b'{"items": [{"id": "1", "t": "x", "owner": {"name": "n", "unit": "u"}}]}')
    assert compare(before, now) == (
        Difference("$.items[].id", ("number",), ("text",)),
        Difference("$.items[].owner", (), ("object",)),
        Difference("$.items[].t", ("null", "text"), ("text",)),
        Difference("$.total", ("number",), ()),
    )


def test_a_long_answer_is_compared_without_being_held(tmp_path: Path) -> None:
    """30 MB of JSON, as the Commission's file of calls in small; the reader holds a few hundred kilobytes."""
    stored = tmp_path / "ab" / "long.gz"
    stored.parent.mkdir()
    with gzip.open(stored, "wb", 1) as file:
        file.write(b'\xef\xbb\xbf{"rows":[')
        file.write(b",".join([b'{"id":1,"title":"%s"}' % (b"x" * 3_000)] * 10_000))
        file.write(b',{"late":[null,{"deep":true}]}]}')
    one = Capture("https://a.example/x", "GET", 200, {}, NOW, "ab", 1, redacted=False, stored="ab/long.gz")
    tracemalloc.start()
    with open_capture(tmp_path, one) as body:
        shape = shape_of(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {path: set(kinds) for path, kinds in shape.items()} == {
        "$": {"object"},
        "$.rows": {"list"},
        "$.rows[]": {"object"},
        "$.rows[].id": {"number"},
        "$.rows[].title": {"text"},
        "$.rows[].late": {"list"},
        "$.rows[].late[]": {"null", "object"},
        "$.rows[].late[].deep": {"boolean"},
    }
    assert peak < 2_000_000
    stored.write_bytes(stored.read_bytes()[:1_000])
    with pytest.raises(OSError, match="damaged"), open_capture(tmp_path, one) as body:
        shape_of(body)


def test_the_shape_of_markup_is_its_elements_attributes_and_classes() -> None:
    before = shape_of(b'<?xml version="1.0"?><rss><channel><item><title>x</title></item></channel></rss>')
    now = shape_of(
        b"<rss><channel><item><title>x</title><guid isPermaLink='false'>1</guid></item></channel></rss>"
    )
    assert [str(one) for one in compare(before, now)] == ["+ /rss/channel/item/guid  text"]
    page = b'<!doctype html><html><body><ul class="list b"><li>x</li></ul></body></html>'
    assert [one.path for one in compare(shape_of(page), shape_of(page.replace(b"list b", b"grid")))] == [
        "/html/body/ul.b.list",
        "/html/body/ul.grid",
    ]
    assert compare(shape_of(page), shape_of(b'{"a": 1}'))[0].path == "$"


@given(st.binary(max_size=400) | st.text(alphabet='<>/ab!-[]{}":,?x=& ', max_size=200).map(str.encode))
def test_any_body_has_a_shape(body: bytes) -> None:
    assert shape_of(body)
    assert compare(shape_of(body), shape_of(body)) == ()


def test_a_body_as_deep_as_it_can_be_has_a_shape() -> None:
    assert shape_of(b"[" * 100_000)
    assert shape_of(b"<a>" * 50_000)
    assert shape_of(b"<!doctype html>" + b"<div>" * 50_000)
    assert len(shape_of(json.dumps({f"k{number}": 1 for number in range(20_000)}).encode())) == 5_000


def read(engine: Engine, source: Source, settings: Settings, now: datetime) -> Outcome:
    report = scan(engine, (source,), settings, clock=lambda: now)
    return report.sources[0].attempt.outcome


def test_diff_shows_the_drift_since_the_last_good_answer(
    server: HostileServer, settings: Settings, sqlite_archive: Engine
) -> None:
    source = declared("drifting", server.url("/drifting"))
    with reading(sqlite_archive) as conn, pytest.raises(ComparisonError, match="utblick scan drifting"):
        compare_newest(conn, source, settings.captures)
    server.pages["/drifting"] = {"items": [{"id": "a", "date": "2026-11-20"}], "total": 1}
    assert read(sqlite_archive, source, settings, NOW) is Outcome.CHANGED
    with reading(sqlite_archive) as conn, pytest.raises(ComparisonError, match="nothing to compare"):
        compare_newest(conn, source, settings.captures)
    server.pages["/drifting"] = {"rows": [{"id": "a"}], "total": "1"}
    assert read(sqlite_archive, source, settings, NOW + timedelta(days=1)) is Outcome.DRIFTED
    with reading(sqlite_archive) as conn:
        found = compare_newest(conn, source, settings.captures)
    assert not found.read
    assert [str(one) for one in found.differences] == [
        "- $.items  list",
        "+ $.rows  list",
        "~ $.total  number → text",
    ]
    server.pages["/drifting"] = {"items": [{"id": "a", "date": "2026-11-20", "text": "t"}], "total": 1}
    assert read(sqlite_archive, source, settings, NOW + timedelta(days=2)) is Outcome.CHANGED
    with reading(sqlite_archive) as conn:
        found = compare_newest(conn, source, settings.captures)
    assert found.read


# ---------------------------------------------------------------------------- a new source


@pytest.mark.parametrize(
    ("platform", "url"),
    [
        ("feed", "https://www.example.org/rss"),
        ("page", 'https://www.example.org/list?q="x"'),
        ("g0v", "https://g0v.se/pressmeddelanden.json"),
    ],
)
def test_a_new_source_is_declared_switched_off_and_its_test_passes(
    platform: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_CONFIG", str(tmp_path / "ours"))
    words = ["sources", "new", "our-source", "--platform", platform, "--url", url, "--title", 'Vår "källa"']
    assert run(words) == 0
    assert "utblick sources check our-source" in capsys.readouterr().out
    assert run(["sources", "show", "our-source", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["title"], shown["url"], shown["enabled"]) == ('Vår "källa"', url, False)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "ours/tests/test_our_source.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert f"{1 if platform == 'g0v' else 2} passed" in done.stdout
    assert run(words) == 1
    assert "exists" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"id": "../x"}, "no id"),
        ({"platform": "fed"}, "feed"),
        ({"url": "ftp://x"}, "http"),
        ({"platform": "g0v", "url": "https://g0v.se/"}, "list"),
    ],
)
def test_what_cannot_be_a_source_leaves_no_file(
    changed: dict[str, Any], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given_ = {"id": "one", "platform": "feed", "url": "https://a.example/rss"} | changed
    words = ["sources", "new", given_["id"], "--platform", given_["platform"], "--url", given_["url"]]
    assert run([*words, "--dir", str(tmp_path)]) == 2
    assert says in capsys.readouterr().err
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
