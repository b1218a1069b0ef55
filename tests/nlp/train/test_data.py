from datetime import date
from pathlib import Path

import pytest

from nlp.train.data import DISTANT, GOLD, folds, key_of, read_judged, read_labelled, text_of


def test_a_consultation_tells_its_act_and_topic_as_subjects() -> None:
    text = text_of(
        {"genre": "hys", "title": "Soil", "text": "[PROP_DIR] portal topic: Environment", "date": "2021/08/01"}
    )
    assert text.subjects == ("hys-act:PROP_DIR", "hys:Environment")
    assert text.body == ""
    assert text.genre == "initiative"
    assert text.date == date(2021, 8, 1)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"genre": "reg", "id": "g0vse:/rattsliga-dokument/lagradsremiss/2024/x/"}, "draft-bill"),
        ({"genre": "reg", "id": "x", "title": "Vård, SOU 2024:1"}, "inquiry"),
        ({"genre": "reg", "id": "x", "title": "Vård, Ds 2024:1"}, "memorandum"),
        ({"genre": "reg", "id": "x", "title": "Vård"}, "other"),
        ({"genre": "fpm"}, "fpm"),
        ({"genre": "something"}, "other"),
        ({}, "other"),
    ],
)
def test_kinds_are_told_by_address_or_number(row: dict[str, str], kind: str) -> None:
    assert text_of(row).genre == kind


def test_versions_of_a_title_have_one_key_and_one_fold() -> None:
    titles = ["Höjd spelskatt, Prop. 2023/24:74", "Höjd spelskatt", "HÖJD  SPELSKATT, 2023/24:FPM7"]
    assert len({key_of(title) for title in titles}) == 1
    assert len(set(folds([key_of(title) for title in titles]))) == 1


def test_folds_are_of_like_size_and_always_the_same() -> None:
    keys = [f"title {number}" for number in range(1000)]
    found = folds(keys)
    assert all(150 < found.count(fold) < 250 for fold in range(5))
    assert folds(keys[::-1]) == found[::-1]


def test_the_training_data_is_read_whole(shared: Path) -> None:
    judged = read_judged(shared / "training" / GOLD)
    assert len(judged) == 3721
    assert all(one.direction == "na" for one in judged if one.relevance == 0)
    assert sum(one.text.genre == "other" for one in judged) < 100
    labelled = read_labelled(shared / "training" / DISTANT)
    assert len(labelled) == 12_235
    assert sum(bool(one.either) for one in labelled) > 100
