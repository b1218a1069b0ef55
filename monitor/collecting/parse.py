"""Every recorded payload through the parser that would read it; no archive, no network.

What `utblick parse` shows. Nothing is raised for a payload: each row of the library ends as findings or as a
named outcome with its reason.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from config.errors import ConfigError
from config.sources import Evidence, Expectations, Source, load_sources
from spiders.feed import looks_like_feed
from spiders.finding import Finding, Outcome
from spiders.library import Library, Row
from spiders.platform import Ask, Assignment, Blocked, Drifted, Empty, Page, Platform, SourceError
from spiders.reading import read_page
from spiders.registry import PLATFORMS
from spiders.registry import platform as platform_named
from spiders.wire import finding_json

FOLDERS = {"feeds": "feed"}
"""Folders of a library that are not named as their platform."""

_FINDING = (
    *("source", "key", "url", "kind", "title", "published", "updated", "identifiers", "steps", "windows"),
    *("subjects", "language"),
)
_WINDOW = ("kind", "opens", "closes", "certainty")


def parse_library(
    folder: Path, *, now: datetime, platform: str | None = None, sources: Sequence[Source] | None = None
) -> Iterator[dict[str, Any]]:
    """One object for every row of the library's index, in its order (docs/cli.md, `parse --json`).

    Args:
        folder: a payload library.
        now: aware; when pages whose day nobody recorded count as fetched.
        platform: only rows of this folder or platform.
        sources: declarations in force; the shipped ones where None.

    Raises:
        ConfigError: no such library or platform, or a broken declaration.
    """
    library = Library(folder)
    known = {row.platform for row in library.rows()} | PLATFORMS.keys()
    if platform is not None and platform not in known:
        raise ConfigError(f"unknown platform {platform!r}; there are {', '.join(sorted(known))}")
    declared = tuple(load_sources() if sources is None else sources)
    # A generator's body would raise only when the first object is asked for.
    return _parse_rows(library, declared, platform, now)


def _parse_rows(
    library: Library, sources: Sequence[Source], wanted: str | None, now: datetime
) -> Iterator[dict[str, Any]]:
    for row in library.rows():
        ended = partial(_ended, row)
        try:
            reader = _reader_of(library, row)
            if wanted not in (None, row.platform, reader[0].name if reader else None):
                continue
            if reader is None:
                yield ended(Outcome.SKIPPED, error=_why_skipped(row))
                continue
            platform, ask = reader
            assignment = Assignment(_source_of(row, platform, sources), row.fetched_at or now)
            yield _read(row, library.decoded(row), platform, ask, assignment)
        except ConfigError as exc:
            yield ended(Outcome.FAILED, error=str(exc))
        except Exception as exc:  # a bug of ours is an outcome too: the next thousand rows still get their turn
            yield ended(Outcome.FAILED, error=f"bug: {type(exc).__name__}: {exc}{_place(exc)}")


def _read(row: Row, body: bytes, platform: Platform, ask: Ask, assignment: Assignment) -> dict[str, Any]:
    page = Page(
        url=row.url,
        status=row.status,
        headers={"content-type": row.content_type} if row.content_type else {},
        body=body,
        fetched_at=assignment.now,
        reader=ask.reader,
        context=ask.context,
    )
    try:
        reading = read_page(platform, page, assignment, ask.tolerated)
    except Blocked as exc:
        return _ended(row, Outcome.BLOCKED, error=str(exc))
    except Drifted as exc:
        return _ended(row, Outcome.DRIFTED, error=str(exc))
    except Empty as exc:
        return _ended(row, Outcome.EMPTY, error=str(exc))
    except SourceError as exc:
        return _ended(row, Outcome.FAILED, error=str(exc))
    if reading.findings:
        return _ended(row, Outcome.CHANGED, reading.findings, reading.warnings)
    error = reading.warnings[0] if reading.warnings else "a good page that holds no findings"
    return _ended(row, Outcome.EMPTY, (), reading.warnings, error)


def _reader_of(library: Library, row: Row) -> tuple[Platform, Ask] | None:
    """The platform that would ask for this row, and how; None if none would."""
    if row.is_part:
        return None
    name = FOLDERS.get(row.platform, row.platform)
    candidates: list[tuple[Platform, Ask | None]] = []
    if name in PLATFORMS:
        platform = platform_named(name)
        ask = platform.route(row.url)
        if ask is None and row.platform in FOLDERS:
            # The folder says what it is; addresses of feeds seldom do.
            ask = Ask(row.url, name)
        candidates = [(platform, ask)]
    if all(ask is None for _, ask in candidates):
        # A service's own feed lies in its folder too, and `feed` reads it.
        platforms = [platform_named(other) for other in PLATFORMS]
        candidates = [(platform, platform.route(row.url)) for platform in platforms]
        if all(ask is None for _, ask in candidates) and "xml" in row.content_type and name not in PLATFORMS:
            feed = platform_named("feed")
            if looks_like_feed(library.decoded(row)):
                candidates = [(feed, Ask(row.url, feed.name))]
    return next(((platform, ask) for platform, ask in candidates if ask and ask.method == row.method), None)


def _why_skipped(row: Row) -> str:
    if row.is_part:
        return "a part of an archive, never an answer by itself"
    if FOLDERS.get(row.platform, row.platform) in PLATFORMS:
        return f"{row.platform} never asks for this address"
    return f"no platform reads {row.platform}"


def _source_of(row: Row, platform: Platform, sources: Sequence[Source]) -> Source:
    """The declaration whose start address is nearest; an undeclared one where none can be meant."""
    own = [source for source in sources if source.platform == platform.name]
    if platform.name == "feed":
        own = [source for source in own if _place_of(source.url) == _place_of(row.url)]
    if own:
        return max(own, key=lambda source: _nearness(source.url, row.url))
    return Source(
        id=row.platform,
        platform=platform.name,
        title=row.platform,
        owner="",
        url=row.url,
        languages=(),
        evidence=Evidence(certainty="recorded"),
        expect=Expectations(may_be_empty=True),
    )


def _place_of(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc, parts.path


def _nearness(one: str, other: str) -> tuple[bool, int, int]:
    """How near two addresses are: host, then the beginning of the path, then equal parameters."""
    left, right = urlsplit(one), urlsplit(other)
    shared = next(
        (at for at, (a, b) in enumerate(zip(left.path, right.path, strict=False)) if a != b),
        min(len(left.path), len(right.path)),
    )
    return left.netloc == right.netloc, shared, len(set(parse_qsl(left.query)) & set(parse_qsl(right.query)))


def _ended(
    row: Row,
    outcome: Outcome,
    findings: Sequence[Finding] = (),
    warnings: Sequence[str] = (),
    error: str | None = None,
) -> dict[str, Any]:
    return {
        "platform": row.platform,
        "file": row.file,
        "url": row.url,
        "outcome": outcome.value,
        "findings": [_shown(finding) for finding in findings],
        "warnings": list(warnings),
        "error": error,
    }


def _shown(finding: Finding) -> dict[str, Any]:
    data = finding_json(finding)
    shown = {name: data[name] for name in _FINDING}
    shown["windows"] = [{name: window[name] for name in _WINDOW} for window in data["windows"]]
    return shown


def _place(error: BaseException) -> str:
    """The line in which `error` arose."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f" ({trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno})"
