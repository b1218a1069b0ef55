import json
from datetime import datetime

from config.organisation import Organisation
from digests.as_json import as_json, previous_from_json, previous_to_json
from digests.briefing import Item, SourceStatus
from digests.compose import compose, remember

FIELDS = [
    *("headline", "what", "why", "direction", "state", "window", "internal"),
    *("actions", "owner", "priority", "confidence", "sources", "note"),
]


def test_the_keys_others_rely_on(
    week_48: list[Item], organisation: Organisation, sources: list[SourceStatus], now: datetime
) -> None:
    briefing = compose(week_48, week="2026-W48", now=now, organisation=organisation, sources=sources)
    data = json.loads(json.dumps(as_json(briefing)))
    assert data["week"] == "2026-W48"
    assert data["subject"] == briefing.subject
    assert data["sections"][0]["id"] == "deadlines"
    entry = data["sections"][0]["entries"][0]
    assert len(FIELDS) == 13
    assert list(entry) == ["id", *FIELDS, "risk", "beside", "decides"]
    assert (entry["risk"], entry["beside"]) == (None, [])
    (funding,) = (section["entries"] for section in data["sections"] if section["id"] == "funding")
    assert funding[0]["risk"] == {"countries": ["Serbien"], "basis": "V-Dem 2025", "analysed": False}
    assert entry["headline"]["title"] == {
        "text": "Översyn av EU:s regler för offentlig upphandling",
        "language": "sv",
    }
    assert entry["window"] == {
        "kind": "feedback",
        "opens": "2026-10-08",
        "closes": "2026-12-03",
        "closes_at": None,
        "certainty": "given",
        "days_left": 10,
        "open": True,
        "url": "https://example.eu/feedback/1",
    }
    assert entry["internal"] == {"day": "2026-11-27", "way": "tjänsteperson", "delegated": None}
    assert entry["owner"] == {"name": "upphandlingschefen", "status": "tilldelad"}
    assert entry["note"]["author"] == "Anna Ek"
    assert data["sources"][2] == {
        "id": "eur-lex-feed",
        "title": "EUR-Lex nyhetsflöde",
        "outcome": "blocked",
        "reason": "202 challenge",
        "last_good": "2026-11-20T00:00:00+00:00",
    }


def test_what_is_remembered_survives_storage(
    week_48: list[Item], organisation: Organisation, now: datetime
) -> None:
    previous = remember(compose(week_48, week="2026-W48", now=now, organisation=organisation))
    assert len(previous.shown) == 11
    assert previous_from_json(json.loads(json.dumps(previous_to_json(previous)))) == previous
