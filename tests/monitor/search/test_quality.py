"""Search answers officers' queries as well as promised (bench/search.py measures; this keeps it)."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from config.lexicon import Lexicon, load_lexicon


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    path = Path(__file__).resolve().parents[3] / "bench" / "search.py"
    spec = importlib.util.spec_from_file_location("bench_search", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("lexicon", "mrr", "gain"),
    [(load_lexicon(), 0.90, 0.85), (Lexicon(), 0.83, 0.72)],
    ids=["shipped", "without lexicon"],
)
def test_officers_queries_are_answered(
    bench: ModuleType, shared: Path, lexicon: Lexicon, mrr: float, gain: float
) -> None:
    measured = bench.quality(shared / "training" / "gold.jsonl", shared / "acceptance" / "queries.jsonl", lexicon)
    assert measured["all"][0] >= mrr
    assert measured["all"][1] >= gain


def test_the_figures_are_counted_right(bench: ModuleType) -> None:
    answers = {"a": 2, "b": 1}
    assert bench.reciprocal_rank(["b", "a"], answers) == 0.5
    assert bench.reciprocal_rank(["b"], answers) == 0
    assert bench.ndcg(["a", "b"], answers) == 1
    assert bench.ndcg(["x", "y"], answers) == 0
    assert bench.ndcg(["b", "a"], answers) == pytest.approx((1 + 3 / 1.585) / (3 + 1 / 1.585), abs=1e-3)
