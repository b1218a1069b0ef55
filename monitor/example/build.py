"""Write the example's payload library from the hand-written texts: `python -m monitor.example.build`.

The result is committed, and a test holds it equal to what this module writes: run it after every change of
`content/` or `shapes/`. Nothing here runs when the example is only used.
"""

import json
import shutil
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from config.sources import load_sources
from monitor.example import DAYS, library, overlay
from monitor.example.shapes import feeds, g0v, have_your_say, parliament, riksdagen
from monitor.example.shapes.body import Body, Content, changed
from spiders.platform import Assignment
from spiders.registry import platform

ORIGIN = "monitor/example/content"


def bodies() -> Iterator[Body]:
    """Every answer of every service on every day, without the repetitions of unchanged ones."""
    mirror = _content("g0v")
    yield from changed(have_your_say.bodies(_content("have-your-say"), DAYS))
    yield from changed(
        riksdagen.bodies(_content("riksdagen"), mirror, {day: _riksdagen_lists(day) for day in DAYS})
    )
    yield from changed(g0v.bodies(mirror, DAYS))
    yield from changed(feeds.bodies(_content("feeds"), mirror, DAYS))
    yield from changed(parliament.bodies(_content("parliament"), DAYS))


def write(folder: Path, answers: Iterable[Body], origin: str = ORIGIN) -> None:
    """Write index and files into `folder`, which is emptied first; `origin` is where the texts stand."""
    if folder.exists():
        shutil.rmtree(folder)
    rows = []
    for body in answers:
        row = _row(body, origin)
        path = folder / body.platform / row["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body.data)
        rows.append(json.dumps(row, ensure_ascii=False))
    (folder / "index.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _row(body: Body, origin: str) -> dict[str, Any]:
    stem, _, ending = body.file.rpartition(".")
    return {
        "platform": body.platform,
        "file": f"{stem}__{body.day}.{ending}",
        "url": body.url,
        "url_certainty": "exact",
        "method": body.method,
        "request_body": body.request,
        "status": body.status,
        "content_type": body.content_type,
        "fetched_at": str(body.day),
        "fidelity": "constructed",
        "language": body.language,
        "origin": f"{origin}/{body.platform}.toml",
        "licence": "EUPL-1.2",
        "note": f"constructed by the Utblick project: {body.note}",
    }


def _riksdagen_lists(day: date) -> list[str]:
    """The addresses of the Riksdag's lists; the days they ask for move with the day of the scan."""
    now = datetime.combine(day, time(6), UTC)
    reader = platform("riksdagen")
    sources = [source for source in load_sources(overlay()) if source.platform == "riksdagen"]
    return [ask.url for source in sources for ask in reader.start(Assignment(source, now))]


def _content(name: str) -> Content:
    path = Path(__file__).with_name("content") / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    write(library(), bodies())
