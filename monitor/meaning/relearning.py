"""The shipped model, corrected by what people of the organisation judged; taken up only if nothing suffers."""

import hashlib
import json
import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sqlalchemy import Engine

from config.settings import Settings
from monitor.archive.documents import Document, get_documents
from monitor.archive.engine import reading
from monitor.archive.ratings import Judged, judged_ids, judgements_of
from monitor.core.zone import ZONE
from monitor.errors import MonitorError
from monitor.meaning.models import REPORT, embedder, load_in_force, place_of, use
from monitor.meaning.rating import text_of
from nlp.assessment import Level

if TYPE_CHECKING:
    from nlp.train.local import Seen, Verdict

TEST_SHARE = 3
"""Every third judged document, by the hash of its key, is only ever used for comparing."""
FEWEST_TAUGHT = 30
FEWEST_TESTED = 10
SURE = 0.05
"""A theme fell if so few coins would show it (exact McNemar test, both sides)."""
LEVELS = (Level.NONE, Level.BACKGROUND, Level.BRIEF, Level.ACT)


@dataclass(frozen=True, slots=True)
class Fall:
    """How often the new model was right where the old one was wrong, and the other way round."""

    theme: str
    better: int
    worse: int

    @property
    def chance(self) -> float:
        """How likely such a difference is if the models are equally good (exact McNemar test)."""
        tried = self.better + self.worse
        tail = sum(math.comb(tried, hits) for hits in range(min(self.better, self.worse) + 1))
        return min(1.0, 2.0 * tail / 2.0**tried)

    @property
    def fell(self) -> bool:
        """Whether the theme significantly lost."""
        return self.worse > self.better and self.chance < SURE


@dataclass(frozen=True, slots=True)
class Relearned:
    """What came of it; losses are mean surprises (nats) on the documents that are kept for comparing."""

    version: str
    taught: int
    tested: int
    loss_before: float
    loss_after: float
    falls: tuple[Fall, ...]
    promoted: bool

    @property
    def why_not(self) -> str:
        """Why it was not taken up; "" if it was."""
        fallen = [one.theme for one in self.falls if one.fell]
        if fallen:
            return f"{', '.join(fallen)} fell"
        return "" if self.promoted else "it foretells the compared judgements no better"


def relearn(engine: Engine, settings: Settings, now: datetime) -> Relearned:
    """Teach the shipped model what people judged here, compare, keep the result, and take it up if it is better.

    Raises:
        MonitorError: too few judgements.
        ConfigError: the model in force is broken.
        OSError: the data folder cannot be written.
    """
    from nlp.local import corrected
    from nlp.model import OWN_THRESHOLD, PipelineAssessor, load
    from nlp.train.local import applied, learn

    documents, verdicts = _judged(engine)
    taught = [row for row, one in enumerate(documents) if not _is_kept(one)]
    tested = [row for row, one in enumerate(documents) if _is_kept(one)]
    if len(taught) < FEWEST_TAUGHT or len(tested) < FEWEST_TESTED:
        raise MonitorError(
            f"too few judgements: {len(taught)} documents to learn from ({FEWEST_TAUGHT} are needed) and "
            f"{len(tested)} to compare on ({FEWEST_TESTED}); `utblick model queue` says which to judge next"
        )
    embed = embedder(settings)
    base, current = load(None, settings.config, embed), load_in_force(settings)
    assert isinstance(base, PipelineAssessor) and isinstance(current, PipelineAssessor)  # noqa: S101  # what `load` gives
    seen = _seen(base, documents, now)
    correction = learn(_rows(seen, taught), [verdicts[row] for row in taught])
    mark = hashlib.sha256(json.dumps([_told(one) for one in verdicts], sort_keys=True).encode()).hexdigest()[:8]
    thresholds = dict.fromkeys(seen.names, base.threshold) | dict.fromkeys(base.own_themes, OWN_THRESHOLD)
    before = _seen(current, [documents[row] for row in tested], now)
    after = applied(_rows(seen, tested), correction)
    losses, falls = _compared(before, after, [verdicts[row] for row in tested], thresholds)
    better = losses[1] < losses[0] and not any(one.fell for one in falls)
    # What is kept can be read by everybody, with the extra or without.
    kept_with = load(None, settings.config) if embed else base
    assert isinstance(kept_with, PipelineAssessor)  # noqa: S101  # as above
    nlp = corrected(kept_with.pipeline, correction, mark)
    version = str(nlp.meta["version"])
    result = Relearned(version, len(taught), len(tested), *losses, falls, better)
    folder = place_of(settings, version)
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    nlp.to_disk(new)
    report = {
        "at": now.isoformat(),
        "against": current.version,
        "taught": result.taught,
        "tested": result.tested,
        "loss": [result.loss_before, result.loss_after],
        "themes": {one.theme: [one.better, one.worse] for one in falls},
        "promoted": better,
    }
    (new / REPORT).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    # A model of the same judgements may be there already; a half-written one never is.
    shutil.rmtree(folder, ignore_errors=True)
    new.rename(folder)
    if better:
        use(settings, version)
    return result


def _judged(engine: Engine) -> tuple[list[Document], list["Verdict"]]:
    from nlp.train.local import Verdict

    with reading(engine) as conn:
        documents = [*get_documents(conn, judged_ids(conn))]
        said = judgements_of(conn, [one.id for one in documents])
    return documents, [_verdict(said[one.id], Verdict) for one in documents]


def _verdict(said: Judged, form: type["Verdict"]) -> "Verdict":
    from nlp.judge import WAYS

    level = LEVELS.index(Level(said.level)) if said.level else None
    return form(said.themes, level, WAYS.index(said.direction) if said.direction in WAYS else None)


def _told(one: "Verdict") -> list[Any]:
    return [sorted(one.themes.items()), one.level, one.way]


def _is_kept(one: Document) -> bool:
    return crc32(f"{one.source}\0{one.key}".encode()) % TEST_SHARE == 0


def _seen(assessor: Any, documents: Sequence[Document], now: datetime) -> "Seen":
    import numpy as np

    from nlp.local import features, log_odds, scored, scores
    from nlp.train.local import Seen

    today, nlp = now.astimezone(ZONE).date(), assessor.pipeline
    docs = list(assessor.documents(text_of(one, today) for one in documents))
    chances = np.array([doc._.chances for doc in docs], np.float32)
    ways = np.array([doc._.ways for doc in docs], np.float32)
    return Seen(scored(nlp), features(docs, nlp), log_odds(scores(docs, nlp)), log_odds(chances), ways)


def _rows(seen: "Seen", rows: Sequence[int]) -> "Seen":
    from nlp.train.local import Seen

    kept = list(rows)
    return Seen(seen.names, seen.features[kept], seen.themes[kept], seen.levels[kept], seen.ways[kept])


def _compared(
    before: "Seen", after: "Seen", verdicts: Sequence["Verdict"], thresholds: Mapping[str, float]
) -> tuple[tuple[float, float], tuple[Fall, ...]]:
    """Mean surprise of both models over everything that was judged, and each theme's gains and losses."""
    import numpy as np

    from nlp.judge import sigmoid
    from nlp.train.local import chances_of, log_loss

    truth: list[float] = []
    chances: tuple[list[float], list[float]] = ([], [])
    counts: dict[str, list[int]] = {name: [0, 0] for name in before.names}
    themes = [sigmoid(model.themes) for model in (before, after)]
    levels = [sigmoid(model.levels) for model in (before, after)]
    ways = [chances_of(model.ways) for model in (before, after)]

    def note(said: bool, both: Sequence[float]) -> None:
        truth.append(float(said))
        for known, chance in zip(chances, both, strict=True):
            known.append(chance)

    for row, verdict in enumerate(verdicts):
        for place, name in enumerate(before.names):
            if name not in verdict.themes:
                continue
            holds = verdict.themes[name]
            both = [float(model[row, place]) for model in themes]
            right = [(chance >= thresholds[name]) == holds for chance in both]
            counts[name][0] += right[1] and not right[0]
            counts[name][1] += right[0] and not right[1]
            note(holds, both)
        if verdict.level is not None:
            for step in range(len(LEVELS) - 1):
                note(verdict.level > step, [float(model[row, step]) for model in levels])
        if verdict.way is not None:
            for way in range(before.ways.shape[1]):
                note(verdict.way == way, [float(model[row, way]) for model in ways])
    losses = [log_loss(np.array(known, np.float32), np.array(truth, np.float32)) for known in chances]
    falls: Mapping[str, list[int]] = {name: moved for name, moved in counts.items() if any(moved)}
    return (losses[0], losses[1]), tuple(Fall(name, *moved) for name, moved in falls.items())
