"""Makes a model folder from training data."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.util import load_config, load_model_from_config
from threadpoolctl import threadpool_limits

from config.themes import Themes
from nlp import pipeline, storage
from nlp.embeddings import Embed
from nlp.signals import Reader
from nlp.storage import Trained
from nlp.train import corpus, newcomers
from nlp.train.data import fingerprint
from nlp.train.fit import fit
from nlp.train.likeness import embedded
from nlp.vectors import Vectors

CONFIG = Path(pipeline.__file__).with_name("config.cfg")
VERSION = "1.5.0"
"""Rises with the form of the features; the hash of the data follows it."""


def train(
    data: Path,
    out: Path,
    themes: Themes,
    vectors: Vectors,
    *,
    embed: Embed | None = None,
    said: Callable[[str], None] = lambda _: None,
) -> Language:
    """Learn from the training files in `data` and write the model folder `out`, each time the same.

    Args:
        data: folder with `gold.jsonl` and, where there is one, `policy_areas.jsonl.gz`.
        out: where the model goes; made if absent.
        themes: the configuration whose words become rules.
        vectors: word vectors (those of the shipped model, or newly distilled).
        embed: the embedder of the extra, if the model is to learn for pipelines with it as well.
        said: hears how far it is.

    Returns:
        The trained pipeline.

    Raises:
        ConfigError: training data is missing or broken.
    """
    texts = corpus.load(data, themes)
    vocabulary = texts.vocabulary()
    rows = embedded(texts.judged, embed, said) if embed else None
    with threadpool_limits(1):  # sums in another order are others: with two threads one level in eighty differs
        material = replace(texts.material(vocabulary, vectors), embedded=rows)
        fitted = fit(material, np.arange(len(texts.judged)))
        general = newcomers.general(material)
        reader = Reader(vocabulary, vectors, texts.themes, texts.crosswalk)
        worth = newcomers.weights(texts, material, general, reader, themes)
    trained = Trained(
        texts.themes, vocabulary, vectors, fitted.readers, fitted.stack, general, worth, fitted.embedded
    )
    nlp = assemble(trained, themes)
    nlp.meta["version"] = f"{VERSION}+{fingerprint(data)}"
    nlp.meta["name"] = "utblick"
    nlp.meta["description"] = "Themes, relevance and direction of policy texts for a municipality"
    constructed = int((~texts.labels.published).sum())
    nlp.meta["utblick"] = {
        "judged": texts.gold,
        "labelled": len(texts.labelled),
        "further": len(texts.judged) - texts.gold - constructed,
        "constructed": constructed,
    }
    nlp.to_disk(out)
    return nlp


def assemble(trained: Trained, themes: Themes) -> Language:
    """The pipeline around what was learned."""
    nlp = load_model_from_config(load_config(CONFIG), auto_fill=True)
    reader: Any = nlp.get_pipe("utblick_reader")
    reader.trained = trained
    pipeline.configure(nlp, themes)
    textcat: Any = nlp.get_pipe("textcat_multilabel")
    for theme in trained.themes:
        textcat.add_label(theme)
    pipeline.set_stack(textcat.model, trained.stack)
    textcat.cfg["threshold"] = float(np.float32(trained.stack.threshold))
    return nlp


def shipped_vectors(folder: Path) -> Vectors:
    """The word vectors of a model folder."""
    with np.load(folder / "utblick_reader" / storage.FILE, allow_pickle=False) as file:
        return storage.load_vectors({name: file[name] for name in file.files if name.startswith("vectors.")})
