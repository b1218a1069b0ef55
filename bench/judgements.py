"""How the judgements made for the model agree with the given ones: `python -m bench.judgements`.

Those who judged had 400 of the given texts among theirs and did not know which (`second_reading.jsonl`: ids only).
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

    Texts of one level come by lot, so what is met of the level that is not read whole is what one may expect.
    """
    relevant = np.array([one.relevance >= BRIEF for one, _ in pairs])
    again = np.array([row["relevance"] for _, row in pairs])
    left, found = int(READ_SHARE * len(pairs)), 0.0
    for level in sorted(set(again), reverse=True):
        here = again == level
        share = min(1.0, left / here.sum())
        found += share * float(relevant[here].sum())
        left -= round(share * here.sum())
    return found / float(relevant.sum())


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
    inquiries = [pair for pair in pairs if pair[0].genre == "reg"]
    sys.stdout.write(f"reg recall at {READ_SHARE:.0%} of {len(inquiries)} texts {met(inquiries):14.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
