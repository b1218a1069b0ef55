"""`utblick model`: the classifier: what it is, training, measuring, predicting."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import context, output
from monitor.cli.commands import Commands

if TYPE_CHECKING:
    from config.settings import Settings
    from nlp.embeddings import Embed

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
    from monitor.meaning.models import kept, load_in_force

    settings = context.settings()
    if card:
        output.say(learning.card(model, settings.config).rstrip())
        return
    found = learning.describe(load_in_force(settings, model))
    own = kept(settings)
    found["own_models"] = [
        {"version": one.version, "in_force": one.in_force, "comparison": one.comparison} for one in own
    ]
    if as_json:
        output.as_json(found)
        return
    output.say(f"{found['version']}  ({found['bytes'] / 1e6:.1f} MB, {found['folder']})")
    output.say(f"themes: {', '.join(found['themes'])}")
    if found["own_themes"]:
        output.say(f"own themes: {', '.join(found['own_themes'])}")
    for one in own:
        before, after = one.comparison["loss"]
        mark = "in force" if one.in_force else "kept"
        output.say(f"{mark}: {one.version}, made {one.comparison['at'][:10]}, surprise {before:.3f} → {after:.3f}")
    if found["evaluation"]:
        _table(found["evaluation"])


@app.command()
def use(
    version: Annotated[str, typer.Argument(metavar="VERSION", help="As `model info` lists it, or `shipped`.")],
) -> None:
    """Let another model count from now on; `model reassess` then reads the archive anew."""
    from monitor.meaning.models import use as take_up

    take_up(context.settings(), version)
    output.say(f"in force: {version}; what is stored keeps its tags until `utblick model reassess`")


@app.command()
def queue(
    *,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=500, help="How many.")] = 12,
    as_json: Json = False,
) -> None:
    """Propose what to judge next: what the model is unsure of, what rules see otherwise, and some by lot."""
    from monitor.meaning.queue import queue as proposals

    settings = context.settings()
    with context.archive(settings) as engine:
        found = proposals(engine, settings, count, context.clock(settings))
    if as_json:
        output.as_json(
            [
                {
                    "id": one.id,
                    "why": one.why.value,
                    "about": list(one.about),
                    "title": document.title()[0],
                    "source": document.source,
                    "url": document.url,
                    "level": document.level,
                    "themes": list(document.themes),
                }
                for one, document in found
            ]
        )
        return
    for one, document in found:
        about = ", ".join(name or "level" for name in one.about)
        output.say(f"{one.id}  {document.title()[0]}")
        reason = f"{one.why.value}: {about}" if about else one.why.value
        output.say(f"    {reason}; now {document.level}, {', '.join(document.themes) or 'no theme'}")
    if found:
        output.say("\nutblick label ID --theme T | --not-theme T | --level L | --direction D")
    else:
        output.say("nothing to judge: no rated document is left that nobody judged", err=True)


@app.command()
def reassess(
    *,
    batch: Annotated[int, typer.Option(min=1, max=5000, help="Documents stored at a time.")] = 200,
    as_json: Json = False,
) -> None:
    """Let the model in force read what an earlier one has read; interrupted, it goes on where it stopped."""
    from config.organisation import load_organisation
    from monitor.cli.progress import counting
    from monitor.meaning.models import load_in_force
    from monitor.meaning.rating import rate_new

    settings = context.settings()
    assessor = load_in_force(settings)
    with context.archive(settings) as engine, counting("read") as told:
        count = rate_new(
            engine,
            assessor,
            load_organisation(settings.config),
            lambda: context.clock(settings),
            again=True,
            batch=batch,
            progress=told,
        )
    if as_json:
        output.as_json({"model": assessor.version, "read": count})
        return
    output.say(f"{count} documents read by {assessor.version}")


@app.command()
def train(
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            help="Train from scratch on a folder with gold.jsonl and policy_areas.jsonl.gz. Without it: teach the "
            "shipped model what people judged here, compare, and take the result up if it is better.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the model goes.")] = Path("var/model"),
    distil: Annotated[
        bool, typer.Option("--distil", help="Make the word vectors anew (needs the extra `embeddings`).")
    ] = False,
    embeddings: Annotated[
        bool,
        typer.Option("--embeddings", help="Learn for use with the extra `embeddings`, too (needs it; minutes)."),
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not measure the recipe first (minutes faster).")
    ] = False,
    as_json: Json = False,
) -> None:
    """Train a model: from this archive's judgements, or from scratch."""
    from monitor.meaning import learning

    if data is None:
        _relearn(as_json=as_json)
        return

    settings = context.settings()
    version = learning.train(
        data,
        out,
        settings.config,
        measure=not quick,
        distil=distil,
        embed=_embedder(settings.model_copy(update={"embeddings": "on"})) if embeddings else None,
        said=lambda line: output.say(line, err=True),
    )
    if as_json:
        output.as_json({"model": version, "folder": str(out)})
        return
    output.say(f"{version} written to {out}")


def _relearn(*, as_json: bool) -> None:
    from monitor.meaning.relearning import relearn

    settings = context.settings()
    with context.archive(settings) as engine:
        found = relearn(engine, settings, context.clock(settings))
    if as_json:
        falls = {
            one.theme: {"righted": one.better, "spoiled": one.worse, "chance": one.chance, "fell": one.fell}
            for one in found.falls
        }
        surprise = {"before": found.loss_before, "after": found.loss_after}
        counts = {"taught": found.taught, "tested": found.tested, "surprise": surprise, "themes": falls}
        output.as_json({"model": found.version, **counts, "promoted": found.promoted, "why_not": found.why_not})
        return
    output.say(f"{found.version}: learned from {found.taught} documents, compared on {found.tested} others")
    output.say(f"mean surprise {found.loss_before:.3f} → {found.loss_after:.3f} nats")
    rows = [
        (one.theme, one.better, one.worse, f"{one.chance:.2f}", "fell" if one.fell else "") for one in found.falls
    ]
    if rows:
        output.table(["theme", "righted", "spoiled", "chance", ""], rows, right=[1, 2, 3])
    if found.promoted:
        output.say("taken up; `utblick model reassess` reads the archive anew with it")
    else:
        output.say(f"kept, not taken up: {found.why_not}")


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

    settings = context.settings()
    embed = _embedder(settings) if data else None
    found = learning.evaluate(data, model, settings.config, embed, lambda line: output.say(line, err=True))
    if as_json:
        output.as_json(found)
        return
    output.say(f"{found['model']}, {found['method']}, {found['rows']} texts")
    _table(found)
    if "with_embeddings" in found:
        output.say("\nwith the extra `embeddings`, on the same folds")
        _table(found["with_embeddings"])


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
    from monitor.cli.progress import counting
    from monitor.meaning import learning

    settings = context.settings()
    overlay, embed = settings.config, _embedder(settings)
    if out is None:
        learning.predict(file, sys.stdout, model, overlay, embed)
        return
    with out.open("w", encoding="utf-8") as target, counting("read") as told:
        count = learning.predict(file, target, model, overlay, embed, progress=told)
    output.say(f"{count} texts judged, written to {out}", err=True)


def _embedder(settings: Settings) -> Embed | None:
    from monitor.meaning.models import embedder

    return embedder(settings)


def _table(figures: dict[str, object]) -> None:
    from monitor.meaning import learning

    output.table(["figure", "all", "95 %", "sv", "en"], learning.lines(figures), right=[1, 3, 4])
