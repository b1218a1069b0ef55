"""`utblick model`: the classifier: what it is, training, measuring, predicting."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

app = Commands(help="The classifier: what it is, how good it is, training it anew.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Option("--model", metavar="DIR", help="A model folder instead of the shipped one.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def info(
    *,
    model: Folder = None,
    card: Annotated[bool, typer.Option("--card", help="Print the model card (Markdown).")] = False,
    as_json: Json = False,
) -> None:
    """Say which model is in force, what it was trained on and how good it is."""
    from monitor.meaning import learning

    if card:
        output.say(learning.card(model, context.settings().config).rstrip())
        return
    found = learning.describe(model, context.settings().config)
    if as_json:
        output.as_json(found)
        return
    output.say(f"{found['version']}  ({found['bytes'] / 1e6:.1f} MB, {found['folder']})")
    output.say(f"themes: {', '.join(found['themes'])}")
    if found["own_themes"]:
        output.say(f"own themes: {', '.join(found['own_themes'])}")
    if found["evaluation"]:
        _table(found["evaluation"])


@app.command()
def train(
    *,
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="Folder with gold.jsonl and policy_areas.jsonl.gz.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the model goes.")] = Path("var/model"),
    distil: Annotated[
        bool, typer.Option("--distil", help="Make the word vectors anew (needs the extra `embeddings`).")
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not measure the recipe first (minutes faster).")
    ] = False,
) -> None:
    """Train a model, measure it by cross-validation and write its folder."""
    from monitor.meaning import learning

    version = learning.train(
        data,
        out,
        context.settings().config,
        measure=not quick,
        distil=distil,
        said=lambda line: output.say(line, err=True),
    )
    output.say(f"{version} written to {out}")


@app.command()
def evaluate(
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="FILE|DIR",
            help="Judged texts to measure the model on, or a training folder to cross-validate the recipe on. "
            "Without it: the figures recorded when the model was made.",
        ),
    ] = None,
    model: Folder = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Measure the model: themes, relevance, direction, by language and genre."""
    from monitor.meaning import learning

    found = learning.evaluate(data, model, context.settings().config, lambda line: output.say(line, err=True))
    if as_json:
        output.as_json(found)
        return
    output.say(f"{found['model']}, {found['method']}, {found['rows']} texts")
    _table(found)


@app.command()
def predict(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="JSON lines with id, language, genre, date, title, text.")
    ],
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to write (default: print).")
    ] = None,
    model: Folder = None,
) -> None:
    """Judge the texts of a file: themes, relevance, level and direction, one JSON object a line."""
    from monitor.meaning import learning

    overlay = context.settings().config
    if out is None:
        learning.predict(file, sys.stdout, model, overlay)
        return
    with out.open("w", encoding="utf-8") as target:
        count = learning.predict(file, target, model, overlay)
    output.say(f"{count} texts judged, written to {out}", err=True)


def _table(figures: dict[str, object]) -> None:
    from monitor.meaning import learning

    output.table(["figure", "all", "95 %", "sv", "en"], learning.lines(figures), right=[1, 3, 4])
