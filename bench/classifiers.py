"""Our recipe beside what else there is, on the same five folds: `python -m bench.classifiers` (about ten minutes).

Nobody sees a text of the fold that is judged, nor another of its title, nor its publisher's labels. A theme is
assigned from the score that gives the best micro-F1 on the other four folds. The table goes to
`docs/model-comparison.md`. Annif is only measured where its own environment is named (`--annif`).
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import average_precision_score, f1_score
from sklearn.svm import LinearSVC

from config.themes import load as load_themes
from nlp.model import SHIPPED
from nlp.signals import Finder, rule_counts
from nlp.train.corpus import found_in
from nlp.train.crossval import RULE_VALUES
from nlp.train.data import CONSTRUCTED, DISTANT, GOLD, folds, read_training, rows

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "training"
PAGE = ROOT / "docs" / "model-comparison.md"
DRIVER = Path(__file__).with_name("annif_fusion.py")
BRIEF = 2
BATCH = 64

Floats = npt.NDArray[np.float32]
Said = tuple[Floats, Floats | None]
"""Scores of the themes (n, T), and of belonging in the briefing (n); None: it does not know."""


@dataclass(frozen=True)
class Task:
    """The judged texts with their folds, and the texts with publishers' labels (fold -1: none of ours).

    Only the first `measured` judged texts count in the figures; the others were judged for our model, and
    everybody learns from them as we do.
    """

    measured: int
    names: tuple[str, ...]
    texts: tuple[str, ...]
    themes: Floats
    relevance: npt.NDArray[np.int64]
    fold: npt.NDArray[np.int64]
    rules: Floats
    wide_texts: tuple[str, ...]
    wide_themes: Floats
    wide_fold: npt.NDArray[np.int64]


def read(folder: Path) -> Task:
    """The training data as everybody gets it: title and text in one string."""
    themes = load_themes()
    names = tuple(theme.id for theme in themes.theme)
    gold, further, labelled = read_training(folder)
    judged = [*gold, *further]
    as_given = {row["id"]: row["text"] for file in (folder / GOLD, CONSTRUCTED) for row in rows(file)}
    keys = [one.key for one in judged]
    fold = folds(keys)
    of = dict(zip(keys, fold, strict=True))
    finder = Finder(themes)
    found = [found_in(finder, one.text) for one in judged]
    wide = list(rows(folder / DISTANT))
    return Task(
        len(gold),
        names,
        tuple(f"{one.text.title}\n{as_given.get(one.text.id, one.text.body)}" for one in judged),
        _flags([one.themes for one in judged], names),
        np.array([one.relevance for one in judged]),
        np.array(fold),
        rule_counts(found, names) @ RULE_VALUES,
        tuple(f"{row['title']}\n{row['summary'] or row['body'] or ''}" for row in wide),
        _flags([one.themes for one in labelled], names),
        np.array([of.get(one.key, -1) for one in labelled]),
    )


def _flags(named: Iterable[Sequence[str]], names: Sequence[str]) -> Floats:
    return np.array([[name in one for name in names] for one in named], np.float32)


# ---------------------------------------------------------------------------- those who are compared


def keyword_rules(task: Task, fold: int) -> Said:
    """The words of `config/themes.toml` alone, counted."""
    return task.rules[task.fold == fold], None


def _tfidf(texts: Sequence[str], *others: Sequence[str]) -> list[sparse.csr_matrix]:
    """Words 1–2 and character sequences 3–5, as the README of the training data has them."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=3, dtype=np.float32)
    chars = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=3, max_features=200_000, dtype=np.float32
    )
    blocks = [[one.fit_transform(texts), *(one.transform(other) for other in others)] for one in (words, chars)]
    return [sparse.hstack(pair).tocsr() for pair in zip(*blocks, strict=True)]


def baseline(task: Task, fold: int) -> Said:
    """The README's: balanced logistic regressions, mean of judged only and judged with labelled; ridge."""
    kept, wide = task.fold != fold, task.wide_fold != fold
    texts = [text for text, here in zip(task.texts, kept, strict=True) if here]
    labelled = [text for text, here in zip(task.wide_texts, wide, strict=True) if here]
    tested = [text for text, here in zip(task.texts, kept, strict=True) if not here]
    x, y = _tfidf(texts, tested)
    scores = _logistic(x, task.themes[kept], y)
    ridge = Ridge(alpha=1.0).fit(x, task.relevance[kept]).predict(y)
    x, y = _tfidf([*texts, *labelled], tested)
    both = _logistic(x, np.vstack([task.themes[kept], task.wide_themes[wide]]), y)
    mean: Floats = ((scores + both) / 2).astype(np.float32)
    return mean, ridge


def _logistic(x: sparse.csr_matrix, themes: Floats, y: sparse.csr_matrix) -> Floats:
    found = []
    for column in themes.T > 0.5:
        model = LogisticRegression(
            C=4, class_weight="balanced", solver="liblinear", dual=True, max_iter=50, tol=0.01, random_state=0
        )
        found.append(model.fit(x, column).predict_proba(y)[:, 1])
    return np.stack(found, 1).astype(np.float32)


def linear_svm(task: Task, fold: int) -> Said:
    """Calibrated linear support vector machines on the same numbers, judged texts only."""
    kept = task.fold != fold
    x, y = _tfidf(
        *([text for text, here in zip(task.texts, kept == part, strict=True) if here] for part in (1, 0))
    )
    columns = [*(task.themes[kept].T > 0.5), task.relevance[kept] >= BRIEF]
    found = []
    for column in columns:
        machine = LinearSVC(C=0.5, class_weight="balanced", random_state=0)
        model = CalibratedClassifierCV(machine, cv=3, ensemble=False).fit(x, column)
        found.append(model.predict_proba(y)[:, 1])
    both = np.stack(found, 1).astype(np.float32)
    return both[:, :-1], both[:, -1]


def textcat(seconds: float) -> tuple[Callable[[Task, int], Said], list[float]]:
    """The `textcat_multilabel` of spaCy as it comes, trained for some seconds of CPU a fold; and its passes."""
    passes: list[float] = []

    def compete(task: Task, fold: int) -> Said:
        import spacy
        from spacy.training import Example

        labels = [*task.names, "brief"]
        truth = np.column_stack([task.themes, task.relevance >= BRIEF])
        nlp = spacy.blank("xx")
        nlp.add_pipe("textcat_multilabel")
        told = [
            Example.from_dict(nlp.make_doc(text), {"cats": dict(zip(labels, map(float, row), strict=True))})
            for text, row, here in zip(task.texts, truth, task.fold != fold, strict=True)
            if here
        ]
        optimizer = nlp.initialize(lambda: told)
        lots, begun, seen = np.random.default_rng(0), time.process_time(), 0
        while time.process_time() - begun < seconds:
            order = lots.permutation(len(told))
            for start in range(0, len(order), BATCH):
                part = [told[place] for place in order[start : start + BATCH]]
                nlp.update(part, sgd=optimizer, drop=0.2)
                seen += len(part)
                if time.process_time() - begun >= seconds:
                    break
        passes.append(seen / len(told))
        tested = [text for text, here in zip(task.texts, task.fold == fold, strict=True) if here]
        both = np.array([[doc.cats[name] for name in labels] for doc in nlp.pipe(tested)], np.float32)
        return both[:, :-1], both[:, -1]

    return compete, passes


def annif(python: str) -> Callable[[Task, int], Said]:
    """Annif's fusion in an environment of its own (`bench/annif_fusion.py` is run there)."""

    def compete(task: Task, fold: int) -> Said:
        kept = task.fold != fold
        material = {
            "names": task.names,
            "train": [
                (text, [name for name, flag in zip(task.names, flags, strict=True) if flag])
                for text, flags, here in zip(task.texts, task.themes, kept, strict=True)
                if here
            ],
            "test": [text for text, here in zip(task.texts, kept, strict=True) if not here],
        }
        done = subprocess.run(  # noqa: S603  # the environment that the caller names
            [python, str(DRIVER)], input=json.dumps(material), capture_output=True, text=True, check=True
        )
        return np.array(json.loads(done.stdout.splitlines()[-1]), np.float32), None

    return compete


# ---------------------------------------------------------------------------- the table


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    map: float
    micro_f1: float
    ap_brief: float | None
    seconds: float | None


def measure(name: str, task: Task, compete: Callable[[Task, int], Said]) -> Row:
    """What one of them reaches."""
    scores = np.zeros_like(task.themes)
    brief = np.full(len(task.fold), np.nan, np.float32)
    begun = _spent()
    for fold in np.unique(task.fold):
        test = task.fold == fold
        scores[test], relevant = compete(task, int(fold))
        if relevant is not None:
            brief[test] = relevant
    spent = _spent() - begun
    count = task.measured
    themes, scores, brief = task.themes[:count], scores[:count], brief[:count]
    precision = np.mean([average_precision_score(themes[:, i], scores[:, i]) for i in range(scores.shape[1])])
    f1 = f1_score(themes, assigned(scores, themes, task.fold[:count]), average="micro")
    known = not np.isnan(brief).any()
    return Row(
        name,
        float(precision),
        float(f1),
        float(average_precision_score(task.relevance[:count] >= BRIEF, brief)) if known else None,
        spent,
    )


def _spent() -> float:
    """CPU seconds of this process and of those it ran."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def assigned(scores: Floats, themes: Floats, fold: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Themes from the score that is best on the other four folds."""
    found = np.zeros(scores.shape, bool)
    limits = np.unique(np.quantile(scores, np.linspace(0.5, 0.999, 150)))
    for one in np.unique(fold):
        rest = fold != one
        figures = [f1_score(themes[rest], scores[rest] >= limit, average="micro") for limit in limits]
        found[~rest] = scores[~rest] >= limits[int(np.argmax(figures))]
    return found


def ours() -> list[Row]:
    """The recorded figures of the recipe behind the shipped model, same folds, without the extra and with it."""
    figures = json.loads((SHIPPED / "evaluation.json").read_text(encoding="utf-8"))
    name = f"Utblick {figures['model']}"
    found = [(name, figures), (f"{name} with the extra `embeddings`", figures.get("with_embeddings"))]
    return [
        Row(who, one["themes"]["map"], one["themes"]["micro_f1"], one["relevance"]["ap_brief"], None)
        for who, one in found
        if one
    ]


def page(table: Sequence[Row], notes: Sequence[str]) -> str:
    """The document."""
    lines = [
        "# The classifier beside others",
        "",
        "Written by `python -m bench.classifiers`. Do not edit.",
        "",
        "Five-fold cross-validation on the judged texts, grouped by title, the same folds for all; labelled texts",
        "with a title of the fold are left out. Everybody learns from the same judgements, also those made for",
        "this model (docs/model.md); measured is on the given ones alone. `mAP`: mean average precision of the",
        "themes. `micro-F1`: themes assigned from the score that is best on the other four folds. `relevance AP`:",
        "average precision for what belongs in the briefing.",
        "",
        "| who | mAP | micro-F1 | relevance AP | CPU seconds |",
        "| --- | --- | --- | --- | --- |",
        *(_line(one) for one in sorted(table, key=lambda one: -one.map)),
        "",
        *(f"- {note}" for note in notes),
    ]
    return "\n".join(lines) + "\n"


def _line(one: Row) -> str:
    cells = (one.name, f"{one.map:.3f}", f"{one.micro_f1:.3f}", _cell(one.ap_brief, 3), _cell(one.seconds, 0))
    return f"| {' | '.join(cells)} |"


def _cell(value: float | None, places: int) -> str:
    return "–" if value is None else f"{value:.{places}f}"


def main() -> None:
    """Measure, print the table and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--seconds", type=float, default=30, help="CPU that spaCy's textcat may use for a fold")
    parser.add_argument("--annif", metavar="PYTHON", help="Python of an environment in which Annif is installed")
    parser.add_argument("--out", type=Path, default=PAGE)
    chosen = parser.parse_args()
    task = read(chosen.data)
    stock, passes = textcat(chosen.seconds)
    contenders: dict[str, Callable[[Task, int], Said]] = {
        "keyword rules (config/themes.toml)": keyword_rules,
        "spaCy textcat_multilabel, stock": stock,
        "TF-IDF, calibrated linear SVM": linear_svm,
        "README baseline: TF-IDF, logistic regression, ridge": baseline,
    }
    notes = ["Utblick: the recorded figures of the recipe (docs/model.md), with its own threshold learned inside."]
    if chosen.annif:
        contenders["Annif, fusion"] = annif(chosen.annif)
        notes.append(
            "Annif: ensemble of its TF-IDF, MLLM and, where installed, Omikuji, default settings, judged texts "
            "only, words split by an analyzer of ours (its own ones download data)."
        )
    else:
        notes.append("Annif: not measured; no environment of its own was named (`--annif PYTHON`).")
    table = ours()
    for name, compete in contenders.items():
        try:
            table.append(measure(name, task, compete))
        except subprocess.CalledProcessError as exc:
            last = (exc.stderr.strip().splitlines() or ["no word"])[-1]
            notes.append(f"{name}: not measured; it ended with: {last[:200]}")
            continue
        sys.stderr.write(f"{table[-1]}\n")
    notes.append(
        f"spaCy textcat: its default architecture, stopped after {chosen.seconds:g} CPU seconds a fold, "
        f"{np.mean(passes):.1f} passes over the texts: not trained to its end (`--seconds` gives it more)."
    )
    notes.append(
        "CPU seconds: training and judging of all five folds; the machine was shared, so only the order counts."
    )
    text = page(table, notes)
    chosen.out.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
