"""The Parliament's open data as it stood on a day: a procedure, members, committee papers and their records."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from monitor.example.shapes.body import Body, Content
from monitor.example.shapes.parliament import API, FORMAT, MARK, answer, members, procedure, process_id

FOLDER = "parliament-api"


def bodies(content: Content, committees: str, days: Sequence[date]) -> Iterator[Body]:
    """The procedure (404 before it is referred), the list at `committees` (204 while it is empty), its papers."""
    process = process_id(content["reference"])
    for day in days:
        yield procedure(content, day, FOLDER)
        papers = [one for one in content["paper"] if one["day"] <= day]
        listed = (_listed(paper) for paper in papers)
        status = 200 if papers else 204
        yield answer(FOLDER, "committee-documents.json", committees, day, *listed, status=status)
        for paper in papers:
            url = f"{API}/committee-documents/{paper['identifier']}?{FORMAT}"
            file = f"document-{paper['identifier']}.json"
            yield answer(FOLDER, file, url, day, _paper(content, paper, process))
    yield from members(content, days, FOLDER)


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
