"""The Legislative Observatory: recorded pages against an independent reading, exports in the shape others read."""

import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from spiders.finding import Finding, Identifier, Kind, Relation, Step
from spiders.oeil import Oeil
from spiders.platform import Assignment, Blocked, Drifted, Empty, Failed, Page, Reading
from spiders.reading import read_page
from tests.spiders.pages import assignment, page
from tests.spiders.recorded import body_of, recorded

PLATFORM = Oeil()
LIST = "https://oeil.europarl.europa.eu/oeil/en/predefined-search/latest-procedures/export/XML?maxDays=7"
FILES = [
    "oeil/procedure-file-2021-2540-rsp.html",
    "oeil/procedure-file-2023-2019-ini.html",
    "oeil/procedure-file-2024-0258-cod.html",
    "oeil/procedure-file-2024-2006-reg.html",
    "oeil/procedure-file-2025-0229-nle.html.gz",
]
COD, NLE = FILES[2], FILES[4]
SUMMARY = "oeil/document-summary-1651118.html"

# Constructed: no export was ever recorded. The elements are those that three public clients read.
ITEM = """<item><reference>2026/0123(COD)*</reference><link>https://oeil.europarl.europa.eu/x</link>
<title>Waste: &lt;b&gt;shipments&lt;/b&gt;</title><lastpubdate>Fri Jan 23 2026</lastpubdate>
<committee><committee>ENVI</committee></committee><rapporteur><rapporteur>X Y</rapporteur></rapporteur></item>"""


def told(url: str = LIST, **terms: Any) -> Assignment:
    return assignment("oeil", url, **terms)


def read(answer: Page) -> Reading:
    return read_page(PLATFORM, answer, told(), (404,))


def only(reading: Reading) -> Finding:
    assert len(reading.findings) == 1
    return reading.findings[0]


def export(*items: str, count: int | str | None = None) -> str:
    announced = len(items) if count is None else count
    return (
        f'<?xml version="1.0"?><procedureList><items count="{announced}">{"".join(items)}</items></procedureList>'
    )


def read_list(body: str, told_of: Assignment | None = None) -> Reading:
    return read_page(PLATFORM, page(body, LIST, reader="list"), told_of or told())


# ------------------------------------------------------------------ recorded pages


@pytest.mark.parametrize("name", FILES)
def test_a_recorded_file_is_read_as_a_person_reads_it(shared: Path, name: str) -> None:
    answer = recorded(shared, PLATFORM, name)
    markup = " ".join(unescape(body_of(shared, name).decode()).split())
    reading = read(answer)
    finding = only(reading)
    heads = [" ".join(head.split()) for head in re.findall(r"<h2[^>]*>([^<]*)</h2>", markup)]
    assert finding.key == heads[0]
    assert finding.title == {"en": heads[1]}
    assert finding.kind is Kind.PROCEDURE
    assert finding.identifiers is not None
    assert finding.identifiers[0] == Identifier("procedure", heads[0])
    subjects = re.findall(r"\d{1,2}(?:\.\d\d)*(?= [A-Z][a-z])", re.search(r"Subject</p>(.*?)</p>", markup)[1])  # type: ignore[index]
    assert [subject.split()[0] for subject in finding.subjects or ()] == [f"oeil:{code}" for code in subjects]
    events = re.search(r"Key events</h2>(.*?)</tbody>", markup)
    assert events is not None
    days = [
        date(int(year), int(month), int(day))
        for day, month, year in re.findall(r"<td[^>]*>\s*(\d\d)/(\d\d)/(\d{4})\s*</td>", events[1])
    ]
    assert len(days) >= 3
    assert sorted(step.date for step in finding.steps or ()) == sorted(days)
    assert finding.published == min(days)
    named = {identifier.value for identifier in finding.identifiers}
    gateway = markup.partition("Documentation gateway</h2>")[2]
    assert set(re.findall(r"[AB]\d{1,2}-\d{4}/\d{4}|PE\d{3}\.\d{3}", gateway)) <= named
    assert reading.warnings == ()


def test_a_completed_file_ties_proposal_and_act(shared: Path) -> None:
    finding = only(read(recorded(shared, PLATFORM, COD)))
    subjects = {
        (name.scheme, name.value) for name in finding.identifiers or () if name.relation is Relation.SUBJECT
    }
    assert subjects == {("procedure", "2024/0258(COD)"), ("com", "COM(2024) 469"), ("celex", "32025R0535")}
    assert finding.bodies == (
        "AFET Foreign Affairs",
        "BUDG Budgets",
        "INTA International Trade",
        "CONT Budgetary Control",
        "Council: General Affairs",
        "Commission DG: Neighbourhood and Enlargement Negotiations",
    )
    assert finding.summary["en"].splitlines()[:2] == [
        "Status: Procedure completed",
        "Rapporteur: MIKSER Sven (S&D) (AFET)",
    ]
    assert Step(date(2025, 3, 21), "oeil:final-act-published-in-official-journal") in (finding.steps or ())


def test_an_open_file_names_its_committee_and_cites_older_files(shared: Path) -> None:
    finding = only(read(recorded(shared, PLATFORM, NLE)))
    assert finding.summary["en"].startswith("Status: Awaiting final decision\nRapporteur: BUDKA Borys (EPP)")
    cited = {name.value for name in finding.identifiers or () if name.relation is Relation.MENTION}
    assert {"2018/0003(NLE)", "2020/0260(NLE)", "(EU) 2018/1488", "A10-0241/2025"} <= cited


def test_shadow_rapporteurs_and_photographs_stay_out(shared: Path) -> None:
    shown = repr([only(read(recorded(shared, PLATFORM, name))) for name in FILES])
    assert "SJÖSTEDT" not in shown.replace("SJÖSTEDT Jonas (The Left) (CONT)", "")  # also rapporteur for opinion
    for hidden in ("EHLER", "NEGRESCU", "mepphoto", "KOS Marta"):
        assert hidden not in shown


def test_the_recorded_summary_has_its_day_from_the_text(shared: Path) -> None:
    raw = body_of(shared, SUMMARY).decode()
    assert 'datetime="2018-07-01T20:00:00"' in raw
    finding = only(read(recorded(shared, PLATFORM, SUMMARY)))
    assert (finding.key, finding.published) == ("summary-1651118", date(2021, 2, 11))
    assert finding.identifiers == (Identifier("procedure", "2021/2540(RSP)"),)
    assert finding.text is not None
    assert finding.text.startswith("The European Parliament adopted by 667 votes to 1,")
    assert finding.text.count("\n") + 1 == raw.count('class="MsoNormal"')


def test_an_unknown_reference_is_not_there_yet(shared: Path) -> None:
    reading = read(recorded(shared, PLATFORM, "oeil/procedure-file-unknown.404.json"))
    assert reading.findings == ()
    assert "not there yet (404: This procedure either does not exist" in reading.warnings[0]
    with pytest.raises(Failed, match="without the site's own message"):
        read(page("<html>gone</html>", FILES[0], reader="file", status=404))


MUTATIONS = [
    (COD, "es_title-h1", "es_title-x", "h2.es_title-h1"),
    (COD, "2024/0258(COD)\n", "unheard of\n", "h2.es_title-h1"),
    (COD, "es_title-h2 mb-3", "x", "h2.es_title-h2: expected a title"),
    (COD, ">Basic information<", ">Facts<", "Basic information"),
    (COD, ">Key events<", ">Happenings<", "Key events"),
    (COD, ">Technical information<", ">Technique<", "Technical information"),
    (COD, ">Documentation gateway<", ">Papers<", "Documentation gateway"),
    (COD, ">Subject<", ">Matter<", "Subject"),
    (COD, "6.30.02", "A-30", "Subject"),
    (COD, ">Status<", ">State<", "Status"),
    (COD, "Procedure completed", "Procedure vanished", "unknown stage 'Procedure vanished'"),
    (COD, ">Final act signed<", ">Final act sung<", "unknown event 'Final act sung'"),
    (COD, ">16/12/2024<", ">Monday<", "Key events: expected a day and an event"),
    (COD, ">Document type<", ">Sort<", "unknown table of documents"),
    (COD, ">Reference<", ">Number<", "unknown table of documents"),
    (COD, "Council configuration", "Configuration", "unknown table of key players 'configuration'"),
    (COD, "font-weight-normal", "thin", "Key players: no committee"),
    (COD, "numdoc=", "document=", "Final act: no CELEX number"),
    (COD, "es_product-section", "part", "Basic information"),
    (SUMMARY, "es_product-name", "x", ".es_product-name"),
    (SUMMARY, "es_product-subtitle", "x", ".es_product-subtitle"),
    (SUMMARY, "2021/2540(RSP)", "a procedure", ".es_product-subtitle"),
    (SUMMARY, "11/02/2021", "soon", "time"),
    (SUMMARY, "es_product-content", "x", ".es_product-content"),
]


@pytest.mark.parametrize(("name", "old", "new", "named"), MUTATIONS, ids=[f"{one[1]}" for one in MUTATIONS])
def test_whatever_is_used_and_changes_is_named(
    shared: Path, name: str, old: str, new: str, named: str | None
) -> None:
    markup = re.sub(r">\s+|\s+<", lambda space: space[0].strip(), body_of(shared, name).decode())
    old = old.strip()
    assert old in markup
    try:
        reading = read(recorded(shared, PLATFORM, name, markup.replace(old, new).encode()))
        said = " ".join(reading.warnings)
    except Drifted as exc:
        said = str(exc)
    assert named in said, said


def test_another_procedure_than_the_one_asked_for_is_drift(shared: Path) -> None:
    answer = page(
        body_of(shared, COD),
        "https://oeil.europarl.europa.eu/oeil/en/procedure-file?reference=2025/0001(COD)",
        reader="file",
    )
    with pytest.raises(Drifted, match=r"2025/0001\(COD\) was asked"):
        read(answer)


def test_a_bot_wall_is_blocked() -> None:
    with pytest.raises(Blocked):
        read(page("", LIST, reader="file", status=202, headers={"x-amzn-waf-action": "challenge"}))


def test_forecasts_are_steps_of_their_own(shared: Path) -> None:
    # Constructed: a section as other sections are built; none is recorded.
    markup = body_of(shared, NLE).decode()
    forecast = """<div class="es_product-section"><h2 class="es_title-h2 mb-2">Forecasts</h2><table><tbody>
    <tr><td>16/12/2026</td><td>Indicative plenary sitting date</td></tr></tbody></table></div>"""
    place = markup.index('<div class="es_product-section">')
    finding = only(read(recorded(shared, PLATFORM, NLE, (markup[:place] + forecast + markup[place:]).encode())))
    assert Step(date(2026, 12, 16), "oeil:forecast/indicative-plenary-sitting-date") in (finding.steps or ())


# ------------------------------------------------------------------ exports, constructed


def test_an_export_leads_to_the_files_of_its_rows() -> None:
    reading = read_list(export(ITEM))
    finding = only(reading)
    assert finding.key == "2026/0123(COD)"
    assert finding.title == {"en": "Waste: shipments"}
    assert finding.updated is not None
    assert finding.updated.date() == date(2026, 1, 23)
    assert finding.bodies == ("ENVI",)
    assert only(read_list(export(ITEM), told(known={"2026/0123(COD)": "v"}))).bodies is None
    assert "X Y" not in repr(reading)
    [ask] = reading.asks
    assert ask.url == "https://oeil.europarl.europa.eu/oeil/en/procedure-file?reference=2026/0123(COD)"
    assert (ask.key, ask.tolerated) == ("2026/0123(COD)", (404,))
    assert reading.warnings == ()
    changed = read_list(export(ITEM.replace("Jan 23", "Jan 24"))).asks[0]
    assert changed.version != ask.version
    assert read_list(export(ITEM), told(options={"details": False})).asks == ()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<rss/>", "expected <procedureList>"),
        ("<procedureList/>", "procedureList.items is missing"),
        (export(count=7), "7 items are announced"),
        (export("<item/>"), "none of 1 items could be read"),
        (export(ITEM.replace("reference>", "ref>")), "missing field item.reference"),
        (export(ITEM.replace("title>", "name>")), "missing field item.title"),
        ("<procedureList><items", "not XML"),
    ],
)
def test_another_shape_of_export_is_drift(body: str, said: str) -> None:
    with pytest.raises(Drifted, match=re.escape(said)):
        read_list(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (export(ITEM, count=2), "items@count says 2, there are 1"),
        (export(ITEM).replace(' count="1"', ""), "missing field procedureList.items@count"),
        (export(ITEM.replace("lastpubdate>", "date>")), "missing field item.lastpubdate"),
        (export(ITEM.replace("lastpubdate>", "date>")), "unexpected field item.date"),
        (export(ITEM.replace("link>", "href>")), "missing field item.link"),
        (export(ITEM.replace("Fri Jan 23 2026", "someday")), "item.lastpubdate: expected a day"),
        (export(ITEM, "<item/>"), "item.reference, item.title"),
        (export(*[ITEM.replace("0123", f"{number:04}") for number in range(500)]), "probably cut off"),
    ],
)
def test_what_an_export_lacks_is_said(body: str, said: str) -> None:
    assert said in " ".join(read_list(body).warnings)


def test_an_export_may_be_empty() -> None:
    with pytest.raises(Empty):
        read_list(export())


# ------------------------------------------------------------------ asking


def test_files_that_are_followed_or_open_are_read_every_time() -> None:
    asks = list(
        PLATFORM.start(told(options={"follow": ["2025/0229(NLE)"]}, reread=("2024/0258(COD)", "summary-1")))
    )
    assert [(ask.reader, ask.key, ask.version) for ask in asks] == [
        ("list", None, None),
        ("file", "2025/0229(NLE)", None),
        ("file", "2024/0258(COD)", None),
    ]
    yearly = told(LIST.replace("predefined-search/latest-procedures", "search") + "&year={year}")
    assert next(iter(PLATFORM.start(yearly))).url.endswith("year=2026")


@pytest.mark.parametrize(
    ("url", "options", "said"),
    [
        ("https://oeil.europarl.europa.eu/oeil/en/search", {}, "url: expected"),
        (LIST, {"detail": True}, "unknown option 'detail'"),
        (LIST, {"details": 1}, "details: got 1"),
        (LIST, {"follow": ["everything"]}, "follow: expected procedures"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(url: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        PLATFORM.check(told(url, options=options).source)


def test_only_known_addresses_are_asked_for() -> None:
    site = "https://oeil.europarl.europa.eu/oeil/en"
    assert PLATFORM.route(f"{site}/procedure-file/pdf?reference=2024/0258(COD)") is None
    assert PLATFORM.route(f"{site}/search") is None
    ask = PLATFORM.route(f"{site}/procedure-file?reference=2024/0258%28COD%29")
    assert ask is not None
    assert ask.reader == "file"
