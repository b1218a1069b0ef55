"""How the judgements made for the model agree with the given ones: `python -m bench.judgements`.

Those who judged had given texts among theirs and did not know which (`second_reading.jsonl`: ids only). Where they
also said how surely a text belongs in the briefing (`grade`, 0–100), the table tells what one meets who reads in
that order, and from which grade on they agree best with the given judgements: one may be stricter than another.
The readers of the given ones agreed with each other so (README of the training data): themes F1 .907, relevance
kappa .949, the same level .90, relevance of 2 or more F1 .918, the same direction .86.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import cohen_kappa_score, f1_score

from bench.classifiers import BRIEF, SHARED
from nlp.train.data import FURTHER, GOLD, Judged, read_judged, rows
from nlp.train.metrics import READ_SHARE

SECOND = Path(__file__).with_name("second_reading.jsonl")
Pair = tuple[Judged, dict[str, Any]]


def agreement(pairs: Sequence[Pair]) -> dict[str, float]:
    """Figure → share of 1, of judgements and second readings of the same texts."""
    given = np.array([one.relevance for one, _ in pairs])
    again = np.array([row["relevance"] for _, row in pairs])
    names = sorted({theme for one, row in pairs for theme in (*one.themes, *row["themes"])})
    themes = [[name in one.themes for name in names] for one, _ in pairs]
    themes_again = [[name in row["themes"] for name in names] for _, row in pairs]
    both = [(one.direction, row["direction"]) for one, row in pairs if one.relevance and row["relevance"]]
    return {
        "themes, micro-F1": float(f1_score(themes, themes_again, average="micro")),
        "relevance, quadratic kappa": float(cohen_kappa_score(given, again, weights="quadratic")),
        "relevance, the same level": float((given == again).mean()),
        "relevance of 2 or more, F1": float(f1_score(given >= BRIEF, again >= BRIEF)),
        "direction, the same": sum(one == other for one, other in both) / len(both),
    }


def met(pairs: Sequence[Pair]) -> float:
    """How much of what is relevant one meets who reads READ_SHARE of the texts, those judged highest again first.

    Texts of one place come by lot, so what is met of a place that is not read whole is what one may expect.
    """
    relevant = np.array([one.relevance >= BRIEF for one, _ in pairs])
    by = "grade" if graded(pairs) else "relevance"
    again = np.array([row[by] for _, row in pairs])
    left, found = int(READ_SHARE * len(pairs)), 0.0
    for place in sorted(set(again), reverse=True):
        here = again == place
        share = min(1.0, left / here.sum())
        found += share * float(relevant[here].sum())
        left -= round(share * here.sum())
    return found / float(relevant.sum())


def graded(pairs: Sequence[Pair]) -> bool:
    """Whether each was also given a grade."""
    return all("grade" in row for _, row in pairs)


def limit(pairs: Sequence[Pair]) -> tuple[int, float]:
    """The grade from which on the second reading agrees best with a given relevance of 2 or more, and the F1."""
    given = [one.relevance >= BRIEF for one, _ in pairs]
    found = [
        (float(f1_score(given, [row["grade"] >= grade for _, row in pairs])), grade) for grade in range(5, 100, 5)
    ]
    best = max(f1 for f1, _ in found)
    return next(grade for f1, grade in found if f1 == best), best


def main() -> int:
    """Print the table."""
    judged = {one.text.id: one for one in read_judged(SHARED / GOLD)}
    pairs = [(judged[row["id"]], row) for row in rows(SECOND)]
    sys.stdout.write(f"{len(list(rows(FURTHER)))} judgements; {len(pairs)} texts read a second time\n")
    for language in ("sv", "en"):
        part = [pair for pair in pairs if pair[0].text.language == language]
        for name, value in agreement(part).items():
            sys.stdout.write(f"{language}  {name:30} {value:.3f}\n")
    for name, value in agreement(pairs).items():
        sys.stdout.write(f"all {name:30} {value:.3f}\n")
    for genre in sorted({one.genre for one, _ in pairs}):
        part = [pair for pair in pairs if pair[0].genre == genre]
        figures = agreement(part)
        given = sum(one.relevance >= BRIEF for one, _ in part)
        again = sum(row["relevance"] >= BRIEF for _, row in part)
        sys.stdout.write(
            f"{genre:5} {len(part):4} texts, relevant {given:3}, read again {again:3};"
            f" kappa {figures['relevance, quadratic kappa']:.3f},"
            f" F1 {figures['relevance of 2 or more, F1']:.3f}, recall at {READ_SHARE:.0%} {met(part):.3f}"
        )
        if graded(part):
            grade, f1 = limit(part)
            sys.stdout.write(f", best from {grade} on (F1 {f1:.3f})")
        sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
