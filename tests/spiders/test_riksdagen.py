"""The Riksdag's lists and records, made by hand for each rule."""

from datetime import date
from typing import Any

import pytest

from config.errors import ConfigError
from config.sources import load_sources
from spiders.finding import Certainty, Identifier, Kind, Relation, Step
from spiders.platform import Drifted, Empty
from spiders.riksdagen_documents import words
from tests.spiders.pages import assignment
from tests.spiders.riksdagen_pages import ASKED, DATA, DECLARED, PLATFORM, named, only, read, told

# ------------------------------------------------------------------ lists by hand


def row(number: int, **changes: Any) -> dict[str, Any]:
    fields = {
        "dok_id": f"HE06FPM{number}",
        "doktyp": "fpm",
        "typ": "fpm",
        "subtyp": "",
        "rm": "2026/27",
        "beteckning": f"FPM{number}",
        "nummer": str(number),
        "organ": "Miljödepartementet",
        "titel": "Ett nytt\nvattendirektiv",
        "datum": "2026-11-20",
        "systemdatum": "2026-11-20 13:31:39",
        "summary": "Kommissionen föreslog COM(2026) 12.\n",
        "notis": "",
        "filbilaga": {
            "fil": {"typ": "pdf", "namn": "fpm.pdf", "storlek": "1", "url": "//data.riksdagen.se/fil/1"}
        },
    }
    return fields | changes


def listing(rows: object, **changes: Any) -> dict[str, Any]:
    count = len(rows) if isinstance(rows, list) else 1
    fields = {
        "@traffar": str(count),
        "@traff_fran": "1",
        "@traff_till": str(count),
        "@sida": "1",
        "@sidor": "1",
        "@q": ASKED.partition("?")[2],
        "dokument": rows,
        "facettlista": None,
    }
    return {"dokumentlista": fields | changes}


def test_a_list_row_as_a_finding() -> None:
    reading = read(listing([row(5)]))
    finding = only(reading)
    assert reading.warnings == ()
    assert reading.last
    assert reading.listed == frozenset()  # the last weeks say nothing of what is gone
    assert (finding.kind, finding.title) == (Kind.FPM, {"sv": "Ett nytt vattendirektiv"})
    assert finding.summary == {"sv": "Kommissionen föreslog COM(2026) 12."}
    assert named(finding) == ["HE06FPM5", "2026/27:FPM5"]
    assert finding.url == "https://data.riksdagen.se/dokument/HE06FPM5.html"
    assert finding.attachments == (("fpm.pdf", "https://data.riksdagen.se/fil/1"),)


def test_one_hit_may_stand_without_its_list() -> None:
    assert only(read(listing(row(5)))).key == "HE06FPM5"


@pytest.mark.parametrize("without", [{"dokument": None}, {"dokument": ""}, {"dokument": []}, None])
def test_zero_hits(without: dict[str, Any] | None) -> None:
    body = listing([], **{"@sidor": "0", "@traff_fran": "0"}, **(without or {}))
    if without is None:
        del body["dokumentlista"]["dokument"]
    with pytest.raises(Empty, match="no hits"):
        read(body)


def test_hits_that_are_announced_and_not_there_are_drift() -> None:
    with pytest.raises(Drifted, match="7 hits are announced"):
        read(listing([], **{"@traffar": "7"}))


def test_a_filter_that_was_ignored_is_seen() -> None:
    with pytest.raises(Drifted, match="the filter was ignored"):
        read(listing([row(1, doktyp="mot", typ="mot")]))
    reading = read(listing([row(1), row(2, datum="2019-01-01"), row(3, doktyp="mot")]))
    assert "1 of 3 rows are not of doktyp=fpm" in reading.warnings
    assert any("1 of 3 rows lie outside from=2026-10-24" in warning for warning in reading.warnings)
    reading = read(listing([row(1)], **{"@q": "doktyp=fpm"}))
    assert "asked from='2026-10-24', the service says it was None" in reading.warnings


def test_pages_follow_each_other_until_the_last_and_never_in_a_circle() -> None:
    def page_of(number: int, following: str | None) -> dict[str, Any]:
        more = {"@traffar": "3", "@sidor": "3", "@sida": str(number)}
        places = {"@traff_fran": str(number), "@traff_till": str(number)}
        leads = {"@nasta_sida": following} if following else {}
        return listing([row(number)], **more, **places, **leads)

    to_two = ASKED.replace("https", "http").replace("p=1", "p=2")
    first = read(page_of(1, to_two))
    (ask,) = first.asks
    assert ask.url == ASKED.replace("p=1", "p=2")
    assert not first.last
    circle = read(page_of(2, to_two), ask.url, context=ask.context)
    assert circle.asks == ()
    assert not circle.last
    assert any("it is not followed" in warning for warning in circle.warnings)
    elsewhere = read(page_of(2, "https://elsewhere.example/?p=3"), ask.url, context=ask.context)
    assert elsewhere.asks == ()
    assert read(page_of(3, None), ASKED.replace("p=1", "p=3"), context={"page": "3"}).last
    with pytest.raises(Drifted, match="page 2 was asked, page 1 came"):
        read(page_of(1, to_two), ask.url, context=ask.context)


def test_a_list_that_ends_too_early_is_not_complete() -> None:
    reading = read(listing([row(1)], **{"@traffar": "2"}))
    assert "the list ends at hit 1 of 2" in reading.warnings
    assert not reading.last
    reading = read(listing([row(1)], **{"@traffar": "2", "@traff_till": "2"}))
    assert "hits 1 to 2 are announced, page 1 has 1 rows" in reading.warnings


def test_records_are_asked_for_where_declared_and_by_the_services_own_mark() -> None:
    assert read(listing([row(5)])).asks == ()
    (ask,) = read(listing([row(5)]), about=told(options={"detail": True})).asks
    assert ask.url == "https://data.riksdagen.se/dokumentstatus/HE06FPM5.json"
    assert (ask.key, ask.version) == ("HE06FPM5", "2026-11-20T13:31:39+01:00")
    (odd,) = read(listing([row(5, dok_id="sfs-1895-bih. 52 s. 1")]), about=told(options={"detail": True})).asks
    assert odd.url == "https://data.riksdagen.se/dokumentstatus/sfs-1895-bih.%2052%20s.%201.json"


def test_a_bad_row_and_unknown_words_are_said() -> None:
    reading = read(listing([row(1), row(2, dok_id=""), row(3, doktyp="fpm", new="x")]))
    assert len(reading.findings) == 2
    assert any("dokument[1].dok_id" in warning for warning in reading.warnings)
    assert "unexpected field dokumentlista.dokument[].new" in reading.warnings
    url = ASKED.replace("doktyp=fpm&", "")
    assert any(
        "unknown doktyp 'xyz'" in warning for warning in read(listing([row(1, doktyp="xyz")]), url).warnings
    )


def test_a_committees_statement_is_about_the_document_in_its_title() -> None:
    url = ASKED.replace("doktyp=fpm", "doktyp=bet")
    terms = {"doktyp": "bet", "subtyp": "utl", "beteckning": "MJU5"}
    finding = only(read(listing([row(1, titel="Subsidiaritetsprövning av COM(2026) 12", **terms)]), url))
    assert "COM(2026) 12" in named(finding)
    finding = only(read(listing([row(1, titel="Prövning av COM(2026) 12 och COM(2026) 13", **terms)]), url))
    assert named(finding, Relation.PACKAGE) == ["COM(2026) 12", "COM(2026) 13"]


# ------------------------------------------------------------------ records by hand


def record(**changes: Any) -> dict[str, Any]:
    document = {
        "dok_id": "HE06FPM5",
        "doktyp": "fpm",
        "typ": "fpm",
        "subtyp": None,
        "rm": "2026/27",
        "beteckning": "FPM5",
        "nummer": "5",
        "typrubrik": "Fakta-pm 2026/27:FPM5",
        "organ": "Miljödepartementet",
        "mottagare": "",
        "datum": "2026-11-20 00:00:00",
        "systemdatum": "2026-11-20 13:31:39",
        "titel": "Ett nytt vattendirektiv",
        "html": "<style>p{}</style><p>Regeringskansliet Faktapromemoria 2026/27:FPM5</p>"
        "<h2>Dokumentbeteckning</h2><p>KOM (2026) 12</p><p>Förslag till direktiv</p><h2>Sammanfattning</h2>"
        "<p>Förslaget följer COM(2025) 280.</p>",
    }
    blocks = {"dokaktivitet": None, "dokuppgift": None, "dokbilaga": None, "dokreferens": None}
    return {"dokumentstatus": {"dokument": document} | blocks | changes}


RECORD = f"{DATA}/dokumentstatus/HE06FPM5.json"


def test_a_memo_is_about_what_stands_under_its_reference() -> None:
    finding = only(read(record(), RECORD))
    assert named(finding) == ["HE06FPM5", "2026/27:FPM5", "COM(2026) 12"]
    assert named(finding, Relation.MENTION) == ["COM(2025) 280"]
    assert finding.version == "2026-11-20T13:31:39+01:00"


def activity(code: str, day: str, status: str | None = "inträffat") -> dict[str, Any]:
    return {"kod": code, "namn": "", "datum": day, "status": status, "ordning": "0", "process": None}


def eu_record(*activities: dict[str, Any], kind: str = "Subsidiaritetskontroll") -> dict[str, Any]:
    body = record(
        dokaktivitet={"aktivitet": list(activities)},
        dokuppgift={"uppgift": {"kod": "ärendetyp", "namn": "", "text": kind, "dok_id": "", "systemdatum": ""}},
    )
    terms = {"dok_id": "HEB612", "doktyp": "eu-dokument", "subtyp": "JOIN", "rm": "2026", "beteckning": "12"}
    body["dokumentstatus"]["dokument"] |= terms | {"typrubrik": "EU-dokument JOIN(2026) 12"}
    return body


def test_a_deadline_is_given_and_only_of_a_subsidiarity_check() -> None:
    url = f"{DATA}/dokumentstatus/HEB612.json"
    finding = only(read(eu_record(activity("TFR", "2027-01-15 00:00:00", None)), url))
    assert finding.windows is not None
    assert [(window.closes, window.certainty) for window in finding.windows] == [
        (date(2027, 1, 15), Certainty.GIVEN)
    ]
    assert "JOIN(2026) 12" in named(finding)
    reading = read(eu_record(activity("TFR", "2027-01-15"), kind="Granskning"), url)
    assert only(reading).windows is None
    assert any("taken for no subsidiarity check" in warning for warning in reading.warnings)
    assert only(read(eu_record(activity("INL", "2026-11-20")), url)).windows is None


def test_what_is_planned_is_no_step_and_unknown_codes_are_said() -> None:
    url = f"{DATA}/dokumentstatus/HEB612.json"
    body = eu_record(
        activity("B", "2026-11-24", "planerat"), activity("INL", "2026-11-20"), activity("XYZ", "2026-11-21")
    )
    reading = read(body, url)
    assert only(reading).steps == (
        Step(date(2026, 11, 20), "riksdagen:INL"),
        Step(date(2026, 11, 21), "riksdagen:XYZ"),
    )
    assert reading.warnings == ("unknown activity 'XYZ'",)
    reading = read(eu_record(activity("INL", "2026-11-20", "kanske")), url)
    assert reading.warnings == ("unknown activity status 'kanske'",)


def reference(**fields: str) -> dict[str, Any]:
    empty = dict.fromkeys(
        words("referenstyp uppgift ref_dok_subtyp ref_dok_titel ref_dok_subtitel ref_dok_dokumentnamn")
    )
    return empty | fields


@pytest.mark.parametrize(
    ("bills", "relation", "values"),
    [
        (("89",), Relation.SUBJECT, {"Prop. 2026/27:89"}),
        (("89", "90"), Relation.PACKAGE, {"Prop. 2026/27:89", "Prop. 2026/27:90"}),
        (("1",), Relation.MENTION, {"Prop. 2026/27:1"}),
    ],
)
def test_a_committees_report_is_about_the_bill_that_it_treats(
    bills: tuple[str, ...], relation: Relation, values: set[str]
) -> None:
    """So the Riksdag's decision on the report is a step of the bill's file."""
    tied = [
        reference(referenstyp="behandlar", ref_dok_id=f"HE03{number}", ref_dok_typ="prop")
        | {"ref_dok_rm": "2026/27", "ref_dok_bet": number, "ref_dok_subtyp": "prop"}
        for number in bills
    ]
    changes = {"dokreferens": {"referens": tied}, "dokaktivitet": {"aktivitet": [activity("BES", "2027-03-03")]}}
    report = record(**changes)
    about = {"dok_id": "HE01MJU5", "doktyp": "bet", "typ": "bet", "subtyp": "bet", "rm": "2026/27"}
    report["dokumentstatus"]["dokument"] |= about | {"beteckning": "MJU5", "titel": "Avlopp"}
    finding = only(read(report, f"{DATA}/dokumentstatus/HE01MJU5.json"))
    assert values <= set(named(finding, relation))
    assert finding.steps == (Step(date(2027, 3, 3), "riksdagen:BES"),)


def test_references_are_mentions_without_members_motions() -> None:
    refs = [
        reference(ref_dok_id="HE01MJU5", ref_dok_typ="bet", ref_dok_rm="2026/27", ref_dok_bet="MJU5"),
        reference(ref_dok_id="HE022", ref_dok_typ="mot", ref_dok_rm="2026/27", ref_dok_bet="2"),
        reference(ref_dok_id="HEB612", ref_dok_typ="eu-dokument", ref_dok_rm="2026", ref_dok_bet="12")
        | {"ref_dok_subtyp": "COM"},
    ]
    mentions = named(only(read(record(dokreferens={"referens": refs}), RECORD)), Relation.MENTION)
    assert {"HE01MJU5", "Bet. 2026/27:MJU5", "HEB612"} <= set(mentions)
    assert "HE022" not in mentions


def test_another_record_than_the_one_asked_for_is_drift() -> None:
    with pytest.raises(Drifted, match="HE06FPM6 was asked"):
        read(record(), f"{DATA}/dokumentstatus/HE06FPM6.json")


# ------------------------------------------------------------------ asking


def test_a_list_is_asked_for_by_date_and_further_back_after_a_pause() -> None:
    (ask,) = PLATFORM.start(told())
    assert ask.url == ASKED
    assert ask.reader == "list"
    earlier, again = PLATFORM.start(told(since="2026-08-01", reread=("HE06FPM5",)))
    assert "from=2026-08-01" in earlier.url
    assert (again.url, again.key, again.version) == (RECORD, "HE06FPM5", None)
    (wide,) = PLATFORM.start(told(options={"window_days": 365}))
    assert "from=2025-11-23" in wide.url


def test_declared_sources_make_sense() -> None:
    declared = [source for source in load_sources() if source.platform == "riksdagen"]
    assert {"riksdagen-fpm", "riksdagen-eu-dokument", "riksdagen-prop"} <= {source.id for source in declared}
    for source in declared:
        PLATFORM.check(source)
        assert source.licence == "Källa: Sveriges riksdag"


@pytest.mark.parametrize(
    ("url", "options", "message"),
    [
        (f"{DATA}/dokument/HE06FPM5.html", {}, "expected an address of /dokumentlista/"),
        (DECLARED + "&to=2026-01-01", {}, "ignores the parameter 'to'"),
        (DECLARED.replace("utformat=json", "utformat=xml"), {}, "utformat=json"),
        (DECLARED, {"days": 3}, "unknown option 'days'"),
        (DECLARED, {"window_days": "30"}, "window_days: got '30'"),
    ],
)
def test_declarations_that_make_no_sense(url: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        PLATFORM.check(assignment("riksdagen", url, options=options).source)


def test_other_forms_are_drift() -> None:
    for body in ("<!doctype html><html><title>Riksdagen</title></html>", b"{", {"dokumentlista": None}, []):
        with pytest.raises(Drifted):
            read(body)
    with pytest.raises(Drifted, match="not XML"):
        read("<dokumentlista", ASKED.replace("utformat=json", "utformat=xml"))


def test_identifier_of_a_communication() -> None:
    url = ASKED.replace("doktyp=fpm", "doktyp=prop")
    finding = only(read(listing([row(7, doktyp="prop", subtyp="skr", beteckning="7")]), url))
    assert finding.kind is Kind.COMMUNICATION
    assert Identifier("skr", "Skr. 2026/27:7") in (finding.identifiers or ())
