import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from spiders.library import Library, canonical_body, normalise

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def library(folder: Path, *rows: dict[str, Any]) -> Library:
    lines = []
    for number, row in enumerate(rows):
        full = {"platform": "p", "file": f"{number}.json", "url": "https://a.example/", "body": b"{}"} | row
        path = folder / full["platform"] / full["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(full.pop("body"))
        lines.append(json.dumps(full))
    (folder / "index.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Library(folder)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x?b=2&a=1", "https://A.example:443/x?a=1&b=2"),
        ("http://a.example", "http://a.example:80/#top"),
        ("https://a.example/%7Eå", "https://a.example/~%C3%A5"),
        ("https://a.example/?q=r+%C3%B6d", "https://a.example/?q=r%20ö"[:-1] + "öd"),
    ],
)
def test_addresses_that_mean_the_same_have_one_key(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize("other", ["http://a.example/x", "https://a.example:8443/x", "https://a.example/x?a="])
def test_addresses_that_differ_keep_apart(other: str) -> None:
    assert normalise("https://a.example/x") != normalise(other)


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.integers() | st.text(max_size=5), max_size=4))
def test_a_json_body_counts_by_its_meaning(value: dict[str, Any]) -> None:
    turned = dict(reversed(list(value.items())))
    assert canonical_body(json.dumps(value, indent=1)) == canonical_body(turned)


def test_the_newest_answer_that_was_there_is_served(tmp_path: Path) -> None:
    found = library(
        tmp_path,
        {"fetched_at": "2026-01-10"},
        {"fetched_at": None},
        {"fetched_at": "2026-12-01"},
        {"fetched_at": "2026-01-10"},
    )

    def at(day: str) -> str | None:
        row = found.find("get", "https://a.example", None, {}, datetime.fromisoformat(day).replace(tzinfo=UTC))
        return row and row.file

    assert at("2026-12-01") == "2.json"
    assert at("2026-01-10") == "3.json"  # of two from one day the later line
    assert at("2025-01-01") == "1.json"  # undated: always


def test_method_body_and_declared_headers_decide(tmp_path: Path) -> None:
    found = library(
        tmp_path,
        {"method": "POST", "request_body": {"q": 1, "p": 2}},
        {"accept_language": "swe"},
        {"accept_language": "eng", "accept": "application/xml;notice=tree"},
    )

    def ask(method: str, body: str | None, **headers: str) -> str | None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        row = found.find(method, "https://a.example/", body, named, NOW)
        return row and row.file

    assert ask("POST", '{"p": 2, "q": 1}') == "0.json"
    assert ask("POST", '{"p": 3}') is None
    assert ask("GET", None, Accept_Language="swe") == "1.json"
    assert ask("GET", None, accept_language="ENG", Accept="application/xml; notice=tree") == "2.json"
    assert ask("GET", None) is None
    assert found.holds("https://a.example/") and not found.holds("https://b.example/")


def test_packing_by_the_library_is_undone_and_that_of_the_wire_is_not(tmp_path: Path) -> None:
    packed = gzip.compress(b"<rss/>")
    found = library(tmp_path, {"file": "a.xml.gz", "body": packed}, {"file": "b.xml", "body": packed})
    ours, wire = found.rows()
    assert found.body(ours) == found.decoded(ours) == b"<rss/>"
    assert found.body(wire) == packed
    assert found.decoded(wire) == b"<rss/>"


def test_a_member_of_an_archive_is_no_answer(tmp_path: Path) -> None:
    found = library(tmp_path, {"url": "https://a.example/zip#member.xml"})
    assert len(found.rows()) == 1
    assert found.find("GET", "https://a.example/zip", None, {}, NOW) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "index.jsonl:1: not a row"),
        ('{"platform": "p", "file": "x"}', "'url'"),
        ('{"platform": "p", "file": "../../x", "url": "https://a.example/"}', "outside the library"),
        ('{"platform": "p", "file": "x", "url": "https://a.example/", "fetched_at": "soon"}', "'soon'"),
    ],
)
def test_a_broken_index_names_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "index.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"index\.jsonl:1") as caught:
        Library(tmp_path)
    assert said in str(caught.value)


def test_a_folder_without_index_and_a_missing_file_are_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Library(tmp_path)
    found = library(tmp_path, {"file": "a.gz", "body": b"not gzip"}, {})
    (tmp_path / "p" / "1.json").unlink()
    for row in found.rows():
        with pytest.raises(ConfigError, match=row.file):
            found.body(row)


def test_every_recorded_answer_is_served_for_its_own_request(shared: Path) -> None:
    recorded = Library(shared / "payloads")
    assert len(recorded.rows()) > 1000
    for row in recorded.rows():
        answer = recorded.find(row.method, row.url, row.request_body, {}, NOW)
        assert row.is_part or (answer is not None and normalise(answer.url) == normalise(row.url))
    states = [row for row in recorded.rows() if row.file.startswith("lists/faktapromemoria")]
    for row in states:
        assert row.fetched_at is not None
        assert recorded.find("GET", row.url, None, {}, row.fetched_at) is row
