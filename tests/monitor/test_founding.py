"""`utblick init`: the configuration that another organisation starts from."""

import re
from pathlib import Path

import pytest

from config.calendar import load_calendar
from config.lexicon import load_lexicon
from config.organisation import Letter, Organisation, load_organisation
from config.sources import load_sources
from config.themes import load as load_themes
from monitor.cli.app import run
from monitor.founding import MARK, contents, found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration just founded."""
    return found(tmp_path_factory.mktemp("founded") / "config").folder


def own_facts() -> set[str]:
    """Names that only the shipped organisation has."""
    ours, themes = load_organisation(), load_themes()
    names = {ours.name, ours.short_name, *ours.places, *ours.companies, *ours.investments, *themes.places}
    for theme in themes.theme:
        names |= {*theme.local_hooks, *theme.ambiguous_hooks}
    return names


def test_what_is_founded_loads(folder: Path) -> None:
    organisation = load_organisation(folder)
    assert organisation.website == "https://example.org"
    assert organisation.places == ()
    assert load_calendar(folder) == load_calendar()
    assert load_lexicon(folder) == load_lexicon()
    assert {source.id for source in load_sources(folder)} < {source.id for source in load_sources()}


def test_themes_keep_their_words_and_lose_what_is_somebody_elses(folder: Path) -> None:
    ours, theirs = load_themes(), load_themes(folder)
    assert [theme.id for theme in theirs.theme] == [theme.id for theme in ours.theme]
    assert theirs.crosswalk == ours.crosswalk
    assert theirs.places == ()
    for before, after in zip(ours.theme, theirs.theme, strict=True):
        assert after.keywords_sv == before.keywords_sv
        assert after.hints_en == before.hints_en
        assert after.oeil_subjects == before.oeil_subjects
        assert (after.local_hooks, after.ambiguous_hooks, after.owner, after.channels) == ((), (), "", ())
    water = theirs.theme[0]
    assert (water.sv, water.en) == ("Vatten och avlopp", "Water and wastewater")


@pytest.mark.parametrize("name", sorted(contents()))
def test_no_fact_of_the_first_user_is_left(folder: Path, name: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    left = {fact for fact in own_facts() if re.search(rf"\b{re.escape(fact)}", text)}
    assert not left
    assert not re.search("lidköp|lidkop|skarab", text, re.IGNORECASE)


def test_every_field_of_the_organisation_is_explained(folder: Path) -> None:
    text = (folder / "organisation.toml").read_text(encoding="utf-8")
    for field in (*Organisation.model_fields, *Letter.model_fields):
        assert re.search(rf"^(# )?(\[+)?{field}\b", text, re.MULTILINE), field


def test_what_is_decided_by_the_organisation_is_marked(folder: Path) -> None:
    for name in ("organisation.toml", "calendar.toml", "themes.toml", "sources/own.toml"):
        assert MARK in (folder / name).read_text(encoding="utf-8")


def test_a_folder_in_use_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "organisation.toml"
    kept.write_text("# mine\n", encoding="utf-8")
    assert run(["init", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert "not empty" in error
    assert error.count("\n") == 1
    assert [entry.name for entry in tmp_path.iterdir()] == ["organisation.toml"]
    assert kept.read_text(encoding="utf-8") == "# mine\n"


def test_the_command_says_what_comes_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "vår kommun"
    assert run(["init", str(target)]) == 0
    told = capsys.readouterr().out
    assert f"UTBLICK_CONFIG='{target}'" in told
    assert f"{target / 'organisation.toml'}: " in told
    assert "utblick doctor" in told


def test_a_file_in_the_way_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "taken").touch()
    assert run(["init", str(tmp_path / "taken")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_doctor_names_what_is_still_to_fill_in(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UTBLICK_CONFIG", str(folder))
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(tmp_path))
    assert run(["doctor"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"^warning  to fill in: .*organisation.toml \(\d+\)", told, re.MULTILINE)
    assert "Exempelkommunen" in told
