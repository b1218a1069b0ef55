"""What to judge next, from the archive."""

from datetime import datetime

from sqlalchemy import Engine

from config.settings import Settings
from config.themes import load
from monitor.archive.documents import Document, get_documents
from monitor.archive.engine import reading
from monitor.archive.ratings import unjudged
from monitor.archive.twins import leaders
from monitor.core.queue import Candidate, Proposed, propose
from monitor.core.zone import ZONE
from nlp.reading import split
from nlp.signals import Finder

LOOKED_AT = 1500
"""The newest documents that are weighed; older ones teach nothing that these do not."""


def queue(engine: Engine, settings: Settings, wanted: int, now: datetime) -> tuple[tuple[Proposed, Document], ...]:
    """At most `wanted` documents that nobody judged, with why; the lot is drawn anew each week.

    Raises:
        ConfigError: `themes.toml` is broken.
    """
    finder = Finder(load(settings.config))
    with reading(engine) as conn:
        numbers = unjudged(conn, LOOKED_AT)
        heads = leaders(conn, numbers)
        documents = get_documents(conn, [number for number in numbers if heads[number] == number])
    by_id = {one.id: one for one in documents}
    year, week, _ = now.astimezone(ZONE).isocalendar()
    found = propose([_candidate(one, finder) for one in documents], wanted, f"{year}-W{week}")
    return tuple((one, by_id[one.id]) for one in found)


def _candidate(one: Document, finder: Finder) -> Candidate:
    title = one.title(one.language)[0]
    tokens = split(f"{title}\n{one.summary.get(one.language, '')}")[0]
    hits = finder.find(tokens, len(tokens)).themes
    return Candidate(
        one.id,
        one.relevance or 0.0,
        {tag.theme: tag.score for tag in one.tags},
        frozenset(one.themes),
        frozenset(hit.label[0] for hit in hits if hit.label[1] == "keyword"),
    )
