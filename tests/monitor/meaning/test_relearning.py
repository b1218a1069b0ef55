"""The loop: what people judge is learned, compared, taken up or not, and read anew into the archive."""

import json
import random
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, func, select

from config.settings import Settings, load_settings
from monitor import demo, example
from monitor.archive.documents import get_documents
from monitor.archive.engine import open_archive, reading, writing
from monitor.archive.ratings import judge
from monitor.archive.schema import assessment, document, tag
from monitor.cli.app import run
from monitor.meaning import rating
from monitor.meaning.models import in_force, kept, load_in_force, place_of, use
from monitor.meaning.relearning import Fall, Relearned, relearn
from nlp.assessment import Level, Text
from nlp.model import SHIPPED, load
from tests.nlp.embedder import embedded

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example archive, rated by the shipped model."""
    folder = tmp_path_factory.mktemp("shown")
    demo.run(folder)
    return folder


@pytest.fixture(scope="module")
def taught(shown: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Relearned]:
    """The same after people said that everything on wastewater is about procurement."""
    folder = tmp_path_factory.mktemp("taught") / "var"
    shutil.copytree(shown, folder)
    settings = load_settings(config=example.overlay(), data_dir=folder, now=NOW)
    judged(settings, lambda _, text: {"themes": {"upphandling": "avlopp" in text.lower()}})
    return folder, learned(settings)


def copied(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    shutil.copytree(folder, tmp_path / "var")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", NOW.isoformat())
    return load_settings()


@pytest.fixture
def settings(shown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    return copied(shown, tmp_path, monkeypatch)


@pytest.fixture
def wiser(taught: tuple[Path, Relearned], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """With the model that was learned, in force; the archive was read by the shipped one."""
    return copied(taught[0], tmp_path, monkeypatch)


def judged(settings: Settings, verdict: Callable[[int, str], dict[str, Any]], share: int = 1) -> None:
    """Judge documents as a person who thinks like `verdict` (number, text)."""
    engine = open_archive(settings.database)
    with writing(engine) as conn:
        ids = conn.execute(select(document.c.id).order_by(document.c.id)).scalars().all()
        for one in get_documents(conn, ids):
            if one.id % share == 0:
                judge(conn, one.id, "Anna Ek", NOW, **verdict(one.id, f"{one.title()[0]} {one.text}"))
    engine.dispose()


def documents(settings: Settings) -> int:
    """How many the archive has."""
    engine = open_archive(settings.database)
    with reading(engine) as conn:
        count = conn.execute(select(func.count()).select_from(document)).scalar_one()
    engine.dispose()
    return count


def learned(settings: Settings) -> Relearned:
    engine = open_archive(settings.database)
    try:
        return relearn(engine, settings, NOW)
    finally:
        engine.dispose()


def test_what_people_agree_on_is_learned_taken_up_and_read_anew(
    wiser: Settings, taught: tuple[Path, Relearned], capsys: pytest.CaptureFixture[str]
) -> None:
    found = taught[1]
    assert found.promoted, found
    assert found.loss_after < found.loss_before
    assert in_force(wiser) == wiser.data_dir / "models" / found.version
    assert run(["model", "reassess", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["model"] == found.version
    assert said["read"] > 80
    engine = open_archive(wiser.database)
    with reading(engine) as conn:
        assert set(conn.execute(select(tag.c.model).distinct()).scalars()) <= {found.version, "person"}
        versions = conn.execute(select(assessment.c.model, func.count()).group_by(assessment.c.model)).all()
        assert len(versions) == 2, "what the earlier model said is kept"
    engine.dispose()
    assert run(["model", "reassess", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["read"] == 0


def test_judgements_without_sense_are_not_taken_up(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    dice = random.Random(7)
    judged(settings, lambda _, __: {"themes": {"transport": dice.random() < 2 / 7}, "level": Level.BRIEF})
    before = in_force(settings)
    assert run(["model", "train", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    # All levels alike can be learned; a theme by dice must not be, and nothing is taken up by which a theme falls.
    assert found["promoted"] is not any(one["fell"] for one in found["themes"].values())
    assert found["promoted"] is (found["why_not"] == "")
    assert (in_force(settings) == before) is not found["promoted"]


def test_what_the_model_knows_already_changes_nothing(settings: Settings) -> None:
    engine = open_archive(settings.database)
    with reading(engine) as conn:
        ids = conn.execute(select(document.c.id)).scalars().all()
        own = {one.id: one.themes for one in get_documents(conn, ids)}
    engine.dispose()
    judged(
        settings, lambda number, _: {"themes": {name: name in own[number] for name in ("transport", "va-vatten")}}
    )
    found = learned(settings)
    assert not any(one.fell for one in found.falls)
    assert found.loss_after <= found.loss_before + 0.01


def test_what_is_taught_with_the_extra_serves_those_without_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.embeddings.installed", lambda: embedded)
    judged(settings, lambda _, text: {"themes": {"upphandling": "avlopp" in text.lower()}})
    found = learned(settings.model_copy(update={"embeddings": "on"}))
    folder = place_of(settings, found.version)
    plain, extra = load(folder, settings.config), load(folder, settings.config, embedded)
    assert plain.version == found.version
    assert extra.version == f"{found.version}+e5"
    text = Text("1", "Rening av avloppsvatten", "Kommunerna ska bygga ut sina reningsverk", genre="fpm")
    for one in (plain, extra):
        assert next(one.assess([text], reasons=False)).tags[0].theme in ("va-vatten", "upphandling")


def test_too_few_judgements_are_said(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    judged(settings, lambda _, __: {"themes": {"transport": False}}, share=9)
    assert run(["model", "train"]) == 1
    assert "too few judgements" in capsys.readouterr().err
    assert kept(settings) == ()


def test_an_earlier_model_can_be_taken_up_again(
    wiser: Settings, taught: tuple[Path, Relearned], capsys: pytest.CaptureFixture[str]
) -> None:
    version = taught[1].version
    assert run(["model", "use", "shipped"]) == 0
    assert in_force(wiser) is None
    assert run(["model", "info", "--json"]) == 0
    (own,) = json.loads(capsys.readouterr().out.partition("\n")[2])["own_models"]
    assert (own["version"], own["in_force"]) == (version, False)
    use(wiser, version)
    assert load_in_force(wiser).version == version
    assert run(["model", "use", "nonsense"]) == 2
    assert "shipped" in capsys.readouterr().err


def test_reading_anew_goes_on_where_it_was_interrupted(
    wiser: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stored: list[int] = []
    save = rating.save_assessments

    def stopping(conn: Any, assessed: Any, at: datetime) -> None:
        if stored:
            raise KeyboardInterrupt
        stored.append(len(assessed))
        save(conn, assessed, at)

    monkeypatch.setattr(rating, "save_assessments", stopping)
    assert run(["model", "reassess", "--batch", "40"]) == 1
    monkeypatch.setattr(rating, "save_assessments", save)
    capsys.readouterr()
    assert run(["model", "reassess", "--batch", "40", "--json"]) == 0
    assert stored == [40]
    assert json.loads(capsys.readouterr().out)["read"] == documents(wiser) - 40


def test_an_earlier_model_taken_up_again_reads_the_archive_anew(
    wiser: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has read every document before, but the tags that stand are another's."""
    for day, version in (("2026-11-24", None), ("2026-11-25", "shipped")):
        monkeypatch.setenv("UTBLICK_NOW", f"{day}T07:00:00+00:00")
        assert version is None or run(["model", "use", version]) == 0
        capsys.readouterr()
        assert run(["model", "reassess", "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert said["read"] == documents(wiser)
        engine = open_archive(wiser.database)
        with reading(engine) as conn:
            assert set(conn.execute(select(tag.c.model).distinct()).scalars()) <= {said["model"], "person"}
        engine.dispose()


def test_a_persons_verdict_outlives_the_new_model(wiser: Settings) -> None:
    judged(wiser, lambda _, __: {"level": Level.BACKGROUND})
    assert run(["model", "reassess"]) == 0
    engine = open_archive(wiser.database)
    with reading(engine) as conn:
        assert set(conn.execute(select(document.c.level)).scalars()) == {"background"}
    engine.dispose()


def test_the_queue_proposes_what_nobody_judged(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    judged(settings, lambda _, __: {"level": Level.NONE}, share=2)
    assert run(["model", "queue", "-n", "9", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found) == 9
    assert all(one["id"] % 2 for one in found)
    assert {one["why"] for one in found} >= {"uncertain", "lot"}


@pytest.mark.parametrize(
    ("better", "worse", "fell"), [(0, 0, False), (0, 5, False), (0, 6, True), (3, 9, False), (9, 0, False)]
)
def test_a_theme_falls_only_beyond_chance(better: int, worse: int, fell: bool) -> None:
    assert Fall("a", better, worse).fell is fell


def test_reasons_name_the_judged_documents_that_a_text_is_like(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two documents on wastewater one is judged; the other one's reasons name it."""
    engine = open_archive(settings.database)
    with writing(engine) as conn:
        conn.execute(delete(assessment))
        on_water = select(document.c.id).where(document.c.source == "riksdagen-fpm").order_by(document.c.id)
        for number in conn.execute(on_water).scalars():
            judge(conn, number, "Anna Ek", NOW, level=Level.ACT)
    engine.dispose()
    assert run(["model", "reassess"]) == 0
    capsys.readouterr()
    assert run(["explain", "2022/23:FPM21", "--json"]) == 0
    engine = open_archive(settings.database)
    with reading(engine) as conn:
        reasons = conn.execute(select(assessment.c.document, assessment.c.reasons)).all()
    engine.dispose()
    likenesses = [reason for row in reasons for reason in row.reasons if reason.startswith("Liknar ”")]
    assert likenesses
    assert all("(bedömd: åtgärd)" in reason for reason in likenesses)
    assert len(likenesses) < len(reasons) / 2, "most documents are like none of those judged"


@pytest.mark.parametrize("words", [("info",), ("reassess",), ("train",)])
def test_an_own_model_of_an_earlier_version_says_what_to_do(
    words: tuple[str, ...], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its form is that of the version that made it: as a model before 1.5, which had no weights of titles."""
    earlier = settings.data_dir / "models" / "1.4.0+own"
    shutil.copytree(SHIPPED, earlier)
    (earlier / "comparison.json").write_text(
        '{"at": "2026-11-01T08:00:00+01:00", "loss": [1, 0.9]}', encoding="utf-8"
    )
    numbers = earlier / "utblick_reader" / "numbers.npz"
    with np.load(numbers) as file:
        arrays = {name: file[name] for name in file.files if not name.startswith("readers.titles.")}
    np.savez(numbers, **arrays)
    assert run(["model", "use", "1.4.0+own"]) == 0
    if words == ("train",):
        judged(settings, lambda _, text: {"themes": {"upphandling": "avlopp" in text.lower()}})
    assert run(["model", *words]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "utblick model use shipped" in err and "utblick model train" in err
    assert run(["model", "use", "shipped"]) == 0
    assert run(["model", "info"]) == 0
