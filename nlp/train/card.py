"""Writes the model card (`docs/model.md`) from a model's recorded figures."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

AMOUNTS = ("judged", "labelled", "further", "constructed")
LEVELS = ("none", "background", "brief", "act")


def render(figures: Mapping[str, Any], description: Mapping[str, Any]) -> str:
    """The model card.

    Args:
        figures: what the cross-validation measured.
        description: version, themes and amounts of data.
    """
    values = {
        "version": description["version"],
        "size": f"{description['bytes'] / 1e6:.0f}",
        **{name: f"{description['data'].get(name, 0):,}" for name in AMOUNTS},
        "rows": f"{figures['rows']:,}",
        "main": _main(figures),
        "embeddings": _embeddings(figures),
        "themes": _themes(figures),
        "genres": _genres(figures["relevance"]["by_genre"]),
        "stream": _genres(figures["relevance"]["stream"]),
        "confusion": _confusion(figures),
        "calibration": _calibration(figures),
        "ablation": _ablation(figures),
        "reasons": _reasons(figures.get("reasons", {})),
        "own_theme": files("nlp").joinpath("own-theme.toml").read_text(encoding="utf-8").strip(),
    }
    text = files("nlp.train").joinpath("card.md").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def _main(figures: Mapping[str, Any]) -> str:
    rows = []
    for part in ("themes", "relevance", "direction"):
        for name, value in figures[part].items():
            if isinstance(value, float):
                low, high = figures["intervals"].get(f"{part}.{name}", ("", ""))
                each = [figures["languages"].get(one, {}).get(part, {}).get(name) for one in ("sv", "en")]
                interval = f"{_cell(low)} – {_cell(high)}" if low != "" else ""
                rows.append((f"{part}.{name}", _cell(value), interval, *map(_cell, each)))
    return _table(("figure", "all", "95 %", "Swedish", "English"), rows)


def _embeddings(figures: Mapping[str, Any]) -> str:
    """The section on the extra; nothing where the model did not learn for it."""
    if "with_embeddings" not in figures:
        return ""
    found = figures["with_embeddings"]
    text = files("nlp.train").joinpath("card-embeddings.md").read_text(encoding="utf-8")
    reasons = found["reasons"]
    values = {
        "main": _main(found),
        "true": f"{100 * reasons['true']:.0f}",
        "tags": str(reasons["tags"]),
        "genres": _genres(found["relevance"]["by_genre"]),
        "stream": _genres(found["relevance"]["stream"]),
    }
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    return f"{text}\n"


def _themes(figures: Mapping[str, Any]) -> str:
    rows = []
    for name, parts in figures["themes"]["by_theme"].items():
        low, high = figures["theme_intervals"].get(name, ("", ""))
        row = [name, f"{_cell(low)} – {_cell(high)}"]
        for one in ("all", "sv", "en"):
            row += [_cell(parts.get(one, {}).get("positives")), _cell(parts.get(one, {}).get("ap"))]
        rows.append([row[0], *row[2:4], row[1], *row[4:], _cell(parts["all"]["f1"])])
    return _table(("theme", "texts", "AP", "95 %", "Swedish", "AP", "English", "AP", "F1"), rows)


def _genres(genres: Mapping[str, Any]) -> str:
    figures = ("rows", "relevant", "recall_at_35_of_all", "recall_at_35", "ap_brief", "kappa")
    rows = [(name, *(_cell(one[figure]) for figure in figures)) for name, one in genres.items()]
    return _table(("genre", "texts", "relevant", "35 % of all", "35 % of the genre", "AP", "kappa"), rows)


def _confusion(figures: Mapping[str, Any]) -> str:
    table = figures["relevance"]["confusion"]
    return _table(
        ("judged \\ model", *LEVELS), [(level, *map(_cell, row)) for level, row in zip(LEVELS, table, strict=True)]
    )


def _calibration(figures: Mapping[str, Any]) -> str:
    rows = [
        (_cell(said), _cell(true), "█" * round(20 * true) + "·" * (20 - round(20 * true)))
        for said, true, _ in figures["themes"]["calibration"]
    ]
    return _table(("said", "true", ""), rows)


def _ablation(figures: Mapping[str, Any]) -> str:
    parts = []
    for figure, rows in figures["ablation"].items():
        parts.append(_table((figure, "value"), [(name, _cell(value)) for name, value in rows.items()]))
    return "\n\n".join(parts)


def _reasons(found: Mapping[str, Any]) -> str:
    if not found.get("tags"):
        return "not measured"
    share = f"{100 * found['true']:.0f} % of {found['tags']} themes of {found['texts']} texts"
    return f"without the three named words {share} lose score"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
