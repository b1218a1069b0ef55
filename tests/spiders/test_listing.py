"""Declared pages. No page of any declared source is recorded: every page here is constructed."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ConfigError
from config.sources import Expectations, load_sources
from spiders.finding import Certainty, Finding, Identifier, Kind, Outcome, Relation, Step, Window, WindowKind
from spiders.listing import Listing
from spiders.listing_dates import When, find_when, is_form, read_stamp
from spiders.platform import Ask, Assignment, Blocked, Drifted, Empty, Reading
from spiders.reading import read_page
from tests.spiders.conftest import Scan, declared
from tests.spiders.hostile_server import HostileServer
from tests.spiders.pages import NOW, assignment, page

PLATFORM = Listing()
URL = "https://myndigheten.example/bidrag/"
OPTIONS: dict[str, Any] = {
    "kind": "call",
    "row": "li.utlysning",
    "title": "h3",
    "date": ".publicerad",
    "deadline": ".sista-dag",
    "summary": ".ingress",
    "date_format": "swedish",
}
ROW = """
<li class="utlysning"><a href="{link}"><h3>Stöd till <em>lokala</em> vattenåtgärder {n}</h3></a>
 <p class="publicerad">Publicerad 2 november 2026</p>
 <p class="sista-dag">Sista ansökningsdag: 15 december 2026 kl. 14.00</p>
 <p class="ingress">Enligt SFS 2026:12. Frågor: anna.exempel@myndigheten.example, 010-123 45 67.</p></li>
"""
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def html(*rows: str, head: str = "", language: str = "sv") -> str:
    return f"<!doctype html><html lang='{language}'><head>{head}</head><main><ul>{''.join(rows)}</ul></main>"


def row(number: int = 1, link: str = "/bidrag/{n}?utm_source=x#top") -> str:
    return ROW.format(link=link.format(n=number), n=number)


def told(**terms: Any) -> Assignment:
    fields: dict[str, Any] = {"options": OPTIONS, "languages": ("sv",)}
    return assignment("page", terms.pop("url", URL), **(fields | terms))


def read(body: str | bytes, told_of: Assignment | None = None, ask: Ask | None = None, **terms: Any) -> Reading:
    given = told_of or told()
    [first] = PLATFORM.start(given)
    ask = ask or first
    return read_page(PLATFORM, page(body, ask.url, reader=ask.reader, context=ask.context, **terms), given)


def only(reading: Reading) -> Finding:
    [finding] = reading.findings
    return finding


# ------------------------------------------------------------------ lists


def test_a_row_is_read_as_a_person_reads_it() -> None:
    reading = read(html(row()))
    finding = only(reading)
    assert finding.key == "https://myndigheten.example/bidrag/1"
    assert finding.url == "https://myndigheten.example/bidrag/1?utm_source=x#top"
    assert finding.title == {"sv": "Stöd till lokala vattenåtgärder 1"}
    assert (finding.kind, finding.language, finding.published) == (Kind.CALL, "sv", date(2026, 11, 2))
    closes_at = datetime(2026, 12, 15, 13, tzinfo=UTC)
    assert finding.windows == (Window(WindowKind.CALL, None, date(2026, 12, 15), Certainty.GIVEN, closes_at),)
    assert finding.identifiers == (Identifier("sfs", "SFS 2026:12", Relation.MENTION),)
    assert (reading.warnings, reading.last, reading.listed) == ((), False, frozenset())


def test_officers_are_left_out_of_texts() -> None:
    summary = only(read(html(row()))).summary["sv"]
    assert summary == "Enligt SFS 2026:12. Frågor: …, …."


def test_days_and_amounts_are_no_telephone_numbers() -> None:
    told_once = "Öppet 09-10-2026 till 2026-12-15, högst 10 000 000 kr, dnr 2026-01503, org.nr 212000-1488"
    body = html(row().replace("Enligt SFS 2026:12", told_once))
    assert only(read(body)).summary["sv"].startswith(told_once)


@pytest.mark.parametrize(
    ("markup", "link"),
    [
        ("<div class=r><h3><a href='a'>T</a></h3></div>", "https://myndigheten.example/bidrag/a"),
        ("<div class=r><a href='../b'><h3>T</h3></a></div>", "https://myndigheten.example/b"),
        ("<a class=r href='//annan.example/c'><h3>T</h3></a>", "https://annan.example/c"),
        ("<div class=r><h3>T</h3><a href='?id=7'>Läs mer</a></div>", "https://myndigheten.example/bidrag/?id=7"),
    ],
)
def test_the_link_is_in_around_or_beside_the_title(markup: str, link: str) -> None:
    options = {"row": ".r", "title": "h3"}
    assert only(read(html(markup), told(options=options))).url == link


def test_a_declared_link_wins_and_only_http_is_a_link() -> None:
    markup = "<div class=r><h3><a href='/a'>T</a></h3><a class=more href='{}'>mer</a></div>"
    options = {"row": ".r", "title": "h3", "link": "a.more"}
    assert only(read(html(markup.format("/b")), told(options=options))).url.endswith("/b")
    with pytest.raises(Drifted, match=r"options.link"):
        read(html(markup.format("javascript:alert(1)")), told(options=options))


def test_of_a_query_only_what_is_declared_counts() -> None:
    rows = [row(1, "/visa?id=1&utm=x"), row(2, "/visa?id=2&utm=y")]
    assert len(read(html(*rows), told(options=OPTIONS | {"keep_query": ["id"]})).findings) == 2
    reading = read(html(*rows))
    assert len(reading.findings) == 1
    assert reading.warnings == ("1 rows repeat another one's address",)


def test_dates_of_events_are_steps() -> None:
    finding = only(read(html(row()), told(options=OPTIONS | {"date_is": "event"})))
    assert (finding.published, finding.steps) == (None, (Step(date(2026, 11, 2), "page:event"),))


def test_a_datetime_attribute_counts_before_the_text() -> None:
    markup = "<article class=r><h3><a href='/a'>T</a></h3><time datetime='2026-11-19T23:30:00Z'>yesterday</time>"
    options = {"row": ".r", "title": "h3", "date": "time", "zone": "Europe/Brussels"}
    assert only(read(html(markup), told(options=options))).published == date(2026, 11, 20)


def test_other_encodings_are_read() -> None:
    body = html(row(), head="<meta charset='iso-8859-1'>").encode("latin-1")
    assert "Stöd" in only(read(body)).title["sv"]
    body = html(row()).encode("latin-1")
    assert "Stöd" in only(read(body, headers={"content-type": "text/html; charset=iso-8859-1"})).title["sv"]


def test_what_is_taken_out_first_is_not_read() -> None:
    options = OPTIONS | {"without": [".notis"]}
    body = html(
        "<li class='utlysning notis'><h3>Kakor</h3></li><script>var x='<li class=utlysning>'</script>", row()
    )
    assert len(read(body, told(options=options)).findings) == 1


def test_another_language_is_said() -> None:
    assert read(html(row(), language="en-GB")).warnings == ("the page says that it is in 'en', declared is sv",)


# ------------------------------------------------------------------ drift


@pytest.mark.parametrize("field", ["row", "title", "date", "deadline", "summary", "link"])
def test_every_selector_that_no_longer_matches_is_named(field: str) -> None:
    options = OPTIONS | {field: ".borta"}
    try:
        said = " ".join(read(html(row(1), row(2)), told(options=options)).warnings)
    except Drifted as exc:
        said = str(exc)
    assert f"options.{field}" in said


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('class="utlysning"', 'class="kort"', "row"),
        ("h3", "h4", "title"),
        ("publicerad", "pub", "date"),
        ("2 november 2026", "nyss", "date"),
        ("sista-dag", "slut", "deadline"),
        ("15 december 2026", "snart", "deadline"),
        ("ingress", "lead", "summary"),
        ("href", "data-href", "link"),
    ],
)
def test_every_used_part_of_a_page_that_changes_is_named(old: str, new: str, field: str) -> None:
    body = html(row(1), row(2))
    assert old in body
    try:
        said = " ".join(read(body.replace(old, new)).warnings)
    except Drifted as exc:
        said = str(exc)
    assert f"options.{field}" in said


def test_one_row_without_a_title_is_a_warning() -> None:
    reading = read(html(row(1), "<li class=utlysning>Visa fler</li>"))
    assert only(reading).key.endswith("/1")
    assert "options.title: nothing in 1 of 2 rows" in reading.warnings


def test_no_rows_are_drift_unless_the_page_may_say_that_there_are_none() -> None:
    empty = html("<p>Inga öppna utlysningar just nu.</p>")
    may = Expectations(may_be_empty=True)
    with pytest.raises(Drifted, match=r"options.row: 'li.utlysning' matches nothing"):
        read(empty)
    with pytest.raises(Empty):
        read(empty, told(expect=may))
    named = OPTIONS | {"empty": "inga öppna utlysningar"}
    with pytest.raises(Empty):
        read(empty, told(expect=may, options=named))
    with pytest.raises(Drifted):
        read(html("<p>Något helt annat</p>"), told(expect=may, options=named))


def test_walls_are_blocked_and_other_forms_are_drift() -> None:
    with pytest.raises(Blocked):
        read("<html><head><title>Just a moment...</title></head></html>")
    with pytest.raises(Drifted, match="html was due"):
        read('{"a": 1}')


# ------------------------------------------------------------------ pages behind rows


DETAIL = OPTIONS | {"detail": {"text": "article", "deadline": ".sista"}}


def test_pages_behind_rows_add_text_and_deadline() -> None:
    given = told(options=DETAIL)
    reading = read(html(row(1), row(2, "https://annan.example/2")), given)
    [ask] = reading.asks
    assert (ask.url, ask.key) == ("https://myndigheten.example/bidrag/1?utm_source=x#top", only_key(reading))
    body = "<html><article><p>Allt om stödet.</p><p>Ring 010-123 45 67</p></article><b class=sista>2026-12-01</b>"
    detail = only(read(body, given, ask))
    assert (detail.key, detail.title, detail.version) == (ask.key, reading.findings[0].title, ask.version)
    assert detail.text == "Allt om stödet.\nRing …"
    assert detail.windows == (Window(WindowKind.CALL, None, date(2026, 12, 1), Certainty.GIVEN),)
    with pytest.raises(Drifted, match=r"options.detail.text"):
        read("<html><body>omgjord</body></html>", given, ask)


def only_key(reading: Reading) -> str:
    return reading.findings[0].key


def test_a_changed_row_or_declaration_reads_the_page_again() -> None:
    def version(body: str, options: dict[str, Any] = DETAIL) -> str | None:
        return read(body, told(options=options)).asks[0].version

    assert version(html(row())) == version(html(row()) + "<footer>nytt</footer>")
    assert version(html(row())) != version(html(row()).replace("15 december", "16 december"))
    assert version(html(row())) != version(html(row()), DETAIL | {"detail": {"text": "main"}})


def test_no_more_pages_than_declared_are_asked_for() -> None:
    body = html(*(row(number) for number in range(30)))
    assert len(read(body, told(options=DETAIL | {"most_details": 7})).asks) == 7


# ------------------------------------------------------------------ watched pages


WATCH = {"watch": "main", "kind": "other"}


def test_a_watched_page_is_one_document() -> None:
    body = f"<html lang=sv><body><main><h1>Bidrag</h1><p>{'Sök stöd. ' * 20}</p></main><footer>a@b.example"
    given = told(options=WATCH, title="Myndigheten: bidrag")
    finding = only(read(body, given))
    assert (finding.key, finding.title) == (URL, {"sv": "Myndigheten: bidrag"})
    assert finding.text is not None
    assert finding.text.startswith("Bidrag\nSök stöd.")
    assert finding.windows is None


@pytest.mark.parametrize("body", ["<html><main>Laddar …</main></html>", "<html><div id=root></div></html>"])
def test_a_shell_without_text_is_drift_and_never_no_calls(body: str) -> None:
    with pytest.raises(Drifted, match=r"options.watch: 'main' gives"):
        read(body, told(options=WATCH))


# ------------------------------------------------------------------ dates


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("Publicerad 2026-11-02, ändrad 2026-11-05", "iso", date(2026, 11, 2)),
        ("Senast 15 december", "swedish", date(2026, 12, 15)),
        ("2026-12-15", "swedish", date(2026, 12, 15)),
        ("on 3 March 2027", "english", date(2027, 3, 3)),
        ("Sept. 3rd, 2027", "english", date(2027, 9, 3)),
        ("Deadline: 15/12/2026 17:00", "european", date(2026, 12, 15)),
        ("15-12-26", "%d-%m-%y", date(2026, 12, 15)),
        ("31 februari 2026", "swedish", None),
        ("soon", "english", None),
        ("", "iso", None),
    ],
)
def test_days_are_found_in_their_form(text: str, form: str, day: date | None) -> None:
    found = find_when(text, form, STOCKHOLM, date(2026, 11, 23))
    assert (found.day if found else None) == day


def test_of_a_period_the_last_day_is_the_deadline() -> None:
    when = find_when(
        "Ansök 1 december 2026 – 15 januari 2027 kl 16:00", "swedish", STOCKHOLM, NOW.date(), last=True
    )
    assert when == When(date(2027, 1, 15), datetime(2027, 1, 15, 15, tzinfo=UTC))


def test_stamps() -> None:
    assert read_stamp("2026-11-19", STOCKHOLM) == When(date(2026, 11, 19))
    assert read_stamp("2026-11-19T14:00:00", STOCKHOLM) == When(
        date(2026, 11, 19), datetime(2026, 11, 19, 13, tzinfo=UTC)
    )
    assert read_stamp("i går", STOCKHOLM) is None


@given(st.text(max_size=200), st.sampled_from(["iso", "swedish", "english", "european", "%d.%m.%Y"]))
def test_no_text_breaks_the_search_for_days(text: str, form: str) -> None:
    found = find_when(text, form, STOCKHOLM, date(2026, 11, 23))
    assert found is None or found.day.year > 0


@given(st.text(alphabet="<>/ahreflinm=\"' .:;&#x1ö\x00\x01", max_size=300))
def test_no_page_breaks_the_reader(markup: str) -> None:
    try:
        read(f"<html><main><li class=utlysning><h3>{markup}</h3></main>")
    except (Drifted, Empty, Blocked) as exc:
        assert str(exc)


# ------------------------------------------------------------------ declarations


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "either row .a list. or watch"),
        ({"row": "li", "title": "h3", "watch": "main"}, "either row"),
        ({"row": "li"}, "a list needs title"),
        ({"row": "li[", "title": "h3"}, "options.row: .*'li\\[' is no CSS selector"),
        ({"row": "li", "title": "h3::text"}, "options.title: .*selects no element"),
        ({"row": "li", "title": "h3", "colour": "red"}, "options.colour: Extra inputs"),
        ({"row": "li", "title": "h3", "date_format": "%Y"}, "options.date_format: .*is no form of a date"),
        ({"row": "li", "title": "h3", "zone": "Europe/Lidkoping"}, "options.zone: .*no time zone"),
        ({"row": "li", "title": "h3", "detail": {"texts": "p"}}, "options.detail.texts"),
        ({"row": "li", "title": "h3", "kind": "novel"}, "options.kind"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused_in_one_line(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        PLATFORM.check(told(options=options).source)
    assert "\n" not in str(refused.value)


def test_a_language_is_needed() -> None:
    with pytest.raises(ConfigError, match="languages"):
        PLATFORM.check(told(languages=()).source)


def test_forms_of_dates() -> None:
    assert all(map(is_form, ("iso", "swedish", "english", "european", "%d/%m/%Y", "%d %B %Y")))
    assert not any(map(is_form, ("", "%d/%m", "klingon", "%")))


def test_every_declared_source_makes_sense_and_asks() -> None:
    sources = [source for source in load_sources() if source.platform == PLATFORM.name]
    assert len(sources) >= 20
    for source in sources:
        PLATFORM.check(source)
        [ask] = PLATFORM.start(Assignment(source, NOW))
        assert ask.url == source.url
        # No page was ever seen: nothing is collected until one has been.
        if source.evidence.certainty in ("inferred", "seen-in-code"):
            assert not source.enabled, source.id
            assert source.evidence.note, source.id


def test_a_real_page_is_scanned_and_a_new_declaration_reads_it_anew(hostile: HostileServer, scan: Scan) -> None:
    hostile.pages["/utlysningar"] = html(row(1), row(2)).encode()
    terms: dict[str, Any] = {"platform": "page", "languages": ("sv",), "options": OPTIONS}
    source = declared("page", hostile.url("/utlysningar"), **terms)
    first = scan(source)
    assert first.attempts["page"].outcome is Outcome.CHANGED
    assert len(first.keys("page")) == 2
    remembered = first.remembered("page")
    again = scan(Assignment(source, NOW, remembered=remembered))
    assert again.attempts["page"].outcome is Outcome.UNCHANGED
    other = source.model_copy(update={"options": OPTIONS | {"summary": ""}})
    anew = scan(Assignment(other, NOW, remembered=remembered))
    assert anew.attempts["page"].outcome is Outcome.CHANGED
