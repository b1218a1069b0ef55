"""Members of the Parliament in their committees. Constructed, with the names that public clients store."""

import copy
import json
import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from spiders.attempts import Run
from spiders.finding import Capture, Holder, Outcome, Seat
from spiders.parliament import Parliament
from spiders.platform import Drifted, Empty, Reading, Remembered, SourceError, address_of
from spiders.reading import read_page
from spiders.redaction import redact
from spiders.wire import encode
from tests.spiders.pages import NOW, assignment, page
from tests.spiders.test_eu_hostile import twisted

PLATFORM = Parliament()
API = "https://data.europarl.europa.eu/api/v2"
URL = f"{API}/meps/show-current?country-of-representation=SE&limit=3"
BODIES = f"{API}/corporate-bodies/show-current?limit=1000&offset=0"
LIST = f"{URL}&offset=0"
RECORD = f"{API}/meps/999901?format=application/ld%2Bjson"
CONTEXT = {"id": "999901", "bodies": "990000=ENVI 990001=IMCO", "country": "SE", "group": "PPE"}
STANDING = "def/ep-entities/COMMITTEE_PARLIAMENTARY_STANDING"


def body(number: str, label: str, sort: str = STANDING) -> dict[str, Any]:
    return {
        "id": f"org/{number}",
        "type": "Organization",
        "identifier": number,
        "label": label,
        "classification": sort,
    }


def row(number: str, country: str = "SE") -> dict[str, Any]:
    return {
        "id": f"person/{number}",
        "type": "Person",
        "identifier": number,
        "label": "Ada KONSTRUERAD",
        "familyName": "Konstruerad",
        "givenName": "Ada",
        "sortLabel": "KONSTRUERAD",
        "api:country-of-representation": country,
        "api:political-group": "PPE",
    }


def seat(number: str, role: str, since: str, until: str | None = None, sort: str = STANDING) -> dict[str, Any]:
    name = since.replace("-", "") + (f"-{until.replace('-', '')}" if until else "")
    return {
        "id": f"membership/{number}-f-{name}",
        "type": "Membership",
        "identifier": f"{number}-f-{name}",
        "notation_codictFunctionId": "1",
        "memberDuring": {
            "id": f"time-period/{name}",
            "type": "PeriodOfTime",
            "startDate": since,
            **({"endDate": until} if until else {}),
        },
        "organization": f"org/{number}",
        "role": f"def/ep-roles/{role}",
        "membershipClassification": sort,
    }


def record(*seats: dict[str, Any]) -> dict[str, Any]:
    phone = {"id": "tel/003220000000", "type": "Voice", "hasValue": "tel:+3220000000"}
    return {
        "id": "person/999901",
        "type": "Person",
        "identifier": "999901",
        "label": "Ada KONSTRUERAD",
        "notation_codictPersonId": "999901",
        "familyName": "Konstruerad",
        "givenName": "Ada",
        "sortLabel": "KONSTRUERAD",
        "hasEmail": "mailto:secret.address@example.org",
        "hasGender": "secret-sex",
        "hasHonorificPrefix": "secret-honorific",
        "bday": "1900-12-24",
        "placeOfBirth": "secret-place",
        "citizenship": "secret-country",
        "img": "https://www.europarl.europa.eu/mepphoto/secret.jpg",
        "homepage": "https://secret.example.org",
        "account": [{"id": "https://social.example/secret"}],
        "upperFamilyName": "KONSTRUERAD",
        "upperGivenName": "ADA",
        "hasMembership": [
            *seats,
            {
                "id": "membership/999901-m-1",
                "type": "Membership",
                "identifier": "999901-m-1",
                "notation_codictMandateId": "1",
                "represents": ["http://publications.europa.eu/resource/authority/country/SWE"],
                "contactPoint": [
                    {
                        "id": "contact-point/1",
                        "type": "ContactPoint",
                        "officeAddress": "secret-office",
                        "hasTelephone": phone,
                    }
                ],
                "memberDuring": {"id": "time-period/20240716", "type": "PeriodOfTime", "startDate": "2024-07-16"},
                "organization": "org/ep-10",
                "role": "def/ep-roles/MEMBER_PARLIAMENT",
            },
        ],
    }


WHOLE = record(
    seat("990000", "MEMBER", "2024-07-19"),
    seat("990001", "CHAIR_VICE", "2024-07-23"),
    seat("990001", "MEMBER", "2024-07-19", "2024-07-22"),
    seat("990777", "MEMBER", "2024-07-19", sort="def/ep-entities/DELEGATION_PARLIAMENTARY"),
)


def read(data: Any, url: str, reader: str, **context: str) -> Reading:
    answer = page({"data": data, "@context": []}, url, reader=reader, context=context)
    return read_page(PLATFORM, answer, assignment("parliament", URL), (204, 404))


def member(data: dict[str, Any]) -> Reading:
    return read([data], RECORD, "member", **CONTEXT)


def only(reading: Reading) -> Holder:
    assert len(reading.holders) == 1
    return reading.holders[0]


# ------------------------------------------------------------------ three steps


def test_bodies_then_members_then_the_record_of_each() -> None:
    [first] = PLATFORM.start(assignment("parliament", URL))
    assert (first.url, first.reader, first.always) == (BODIES, "bodies", True)
    bodies = read(
        [body("990000", "ENVI"), body("990001", "IMCO"), body("1", "", "def/ep-entities/WORKING_GROUP")],
        BODIES,
        "bodies",
    )
    [following] = bodies.asks
    assert (following.url, following.reader, following.always) == (LIST, "members", True)
    members = read([row("999901"), row("999902")], LIST, "members", **following.context)
    assert [(ask.url, ask.reader, ask.key, ask.always) for ask in members.asks] == [
        (f"{API}/meps/{number}?format=application/ld%2Bjson", "member", number, False)
        for number in ("999901", "999902")
    ]
    assert dict(members.asks[0].context) == CONTEXT
    assert (members.listed, members.last, members.warnings) == ({"999901", "999902"}, True, ())
    found = only(read([WHOLE], RECORD, "member", **members.asks[0].context))
    assert found == Holder(
        key="999901",
        name="Ada Konstruerad",
        url="https://www.europarl.europa.eu/meps/sv/999901",
        country="SE",
        group="PPE",
        seats=(Seat("ENVI", "member", date(2024, 7, 19)), Seat("IMCO", "vice-chair", date(2024, 7, 23))),
    )


def test_without_a_country_nothing_is_asked() -> None:
    told = assignment("parliament", URL.replace("=SE", "={country}"))
    PLATFORM.check(told.source)
    assert list(PLATFORM.start(told)) == []


def test_lists_go_on_while_pages_are_full() -> None:
    full = read([row(str(number)) for number in (1, 2, 3)], LIST, "members", bodies="1=ENVI")
    more = full.asks[-1]
    assert (more.url, more.reader, more.always, full.last) == (f"{URL}&offset=3", "members", True, False)
    assert read([], more.url, "members", **more.context).last
    with pytest.raises(Drifted, match="offset=3 is not honoured"):
        read([row(str(number)) for number in (1, 2, 3)], more.url, "members", **more.context)
    some = read(
        [body("1", "ENVI"), body("2", "X", "def/ep-entities/OTHER")], BODIES.replace("1000", "2"), "bodies"
    )
    assert (some.asks[0].reader, dict(some.asks[0].context)["bodies"]) == ("bodies", "1=ENVI")
    rest = read([body("3", "REGI")], some.asks[0].url, "bodies", **some.asks[0].context)
    assert (rest.asks[0].reader, dict(rest.asks[0].context)["bodies"]) == ("members", "1=ENVI 3=REGI")


def test_nobody_is_empty_and_another_country_is_drift() -> None:
    with pytest.raises(Empty):
        read([], LIST, "members")
    with pytest.raises(Drifted, match="country-of-representation=SE is not honoured"):
        read([row("1", "BE"), row("2", "FI")], LIST, "members")
    mixed = read([row("1", "BE"), row("2")], LIST, "members")
    assert [ask.key for ask in mixed.asks] == ["2"]
    assert mixed.warnings == ("a member for 'BE' in a list for 'SE'",)


# ------------------------------------------------------------------ a record


def test_a_seat_that_has_ended_is_gone_the_day_after() -> None:
    for until, held in (("2026-11-22", 0), ("2026-11-23", 1)):  # the day of the reading is 2026-11-23
        found = only(member(record(seat("990000", "MEMBER", "2024-07-19", until))))
        assert len(found.seats) == held
    old = seat("990000", "MEMBER", "2014-07-01", "2019-07-01")
    del old["organization"], old["role"], old["memberDuring"]["startDate"]
    assert only(member(record(old))).seats == ()
    # The Parliament's president sits in no committee.
    assert (
        only(member(record(seat("7", "PRESIDENT", "2024-07-19", sort="def/ep-entities/EU_INSTITUTION")))).seats
        == ()
    )


def test_what_is_unknown_is_said_and_kept() -> None:
    reading = member(record(seat("990000", "OBSERVER", "2024-07-19"), seat("5", "MEMBER", "2024-07-19")))
    assert only(reading).seats == (Seat("ENVI", "observer", date(2024, 7, 19)),)
    assert "unknown role in a committee 'OBSERVER'" in reading.warnings
    assert "a seat in body '5', which is no committee of today" in reading.warnings


def test_another_record_than_asked_is_drift() -> None:
    with pytest.raises(Drifted, match="999901 was asked, the record is 42"):
        member({**WHOLE, "identifier": "42"})
    gone = read_page(
        PLATFORM,
        page("Not Found", RECORD, reader="member", status=404),
        assignment("parliament", URL),
        (204, 404),
    )
    assert "not there (404)" in gone.warnings[0]


def test_nothing_personal_is_read_or_stored() -> None:
    body_of = json.dumps({"data": [WHOLE]}).encode()
    stored, redacted = redact(body_of, PLATFORM.redact)
    assert redacted
    for secret in (b"secret", b"1900-12-24", b"3220000000", b"mepphoto"):
        assert secret in body_of
        assert secret not in stored
    assert "secret" not in repr(member(WHOLE))
    # What was stored is read like what was received.
    assert member(json.loads(stored)["data"][0]) == member(WHOLE)


# ------------------------------------------------------------------ a whole attempt


def _attempt(answers: dict[str, Any], **known: Any) -> tuple[Run, list[Holder], dict[str, Remembered]]:
    """A whole attempt without network: who was handed over, and what is remembered of each page."""
    run = Run(assignment("parliament", URL, **known), PLATFORM)
    found: list[Holder] = []
    remembered = {}
    run.begin()
    while (ask := run.next()) is not None:
        answer = page({"data": answers[ask.url]}, ask.url, reader=ask.reader, context=ask.context)
        said = run.read(ask, answer, lambda sha: Capture("", "GET", 200, {}, NOW, sha, 1, redacted=False))
        if said is not None:
            assert said.remembered is not None
            remembered[address_of(ask)] = said.remembered
            found += said.holders
            run.accept(ask, said)
    return run, found, remembered


def test_a_complete_list_says_who_is_in_office() -> None:
    two = record(seat("990001", "MEMBER_SUBSTITUTE", "2025-01-01")) | {"identifier": "999902"}
    second = RECORD.replace("999901", "999902")
    run, found, _ = _attempt(
        {
            BODIES: [body("990000", "ENVI"), body("990001", "IMCO")],
            LIST: [row("999901"), row("999902")],
            RECORD: [WHOLE],
            second: [two],
        }
    )
    ended = run.ended(1.0)
    assert [one.key for one in found] == ["999901", "999902"]
    assert (ended.outcome, ended.complete, ended.seen) == (Outcome.CHANGED, True, {"999901", "999902"})
    assert ended.findings == 2


def test_an_unchanged_record_is_not_read_again_and_its_holder_stays() -> None:
    answers = {BODIES: [body("990000", "ENVI"), body("990001", "IMCO")], LIST: [row("999901")], RECORD: [WHOLE]}
    _, _, remembered = _attempt(answers)
    again, found, _ = _attempt(answers, remembered=remembered)
    ended = again.ended(1.0)
    assert (found, ended.not_modified, ended.seen) == ([], 1, {"999901"})
    assert (ended.outcome, ended.complete) == (Outcome.UNCHANGED, True)


# ------------------------------------------------------------------ mutations, hostile values


def _said(read_it: Callable[[], Reading]) -> str:
    try:
        return " ".join(read_it().warnings)
    except Drifted as exc:
        return str(exc)


def _changed(whole: list[Any], path: tuple[str, ...], change: str) -> list[Any]:
    """Each record of a list with one field removed, renamed or of another type; `[]` goes into a list."""
    data = copy.deepcopy(whole)
    holders: list[Any] = data
    for key in path[:-1]:
        holders = (
            [one[key] for one in holders if key in one] if key != "[]" else [x for one in holders for x in one]
        )
    for holder in holders:
        if path[-1] in holder:
            value = holder.pop(path[-1])
            if change == "retyped":
                holder[path[-1]] = {"odd": 1} if isinstance(value, str) else 7.5
            elif change == "renamed":
                holder[f"{path[-1]}X"] = value
    assert data != whole
    return data


SEATS = ("hasMembership", "[]")
USED: list[tuple[str, tuple[str, ...]]] = [
    *(("bodies", (name,)) for name in ("identifier", "label", "classification")),
    *(("members", (name,)) for name in ("identifier", "api:country-of-representation", "api:political-group")),
    *(("member", (name,)) for name in ("identifier", "label", "givenName", "familyName", "hasMembership")),
    *(("member", (*SEATS, name)) for name in ("memberDuring", "organization", "role", "membershipClassification")),
    *(("member", (*SEATS, "memberDuring", name)) for name in ("id", "startDate", "endDate")),
]


@pytest.mark.parametrize(("reader", "path"), USED, ids=[f"{one[0]}-{'.'.join(one[1])}" for one in USED])
@pytest.mark.parametrize("change", ["removed", "retyped", "renamed"])
def test_every_used_field_that_changes_is_named(reader: str, path: tuple[str, ...], change: str) -> None:
    whole, url, context = {
        "bodies": ([body("990000", "ENVI"), body("990001", "IMCO")], BODIES, {}),
        "members": ([row("999901"), row("999902")], LIST, {"bodies": "990000=ENVI"}),
        "member": ([WHOLE], RECORD, CONTEXT),
    }[reader]
    assert _said(lambda: read(whole, url, reader, **context)) == ""
    said = _said(lambda: read(_changed(whole, path, change), url, reader, **context))
    assert path[-1] in said, f"{path[-1]} was {change} and nobody said so: {said!r}"


@pytest.mark.parametrize("reader", ["bodies", "members", "member"])
def test_twisted_answers_end_in_a_named_outcome(reader: str) -> None:
    dice = random.Random(reader)
    whole, url, context = {
        "bodies": ([body("990000", "ENVI")], BODIES, {}),
        "members": ([row("999901")], LIST, {"bodies": "990000=ENVI"}),
        "member": ([WHOLE], RECORD, CONTEXT),
    }[reader]
    for _ in range(400):
        answer = page(json.dumps(twisted({"data": whole}, dice)), url, reader=reader, context=context)
        try:
            reading = read_page(PLATFORM, answer, assignment("parliament", URL), (204, 404))
        except SourceError as exc:
            assert str(exc)
        else:
            assert reading.holders or reading.asks or reading.warnings
            for holder in reading.holders:
                assert encode(holder)
                assert len(holder.name) <= 120
                assert "<" not in holder.name


def test_hostile_names_are_tamed() -> None:
    evil = "<script>alert(1)</script>\u202eAda\r\nBcc: x@example.org " + "å" * 500
    found = only(member(WHOLE | {"givenName": evil, "familyName": evil, "label": evil}))
    assert len(found.name) <= 120
    assert not set("<>\r\n\u202e") & set(found.name)
    for number in ("../../x", "9" * 40, "٣"):
        with pytest.raises(Drifted):
            member(WHOLE | {"identifier": number})
        with pytest.raises(Drifted):
            read([row(number)], LIST, "members")
