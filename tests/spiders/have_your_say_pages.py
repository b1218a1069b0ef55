"""Answers of Have your say in the recorded shapes, made by hand."""

from typing import Any

BASE = "https://ec.europa.eu/info/law/better-regulation/brpapi"
LIST = f"{BASE}/searchInitiatives?language=EN&page=0&size=100"
OPEN = f"{LIST}&feedbackStatus=OPEN"


def status(
    state: str, start: str | None = "2026/11/01 10:00:00", end: str | None = "2026/12/01 23:59:59", **more: Any
) -> dict[str, Any]:
    return {
        "frontEndStage": "OPC_LAUNCHED",
        "receivingFeedbackStatus": state,
        "feedbackStartDate": start,
        "feedbackEndDate": end,
        "isCurrent": True,
    } | more


def row(number: int, *statuses: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": float(number),
        "initiativeStatus": "ACTIVE",
        "reference": f"Ares(2026){7000000 + number}",
        "foreseenActType": "PROP_REG",
        "shortTitle": f"Initiative {number}",
        "topics": [{"code": "ENV", "label": "Environment"}],
        "initiativeTranslations": translations(f"Initiativ {number}", f"Initiative {number}"),
        "currentStatuses": list(statuses),
    } | more


def translations(sv: str | None, en: str | None, field: str = "SHORT_TITLE") -> list[dict[str, str]]:
    found = [("FI", "Aloite"), ("SV", sv), ("EN", en)]
    return [{"language": code, "field": field, "value": value} for code, value in found if value]


def listing(
    rows: list[dict[str, Any]], *, number: int = 0, total: int | None = None, size: int = 100
) -> dict[str, Any]:
    total = len(rows) if total is None else total
    pages = -(-total // size)
    return {
        "exactMatch": True,
        "initiativeResultDtoPage": {
            "content": rows,
            "pageable": {"pageNumber": number, "pageSize": size},
            "last": number + 1 >= pages,
            "totalPages": pages,
            "totalElements": total,
            "sort": {},
            "numberOfElements": len(rows),
            "size": size,
            "number": number,
            "first": number == 0,
            "empty": not rows,
        },
    }


def publication(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "groupId": 19293,
        "publishedDate": "2026/11/01 10:00:00",
        "endDate": "2026/12/01 23:59:59",
        "adoptionDate": None,
        "reference": f"Ares(2026){8000000 + number}",
        "referenceNumber": "PLAN/2026/77",
        "type": "OPC_LAUNCHED",
        "stage": "OPC_LAUNCHED",
        "frontEndStage": "OPC_LAUNCHED",
        "initiativeStatus": "ACTIVE",
        "receivingFeedbackStatus": "OPEN",
        "plannedStartDate": None,
        "authorName": "Anna",
        "authorSurname": "Tjänsteman",
        "authorMail": "anna@example.invalid",
        "authorPhoneNumber": "+32 2",
        "surveyContactMail": "survey@example.invalid",
        "attachments": [],
    } | more


def detail(*publications: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": 19293,
        "reference": "Ares(2026)7019293",
        "dossierSummary": "A summary.",
        "shortTitle": "Short title",
        "publications": list(publications),
        "publishedDate": "2026/10/01 09:00:00",
        "modifiedDate": "2026/11/01 10:00:00",
        "initiativeStatus": "ACTIVE",
        "stage": "OPC_LAUNCHED",
        "foreseenActType": "PROP_REG",
        "receivingFeedbackStatus": "OPEN",
        "initiativeTranslations": translations("Svensk titel", "English title")
        + translations("<p>Svensk <b>sammanfattning</b></p>", None, "SUMMARY"),
        "policyAreas": [{"id": 1, "code": "ENV1", "label": "Water"}],
        "dg": "ENV",
        "topics": [{"code": "ENV", "label": "Environment", "id": 2}],
    } | more
