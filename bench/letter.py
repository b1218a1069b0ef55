"""How fast `utblick brief preview` is in a week with 2,000 new documents: `python -m bench.letter`.

The archive holds half a year before it (12,000 documents of 40 sources), all rated, with evidence as stored by the
model, a third with windows, a fifth in dossiers; so the early signals have their baseline too.
"""

import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from bench.table import Row, told
from config.themes import load_themes
from monitor.archive.documents import get_documents, unassessed
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.ratings import save_assessments
from monitor.archive.scans import start_scan
from monitor.collecting.intake import Intake
from monitor.dossiers.filing import join_new
from nlp.assessment import Assessment, Direction, Evidence, EvidenceKind, Level, Tag
from spiders.events import PageRead
from spiders.finding import Certainty, Finding, Identifier, Kind, Relation, Window, WindowKind

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
TODAY = NOW.date()
NEW, OLD = 2_000, 12_000
WEEKS = 30
SOURCES = 40
RUNS = 3
MOST = 3.0
"""Seconds that the letter may take."""
MOST_CPU = 2.3
"""Seconds of own work in them: what leaves room for a busy machine."""

_LEVELS = (Level.ACT, *(Level.BRIEF,) * 3, *(Level.BACKGROUND,) * 6, *(Level.NONE,) * 10)
_KINDS = (Kind.FPM, Kind.REMISS, Kind.INITIATIVE, Kind.PRESS, Kind.PROPOSAL, Kind.CALL)


def measure() -> list[Row]:
    """Seconds of the whole command, the median of some runs, and what it may be at most.

    Own CPU is what an idle machine would need.
    """
    with TemporaryDirectory() as folder:
        engine = open_archive(f"sqlite:///{folder}/utblick.db")
        _fill(engine)
        engine.dispose()
        walls, works = zip(*(_preview(Path(folder)) for _ in range(RUNS)), strict=True)
    return [
        (f"brief preview, {NEW} new documents, s", statistics.median(walls), MOST),
        ("the same, own CPU, s", statistics.median(works), MOST_CPU),
    ]


def _preview(folder: Path) -> tuple[float, float]:
    """Wall time and own CPU of one run."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("UTBLICK_")}
    own = {"UTBLICK_DATA_DIR": str(folder), "UTBLICK_NOW": NOW.isoformat()}
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "monitor", "brief", "preview"]
    subprocess.run(command, check=True, capture_output=True, env=clean | own)  # noqa: S603  # our own command
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, worked


def _fill(engine: Engine) -> None:
    """Week by week, as scans would have done it."""
    chance = random.Random(7)  # noqa: S311  # nothing here is secret
    old = iter(_made_up(chance, OLD + NEW))
    for week in range(WEEKS, -1, -1):
        now = NOW - timedelta(weeks=week, days=2)
        with writing(engine) as conn:
            intake = Intake(engine, start_scan(conn, now, "command"))
        pages = []
        for _ in range(NEW if week == 0 else OLD // WEEKS):
            finding = next(old, None)
            if finding is not None:
                dated = replace(finding, published=now.date())
                pages.append(PageRead(finding.source, finding.key, None, (dated,)))
        intake.take(pages, now)
        _rate(engine, chance, now)
    join_new(engine, lambda: NOW)


def _made_up(chance: random.Random, count: int) -> Iterator[Finding]:
    words = [f"ord{number}" for number in range(4_000)]
    weights = [1 / (rank + 8) for rank in range(len(words))]
    for number in range(count):
        said = chance.choices(words, weights, k=160)
        names = (
            (Identifier("procedure", f"2026/{number // 3:04}(COD)", Relation.SUBJECT),) if number % 5 == 0 else ()
        )
        opens = TODAY - timedelta(days=chance.randint(0, 60))
        window = Window(
            WindowKind.FEEDBACK, opens, opens + timedelta(days=chance.randint(20, 120)), Certainty.GIVEN
        )
        yield Finding(
            source=f"source-{number % SOURCES}",
            key=str(number),
            url=f"https://example.org/{number}",
            kind=_KINDS[number % len(_KINDS)],
            title={"sv": " ".join(said[:9])},
            language="sv",
            text=" ".join(said[9:] * 8),
            identifiers=names,
            bodies=(f"Organ {number % 30}",),
            windows=(window,) if number % 3 == 0 else None,
        )


def _rate(engine: Engine, chance: random.Random, now: datetime) -> None:
    themes = [theme.id for theme in load_themes()]
    with reading(engine) as conn:
        documents = get_documents(conn, unassessed(conn, "bench"))
    rated = []
    for one in documents:
        evidence = tuple(
            Evidence(EvidenceKind.TERM, f"avlopp{number}", 1.0, number, number + 7) for number in range(12)
        )
        tags = tuple(Tag(theme, 0.9, assigned=True, evidence=evidence) for theme in chance.sample(themes, 2))
        level = chance.choice(_LEVELS)
        rated.append(
            (
                one,
                Assessment(
                    id=str(one.id),
                    language="sv",
                    tags=tags,
                    relevance=chance.random(),
                    level=level,
                    direction=Direction.UNCLEAR,
                    reasons=("Made up.",),
                    evidence=evidence,
                    model="bench",
                ),
            )
        )
    with writing(engine) as conn:
        save_assessments(conn, rated, now)


if __name__ == "__main__":
    sys.exit(told(measure()))
