from dataclasses import replace

import numpy as np
import pytest

from nlp.train.metrics import Outcome, by_genre, calibration_error, confusion, main, read_share, report


def outcome(scores: list[list[float]], relevance: list[int], chance: list[float]) -> Outcome:
    count = len(relevance)
    themes = np.array([[1, 0], [0, 1], [1, 1], [0, 0]], np.float32)[:count]
    given = np.array(scores, np.float32)
    return Outcome(
        themes, np.array(relevance), np.array([0, 1, 2, -1])[:count], given, (given > 0.5).astype(np.float32),
        np.array(chance, np.float32), np.array(relevance), np.array([0, 1, 2, 0])[:count],
        np.array(["sv", "en", "sv", "en"])[:count], np.array(["fpm", "hys", "fpm", "hys"])[:count],
    )  # fmt: skip


PERFECT = outcome([[0.9, 0.1], [0.1, 0.9], [0.8, 0.8], [0.1, 0.1]], [0, 2, 3, 1], [0.1, 0.8, 0.9, 0.3])


def test_a_perfect_model_reaches_one() -> None:
    found = main(PERFECT)
    assert found["themes"] == {"map": 1, "micro_f1": 1, "macro_f1": 1}
    assert found["relevance"] == {"ap_brief": 1, "kappa": 1, "read_share_r90": 0.5}
    assert found["direction"]["macro_f1"] == 1


@pytest.mark.parametrize(
    ("wanted", "chance", "share"),
    [
        ([1, 0, 0, 0], [0.9, 0.5, 0.4, 0.1], 0.25),
        ([0, 0, 0, 1], [0.9, 0.5, 0.4, 0.1], 1.0),
        ([1, 1, 0, 0], [0.9, 0.1, 0.4, 0.2], 1.0),
    ],
)
def test_how_much_is_read_to_find_nine_in_ten(wanted: list[int], chance: list[float], share: float) -> None:
    assert read_share(np.array(wanted, bool), np.array(chance, np.float32)) == share


def test_calibration_error_of_a_model_that_is_always_half_sure() -> None:
    always = outcome([[0.5, 0.5]] * 4, [0, 1, 2, 3], [0.5] * 4)
    assert calibration_error(always) == pytest.approx(0.5)  # bins of single scores here: each is half wrong


def test_confusion_counts_every_text_once() -> None:
    table = confusion(PERFECT)
    assert sum(map(sum, table)) == 4
    assert [table[level][level] for level in range(4)] == [1, 1, 1, 1]


def test_a_third_of_each_genre_is_read_the_likeliest_first() -> None:
    one = outcome([[0.5, 0.5]], [2], [0.9])
    many = one.take(np.zeros(20, int))
    relevance = np.array([2, 0, 3, 1, 0, 0, 0, 0, 2, 0, *[0] * 10])
    chance = np.linspace(1, 0, 20, dtype=np.float32)
    found = by_genre(replace(many, relevance=relevance, chance=chance))["fpm"]
    assert (found["rows"], found["relevant"]) == (20, 3)
    assert found["recall_at_35"] == pytest.approx(2 / 3, abs=1e-3), "seven of twenty are read: the ninth is not"


def test_who_reads_a_third_of_everything_reads_more_of_one_genre_than_of_another() -> None:
    many = outcome([[0.5, 0.5]], [2], [0.9]).take(np.zeros(20, int))
    genre = np.array(["reg", "call"] * 10)
    chance = np.where(genre == "reg", 0.5, 0.1) - np.linspace(0, 0.05, 20)
    relevance = np.where(np.arange(20) < 16, 2, 0)
    found = by_genre(replace(many, relevance=relevance, chance=chance.astype(np.float32), genre=genre))
    assert found["reg"]["recall_at_35_of_all"] == pytest.approx(7 / 8), (
        "seven of twenty are read, all of them here"
    )
    assert found["call"]["recall_at_35_of_all"] == 0
    assert found["reg"]["recall_at_35"] == found["call"]["recall_at_35"] == pytest.approx(3 / 8)


def test_the_report_has_each_language_genre_and_theme() -> None:
    found = report(PERFECT, ["a", "b"])
    assert set(found["languages"]) == {"sv", "en"}
    assert set(found["relevance"]["by_genre"]) == {"fpm", "hys"}
    assert found["themes"]["by_theme"]["a"]["all"]["positives"] == 2
    assert set(found["theme_intervals"]) == {"a", "b"}
    low, high = found["intervals"]["themes.map"]
    assert low <= found["themes"]["map"] <= high
    assert report(PERFECT, ["a", "b"]) == found, "the same draws every time"
