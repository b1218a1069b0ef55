"""Vinnova: the one hand-made record there is, and constructed ones in the documented form."""

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.sources import load_sources
from spiders.finding import Certainty, Finding, Identifier, Kind, Relation, Step, Window, WindowKind
from spiders.platform import Assignment, Drifted, Empty, Reading
from spiders.reading import read_page
from spiders.redaction import redact
from spiders.vinnova import Vinnova
from spiders.wire import encode
from tests.spiders.pages import NOW, assignment, page

PLATFORM = Vinnova()
BASE = "https://data.vinnova.se/api"
ROUNDS = f"{BASE}/ansokningsomgangar/{{since}}"
FILE = "ansokningsomgang.hand-made.json"

# Constructed after the documented form; values made up.
ROUND: dict[str, Any] = {
    "Diarienummer": "2026-01234",
    "DiarienummerUtlysning": "2025-00042",
    "Titel": "Hållbar stad 2027",
    "TitelEngelska": "Sustainable city 2027",
    "Oppningsdatum": "2026-11-02T00:00:00",
    "Stangningsdatum": "2027-01-26T14:00:00",
    "UppskattatBeslutsdatum": "2027-05-04T00:00:00",
    "Publik": 1,
    "Webbsida": 1,
    "WebTextLista": [
        {"TextID": 1, "TextSv": "<p>Sök medel för <b>test</b>.</p>", "TextEn": "Apply."},
        {"TextID": 2, "TextSv": "Mer om detta.", "TextEn": "x"},
    ],
    "LankLista": [
        {"Beskrivning": "Ansök", "URL": "https://portal.vinnova.se/a"},
        {"Beskrivning": "Ond", "URL": "javascript:alert(1)"},
    ],
    "DokumentLista": [
        {"Titel": "Utlysningstext", "fileURL": "https://data.vinnova.se/api/file/7", "Lang": "Sv", "Primary": True}
    ],
    "KontaktLista": [{"Namn": "Anna Exempel", "Telefon": "08-1", "Epost": "anna@example.invalid"}],
}
UNUSED = {"Webbsida", "KontaktLista"}


def told(url: str = ROUNDS, **terms: Any) -> Assignment:
    return assignment("vinnova", url, **terms)


def read(body: object, url: str = f"{BASE}/ansokningsomgangar/2026-11-09") -> Reading:
    return read_page(PLATFORM, page(body, url, reader="list"), told())


def only(reading: Reading) -> Finding:
    [finding] = reading.findings
    return finding


def changed(**fields: Any) -> list[dict[str, Any]]:
    return [copy.deepcopy(ROUND) | fields]


def test_the_hand_made_round_is_read_as_a_person_reads_it(shared: Path) -> None:
    body = (shared / "payloads" / "vinnova" / FILE).read_bytes()
    [raw] = json.loads(body)
    ask = PLATFORM.route(f"{BASE}/ansokningsomgangar/2026-07-01")
    assert ask is not None
    reading = read_page(PLATFORM, page(body, ask.url, reader=ask.reader), told())
    finding = only(reading)
    assert (finding.key, finding.kind, finding.language) == (raw["Diarienummer"], Kind.CALL, "sv")
    assert finding.title == {"sv": raw["Titel"], "en": raw["TitelEngelska"]}
    assert finding.url == raw["LankLista"][0]["URL"]
    # 14.00 in Stockholm in October is 12.00 UTC.
    closes_at = datetime(2026, 10, 13, 12, tzinfo=UTC)
    assert finding.windows == (
        Window(WindowKind.CALL, date(2026, 7, 2), date(2026, 10, 13), Certainty.GIVEN, closes_at),
    )
    assert finding.steps == (
        Step(date(2026, 7, 2), "vinnova:opens"),
        Step(date(2026, 10, 13), "vinnova:closes"),
        Step(date(2026, 11, 20), "vinnova:decision-expected"),
    )
    assert finding.identifiers == (
        Identifier("vinnova", "2026-01503"),
        Identifier("vinnova", "2024-01511", Relation.PACKAGE),
    )
    assert finding.attachments == (("Utlysningstext", raw["DokumentLista"][0]["fileURL"]),)
    assert reading.warnings == ()


def test_texts_are_plain_and_links_are_safe() -> None:
    finding = only(read(changed()))
    assert finding.text == "Sök medel för test.\nMer om detta."
    assert finding.summary == {"sv": finding.text, "en": "Apply."}
    assert finding.attachments == (("Utlysningstext", "https://data.vinnova.se/api/file/7"),)


def test_officers_are_neither_read_nor_stored() -> None:
    body = json.dumps(changed()).encode()
    assert b"Exempel" not in encode(only(read(changed())))
    stored, redacted = redact(body, PLATFORM.redact)
    assert redacted
    assert b"Exempel" not in stored
    assert b"example.invalid" not in stored


@pytest.mark.parametrize(
    ("opens", "closes", "window"),
    [
        ("1900-01-01T00:00:00", "1900-01-01T00:00:00", None),
        ("2026-11-02T00:00:00", "1900-01-01T00:00:00", (date(2026, 11, 2), None, Certainty.UNKNOWN)),
        ("1900-01-01T00:00:00", "2027-01-26T00:00:00", (None, date(2027, 1, 26), Certainty.GIVEN)),
        ("2027-02-02T00:00:00", "2027-01-26T00:00:00", (None, date(2027, 1, 26), Certainty.GIVEN)),
        (None, None, None),
    ],
)
def test_1900_is_none_and_midnight_is_a_day(opens: object, closes: object, window: tuple[Any, ...] | None) -> None:
    found = only(read(changed(Oppningsdatum=opens, Stangningsdatum=closes))).windows
    assert found == ((Window(WindowKind.CALL, *window),) if window else ())


def test_who_is_not_invited_cannot_apply() -> None:
    finding = only(read(changed(Publik=0)))
    assert (finding.windows, finding.subjects) == ((), ("endast inbjudna",))


def test_an_untranslated_title_is_none() -> None:
    assert only(read(changed(TitelEngelska="x"))).title == {"sv": "Hållbar stad 2027"}
    assert only(read(changed(Titel=""))).language == "en"


def test_calls_and_programmes_have_no_dates_to_apply_by() -> None:
    call = {"Diarienummer": "2025-00042", "DiarienummerProgram": "2024-00007", "Titel": "Hållbar stad"}
    finding = only(read([call], f"{BASE}/utlysningar/2026-11-09"))
    assert (finding.windows, finding.kind) == (None, Kind.CALL)
    assert finding.identifiers == (
        Identifier("vinnova", "2025-00042"),
        Identifier("vinnova", "2024-00007", Relation.PACKAGE),
    )
    assert finding.url == f"{BASE}/utlysningar/2025-00042"
    programme = only(read([{"Diarienummer": "2024-00007", "Titel": "Städer"}], f"{BASE}/program/2026-11-09"))
    assert programme.kind is Kind.OTHER


@pytest.mark.parametrize("field", sorted(ROUND.keys() - UNUSED))
@pytest.mark.parametrize("change", ["removed", "renamed", "retyped"])
def test_every_used_field_that_changes_is_named(field: str, change: str) -> None:
    [row] = changed()
    value = row.pop(field)
    if change == "renamed":
        row[f"{field}Ny"] = value
    elif change == "retyped":
        row[field] = {"djup": {"are": 1}} if not isinstance(value, list) else True
    assert field in said([row])


@pytest.mark.parametrize("place", ["WebTextLista", "LankLista", "DokumentLista"])
def test_every_used_field_of_a_list_that_goes_missing_is_named(place: str) -> None:
    for field in ROUND[place][0].keys() - {"TextID", "Lang", "Primary"}:
        [row] = changed()
        for item in row[place]:
            del item[field]
        assert f"{place}[].{field}" in said([row])


def said(body: object) -> str:
    try:
        return " ".join(read(body).warnings)
    except Drifted as exc:
        return str(exc)


@pytest.mark.parametrize(
    ("body", "error", "words"),
    [
        ([], Empty, "nothing has changed"),
        ("[", Drifted, "not readable as JSON"),
        ({"Message": "An error has occurred."}, Drifted, "none of 1 records could be read.*Diarienummer"),
        (["x"], Drifted, "expected an object, got text 'x'"),
    ],
)
def test_what_is_no_list_of_records_is_said(body: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read(body)


def test_one_bad_record_does_not_spoil_the_list() -> None:
    reading = read([*changed(), {"Titel": "utan nummer"}])
    assert only(reading).key == "2026-01234"
    assert "Diarienummer" in " ".join(reading.warnings)


def test_lists_are_asked_for_since_a_day_and_unlisted_rounds_by_number() -> None:
    numbers = tuple(f"2026-{number:05}" for number in range(41))
    asks = list(PLATFORM.start(told(options={"days": 30}, reread=(*numbers, "../projekt"))))
    assert asks[0].url == f"{BASE}/ansokningsomgangar/2026-10-24"
    assert [ask.url.count(",") + 1 for ask in asks[1:]] == [20, 20, 1]
    assert all(ask.key and PLATFORM.route(ask.url) for ask in asks[1:])
    [late] = PLATFORM.start(told(since="2026-09-01"))
    assert late.url.endswith("/2026-09-01")


def test_every_declared_source_makes_sense_and_asks() -> None:
    declared = [source for source in load_sources() if source.platform == PLATFORM.name]
    assert len(declared) >= 3
    for source in declared:
        PLATFORM.check(source)
        [ask] = PLATFORM.start(Assignment(source, NOW))
        assert PLATFORM.route(ask.url) == ask


@pytest.mark.parametrize(
    ("url", "options", "words"),
    [
        (f"{BASE}/projekt/{{since}}", {}, "url: expected"),
        (f"{BASE}/utlysningar/2026-01-01", {}, "url: expected"),
        (ROUNDS, {"day": 1}, "unknown option 'day'"),
        (ROUNDS, {"days": 0}, "days: expected 1 to 2000"),
        (ROUNDS, {"days": True}, "days: expected"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(url: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        PLATFORM.check(told(url, options=options).source)


def test_projects_are_never_asked_for() -> None:
    assert PLATFORM.route(f"{BASE}/projekt/2026-01-01") is None
    assert PLATFORM.route(f"{BASE}/utlysningar/x") is None
