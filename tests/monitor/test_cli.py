"""The command line as a contract: statuses, one-line errors, keys, help, and how fast it answers."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from monitor import example
from monitor.cli.app import build, run

ROOT = Path(__file__).resolve().parents[2]
# pydantic itself comes with typer, which looks for it.
HEAVY = ("scrapy", "twisted", "spacy", "sqlalchemy", "alembic", "pydantic_settings", "rich", "jinja2", "lxml")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory with the example's configuration and clock."""
    for name in [name for name in os.environ if name.startswith("UTBLICK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UTBLICK_EMBEDDINGS", "off")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", "2026-11-23T07:00:00+00:00")
    return tmp_path


def commands() -> Iterator[tuple[str, ...]]:
    """Every command's words."""

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        children = getattr(command, "commands", {})
        if not children:
            yield words
        for name, child in children.items():
            yield from walk(child, (*words, name))

    yield from walk(typer.main.get_command(build()), ())


def output(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> Any:
    """What a command prints as JSON."""
    assert run([*words, "--json"]) == status
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*words, "--help"]) == 0
    text = capsys.readouterr().out
    assert "--now" in text
    assert "--debug" in text
    assert re.search(r"^  \w", text, re.MULTILINE), "a sentence that says what it does"


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_is_documented(words: tuple[str, ...]) -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    group, *rest = words
    rows = [line for line in page.splitlines() if line.startswith(f"| `utblick {group}")]
    assert rows, f"docs/cli.md has no row for utblick {group}"
    assert not rest or any(f"{rest[0]}" in row for row in rows), (
        f"docs/cli.md does not name utblick {' '.join(words)}"
    )


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_an_unknown_option_is_wrong_usage(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*words, "--no-such-option"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--no-such-option" in error


def test_a_command_alone_is_the_same_as_among_all() -> None:
    """Only the module of the command asked for is loaded; the table that says which must know them all."""
    whole = typer.main.get_group(build()).commands
    for name, command in whole.items():
        alone = typer.main.get_group(build(name)).commands
        assert name in alone
        assert [one.opts for one in alone[name].params] == [one.opts for one in command.params]
        assert [*getattr(alone[name], "commands", {})] == [*getattr(command, "commands", {})]
    assert len(typer.main.get_group(build("scan")).commands) < len(whole)
    assert typer.main.get_group(build("scna")).commands.keys() == whole.keys(), "so that it can say what exists"


@pytest.mark.parametrize("words", [(), ("case",), ("db",)], ids=" ".join)
def test_a_group_without_a_command_explains_itself(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"Usage: {' '.join(('utblick', *words))} ")
    assert "Commands:" in error
    assert "explains" not in error


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys; from monitor.cli.app import run; run(['scan', '--help']);"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_scan_search_show_and_letter_keep_their_keys(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = output(capsys, "scan", "--replay", str(example.library()))
    assert set(report) >= {"scan", "started", "finished", "sources"}
    wanted = "id platform outcome requests not_modified new changed unchanged gone newest warnings error seconds"
    assert all(set(source) == set(wanted.split()) for source in report["sources"])
    assert sum(source["new"] for source in report["sources"]) > 40

    found = output(capsys, "search", "avlopp")
    assert found["total"] == len(found["results"]) > 0
    wanted = "id title kind source published level themes closes url snippet score"
    assert set(wanted.split()) <= set(found["results"][0])

    for name in (str(found["results"][0]["id"]), "COM(2025) 837"):
        shown = output(capsys, "show", name)
        assert {"type", "id", "identifiers", "title", "documents", "steps", "windows", "case"} <= set(shown)

    why = output(capsys, "explain", str(found["results"][0]["id"]))
    assert why["model"]
    assert {"reasons", "themes", "level", "direction"} <= set(why)

    assert run(["brief", "preview", "--format", "json"]) == 0
    letter = json.loads(capsys.readouterr().out)
    assert letter["week"] == "2026-W48"
    assert [section["id"] for section in letter["sections"]] == (
        ["deadlines", "decisions", "new", "changed", "funding", "signals", "fyi", "outcomes", "sources"]
    )
    assert any(section["entries"] for section in letter["sections"])

    sources = output(capsys, "sources")
    assert {"id", "outcome", "last_good", "failing", "evidence"} <= set(sources[0])


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("scan", "hys-opne"), 2, "hys-open"),
        (("scan", "--now", "yesterday"), 2, "ISO 8601"),
        (("search", "x", "--from", "23/11"), 2, "--from"),
        (("search", "x", "--json", "--csv"), 2, "exclude"),
        (("show", "2031/9999(COD)"), 1, "2031/9999(COD)"),
        (("explain", "999999"), 1, "999999"),
        (("brief", "send"), 1, "subscribers add"),
        (("brief", "preview", "--week", "2026-W60"), 1, "2026-W60"),
        (("brief", "show", "2026-W01"), 1, "2026-W01"),
        (("brief", "resolve", "7", "sent"), 1, "7"),
        (("parse", "--payloads", "nowhere"), 2, "nowhere"),
        (("scan", "--replay", "nowhere"), 2, "nowhere"),
        (("subscribers", "add", "nobody"), 1, "e-mail address"),
        (("db", "restore", "missing.tar"), 1, "missing.tar"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_errors_are_one_line_with_the_right_status(
    words: tuple[str, ...], status: int, says: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(list(words)) == status
    said = capsys.readouterr()
    assert said.err.count("\n") == 1, said.err
    assert says in said.err
    assert "Traceback" not in said.err


def test_broken_configuration_names_file_line_and_field(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = home / "ours"
    (overlay / "sources").mkdir(parents=True)
    broken = overlay / "sources" / "own.toml"
    broken.write_text('[[source]]\nid = "one"\nplatform = "feed"\ntitle = "One"\nowner = "We"\nurl = "ftp://x"\n')
    monkeypatch.setenv("UTBLICK_CONFIG", str(overlay))
    assert run(["sources"]) == 2
    error = capsys.readouterr().err
    assert f"{broken}:" in error
    assert "source." in error
    broken.write_text('[[source]\nid = "one"\n')
    assert run(["sources"]) == 2
    assert "line 1" in capsys.readouterr().err


def test_an_unwritable_folder_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "file").write_text("not a folder")
    monkeypatch.setenv("UTBLICK_DATA_DIR", str(home / "file"))
    assert run(["search", "x"]) == 1
    error = capsys.readouterr().err
    assert str(home / "file") in error
    assert error.count("\n") == 1


def test_a_newer_archive_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import sqlite3

    assert run(["db", "upgrade"]) == 0
    with sqlite3.connect(home / "var" / "utblick.db") as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    conn.close()
    capsys.readouterr()
    assert run(["search", "x"]) == 1
    assert "newer" in capsys.readouterr().err


def test_debug_shows_the_traceback(home: Path) -> None:
    from monitor.search.lookup import NotFoundError

    with pytest.raises(NotFoundError):
        run(["show", "2031/9999(COD)", "--debug"])


def test_formulas_leave_no_csv(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from monitor.spreadsheet import cell

    assert cell('=HYPERLINK("http://x")').startswith("'=")
    assert cell("Avloppsvatten") == "Avloppsvatten"
