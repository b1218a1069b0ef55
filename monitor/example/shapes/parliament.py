"""The Parliament's open data as it stood on a day: a procedure, today's bodies, one country's members."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from monitor.example.shapes.body import Body, Content, as_json

API = "https://data.europarl.europa.eu/api/v2"
FOLDER = "parliament"
MARK = "constructed"
FORMAT = "format=application/ld%2Bjson"
PHASE = "http://publications.europa.eu/resource/authority/procedure-phase/RDG1"
_TYPE = "application/ld+json"
_CONTEXT = [{"data": "@graph", "@base": "https://data.europarl.europa.eu/"}, f"{API}/context.jsonld"]
_COUNTRY = "http://publications.europa.eu/resource/authority/country/SWE"
_BODY = 990_000
"""Numbers of bodies begin here; none is a real one's."""


def bodies(content: Content, days: Sequence[date], folder: str = FOLDER) -> Iterator[Body]:
    """The followed procedure (404 before `since`, else before its first event), and the members in `content`."""
    for day in days:
        yield procedure(content, day, folder)
    yield from members(content, days, folder)


def process_id(reference: str) -> str:
    """`2026/0921(COD)` as the API names it."""
    return reference.partition("(")[0].replace("/", "-")


def answer(folder: str, file: str, url: str, day: date, *data: Mapping[str, Any], status: int = 200) -> Body:
    """An answer with its records in the envelope."""
    note = "names, ids of events and of files say that they are constructed; an empty answer has no room for words"
    body = b"" if status == 204 else as_json({"data": list(data), "@context": _CONTEXT})
    return Body(folder, file, url, _TYPE, "mul", day, body, note, status=status)


def procedure(content: Content, day: date, folder: str) -> Body:
    """The record of the procedure as it stood on a day."""
    process = process_id(content["reference"])
    events = [one for one in content["event"] if one["day"] <= day and "ep" in one]
    url = f"{API}/procedures/{process}?{FORMAT}"
    if not events and day < content.get("since", date.max):
        return answer(folder, "procedure.json", url, day, status=404)
    record = {
        "id": f"eli/dl/proc/{process}",
        "type": "Process",
        "process_id": process,
        "process_type": "def/ep-procedure-types/COD",
        "label": content["reference"],
        "identifierYear": process[:4],
        "current_stage": PHASE,
        "process_title": {"en": content["title"], "sv": content["swedish"]},
        # Events are not sorted.
        "consists_of": [_event(process, event) for event in reversed(events)],
        "created_a_realization_of": [f"eli/dl/doc/{one['document']}" for one in events if "document" in one],
        "had_participation": list(_participants(content, process)),
    }
    return answer(folder, "procedure.json", url, day, record)


def _event(process: str, event: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{process}-{MARK}-{event['ep']}-{event['day']}"
    documents = {"based_on_a_realization_of": [f"eli/dl/doc/{event['document']}"]} if "document" in event else {}
    return {
        "id": f"eli/dl/event/{name}",
        "type": "Activity",
        "activity_date": str(event["day"]),
        "activity_id": name,
        "had_activity_type": f"def/ep-activities/{event['ep']}",
        "occured_at_stage": PHASE,
        **documents,
    }


def _participants(content: Content, process: str) -> Iterator[dict[str, Any]]:
    committee = content["committee"][0]
    yield {
        "id": f"eli/dl/participation/{process}-MAIN-{committee}",
        "type": "Participation",
        "had_participant_organization": [f"org/{committee}"],
        "participation_role": "def/ep-roles/COMMITTEE_LEAD",
    }
    if rapporteur := content.get("rapporteur"):
        yield {
            "id": f"eli/dl/participation/{process}-NMCP-{rapporteur['person']}-{committee}",
            "type": "Participation",
            "activity_date": str(rapporteur["appointed"]),
            "had_participant_person": [f"person/{rapporteur['person']}"],
            "occured_at_stage": PHASE,
            "parliamentary_term": f"org/ep-{content.get('term', 10)}",
            "participation_in_name_of": f"org/{committee}",
            "participation_role": "def/ep-roles/RAPPORTEUR",
            "politicalGroup": f"org/{rapporteur['group']}",
            "precedenceOrder": 2202,
        }


# ---------------------------------------------------------------------------- members


def members(content: Content, days: Sequence[date], folder: str) -> Iterator[Body]:
    """Today's bodies, the members of a day, the record of each."""
    people = content["member"]
    codes = sorted({seat["body"] for one in people for seat in one["seat"]})
    for day in days:
        url = f"{API}/corporate-bodies/show-current?limit=1000&offset=0"
        yield answer(folder, "bodies.json", url, day, *(_body(code, codes) for code in codes), _other_body())
        now = [one for one in people if _sits(one, day)]
        url = f"{API}/meps/show-current?country-of-representation=SE&limit=100&offset=0"
        yield answer(folder, "members.json", url, day, *map(_row, now), status=200 if now else 204)
        for one in now:
            url = f"{API}/meps/{one['number']}?{FORMAT}"
            yield answer(folder, f"member-{one['number']}.json", url, day, _member(one, codes, day))


def _sits(one: Mapping[str, Any], day: date) -> bool:
    return any(seat["since"] <= day <= seat.get("until", day) for seat in one["seat"])


def _body(code: str, codes: Sequence[str]) -> dict[str, Any]:
    number = str(_BODY + codes.index(code))
    return {
        "id": f"org/{number}",
        "type": "Organization",
        "identifier": number,
        "label": code,
        "classification": "def/ep-entities/COMMITTEE_PARLIAMENTARY_STANDING",
    }


def _other_body() -> dict[str, Any]:
    return {
        "id": "org/999999",
        "type": "Organization",
        "identifier": "999999",
        "label": MARK,
        "classification": "def/ep-entities/WORKING_GROUP",
        "linkedTo": [f"org/{_BODY}"],
    }


def _person(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"person/{one['number']}",
        "type": "Person",
        "identifier": str(one["number"]),
        "label": f"{one['given']} {one['family'].upper()}",
        "familyName": one["family"],
        "givenName": one["given"],
        "sortLabel": one["family"].upper(),
    }


def _row(one: Mapping[str, Any]) -> dict[str, Any]:
    return {**_person(one), "api:country-of-representation": "SE", "api:political-group": one["group"]}


def _member(one: Mapping[str, Any], codes: Sequence[str], day: date) -> dict[str, Any]:
    """The record, with what shows that a person's data are dropped on the way. None of it is anybody's."""
    number = one["number"]
    seats = [seat for seat in one["seat"] if seat["since"] <= day]
    return {
        **_person(one),
        "notation_codictPersonId": str(number),
        "hasEmail": "mailto:constructed.member@example.org",
        "hasGender": "http://publications.europa.eu/resource/authority/human-sex/NST",
        "hasHonorificPrefix": "http://publications.europa.eu/resource/authority/honorific/CONSTRUCTED",
        "bday": "1900-12-24",
        "placeOfBirth": "Konstruerad ort",
        "citizenship": _COUNTRY,
        "img": f"https://www.europarl.europa.eu/mepphoto/{number}.jpg",
        "upperFamilyName": one["family"].upper(),
        "upperGivenName": one["given"].upper(),
        "hasMembership": [
            *(_seat(number, place, seat, codes, day) for place, seat in enumerate(seats, 1)),
            _mandate(number, min(seat["since"] for seat in seats)),
        ],
    }


def _seat(number: int, place: int, seat: Mapping[str, Any], codes: Sequence[str], day: date) -> dict[str, Any]:
    ended = seat.get("until", day) < day
    return {
        "id": f"membership/{number}-f-{place}",
        "type": "Membership",
        "identifier": f"{number}-f-{place}",
        "notation_codictFunctionId": str(place),
        "memberDuring": _period(seat["since"], seat["until"] if ended else None),
        "organization": f"org/{_BODY + codes.index(seat['body'])}",
        "role": f"def/ep-roles/{seat['role']}",
        "membershipClassification": "def/ep-entities/COMMITTEE_PARLIAMENTARY_STANDING",
    }


def _mandate(number: int, since: date) -> dict[str, Any]:
    phone = {"id": "tel/003220000000", "type": "Voice", "hasValue": "tel:+3220000000"}
    return {
        "id": f"membership/{number}-m-1",
        "type": "Membership",
        "identifier": f"{number}-m-1",
        "notation_codictMandateId": "1",
        "represents": [_COUNTRY],
        "contactPoint": [{"id": f"contact-point/{number}", "type": "ContactPoint", "hasTelephone": phone}],
        "memberDuring": _period(since, None),
        "organization": "org/ep-10",
        "role": "def/ep-roles/MEMBER_PARLIAMENT",
    }


def _period(since: date, until: date | None) -> dict[str, Any]:
    name = f"time-period/{since:%Y%m%d}" + (f"-{until:%Y%m%d}" if until else "")
    ends = {"endDate": str(until)} if until else {}
    return {"id": name, "type": "PeriodOfTime", "startDate": str(since), **ends}
