"""Recorded Fakta-PM in the file room, against the hand-made key of what each states to be about."""

import json
from pathlib import Path
from urllib.parse import unquote

import pytest
from sqlalchemy import Engine

from monitor.archive.engine import open_archive, reading
from monitor.core.joining import key_of, kind_of_key, names_file
from monitor.dossiers.files import File
from monitor.dossiers.filing import JoinReport, join_new, unjoined
from spiders.finding import Finding, Kind
from spiders.g0v_pages import page_identifiers, placed, read_text, split_heading
from spiders.identifiers import parse_identifier
from tests.monitor.file_room import files, moment, take

NOW = moment("2026-11-16")


def memo(shared: Path, url: str) -> Finding:
    """A recorded page as the mirror's reader understands it."""
    heading, body = read_text((shared / "payloads/g0v" / (url.strip("/") + ".md")).read_text(), Kind.FPM)
    return Finding(
        source="g0v-faktapromemoria",
        key=url,
        url=f"https://www.regeringen.se{url}",
        kind=Kind.FPM,
        title={"sv": split_heading(heading)[0] or url},
        language="sv",
        published=placed(unquote(url)),
        text=body,
        identifiers=page_identifiers(Kind.FPM, url, heading, None, body),
    )


@pytest.fixture(scope="module")
def key(shared: Path) -> dict[str, list[str]]:
    """Address of each memo → keys of the files that it states to be about."""
    rows = map(json.loads, (shared / "acceptance" / "fpm_key.jsonl").read_text().splitlines())
    return {row["url"]: [_key(name) for name in row["subjects"]] for row in rows}


def _key(name: str) -> str:
    identifier = parse_identifier(name)
    assert identifier is not None
    key = key_of(identifier)
    assert key is not None
    return key


@pytest.fixture(scope="module")
def filed(shared: Path, key: dict[str, list[str]]) -> tuple[Engine, JoinReport, dict[int, File]]:
    """An archive with every recorded memo, filed."""
    engine = open_archive("sqlite://")
    take(engine, NOW, *(memo(shared, url) for url in key))
    report = join_new(engine, lambda: NOW)
    return engine, report, files(engine)


def test_every_memo_with_a_stated_subject_is_in_the_right_dossier(
    filed: tuple[Engine, JoinReport, dict[int, File]], key: dict[str, list[str]]
) -> None:
    _, _, found = filed
    about = {one.key: dossier for dossier in found.values() for one in dossier.documents}
    part = {(one.key, name) for dossier in found.values() for one in dossier.packages for name in dossier.keys}
    stated = {url: names for url, names in key.items() if names}
    assert len(stated) >= 80
    wrong = []
    for url, names in stated.items():
        files_named = [name for name in names if kind_of_key(name) in ("com", "procedure")]
        # No dossier has two procedures: a memo about two (2025/26:FPM39) belongs to each as package.
        one_file = all(sum(kind_of_key(name) == kind for name in names) <= 1 for kind in ("com", "procedure"))
        right = (
            set(files_named) <= set(about[url].keys)
            if one_file
            else all((url, name) in part for name in files_named)
        )
        if not right:
            wrong.append(url)
    assert wrong == []


def test_no_memo_is_in_the_dossier_of_a_file_that_it_does_not_state(
    filed: tuple[Engine, JoinReport, dict[int, File]], key: dict[str, list[str]]
) -> None:
    _, _, found = filed
    claimed = [
        (one.key, name)
        for dossier in found.values()
        for one in (*dossier.documents, *dossier.packages)
        for name in dossier.keys
        if names_file(name)
    ]
    # A dossier that several memos are about has each one's numbers.
    own = {dossier.id: {name for one in dossier.documents for name in key[one.key]} for dossier in found.values()}
    wrong = [
        (url, name)
        for dossier in found.values()
        for url, name in claimed
        if name in dossier.keys and name not in key[url] and name not in own[dossier.id]
    ]
    assert len(wrong) / len(claimed) <= 0.01, wrong


def test_packages_merge_nothing(
    filed: tuple[Engine, JoinReport, dict[int, File]], key: dict[str, list[str]]
) -> None:
    _, _, found = filed
    for dossier in found.values():
        assert sum(kind_of_key(name) == "procedure" for name in dossier.keys) <= 1
        assert sum(name.startswith("com COM") for name in dossier.keys) <= 1, dossier.keys


def test_proposed_joins_are_counted_apart_and_the_rest_is_reported(
    filed: tuple[Engine, JoinReport, dict[int, File]], key: dict[str, list[str]]
) -> None:
    engine, report, found = filed
    silent = {url for url, names in key.items() if not names}
    with reading(engine) as conn:
        loose = unjoined(conn)
    assert report.unjoined == {"fpm": len(loose)}
    by_id = {one.id: one.key for dossier in found.values() for one in dossier.documents}
    # Nearly all that state nothing stay unjoined until a person decides.
    assert len({by_id[number] for number in loose} & silent) >= 0.97 * len(silent)
    assert report.proposed < len(loose)
