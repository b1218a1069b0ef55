"""CELLAR: constructed SPARQL answers and every known trap of the endpoint."""

import copy
import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.sources import load_sources
from spiders.cellar import MOST_PAGES
from spiders.cellar_queries import LIMIT, LISTS, columns, form, query
from spiders.finding import Identifier, Kind, Relation, Step
from spiders.platform import Ask, Blocked, Drifted, Empty, Failed
from spiders.reading import read_page
from tests.spiders.cellar_pages import ENDPOINT, proposal, result
from tests.spiders.cellar_reading import LOG, PLATFORM, answer, asked, first, only, read, told
from tests.spiders.pages import assignment, page
from tests.spiders.recorded import body_of

# ------------------------------------------------------------------ queries


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_for_its_window_in_the_form_of_the_protocol(name: str) -> None:
    ask = first(told(name, options={"window_days": 28}))
    assert (ask.method, ask.url) == ("POST", ENDPOINT)
    assert ask.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(ask.body or "")["format"] == ["application/sparql-results+json"]
    text = asked(ask)
    assert '"2026-10-26"' in text
    assert f"LIMIT {LIMIT} OFFSET 0" in text
    assert "%" not in text
    # A "#" that begins a comment eats the rest of a folded line; those within addresses stay.
    assert all("<" in line for line in text.splitlines() if "#" in line)
    assert text.count("{") == text.count("}")
    assert set(columns(name)) >= {"date", "title_en", "title_sv"}


def test_the_window_reaches_back_to_the_last_good_scan() -> None:
    assert '"2026-09-01"' in asked(first(told(since="2026-09-01T06:00:00+00:00")))
    assert '"2026-10-26"' in asked(first(told(since="2026-11-20")))


def test_columns_are_those_of_the_select_with_its_expressions() -> None:
    assert columns("eurovoc") == ("u", "concept", "label", "l")
    assert columns("census") == ("celex",)


@given(st.text(min_size=1, max_size=40))
def test_no_value_breaks_out_of_a_query(value: str) -> None:
    try:
        text = query("dossier", procedure=value)
    except ValueError:
        return
    assert not set('"\\{}\n%?;') & set(value)
    assert f'"{value}"^^xsd:string' in text


def test_a_query_needs_all_its_values() -> None:
    with pytest.raises(ValueError, match="no value for since"):
        query("proposals")
    with pytest.raises(ValueError, match="no query 'everything'"):
        columns("everything")
    assert "comments+go" not in form("# comments go\nSELECT")


# ------------------------------------------------------------------ lists (answers constructed)


def test_a_proposal_is_read_with_its_titles_and_names() -> None:
    reading = read(told(), proposal())
    finding = only(reading)
    assert finding.key == "52026PC0321"
    assert finding.kind is Kind.PROPOSAL
    assert finding.title == {
        "sv": "Förslag till FÖRORDNING om ändring av förordning (EU) 2023/956 om avfall",
        "en": "Proposal for a REGULATION amending Regulation (EU) 2023/956 on waste",
    }
    assert finding.language == "sv"
    assert finding.published == date(2026, 11, 16)
    assert finding.identifiers == (
        Identifier("celex", "52026PC0321"),
        Identifier("com", "COM(2026) 321"),
        Identifier("procedure", "2026/0160(COD)"),
        Identifier("act", "(EU) 2023/956", Relation.MENTION),
    )
    assert finding.steps == (Step(date(2026, 11, 16), "cellar:PROP_REG"),)
    assert finding.url == "https://eur-lex.europa.eu/legal-content/SV/TXT/?uri=CELEX:52026PC0321"
    assert (reading.warnings, reading.last) == ((), True)


@pytest.mark.parametrize(
    ("celex", "sort", "kind"),
    [
        ("52026PC0001", "PROP_DIR", Kind.PROPOSAL),
        ("52026DC0001", "COMMUNIC", Kind.COMMUNICATION),
        ("52026DC0002", "PAPER_GREEN", Kind.COMMUNICATION),
        ("52026SC0001", "SWD", Kind.EU_DOCUMENT),
        ("52026IR2757", "OWNINI_OPIN_COR", Kind.OPINION),
        ("52026AE0075", "OPIN_EESC", Kind.OPINION),
        ("32026R1744", "REG", Kind.ACT),
        ("32026L0794", "DIR", Kind.ACT),
    ],
)
def test_types_are_kinds_and_an_unknown_one_falls_back_on_the_number(celex: str, sort: str, kind: Kind) -> None:
    assert only(read(told(), proposal(celex, type=sort))).kind is kind
    reading = read(told(), proposal(celex, type="BALLAD"))
    assert only(reading).kind is kind
    assert "unknown resource type 'BALLAD'" in reading.warnings


def test_an_act_says_when_it_is_in_force_and_due_as_national_law() -> None:
    title = "Direktiv (EU) 2024/3019 om rening av avloppsvatten, om upphävande av direktiv 91/271/EEG"
    row = proposal(
        "32024L3019", type="DIR", date="2024-11-27", procedure="2022/0345/COD", title_sv=title, title_en=None
    )
    finding = only(
        read(
            told("acts"),
            row | {"in_force": "2025-01-01", "transposition": "2027-07-31"},
            row | {"in_force": "9999-12-31", "transposition": "2027-07-31"},
        )
    )
    assert finding.steps == (
        Step(date(2024, 11, 27), "cellar:DIR"),
        Step(date(2025, 1, 1), "cellar:entry-into-force"),
        Step(date(2027, 7, 31), "cellar:transposition"),
    )
    assert Identifier("act", "(EU) 2024/3019") in (finding.identifiers or ())
    assert Identifier("act", "91/271/EEG", Relation.MENTION) in (finding.identifiers or ())


def test_opinions_name_who_gives_them() -> None:
    row = proposal("52026IR2757", type="OWNINI_OPIN_COR", procedure=None)
    assert only(read(told("opinions"), row)).bodies == ("Europeiska regionkommittén",)


def test_rows_of_one_document_are_one_finding() -> None:
    rows = [proposal(), proposal(), proposal(procedure="2026/0161/COD"), proposal(type="PROP_DIR")]
    finding = only(read(told(), *rows))
    assert {name for name in finding.identifiers or () if name.scheme == "procedure"} == {
        Identifier("procedure", "2026/0160(COD)", Relation.PACKAGE),
        Identifier("procedure", "2026/0161(COD)", Relation.PACKAGE),
    }


def test_corrigenda_are_no_items() -> None:
    assert [one.key for one in read(told(), proposal(), proposal("52026PC0321R(01)")).findings] == ["52026PC0321"]


def test_what_is_not_there_yet_is_left_open() -> None:
    reading = read(told(), proposal(title_sv=None, title_en=None, procedure=None), proposal("52026PC0322"))
    bare = reading.findings[0]
    assert bare.title == {"en": "COM(2026) 321"}
    assert "documents without a title in Swedish or English are shown by their number" in reading.warnings
    english = read(told(), proposal(title_sv=None), proposal("52026PC0322")).findings[0]
    assert english.language == "en"


@pytest.mark.parametrize("written", ["2026-11-16", "2026-11-16Z", "2026-11-16+01:00"])
def test_dates_come_with_and_without_a_zone(written: str) -> None:
    assert only(read(told(), proposal(date=written))).published == date(2026, 11, 16)


@pytest.mark.parametrize("written", ["1001-01-01", "9999-12-31"])
def test_sentinel_dates_are_none(written: str) -> None:
    finding = only(read(told(), proposal(date=written)))
    assert (finding.published, finding.steps) == (None, None)


def test_documents_of_the_council_and_initiatives_have_their_own_numbers() -> None:
    titles = {"title_en": "A", "title_sv": "B", "date": "2026-11-16", "work": "http://x.example"}
    council = only(read(told("council"), {"id": "consil:ST_15875_2025_INIT", **titles}))
    assert (council.key, council.kind) == ("ST 15875/2025 INIT", Kind.EU_DOCUMENT)
    assert council.identifiers == (Identifier("st", "ST 15875/2025 INIT"),)
    added = only(read(told("council"), {"id": "consil:ST_11536_2026_ADD_1", **titles}))
    assert added.key == "ST 11536/2026 ADD 1"
    mirrored = only(read(told("initiatives"), {"id": "pi_com:Ares(2025)6484878", **titles}))
    assert mirrored.identifiers == (Identifier("ares", "Ares(2025)6484878"),)
    untitled = read(
        told("initiatives"),
        {"id": "pi_com:Ares(2025)1", "date": "2026-11-16"},
        {"id": "pi_com:Ares(2025)6484878", **titles},
    )
    assert len(untitled.findings) == 1
    assert "documents without a title were left out" in untitled.warnings


def test_exactly_as_many_rows_as_the_limit_are_not_the_end() -> None:
    source = told()
    rows = [proposal(f"52026PC{number:04}") for number in range(LIMIT)]
    reading = read(source, *rows)
    assert not reading.last
    [following] = [ask for ask in reading.asks if ask.reader == "list"]
    assert f"OFFSET {LIMIT}" in asked(following)
    second = read(source, proposal("52026PC9001"), ask=following)
    assert second.last
    assert read(source, ask=following).last  # an empty page after a full one
    endless = Ask(ENDPOINT, "list", context=dict(following.context) | {"offset": str(LIMIT * MOST_PAGES)})
    with pytest.raises(Drifted, match="and no end"):
        read(source, *rows, ask=endless)


def test_no_rows_is_what_the_service_says_and_the_declaration_decides() -> None:
    with pytest.raises(Empty, match="no rows"):
        read(told())
    floors = {source.id: source.expect for source in load_sources() if source.platform == "cellar"}
    assert (floors["cellar-proposals"].min, floors["cellar-proposals"].may_be_empty) == (5, False)


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        ("Virtuoso 37000 Error SP031: SPARQL compiler: Internal error", Failed, "SP031"),
        ("Virtuoso 42000 Error The estimated execution time exceeds the limit", Failed, "execution time"),
        ("<html><body>Virtuoso S1T00 Error SR171</body></html>", Failed, "SR171"),
        ("Query is estimated to be too expensive", Failed, "too expensive"),
        ("<html><body>Welcome</body></html>", Drifted, "expected SPARQL results"),
        ('{"head":', Drifted, "expected SPARQL results"),
        ("{}", Drifted, "head: expected an object"),
        ("[]", Drifted, "expected an object"),
        ('{"boolean": true, "head": {}}', Drifted, "head.vars"),
    ],
)
def test_errors_that_come_with_status_200(body: str, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=re.escape(said)):
        read_page(PLATFORM, answer(first(told()), body), told())


def test_a_bot_wall_is_blocked() -> None:
    with pytest.raises(Blocked):
        read_page(
            PLATFORM, answer(first(told()), "", status=202, headers={"x-amzn-waf-action": "challenge"}), told()
        )


def test_each_column_that_changes_is_named() -> None:
    whole = result("proposals", proposal())
    for name in columns("proposals"):
        less = copy.deepcopy(whole)
        less["head"]["vars"].remove(name)
        assert name in _said(less)
        renamed = copy.deepcopy(whole)
        renamed["head"]["vars"] = [f"{one}X" if one == name else one for one in renamed["head"]["vars"]]
        assert name in _said(renamed)
        if name == "work":
            continue  # selected to tell rows apart, not read
        unbound = copy.deepcopy(whole)
        del unbound["results"]["bindings"][0][name]
        assert f"row.{name}" in _said(unbound)
        for odd in ("text", {"value": 7}, {"type": "literal"}, []):
            retyped = copy.deepcopy(whole)
            retyped["results"]["bindings"][0][name] = odd
            assert name in _said(retyped), odd
    for path in ("head", "results"):
        assert path in _said({key: value for key, value in whole.items() if key != path})
    extra = copy.deepcopy(whole)
    extra["head"]["vars"].append("price")
    extra["surprise"] = 1
    assert "unexpected column price" in _said(extra)
    assert "unexpected field surprise" in _said(extra)
    for name, odd in (("celex", "COM(2026) 321"), ("date", "soon"), ("procedure", "a file")):
        assert f"row.{name}" in _said(result("proposals", proposal(**{name: odd})))


def _said(body: object) -> str:
    try:
        reading = read_page(PLATFORM, answer(first(told()), body), told())
    except Drifted as exc:
        return str(exc)
    return " ".join(reading.warnings)


def test_the_recorded_binding_has_the_form_that_is_read(shared: Path) -> None:
    """The one binding that was ever recorded, put into the envelope of the protocol."""
    binding = json.loads(body_of(shared, "cellar/sparql-one-binding.json"))
    whole = result("census", vars_=list(binding))
    whole["results"]["bindings"] = [binding]
    ask = Ask(ENDPOINT, "census", context={"seen": ""})
    reading = read_page(PLATFORM, answer(ask, whole), told())
    assert "1 of 1 documents of the wider net are not in the list: 61991CC0017" in reading.warnings


@pytest.mark.parametrize("name", ["sparql-act.hand-made.json", "sparql-related.hand-made.json"])
def test_an_answer_to_another_question_is_drift(shared: Path, name: str) -> None:
    body = body_of(shared, f"cellar/{name}")
    with pytest.raises(Drifted, match=r"head\.vars: .*title_en.* expected, the answer has"):
        read_page(PLATFORM, page(body, ENDPOINT, reader="list"), told())


# ------------------------------------------------------------------ what comes later (answers constructed)


def test_descriptors_are_asked_for_until_they_are_there() -> None:
    rows = [proposal(f"52026PC{number:04}") for number in range(1, 32)]
    source = told(known={"52026PC0001": "eurovoc", "52026PC0002": "text"})
    asks = [ask for ask in read(source, *rows).asks if ask.reader == "eurovoc"]
    assert [asked(ask).count("resource/celex/") for ask in asks] == [15, 15]
    assert "52026PC0001>" not in asked(asks[0])
    assert all(ask.otherwise == () for ask in asks)
    resource = "http://publications.europa.eu/resource/celex/52026PC0002"
    label = {"u": resource, "concept": "http://eurovoc.europa.eu/343", "label": "waste water", "l": "en"}
    bare = {"u": resource, "concept": "http://eurovoc.europa.eu/5660"}
    reading = read(source, label, bare, ask=asks[0])
    finding = only(reading)
    assert finding.subjects == ("eurovoc:waste water", "eurovoc-id:5660")
    assert finding.version == "eurovoc+text"
    assert (finding.kind, finding.identifiers, finding.title["sv"]) == (
        Kind.PROPOSAL,
        None,
        proposal()["title_sv"],
    )
    assert read(source, ask=asks[1]).findings == ()


def test_the_census_names_what_the_list_lacks() -> None:
    source = told(options={"census": True})
    [ask] = [ask for ask in read(source, proposal()).asks if ask.reader == "census"]
    assert ask.otherwise == ()
    reading = read(
        source, {"celex": "52026PC0321"}, {"celex": "52026DC0400"}, {"celex": "52026PC0321R(01)"}, ask=ask
    )
    assert reading.warnings == ("1 of 2 documents of the wider net are not in the list: 52026DC0400",)
    assert read(source, {"celex": "52026PC0321"}, ask=ask).warnings == ()


def test_a_dossier_follows_from_a_row_and_its_events_from_it() -> None:
    source = told(options={"dossiers": True})
    [ask] = [ask for ask in read(source, proposal()).asks if ask.reader == "dossier"]
    assert (ask.key, '"2026/0160/COD"^^xsd:string' in asked(ask)) == ("2026/0160(COD)", True)
    member = {"dossier": "http://x.example", "pending": "1", "withdrawn": "0", "dossier_title_sv": "Avfall"}
    document = {key: value for key, value in proposal().items() if key not in ("work", "procedure")}
    staff = document | {"celex": "52026SC0100", "type": "http://x.example/resource-type/SWD", "date": "2026-11-17"}
    reading = read(source, member | document, member | staff, ask=ask)
    finding = only(reading)
    assert (finding.key, finding.title, finding.kind) == ("2026/0160(COD)", {"sv": "Avfall"}, Kind.PROCEDURE)
    assert finding.summary == {"en": "Status: pending"}
    assert finding.version is None
    assert Identifier("com", "COM(2026) 321") in (finding.identifiers or ())
    assert Identifier("com", "SWD(2026) 100", Relation.MENTION) in (finding.identifiers or ())
    assert [step.code for step in finding.steps or ()] == ["cellar:PROP_REG", "cellar:SWD"]
    [events] = reading.asks
    event = {"evt": "http://x.example/e1", "evtType": "http://x.example/event/ADP_FRM"}
    dated = only(read(source, event | {"date": "2026-11-18"}, ask=events))
    assert dated.version == ask.version
    assert dated.steps == (*(finding.steps or ()), Step(date(2026, 11, 18), "cellar:event/ADP_FRM"))
    assert "1 events without a day" in " ".join(read(source, event, ask=events).warnings)
    assert read(source, ask=ask).warnings[0].startswith("no dossier of 2026/0160(COD)")
    known = told(options={"dossiers": True}, known={"2026/0160(COD)": ask.version or ""})
    [again] = [one for one in read(known, proposal()).asks if one.reader == "dossier"]
    assert again.version == ask.version  # the crawl leaves out a known version


def test_what_is_followed_or_open_is_read_every_time() -> None:
    source = told(options={"follow": ["2025/0260(COD)"]}, reread=("52026PC0321", "ST 1/2026"))
    assert [(ask.reader, ask.key, ask.version) for ask in PLATFORM.start(source)] == [
        ("list", None, None),
        ("dossier", "2025/0260(COD)", None),
        ("text", "52026PC0321", None),
    ]


# ------------------------------------------------------------------ asking


@pytest.mark.parametrize(
    ("url", "options", "said"),
    [
        ("https://publications.europa.eu/resource/celex/32026R1744", {"query": "acts"}, "url: expected"),
        (f"{ENDPOINT}?query=x", {"query": "acts"}, "url: expected"),
        (ENDPOINT, {}, "query: expected one of proposals, opinions"),
        (LOG.replace("{start}", "2026-01-01"), {}, "the log needs startDate"),
        (ENDPOINT, {"query": "census"}, "query: expected"),
        (ENDPOINT, {"query": "acts", "text": True}, "unknown option 'text'"),
        (ENDPOINT, {"query": "acts", "texts": 1}, "texts: got 1"),
        (ENDPOINT, {"query": "acts", "window_days": 0}, "window_days: expected 1 to 400"),
        (ENDPOINT, {"query": "acts", "follow": ["all"]}, "follow: expected procedures"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(url: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        PLATFORM.check(assignment("cellar", url, options=options).source)


def test_every_list_is_declared() -> None:
    own = [source for source in load_sources() if source.platform == PLATFORM.name]
    assert {source.options["query"] for source in own if source.options} == set(LISTS)


def test_only_known_addresses_are_asked_for() -> None:
    for url in (
        "https://eur-lex.europa.eu/legal-content/SV/TXT/?uri=CELEX:32026R1744",
        "https://publications.europa.eu/webapi/notification/nal?startDate=2026-08-05",
        "https://publications.europa.eu/resource/cellar/x/zip#member.xml",
        f"{ENDPOINT}?query=SELECT",
    ):
        assert PLATFORM.route(url) is None
