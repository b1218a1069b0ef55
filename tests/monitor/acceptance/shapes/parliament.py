"""The Parliament's open data as it stood on a day: a procedure, a list of committee papers, their records."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from monitor.example.shapes.body import Body, Content, as_json

API = "https://data.europarl.europa.eu/api/v2"
MARK = "constructed"
_ACTIVITY = "def/ep-activities"
_FORMAT = "format=application/ld%2Bjson"
_TYPE = "application/ld+json"
_CONTEXT = [{"data": "@graph", "@base": "https://data.europarl.europa.eu/"}, f"{API}/context.jsonld"]
_PHASE = "http://publications.europa.eu/resource/authority/procedure-phase/RDG1"


def bodies(content: Content, committees: str, days: Sequence[date]) -> Iterator[Body]:
    """The procedure (404 before it is referred), the list at `committees` (204 while it is empty), its papers."""
    process = content["reference"].partition("(")[0].replace("/", "-")
    for day in days:
        events = [one for one in content["event"] if one["day"] <= day and "ep" in one]
        papers = [one for one in content["paper"] if one["day"] <= day]
        url = f"{API}/procedures/{process}?{_FORMAT}"
        record = _envelope(_procedure(content, process, events)) if events else _envelope()
        yield _body("procedure.json", url, day, record, 200 if events else 404)
        listed = _envelope(*(_listed(paper) for paper in papers)) if papers else b""
        yield _body("committee-documents.json", committees, day, listed, 200 if papers else 204)
        for paper in papers:
            url = f"{API}/committee-documents/{paper['identifier']}?{_FORMAT}"
            yield _body(
                f"document-{paper['identifier']}.json", url, day, _envelope(_paper(content, paper, process))
            )


def _body(file: str, url: str, day: date, data: bytes, status: int = 200) -> Body:
    note = "ids of events and of files say that they are constructed; an empty answer has no room for words"
    return Body("parliament-api", file, url, _TYPE, "mul", day, data, note, status=status)


def _envelope(*data: Mapping[str, Any]) -> bytes:
    return as_json({"data": list(data), "@context": _CONTEXT})


def _procedure(content: Content, process: str, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"eli/dl/proc/{process}",
        "type": "Process",
        "process_id": process,
        "process_type": "def/ep-procedure-types/COD",
        "label": content["reference"],
        "identifierYear": process[:4],
        "current_stage": _PHASE,
        "process_title": {"en": content["title"], "sv": content["swedish"]},
        # Events are not sorted.
        "consists_of": [_event(process, event) for event in reversed(events)],
        "created_a_realization_of": [f"eli/dl/doc/{one['document']}" for one in events if "document" in one],
        "had_participation": _participants(content, process),
    }


def _event(process: str, event: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{process}-{MARK}-{event['ep']}-{event['day']}"
    documents = {"based_on_a_realization_of": [f"eli/dl/doc/{event['document']}"]} if "document" in event else {}
    return {
        "id": f"eli/dl/event/{name}",
        "type": "Activity",
        "activity_date": str(event["day"]),
        "activity_id": name,
        "had_activity_type": f"{_ACTIVITY}/{event['ep']}",
        "occured_at_stage": _PHASE,
        **documents,
    }


def _participants(content: Content, process: str) -> list[dict[str, Any]]:
    rapporteur, committee = content["rapporteur"], content["committee"][0]
    lead = {
        "id": f"eli/dl/participation/{process}-MAIN-{committee}",
        "type": "Participation",
        "had_participant_organization": [f"org/{committee}"],
        "participation_role": "def/ep-roles/COMMITTEE_LEAD",
    }
    person = {
        "id": f"eli/dl/participation/{process}-NMCP-{rapporteur['person']}-{committee}",
        "type": "Participation",
        "activity_date": str(rapporteur["appointed"]),
        "had_participant_person": [f"person/{rapporteur['person']}"],
        "occured_at_stage": _PHASE,
        "parliamentary_term": "org/ep-9",
        "participation_in_name_of": f"org/{committee}",
        "participation_role": "def/ep-roles/RAPPORTEUR",
        "politicalGroup": f"org/{rapporteur['group']}",
        "precedenceOrder": 2202,
    }
    return [lead, person]


def _listed(paper: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": f"eli/dl/doc/{paper['identifier']}",
        "type": "Work",
        "document_date": str(paper["day"]),
        "identifier": paper["identifier"],
        "work_type": f"def/ep-document-types/{paper['type']}",
    }


def _paper(content: Content, paper: Mapping[str, Any], process: str) -> dict[str, Any]:
    identifier, committee = paper["identifier"], content["committee"][0]
    return {
        **_listed(paper),
        "parliamentary_term": "org/ep-9",
        "publisher": "org/EU_PARLIAMENT",
        "creator": [f"org/{committee}", f"person/{content['rapporteur']['person']}"],
        "title_dcterms": {"en": paper["en"], "sv": paper["sv"]},
        "epNumber": paper["number"],
        "epNumberVersion": "0100",
        "identifierYear": str(paper["day"].year),
        "inverse_created_a_realization_of": [f"eli/dl/proc/{process}"],
        "is_realized_by": [
            {
                "id": f"eli/dl/doc/{identifier}/sv",
                "type": "Expression",
                "language": "http://publications.europa.eu/resource/authority/language/SWE",
                "is_embodied_by": [
                    {
                        "id": f"eli/dl/doc/{identifier}/sv/pdf",
                        "type": "Manifestation",
                        "is_exemplified_by": f"distribution/{MARK}/{identifier}_sv.pdf",
                    }
                ],
            }
        ],
    }
