"""Answers that go to a file: the same guards as in memory, the same findings, the same captures."""

import gzip
import hashlib
import json
import os
import random
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from config.sources import Source
from spiders.captures import Captures, read_capture
from spiders.events import Ended
from spiders.finding import Outcome
from spiders.platform import Ask, Assignment, Page, Reading
from tests.monitor.mail_server import certificate
from tests.spiders import hostile_server
from tests.spiders.conftest import NOW, Scan, Scanned, declared
from tests.spiders.hostile_server import GOOD, HostileServer
from tests.spiders.pages import page
from tests.spiders.tiny import Tiny

PLATFORM = f"{__name__}:Large"
LIMITED = {"max_bytes": 1_000_000}

# path: outcome, what the error says, further terms of the declaration
CASES: dict[str, tuple[Outcome, str | None, dict[str, object]]] = {
    "/good": (Outcome.CHANGED, None, {}),
    "/private": (Outcome.BLOCKED, "robots.txt forbids it", {}),
    "/challenge": (Outcome.BLOCKED, "bot wall (challenge, status 202)", {}),
    "/forbidden": (Outcome.BLOCKED, "refused with status 403", {}),
    "/down": (Outcome.FAILED, "status 500 3 times", {}),
    "/html": (Outcome.DRIFTED, "json was due, got an HTML page", {}),
    "/gzip": (Outcome.CHANGED, None, {}),
    "/gzip-cut": (Outcome.FAILED, "gzip breaks off", {}),
    "/gzip-bomb": (Outcome.FAILED, "more than 1000000 bytes after decompression", LIMITED),
    "/large/brotli": (Outcome.FAILED, "content coding 'br', which we did not ask for", {}),
    "/large/no-gzip": (Outcome.FAILED, "broken gzip", {}),
    "/endless": (Outcome.FAILED, "more than 1000000 bytes", LIMITED),
    "/oversized": (Outcome.FAILED, "more than 1000000 bytes", LIMITED),
    "/drip": (Outcome.FAILED, "3 times no whole answer within 0.5 s", {"timeout": 0.5}),
    "/cut-short": (Outcome.FAILED, "3 times answer broke off", {}),
    "/hang-up": (Outcome.FAILED, "3 times connection failed", {}),
    "/loop": (Outcome.FAILED, "more than 5 redirects", {}),
    "/moved": (Outcome.CHANGED, None, {}),
    "/missing": (Outcome.FAILED, "status 404", {}),
    "/validators": (Outcome.CHANGED, None, {}),
    "/large/body": (Outcome.CHANGED, None, {}),
    "/large/packed": (Outcome.CHANGED, None, {}),
    "/large/members": (Outcome.CHANGED, None, {}),
}


class Large(Tiny):
    """The tiny platform, with lists too large for memory."""

    def start(self, assignment: Assignment) -> Iterable[Ask]:
        return [replace(ask, to_file=True) for ask in super().start(assignment)]

    def read(self, page: Page, assignment: Assignment) -> Reading:
        assert page.file is not None
        assert page.file.stat().st_size >= len(page.body)
        with page.open() as body:
            return super().read(replace(page, body=body.read()), assignment)


class Slow(Large):
    """The same, and reading takes seconds."""

    def read(self, page: Page, assignment: Assignment) -> Reading:
        time.sleep(3)
        return super().read(page, assignment)


class Unredacted(Large):
    """The same without personal fields."""

    redact = ()


def large() -> bytes:
    noise = random.Random(7).randbytes(700_000).hex()
    return json.dumps({"pad": noise, "items": [{"id": "at the end"}]}).encode()


def source_at(hostile: HostileServer, path: str) -> Source:
    """A source for one path, each at a host of its own."""
    host = f"127.0.4.{list(CASES).index(path) + 1}"
    return declared(f"s{path.replace('/', '-')}", hostile.url(path, host), platform=PLATFORM, **CASES[path][2])


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("captures")


@pytest.fixture(scope="module")
def scanned(hostile: HostileServer, scan: Scan, captures: Path) -> Scanned:
    hostile.pages |= {"/large/body": large()}
    body = large()
    hostile_server.TRICKS |= {
        "/large/packed": hostile_server.steady(200, gzip.compress(body), Content_Encoding="gzip"),
        "/large/members": hostile_server.steady(
            200, gzip.compress(body[:500_000]) + gzip.compress(body[500_000:]) + b"\0\0", Content_Encoding="gzip"
        ),
        "/large/brotli": hostile_server.steady(200, b"x", Content_Encoding="br"),
        "/large/no-gzip": hostile_server.steady(200, b"no gzip at all", Content_Encoding="gzip"),
    }
    sources = [source_at(hostile, path) for path in CASES]
    sources.append(declared("stored", hostile.url("/large/body"), platform=f"{__name__}:Unredacted"))
    return scan(*sources, captures=str(captures))


@pytest.mark.parametrize("path", CASES)
def test_every_guard_holds_for_answers_that_go_to_a_file(scanned: Scanned, path: str) -> None:
    outcome, words, _ = CASES[path]
    attempt = scanned.attempts[f"s{path.replace('/', '-')}"]
    assert (attempt.outcome, words is None or words in (attempt.error or "")) == (outcome, True), attempt.error


@pytest.mark.parametrize("source", ["s-large-body", "s-large-packed", "s-large-members"])
def test_the_whole_body_is_read(scanned: Scanned, source: str) -> None:
    assert scanned.keys(source) == ["at the end"]
    capture = scanned.pages(source)[0].capture
    assert capture is not None
    assert (capture.size, capture.sha256) == (len(large()), hashlib.sha256(large()).hexdigest())
    # Declared personal fields cannot be looked for in what is too large to be held: it is not stored.
    assert (capture.stored, capture.redacted) == (None, True)


def test_a_body_without_personal_fields_is_stored_whole_and_no_file_is_left(
    scanned: Scanned, captures: Path
) -> None:
    capture = scanned.pages("stored")[0].capture
    assert capture is not None
    assert read_capture(captures, capture) == large()
    assert list(captures.glob("**/.*")) == []


def test_an_endless_answer_is_cut_off_on_the_wire(scanned: Scanned, hostile: HostileServer) -> None:
    assert scanned.attempts["s-endless"].outcome is Outcome.FAILED
    assert hostile.sent["/endless"] < 50_000_000


def test_a_known_body_is_not_read_again_and_validators_are_sent(
    scanned: Scanned, hostile: HostileServer, scan: Scan
) -> None:
    sources = [source_at(hostile, path) for path in ("/large/body", "/validators")]
    again = scan(*(Assignment(source, NOW, remembered=scanned.remembered(source.id)) for source in sources))
    for source in sources:
        attempt = again.attempts[source.id]
        assert (attempt.outcome, attempt.not_modified) == (Outcome.UNCHANGED, 1)
        assert again.pages(source.id) == []


def test_other_sources_go_on_while_a_file_is_read(hostile: HostileServer, scan: Scan) -> None:
    slow = declared("slow", hostile.url("/good", "127.0.4.100"), platform=f"{__name__}:Slow")
    # A time-out that would strike if nobody looked after downloads for three seconds.
    quick = declared("quick", hostile.url("/busy-seconds", "127.0.4.101"), timeout=2)
    found = scan(slow, quick)
    assert {attempt.outcome for attempt in found.attempts.values()} == {Outcome.CHANGED}
    ends = [event.attempt.source for event in found.events if isinstance(event, Ended)]
    assert ends == ["quick", "slow"]


def test_a_private_address_is_refused_for_a_file_too(hostile: HostileServer, scan: Scan) -> None:
    source = declared("inside", hostile.url("/good"), platform=PLATFORM)
    attempt = scan(source, allow_private=False).attempts["inside"]
    assert attempt.outcome is Outcome.FAILED
    assert "not a public address" in (attempt.error or "")


def test_a_certificate_is_checked_for_a_file_too(hostile: HostileServer, scan: Scan, tmp_path: Path) -> None:
    self_signed, _ = certificate(tmp_path, "127.0.4.200")
    source = declared("untrusted", hostile.url("/good", "127.0.4.200", self_signed), platform=PLATFORM)
    attempt = scan(source).attempts["untrusted"]
    assert attempt.outcome is Outcome.FAILED
    assert "certificate" in (attempt.error or "")


def test_a_replayed_scan_serves_files_too(scan: Scan, tmp_path: Path) -> None:
    folder = tmp_path / "tiny"
    folder.mkdir()
    url = "https://a.example/large.json"
    (folder / "a.json").write_bytes(gzip.compress(json.dumps(GOOD).encode()))
    row = {"platform": "tiny", "file": "a.json", "url": url, "content_type": "application/json"}
    (tmp_path / "index.jsonl").write_text(json.dumps(row))
    scanned = scan(declared("replayed", url, platform=PLATFORM), replay=str(tmp_path))
    assert scanned.attempts["replayed"].outcome is Outcome.CHANGED
    assert scanned.keys("replayed") == ["a", "b"]


def test_where_no_file_can_be_written_the_attempt_says_so(
    hostile: HostileServer, scan: Scan, tmp_path: Path
) -> None:
    blocked = tmp_path / "captures"
    blocked.write_text("a file where a folder is due")
    source = declared("unwritable", hostile.url("/good"), platform=PLATFORM)
    attempt = scan(source, captures=str(blocked)).attempts["unwritable"]
    assert attempt.outcome is Outcome.FAILED
    assert "raw response cannot be stored" in (attempt.error or "")


def test_a_page_is_opened_alike_from_memory_and_from_a_file(tmp_path: Path) -> None:
    body = b"x" * 100_000
    path = tmp_path / "body"
    path.write_bytes(body)
    held = page(body)
    filed = replace(page(body[:10]), file=path)
    for one in (held, filed):
        with one.open() as whole:
            assert whole.read() == body
        assert (one.size, one.sha256()) == (len(body), hashlib.sha256(body).hexdigest())


def test_a_room_that_was_left_behind_is_removed_a_day_later(tmp_path: Path) -> None:
    left, busy = tmp_path / ".left.part", tmp_path / ".busy.part"
    for room in (left, busy):
        room.write_bytes(b"x")
    os.utime(left, (0, 0))
    with Captures(tmp_path).room():
        assert not left.exists()
        assert busy.exists()


def test_a_room_is_gone_after_use() -> None:
    with Captures(None).room() as path:
        path.write_bytes(b"x")
        assert path.parent == Path(tempfile.gettempdir())
    assert not path.exists()
