"""Evidence as WARC: opened by the library that web archives use."""

import gzip
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from warcio.archiveiterator import ArchiveIterator

from config.settings import Settings, load_settings
from monitor import example
from monitor.archive.documents import id_of
from monitor.archive.engine import open_archive, reading
from monitor.archive.schema import document
from monitor.cli.app import run
from monitor.collecting.by_hand import Signal, add
from monitor.collecting.scan import scan
from monitor.sources.evidence import EvidenceError, evidence_of, write_warc
from monitor.sources.retention import clean
from spiders.redaction import MARK
from tests.spiders import hostile_server
from tests.spiders.conftest import declared
from tests.spiders.hostile_server import HostileServer

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with hostile_server.running() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(data_dir=tmp_path, allow_private_addresses=True)


def opened(path: Path) -> list[dict[str, Any]]:
    """What a reader of WARC files finds in it; digests are checked."""
    with path.open("rb") as file:
        found = []
        for record in ArchiveIterator(file, check_digests="raise"):
            http = record.http_headers
            found.append(
                {
                    "type": record.rec_type,
                    "uri": record.rec_headers.get_header("WARC-Target-URI"),
                    "date": record.rec_headers.get_header("WARC-Date"),
                    "id": record.rec_headers.get_header("WARC-Record-ID"),
                    "to": record.rec_headers.get_header("WARC-Concurrent-To"),
                    "status": http.get_statuscode() if http else None,
                    "headers": {name.lower(): value for name, value in http.headers} if http else {},
                    "body": record.content_stream().read(),
                }
            )
        return found


@pytest.mark.parametrize("name", ["proof.warc", "proof.warc.gz"])
def test_every_response_a_document_rests_on_is_there(
    name: str, server: HostileServer, settings: Settings, sqlite_archive: Engine, tmp_path: Path
) -> None:
    source = declared("proof", server.url("/proof"))
    bodies = []
    for number, title in enumerate(("before", "after")):
        server.pages["/proof"] = {"items": [{"id": "a", "title": title}]}
        moment = NOW + timedelta(days=number)
        dated = settings.model_copy(update={"now": moment})
        scan(sqlite_archive, (source,), dated, clock=lambda: moment)  # noqa: B023  # ends within
    with reading(sqlite_archive) as conn:
        number = id_of(conn, "proof", "a")
        assert number is not None
        captures = evidence_of(conn, [number, number])
    assert len(captures) == 2, "what it said first is evidence too"
    target = tmp_path / name
    done = write_warc(captures, settings.captures, target, about="a", now=NOW)
    assert (done.responses, done.redacted, done.bare) == (len(captures), 0, 0)
    info, *records = opened(target)
    assert info["type"] == "warcinfo"
    assert b"Utblick" in info["body"]
    for response, metadata, capture in zip(records[::2], records[1::2], captures, strict=True):
        assert (response["type"], response["uri"], response["status"]) == ("response", capture.url, "200")
        assert response["date"] == capture.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert hashlib.sha256(response["body"]).hexdigest() == capture.sha256
        assert (metadata["type"], metadata["to"]) == ("metadata", response["id"])
        assert f"sha256-as-received: {capture.sha256}".encode() in metadata["body"]
        assert b"body: as received" in metadata["body"]
        bodies.append(response["body"])
    assert any(b"after" in body for body in bodies)
    assert [path for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_blanked_and_removed_bodies_are_marked(
    server: HostileServer, settings: Settings, sqlite_archive: Engine, tmp_path: Path
) -> None:
    source = declared("personal", server.url("/personal"), retention_days=10)
    scan(sqlite_archive, (source,), settings.model_copy(update={"now": NOW}), clock=lambda: NOW)
    with reading(sqlite_archive) as conn:
        number = conn.execute(select(document.c.id)).scalar_one()
        captures = evidence_of(conn, [number])
    target = tmp_path / "p.warc"
    assert write_warc(captures, settings.captures, target, about="p", now=NOW).redacted == 1
    _, response, metadata = opened(target)
    assert MARK.encode() in response["body"]
    assert b"jane@" not in target.read_bytes()
    assert hashlib.sha256(response["body"]).hexdigest() != captures[0].sha256
    assert b"personal data blanked" in metadata["body"]

    clean(sqlite_archive, (source,), settings.captures, NOW + timedelta(days=11))
    with reading(sqlite_archive) as conn:
        captures = evidence_of(conn, [number])
    assert write_warc(captures, settings.captures, target, about="p", now=NOW).bare == 1
    _, metadata = opened(target)
    assert (metadata["type"], metadata["to"]) == ("metadata", None)
    assert b"not kept" in metadata["body"]
    assert captures[0].sha256.encode() in metadata["body"]


def test_headers_of_the_wire_are_kept_under_another_name(
    server: HostileServer, settings: Settings, sqlite_archive: Engine, tmp_path: Path
) -> None:
    source = declared("packed", server.url("/gzip"))
    scan(sqlite_archive, (source,), settings, clock=lambda: NOW)
    with reading(sqlite_archive) as conn:
        captures = evidence_of(conn, conn.execute(select(document.c.id)).scalars().all())
    target = tmp_path / "g.warc.gz"
    write_warc(captures, settings.captures, target, about="g", now=NOW)
    response = opened(target)[1]
    assert b'"items"' in response["body"]
    assert "content-encoding" not in response["headers"]
    assert gzip.decompress(target.read_bytes()).startswith(b"WARC/1.0")


def test_what_was_added_by_hand_has_no_evidence(sqlite_archive: Engine) -> None:
    from monitor.core.zone import ZONE

    number = add(sqlite_archive, Signal("heard"), zone=ZONE, clock=lambda: NOW)
    with reading(sqlite_archive) as conn, pytest.raises(EvidenceError, match="by hand"):
        evidence_of(conn, [number])


def test_the_command_writes_the_evidence_of_a_dossier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", NOW.isoformat())
    assert run(["scan", "--replay", str(example.library()), "--no-rating"]) == 0
    capsys.readouterr()
    assert run(["show", "COM(2025) 837", "--warc", "file.warc.gz"]) == 0
    said = capsys.readouterr()
    assert "responses" in said.err
    records = opened(tmp_path / "file.warc.gz")
    assert {record["type"] for record in records} == {"warcinfo", "response", "metadata"}
    engine = open_archive(load_settings().database)
    engine.dispose()
    assert run(["show", "COM(2025) 837", "--warc", str(tmp_path / "missing" / "file.warc")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
