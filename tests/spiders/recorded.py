"""Recorded payloads by platform folder and file, as the pages that the platform would read."""

import gzip
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from spiders.platform import Page, Platform
from tests.spiders.pages import page


@cache
def index(shared: Path) -> dict[str, dict[str, Any]]:
    rows = (
        json.loads(row) for row in (shared / "payloads" / "index.jsonl").read_text(encoding="utf-8").splitlines()
    )
    return {f"{row['platform']}/{row['file']}": row for row in rows}


def body_of(shared: Path, name: str) -> bytes:
    body = (shared / "payloads" / name).read_bytes()
    return gzip.decompress(body) if name.endswith(".gz") else body


def recorded(shared: Path, platform: Platform, name: str, body: bytes | None = None) -> Page:
    """The recorded answer `folder/file` (or `body` in its place) as `platform` would get it."""
    row = index(shared)[name]
    ask = platform.route(row["url"])
    assert ask is not None, f"{platform.name} never asks for {row['url']}"
    day = row["fetched_at"] or "2026-11-23"
    return page(
        body_of(shared, name) if body is None else body,
        row["url"],
        reader=ask.reader,
        context=ask.context,
        status=row["status"],
        headers={"content-type": row["content_type"]},
        fetched_at=datetime.fromisoformat(day).replace(tzinfo=UTC),
    )
