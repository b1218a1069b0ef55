"""Who sits in the deciding committee, on the page of a file and in the JSON: text from outside stays text."""

from datetime import date

import httpx
import pytest
from sqlalchemy import Engine, update

from monitor.archive import schema
from monitor.archive.engine import writing
from monitor.archive.seats import keep_holders
from spiders.finding import Holder, Seat
from tests.monitor.web.conftest import HOSTILE, NOW

LEAD = "ENVI utskottet för miljö, klimat och livsmedelssäkerhet (ansvarigt utskott)"
PAGE = "https://www.europarl.europa.eu/meps/sv/999901"


@pytest.fixture(autouse=True)
def members(engine: Engine) -> None:
    """A responsible committee, and three members; one has a name that nobody should have."""
    since = date(2024, 7, 19)
    with writing(engine) as conn:
        conn.execute(update(schema.document).where(schema.document.c.id == 1).values(bodies=[LEAD]))
        people = (
            Holder("1", "Ada Konstruerad", PAGE, "SE", "PPE", (Seat("ENVI", "chair", since),)),
            Holder("2", "Bo Konstruerad", f"{PAGE}2", "SE", "", (Seat("ENVI", "substitute", since),)),
            Holder(
                "3", HOSTILE[:100], "javascript:alert(1)", "SE", HOSTILE[:50], (Seat("ENVI", HOSTILE[:40], since),)
            ),
            Holder("4", "Eva Konstruerad", f"{PAGE}4", "SE", "ECR", (Seat("REGI", "chair", since),)),
        )
        keep_holders(conn, "ep-members", people, capture=None, at=NOW)


def test_the_page_of_a_file_names_our_members(client: httpx.Client) -> None:
    swedish = client.get("/arende/1").text
    assert "<dt>Ledamöter från Sverige</dt>" in swedish
    assert f'href="{PAGE}">Ada Konstruerad</a> (PPE), ordförande i ENVI' in swedish
    assert "Bo Konstruerad</a>, suppleant i ENVI" in swedish
    assert "Ledamöterna enligt källan den 23 november 2026." in swedish
    assert "Eva Konstruerad" not in swedish
    for hostile in ("<script>alert", "<img", "javascript:", "49"):
        assert hostile not in swedish.partition("<dt>Ledamöter från Sverige</dt>")[2].partition("</dl>")[0]
    client.cookies.set("language", "en")
    assert "Ada Konstruerad</a> (PPE), chair of ENVI" in client.get("/arende/1").text


def test_the_json_names_them(client: httpx.Client) -> None:
    said = client.get("/api/dossiers/1").json()
    assert [(one["name"], one["role"], one["group"]) for one in said["members"][:2]] == [
        ("Ada Konstruerad", "chair", "PPE"),
        ("Bo Konstruerad", "substitute", None),
    ]
    assert {one["body"] for one in said["members"]} == {"ENVI"}
