"""Pages and assignments made by hand."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from config.sources import Evidence, Source
from spiders.platform import Assignment, Page

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


def page(body: bytes | str | object, url: str = "https://a.example/x", **terms: Any) -> Page:
    """A page; text is encoded as UTF-8, anything else as JSON."""
    if isinstance(body, str):
        body = body.encode()
    elif not isinstance(body, bytes):
        body = json.dumps(body).encode()
    fields: dict[str, Any] = {"status": 200, "headers": {}, "fetched_at": NOW, "reader": "feed"}
    return Page(url=url, body=body, **(fields | terms))


def assignment(platform: str, url: str, *, known: Mapping[str, str] | None = None, **terms: Any) -> Assignment:
    """What a platform is told about a source at `url`; `terms` are fields of the assignment or the source."""
    told = {name: terms.pop(name) for name in ("reread", "since", "remembered") if name in terms}
    fields: dict[str, Any] = {"id": "a-source", "title": "En källa", "owner": "någon", "languages": ("sv", "en")}
    source = Source(platform=platform, url=url, evidence=Evidence(certainty="documented"), **(fields | terms))
    return Assignment(source, NOW, known=known or {}, **told)
