"""`utblick model`: predicting, measuring and training as other programs and people use it."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from config.themes import load_themes
from monitor.cli.app import run
from nlp.judge import Floats
from nlp.train import metrics
from tests.nlp.embedder import embedded

WAYS = ("restricting", "enabling", "both", "unclear")
ROWS = [
    {
        "id": f"{theme.id}:{number}",
        "language": ("sv", "en")[number % 2],
        "genre": ("fpm", "reg", "hys", "ep", "call", "press")[number % 6],
        "date": "2026-01-15",
        "title": f"{(theme.sv, theme.en)[number % 2]} {number}: {words[number % len(words)].rstrip('*')}",
        "text": f"{WAYS[number % 4]} {('ministern reser', 'kommunerna får bidrag', 'kommuner måste')[number % 3]}",
        "themes": [theme.id],
        "relevance": (0, 1, 2, 3)[(number * 2 + len(theme.id)) % 4],
        "direction": WAYS[number % 4] if (number * 2 + len(theme.id)) % 4 else "na",
        "annotators": 1,
    }
    for theme in load_themes()
    for words in [[*theme.keywords_sv, *theme.keywords_en]]
    for number in range(12)
]


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """A training folder of constructed texts."""
    folder = tmp_path / "training"
    folder.mkdir()
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
    (folder / "gold.jsonl").write_text(lines, encoding="utf-8")
    labelled = [
        {"id": "x:1", "language": "sv", "genre": "artiklar", "date": "2024-01-01", "title": "Ny elmarknad",
         "summary": "El och fjärrvärme", "body": "", "categories": ["Energi"], "themes": ["energi-biogas"]},
    ]  # fmt: skip
    with gzip.open(folder / "policy_areas.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in labelled)
    return folder


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("UTBLICK_CONFIG", raising=False)
    monkeypatch.setattr(metrics, "RESAMPLES", 10)  # how wide intervals are is a test of theirs


@pytest.fixture
def embedder(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A constructed embedder in the place of the extra's; the list says what it was asked for."""
    asked: list[str] = []

    def embed(passages: Sequence[str]) -> Floats:
        asked.extend(passages)
        return embedded(passages)

    monkeypatch.setattr("nlp.embeddings.installed", lambda: embed)
    return asked


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert run(["model", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_predict_writes_one_object_a_line(judged: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert run(["model", "predict", str(judged / "gold.jsonl"), "--out", str(out)]) == 0
    found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [one["id"] for one in found] == [row["id"] for row in ROWS]
    names = {theme.id for theme in load_themes()}
    for one in found:
        assert set(one) == {"id", "themes", "assigned", "relevance", "level", "direction"}
        assert set(one["themes"]) == names
        assert set(one["assigned"]) <= names
        assert 0 <= one["relevance"] <= 1
        assert one["level"] in ("act", "brief", "background", "none")
        assert one["direction"] in WAYS


def test_predict_does_not_look_at_labels(judged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = [
        {name: row[name] for name in ("id", "language", "genre", "date", "title", "text")} for row in ROWS[:20]
    ]
    (tmp_path / "bare.jsonl").write_text("".join(json.dumps(row) + "\n" for row in bare), encoding="utf-8")
    with_labels = [{**row, "themes": ["upphandling"], "relevance": 3} for row in bare]
    (tmp_path / "told.jsonl").write_text("".join(json.dumps(row) + "\n" for row in with_labels), encoding="utf-8")
    assert run(["model", "predict", str(tmp_path / "bare.jsonl")]) == 0
    first = capsys.readouterr().out
    assert run(["model", "predict", str(tmp_path / "told.jsonl")]) == 0
    assert capsys.readouterr().out == first


def test_evaluate_measures_the_model_on_a_file(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "evaluate", "--data", str(judged / "gold.jsonl"), "--json")
    assert found["rows"] == len(ROWS)
    assert found["themes"]["map"] > 0.8  # the titles are the themes' own words
    for part, names in {
        "themes": ("map", "micro_f1", "macro_f1"),
        "relevance": ("ap_brief", "kappa", "read_share_r90"),
        "direction": ("macro_f1",),
    }.items():
        for name in names:
            assert 0 <= abs(found[part][name]) <= 1
            assert found["languages"]["sv"][part][name] is not None
            assert found["intervals"][f"{part}.{name}"][0] <= found["intervals"][f"{part}.{name}"][1]


def test_the_shipped_model_carries_its_figures(capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "evaluate", "--json")
    assert found["themes"]["map"] > 0.8
    assert found["relevance"]["ap_brief"] > 0.7
    assert found["themes"]["calibration_error"] < 0.03
    chosen, coming = found["relevance"]["by_genre"]["reg"], found["relevance"]["stream"]["reg"]
    assert chosen["relevant"] / chosen["rows"] > coming["relevant"] / coming["rows"], "chosen for being relevant"
    told = printed(capsys, "info", "--json")
    assert told["bytes"] < 40e6
    assert told["version"].startswith(found["model"])


def test_the_model_card_is_the_one_of_the_shipped_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", "info", "--card"]) == 0
    card = capsys.readouterr().out
    assert card == (Path(__file__).parents[3] / "docs" / "model.md").read_text(encoding="utf-8")


def test_a_trained_model_is_used_and_the_same_data_gives_the_same_model(
    judged: Path, embedder: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, more in (("one", ["--embeddings"]), ("two", [])):
        assert run(["model", "train", "--data", str(judged), "--out", name, "--quick", *more]) == 0
    capsys.readouterr()
    rows = str(judged / "gold.jsonl")
    judgements = []
    for name in ("one", "two"):
        assert run(["model", "predict", rows, "--model", name]) == 0
        judgements.append(capsys.readouterr().out)
    assert judgements[0] == judgements[1]
    found = printed(capsys, "evaluate", "--data", rows, "--model", "one", "--json")
    assert found["themes"]["map"] > 0.9
    assert run(["model", "evaluate", "--model", "one"]) == 2
    assert "no recorded figures" in capsys.readouterr().err

    monkeypatch.setenv("UTBLICK_EMBEDDINGS", "on")
    embedder.clear()
    with_extra = printed(capsys, "evaluate", "--data", rows, "--model", "one", "--json")
    assert with_extra["model"] == found["model"] + "+e5"
    assert with_extra["themes"]["map"] >= found["themes"]["map"]
    assert len(set(embedder)) == len(ROWS)
    embedder.clear()
    plain = printed(capsys, "evaluate", "--data", rows, "--model", "two", "--json")
    assert plain["model"] == found["model"], "a model that learned without embeddings has no use for them"
    assert plain["themes"] == found["themes"]
    assert not embedder


@pytest.mark.parametrize(
    ("words", "content", "message"),
    [
        (("predict", "no.jsonl"), None, "no.jsonl: cannot be read"),
        (("predict", "bad.jsonl"), "{\n", "bad.jsonl:1: not JSON"),
        (("predict", "bad.jsonl"), "[1]\n", "bad.jsonl:1: expected one JSON object"),
        (("evaluate", "--data", "bad.jsonl"), '{"id": "1", "title": "x"}\n', "row 1: missing or wrong field"),
        (("evaluate", "--data", "bad.jsonl"), "", "no judged texts"),
        (("train", "--data", "nowhere"), None, "cannot be read"),
        (("info", "--model", "nowhere"), None, "not a model that this version can read"),
    ],
)
def test_what_is_wrong_is_one_line(
    words: tuple[str, ...], content: str | None, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        Path("bad.jsonl").write_text(content, encoding="utf-8")
    assert run(["model", *words]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
