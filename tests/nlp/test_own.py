"""A theme of an organisation's own: the worked example of docs/model.md, tried as a newcomer would try it."""

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from config.themes import FILE
from config.themes import load as load_themes
from nlp.assessment import EvidenceKind, Text
from nlp.judge import WAYS
from nlp.local import Correction, corrected, features
from nlp.model import PipelineAssessor, load
from nlp.train.data import GOLD, read_judged
from nlp.train.metrics import average_precision_score

OWN = "spel-lotterier"
ABOUT = re.compile(r"\b(spel(?!et|are|ar |plan|reg|rum)|lotteri|kasino|casino|gambling|betting)", re.IGNORECASE)
HELD_OUT = [
    "Ett nytt förbud mot spel på kredit",
    "Partipolitiska lotterier: krav på avgiftsfri självavstängning",
    "Särskild måttfullhet vid marknadsföring av spel till konsumenter",
    "Tydligare tillståndsgivning enligt lotterilagen",
    "Ytterligare åtgärder mot olicensierat spel",
    "Match-fixing in sports: a European response",
]


@pytest.fixture(scope="module")
def overlay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("config")
    shipped = files("config").joinpath(FILE).read_text(encoding="utf-8")
    own = files("nlp").joinpath("own-theme.toml").read_text(encoding="utf-8")
    (folder / FILE).write_text(shipped.replace("[[theme]]", f"{own}\n[[theme]]", 1), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def with_own(overlay: Path) -> PipelineAssessor:
    found = load(overlay=overlay)
    assert isinstance(found, PipelineAssessor)
    return found


def test_new_texts_about_it_are_tagged(with_own: PipelineAssessor) -> None:
    found = list(with_own.assess([Text(str(n), title) for n, title in enumerate(HELD_OUT)]))
    tagged = [one for one in found if one.tags[0].theme == OWN and one.tags[0].assigned]
    assert len(tagged) >= len(HELD_OUT) - 1
    assert all(one.reasons[0].startswith("Spel och lotterier (") for one in tagged)
    assert any(e.kind is EvidenceKind.TERM for one in tagged for e in one.tags[0].evidence)


def test_it_is_found_among_all_others(with_own: PipelineAssessor, shared: Path) -> None:
    texts = [one.text for one in read_judged(shared / "training" / GOLD)]
    texts += [Text(f"new-{number}", title) for number, title in enumerate(HELD_OUT)]
    about = [bool(ABOUT.search(text.title)) or text.id.startswith("new-") for text in texts]
    scores = [{tag.theme: tag.score for tag in found.tags}[OWN] for found in with_own.assess(texts, reasons=False)]
    assert average_precision_score(about, scores) >= 0.5


def test_other_themes_are_not_touched(with_own: PipelineAssessor, assessor: PipelineAssessor) -> None:
    texts = [Text("1", "Höjd spelskatt", genre="draft-bill"), Text("2", "Avloppsvatten från tätbebyggelse")]
    before, after = (list(one.assess(texts, reasons=False)) for one in (assessor, with_own))
    for old, new in zip(before, after, strict=True):
        assert replace(new, tags=tuple(tag for tag in new.tags if tag.theme != OWN), model=old.model) == old


def test_its_tags_say_by_which_definition_they_were_made(
    with_own: PipelineAssessor, assessor: PipelineAssessor
) -> None:
    assert with_own.version.startswith(f"{assessor.version}+own.")
    assert with_own.own_themes == (OWN,)


def test_a_theme_taken_away_is_not_told_of(tmp_path: Path) -> None:
    text = files("config").joinpath(FILE).read_text(encoding="utf-8")
    kept = text[: text.index("[[theme]]")] + text[text.index('[[theme]]\nid = "avfall-cirkular"') :]
    kept = re.sub(r'^"Vattenförsörjning och torka" = .*$', "", kept, flags=re.MULTILINE)
    (tmp_path / FILE).write_text(kept, encoding="utf-8")
    found = next(load(overlay=tmp_path).assess([Text("1", "Avloppsvatten och dricksvatten")]))
    assert "va-vatten" not in {tag.theme for tag in found.tags}
    assert len(found.tags) == 14


def test_judgements_correct_it_as_they_correct_other_themes(with_own: PipelineAssessor, overlay: Path) -> None:
    text = Text("1", "Höjd spelskatt", genre="draft-bill")
    (before,) = with_own.documents([text])
    size = features([before], with_own.pipeline).shape[1]
    themes, levels, ways = (np.zeros((rows, size), np.float32) for rows in (3, 1, len(WAYS)))
    themes[:, 0], ways[:, 0] = (-9, 9, 9), 9
    correction = Correction((OWN, "transport", "gone since"), themes, levels[0], ways)
    fresh = load(overlay=overlay)
    assert isinstance(fresh, PipelineAssessor)
    taught = PipelineAssessor(corrected(fresh.pipeline, correction, "x"), load_themes(overlay))
    (found,) = taught.assess([text], reasons=False)
    tags = {tag.theme: tag for tag in found.tags}
    assert not tags[OWN].assigned
    assert tags["transport"].assigned
    (after,) = taught.documents([text])
    assert after._.ways == pytest.approx(before._.ways + 9)
