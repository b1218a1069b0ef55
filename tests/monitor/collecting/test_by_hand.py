"""Signals by hand: stored, found, rated, filed and shown like any other document."""

import contextlib
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from config.settings import load_settings
from monitor import example
from monitor.archive.documents import OWN, get_document
from monitor.archive.engine import open_archive, reading
from monitor.cli.app import run
from monitor.collecting.by_hand import Signal, SignalError, add, finding_of
from monitor.core.zone import ZONE
from monitor.letters.briefing import Office, gather
from spiders.finding import Certainty, Identifier, Kind, Relation, WindowKind
from spiders.identifiers import parse_identifier

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
TITLE = "Kommissionen frågar kommuner om avloppsdirektivet"


def added(engine: Engine, signal: Signal, now: datetime = NOW) -> int:
    return add(engine, signal, zone=ZONE, clock=lambda: now)


def test_a_signal_with_a_deadline_has_a_window_and_names_its_file(archive: Engine) -> None:
    about = parse_identifier("2022/0345(COD)")
    assert about is not None
    number = added(
        archive,
        Signal(
            TITLE,
            url="https://example.org/a?utm_source=x",
            deadline=date(2026, 12, 18),
            note="Bygger på COM(2022) 541. <b>Ring</b> SKR.",
            about=(about,),
        ),
    )
    with reading(archive) as conn:
        one = get_document(conn, number)
    assert one is not None
    assert (one.source, one.kind, one.titles, one.published) == (OWN, "other", {"sv": TITLE}, date(2026, 11, 23))
    assert one.summary == {"sv": "Bygger på COM(2022) 541. Ring SKR."}
    (window,) = one.windows
    assert (window.kind, window.closes, window.certainty) == (
        WindowKind.CONSULTATION,
        date(2026, 12, 18),
        Certainty.GIVEN,
    )
    assert set(one.identifiers) == {
        Identifier("procedure", "2022/0345(COD)", Relation.SUBJECT),
        Identifier("com", "COM(2022) 541", Relation.MENTION),
    }


def test_the_same_address_again_changes_the_document_and_a_new_deadline_is_news(archive: Engine) -> None:
    first = added(archive, Signal(TITLE, url="https://example.org/a", deadline=date(2026, 12, 18)))
    later = Signal(TITLE, url="https://example.org/a", deadline=date(2027, 1, 15))
    assert added(archive, later, NOW + timedelta(days=1)) == first
    heard = added(archive, Signal(TITLE))
    assert heard != first
    assert added(archive, Signal(TITLE.upper())) == heard
    with reading(archive) as conn:
        one = get_document(conn, first)
    assert one is not None
    assert date(2027, 1, 15) in [window.closes for window in one.windows]
    assert [change.field for change in one.revisions] == ["windows"]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/x", "example.org", "http://"])
def test_what_is_no_address_is_refused(archive: Engine, url: str) -> None:
    with pytest.raises(SignalError, match="http"):
        added(archive, Signal(TITLE, url=url))
    with pytest.raises(SignalError, match="title"):
        added(archive, Signal(" <b></b> "))


@given(st.text(max_size=300), st.text(max_size=300), st.sampled_from(Kind))
def test_any_words_make_a_finding_or_are_refused(title: str, note: str, kind: Kind) -> None:
    try:
        found = finding_of(Signal(title, note=note, kind=kind, deadline=date(2026, 12, 1)), date(2026, 11, 23))
    except SignalError:
        return
    assert found.title["sv"]
    assert "\n" not in found.title["sv"]
    assert found.windows is not None


def test_the_command_rates_it_and_the_letter_shows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UTBLICK_CONFIG", str(example.overlay()))
    monkeypatch.setenv("UTBLICK_NOW", NOW.isoformat())
    monkeypatch.setattr("sys.stdin", io.StringIO("Nya krav på avloppsreningsverk och slam i kommunerna."))
    words = ["add", "-", "--title", TITLE, "--deadline", "2026-12-01", "--note", "-", "--kind", "remiss", "--json"]
    assert run(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["level"] in ("act", "brief", "background"), said
    assert said["themes"]
    assert run(["search", "avloppsdirektivet", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["results"]
    assert (found["id"], found["closes"], found["source"]) == (said["id"], "2026-12-01", OWN)
    settings = load_settings()
    engine = open_archive(settings.database)
    with reading(engine) as conn:
        material = gather(conn, Office.of(settings), week="2026-W48", now=NOW)
    engine.dispose()
    (item,) = material.items["sv"]
    assert item.sources[0].name == "egen iakttagelse"


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["-", "--title", "x", "--deadline", "1/12"], 2, "--deadline"),
        (["-", "--title", "x", "--kind", "rumour"], 2, "--kind"),
        (["-", "--title", "x", "--about", "something"], 2, "--about"),
        (["ftp://x", "--title", "x"], 1, "http"),
        (["-"], 2, "title"),
    ],
)
def test_wrong_use_is_one_line(
    words: list[str], status: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.chdir(tmp_path):
        assert run(["add", *words]) == status
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
