"""regeringen.se through its mirror, held against every recorded answer and against shapes made by hand."""

import copy
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.sources import load_sources
from spiders.finding import Certainty, Finding, Identifier, Kind, Relation, Step
from spiders.g0v import G0v
from spiders.g0v_pages import split_heading
from spiders.library import Library
from spiders.platform import Ask, Assignment, Drifted, Empty, Failed, Page, Reading
from spiders.reading import read_page
from spiders.regeringen_codes import COUNTRIES, NAMES, PERSONS
from spiders.wire import encode
from tests.spiders.pages import assignment, page

PLATFORM = G0v()
LIST = "https://g0v.se/remisser.json"
NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
MONTHS = "januari februari mars april maj juni juli augusti september oktober november december".split()  # noqa: SIM905
ROW: dict[str, Any] = {
    "title": "Remiss av promemorian Rent vatten, Ds 2026:7",
    "url": "/remisser/2026/11/remiss-av-promemorian-rent-vatten-ds-20267/",
    "published": "2026-11-20",
    "updated": None,
    "types": ["2099"],
    "senders": ["1291"],
    "summary": "Promemorian genomför direktiv (EU) 2024/3019.",
    "id": "Diarienummer: KN2026/01234",
    "shortcuts": [{"name": "EUR-Lex", "url": "https://eur-lex.europa.eu/?uri=CELEX:52022PC0541"}],
    "attachments": [{"name": "Missiv", "url": "/contentassets/missiv.pdf"}],
    "categories": ["1252", "2092"],
}


def told(**terms: Any) -> Assignment:
    return assignment("g0v", LIST, **terms)


def read(body: object, url: str = LIST, *, about: Assignment | None = None, **terms: Any) -> Reading:
    ask = PLATFORM.route(url)
    assert ask is not None
    fields = {"reader": ask.reader, "context": ask.context} | terms
    return read_page(PLATFORM, page(body, url, **fields), about or told(), ask.tolerated)


def row(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(ROW), **changes}


def only(reading: Reading) -> Finding:
    (finding,) = reading.findings
    return finding


def values(finding: Finding, relation: Relation) -> list[str]:
    assert finding.identifiers is not None
    return [name.value for name in finding.identifiers if name.relation is relation]


# ------------------------------------------------------------------ recorded answers


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


# ------------------------------------------------------------------ lists by hand


def test_a_row_as_a_finding() -> None:
    reading = read([row()])
    finding = only(reading)
    assert reading.warnings == ()
    assert finding.title == {"sv": "Remiss av promemorian Rent vatten, Ds 2026:7"}
    assert (finding.kind, finding.published, finding.windows) == (Kind.REMISS, date(2026, 11, 20), None)
    assert finding.subjects == ("Miljö och klimat", "Kommuner och regioner")
    assert finding.bodies == ("Klimat- och näringslivsdepartementet",)
    assert finding.attachments == (("Missiv", "https://www.regeringen.se/contentassets/missiv.pdf"),)
    assert values(finding, Relation.SUBJECT) == ["KN2026/01234", "Ds 2026:7"]
    assert values(finding, Relation.MENTION) == ["(EU) 2024/3019", "COM(2022) 541"]


def test_a_code_without_a_name_is_kept_and_said() -> None:
    reading = read([row(categories=["1252", "1022", "2605", "9999"])])
    assert only(reading).subjects == ("Miljö och klimat", "1022", "9999")  # 1022 is a country, 2605 a minister
    assert reading.warnings == ("unknown code 9999",)


def test_an_unknown_type_and_an_unknown_field_are_said() -> None:
    reading = read([row(types=["2099", "4711"], colour="blue")])
    assert only(reading).kind is Kind.REMISS
    assert "unknown type 4711" in reading.warnings[0]
    assert reading.warnings[1:] == ("unexpected field list[].colour",)


def texts(rows: list[dict[str, Any]], **terms: Any) -> list[Ask]:
    """The requests for page texts that follow from a list."""
    return [ask for ask in read(rows, **terms).asks if ask.reader == "page"]


def test_texts_are_asked_for_young_unknown_and_changed_rows() -> None:
    young, old = row(), row(url="/remisser/2020/01/gammal/", published="2020-01-07")
    asks = texts([young, old])
    assert [ask.key for ask in asks] == [young["url"]]
    assert asks[0].url == "https://g0v.se/remisser/2026/11/remiss-av-promemorian-rent-vatten-ds-20267.md"
    version = asks[0].version
    assert version
    assert texts([young], about=told(known={young["url"]: version})) == []
    assert [ask.version for ask in texts([young], about=told(known={young["url"]: "earlier"}))] == [version]
    assert [ask.key for ask in texts([old], about=told(since="2020-01-01"))] == [old["url"]]
    assert texts([young], about=told(options={"texts_since_days": 1})) == []
    updated = row(url="/remisser/2020/01/gammal/", published="2020-01-07", updated="2026-11-22")
    assert len(texts([updated])) == 1
    assert texts([row(summary="Ändrad")])[0].version != version


def test_a_row_says_no_more_what_it_is_about_once_its_page_was_read() -> None:
    assert only(read([row()], about=told(known={ROW["url"]: "x"}))).identifiers is None


def test_a_page_listed_twice_is_one_finding() -> None:
    assert only(read([row(), row(title="Äldre")])).title == {"sv": "Remiss av promemorian Rent vatten, Ds 2026:7"}


def test_one_bad_row_does_not_spoil_a_list_but_only_bad_ones_do() -> None:
    reading = read([row(), row(title=None), row(url="javascript:alert(1)")])
    assert only(reading).key == ROW["url"]
    assert any("list[1].title" in warning for warning in reading.warnings)
    assert any("expected a path" in warning for warning in reading.warnings)
    with pytest.raises(Drifted, match="none of 1 rows"):
        read([row(title="")])


def test_other_shapes() -> None:
    with pytest.raises(Empty):
        read([])
    with pytest.raises(Drifted, match="expected a list"):
        read({"items": []})
    with pytest.raises(Drifted, match="json was due"):
        read("<!doctype html><html><title>g0v</title></html>")
    with pytest.raises(Failed, match="404"):
        read([], status=404)


# ------------------------------------------------------------------ the mirror's clock and codes


def test_a_stale_mirror_is_said() -> None:
    def warnings(age: timedelta) -> tuple[str, ...]:
        state = {"latest_updated": f"{NOW - age:%Y-%m-%d %H:%M:%S}", "items": 1, "codes": 1}
        return read(state, "https://g0v.se/api/latest_updated.json").warnings

    assert warnings(timedelta(days=3)) == ()
    assert warnings(timedelta(days=3, hours=1)) == (
        "stale mirror: g0v.se was last made 2026-11-20 05:00, 3 days ago",
    )
    with pytest.raises(Drifted, match="latest_updated"):
        read({"items": 1, "codes": 2}, "https://g0v.se/api/latest_updated.json")


def test_what_is_asked_first() -> None:
    state, listed, again = PLATFORM.start(told(reread=("/remisser/2026/05/öppen/",)))
    assert state.always  # a mirror that has stopped answers the same for ever
    assert (listed.url, listed.reader) == (LIST, "list")
    assert again.url == "https://g0v.se/remisser/2026/05/%C3%B6ppen.md"
    assert again.version is None  # read although it is known


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


# ------------------------------------------------------------------ pages

PAGE = "https://g0v.se/remisser/2026/11/remiss-av-promemorian-rent-vatten-ds-20267.md"
MARKDOWN = (
    "# Remiss av promemorian Rent vattenDiarienummer: KN2026/01234\n\n"
    "Här kan du ta del av till vilka instanser som regeringen har remitterat [Vatten](/x), Ds\xa02026:7.\n\n\n"
    "**Sista dag** att svara på remissen är\xa0den 30  mars 2027.\n"
)


def test_a_page_completes_its_row() -> None:
    ask = read([row()]).asks[0]
    finding = only(read(MARKDOWN, ask.url, context=ask.context))
    assert finding.key == ROW["url"]
    assert finding.title == {
        "sv": "Remiss av promemorian Rent vatten, Ds 2026:7"
    }  # the row's, so that it never flickers
    assert finding.version == ask.version
    assert finding.published == date(2026, 11, 20)
    assert values(finding, Relation.SUBJECT) == ["KN2026/01234", "Ds 2026:7"]
    assert "COM(2022) 541" in values(finding, Relation.MENTION)  # only the row's shortcuts say so
    assert finding.windows is not None
    assert [(window.closes, window.certainty) for window in finding.windows] == [
        (date(2027, 3, 30), Certainty.GIVEN)
    ]
    assert finding.text is not None
    assert "[" not in finding.text
    assert "**" not in finding.text
    assert finding.attachments is None


def test_a_page_read_again_keeps_the_mark_of_its_row() -> None:
    finding = only(read(MARKDOWN, PAGE, about=told(known={ROW["url"]: "mark"})))
    assert finding.version == "mark"
    assert finding.title == {"sv": "Remiss av promemorian Rent vatten"}


def test_several_inquiries_in_one_remiss_are_a_package() -> None:
    body = "# Remiss av SOU 2025:1 och SOU 2025:2\n\nSvaren ska ha kommit in senast den 2 maj 2026."
    finding = only(read(body, PAGE))
    assert values(finding, Relation.PACKAGE) == ["SOU 2025:1", "SOU 2025:2"]


def test_contact_persons_of_a_press_release_are_left_out() -> None:
    body = (
        "# Nya medel till vatten\n\n– Vatten är viktigt, säger ministern.\n\n## Presskontakt\n\n"
        "Ada Exempel\n\nPressekreterare hos ministern\n\nTelefon (växel) 08-405 10 00\n\nMobil 070-123 45 67\n\n"
        "[e-post till Ada](mailto:ada.exempel@regeringskansliet.se)\n"
    )
    text = only(read(body, "https://g0v.se/pressmeddelanden/2026/11/nya-medel.md")).text
    assert text == "– Vatten är viktigt, säger ministern."


def test_a_page_that_is_no_markdown() -> None:
    for body in ("Sidan finns inte", "#"):
        with pytest.raises(Drifted, match="expected Markdown"):
            read(body, PAGE)
    with pytest.raises(Drifted, match="text was due"):
        read("<!doctype html><html><body>Sidan</body></html>", PAGE)


def test_headings() -> None:
    assert split_heading("Vatten för 2028–20302025/26:FPM47") == ("Vatten för 2028–2030", "2025/26:FPM47")
    assert split_heading("Vatten, FPM 2021/22:FPM 10") == ("Vatten", "FPM 2021/22:FPM 10")
    assert split_heading("RådetDiarienummer: S2025/1, S2025/2") == ("Rådet", "Diarienummer: S2025/1, S2025/2")


def test_a_wrong_number_of_a_memo_gives_way_to_the_one_in_its_path() -> None:
    wrong = row(
        title="Erasmus+ för 2028–2034,  2020/21:FPM28",
        id=" 2020/21:FPM28",
        url="/faktapromemoria/2025/09/202526fpm18/",
        types=["2540"],
    )
    finding = only(read([wrong]))
    assert finding.title == {"sv": "Erasmus+ för 2028–2034"}
    assert values(finding, Relation.SUBJECT) == ["2025/26:FPM18"]


# ------------------------------------------------------------------ declarations and addresses


def test_declared_sources_make_sense() -> None:
    declared = [source for source in load_sources() if source.platform == "g0v"]
    assert len(declared) >= 10
    for source in declared:
        PLATFORM.check(source)
        ask = PLATFORM.route(source.url)
        assert ask is not None
        assert ask.reader == "list"


@pytest.mark.parametrize(
    ("url", "options", "message"),
    [
        ("https://g0v.se/remisser", {}, "expected the address of a list"),
        ("https://g0v.se/api/codes.json", {}, "expected the address of a list"),
        (LIST, {"texts": 1}, "unknown option 'texts'"),
        (LIST, {"texts_since_days": "many"}, "expected days"),
    ],
)
def test_declarations_that_make_no_sense(url: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        PLATFORM.check(assignment("g0v", url, options=options).source)


def test_addresses_that_are_never_asked_for() -> None:
    assert PLATFORM.route("https://g0v.se/") is None
    assert PLATFORM.route("https://g0v.se/api/items.json") is None
