"""What is measured, with bootstrap intervals. All figures are shares of 1."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, cohen_kappa_score, f1_score

from nlp.judge import WAYS

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

RESAMPLES = 200
READ_SHARE = 0.35
"""Share of everything, or of a genre, that somebody reads when recall by genre is measured."""
BINS = 15


@dataclass(frozen=True, slots=True)
class Outcome:
    """What people said and what the model says of n texts."""

    themes: Floats
    """(n, T) judged, 0 or 1."""
    relevance: Integers
    """(n) judged, 0–3."""
    direction: Integers
    """(n) judged, a place in WAYS or -1 (na)."""
    scores: Floats
    """(n, T) the model's probabilities."""
    assigned: Floats
    """(n, T) 0 or 1."""
    chance: Floats
    """(n) the model's relevance."""
    level: Integers
    """(n) the model's level, 0–3."""
    way: Integers
    """(n) the direction that the model gives (or would give) the text."""
    language: npt.NDArray[np.str_]
    genre: npt.NDArray[np.str_]

    def take(self, rows: npt.NDArray[Any]) -> "Outcome":
        """Some of the texts."""
        return Outcome(*(getattr(self, field.name)[rows] for field in fields(self)))


def report(outcome: Outcome, names: Sequence[str], *, intervals: bool = True) -> dict[str, Any]:
    """Every figure: of all texts, by language, by theme, by genre; with 95 % intervals of the main ones."""
    found: dict[str, Any] = {"rows": len(outcome.relevance), **main(outcome)}
    found["themes"]["calibration_error"] = calibration_error(outcome)
    found["themes"]["calibration"] = calibration(outcome)
    found["themes"]["by_theme"] = {name: _theme(outcome, place) for place, name in enumerate(names)}
    found["relevance"]["confusion"] = confusion(outcome)
    found["relevance"]["by_genre"] = by_genre(outcome)
    found["languages"] = {
        str(one): {"rows": int((outcome.language == one).sum()), **main(outcome.take(outcome.language == one))}
        for one in np.unique(outcome.language)
    }
    if intervals:
        found["intervals"] = bootstrap(outcome, main)
        found["theme_intervals"] = {
            name.removeprefix("themes."): ends for name, ends in bootstrap(outcome, _by_theme(names)).items()
        }
    return found


def main(outcome: Outcome) -> dict[str, dict[str, float | None]]:
    """The figures that targets are set for."""
    brief = outcome.relevance >= 2
    concerned = outcome.direction >= 0
    return {
        "themes": {
            "map": mean_precision(outcome),
            "micro_f1": _round(f1_score(outcome.themes, outcome.assigned, average="micro", zero_division=0)),
            "macro_f1": _macro(outcome),
        },
        "relevance": {
            "ap_brief": _round(average_precision_score(brief, outcome.chance)) if brief.any() else None,
            "kappa": _round(_kappa(outcome)),
            "read_share_r90": read_share(brief, outcome.chance),
        },
        "direction": {
            "macro_f1": _round(
                f1_score(
                    outcome.direction[concerned], outcome.way[concerned], average="macro",
                    labels=np.unique(outcome.direction[concerned]), zero_division=0,
                )
            ) if concerned.any() else None
        },
    }  # fmt: skip


def mean_precision(outcome: Outcome) -> float | None:
    """Average precision by theme, averaged over the themes that occur."""
    found = [
        average_precision_score(outcome.themes[:, place], outcome.scores[:, place])
        for place in range(outcome.themes.shape[1])
        if outcome.themes[:, place].any()
    ]
    return _round(np.mean(found)) if found else None


def read_share(wanted: npt.NDArray[np.bool_], chance: Floats, recall: float = 0.9) -> float | None:
    """The share of the texts, the likeliest first, that must be read to meet `recall` of the wanted ones."""
    if not wanted.any():
        return None
    order = np.argsort(-chance, kind="stable")
    needed = np.ceil(recall * wanted.sum())
    return _round((int(np.argmax(np.cumsum(wanted[order]) >= needed)) + 1) / len(wanted))


def calibration_error(outcome: Outcome) -> float:
    """Expected calibration error of the theme scores: 15 bins of equal mass over all scores."""
    scores, truth = outcome.scores.ravel(), outcome.themes.ravel()
    bins = np.array_split(np.argsort(scores, kind="stable"), BINS)
    return _round(
        sum(abs(float(truth[one].mean() - scores[one].mean())) * len(one) for one in bins if len(one))
        / len(scores)
    )


def calibration(outcome: Outcome) -> list[list[float]]:
    """For scores in tenths: mean said, share true, number."""
    scores, truth = outcome.scores.ravel(), outcome.themes.ravel()
    found = []
    for lower in np.arange(10) / 10:
        here = (scores >= lower) & (scores < lower + 0.1 if lower < 0.9 else scores <= 1)
        if here.any():
            found.append([_round(scores[here].mean()), _round(truth[here].mean()), int(here.sum())])
    return found


def _by_theme(names: Sequence[str]) -> Callable[[Outcome], Mapping[str, Mapping[str, float | None]]]:
    def measure(outcome: Outcome) -> Mapping[str, Mapping[str, float | None]]:
        return {
            "themes": {
                name: _round(average_precision_score(outcome.themes[:, place], outcome.scores[:, place]))
                if outcome.themes[:, place].any() else None
                for place, name in enumerate(names)
            }
        }  # fmt: skip

    return measure


def confusion(outcome: Outcome) -> list[list[int]]:
    """Rows: judged none, background, brief, act; columns: the model's."""
    table = np.zeros((4, 4), int)
    np.add.at(table, (outcome.relevance, outcome.level), 1)
    return [[int(cell) for cell in row] for row in table]


def bootstrap(
    outcome: Outcome, measure: Callable[[Outcome], Mapping[str, Mapping[str, float | None]]]
) -> dict[str, list[float]]:
    """95 % intervals of the figures of `measure`, from texts drawn anew (the same draws every time)."""
    lots = np.random.default_rng(0)
    values: dict[str, list[float]] = {}
    for _ in range(RESAMPLES):
        drawn = measure(outcome.take(lots.integers(0, len(outcome.relevance), len(outcome.relevance))))
        for part, figures in drawn.items():
            for name, value in figures.items():
                if value is not None:
                    values.setdefault(f"{part}.{name}", []).append(value)
    return {
        name: [_round(np.quantile(found, 0.025)), _round(np.quantile(found, 0.975))]
        for name, found in values.items()
    }


def _theme(outcome: Outcome, place: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, rows in (
        ("all", slice(None)),
        *((str(one), outcome.language == one) for one in np.unique(outcome.language)),
    ):
        truth, score = outcome.themes[rows, place], outcome.scores[rows, place]
        given = outcome.assigned[rows, place]
        found[name] = {
            "positives": int(truth.sum()),
            "ap": _round(average_precision_score(truth, score)) if truth.any() else None,
            "f1": _round(f1_score(truth, given, zero_division=0)) if truth.any() else None,
        }
    return found


def by_genre(outcome: Outcome) -> dict[str, dict[str, Any]]:
    """For each genre: how many, how many relevant, precision, kappa, and what of the relevant one meets.

    `recall_at_35`: who reads READ_SHARE of the genre; `recall_at_35_of_all`: who reads READ_SHARE of everything,
    the likeliest first, whatever its genre.
    """
    read = _likeliest(outcome.chance)
    genres = ((str(genre), outcome.genre == genre) for genre in np.unique(outcome.genre))
    return {genre: _genre(outcome.take(here), read[here]) for genre, here in genres}


def _likeliest(chance: Floats) -> npt.NDArray[np.bool_]:
    """(n) which are read by who reads READ_SHARE of them, the likeliest first."""
    read = np.zeros(len(chance), bool)
    read[np.argsort(-chance, kind="stable")[: int(READ_SHARE * len(chance))]] = True
    return read


def _genre(outcome: Outcome, read: npt.NDArray[np.bool_]) -> dict[str, Any]:
    brief = outcome.relevance >= 2
    return {
        "rows": len(brief),
        "relevant": int(brief.sum()),
        "recall_at_35": _round(_likeliest(outcome.chance)[brief].mean()) if brief.any() else None,
        "recall_at_35_of_all": _round(read[brief].mean()) if brief.any() else None,
        "ap_brief": _round(average_precision_score(brief, outcome.chance)) if brief.any() else None,
        "kappa": _round(_kappa(outcome)),
    }


def _macro(outcome: Outcome) -> float | None:
    present = [place for place in range(outcome.themes.shape[1]) if outcome.themes[:, place].any()]
    found = [f1_score(outcome.themes[:, place], outcome.assigned[:, place], zero_division=0) for place in present]
    return _round(np.mean(found)) if found else None


def _kappa(outcome: Outcome) -> float:
    if len(np.unique(np.concatenate([outcome.relevance, outcome.level]))) == 1:
        return 1.0
    return float(cohen_kappa_score(outcome.relevance, outcome.level, weights="quadratic"))


def _round(value: Any) -> float:
    return round(float(value), 4)


def way_of(direction: str) -> int:
    """The place of a direction in WAYS; -1 for none."""
    return WAYS.index(direction) if direction in WAYS else -1
