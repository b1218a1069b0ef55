"""The constructed library of 2022/0345(COD): what each service answered on each Friday on which it had news.

Written by the project in the shapes of the real services, from the texts in `content/`; the test writes it into a
folder of its own (`write`), and `utblick scan --replay` reads it like a recorded one.
"""

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

from config.sources import load_sources
from monitor.archive.assignments import OVERLAP
from monitor.core.zone import ZONE
from monitor.example import build
from monitor.example.shapes import feeds, g0v, have_your_say, riksdagen
from monitor.example.shapes.body import Body, Content, changed
from spiders.platform import Ask, Assignment
from spiders.registry import platform
from tests.monitor.acceptance.shapes import cellar, oeil, parliament

HERE = Path(__file__).parent
OVERLAY = HERE / "config"

DAYS = tuple(
    map(
        date.fromisoformat,
        (
            *("2020-07-24", "2021-04-30", "2022-10-28", "2022-11-04", "2022-12-02", "2022-12-09", "2022-12-16"),
            *("2023-01-20", "2023-03-31", "2023-05-12", "2023-09-22", "2023-10-06", "2023-10-13", "2023-10-20"),
            *("2024-02-02", "2024-03-15", "2024-04-12", "2024-11-08", "2024-11-29", "2024-12-13"),
            *("2025-03-07", "2026-02-27", "2026-03-20", "2026-06-19", "2026-12-18", "2027-02-19"),
        ),
    )
)
"""The Fridays on which sources are read: those of weeks in which a source has something new."""


def scanned(day: date) -> datetime:
    """The hour at which the sources are read."""
    return datetime.combine(day, time(5), UTC)


def sources() -> tuple[str, ...]:
    """The ids of the sources that the library answers."""
    tables = (
        tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((OVERLAY / "sources").glob("*.toml"))
    )
    return tuple(source["id"] for table in tables for source in table["source"])


def write(folder: Path) -> None:
    """Write the library into `folder`."""
    build.write(folder, bodies(), "tests/monitor/acceptance/content")


def bodies() -> Iterator[Body]:
    """Every answer, without the repetitions of unchanged ones."""
    mirror = {**_content("g0v"), "mirror": {"items": [48_000] * len(DAYS)}}
    files = _content("parliament")
    [committees] = {ask.url for some in asks("ep-committees").values() for ask in some}
    lists = ("riksdagen-eu-dokument", "riksdagen-fpm", "riksdagen-prop")
    asked = {day: [ask.url for name in lists for ask in asks(name)[day]] for day in DAYS}
    yield from changed(have_your_say.bodies(_content("have-your-say"), DAYS))
    yield from changed(riksdagen.bodies(_content("riksdagen"), mirror, asked))
    yield from changed(g0v.bodies(mirror, DAYS))
    yield from changed(feeds.bodies(_content("council"), mirror, DAYS))
    for name in ("cellar-proposals", "cellar-acts"):
        yield from changed(cellar.bodies(_content("cellar"), asks(name)))
    yield from changed(oeil.bodies(files, DAYS))
    yield from changed(parliament.bodies(files, committees, DAYS))


def asks(name: str) -> dict[date, list[Ask]]:
    """What a source first asks for on each day; lists look back to the scan before, if that was long ago."""
    source = next(one for one in load_sources(OVERLAY) if one.id == name)
    found = {}
    since = None
    for day in DAYS:
        started = platform(source.platform).start(Assignment(source, scanned(day), since=since))
        found[day] = [ask for ask in started if ask.reader == "list"]
        since = (scanned(day) - OVERLAP).astimezone(ZONE).date().isoformat()
    return found


def _content(name: str) -> Content:
    return tomllib.loads((HERE / "content" / f"{name}.toml").read_text(encoding="utf-8"))
