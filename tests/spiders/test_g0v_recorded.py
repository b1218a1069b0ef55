"""Recorded lists and pages of g0v.se against an independent reading."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from spiders.finding import Certainty, Identifier, Kind, Relation, Step
from spiders.library import Library
from spiders.platform import Assignment, Drifted, Page, Reading
from spiders.reading import read_page
from spiders.regeringen_codes import COUNTRIES, NAMES, PERSONS
from spiders.wire import encode
from tests.spiders.g0v_pages import LIST, PLATFORM, ROW, only, read, told, values
from tests.spiders.pages import page

MONTHS = "januari februari mars april maj juni juli augusti september oktober november december".split()  # noqa: SIM905


Recorded = Mapping[str, Page]


@pytest.fixture(scope="module")
def recorded(shared: Path) -> Recorded:
    """Every recorded answer by file, as the request that would have brought it."""
    library = Library(shared / "payloads")
    answers = {}
    for kept in library.rows():
        if kept.platform == "g0v":
            ask = PLATFORM.route(kept.url)
            assert ask is not None, f"{kept.url} is not recognised"
            terms = {"reader": ask.reader, "context": ask.context, "fetched_at": kept.fetched_at}
            answers[kept.file] = page(library.body(kept), kept.url, **terms)
    return answers


def of(recorded: Recorded, *folders: str) -> Iterator[tuple[str, Page]]:
    return ((file, answer) for file, answer in recorded.items() if file.startswith(folders))


def one(recorded: Recorded, prefix: str) -> Page:
    ((_, answer),) = of(recorded, prefix)
    return answer


def read_recorded(answer: Page) -> Reading:
    return read_page(PLATFORM, answer, Assignment(told().source, answer.fetched_at))


def test_every_recorded_page_is_read(recorded: Recorded) -> None:
    seen = 0
    for file, answer in recorded.items():
        if file.startswith("lists/"):
            continue
        reading = read_recorded(answer)
        finding = only(reading)
        first = answer.body.decode().split("\n")[0].removeprefix("# ")
        path = answer.url.removeprefix("https://g0v.se").removesuffix(".md") + "/"
        assert finding.key == path
        assert finding.url == f"https://www.regeringen.se{path}"
        title = re.sub(r",?\s*Diarienummer:.*", "", " ".join(first.replace("\xad", "").split()))
        assert finding.title["sv"].replace("\xad", "") == re.sub(r",? ?20\d\d/(20)?\d\d:? ?FPM ?\d+$", "", title)
        assert finding.kind is not Kind.OTHER
        encode(finding)
        seen += 1
    assert seen == 1001


def test_deadlines_of_all_recorded_remisser(recorded: Recorded) -> None:
    wording = re.compile(
        r"(?:senast|är)(?: den)*\s(\d{1,2}) (" + "|".join(MONTHS) + r") (20\d\d)"  # an independent reading
    )
    stated = silent = 0
    for file, answer in of(recorded, "remisser/", "history/"):
        windows = only(read_recorded(answer)).windows
        found = wording.findall(" ".join(answer.body.decode().split()))
        days = {date(int(year), MONTHS.index(month) + 1, int(day)) for day, month, year in found}
        if days:
            stated += 1
            assert windows is not None, file
            assert {(window.closes, window.certainty) for window in windows} == {(days.pop(), Certainty.GIVEN)}, (
                file
            )
        elif windows is not None:  # "senast den 10 mars"
            assert {window.certainty for window in windows} == {Certainty.ESTIMATED}, file
        else:
            silent += 1
    assert stated >= 190
    assert silent >= 30


def test_a_deadline_that_disappears_says_nothing_of_windows(recorded: Recorded) -> None:
    by_page: dict[str, list[bool]] = {}
    for file, answer in of(recorded, "history/"):
        by_page.setdefault(file.split("__")[0], []).append(only(read_recorded(answer)).windows is not None)
    assert len(by_page) == 13
    assert sum(states[0] and not states[-1] for states in by_page.values()) >= 5


def test_diary_numbers_of_all_recorded_pages(recorded: Recorded) -> None:
    seen = 0
    for file, answer in recorded.items():
        heading = answer.body.decode().split("\n")[0]
        glued = re.search(r"Diarienummer: *(\w+?)((?:19|20)\d\d/\d+)", heading)
        if glued and not file.startswith("lists/"):
            number = "Fi" if glued[1] == "FI" else glued[1]
            assert f"{number}{glued[2]}" in values(only(read_recorded(answer)), Relation.SUBJECT), file
            seen += 1
    assert seen >= 150


@pytest.mark.parametrize("day", ["2025-04-05", "2025-07-16", "2025-10-13", "2026-01-10"])
def test_a_dated_list_of_memos_gives_exactly_its_records(recorded: Recorded, day: str) -> None:
    answer = one(recorded, f"lists/faktapromemoria__{day}")
    raw = json.loads(answer.body)
    reading = read_recorded(answer)
    assert [finding.key for finding in reading.findings] == [record["url"] for record in raw]
    assert reading.listed == {record["url"] for record in raw}
    assert reading.last
    assert reading.warnings == ()
    for finding, record in zip(reading.findings, raw, strict=True):
        assert finding.kind is Kind.FPM
        assert str(finding.published) == record["published"]
        assert finding.updated is None or str(finding.updated.date()) == record["updated"]
        assert " ".join(record["title"].split()).startswith(finding.title["sv"])
        assert bool(finding.summary) == bool(record.get("summary"))
        assert len(finding.attachments or ()) == len(record["attachments"])
        codes = set(record["categories"]) - {*record["types"], *record["senders"]}
        assert set(finding.subjects or ()) == {NAMES.get(code, code) for code in codes}
        own = [
            name
            for name in finding.identifiers or ()
            if name.scheme == "fpm" and name.relation is Relation.SUBJECT
        ]
        assert len(own) == 1, record["url"]


def test_memo_numbers_agree_with_the_answer_key(recorded: Recorded, shared: Path) -> None:
    key = {}
    for line in (shared / "acceptance" / "fpm_key.jsonl").read_text().splitlines():
        known = json.loads(line)
        key[known["url"]] = known["fpm"]
    for finding in read_recorded(one(recorded, "lists/faktapromemoria__2026-01-10")).findings:
        if finding.key in key:
            assert Identifier("fpm", key[finding.key]) in (finding.identifiers or ()), finding.key
    alone = [only(read_recorded(answer)) for _, answer in of(recorded, "faktapromemoria/")]
    silent = {found.key for found in alone if Identifier("fpm", key[found.key]) not in (found.identifiers or ())}
    # Only the rows of these two say the number.
    assert silent == {"/faktapromemoria/2023/03/fakta-pm-57/", "/faktapromemoria/2025/03/17/"}


@pytest.mark.parametrize(
    ("name", "kind", "scheme"),
    [
        ("kommenterade-dagordningar", Kind.AGENDA, None),
        ("rattsliga-dokument__statens-offentliga-utredningar", Kind.INQUIRY, "sou"),
        ("rattsliga-dokument__lagradsremiss", Kind.DRAFT_BILL, None),
        ("rattsliga-dokument__skrivelse", Kind.COMMUNICATION, "skr"),
    ],
)
def test_other_recorded_lists(recorded: Recorded, name: str, kind: Kind, scheme: str | None) -> None:
    answer = one(recorded, f"lists/{name}")
    raw = json.loads(answer.body)
    reading = read_recorded(answer)
    assert {finding.key for finding in reading.findings} == {record["url"] for record in raw}
    assert sum(finding.kind is kind for finding in reading.findings) >= len(reading.findings) - 5
    numbers = {record["url"]: record["id"] for record in raw if record["id"]}
    checked = 0
    prefix = {"sou": "SOU", "skr": "Skr."}.get(scheme or "", "")
    number = re.compile(rf"\s*(?:{re.escape(prefix)})? ?((\d{{4}})(?:/(\d\d))?):0*(\d+)")
    for finding in reading.findings:
        wanted = number.fullmatch(numbers.get(finding.key, ""))
        # Sessions are two years in a row; "2024/24:112" is the service's own slip.
        if scheme and wanted and (not wanted[3] or (int(wanted[2]) + 1) % 100 == int(wanted[3])):
            assert f"{prefix} {wanted[1]}:{wanted[4]}" in values(finding, Relation.SUBJECT), finding.key
            checked += 1
    assert not scheme or checked > 1000


def test_meeting_days_of_recorded_agendas(recorded: Recorded) -> None:
    answer = one(recorded, "lists/kommenterade-dagordningar")
    dated = 0
    for finding in read_recorded(answer).findings:
        plain = re.search(r"den (\d{1,2}) (" + "|".join(MONTHS) + r") (20\d\d)$", finding.title["sv"])
        if plain:
            day = date(int(plain[3]), MONTHS.index(plain[2]) + 1, int(plain[1]))
            assert Step(day, "g0v:meeting") in (finding.steps or ()), finding.title
            dated += 1
    assert dated >= 600


@pytest.mark.parametrize("field", sorted(ROW))
def test_every_field_of_a_recorded_list_that_goes_missing_is_named(recorded: Recorded, field: str) -> None:
    answer = one(recorded, "lists/faktapromemoria__2026-01-10")
    rows = json.loads(answer.body)
    assert set(rows[1]) == set(ROW)
    less = [{name: value for name, value in record.items() if name != field} for record in rows]
    assert field in said(less)
    assert field in said([{name: value for name, value in rows[1].items() if name != field}])


def said(body: object, url: str = LIST) -> str:
    try:
        return " ".join(read(body, url).warnings)
    except Drifted as drift:
        return str(drift)


def test_our_names_of_codes_are_the_services(recorded: Recorded) -> None:
    answer = one(recorded, "lists/api__codes")
    codes = json.loads(answer.body)
    assert read_recorded(answer).warnings == ()
    assert codes.keys() - NAMES.keys() - COUNTRIES - PERSONS == {"2200", "2201", "2303", "2654"}
    assert NAMES.keys() <= codes.keys()
    warnings = read(codes | {"1252": "Klimat"}, answer.url).warnings
    assert warnings == ("code 1252 is now called 'Klimat', we say 'Miljö och klimat'",)
    with pytest.raises(Drifted):
        read([], answer.url)
