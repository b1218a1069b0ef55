from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from monitor.web import answers, whole


def test_the_schema_names_every_call(client: httpx.Client) -> None:
    schema = client.get("/api/openapi.json").json()
    assert schema["openapi"].startswith("3.")
    assert {"/api/search", "/api/documents", "/api/documents/{number}", "/api/dossiers/{number}"} <= set(
        schema["paths"]
    )
    assert all(call["get"]["description"] for call in schema["paths"].values())


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/api/search?q=slam", answers.SearchAnswer),
        ("/api/documents", answers.DocumentPage),
        ("/api/windows", answers.WindowRow),
        ("/api/sources", answers.SourceRow),
        ("/api/letters", answers.LetterRow),
        ("/api/statistics", answers.StatisticsAnswer),
        ("/api/documents/1", whole.WholeDocument),
        ("/api/documents/3", whole.WholeDocument),
        ("/api/documents/1/why", whole.WhyAnswer),
        ("/api/dossiers/1", whole.DossierAnswer),
        ("/api/dossiers/2", whole.DossierAnswer),
        ("/api/lookup?name=avloppsdirektivet", whole.DossierAnswer),
        ("/api/letters/2026-W48", whole.LetterAnswer),
    ],
)
def test_answers_are_as_the_schema_says(client: httpx.Client, path: str, model: Any) -> None:
    said = client.get(path).json()
    rows = said if isinstance(said, list) else [said]
    assert rows
    for row in rows:
        model.model_validate(row, extra="forbid")


def test_figures_are_those_of_the_page(client: httpx.Client) -> None:
    said = client.get("/api/statistics").json()
    assert (said["total"], len(said["months"])) == (5, 12)
    assert said["months"]["2026-11"]["va-vatten"] == sum(
        count for month in said["months"].values() for count in month.values()
    )
    assert said["windows"]["feedback"] == {"open": 1, "closed": 0}
    assert all(isinstance(day, int) for days in said["lead_days"].values() for day in days)


def test_a_document_comes_with_its_text_and_its_captures(client: httpx.Client) -> None:
    said = client.get("/api/documents/3").json()
    assert said["text"] == "Slam och fosfor."
    assert said["captures"] == []  # nothing was fetched here
    assert [change["field"] for change in said["revisions"]] == ["windows"]


def test_a_list_goes_on_by_its_key_and_shows_everything_once(client: httpx.Client) -> None:
    seen, key = [], None
    for _ in range(10):
        query = {"limit": 2} | ({"after": key} if key else {})
        said = client.get("/api/documents", params=query).json()
        seen += [row["id"] for row in said["documents"]]
        key = said["next"]
        if key is None:
            break
    assert sorted(seen) == [1, 2, 3, 4, 5]


def test_only_what_changed(client: httpx.Client) -> None:
    since = datetime(2026, 11, 15, tzinfo=UTC)
    said = client.get("/api/documents", params={"changed_since": since.isoformat()}).json()
    assert [row["id"] for row in said["documents"]] == [3]
    late = (since + timedelta(days=90)).isoformat()
    assert client.get("/api/documents", params={"changed_since": late}).json()["documents"] == []


def test_what_is_known_is_not_sent_again(client: httpx.Client) -> None:
    first = client.get("/api/documents/1")
    again = client.get("/api/documents/1", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")


def test_one_thing_by_any_of_its_names(client: httpx.Client) -> None:
    for name in ("2022/0345(COD)", "avloppsdirektivet", "dossier:1"):
        found = client.get("/api/lookup", params={"name": name}).json()
        assert (found["type"], found["id"]) == ("dossier", 1)
    assert client.get("/api/dossiers/1").json()["documents"]
    assert client.get("/api/documents/1/why").json()["themes"][0]["theme"] == "va-vatten"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/documents/99", 404),
        ("/api/documents/99/why", 404),
        ("/api/documents/0", 422),
        ("/api/documents/99999999999", 422),
        ("/api/dossiers/99", 404),
        ("/api/lookup?name=nothing-of-that-name", 404),
        ("/api/lookup", 422),
        ("/api/letters/2020-W01", 404),
        ("/api/documents?after=%C3%A5", 400),
        ("/api/documents?after=MjAyNi0xMQ", 400),
        ("/api/documents?changed_since=2026-11-15T00:00:00", 400),
        ("/api/search?limit=100000", 422),
        ("/api/search?since=yesterday", 422),
        ("/api/search?until=0", 422),
        ("/api/windows?since=1764000000", 422),
        ("/api/documents?changed_since=1764000000", 422),
        ("/api/nothing", 404),
    ],
)
def test_refusals_are_json_and_documented(client: httpx.Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert "detail" in answer.json()
