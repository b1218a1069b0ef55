"""Use cases around the classifier: what it is, training, measuring, predicting for others' programs."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from config.errors import ConfigError
from config.themes import load as load_themes
from nlp.assessment import Assessment, Assessor, Direction

if TYPE_CHECKING:
    from config.themes import Themes
    from nlp.embeddings import Embed
    from nlp.train.crossval import Measured
    from nlp.vectors import Vectors

EVALUATION = "evaluation.json"
"""Figures of the cross-validation, kept in the model's own folder."""


def describe(assessor: Assessor) -> dict[str, Any]:
    """What a loaded model is: version, folder, data, languages, themes, size and its measured figures."""
    from nlp.model import PipelineAssessor

    assert isinstance(assessor, PipelineAssessor)  # noqa: S101  # what `load` gives
    folder = assessor.pipeline.path
    return {
        "version": assessor.version,
        "folder": str(folder),
        "bytes": sum(one.stat().st_size for one in folder.rglob("*") if one.is_file()),
        "pipeline": assessor.meta["pipeline"],
        "themes": list(assessor.themes),
        "own_themes": list(assessor.own_themes),
        "data": assessor.meta.get("utblick", {}),
        "evaluation": recorded(folder),
    }


def recorded(folder: Path) -> dict[str, Any] | None:
    """The figures that a model folder carries."""
    path = folder / EVALUATION
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ConfigError(f"{path}: cannot be read: {exc}") from exc
    return found if isinstance(found, dict) else None


def card(path: Path | None, overlay: Path | None) -> str:
    """The model card (Markdown) of the model in force.

    Raises:
        ConfigError: no model, or nothing was measured when it was made.
    """
    from nlp.model import load
    from nlp.train.card import render

    found = describe(load(path, overlay))
    if not found["evaluation"]:
        raise ConfigError(
            f"{found['folder']}: no recorded figures to write a card from; `utblick model train` records"
        )
    return render(found["evaluation"], found)


def train(
    data: Path,
    out: Path,
    overlay: Path | None,
    *,
    measure: bool = True,
    distil: bool = False,
    embed: "Embed | None" = None,
    said: Callable[[str], None] = lambda _: None,
) -> str:
    """Train a model on the files of `data` and write it to `out`; returns its version.

    With `measure` the recipe is cross-validated first and its figures are stored with the model. With `distil` the
    word vectors, too, are made anew; without it those of the shipped model are used. With `embed` the model also
    learns, and is measured, for pipelines with the extra.

    Raises:
        ConfigError: training data is missing or broken, or the extra `embeddings` is not installed.
        OSError: the folder cannot be written.
    """
    from nlp.model import SHIPPED
    from nlp.train import make

    themes = load_themes(overlay)
    vectors = _distilled(data, themes, said) if distil else make.shipped_vectors(SHIPPED)
    figures = _cross_validated(data, themes, vectors, embed, said) if measure else None
    nlp = make.train(data, out, themes, vectors, embed=embed, said=said)
    if figures is not None:
        figures["model"] = nlp.meta["version"]
        (out / EVALUATION).write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return str(nlp.meta["version"])


def evaluate(
    data: Path | None,
    path: Path | None,
    overlay: Path | None,
    embed: "Embed | None" = None,
    said: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """The figures of the model.

    Args:
        data: a file of judged texts: the model is measured on it; a folder of training files: the recipe is
            cross-validated on it; None: the figures that were recorded when the model was made.
        path: the model's folder; None = the shipped one.
        overlay: the organisation's configuration.
        embed: the embedder of the extra: a model reads with it, a recipe is measured without and with it.
        said: hears how far it is.

    Raises:
        ConfigError: a file is missing or broken, or nothing was recorded.
    """
    from nlp.model import SHIPPED, load

    if data is None:
        found = recorded(path or SHIPPED)
        if found is None:
            raise ConfigError(f"{path or SHIPPED}: no recorded figures; give judged texts with --data")
        return found
    from nlp.train.crossval import apply
    from nlp.train.make import shipped_vectors
    from nlp.train.metrics import report

    if data.is_dir():
        return _cross_validated(data, load_themes(overlay), shipped_vectors(SHIPPED), embed, said)
    assessor = load(path, overlay, embed)
    outcome, names = apply(data, assessor)
    return {"model": assessor.version, "data": str(data), "method": "applied", **report(outcome, names)}


def _distilled(data: Path, themes: "Themes", said: Callable[[str], None]) -> "Vectors":
    from nlp.train import corpus
    from nlp.train.distil import distil, sentence_model

    try:
        model = sentence_model()
    except ModuleNotFoundError as exc:
        raise ConfigError("new word vectors need the extra: pip install 'utblick[embeddings]'") from exc
    texts = corpus.load(data, themes)
    return distil([one.text for one in texts.judged] + [one.text for one in texts.labelled], model, said)


def _cross_validated(
    data: Path, themes: "Themes", vectors: "Vectors", embed: "Embed | None", said: Callable[[str], None]
) -> dict[str, Any]:
    from nlp.train.crossval import ablation, cross_validate
    from nlp.train.data import fingerprint
    from nlp.train.make import VERSION

    found = cross_validate(data, themes, vectors, embed=embed, said=said)
    return {
        "model": f"{VERSION}+{fingerprint(data)}",
        "data": fingerprint(data),
        "method": "five-fold cross-validation grouped by title",
        **_figures(found.plain, found.names),
        "ablation": ablation(found),
        **({"with_embeddings": _figures(found.embedded, found.names)} if found.embedded else {}),
    }


def _figures(measured: "Measured", names: Sequence[str]) -> dict[str, Any]:
    from nlp.train.metrics import by_genre, report
    from nlp.train.reasons import as_figures

    figures = report(measured.outcome, names)
    figures["relevance"]["stream"] = by_genre(measured.stream)
    return {**figures, "reasons": as_figures(measured.reasons)}


def predict(
    file: Path,
    out: TextIO,
    path: Path | None,
    overlay: Path | None,
    embed: "Embed | None" = None,
    *,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> int:
    """Judge the rows of a file (form of `gold.jsonl`, labels not looked at), one JSON object a line into `out`.

    Args:
        file: JSON lines.
        out: hears each judgement as soon as it is made.
        path: a model folder; None: the shipped one.
        overlay: the organisation's own configuration folder.
        embed: the embedder of the extra, if the model is to read with it.
        progress: hears how many of how many are done.

    Returns:
        The number of rows.

    Raises:
        ConfigError: the file is missing or broken.
    """
    from nlp.model import PipelineAssessor, load
    from nlp.train.data import rows, text_of

    assessor = load(path, overlay, embed)
    assert isinstance(assessor, PipelineAssessor)  # noqa: S101  # what `load` gives
    texts = [text_of(row) for row in rows(file)]
    for done, (one, way) in enumerate(assessor.assess_with_way(texts), 1):
        out.write(json.dumps(as_row(one, way), ensure_ascii=False) + "\n")
        progress(done, len(texts))
    return len(texts)


def as_row(one: Assessment, way: Direction) -> dict[str, Any]:
    """A prediction as a line of output; the direction is the one that the text has if it concerns anybody."""
    return {
        "id": one.id,
        "themes": {tag.theme: tag.score for tag in sorted(one.tags, key=lambda tag: tag.theme)},
        "assigned": [tag.theme for tag in one.tags if tag.assigned],
        "relevance": one.relevance,
        "level": one.level.value,
        "direction": way.value,
    }


def lines(figures: dict[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    """The main figures as rows: figure, all texts, interval, Swedish, English."""
    languages = figures.get("languages", {})
    for part in ("themes", "relevance", "direction"):
        for name, value in figures[part].items():
            if isinstance(value, int | float):
                interval = figures.get("intervals", {}).get(f"{part}.{name}", [])
                each = [languages.get(one, {}).get(part, {}).get(name) for one in ("sv", "en")]
                shown = ["" if cell is None else f"{cell:.3f}" for cell in (value, *each)]
                yield f"{part}.{name}", shown[0], "–".join(f"{end:.3f}" for end in interval), shown[1], shown[2]
