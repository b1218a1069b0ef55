"""One scan over every fault there is: each source ends in its own outcome and none disturbs another."""

import gzip
import json
from pathlib import Path

import pytest

from spiders.finding import Outcome
from tests.monitor.mail_server import certificate
from tests.spiders.conftest import AGENT, NOW, Scan, Scanned, declared
from tests.spiders.hostile_server import HostileServer

B, D, E, F, P, C = (
    Outcome.BLOCKED,
    Outcome.DRIFTED,
    Outcome.EMPTY,
    Outcome.FAILED,
    Outcome.PARTIAL,
    Outcome.CHANGED,
)

# path: outcome, what the error says, further terms of the declaration
FAULTS: dict[str, tuple[Outcome, str | None, dict[str, object]]] = {
    "/good": (C, None, {}),
    "/private": (B, "robots.txt forbids it", {}),
    "/challenge": (B, "bot wall (challenge, status 202)", {}),
    "/forbidden": (B, "refused with status 403", {}),
    "/busy-seconds": (C, None, {}),
    "/busy-date": (C, None, {}),
    "/busy-for-long": (B, "not before 20", {}),
    "/busy-always": (B, "asked to slow down (status 429) 3 times", {}),
    "/recovering": (C, None, {}),
    "/down": (F, "status 500 3 times", {}),
    "/html": (D, "json was due, got an HTML page", {}),
    "/gzip": (C, None, {}),
    "/gzip-cut": (F, "gzip breaks off", {}),
    "/gzip-bomb": (F, "more than 1000000 bytes after decompression", {"max_bytes": 1_000_000}),
    "/endless": (F, "more than 1000000 bytes", {"max_bytes": 1_000_000}),
    "/oversized": (F, "more than 1000000 bytes", {"max_bytes": 1_000_000}),
    "/drip": (F, "3 times no whole answer within 0.5 s", {"timeout": 0.5}),
    "/cut-short": (F, "3 times answer broke off", {}),
    "/hang-up": (F, "3 times connection failed", {}),
    "/loop": (F, "more than 5 redirects", {}),
    "/moved": (C, None, {}),
    "/to-file": (F, "status 302", {}),
    "/latin": (C, None, {}),
    "/missing": (F, "status 404", {}),
    "/drifted": (D, "items: http", {}),
    "/bug": (F, "error in the program: KeyError: 'bug' (tests.spiders.tiny:", {}),
    "/nothing": (E, None, {"expect": {"may_be_empty": True}}),
    "/surrogate": (F, "surrogates not allowed", {}),
    "/personal": (C, None, {}),
}


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("captures")


@pytest.fixture(scope="module")
def scanned(
    hostile: HostileServer, scan: Scan, captures: Path, tmp_path_factory: pytest.TempPathFactory
) -> Scanned:
    self_signed, _ = certificate(tmp_path_factory.mktemp("tls"), "127.0.3.2")
    sources = [
        declared(path.strip("/"), hostile.url(path, f"127.0.1.{number}"), **terms)
        for number, (path, (_, _, terms)) in enumerate(FAULTS.items(), start=1)
    ]
    return scan(
        *sources,
        declared("untrusted", hostile.url("/good", "127.0.3.2", self_signed)),
        declared("refused", "http://127.0.2.1:9/"),
        declared("unknown-platform", hostile.url("/good"), platform="tests.spiders.tiny:Gone"),
        declared("boom", hostile.url("/good"), options={"boom": True}),
        declared("idle", hostile.url("/good"), options={"nothing": True}),
        declared("slow", hostile.url("/drip", "127.0.3.1"), deadline=1, timeout=30),
        captures=str(captures),
        now=NOW,
    )


@pytest.mark.parametrize("path", FAULTS)
def test_every_fault_has_its_outcome_and_its_words(scanned: Scanned, path: str) -> None:
    outcome, words, _ = FAULTS[path]
    attempt = scanned.attempts[path.strip("/")]
    assert attempt.outcome is outcome, attempt.error
    if words is None:
        assert attempt.error is None
        assert attempt.complete is (outcome is C)
    else:
        assert attempt.error is not None
        assert words in attempt.error
        assert "\n" not in attempt.error


@pytest.mark.parametrize(
    ("source", "outcome", "words"),
    [
        ("untrusted", F, "certificate verify failed"),
        ("refused", F, "3 times connection refused"),
        ("unknown-platform", F, "cannot be loaded"),
        ("boom", F, "ZeroDivisionError: boom"),
        ("idle", Outcome.SKIPPED, "nothing to ask"),
        ("slow", F, "not finished within 1 s (deadline)"),
    ],
)
def test_what_goes_wrong_before_and_after_an_answer(
    scanned: Scanned, source: str, outcome: Outcome, words: str
) -> None:
    attempt = scanned.attempts[source]
    assert attempt.outcome is outcome
    assert attempt.error is not None
    assert words in attempt.error


def test_every_source_ends_once_and_the_process_says_everything(scanned: Scanned) -> None:
    assert len(scanned.attempts) == len(FAULTS) + 6
    assert len(scanned.done) == 1
    assert scanned.events[-1] is scanned.done[0]
    assert scanned.done[0].memory < 300_000_000


def test_no_source_costs_more_than_its_limits(scanned: Scanned, hostile: HostileServer) -> None:
    assert scanned.attempts["slow"].seconds < 3
    assert scanned.attempts["drip"].seconds < 6
    assert hostile.sent["/oversized"] < 20_000_000
    assert hostile.sent["/endless"] < 20_000_000


def test_retry_after_is_waited_for_in_both_forms(scanned: Scanned, hostile: HostileServer) -> None:
    first, second = hostile.asked("/busy-seconds")
    assert 1 <= second.at - first.at < 2.5
    first, second = hostile.asked("/busy-date")
    assert 0.9 <= second.at - first.at < 3.5  # the date has whole seconds
    assert len(hostile.asked("/busy-for-long")) == 1
    assert "UTC" in (scanned.attempts["busy-for-long"].error or "")


def test_requests_are_honest(scanned: Scanned, hostile: HostileServer) -> None:
    (seen,) = hostile.asked("/gzip")
    assert seen.headers["user-agent"] == AGENT
    assert seen.headers["accept-encoding"] == "gzip, deflate"
    assert "cookie" not in seen.headers
    assert not hostile.asked("/private")
    assert scanned.attempts["private"].requests == 0
    assert scanned.attempts["down"].requests == len(hostile.asked("/down")) == 3
    hosts_of_pages = {seen.host for seen in hostile.seen if seen.path in FAULTS}
    hosts_of_robots = [seen.host for seen in hostile.asked("/robots.txt")]
    assert hosts_of_pages <= set(hosts_of_robots)
    assert len(hosts_of_robots) == len(set(hosts_of_robots))


def test_findings_come_with_their_proof(scanned: Scanned, captures: Path) -> None:
    (page,) = scanned.pages("moved")
    assert [finding.key for finding in page.findings] == ["a", "b"]
    capture = page.capture
    assert capture is not None and capture.stored is not None
    assert capture.url.endswith("/good")
    assert capture.fetched_at == NOW
    assert capture.stored == f"{capture.sha256[:2]}/{capture.sha256}.gz"
    assert len(gzip.decompress((captures / capture.stored).read_bytes())) == capture.size
    assert scanned.keys("latin") == ["å"]
    assert scanned.attempts["good"].newest is not None
    assert scanned.attempts["good"].newest.isoformat() == "2026-11-21"


def test_what_failed_is_kept_as_evidence_but_never_remembered(scanned: Scanned) -> None:
    for source in ("drifted", "html", "forbidden", "challenge", "bug", "surrogate"):
        (page,) = scanned.pages(source)
        assert page.capture is not None and page.capture.stored is not None
        assert page.remembered is None and page.findings == ()


def test_personal_data_never_reaches_a_stored_capture(scanned: Scanned, captures: Path) -> None:
    (page,) = scanned.pages("personal")
    assert page.capture is not None and page.capture.stored is not None
    assert page.capture.redacted
    assert json.loads(gzip.decompress((captures / page.capture.stored).read_bytes())) == {
        "items": [{"id": "a", "mail": "[REDACTED]"}]
    }
    assert not list(captures.rglob("*.part"))
