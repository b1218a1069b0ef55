"""Constructed answers of the Funding & Tenders portal, in the shapes that its document describes."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

BULK = "https://ec.europa.eu/info/funding-tenders/opportunities/data/referenceData/grantsTenders.json"
SEARCH = (
    "https://api.tech.ec.europa.eu/search-api/prod/rest/search?apiKey=SEDIA&text=***&pageSize=100&pageNumber=1"
)
OPEN, FORTHCOMING, CLOSED = 31094502, 31094501, 31094503


def stamp(*moment: int) -> int:
    """Milliseconds of a moment in UTC."""
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc]  # year to minute


def topic(number: int = 1, **fields: Any) -> dict[str, Any]:
    """One object of the bulk file."""
    return {
        "type": 1,
        "ccm2Id": 50000000 + number,
        "identifier": f"LIFE-2026-CET-{number}",
        "callIdentifier": "LIFE-2026-CET",
        "callTitle": "Clean Energy Transition",
        "title": f"Topic {number}",
        "frameworkProgramme": {"id": 43252405, "abbreviation": "LIFE2027", "description": "LIFE"},
        "programmeDivision": [{"abbreviation": "CET", "description": "Clean Energy Transition"}],
        "status": {"id": OPEN, "abbreviation": "Open", "description": "Open"},
        "tags": ["heat"],
        "keywords": ["Local authority"],
        "flags": [],
        "sme": False,
        "links": [{"criterionDescription": "Guide", "url": "https://ec.europa.eu/x"}],
        "publicationDateLong": stamp(2026, 9, 1, 22),
        "plannedOpeningDateLong": stamp(2026, 10, 1, 22),
        "deadlineDatesLong": [stamp(2027, 2, 16, 16)],
        "actions": [
            {
                "types": [{"typeOfAction": "LIFE Project Grants"}],
                "plannedOpeningDate": str(stamp(2026, 10, 1, 22)),
                "deadlineDates": [str(stamp(2027, 3, 3, 16))],
            }
        ],
    } | fields


def bulk(*topics: object) -> dict[str, Any]:
    """The bulk file."""
    return {"fundingData": {"GrantTenderObj": list(topics)}}


BUDGET = {
    "budgetTopicActionMap": {
        "50000001": [
            {
                "action": "LIFE-2026-CET-1 - LIFE Project Grants",
                "minContribution": 1000000,
                "maxContribution": 1750000,
                "expectedGrants": 4,
                "budgetYearMap": {"2026": 7000000},
            }
        ],
        "50000002": [{"action": "LIFE-2026-CET-2", "budgetYearMap": {"2026": 9}}],
    }
}


def result(number: int = 1, **meta: Any) -> dict[str, Any]:
    """One result of the search."""
    metadata = {
        "identifier": [f"LIFE-2026-CET-{number}"],
        "title": [f"Topic {number}"],
        "callIdentifier": ["LIFE-2026-CET"],
        "callTitle": ["Clean Energy Transition"],
        "ccm2Id": [str(50000000 + number)],
        "frameworkProgramme": ["43252405"],
        "programmeDivision": ["43252517"],
        "status": [str(OPEN)],
        "type": ["1"],
        "startDate": ["2026-10-02T00:00:00.000+0000"],
        "deadlineDate": ["2027-02-16T00:00:00.000+0000"],
        "deadlineModel": ["single-stage"],
        "typesOfAction": ["LIFE Project Grants"],
        "keywords": ["Local authority"],
        "tags": ["heat"],
        "descriptionByte": ["<p>Expected Outcome:</p><ul><li>Less heat is lost.</li></ul>"],
        "budgetOverview": [json.dumps(BUDGET)],
        "DATASOURCE": ["SEDIA"],
    }
    return {
        "reference": f"{50000000 + number}TOPICSen",
        "url": "https://ec.europa.eu/x",
        "language": "en",
        "summary": f"Topic {number}",
        "weight": 1.0,
        "metadata": {key: value for key, value in (metadata | meta).items() if value is not None},
    }


def results(*rows: object, total: int | None = None, number: int = 1) -> dict[str, Any]:
    """A page of results."""
    return {
        "apiVersion": "2.154",
        "totalResults": len(rows) if total is None else total,
        "pageNumber": number,
        "pageSize": 100,
        "results": copy.deepcopy(list(rows)),
    }
