from pathlib import Path

import pytest

from config.errors import ConfigError
from config.themes import FILE, load, load_themes

ONE = """
[[theme]]
id = "spel"
sv = "Spel"
en = "Gambling"
definition_sv = "Spel om pengar."
definition_en = "Gambling."
"""


def written(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_themes_are_complete() -> None:
    themes = load_themes()
    assert len(themes) == 15
    assert [theme.id for theme in themes if theme.lens] == ["fonder-styrning"]
    for theme in themes:
        assert theme.keywords_sv and theme.keywords_en and theme.owner and theme.channels
        assert theme.oeil_subjects and theme.eurovoc_terms


def test_every_theme_of_the_specification_is_there(shared: Path) -> None:
    lines = (shared / "themes.yaml").read_text(encoding="utf-8").splitlines()
    ids = [line.removeprefix("- id: ").split()[0] for line in lines if line.startswith("- id: ")]
    assert [theme.id for theme in load_themes()] == ids


def test_the_traps_of_swedish_prefixes_are_not_in_the_words() -> None:
    for theme in load_themes():
        for pattern in (*theme.keywords_sv, *theme.hints_sv):
            assert pattern not in ("väg*", "ai", "slam*")


def test_ambiguous_hooks_are_marked() -> None:
    themes = load()
    ambiguous = {hook for theme in themes.theme for hook in theme.ambiguous_hooks}
    assert {"Ängen", "Råda", "Tun", "Spiken", "Kålland", "Framnäs", "Hamnstaden", "E20", "E45"} <= ambiguous
    assert themes.places


def test_the_crosswalk_of_the_specification_is_followed(shared: Path) -> None:
    table = load().crosswalk["regeringen"]
    for line in (shared / "training" / "crosswalk.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        vocabulary, category, meant = line.split("\t")
        if vocabulary == "regeringen":
            assert table[category] == (() if meant == "(none)" else tuple(meant.split("|")))


def test_an_overlay_replaces_the_file(tmp_path: Path) -> None:
    assert [theme.id for theme in load_themes(written(tmp_path, ONE))] == ["spel"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ONE + 'keywords_sv = ["*spel"]', "a \\* may only end a word"),
        (ONE + 'keywords_sv = ["s*"]', "three letters"),
        (ONE + 'keyword_sv = ["spel"]', "keyword_sv"),
        (ONE + 'oeil_subjects = ["3.7"]', "subject code"),
        (ONE + ONE, "declared twice"),
        (ONE + '[crosswalk.regeringen]\n"Spel" = ["spell"]', "unknown theme 'spell'"),
        ("", "theme"),
        ("[[theme]\n", "not valid TOML"),
    ],
)
def test_a_broken_file_is_one_line_with_its_name(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load(written(tmp_path, text))
    assert FILE in str(caught.value)
    assert "\n" not in str(caught.value)
