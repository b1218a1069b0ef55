"""`utblick scan` and `utblick parse`: read sources, live or recorded."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli import context, output

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date
    from subprocess import Popen

    from sqlalchemy import Connection

    from config.settings import Settings
    from config.sources import Source
    from monitor.cli.commands import Commands
    from monitor.collecting.scan import ScanReport
    from monitor.dossiers.filing import JoinReport

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: Commands) -> None:
    """Add the commands of this module to `app`."""
    app.command()(scan)
    app.command()(parse)


def scan(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE]...", help="Sources to read; without: every enabled one."),
    ] = None,
    *,
    due: Annotated[bool, typer.Option("--due", help="Only sources whose time has come; for cron.")] = False,
    replay: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Answer from a payload library in place of the network.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be stored, store nothing.")] = False,
    no_rating: Annotated[
        bool, typer.Option("--no-rating", help="Leave the rating of what is new for later.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read sources now, store what they show, and rate what is new."""
    from spiders.starting import started

    # Before anything that takes time to import.
    with started() as process:
        report, filed = _scanned(
            sources, process, due=due, replay=replay, dry_run=dry_run, rate=not no_rating, quiet=as_json
        )
    from monitor.collecting import scan as scanning

    if as_json:
        output.as_json(scanning.as_json(report) | ({"filing": filed.as_json()} if filed else {}))
    else:
        _show(report)
    for line in filed.lines() if filed else ():
        output.say(f"utblick: {line}", err=True)
    for one in report.sources:
        if one.attempt.outcome in scanning.NOT_WELL:
            output.say(f"utblick: {one.source.id}: {one.attempt.outcome}: {one.attempt.error or ''}", err=True)
    if report.interrupted:
        output.say("utblick: interrupted; what was read is stored, the next scan continues", err=True)
    if not report.well:
        raise typer.Exit(1)


def _scanned(
    sources: list[str] | None,
    process: Popen[bytes],
    *,
    due: bool,
    replay: Path | None,
    dry_run: bool,
    rate: bool,
    quiet: bool,
) -> tuple[ScanReport, JoinReport | None]:
    """The scan, and what it meant for dossiers and ratings unless nothing was stored."""
    from config.sources import load_sources, select
    from monitor.archive.engine import reading
    from monitor.archive.scans import due_sources
    from monitor.collecting import scan as scanning

    settings = context.settings()
    now = context.clock(settings)
    declared = load_sources(settings.config)
    chosen = select(declared, sources) if sources else tuple(one for one in declared if one.enabled)
    windows = partial(_estimated, settings)
    with context.archive(settings) as engine:
        if replay and not sources:
            chosen = scanning.recorded(engine, declared, replay, now, windows=windows)
        if due:
            with reading(engine) as conn:
                chosen = due_sources(conn, chosen, now, early=True)
        with _interruptible() as stop, _progress(chosen, quiet=quiet) as watch:
            report = scanning.scan(
                engine,
                chosen,
                settings,
                clock=lambda: context.clock(settings),
                trigger="replay" if replay else "due" if due else "command",
                due=scanning.Due.SOON if due else None,
                replay=replay,
                dry_run=dry_run,
                process=process,
                stop=stop,
                watch=watch,
                meanwhile=_load_what_follows,
                windows=windows,
            )
        if dry_run or report.interrupted:
            return report, None
        from monitor.following import follow

        return report, follow(engine, settings, lambda: context.clock(settings), rate=rate)


def _estimated(settings: Settings, conn: Connection, today: date) -> Collection[int]:
    """As `monitor.following.estimated`, loaded only if a source follows files."""
    from monitor.following import estimated

    return estimated(settings)(conn, today)


def _load_what_follows() -> None:
    """Import what is used after a scan while the sources answer, and not while nothing else happens."""
    import monitor.following  # noqa: F401  # loaded for `_scanned`


def parse(
    payloads: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder with index.jsonl and the recorded answers.")
    ],
    *,
    platform: Annotated[str | None, typer.Option(metavar="P", help="Only rows of this platform folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Read every recorded payload through its parser; the archive is not touched. Status 1 on an exception."""
    import json
    from collections import Counter

    from config.sources import load_sources
    from monitor.collecting.parse import parse_library

    outcomes: Counter[str] = Counter()
    findings = bugs = 0
    settings = context.settings()
    declared = load_sources(settings.config)
    rows = parse_library(payloads, now=context.clock(settings), platform=platform, sources=declared)
    for row in rows:
        outcomes[row["outcome"]] += 1
        findings += len(row["findings"])
        bugs += str(row["error"] or "").startswith("bug:")
        if as_json:
            output.say(json.dumps(row, ensure_ascii=False))
        elif row["outcome"] != "changed" or row["warnings"]:
            said = row["error"] or "; ".join(row["warnings"])
            output.say(f"{row['platform']}/{row['file']}: {row['outcome']}: {said}")
    if not as_json:
        counted = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        output.say(f"{sum(outcomes.values())} payloads: {counted}; {findings} findings, {bugs} exceptions")
    if bugs:
        raise typer.Exit(1)


def _show(report: ScanReport) -> None:
    rows = []
    for one in report.sources:
        attempt, counts = one.attempt, one.counts
        note = attempt.error or "; ".join(attempt.warnings)
        rows.append(
            (
                one.source.id,
                attempt.outcome,
                attempt.requests,
                attempt.not_modified,
                counts.new,
                counts.changed,
                note,
            )
        )
    if rows:
        output.table(["source", "outcome", "asked", "304", "new", "changed", "note"], rows, right=(2, 3, 4, 5))
    else:
        output.say("nothing to read: no source is enabled, due or recorded")
    for planned in report.planned:
        output.say(f"would {planned.action}: {planned.source} {planned.title}")
        for change in planned.changes:
            output.say(f"    {change.field}: {change.before} → {change.after}")


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second one ends the program at once."""
    stop = threading.Event()

    def interrupt(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    previous = signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, previous)


def _progress(sources: tuple[Source, ...], *, quiet: bool) -> Any:
    """A watcher that shows the scan on a terminal; none where nobody watches."""
    if quiet or not sources or not sys.stderr.isatty():
        return nullcontext(None)
    from monitor.cli.progress import shown

    return shown(sources)
