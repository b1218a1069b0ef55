"""regeringen.se through its mirror, in shapes made by hand."""

from datetime import date, timedelta
from typing import Any

import pytest

from config.errors import ConfigError
from config.sources import load_sources
from spiders.finding import Certainty, Kind, Relation
from spiders.g0v_pages import split_heading
from spiders.platform import Ask, Drifted, Empty, Failed
from tests.spiders.g0v_pages import LIST, NOW, PLATFORM, ROW, only, read, row, told, values
from tests.spiders.pages import assignment

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
