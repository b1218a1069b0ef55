import json
from datetime import date
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.themes import load as load_themes
from nlp.assessment import Text
from nlp.train import corpus
from nlp.train.data import (
    CONSTRUCTED,
    CONSTRUCTED_ID,
    DISTANT,
    FURTHER,
    GOLD,
    Labelled,
    folds,
    key_of,
    read_further,
    read_judged,
    read_labelled,
    rows,
    text_of,
)

LABELLED = Labelled(
    Text("g0vse:/x/", "Höjd avgift, Dir. 2024:1", body="En  utredare\nska " + "se över " * 200, language="sv",
         genre="directive", subjects=("regeringen:Skatt",)),
    (), (), "höjd avgift", "",
)  # fmt: skip


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


def test_a_judgement_is_of_a_labelled_text_without_what_its_publisher_said(tmp_path: Path) -> None:
    file = tmp_path / "judgements.jsonl"
    row = {"id": "g0vse:/x/", "themes": ["va-vatten"], "relevance": 2, "direction": "restricting"}
    file.write_text("\n".join(json.dumps(one) for one in (row, row | {"id": "g0vse:/unknown/"})), encoding="utf-8")
    (found,) = read_further([LABELLED], file)
    assert (found.themes, found.relevance, found.direction) == (("va-vatten",), 2, "restricting")
    assert found.text.subjects == ()
    assert found.text.body.startswith("En utredare ska se över")
    assert len(found.text.body) <= 450


def test_a_judgement_without_its_labels_is_told_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "judgements.jsonl"
    file.write_text('{"id": "g0vse:/x/", "themes": []}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="row 1: missing or wrong field: 'relevance'"):
        read_further([LABELLED], file)


def test_what_was_judged_further_has_known_themes_and_a_direction_where_it_matters() -> None:
    known = {theme.id for theme in load_themes().theme}
    further = [*rows(FURTHER), *rows(CONSTRUCTED)]
    assert len({row["id"] for row in further}) == len(further)
    for row in further:
        assert set(row["themes"]) <= known, row["id"]
        assert row["relevance"] in range(4), row["id"]
        assert row["direction"] in ("restricting", "enabling", "both", "unclear", "na"), row["id"]
        assert (row["direction"] == "na") == (row["relevance"] == 0), row["id"]


def test_constructed_texts_say_so_and_are_no_judged_ones(shared: Path) -> None:
    constructed = read_judged(CONSTRUCTED)
    assert all(one.text.id.startswith(CONSTRUCTED_ID) for one in constructed)
    assert not {one.key for one in constructed} & {one.key for one in read_judged(shared / "training" / GOLD)}


def test_measured_are_the_judged_texts_alone(shared: Path) -> None:
    gold = read_judged(shared / "training" / GOLD)
    found = corpus.load(shared / "training", load_themes())
    assert found.gold == len(gold)
    assert [one.text.id for one in found.judged[: found.gold]] == [one.text.id for one in gold]
    later = found.judged[found.gold :]
    assert len(later) > len(gold)
    assert not {one.key for one in later} & {one.key for one in gold}
