"""How good and how fast search is: `python bench/search.py quality|speed`.

`quality` loads judged documents as an archive and answers officers' queries over them: mean reciprocal rank of the
first best answer and nDCG@10, in all and for each kind of query. `speed` fills an archive with made-up documents
and measures searches with and without filters and facets.
"""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import mean, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, func, select

from config.lexicon import Lexicon, load_lexicon
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.scans import start_scan
from monitor.archive.schema import document, tag
from monitor.collecting.intake import Intake
from monitor.core.words import words
from monitor.search import Query, search
from spiders.events import PageRead
from spiders.finding import Certainty, Finding, Identifier, Kind, Relation, Window, WindowKind
from spiders.identifiers import find_identifiers

SHARED = Path(__file__).resolve().parents[2] / "shared"
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
TODAY = date(2026, 11, 23)
KINDS = {"fpm": Kind.FPM, "hys": Kind.INITIATIVE, "ep": Kind.PROCEDURE, "reg": Kind.INQUIRY, "press": Kind.PRESS}


@dataclass(frozen=True)
class Judged:
    """A query with its graded answers: 2 exactly what was sought, 1 clearly relevant."""

    text: str
    kind: str
    language: str
    answers: Mapping[str, int]


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def gold_findings(path: Path) -> Iterator[Finding]:
    """The judged documents, as their sources would have shown them."""
    for row in read_lines(path):
        own = {found.identifier.scheme: found.identifier for found in find_identifiers(row["title"])}
        subjects = [Identifier(one.scheme, one.value, Relation.SUBJECT) for one in own.values()]
        mentions = [found.identifier for found in find_identifiers(row["text"])]
        yield Finding(
            source=f"gold-{row['genre']}",
            key=row["id"],
            url=f"https://example.org/{row['id']}",
            kind=KINDS.get(row["genre"], Kind.CALL),
            title={row["language"]: row["title"]},
            language=row["language"],
            published=_day(row["date"]),
            text=row["text"],
            identifiers=tuple(dict.fromkeys((*subjects, *mentions))),
            subjects=tuple(row["themes"]),
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None  # "Unknown"


def fill(engine: Engine, findings: Iterable[Finding]) -> None:
    """Take findings in as a scan does, in batches."""
    with writing(engine) as conn:
        intake = Intake(engine, start_scan(conn, NOW, "command"))
    batch: list[PageRead] = []
    for finding in findings:
        batch.append(PageRead(finding.source, finding.key, None, (finding,)))
        if len(batch) == 500:
            intake.take(batch, NOW)
            batch = []
    intake.take(batch, NOW)


# ---------------------------------------------------------------------------- quality


def reciprocal_rank(found: Sequence[str], answers: Mapping[str, int]) -> float:
    """1 / place of the first answer of grade 2; 0 where none was found."""
    return next((1 / place for place, key in enumerate(found, 1) if answers.get(key) == 2), 0.0)


def ndcg(found: Sequence[str], answers: Mapping[str, int], depth: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `depth`, with gains 2^grade - 1."""
    gains = [2 ** answers.get(key, 0) - 1 for key in found[:depth]]
    ideal = sorted((2**grade - 1 for grade in answers.values()), reverse=True)[:depth]
    return _dcg(gains) / _dcg(ideal)


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def quality(
    gold: Path, queries: Path, lexicon: Lexicon, *, verbose: bool = False, database: str | None = None
) -> dict[str, tuple[float, float]]:
    """MRR and nDCG@10 in all and by kind of query and language; `database` is an empty one (default: SQLite)."""
    judged = [Judged(row["q"], row["kind"], row["language"], row["answers"]) for row in read_lines(queries)]
    measured: dict[str, list[tuple[float, float]]] = {}
    with TemporaryDirectory() as folder:
        engine = open_archive(database or f"sqlite:///{folder}/gold.db")
        fill(engine, gold_findings(gold))
        with reading(engine) as conn:
            keys = {row.id: row.key for row in conn.execute(select(document.c.id, document.c.key))}
            for one in judged:
                results = search(conn, Query(one.text, limit=100), TODAY, lexicon)
                found = [keys[result.id] for result in results.results]
                figures = reciprocal_rank(found, one.answers), ndcg(found, one.answers)
                for group in ("all", one.language, one.kind):
                    measured.setdefault(group, []).append(figures)
                if verbose:
                    sys.stdout.write(f"{figures[0]:.2f} {figures[1]:.2f} {results.total:5} {one.text}\n")
                    for key in sorted(one.answers, key=lambda key: -one.answers[key]):
                        place = found.index(key) + 1 if key in found else "–"
                        sys.stdout.write(f"       {place:>3} [{one.answers[key]}] {key}\n")
                    for result in results.results[:4]:
                        grade = one.answers.get(keys[result.id], 0)
                        sys.stdout.write(f"          ({grade}) {result.score:.2f} {result.title[:90]}\n")
        engine.dispose()
    return {
        group: (mean(figure[0] for figure in figures), mean(figure[1] for figure in figures))
        for group, figures in measured.items()
    }


# ---------------------------------------------------------------------------- speed

_SYLLABLES = words(
    "av lopp vat ten sko la vård om sorg en er gi bygg tra fik mil jö kli mat av fall jord bruk han del"
)
_TOPICS = words("vatten energi skola bygg klimat trafik miljö avlopp handel vård rening avfall omsorg jordbruk")
TEXTS = (
    "avlopp",
    "vatten skola",
    "rening",
    '"energi bygg"',
    "trafik*",
    "klimat miljö 2025",
    "vattn",
    "handel -skola",
)


def made_up(count: int, seed: int = 7) -> Iterator[Finding]:
    """Made-up documents whose words are as unevenly common as in real text (Zipf)."""
    chance = random.Random(seed)  # noqa: S311  # nothing here is secret
    rest = ["".join(chance.choices(_SYLLABLES, k=chance.randint(2, 5))) for _ in range(60_000)]
    lexicon = [f"fyll{number}" for number in range(250)] + list(dict.fromkeys(rest))
    # Between the words that everybody writes and those that hardly anybody does: each in 1–7 % of the documents.
    for place, word in enumerate(_TOPICS):
        lexicon.insert(90 + 60 * place, word)
    weights = [1 / (rank + 8) for rank in range(len(lexicon))]
    kinds, window_kinds = list(Kind), list(WindowKind)
    for number in range(count):
        said = chance.choices(lexicon, weights, k=chance.randint(40, 160))
        published = TODAY - timedelta(days=chance.randint(0, 3000))
        closes = published + timedelta(days=chance.randint(20, 120))
        window = Window(chance.choice(window_kinds), published, closes, Certainty.GIVEN)
        yield Finding(
            source=f"source-{number % 40}",
            key=str(number),
            url=f"https://example.org/{number}",
            kind=chance.choice(kinds),
            title={"sv": " ".join(said[:8])},
            language="sv",
            published=published,
            text=" ".join(said[8:]),
            windows=(window,) if number % 10 == 0 else None,
        )


def speed(count: int, database: str | None) -> dict[str, tuple[float, float]]:
    """Median and 95th percentile (ms) of searches over `count` made-up documents.

    Own CPU is what an idle machine would need with SQLite, which works in this process.
    """
    measured: dict[str, list[float]] = {}
    lexicon = load_lexicon()
    with TemporaryDirectory() as folder:
        engine = open_archive(database or f"sqlite:///{folder}/speed.db")
        with reading(engine) as conn:
            stored = conn.execute(select(func.count()).select_from(document)).scalar_one()
        if stored < count:
            started = time.perf_counter()
            fill(engine, made_up(count))
            tag_all(engine)
            sys.stdout.write(f"filled: {count / (time.perf_counter() - started):.0f} documents/s\n")
        filters: dict[str, dict[str, Any]] = {
            "plain": {},
            "filtered": {"theme": ("theme-3",), "since": date(2023, 1, 1), "kind": ("report",)},
            "open": {"open": True},
            "by date": {"sort": "date"},
            "facets": {"facets": True},
        }
        for _ in range(5):
            for text in ("", *TEXTS):
                for name, more in filters.items():
                    with reading(engine) as conn:
                        started, used = time.perf_counter(), time.process_time()
                        search(conn, Query(text, **more), TODAY, lexicon)
                        took = (time.perf_counter() - started) * 1000
                        worked = (time.process_time() - used) * 1000
                    measured.setdefault(name, []).append(took)
                    measured.setdefault(f"{name}: {text!r}", []).append(took)
                    measured.setdefault(f"{name} (own CPU)", []).append(worked)
        engine.dispose()
    return {name: (quantiles(times, n=2)[0], quantiles(times, n=20)[-1]) for name, times in measured.items()}


def tag_all(engine: Engine) -> None:
    """Give every document one or two themes."""
    with writing(engine) as conn:
        ids = conn.execute(select(document.c.id)).scalars().all()
        rows = [
            {
                "document": one,
                "theme": f"theme-{one * step % 15}",
                "score": 0.9,
                "assigned": True,
                "model": "m",
                "evidence": [],
            }
            for one in ids
            for step in (1, 7)
            if step == 1 or one % 15
        ]
        unique = {(row["document"], row["theme"]): row for row in rows}
        conn.execute(tag.insert(), list(unique.values()))


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    judged = commands.add_parser("quality", help="MRR and nDCG@10 on judged queries")
    judged.add_argument("--gold", type=Path, default=SHARED / "training" / "gold.jsonl")
    judged.add_argument("--queries", type=Path, default=SHARED / "acceptance" / "queries.jsonl")
    judged.add_argument("--plain", action="store_true", help="without nicknames and translations")
    judged.add_argument("--database", help="an empty database to fill (default: a temporary SQLite file)")
    judged.add_argument("--verbose", action="store_true", help="every query with its answers' places")
    timed = commands.add_parser("speed", help="milliseconds over made-up documents")
    timed.add_argument("--documents", type=int, default=100_000)
    timed.add_argument("--database", help="an archive to fill and keep (default: a temporary SQLite file)")
    chosen = parser.parse_args()
    if chosen.command == "quality":
        lexicon = Lexicon() if chosen.plain else load_lexicon()
        measured = quality(chosen.gold, chosen.queries, lexicon, verbose=chosen.verbose, database=chosen.database)
        for group, (mrr, gain) in measured.items():
            sys.stdout.write(f"{group:12} MRR {mrr:.3f}   nDCG@10 {gain:.3f}\n")
    else:
        for name, (median, high) in speed(chosen.documents, chosen.database).items():
            sys.stdout.write(f"{name:32} p50 {median:7.1f} ms   p95 {high:7.1f} ms\n")


if __name__ == "__main__":
    main()
