"""Lists and details of "Have your say" as the portal answered on a day."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from monitor.example.shapes.body import Body, Content, as_html, as_json, paragraphs
from monitor.example.shapes.publications import (
    Initiative,
    current_statuses,
    last_touched,
    publications,
    reference,
    standing,
)

BASE = "https://ec.europa.eu/info/law/better-regulation/brpapi"
OPEN = f"{BASE}/searchInitiatives?language=EN&feedbackStatus=OPEN&page=0&size=100"
SWEEP = f"{BASE}/searchInitiatives?language=EN&page=0&size=100"


def bodies(content: Content, days: Sequence[date]) -> Iterator[Body]:
    """Both lists and every detail, day by day."""
    for day in days:
        there = [item for item in content["initiative"] if item["created"] <= day]
        there.sort(key=lambda item: (last_touched(item, day), item["id"]), reverse=True)
        being_open = [item for item in there if standing(item, day) == "OPEN"]
        for name, url, rows in (("open", OPEN, being_open), ("all", SWEEP, there)):
            note = f"{len(rows)} initiatives; the topic labels say that they are constructed"
            data = as_json(_page([_row(item, day) for item in rows]))
            yield Body(
                "have-your-say", f"searchInitiatives-{name}.json", url, "application/json", "mul", day, data, note
            )
        for item in sorted(there, key=lambda item: int(item["id"])):
            yield Body(
                "have-your-say",
                f"groupInitiatives-{item['id']}.json",
                f"{BASE}/groupInitiatives/{item['id']}",
                "application/json",
                "mul",
                day,
                as_json(_detail(item, day)),
                "the official's contact data is made up; `unit` says that the initiative is constructed",
            )


def _page(rows: list[dict[str, Any]]) -> dict[str, Any]:
    sort = {"sorted": False, "unsorted": True, "empty": True}
    return {
        "exactMatch": False,
        "initiativeResultDtoPage": {
            "content": rows,
            "pageable": {
                "pageNumber": 0,
                "pageSize": 100,
                "sort": sort,
                "offset": 0,
                "paged": True,
                "unpaged": False,
            },
            "last": True,
            "totalPages": 1,
            "totalElements": len(rows),
            "sort": sort,
            "numberOfElements": len(rows),
            "size": 100,
            "number": 0,
            "first": True,
            "empty": not rows,
        },
    }


def _row(item: Initiative, day: date) -> dict[str, Any]:
    code, label = item["topic"]
    return {
        "id": float(item["id"]),  # The list gives a float, the detail an int.
        "initiativeStatus": "ACTIVE",
        "reference": reference(item, day),
        "foreseenActType": item["act"],
        "shortTitle": item["title"]["EN"],
        "topics": [{"code": code, "label": f"{label} (constructed example)"}],
        "initiativeTranslations": _translations(item, "title", "SHORT_TITLE"),
        "currentStatuses": current_statuses(item, day),
    }


def _detail(item: Initiative, day: date) -> dict[str, Any]:
    begun = [pub for pub in item.get("publication", ()) if pub["opens"] <= day]
    requirement = {"PLANNING_WORKFLOW": "ROADMAP", "ISC_WORKFLOW": "DRAFT_TO_BE_PUBLISHED"}
    code, label = item["topic"]
    touched = f"{last_touched(item, day):%Y/%m/%d} 10:00:00"
    area, area_label = item["area"]
    return {
        "reference": reference(item, day),
        "unit": "CONSTRUCTED EXAMPLE",
        "dossierSummary": " \n".join(paragraphs(item["summary"]["EN"])) + "\n",
        "shortTitle": item["title"]["EN"],
        "publications": publications(item, day),
        "publishedDate": f"{item['created']:%Y/%m/%d} 16:20:00",
        "orderDate": touched,
        "initiativeStatus": "ACTIVE",
        "isMajor": item["act"].startswith("PROP"),
        "isEvaluation": False,
        "stage": begun[-1]["stage"] if begun else "PLANNING_WORKFLOW",
        "initiativeCategory": [],
        "foreseenActType": item["act"],
        "receivingFeedbackStatus": standing(item, day),
        "createdDate": f"{item['created']:%Y/%m/%d} 16:20:00",
        "betterRegulationRequirement": sorted(
            {requirement.get(pub["stage"], "IMPACT_ASSESSMENT") for pub in begun}
        ),
        "initiativeTranslations": [
            *_translations(item, "title", "SHORT_TITLE"),
            *_translations(item, "summary", "SUMMARY"),
        ],
        "committee": None,
        "expertGroup": None,
        "legalBasis": [],
        "policyAreas": [{"id": 49000 + int(item["id"]) % 1000, "code": area, "label": area_label}],
        "dg": item["dg"],
        "modifiedDate": touched,
        "id": item["id"],
        "isGroupedCfe": False,
        "topics": [{"code": code, "label": label, "id": 9990000 + len(label)}],
    }


def _translations(item: Initiative, part: str, field: str) -> list[dict[str, str]]:
    return [
        {"value": as_html(text) if field == "SUMMARY" else text, "language": language, "field": field}
        for language, text in sorted(item[part].items())
    ]
