"""Publications of an initiative and their feedback periods, as "Have your say" tells them on a day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

Initiative = Mapping[str, Any]
Publication = Mapping[str, Any]

_ADOPTED_AS = {"REG_IMPL": "REG", "DEC_IMPL": "DEC", "COMMUNIC": "COM_NO_LEG"}
_OFFICIAL = {
    # Not a person: shows that an official's contact data is dropped on the way.
    "authorName": "Constructed",
    "authorSurname": "Official",
    "authorMail": "constructed.official@example.org",
    "authorPhoneNumber": "+32 2 000 00 00",
}


def current_statuses(item: Initiative, day: date) -> list[dict[str, Any]]:
    """`currentStatuses` of a list row: every open period, else the last one, else that nothing has begun."""
    begun = [pub for pub in item.get("publication", ()) if pub["opens"] <= day]
    running = [pub for pub in begun if _pub_status(item, pub, day) == "OPEN"]
    found = [
        {
            "frontEndStage": pub["stage"],
            "receivingFeedbackStatus": _pub_status(item, pub, day),
            "feedbackStartDate": f"{pub['opens']:%Y/%m/%d} 10:00:00",
            "feedbackEndDate": _end(pub, day),
            "isCurrent": True,
        }
        for pub in running or begun[-1:]
    ]
    return found or [
        {
            "frontEndStage": "INIT_PLANNED",
            "receivingFeedbackStatus": "UPCOMING" if item.get("publication") else "DISABLED",
            "feedbackStartDate": f"{item['created']:%Y/%m/%d} 16:20:00",
            "feedbackEndDate": None,
            "isCurrent": True,
        }
    ]


def publications(item: Initiative, day: date) -> list[dict[str, Any]]:
    """`publications` of a detail: the announcement, the declared ones, and the adoption still to come."""
    planned = {
        "type": "INIT_PLANNED",
        "stage": "PLANNING_WORKFLOW",
        "front": "INIT_PLANNED",
        "opens": item["created"],
    }
    found = [_publication(item, planned, 0, day)]
    declared = item.get("publication", ())
    found += [_publication(item, pub, number, day) for number, pub in enumerate(declared, start=1)]
    if not any(pub["stage"] == "ADOPTION_WORKFLOW" for pub in declared):
        adopted = _ADOPTED_AS.get(item["act"], item["act"])
        future = {"type": adopted, "stage": "ADOPTION_WORKFLOW", "opens": date.max, "plan": item["planned"]}
        found.append(_publication(item, future, len(found), day))
    return found


def _publication(item: Initiative, pub: Publication, number: int, day: date) -> dict[str, Any]:
    begun = pub["opens"] <= day
    takes_feedback = "weeks" in pub
    status = _pub_status(item, pub, day) if takes_feedback else "DISABLED"
    opened = f"{pub['opens']:%Y/%m/%d} 10:00:00" if begun else None
    adopted = f"{pub.get('adopted', pub['opens']):%Y/%m/%d} 10:00:00"
    reference = pub.get("reference") or _ares(item, number)
    start, end = _quarter(pub["plan"]) if "plan" in pub else (None, None)
    return {
        "id": int(item["id"]) * 10 + number,
        "createdDate": f"{item['created']:%Y/%m/%d} 16:20:00",
        "modifiedDate": f"{last_touched(item, day):%Y/%m/%d} 10:00:00",
        "publishedDate": opened,
        "translationEndDate": opened,
        "decideSendDate": opened,
        "adoptionDate": adopted if begun and pub["stage"] == "ADOPTION_WORKFLOW" else None,
        "reference": reference if begun else None,
        "referenceNumber": f"PLAN/{_year(item)}/{int(item['id']) % 10_000}" if begun else None,
        "type": pub["type"],
        "stage": pub["stage"],
        **(_OFFICIAL if begun else dict.fromkeys(_OFFICIAL)),
        "title": item["title"]["EN"],
        "attachments": [_attachment(item, number, pub, language) for language in ("EN", "SV")]
        if begun and takes_feedback
        else [],
        "initiativeStatus": "ACTIVE" if begun else "UPCOMING",
        "endDate": _end(pub, day) if begun else None,
        "feedbackPeriod": pub["weeks"] if begun and takes_feedback else 0,
        "totalFeedback": int(item["id"]) % 37 if begun and takes_feedback else 0,
        "receivingFeedbackStatus": status,
        "targetGroups": None,
        "consultationObjective": None,
        "publicationTranslations": [],
        "surveyContactMail": "constructed-survey@example.org" if begun and pub["type"] == "OPC_LAUNCHED" else None,
        "plannedStartDate": start,
        "plannedEndDate": end,
        "plannedPeriod": pub.get("plan", ""),
        "groupId": item["id"],
        "isCurrent": status == "OPEN",
        "usefulLinks": [],
        "frontEndStage": pub.get("front", pub["stage"]),
        "isComplete": True,
    }


def _attachment(item: Initiative, number: int, pub: Publication, language: str) -> dict[str, Any]:
    key = int(item["id"]) * 100 + number * 10 + (language == "SV")
    stamp = f"{pub['opens']}T08:00:00.000"
    name = f"CONSTRUCTED-{key}"
    return {
        "category": "DOCUMENT",
        "createdDate": stamp,
        "date": stamp,
        "documentId": f"090166e5{key:08d}",
        "ersFileName": f"{name}.pdf",
        "filename": f"{name}.docx",
        "id": key,
        "index": "01-0010-0001",
        "isOriginal": False,
        "language": language,
        "modifiedDate": stamp,
        "pages": 4,
        "published": True,
        "reference": _ares(item, number),
        "registrationNumber": _ares(item, number),
        "size": 380_000 + key % 9_999,
        "takeTheOriginal": None,
        "title": item["title"].get(language, item["title"]["EN"]),
        "type": "MAIN",
        "workGroup": _ares(item, number),
        "workType": pub["type"],
    }


def reference(item: Initiative, day: date) -> str:
    """The newest publication's; it changes with the stage."""
    begun = [(n, pub) for n, pub in enumerate(item.get("publication", ()), start=1) if pub["opens"] <= day]
    number, pub = begun[-1] if begun else (0, {})
    return str(pub.get("reference") or _ares(item, number))


def _ares(item: Initiative, number: int) -> str:
    """Beyond the numbers that the Commission reaches in a year."""
    return f"Ares({_year(item)})99{int(item['id']) % 1000:03d}{number:03d}"


def _year(item: Initiative) -> int:
    """Of the numbers that the Commission's services give an initiative."""
    return int(item.get("year", 2026))


def standing(item: Initiative, day: date) -> str:
    """The initiative's: open if any publication is."""
    found = {_pub_status(item, pub, day) for pub in item.get("publication", ())}
    return next((status for status in ("OPEN", "UPCOMING", "CLOSED") if status in found), "DISABLED")


def _pub_status(item: Initiative, pub: Publication, day: date) -> str:
    if pub["opens"] > day:
        return "UPCOMING"
    closes = _closes(pub, day)
    return "OPEN" if closes is None or closes >= day or item.get("lingers") else "CLOSED"


def _closes(pub: Publication, day: date) -> date | None:
    before = pub.get("before")
    closes: date | None = before["closes"] if before and day < before["until"] else pub.get("closes")
    return closes


def _end(pub: Publication, day: date) -> str | None:
    closes = _closes(pub, day)
    return f"{closes:%Y/%m/%d} 23:59:59" if closes else None


def last_touched(item: Initiative, day: date) -> date:
    """The last day on which something about the initiative changed."""
    events = [item["created"]]
    for pub in item.get("publication", ()):
        events += [pub["opens"], *([pub["before"]["until"]] if "before" in pub else [])]
    latest: date = max(event for event in events if event <= day)
    return latest


def _quarter(plan: str) -> tuple[str, str]:
    """First and last day of `Q-2027-2`."""
    _, year, quarter = plan.split("-")
    last = {"1": "03/31", "2": "06/30", "3": "09/30", "4": "12/31"}[quarter]
    return f"{year}/{3 * int(quarter) - 2:02d}/01 00:00:00", f"{year}/{last} 00:00:00"
